//! Collects what a format's reader finds into a snapshot and a report.
//!
//! Readers hand over listings in document order; here one address becomes one entry with several places, sections
//! get their paths and counts, and the rows of several rankings of one list are counted once.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use rustc_hash::FxHashMap;

use crate::change::Metric;
use crate::key::EntryKey;
use crate::model::{Entry, Figure, Link, Linkless, Place, Ranking, SectionPath, Snapshot};
use crate::report::{Layout, Reading, Report, Skipped};

/// A section, as long as its path is not settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SectionId(u32);

impl SectionId {
    /// What stands before the first heading.
    pub(crate) const ROOT: Self = Self(0);
}

/// One listed thing at one place.
#[derive(Clone, Debug)]
pub(crate) struct Listing {
    /// See the fields of the same names in [`Entry`].
    pub(crate) key: EntryKey,
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) description: String,
    pub(crate) marks: Vec<String>,
    pub(crate) links: Vec<Link>,
    pub(crate) figures: Vec<Figure>,
    /// Where it stands.
    pub(crate) section: SectionId,
    /// One-based line of the source.
    pub(crate) line: u32,
    /// How it is written.
    pub(crate) layout: Layout,
}

/// Where an entry is listed, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    pub(crate) section: SectionId,
    /// One-based line of the source.
    pub(crate) line: u32,
    pub(crate) layout: Layout,
    /// The order it is a row of.
    pub(crate) ranking: Option<RankingId>,
}

/// One order a document prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RankingId(u32);

/// Collects a document.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    sections: Vec<Section>,
    /// From the hash of a parent and a name to the section.
    children: FxHashMap<u64, SectionId>,
    title: Option<Title>,
    entries: Vec<Entry>,
    /// From the hash of a key to its entry. Hashes are seeded, so no document can make them collide.
    index: FxHashMap<u64, u32>,
    seed: RandomState,
    linkless: Vec<(SectionId, String, u32)>,
    rankings: Vec<Order>,
    ranking_of: HashMap<(Metric, SectionId), RankingId>,
    /// Which order first listed an entry in a section.
    ranked: FxHashMap<(u32, SectionId), RankingId>,
    report: Report,
}

#[derive(Debug)]
struct Section {
    parent: SectionId,
    name: Box<str>,
    /// Made when something is first listed here: by then the title is known.
    path: Option<SectionPath>,
    holds: bool,
    listings: usize,
}

impl Section {
    fn new(parent: SectionId, name: &str) -> Self {
        Self { parent, name: Box::from(name), path: None, holds: false, listings: 0 }
    }
}

#[derive(Debug)]
enum Title {
    Heading(SectionId),
    Words(String),
}

#[derive(Debug)]
struct Order {
    metric: Metric,
    section: SectionId,
    entries: Vec<u32>,
}

impl Builder {
    /// An empty document.
    pub(crate) fn new() -> Self {
        let mut root = Section::new(SectionId::ROOT, "");
        root.path = Some(SectionPath::default());
        Self { sections: vec![root], ..Self::default() }
    }

    /// The section of this name below another one; the same name gives the same section.
    pub(crate) fn child(&mut self, parent: SectionId, name: &str) -> SectionId {
        let mut hash = self.seed.hash_one((parent, name));
        while let Some(&known) = self.children.get(&hash) {
            let section = &self.sections[known.0 as usize];
            if section.parent == parent && *section.name == *name {
                return known;
            }
            hash = hash.wrapping_add(1);
        }
        let id = SectionId(self.sections.len() as u32);
        self.sections.push(Section::new(parent, name));
        self.children.insert(hash, id);
        id
    }

    /// Makes a section the document's title: it vanishes from the paths below it. Comes before all listings.
    pub(crate) fn title_is(&mut self, section: SectionId) {
        debug_assert!(self.entries.is_empty() && self.linkless.is_empty(), "paths are settled by now");
        self.title = Some(Title::Heading(section));
    }

    /// Gives the document a title that is no section.
    pub(crate) fn title(&mut self, words: &str) {
        self.title = Some(Title::Words(words.to_owned()));
    }

