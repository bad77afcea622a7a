//! JSON as a tree.
//!
//! `serde_json` says whether the text is JSON; then the tree is read here, because every value needs its line and a
//! deserialiser does not tell positions.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use super::Broken;
use super::tree::{MAX_DEPTH, MAX_NODES, Node, Value};

/// The tree of a document.
pub(super) fn tree(text: &str) -> Result<Node<'_>, Broken> {
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        // Reading for real says more precisely what is wrong.
        let error = serde_json::from_str::<serde_json::Value>(text).err().unwrap_or(error);
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        return Err(Broken { line: error.line().max(1), message });
    }
    Reader { text, at: 0, line: 1, nodes: 0 }.value(0)
}

/// Walks text that is known to be JSON; on any other it would end early, but not fail.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    nodes: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Result<Node<'a>, Broken> {
        let first = self.peek();
        let line = self.line;
        self.nodes += 1;
        if depth > MAX_DEPTH {
            return Err(Broken::too_deep(line as usize));
        }
        if self.nodes > MAX_NODES {
            return Err(Broken::too_many(line as usize, MAX_NODES));
        }
        let value = match first {
            Some(b'[') => {
                let mut list = Vec::new();
                while self.goes_on(b']') {
                    list.push(self.value(depth + 1)?);
                }
                Value::List(list)
            }
            Some(b'{') => {
                let mut pairs = Vec::new();
                while self.goes_on(b'}') {
                    self.peek();
                    let key = self.string();
                    self.peek(); // the colon
                    self.at += 1;
                    pairs.push((key, self.value(depth + 1)?));
                }
                Value::Map(pairs)
            }
            Some(b'"') => Value::Text(self.string()),
            _ => self.word(),
        };
        Ok(Node { line, value })
    }

    /// The next byte that is no blank.
    fn peek(&mut self) -> Option<u8> {
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            if !byte.is_ascii_whitespace() {
                return Some(byte);
            }
            self.line += u32::from(byte == b'\n');
            self.at += 1;
        }
        None
    }

    /// Steps over an opening bracket or a comma, or over the closing bracket, which ends it.
    fn goes_on(&mut self, closing: u8) -> bool {
        if self.peek().is_none_or(|byte| byte == closing) {
            self.at += 1;
            return false;
        }
        let is_opening = matches!(self.text.as_bytes().get(self.at), Some(b'[' | b'{'));
        self.at += 1;
        if is_opening && self.peek() == Some(closing) {
            self.at += 1;
            return false;
        }
        true
    }

    fn string(&mut self) -> Cow<'a, str> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let mut end = start + 1;
        let mut is_escaped = false;
        while let Some(&byte) = bytes.get(end) {
            match byte {
                b'"' => break,
                b'\\' => {
                    is_escaped = true;
                    end += 2;
                }
                _ => end += 1,
            }
        }
        self.at = end + 1;
        let inner = self.text.get(start + 1..end).unwrap_or_default();
        if is_escaped {
            let quoted = self.text.get(start..=end).unwrap_or_default();
            // Half a surrogate pair is the one thing that can go wrong; then the escapes stay.
            serde_json::from_str(quoted).map_or(Cow::Borrowed(inner), Cow::Owned)
        } else {
            Cow::Borrowed(inner)
        }
    }

    /// A number, a truth value or null.
    fn word(&mut self) -> Value<'a> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest
            .find(|c: char| matches!(c, ',' | ']' | '}') || c.is_ascii_whitespace())
            .unwrap_or(rest.len());
        self.at += end.max(1);
        match &rest[..end] {
            "null" => Value::Null,
            word => Value::Text(Cow::Borrowed(word)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::shown;
    use super::*;

    #[test]
    fn values_know_their_lines() {
        let table = [
            ("[]", "[]@1"),
            ("{}", "{}@1"),
            ("\n[ 1 ,\n -2.5e3, true,null ]\n", "[1@2 -2.5e3@3 true@3 null@3]@2"),
            ("{\"a\":\n{\"b\" : [{}, []]}, \"c\":\"d\"}", "{a={b=[{}@2 []@2]@2}@2 c=d@2}@1"),
            (r#""a\"b\\c\u00e9\n""#, "a\"b\\cé\n@1"),
            (r#"["\\", "]"]"#, "[\\@1 ]@1]@1"),
            (r#""\ud800""#, "\\ud800@1"),
        ];
        for (text, expected) in table {
            assert_eq!(tree(text).map(|node| shown(&node)).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn broken_text_says_where() {
        let table = [
            ("[\n1,\n]", 3, "trailing comma"),
            ("{\"a\": 1,\n}", 2, "trailing comma"),
            ("[1] [2]", 1, "trailing characters"),
            ("[\n\"a", 2, "EOF while parsing a string"),
            ("{'a': 1}", 1, "key must be a string"),
        ];
        for (text, expected_line, expected) in table {
            let expected = Broken { line: expected_line, message: expected.to_owned() };
            assert_eq!(tree(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn depth_and_number_have_limits() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(tree(&nested(MAX_DEPTH)).is_ok());
        for depth in [MAX_DEPTH + 2, 127, 200, 100_000] {
            assert!(tree(&nested(depth)).is_err(), "{depth}");
        }
        let many = format!("[{}0]", "0,".repeat(MAX_NODES));
        assert!(tree(&many).is_err());
    }
}
