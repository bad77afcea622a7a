//! What goes into the store and comes out of it about projects.

use chrono::{DateTime, Utc};
use whimbrel_catalog::{CatalogId, EntryKey, SectionPath};
use whimbrel_news::Dated;
use whimbrel_project::{Project, RankState, StarHistory};

/// What one look at a project wants written together.
#[derive(Clone, Debug)]
pub struct ProjectRecord {
    /// The project as it is now.
    pub project: Project,
    /// Further keys that lead to it. Its former key is kept without being named here.
    pub aliases: Vec<EntryKey>,
    /// Its stars over time, when they differ.
    pub history: Option<StarHistory>,
    /// News, oldest first, each with the catalogs that list the project.
    pub news: Vec<Dated>,
    /// When it is next due.
    pub due: DateTime<Utc>,
}

/// What one look at a ranking wants written together.
#[derive(Clone, Debug)]
pub struct RankRecord {
    /// The ranking, by a name of the caller's.
    pub scope: String,
    /// What is to be remembered of it.
    pub state: RankState,
    /// The ranked catalog; `None` for a ranking over all of them.
    pub catalog: Option<CatalogId>,
    /// News, oldest first.
    pub news: Vec<Dated>,
}

/// Where a project is listed.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// The catalog.
    pub catalog: CatalogId,
    /// The entry: the project's own address, an older one, or one below it.
    pub entry: EntryKey,
    /// What the entry is called there.
    pub name: String,
    /// Where it stands there, each section once.
    pub sections: Vec<SectionPath>,
}
