//! The lines of an export: JSON, one record a line, the same whatever engine they come from.
//!
//! The first line says what it is, the last how much there was and the SHA-256 of every byte before it. Indexes,
//! revisions and due times are left out: they follow from the rest. Projects come before the entries that lie in
//! them. Version 1 had no projects, version 2 no lanes, version 3 no files beside the
//! database, version 4 not the one of bots.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use whimbrel_catalog::{CatalogId, Entry, EntryKey, Settling, Tombstone};
use whimbrel_news::{Epoch, Event};
use whimbrel_project::{LinkTrouble, Project, ProjectId};

use crate::lanes::rows::Asked;
use crate::lanes::types::DeadLetter;
use crate::projects::rows::{Alias, Ranked};
use crate::types::{CatalogMeta, DocumentId, Shape};

/// What the header calls the format.
pub(crate) const NAME: &str = "whimbrel export";

/// The version of the format.
pub(crate) const VERSION: u32 = 5;

/// Bytes of a packed document on one line.
pub(crate) const DOCUMENT_PART: usize = 48 * 1024;

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Line<'a> {
    Header(Header),
    Project(Cow<'a, Project>),
    Alias(Cow<'a, Alias>),
    Stars { project: ProjectId, packed64: String },
    Ranks(Cow<'a, Ranked>),
    Link(Cow<'a, LinkTrouble>),
    Catalog(Cow<'a, CatalogMeta>),
    Entry { catalog: Cow<'a, CatalogId>, entry: Cow<'a, Entry> },
    Shape { catalog: Cow<'a, CatalogId>, shape: Cow<'a, Shape> },
    Settling { catalog: Cow<'a, CatalogId>, settling: Cow<'a, Settling> },
    Tombstone { catalog: Cow<'a, CatalogId>, key: Cow<'a, EntryKey>, tombstone: Cow<'a, Tombstone> },
    Document { id: DocumentId, part: u32, parts: u32, gz64: String },
    Event(Cow<'a, Event>),
    Replayed(Cow<'a, Event>),
    Lane(Cow<'a, Asked<'a>>),
    DeadLetter(Cow<'a, DeadLetter>),
    Beside { name: String, text: String },
    Footer(Footer),
}

/// The first line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Header {
    /// [`NAME`].
    pub(crate) format: String,
    /// [`VERSION`].
    pub(crate) version: u32,
    /// The life of the store it was taken from.
    pub(crate) epoch: Epoch,
    /// The newest number of a live event.
    pub(crate) seq: u64,
    /// The newest number of a replayed event.
    pub(crate) history: u64,
    /// Live events up to this number had been dropped.
    pub(crate) floor: u64,
    /// The newest number of a project.
    #[serde(default)]
    pub(crate) projects: u32,
    /// The newest number of a lane.
    #[serde(default)]
    pub(crate) lanes: u64,
    /// The newest number of a dead letter.
    #[serde(default)]
    pub(crate) letters: u64,
}

/// The last line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Footer {
    /// How many lines stood before it.
    pub(crate) lines: u64,
    /// SHA-256 of every byte before it, in hex.
    pub(crate) sha256: String,
}