    /// Takes all listings of a document at once; entries come without places and stay where they are in memory.
    pub(crate) fn adopt(&mut self, entries: Vec<Entry>, spots: impl Iterator<Item = Spot>) {
        debug_assert!(self.entries.is_empty(), "what is added before would be lost");
        self.entries = entries;
        self.index.reserve(self.entries.len());
        let mut kept = 0;
        for (at, spot) in spots.enumerate().take(self.entries.len()) {
            let entry = match self.slot(&self.entries[at].key) {
                Err(hash) => {
                    self.entries.swap(kept, at);
                    self.index.insert(hash, kept as u32);
                    kept += 1;
                    kept - 1
                }
                Ok(known) => {
                    let (before, rest) = self.entries.split_at_mut(at);
                    absorb(&mut before[known as usize], &mut rest[0]);
                    known as usize
                }
            };
            self.note(entry as u32, spot);
        }
        self.entries.truncate(kept);
    }

    /// Takes a listing.
    pub(crate) fn add(&mut self, listing: Listing) {
        let spot =
            Spot { section: listing.section, line: listing.line, layout: listing.layout, ranking: None };
        let entry = self.merge(listing);
        self.note(entry, spot);
    }

    /// Begins an order the document prints, best first. Orders of one metric and section are one.
    pub(crate) fn ranking(&mut self, metric: Metric, section: SectionId) -> RankingId {
        let next = RankingId(self.rankings.len() as u32);
        let ranking = *self.ranking_of.entry((metric.clone(), section)).or_insert(next);
        if ranking == next {
            self.rankings.push(Order { metric, section, entries: Vec::new() });
        }
        ranking
    }

    /// Takes the next row of an order. What another order of the same section lists already is no further place.
    pub(crate) fn add_ranked(&mut self, ranking: RankingId, listing: Listing) {
        let Listing { section, line, layout, .. } = listing;
        let entry = self.merge(listing);
        self.note(entry, Spot { section, line, layout, ranking: Some(ranking) });
    }

    /// Takes an item that names a thing but gives no address.
    pub(crate) fn linkless(&mut self, section: SectionId, name: String, line: u32) {
        self.sections[section.0 as usize].holds = true;
        self.linkless.push((section, name, line));
    }

    /// Reports a line that looks like an entry and was not taken. The reason is always the same for the same case.
    pub(crate) fn skip(&mut self, line: u32, text: &str, reason: &'static str) {
        let shortened = match text.char_indices().nth(200) {
            Some((end, _)) => &text[..end],
            None => text,
        };
        self.report.skipped.push(Skipped {
            line,
            text: shortened.trim().to_owned(),
            reason: reason.to_owned(),
        });
    }

    /// The document as a whole.
    pub(crate) fn finish(mut self) -> Reading {
        let title = match self.title.take() {
            Some(Title::Heading(section)) => Some(self.sections[section.0 as usize].name.to_string()),
            Some(Title::Words(words)) => Some(words),
            None => None,
        };
        let linkless = std::mem::take(&mut self.linkless);
        let linkless = linkless.into_iter().map(|(section, name, line)| (self.path_of(section), name, line));
        let linkless = linkless.map(|(section, name, line)| Linkless { name, section, line }).collect();
        let orders = std::mem::take(&mut self.rankings);
        let mut seen_in = vec![usize::MAX; self.entries.len()];
        let mut rankings = Vec::with_capacity(orders.len());
        for (number, order) in orders.into_iter().enumerate() {
            let first = |entry: &usize| std::mem::replace(&mut seen_in[*entry], number) != number;
            let entries = order.entries.into_iter().map(|entry| entry as usize).filter(first);
            let mut unknown = 0;
            let key = |entry: usize| {
                unknown += usize::from(self.entries[entry].figure(&order.metric).is_none());
                self.entries[entry].key.clone()
            };
            let order_of = entries.map(key).collect();
            self.report.unknown.push(unknown);
            rankings.push(Ranking {
                metric: order.metric,
                section: self.path_of(order.section),
                order: order_of,
            });
        }
        let mut report = self.report;
        let mut sections = Vec::new();
        let mut rows: HashMap<SectionPath, usize> = HashMap::new();
        for section in self.sections.into_iter().filter(|section| section.holds) {
            let path = section.path.unwrap_or_default();
            let row = *rows.entry(path.clone()).or_insert_with(|| {
                sections.push(path.clone());
                report.sections.push((path, 0));
                report.sections.len() - 1
            });
            report.sections[row].1 += section.listings;
        }
        for entry in self.entries.iter().filter(|entry| entry.places.len() > 1) {
            report
                .duplicates
                .push((entry.key.clone(), entry.places.iter().map(|place| place.line).collect()));
        }
        report.skipped.sort_by_key(|skipped| skipped.line);
        Reading { snapshot: Snapshot { title, sections, entries: self.entries, linkless, rankings }, report }
    }

