//! A structured document as a tree of values that know their line, whatever it was written in.

use std::borrow::Cow;

use super::ParseError;

/// How deep lists and objects may nest; a catalog needs five levels, and everything that walks a tree is recursive.
pub(super) const MAX_DEPTH: usize = 64;

/// How many values a document may have, those its aliases stand for included.
pub(super) const MAX_NODES: usize = 2_000_000;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node<'a> {
    /// One-based line it begins on.
    pub(super) line: u32,
    pub(super) value: Value<'a>,
}

/// What a value is. Numbers and truth values are texts, as the document writes them.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Map(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl<'a> Node<'a> {
    /// The text of a scalar, blanks at its ends removed; `None` for nothing and for lists and objects.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// The pairs of an object, none for everything else.
    pub(super) fn pairs(&self) -> &[(Cow<'a, str>, Node<'a>)] {
        match &self.value {
            Value::Map(pairs) => pairs,
            _ => &[],
        }
    }

    /// The values of a list or an object.
    pub(super) fn children(&self) -> impl Iterator<Item = &Node<'a>> {
        let (list, pairs) = match &self.value {
            Value::List(list) => (list.as_slice(), &[] as &[_]),
            Value::Map(pairs) => (&[] as &[_], pairs.as_slice()),
            Value::Null | Value::Text(_) => (&[] as &[_], &[] as &[_]),
        };
        list.iter().chain(pairs.iter().map(|(_, node)| node))
    }

    /// True for a list or an object.
    pub(super) fn is_group(&self) -> bool {
        matches!(self.value, Value::List(_) | Value::Map(_))
    }
}

pub(super) fn too_deep(format: &'static str, line: usize) -> ParseError {
    let message = format!("lists and objects are nested more than {MAX_DEPTH} deep");
    ParseError::Broken { format, line, message }
}

pub(super) fn too_many(format: &'static str, line: usize) -> ParseError {
    let message = format!("there are more than {MAX_NODES} values, counting what aliases stand for");
    ParseError::Broken { format, line, message }
}
