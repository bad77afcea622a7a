//! Structured documents: JSON and YAML become trees of values that know their line, and `shapes` finds what they list.

mod json;
mod tree;
mod yaml;

pub(super) use self::tree::{Node, Value};

use self::tree::MAX_DEPTH;
use super::{ParseError, shapes};
use crate::report::{Layout, Reading};

/// Reads the text of a JSON document.
pub(super) fn read_json(text: &str) -> Result<Reading, ParseError> {
    let tree = json::tree(text).map_err(|broken| broken.of("JSON"))?;
    Ok(shapes::read(&[tree], text, Layout::Json))
}

/// Reads the text of a YAML stream.
pub(super) fn read_yaml(text: &str) -> Result<Reading, ParseError> {
    let trees = yaml::trees(text).map_err(|broken| broken.of("YAML"))?;
    Ok(shapes::read(&trees, text, Layout::Yaml))
}

/// Why a text gives no tree.
#[derive(Debug, PartialEq)]
struct Broken {
    /// One-based.
    line: usize,
    message: String,
}

impl Broken {
    fn too_deep(line: usize) -> Self {
        Self { line, message: format!("lists and objects are nested more than {MAX_DEPTH} deep") }
    }

    fn too_many(line: usize, most: usize) -> Self {
        let message = format!("there are more than {most} values, counting what aliases stand for");
        Self { line, message }
    }

    fn of(self, format: &'static str) -> ParseError {
        ParseError::Broken { format, line: self.line, message: self.message }
    }
}
