//! A digest in words.

use whimbrel_catalog::CatalogId;

use super::brief::{Brief, brief, swept};
use super::project::version;
use super::text::{counted, line, listed};
use crate::digest::{Digest, Part, Releases};
use crate::event::Event;

/// Lines below one heading; the rest is counted. A digest is for reading.
const MAX_LINES: usize = 40;

/// Lines of a whole digest, so that fifty of them in a feed stay small.
const MAX_DIGEST_LINES: usize = 200;

/// Lines kept for catalogs where there is news of many projects.
const KEPT_FOR_CATALOGS: usize = MAX_DIGEST_LINES / 2;

/// What stands over the news of projects.
const PROJECTS: &str = "Projects";

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
    /// The catalog they are about; `None` for news of projects, whatever lists them.
    pub catalog: Option<CatalogId>,
    /// What people call the catalog, or what stands over news of projects.
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
    tell_digest_of(&digest.span.label(), digest, title_of)
}

/// The same, of a period that is called so.
pub fn tell_digest_of(label: &str, digest: &Digest, title_of: &dyn Fn(&CatalogId) -> String) -> ToldDigest {
    let counts: Vec<_> = digest.counts.iter().map(|(kind, count)| counted(*kind, *count)).collect();
    let title = match counts.as_slice() {
        [] => format!("{label}: nothing new"),
        [one] => format!("{label}: {one}"),
        [one, two] => format!("{label}: {one} and {two}"),
        [one, two, _] => format!("{label}: {one}, {two} and 1 more kind of news"),
        [one, two, rest @ ..] => format!("{label}: {one}, {two} and {} more kinds of news", rest.len()),
    };
    let mut groups = Vec::new();
    let mut room = MAX_DIGEST_LINES;
    let of_projects = Some((None, &digest.projects)).filter(|(_, parts)| !parts.is_empty());
    let of_catalogs = digest.catalogs.iter().map(|catalog| (Some(&catalog.catalog), &catalog.parts));
    for (catalog, parts) in of_projects.into_iter().chain(of_catalogs) {
        let catalog_title = catalog.map_or_else(|| PROJECTS.to_owned(), |id| line(&title_of(id), 100));
        let mut group = |title: String, lines: Vec<Brief>, more: usize| {
            let (catalog, catalog_title) = (catalog.cloned(), catalog_title.clone());
            groups.push(ToldGroup { catalog, catalog_title, title, lines, more });
        };
        let kept = if catalog.is_none() && !digest.catalogs.is_empty() { KEPT_FOR_CATALOGS } else { 0 };
        let mut left_out = 0;
        for part in parts {
            if room <= kept {
                left_out += part.count();
                continue;
            }
            let (title, mut lines) = match part {
                Part::Events { kind, section, events } => {
                    let section = if section.is_empty() {
                        String::new()
                    } else {
                        format!(" — {}", line(section, 120))
                    };
                    let lines = events.iter().flat_map(|event| with_lists(brief(event), event, title_of));
                    (format!("{}{section}", kind.title()), lines.collect::<Vec<_>>())
                }
                Part::Releases { kind, projects } => {
                    let lines = projects.iter().flat_map(|releases| released(releases, title_of));
                    (kind.title().to_owned(), lines.collect())
                }
                Part::Sweep { kind, count, names } => (kind.title().to_owned(), vec![swept(*count, names)]),
            };
            let shown = lines.len().min(MAX_LINES).min(room - kept);
            let more = lines.len() - shown;
            lines.truncate(shown);
            room -= shown;
            group(title, lines, more);
        }
        if left_out > 0 {
            group("Further news".to_owned(), vec![], left_out);
        }
    }
    ToldDigest { title, summary: counts.join(", "), groups }
}

/// What a project published: the release that matters most, the others by their versions.
fn released(releases: &Releases, title_of: &dyn Fn(&CatalogId) -> String) -> Vec<Brief> {
    let mut lines = brief(&releases.first);
    let others: Vec<_> =
        releases.others.iter().filter_map(|event| event.news.release()).map(version).collect();
    if !others.is_empty()
        && let Some(line) = lines.last_mut()
    {
        line.rest.push_str("; also ");
        line.rest.push_str(&listed(&others));
    }
    with_lists(lines, &releases.first, title_of)
}

/// The lines, and which catalogs list the project they are about.
fn with_lists(mut lines: Vec<Brief>, event: &Event, title_of: &dyn Fn(&CatalogId) -> String) -> Vec<Brief> {
    if event.catalog.is_none()
        && let Some(line) = lines.last_mut()
    {
        let titles: Vec<_> = event.catalog_ids().into_iter().map(title_of).collect();
        if !titles.is_empty() {
            line.rest.push_str(" · in ");
            line.rest.push_str(&listed(&titles));
        }
    }
    lines
}