    /// The entry of a key, or the free slot of the index where it belongs.
    fn slot(&self, key: &EntryKey) -> Result<u32, u64> {
        let mut hash = self.seed.hash_one(key);
        loop {
            match self.index.get(&hash) {
                None => return Err(hash),
                Some(&entry) if self.entries[entry as usize].key == *key => return Ok(entry),
                Some(_) => hash = hash.wrapping_add(1),
            }
        }
    }

    /// Joins a listing with what is known of its address, and says which entry it is.
    fn merge(&mut self, listing: Listing) -> u32 {
        match self.slot(&listing.key) {
            Err(hash) => {
                let entry = self.entries.len() as u32;
                self.index.insert(hash, entry);
                self.entries.push(listing.into_entry());
                entry
            }
            Ok(entry) => {
                absorb(&mut self.entries[entry as usize], &mut listing.into_entry());
                entry
            }
        }
    }

    /// Notes that an entry is listed here. A row of an order is no place of its own if another order of the same
    /// section lists the entry already.
    fn note(&mut self, entry: u32, spot: Spot) {
        let Spot { section, line, layout, ranking } = spot;
        if let Some(ranking) = ranking {
            self.rankings[ranking.0 as usize].entries.push(entry);
            if *self.ranked.entry((entry, section)).or_insert(ranking) != ranking {
                return;
            }
        }
        let path = self.path_of(section);
        let counts = &mut self.sections[section.0 as usize];
        counts.holds = true;
        counts.listings += 1;
        *self.report.layouts.entry(layout).or_default() += 1;
        let places = &mut self.entries[entry as usize].places;
        places.reserve_exact(usize::from(places.is_empty())); // nearly all have one
        places.push(Place { section: path, line });
    }

    /// The path of a section, the title left out.
    fn path_of(&mut self, section: SectionId) -> SectionPath {
        if let Some(path) = &self.sections[section.0 as usize].path {
            return path.clone();
        }
        let title = match self.title {
            Some(Title::Heading(title)) => Some(title),
            _ => None,
        };
        let mut names = Vec::new();
        let mut at = section;
        while at != SectionId::ROOT {
            let Section { parent, name, .. } = &self.sections[at.0 as usize];
            if title != Some(at) {
                names.push(name.as_ref());
            }
            at = *parent;
        }
        let path = SectionPath::new(names.into_iter().rev());
        self.sections[section.0 as usize].path = Some(path.clone());
        path
    }
}

impl Listing {
    fn into_entry(self) -> Entry {
        Entry {
            key: self.key,
            name: self.name,
            url: self.url,
            description: self.description,
            marks: self.marks,
            links: self.links,
            figures: self.figures,
            places: Vec::new(),
        }
    }
}

/// More marks, links or figures than any entry has: the rest is left out, so that a document which lists one address
/// ten thousand times is read as fast as any other.
const MOST: usize = 200;

/// Takes over what another listing of the same address says.
///
/// The fuller one gives name, address and description, whichever comes first in the document, so that sorting a list
/// anew changes nothing.
fn absorb(entry: &mut Entry, other: &mut Entry) {
    let own = (entry.description.len(), &other.description, &other.name, &other.url);
    let new = (other.description.len(), &entry.description, &entry.name, &entry.url);
    if new > own {
        std::mem::swap(&mut entry.name, &mut other.name);
        std::mem::swap(&mut entry.description, &mut other.description);
        std::mem::swap(&mut entry.url, &mut other.url);
    }
    unite(&mut entry.marks, &mut other.marks, |mark, other| mark == other);
    unite(&mut entry.links, &mut other.links, |link, other| link == other);
    unite(&mut entry.figures, &mut other.figures, |figure, other| figure.metric == other.metric);
}

fn unite<T>(own: &mut Vec<T>, others: &mut Vec<T>, same: impl Fn(&T, &T) -> bool) {
    for other in others.drain(..) {
        if own.len() < MOST && !own.iter().any(|own| same(own, &other)) {
            own.push(other);
        }
    }
}
