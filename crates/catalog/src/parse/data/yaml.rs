//! YAML as trees.
//!
//! The tree is built from the parser's events, one at a time, so depth, aliases and their expansion stay under our
//! control, and every value knows its line.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, StrInput};

use super::Broken;
use super::tree::{ALIASED, MAX_DEPTH, MAX_NODES, Node, Value};

/// The trees of all documents of a stream.
pub(super) fn trees(text: &str) -> Result<Vec<Node<'_>>, Broken> {
    let mut parser: Parser<'_, StrInput<'_>> = Parser::new_from_str(text);
    let mut growing = Growing { most: MAX_NODES.min(text.len() + ALIASED), ..Growing::default() };
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| broken(&error, text))?;
        growing.take(event, span.start.line())?;
    }
    Ok(growing.roots)
}

/// The parser's complaint. At the end of the text it counts a line that is not there.
fn broken(error: &ScanError, text: &str) -> Broken {
    let line = error.marker().line().min(text.lines().count()).max(1);
    Broken { line, message: error.info().to_owned() }
}

/// Trees that are not complete yet.
#[derive(Default)]
struct Growing<'a> {
    roots: Vec<Node<'a>>,
    open: Vec<Open<'a>>,
    anchors: HashMap<usize, Grown<'a>>,
    nodes: usize,
    /// How many of them there may be.
    most: usize,
}

/// A list or object whose end has not come.
struct Open<'a> {
    line: usize,
    anchor: usize,
    kind: Kind<'a>,
    nodes: usize,
    height: usize,
}

enum Kind<'a> {
    List(Vec<Node<'a>>),
    Map(Vec<(Cow<'a, str>, Node<'a>)>, Option<Cow<'a, str>>),
}

/// A complete value with its extent.
#[derive(Clone)]
struct Grown<'a> {
    node: Node<'a>,
    nodes: usize,
    height: usize,
}

impl<'a> Growing<'a> {
    fn take(&mut self, event: Event<'a>, line: usize) -> Result<(), Broken> {
        match event {
            Event::SequenceStart(anchor, _) => self.open(Kind::List(Vec::new()), anchor, line),
            Event::MappingStart(anchor, _) => self.open(Kind::Map(Vec::new(), None), anchor, line),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                let value = match open.kind {
                    Kind::List(list) => Value::List(list),
                    Kind::Map(pairs, _) => Value::Map(merged(pairs)),
                };
                let node = Node { line: open.line as u32, value };
                self.put(Grown { node, nodes: open.nodes, height: open.height + 1 }, open.anchor, line)
            }
            Event::Scalar(text, style, anchor, _) => {
                let value = if style == ScalarStyle::Plain && is_null(&text) {
                    Value::Null
                } else {
                    Value::Text(text)
                };
                self.count(1, line)?;
                self.put(Grown { node: Node { line: line as u32, value }, nodes: 1, height: 0 }, anchor, line)
            }
            Event::Alias(anchor) => {
                // What stands inside its own anchor is not known yet; nothing sensible is meant by it.
                let Some(known) = self.anchors.get(&anchor) else {
                    let message = "an alias stands for something it is part of".to_owned();
                    return Err(Broken { line, message });
                };
                let nodes = known.nodes;
                self.count(nodes, line)?; // before the copy is made
                let copy = self.anchors[&anchor].clone();
                self.put(copy, 0, line)
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, kind: Kind<'a>, anchor: usize, line: usize) -> Result<(), Broken> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Broken::too_deep(line));
        }
        self.count(1, line)?;
        self.open.push(Open { line, anchor, kind, nodes: 1, height: 0 });
        Ok(())
    }

    /// Counts values that are about to be held, copies included.
    fn count(&mut self, nodes: usize, line: usize) -> Result<(), Broken> {
        self.nodes += nodes;
        if self.nodes > self.most { Err(Broken::too_many(line, self.most)) } else { Ok(()) }
    }

