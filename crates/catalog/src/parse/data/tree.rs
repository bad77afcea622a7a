//! A tree of values that know their line.

use std::borrow::Cow;

/// How deep lists and objects may nest; a catalog needs five levels, and everything that walks a tree is recursive.
pub(super) const MAX_DEPTH: usize = 64;

/// How many values a document may have, those its aliases stand for included.
pub(super) const MAX_NODES: usize = 2_000_000;

/// How many values aliases may add to those a text has room for: a short text that stands for a long one takes a few
/// megabytes at most.
pub(super) const ALIASED: usize = 20_000;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node<'a> {
    /// One-based line it begins on.
    pub(crate) line: u32,
    pub(crate) value: Value<'a>,
}

/// What a value is. Numbers and truth values are texts, as the document writes them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Map(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl<'a> Node<'a> {
    /// The text of a scalar, blanks at its ends removed; `None` for nothing and for lists and objects.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// The pairs of an object, none for everything else.
    pub(crate) fn pairs(&self) -> &[(Cow<'a, str>, Node<'a>)] {
        match &self.value {
            Value::Map(pairs) => pairs,
            _ => &[],
        }
    }

    /// The values of a list or an object.
    pub(crate) fn children(&self) -> impl Iterator<Item = &Node<'a>> {
        let (list, pairs) = match &self.value {
            Value::List(list) => (list.as_slice(), &[] as &[_]),
            Value::Map(pairs) => (&[] as &[_], pairs.as_slice()),
            Value::Null | Value::Text(_) => (&[] as &[_], &[] as &[_]),
        };
        list.iter().chain(pairs.iter().map(|(_, node)| node))
    }

    /// True for a list or an object.
    pub(crate) fn is_group(&self) -> bool {
        matches!(self.value, Value::List(_) | Value::Map(_))
    }
}

/// The tree in one line: value@line.
#[cfg(test)]
pub(super) fn shown(node: &Node<'_>) -> String {
    let line = node.line;
    match &node.value {
        Value::Null => format!("null@{line}"),
        Value::Text(text) => format!("{text}@{line}"),
        Value::List(list) => format!("[{}]@{line}", list.iter().map(shown).collect::<Vec<_>>().join(" ")),
        Value::Map(pairs) => {
            let pairs: Vec<_> = pairs.iter().map(|(key, node)| format!("{key}={}", shown(node))).collect();
            format!("{{{}}}@{line}", pairs.join(" "))
        }
    }
}
