//! A digest in words.

use whimbrel_catalog::CatalogId;

use super::brief::{Brief, brief, swept};
use super::text::{counted, line};
use crate::digest::{Digest, Part};

/// Lines below one heading; the rest is counted. A digest is for reading.
const MAX_LINES: usize = 40;

/// A digest in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldDigest {
    /// The period and the largest numbers, such as `20 November 2026: 12 new entries and 3 removed`.
    pub title: String,
    /// All numbers, one line; empty when nothing happened.
    pub summary: String,
    /// What happened, by catalog and kind.
    pub groups: Vec<ToldGroup>,
}

/// Lines that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldGroup {
    /// The catalog they are about.
    pub catalog: CatalogId,
    /// What people call the catalog.
    pub catalog_title: String,
    /// The heading, such as `New entries — Databases`.
    pub title: String,
    /// The lines.
    pub lines: Vec<Brief>,
    /// How many more there are.
    pub more: usize,
}

/// The digest in words; `title_of` says what people call a catalog.
pub fn tell_digest(digest: &Digest, title_of: &dyn Fn(&CatalogId) -> String) -> ToldDigest {
    let counts: Vec<_> = digest.counts.iter().map(|(kind, count)| counted(*kind, *count)).collect();
    let label = digest.span.label();
    let title = match counts.as_slice() {
        [] => format!("{label}: nothing new"),
        [one] => format!("{label}: {one}"),
        [one, two] => format!("{label}: {one} and {two}"),
        [one, two, _] => format!("{label}: {one}, {two} and 1 more kind of news"),
        [one, two, rest @ ..] => format!("{label}: {one}, {two} and {} more kinds of news", rest.len()),
    };
    let mut groups = Vec::new();
    for catalog in &digest.catalogs {
        let catalog_title = line(&title_of(&catalog.catalog), 100);
        for part in &catalog.parts {
            let (title, mut lines) = match part {
                Part::Events { kind, section, events } => {
                    let section = if section.is_empty() {
                        String::new()
                    } else {
                        format!(" — {}", line(section, 120))
                    };
                    (format!("{}{section}", kind.title()), events.iter().flat_map(brief).collect::<Vec<_>>())
                }
                Part::Sweep { kind, count, names } => (kind.title().to_owned(), vec![swept(*count, names)]),
            };
            let more = lines.len().saturating_sub(MAX_LINES);
            lines.truncate(MAX_LINES);
            groups.push(ToldGroup {
                catalog: catalog.catalog.clone(),
                catalog_title: catalog_title.clone(),
                title,
                lines,
                more,
            });
        }
    }
    ToldDigest { title, summary: counts.join(", "), groups }
}