    /// Puts a complete value where it belongs.
    fn put(&mut self, grown: Grown<'a>, anchor: usize, line: usize) -> Result<(), Broken> {
        if self.open.len() + grown.height > MAX_DEPTH {
            return Err(Broken::too_deep(line));
        }
        if anchor != 0 {
            self.count(grown.nodes, line)?;
            self.anchors.insert(anchor, grown.clone());
        }
        let Some(above) = self.open.last_mut() else {
            self.roots.push(grown.node);
            return Ok(());
        };
        above.nodes += grown.nodes;
        above.height = above.height.max(grown.height);
        match &mut above.kind {
            Kind::List(list) => list.push(grown.node),
            Kind::Map(pairs, key) => match key.take() {
                Some(key) => pairs.push((key, grown.node)),
                None => {
                    *key = Some(match grown.node.value {
                        Value::Text(text) => text,
                        _ => Cow::Borrowed(""), // a list or an object as a key names nothing
                    });
                }
            },
        }
        Ok(())
    }
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// Carries out `<<: *defaults`: what the object does not say itself comes from there.
fn merged<'a>(pairs: Vec<(Cow<'a, str>, Node<'a>)>) -> Vec<(Cow<'a, str>, Node<'a>)> {
    if !pairs.iter().any(|(key, node)| key == "<<" && node.is_group()) {
        return pairs;
    }
    let (defaults, mut own): (Vec<_>, Vec<_>) =
        pairs.into_iter().partition(|(key, node)| key == "<<" && node.is_group());
    let mut known: HashSet<Cow<'a, str>> = own.iter().map(|(key, _)| key.clone()).collect();
    let sources = defaults.into_iter().flat_map(|(_, node)| match node.value {
        Value::List(list) => list,
        value => vec![Node { line: node.line, value }],
    });
    for source in sources {
        if let Value::Map(more) = source.value {
            own.extend(more.into_iter().filter(|(key, _)| known.insert(key.clone())));
        }
    }
    own
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::super::tree::shown;
    use super::*;

    fn all(text: &str) -> Result<String, Broken> {
        trees(text).map(|nodes| nodes.iter().map(shown).collect::<Vec<_>>().join(" | "))
    }

    #[test]
    fn values_know_their_lines() {
        let table = [
            ("a: 1\nb:\n  - x\n  - y: ~\n", "{a=1@1 b=[x@3 {y=null@4}@4]@3}@1"),
            ("a: \"null\"\nb: 'it''s'\nc: \"DE\\u2AF6TR\"", "{a=null@1 b=it's@2 c=DE⫶TR@3}@1"),
            ("a: >\n  two\n  lines\nb: |\n  one\n", "{a=two lines\n@2 b=one\n@5}@1"),
            ("---\na: 1\n---\n- b\n", "{a=1@2}@2 | [b@4]@4"),
            (
                "base: &b {x: 1, y: 2}\nitem:\n  <<: *b\n  y: 3\n",
                "{base={x=1@1 y=2@1}@1 item={y=3@4 x=1@1}@3}@1",
            ),
            ("a: &n name\nb: *n\n", "{a=name@1 b=name@1}@1"),
            ("? [1, 2]\n: x\n", "{=x@2}@1"),
            ("# nothing but a comment\n", ""),
        ];
        for (text, expected) in table {
            assert_eq!(all(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn broken_text_says_where() {
        for (text, expected) in [
            ("a: b: c", 1),
            ("a: 1\n b: 2", 2),
            ("- a\n- [b\n", 2),
            ("a: *x", 1),
            ("a: &x [*x]", 1),
            ("a:\n\tb: 1", 2),
        ] {
            assert_eq!(all(text).map_err(|broken| broken.line), Err(expected), "{text}");
        }
    }

    #[test]
    fn depth_and_number_have_limits() {
        let flow = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        let block = |depth: usize| (0..depth).map(|at| " ".repeat(at) + "a:\n").collect::<String>();
        assert!(trees(&flow(MAX_DEPTH)).is_ok());
        assert!(trees(&block(MAX_DEPTH)).is_ok());
        for depth in [MAX_DEPTH + 1, 300, 3_000] {
            assert!(trees(&flow(depth)).is_err(), "{depth}");
            assert!(trees(&block(depth)).is_err(), "{depth}");
            assert!(trees(&"- ".repeat(depth)).is_err(), "{depth}");
        }
        // Each line doubles the one before: a short text that stands for some ten thousand values.
        let mut bomb = "a0: &a0 [x, x]\n".to_owned();
        for at in 1..14 {
            let _ = writeln!(bomb, "a{at}: &a{at} [*a{0}, *a{0}]", at - 1);
        }
        assert!(trees(&bomb).is_err());
        // The same by depth: each one wraps the one before.
        let mut tower = "a0: &a0 [x]\n".to_owned();
        for at in 1..100 {
            let _ = writeln!(tower, "a{at}: &a{at} [*a{}]", at - 1);
        }
        assert!(trees(&tower).is_err());
    }
}
