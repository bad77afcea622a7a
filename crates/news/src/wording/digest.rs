//! A digest in words.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use whimbrel_catalog::{CatalogId, Mover};

use super::brief::{Brief, brief, swept};
use super::project::version;
use super::text::{counted, date, line, listed};
use crate::digest::{Digest, Part, Releases};
use crate::event::{Event, News};

/// Movers of one ranking that are told where room is short, most of them upwards.
const MAX_MOVED: usize = 20;

/// How much of a digest is told; the rest is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Lines below one heading.
    pub heading: usize,
    /// Lines in all; half of them are kept for catalogs where there is news of many projects.
    pub digest: usize,
}

impl Room {
    /// For reading, and so that fifty digests in a feed stay small.
    pub const SHORT: Self = Self { heading: 40, digest: 200 };

    /// For a page that has everything; so much that only its weight sets the limit.
    pub const PAGE: Self = Self { heading: 5_000, digest: 5_000 };
}

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
    tell_digest_within(Room::SHORT, label, digest, title_of)
}

/// The same, with as much of it as there is room for.
pub fn tell_digest_within(
    limits: Room,
    label: &str,
    digest: &Digest,
    title_of: &dyn Fn(&CatalogId) -> String,
) -> ToldDigest {
    let counts: Vec<_> = digest.counts.iter().map(|(kind, count)| counted(*kind, *count)).collect();
    let title = match counts.as_slice() {
        [] => format!("{label}: nothing new"),
        [one] => format!("{label}: {one}"),
        [one, two] => format!("{label}: {one} and {two}"),
        [one, two, _] => format!("{label}: {one}, {two} and 1 more kind of news"),
        [one, two, rest @ ..] => format!("{label}: {one}, {two} and {} more kinds of news", rest.len()),
    };
    let mut groups = Vec::new();
    let mut room = limits.digest;
    let of_projects = Some((None, &digest.projects)).filter(|(_, parts)| !parts.is_empty());
    let of_catalogs = digest.catalogs.iter().map(|catalog| (Some(&catalog.catalog), &catalog.parts));
    for (catalog, parts) in of_projects.into_iter().chain(of_catalogs) {
        let catalog_title = catalog.map_or_else(|| PROJECTS.to_owned(), |id| line(&title_of(id), 100));
        let mut group = |title: String, lines: Vec<Brief>, more: usize| {
            let (catalog, catalog_title) = (catalog.cloned(), catalog_title.clone());
            groups.push(ToldGroup { catalog, catalog_title, title, lines, more });
        };
        let kept = if catalog.is_none() && !digest.catalogs.is_empty() { limits.digest / 2 } else { 0 };
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
                    let told = |event| with_lists(brief(event), event, title_of);
                    let lines = events.iter().flat_map(|event| also_in(told(event), event, digest, title_of));
                    (format!("{}{section}", kind.title()), lines.collect::<Vec<_>>())
                }
                Part::Releases { kind, projects } => {
                    let lines = projects.iter().flat_map(|releases| released(releases, title_of));
                    (kind.title().to_owned(), lines.collect())
                }
                Part::Sweep { kind, count, names } => (kind.title().to_owned(), vec![swept(*count, names)]),
            };
            let (shown, all) = (lines.len().min(limits.heading).min(room - kept), lines.len());
            if let Part::Events { events, .. } = part
                && let [Event { news: News::RanksMoved { movers, .. }, .. }] = events.as_slice()
                && limits == Room::SHORT
            {
                keep_both_ends(&mut lines, movers, shown.min(MAX_MOVED));
            }
            lines.truncate(shown);
            let more = all - lines.len();
            room -= lines.len();
            group(title, lines, more);
        }
        if left_out > 0 {
            group("Further news".to_owned(), vec![], left_out);
        }
    }
    ToldDigest { title, summary: counts.join(", "), groups }
}

/// Leaves so many lines about movers, who rose first: both directions stay, and of each the largest moves.
fn keep_both_ends(lines: &mut Vec<Brief>, movers: &[Mover], most: usize) {
    if lines.len() <= most || lines.len() != movers.len() {
        return;
    }
    let rose = movers.iter().take_while(|mover| mover.to < mover.from).count();
    let fell = lines.len() - rose;
    let up = rose.min(most - fell.min(most / 3));
    lines.drain(up..rose);
    lines.truncate(most);
}

/// When catalogs were last read, the one longest ago first: a catalog and ` — last read 22 November 2026, 08:55 UTC`.
/// Their names have no address.
pub fn tell_read(
    read: &BTreeMap<CatalogId, DateTime<Utc>>,
    title_of: &dyn Fn(&CatalogId) -> String,
) -> Vec<Brief> {
    let mut read: Vec<_> = read.iter().map(|(id, at)| (at, line(&title_of(id), 100))).collect();
    read.sort();
    let told = read.into_iter().map(|(at, name)| {
        let rest = format!(" — last read {}, {} UTC", date(*at), at.format("%H:%M"));
        Brief::new(name, None, rest)
    });
    told.collect()
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

/// The lines about a new entry, and which other catalogs list it.
fn also_in(
    mut lines: Vec<Brief>,
    event: &Event,
    digest: &Digest,
    title_of: &dyn Fn(&CatalogId) -> String,
) -> Vec<Brief> {
    if let (Some(catalog), News::Added { subject, .. }) = (&event.catalog, &event.news)
        && let Some(catalogs) = digest.also.get(&subject.key)
        && let Some(line) = lines.last_mut()
    {
        let others: Vec<_> = catalogs.iter().filter(|other| *other != catalog).map(title_of).collect();
        if !others.is_empty() {
            line.push(&format!(" · also in {}", listed(&others)));
        }
    }
    lines
}

/// The lines, and which catalogs list the project they are about.
fn with_lists(mut lines: Vec<Brief>, event: &Event, title_of: &dyn Fn(&CatalogId) -> String) -> Vec<Brief> {
    if event.catalog.is_none()
        && let Some(line) = lines.last_mut()
    {
        let titles: Vec<_> = event.catalog_ids().into_iter().map(title_of).collect();
        if !titles.is_empty() {
            line.push(&format!(" · in {}", listed(&titles)));
        }
    }
    lines
}
