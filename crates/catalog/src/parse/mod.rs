//! From the bytes of a document to a snapshot and a report of what was not understood.

mod build;
mod csv;
mod data;
mod decode;
mod detect;
mod fields;
#[cfg(test)]
mod hostile;
mod html;
mod markdown;
mod org;
mod records;
mod shapes;
#[cfg(test)]
mod testing;
mod text;

use serde::{Deserialize, Serialize};

pub use self::decode::MAX_BYTES;
use crate::report::Reading;

/// What kind of document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Markdown, HTML islands included.
    Markdown,
    /// Emacs Org-mode.
    Org,
    /// A YAML list of projects.
    Yaml,
    /// A JSON list of projects.
    Json,
    /// CSV with a header.
    Csv,
}

/// What is known about a document besides its bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hint<'a> {
    /// File name or last part of the address; its ending helps to tell the format.
    pub name: Option<&'a str>,
    /// The format, when the configuration says it.
    pub format: Option<Format>,
}

/// Why a document could not be read. Such a document is held, never taken for an empty one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Bytes that are no UTF-8 (nor UTF-16 with a mark).
    #[error("the document is not UTF-8 text (byte {offset}): save it as UTF-8")]
    NotText {
        /// Where the first wrong byte stands.
        offset: usize,
    },
    /// A zero byte: no text has one, nearly every binary format has.
    #[error("the document holds a zero byte (byte {offset}), so it looks like a binary file: check the path")]
    Binary {
        /// Where it stands.
        offset: usize,
    },
    /// A web page where a catalog was expected.
    #[error("the document is a web page, not a catalog: check the address")]
    WebPage,
    /// Structured data that does not parse.
    #[error("the {format} does not parse at line {line}: {message}")]
    Broken {
        /// Name of the format, for people.
        format: &'static str,
        /// One-based line.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// Nothing in it.
    #[error("the document is empty")]
    Empty,
    /// More than can be read.
    #[error("the document has {bytes} bytes, more than the {limit} that are read")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
}

/// Raised whenever the same bytes are understood differently than before, so that a store can read both sides of a
/// comparison again instead of taking a better parser for news.
pub const PARSER_VERSION: u32 = 1;

/// Reads a document. Every layout is recognised by itself; the hint only settles what the bytes leave open.
pub fn parse(bytes: &[u8], hint: Hint<'_>) -> Result<Reading, ParseError> {
    let text = decode::text(bytes)?;
    match detect::format(&text, hint) {
        Format::Markdown => Ok(markdown::read(&text)),
        Format::Org => Ok(org::read(&text)),
        Format::Yaml => data::read_yaml(&text),
        Format::Json => data::read_json(&text),
        Format::Csv => csv::read(&text),
    }
}
