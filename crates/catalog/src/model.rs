//! What a catalog is once it has been read: entries, their places, and the rankings the document prints.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::change::Metric;
use crate::key::EntryKey;

/// The short name of a catalog in configuration, addresses and events: 1–64 of `[a-z0-9._-]`, starting with a
/// letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CatalogId(Arc<str>);

impl CatalogId {
    /// Checks the form; the error says in one sentence what is wrong.
    pub fn new(id: &str) -> Result<Self, String> {
        let starts_well = id.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
        if starts_well && id.len() <= 64 && id.chars().all(allowed) {
            Ok(Self(id.into()))
        } else {
            Err(format!(
                "`{id}` is no catalog id: use 1 to 64 of a-z, 0-9, '.', '_' and '-', starting with a letter or digit"
            ))
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for CatalogId {
    type Error = String;
    fn try_from(id: String) -> Result<Self, String> {
        Self::new(&id)
    }
}

impl From<CatalogId> for String {
    fn from(id: CatalogId) -> Self {
        id.0.to_string()
    }
}

impl fmt::Display for CatalogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The visible words of the headings above an entry, outermost first, without the document's own title.
///
/// Shared, because thousands of entries stand in a few dozen sections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SectionPath(Arc<[Box<str>]>);

impl SectionPath {
    /// A path of these headings, outermost first.
    pub fn new<S: AsRef<str>>(parts: impl IntoIterator<Item = S>) -> Self {
        Self(parts.into_iter().map(|part| Box::from(part.as_ref())).collect())
    }

    /// The headings, outermost first; empty for what stands before the first heading.
    pub fn parts(&self) -> &[Box<str>] {
        &self.0
    }

    /// True for the place before the first heading.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for SectionPath {
    /// `A / B`; nothing for the root.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, part) in self.0.iter().enumerate() {
            if depth > 0 {
                f.write_str(" / ")?;
            }
            f.write_str(part)?;
        }
        Ok(())
    }
}

/// A catalog as read at one time. Entries are distinct by key and stand in document order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The single top heading of the highest level, if there is one.
    pub title: Option<String>,
    /// Every section that holds something, in document order.
    pub sections: Vec<SectionPath>,
    /// The distinct entries, in document order of their first place.
    pub entries: Vec<Entry>,
    /// Items that name a thing but give no address, in document order.
    pub linkless: Vec<Linkless>,
    /// The orders the document itself prints.
    pub rankings: Vec<Ranking>,
}

/// One listed thing: everything the document says about one address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The normalised address; the identity of the entry.
    pub key: EntryKey,
    /// Visible text of the primary link without markers, figures and language tag. Never empty.
    pub name: String,
    /// The address as the document gives it, references resolved.
    pub url: String,
    /// What the document says about it, as plain text on one line; empty when it says nothing.
    pub description: String,
    /// Language or kind marks such as `Golang` or `C/C++`, in document order.
    pub marks: Vec<String>,
    /// Further links of the same item, in document order, badges left out.
    pub links: Vec<Link>,
    /// Values of numeric or date columns. A value that could not be read is absent, not zero.
    pub figures: Vec<Figure>,
    /// Where it is listed, in document order; at least one place.
    pub places: Vec<Place>,
}

/// A further link of an item, such as a home page or a discussion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Visible text of the link; may be empty for a bare address.
    pub name: String,
    /// The address as the document gives it.
    pub url: String,
}

/// One place an entry is listed at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Place {
    /// The section it stands in.
    pub section: SectionPath,
    /// One-based line of the source. Not stored and not compared: it shifts with every line added above.
    #[serde(skip)]
    pub line: u32,
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.section == other.section
    }
}

/// A value a table prints about an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What is measured.
    pub metric: Metric,
    /// The cell as the document shows it, such as `24.8k`.
    pub shown: String,
    /// The cell as a number (for dates: seconds since 1970 UTC).
    pub value: f64,
}

/// An item without an address, kept so that one gaining or losing its link is no news.
#[derive(Clone, Debug, Eq, Serialize, Deserialize)]
pub struct Linkless {
    /// Its name, markers and figures removed.
    pub name: String,
    /// The section it stands in.
    pub section: SectionPath,
    /// One-based line of the source; not stored and not compared.
    #[serde(skip)]
    pub line: u32,
}

impl PartialEq for Linkless {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.section == other.section
    }
}

/// An order the document itself prints, best first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    /// What it ranks by.
    pub metric: Metric,
    /// The list it ranks (headings such as "Ranked by Stars" are views of one list and no part of it).
    pub section: SectionPath,
    /// Keys of the ranked entries, best first. The values are figures of the entries.
    pub order: Vec<EntryKey>,
}

impl Entry {
    /// The section of the first place.
    pub fn section(&self) -> &SectionPath {
        // An entry without a place cannot be parsed; a stored one that lost its places reads as the root.
        static ROOT: std::sync::LazyLock<SectionPath> = std::sync::LazyLock::new(SectionPath::default);
        self.places.first().map_or(&ROOT, |place| &place.section)
    }

    /// The figure of this metric, if it was readable.
    pub fn figure(&self, metric: &Metric) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.metric == *metric)
    }
}

impl Snapshot {
    /// How many listings the document has: places of all entries, a ranked table's rows once.
    pub fn listings(&self) -> usize {
        self.entries.iter().map(|entry| entry.places.len()).sum()
    }
}
