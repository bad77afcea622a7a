//! What is asked of the index and what it hands back, as plain data.

use whimbrel_catalog::{CatalogId, EntryKey, SectionPath};
use whimbrel_project::ProjectId;

/// What to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked<'a> {
    /// What was typed: a name, words of it, words of descriptions, or an address.
    pub words: &'a str,
    /// Where to look.
    pub scope: Scope,
    /// So many hits at most.
    pub limit: usize,
    /// So many of the best are left out: those of earlier pages.
    pub offset: usize,
}

/// Where to look; everywhere unless it says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Only what this catalog lists.
    pub catalog: Option<CatalogId>,
    /// Only what stands in this section or below it, of any catalog when none is named.
    pub section: Option<SectionPath>,
}

/// Whose names are meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Among {
    /// Those of catalogs.
    Catalogs,
    /// Those of sections, of one catalog or of all.
    Sections(Option<CatalogId>),
    /// Those of listed things, whether projects or not.
    Projects,
    /// All of them.
    Everything,
}

/// What was found.
///
/// A thing that several catalogs list is found once. Where an entry is the address of a project (its present one or one
/// it had), the project is found; an entry of an address below, such as a folder or a wiki, is a thing of its own, and
/// so is every entry that lies in no project. Those are named by the first of their catalogs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// A catalog.
    Catalog(CatalogId),
    /// A section of a catalog.
    Section(CatalogId, SectionPath),
    /// A listed thing that is no project.
    Entry(CatalogId, EntryKey),
    /// A listed project.
    Project(ProjectId),
}

/// A name that could be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// What has it.
    pub subject: Subject,
    /// The name as people write it: `owner/name` of a project, the whole path of a section.
    pub name: String,
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub subject: Subject,
    /// Its name, as [`Named`] has it.
    pub name: String,
    /// What its owner, else the first catalog, says about it; may be empty.
    pub description: String,
    /// Where it leads; nothing for catalogs and sections.
    pub url: Option<String>,
    /// Its stars, where they are known.
    pub stars: Option<u64>,
    /// Where it is listed, by catalog; for a section the place itself, for a catalog nothing.
    pub places: Vec<(CatalogId, SectionPath)>,
    /// Why it was found.
    pub how: Match,
}

/// Why something was found, the best reason first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Match {
    /// It is called just so, apart from capitals, accents and punctuation, or this is its address.
    Exact,
    /// Its name begins so.
    Prefix,
    /// The words stand in its name.
    Name,
    /// The words stand in its name or in what is said about it.
    Words,
    /// Its name, or words about it, are one or two typos away.
    Fuzzy,
}
