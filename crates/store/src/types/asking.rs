//! Questions to the journal and their answers.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use whimbrel_catalog::{CatalogId, EntryKey};
use whimbrel_news::{Event, EventId, Filter, Kind};

/// Which part of the journal is asked for; each scope has an index.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// All of it.
    #[default]
    All,
    /// One catalog.
    Catalog(CatalogId),
    /// One section of a catalog and everything below it, by its slug (`whimbrel_news::slug`).
    Section(CatalogId, String),
    /// One project, by the key of its entry.
    Project(EntryKey),
    /// One kind.
    Kind(Kind),
}

/// A question to the journal, newest first: live events by falling number, then replayed history by falling time.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// The part asked for.
    pub scope: Scope,
    /// A further condition.
    pub filter: Filter,
    /// Only what stands after (is older than) this place; a [`Page`] hands it out.
    pub after: Option<Cursor>,
    /// How many at most.
    pub limit: usize,
}

/// A place in the answer to a [`Query`]; printable, so that it can stand in an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The last event that was handed out.
    pub id: EventId,
    /// Its time (history is ordered by it).
    pub at: DateTime<Utc>,
}

/// A text that is no place in an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no place in the journal: begin again without it")]
pub struct BadCursor(pub String);

impl fmt::Display for Cursor {
    /// The event's id and its time in microseconds: `7-123_1795000000000000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.id, self.at.timestamp_micros())
    }
}

impl FromStr for Cursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let read = || {
            let (id, micros) = text.split_once('_')?;
            let at = DateTime::from_timestamp_micros(micros.parse().ok()?)?;
            Some(Self { id: id.parse().ok()?, at })
        };
        read().ok_or_else(|| BadCursor(text.to_owned()))
    }
}

/// A part of the journal.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The events, newest first.
    pub events: Vec<Event>,
    /// Where to go on; `None` at the end.
    pub next: Option<Cursor>,
}
