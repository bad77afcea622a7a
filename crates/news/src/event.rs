//! Events: what the journal holds.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_catalog::CatalogId;

use crate::kind::Kind;

/// The life of one store. Every restore or rebuild starts a new, larger one, so numbers never come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u64);

/// The identity of an event: never re-used, never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId {
    /// The life of the store that gave the number.
    pub epoch: Epoch,
    /// Replayed history is numbered apart from live news.
    pub history: bool,
    /// The number, from 1.
    pub seq: u64,
}

/// A numbered line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Number within the epoch, from 1 (replayed history counts apart).
    pub seq: u64,
    /// The life of the store that gave the number.
    pub epoch: Epoch,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// When it was written down.
    pub recorded: DateTime<Utc>,
    /// The catalog it is about.
    pub catalog: CatalogId,
    /// It was replayed from history when the catalog was first followed: shown, never sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub history: bool,
    /// What happened.
    #[serde(flatten)]
    pub news: News,
}

/// News with its time, not yet numbered.
#[derive(Clone, Debug, PartialEq)]
pub struct Dated {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What happened.
    pub news: News,
}

/// The entry an event is about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    /// Key of the entry (`github.com/owner/repo`), also the key of its project.
    pub key: String,
    /// Its name at the time.
    pub name: String,
    /// Its address at the time.
    pub url: String,
    /// Its section as one text, `A / B`.
    #[serde(default)]
    pub section: String,
    /// Its section as a path.
    #[serde(default)]
    pub section_path: Vec<String>,
}

/// What happened, with the facts a reader needs, frozen as of the event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum News {
    /// A new entry.
    Added {
        /// Which.
        #[serde(flatten)]
        subject: Subject,
        /// What the catalog says about it.
        #[serde(default)]
        description: String,
    },
}

impl Event {
    /// Its identity.
    pub fn id(&self) -> EventId {
        EventId { epoch: self.epoch, history: self.history, seq: self.seq }
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self.news {
            News::Added { .. } => Kind::Added,
        }
    }
}
