//! What was understood of a document, and what was not: nothing is dropped in silence.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::key::EntryKey;
use crate::model::{SectionPath, Snapshot};

/// A document that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// What it lists.
    pub snapshot: Snapshot,
    /// How it was understood.
    pub report: Report,
}

/// How a document was understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Listings by layout.
    pub layouts: BTreeMap<Layout, usize>,
    /// Listings by section, in document order; a ranked list's rows once.
    pub sections: Vec<(SectionPath, usize)>,
    /// Addresses listed more than once, with all lines they stand on.
    pub duplicates: Vec<(EntryKey, Vec<u32>)>,
    /// Rows of each ranking whose value could not be read, in the order of the snapshot's rankings.
    pub unknown: Vec<usize>,
    /// Everything that looks like an entry and was not taken.
    pub skipped: Vec<Skipped>,
}

/// A line that looks like an entry and was not taken as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// One-based line.
    pub line: u32,
    /// The line, shortened to 200 characters.
    pub text: String,
    /// Why, in a few words that stay the same for the same reason.
    pub reason: String,
}

/// The layouts entries come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// A bullet.
    Bullet,
    /// A bullet below another entry.
    NestedBullet,
    /// An item of a numbered list.
    Numbered,
    /// A row of a table with links.
    Table,
    /// A row of a table that ranks.
    RankedTable,
    /// `<details>` with a linked summary.
    Details,
    /// Any other HTML line.
    Html,
    /// A linked heading.
    Heading,
    /// An item of an Org list.
    Org,
    /// A YAML node.
    Yaml,
    /// A JSON object.
    Json,
    /// A CSV row.
    Csv,
}
