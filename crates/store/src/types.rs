//! What goes into the store and comes out of it.

mod asking;

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_catalog::parse::PARSER_VERSION;
use whimbrel_catalog::{CatalogId, Entry, EntryKey, Linkless, Ranking, SectionPath, Settling, Tombstone};
use whimbrel_news::{Dated, Epoch};
use whimbrel_project::ProjectId;

pub use self::asking::{BadCursor, Cursor, Page, Query, Scope};

/// Where the state lies and how it is kept (`[store]` of the configuration).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The folder of the state; relative to the configuration file. Default `whimbrel-data`.
    pub path: PathBuf,
    /// Memory for cached pages, MiB (real use is up to twice that). Default 1.
    pub cache_mib: u64,
    /// Hours between scheduled backups; 0 switches them off. Default 24.
    pub backup_hours: u64,
    /// How many scheduled backups are kept. Default 3.
    pub backups_kept: usize,
    /// Days events stay in the journal; 0 keeps them for ever. Default 0.
    pub journal_days: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            path: "whimbrel-data".into(),
            cache_mib: 1,
            backup_hours: 24,
            backups_kept: 3,
            journal_days: 0,
        }
    }
}

/// Name of a stored document: the SHA-256 of its bytes in hex.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DocumentId(pub String);

/// The key of a cursor that says: this catalog came back older than it was, and what changed since may have been told.
/// Its next reading is taken quietly as what is accepted. Sources do not see it.
pub const BEHIND: &str = "behind";

/// The small facts about a followed catalog: one row, well under 4 KiB.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CatalogMeta {
    /// Its id.
    pub id: CatalogId,
    /// Its title for people: from the configuration, else from the document, else the id.
    pub title: String,
    /// Its source as configured, without secrets.
    pub source: String,
    /// When it was first read.
    pub followed: DateTime<Utc>,
    /// When it was last looked at, with or without success.
    pub last_look: Option<DateTime<Utc>>,
    /// When it was last read or confirmed unchanged.
    pub last_success: Option<DateTime<Utc>>,
    /// When its document last differed.
    pub last_change: Option<DateTime<Utc>>,
    /// When it is next due.
    pub next_due: Option<DateTime<Utc>>,
    /// Seconds between two looks as adapted.
    pub interval_secs: u64,
    /// Failed looks in a row.
    pub failures: u32,
    /// What the last failed look said, one sentence.
    pub last_error: Option<String>,
    /// A `stale` event was told and no `recovered` yet.
    pub stale: bool,
    /// A mass change is held back, for this reason.
    pub held: Option<String>,
    /// Documents that are there and cannot be read, a sentence each; what was last read of them stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
    /// What the source needs to look again cheaply: `etag`, `last_modified`, `commit`, `blob` …
    pub cursor: BTreeMap<String, String>,
    /// The document behind the accepted state.
    pub accepted_document: Option<DocumentId>,
    /// The latest readable document.
    pub latest_document: Option<DocumentId>,
    /// The parser that read them.
    pub parser: u32,
    /// Distinct entries accepted.
    pub entries: u32,
    /// Listings accepted.
    pub listings: u32,
    /// Sections accepted.
    pub sections: u32,
}

impl CatalogMeta {
    /// A catalog nobody has looked at yet: called by its id, due at once.
    pub fn unseen(id: CatalogId, source: impl Into<String>, now: DateTime<Utc>) -> Self {
        Self {
            title: id.to_string(),
            id,
            source: source.into(),
            followed: now,
            last_look: None,
            last_success: None,
            last_change: None,
            next_due: Some(now),
            interval_secs: 0,
            failures: 0,
            last_error: None,
            stale: false,
            held: None,
            unread: Vec::new(),
            cursor: BTreeMap::new(),
            accepted_document: None,
            latest_document: None,
            parser: PARSER_VERSION,
            entries: 0,
            listings: 0,
            sections: 0,
        }
    }
}

/// The parts of a snapshot that are not entries.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    /// The document's title.
    pub title: Option<String>,
    /// All sections, in document order.
    pub sections: Vec<SectionPath>,
    /// Items without a link.
    pub linkless: Vec<Linkless>,
    /// Rankings.
    pub rankings: Vec<Ranking>,
}

/// Everything one step wants written together.
#[derive(Clone, Debug)]
pub struct Record {
    /// The catalog's small facts, its next due time among them. They say when it was looked at, and so are others
    /// whenever entries or shape are.
    pub meta: CatalogMeta,
    /// Accepted entries to write (new ones and those that differ in any way).
    pub put: Vec<Entry>,
    /// Accepted entries to delete.
    pub delete: Vec<EntryKey>,
    /// Sections, linkless items and rankings, when they differ.
    pub shape: Option<Shape>,
    /// What is settling, when it differs.
    pub settling: Option<Settling>,
    /// Removed entries to remember.
    pub bury: Vec<(EntryKey, Tombstone)>,
    /// Live news, oldest first.
    pub news: Vec<Dated>,
    /// News replayed from history, oldest first: shown, never sent.
    pub history: Vec<Dated>,
}

impl Record {
    /// Facts alone.
    pub fn of(meta: CatalogMeta) -> Self {
        Self {
            meta,
            put: Vec::new(),
            delete: Vec::new(),
            shape: None,
            settling: None,
            bury: Vec::new(),
            news: Vec::new(),
            history: Vec::new(),
        }
    }
}

/// What `record` wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// The first and last number given to live events; `None` when there were none.
    pub seqs: Option<(u64, u64)>,
    /// The revision all touched rows carry.
    pub revision: u64,
}

/// A row that a look-up index has to read again: it was written, or is gone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Touched {
    /// The facts of a catalog; when it is gone, so is everything of it.
    Catalog(CatalogId),
    /// The sections, linkless items and rankings of a catalog.
    Shape(CatalogId),
    /// An entry.
    Entry(CatalogId, EntryKey),
    /// A project; when it is gone, another one has its keys.
    Project(ProjectId),
}

/// A look that found nothing new. Kept in memory and written with the next commit, at the latest after a minute.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// When.
    pub at: DateTime<Utc>,
    /// When it is next due.
    pub next_due: DateTime<Utc>,
    /// Seconds between two looks as adapted.
    pub interval_secs: u64,
}

/// The events of one commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// When it was recorded.
    pub recorded: DateTime<Utc>,
    /// Its first live event.
    pub first: u64,
    /// Its last live event.
    pub last: u64,
}

/// Figures about a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Its life.
    pub epoch: Epoch,
    /// The number of the newest live event.
    pub head: u64,
    /// Live events kept.
    pub events: u64,
    /// Replayed events kept.
    pub history: u64,
    /// Rows of the database.
    pub rows: u64,
    /// Bytes of the database on disk, without documents and backups.
    pub disk_bytes: u64,
    /// Looks that wait for a commit.
    pub waiting_looks: usize,
    /// GitHub projects that are due at some time: those that somebody lists.
    pub projects_scheduled: usize,
    /// Bytes of memory their due times take.
    pub schedule_bytes: usize,
}

/// How far a long piece of work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Done so far.
    pub done: u64,
    /// In all, when it is known. An import counts bytes of its file, an export lines.
    pub total: Option<u64>,
}
