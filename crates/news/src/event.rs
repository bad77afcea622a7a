//! Events: what the journal holds.

mod id;
mod news;
mod project;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_catalog::{CatalogId, EntryKey};

pub use self::id::{BadEventId, Epoch, EventId, TAG_AUTHORITY};
pub use self::news::{News, Subject};
pub use self::project::{Facts, Level, Listed, Project, Release};
use crate::kind::Kind;

/// A numbered line of the journal. Its JSON is one flat object, the same in exports, `diff`, `replay` and on the
/// web; fields that a reader does not know are passed over.
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
    /// The catalog it is about; `None` for news of a project and for rankings over all catalogs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<CatalogId>,
    /// Where its project is listed, as of the event; empty for a catalog's own news.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub catalogs: Vec<Listed>,
    /// It was replayed from history when the catalog was first followed: shown, never sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub history: bool,
    /// What happened.
    #[serde(flatten)]
    pub news: News,
    /// Why it was judged so, in one short sentence; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub evidence: String,
}

/// News with its time, not yet numbered.
#[derive(Clone, Debug, PartialEq)]
pub struct Dated {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What happened.
    pub news: News,
    /// Why it was judged so, in one short sentence; may be empty.
    pub evidence: String,
    /// Where its project is listed; empty for a catalog's own news.
    pub catalogs: Vec<Listed>,
}

impl Dated {
    /// News of this moment, with the evidence its own facts give.
    pub fn new(at: DateTime<Utc>, news: News) -> Self {
        let evidence = news.evidence();
        Self { at, news, evidence, catalogs: Vec::new() }
    }

    /// The same, of a project that is listed there.
    #[must_use]
    pub fn listed_in(self, catalogs: Vec<Listed>) -> Self {
        Self { catalogs, ..self }
    }

    /// The event it becomes once the journal has given it a number; `catalog` is the one it is about, if one.
    pub fn numbered(self, id: EventId, recorded: DateTime<Utc>, catalog: Option<CatalogId>) -> Event {
        Event {
            seq: id.seq,
            epoch: id.epoch,
            at: self.at,
            recorded,
            catalog,
            catalogs: self.catalogs,
            history: id.history,
            news: self.news,
            evidence: self.evidence,
        }
    }
}

impl Event {
    /// Its identity.
    pub fn id(&self) -> EventId {
        EventId { epoch: self.epoch, history: self.history, seq: self.seq }
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.news.kind()
    }

    /// The moment it counts for in digests: live news when it was written down, so that a period that is over stays
    /// as it was told; replayed history when it happened.
    pub fn told_at(&self) -> DateTime<Utc> {
        if self.history { self.at } else { self.recorded }
    }

    /// The catalogs it belongs to: the one it is about, else those that list its project, each once.
    pub fn catalog_ids(&self) -> Vec<&CatalogId> {
        if let Some(catalog) = &self.catalog {
            return vec![catalog];
        }
        let mut ids = Vec::new();
        for Listed { id, .. } in &self.catalogs {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    /// Whether it belongs to the catalog.
    pub fn is_of(&self, id: &CatalogId) -> bool {
        self.is_of_named(id.as_str())
    }

    /// The same, for the name of a catalog as it is written.
    pub(crate) fn is_of_named(&self, id: &str) -> bool {
        match &self.catalog {
            Some(catalog) => catalog.as_str() == id,
            None => self.catalogs.iter().any(|place| place.id.as_str() == id),
        }
    }

    /// The sections it belongs to, each with its catalog: where the entry stands and where it stood before, or where
    /// the project is listed. Empty for events about a whole catalog; the path of an entry before the first heading
    /// is empty, but there.
    pub fn places(&self) -> Vec<(&CatalogId, &[String])> {
        match &self.catalog {
            Some(catalog) => self.news.section_paths().into_iter().map(|path| (catalog, path)).collect(),
            None => self.catalogs.iter().map(|place| (&place.id, place.section_path.as_slice())).collect(),
        }
    }

    /// The keys of the projects it is about: of the entry, of its former address, of everybody who moved.
    pub fn projects(&self) -> Vec<EntryKey> {
        self.news.projects()
    }
}

#[cfg(test)]
pub(crate) mod tests;
