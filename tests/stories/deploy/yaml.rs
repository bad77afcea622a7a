//! YAML files as values, read by a strict parser.

use std::path::Path;

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput};
use serde_json::{Map, Value};

use crate::layering::root;

/// A list or map whose end has not come.
enum Open {
    List(Vec<Value>),
    Map(Map<String, Value>, Option<String>),
}

/// The documents of a file, from the root of the project. A key that stands twice in a map is an error.
pub(crate) fn documents(path: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(root().join(Path::new(path))).expect("the file is there");
    let mut parser: Parser<'_, StrInput<'_>> = Parser::new_from_str(&text);
    let (mut documents, mut open) = (Vec::new(), Vec::new());
    while let Some(event) = parser.next_event() {
        let (event, span) = event.unwrap_or_else(|error| panic!("{path}: {error}"));
        let complete = match event {
            Event::SequenceStart(..) => {
                open.push(Open::List(Vec::new()));
                continue;
            }
            Event::MappingStart(..) => {
                open.push(Open::Map(Map::new(), None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop().expect("what ends has begun") {
                Open::List(list) => Value::Array(list),
                Open::Map(map, _) => Value::Object(map),
            },
            Event::Scalar(text, style, ..) => scalar(&text, style),
            Event::Alias(_) => panic!("{path}: an alias in line {}", span.start.line()),
            _ => continue,
        };
        match open.last_mut() {
            None => documents.push(complete),
            Some(Open::List(list)) => list.push(complete),
            Some(Open::Map(map, key)) => match key.take() {
                None => {
                    *key = Some(complete.as_str().map_or_else(|| complete.to_string(), ToOwned::to_owned));
                }
                Some(key) => {
                    let before = map.insert(key.clone(), complete);
                    assert!(before.is_none(), "{path}: `{key}` stands twice, in line {}", span.start.line());
                }
            },
        }
    }
    documents
}

/// The one document of a file.
pub(crate) fn document(path: &str) -> Value {
    let mut documents = documents(path);
    assert_eq!(documents.len(), 1, "{path}");
    documents.remove(0)
}

/// A plain word may be a number or a truth; what is quoted is text.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        text => text.parse::<i64>().map_or_else(|_| Value::String(text.to_owned()), Value::from),
    }
}
