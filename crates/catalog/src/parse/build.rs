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

/// One order a document prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RankingId(u32);

/// Collects a document.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    sections: Vec<Section>,
    children: HashMap<(SectionId, Box<str>), SectionId>,
    title: Option<Title>,
    drafts: Vec<Draft>,
    /// From the hash of a key to its draft. Hashes are seeded, so no document can make them collide.
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
    holds: bool,
    listings: usize,
}

#[derive(Debug)]
enum Title {
    Heading(SectionId),
    Words(String),
}

#[derive(Debug)]
struct Draft {
    main: Listing,
    /// Places after that of `main`'s first listing, which is `first`.
    first: (SectionId, u32),
    more: Vec<(SectionId, u32)>,
}

#[derive(Debug)]
struct Order {
    metric: Metric,
    section: SectionId,
    drafts: Vec<u32>,
    unknown: usize,
}

impl Builder {
    /// An empty document.
    pub(crate) fn new() -> Self {
        let root = Section { parent: SectionId::ROOT, name: Box::from(""), holds: false, listings: 0 };
        Self { sections: vec![root], ..Self::default() }
    }

    /// The section of this name below another one; the same name gives the same section.
    pub(crate) fn child(&mut self, parent: SectionId, name: &str) -> SectionId {
        let next = SectionId(self.sections.len() as u32);
        let id = *self.children.entry((parent, Box::from(name))).or_insert(next);
        if id == next {
            self.sections.push(Section { parent, name: Box::from(name), holds: false, listings: 0 });
        }
        id
    }

    /// Makes a section the document's title: it vanishes from the paths below it.
    pub(crate) fn title_is(&mut self, section: SectionId) {
        self.title = Some(Title::Heading(section));
    }

    /// Gives the document a title that is no section.
    pub(crate) fn title(&mut self, words: &str) {
        self.title = Some(Title::Words(words.to_owned()));
    }

    /// Takes a listing.
    pub(crate) fn add(&mut self, listing: Listing) {
        let (section, line, layout) = (listing.section, listing.line, listing.layout);
        let (draft, new) = self.merge(listing);
        self.count(draft, new, section, line, layout);
    }

    /// Begins an order the document prints, best first. Orders of one metric and section are one.
    pub(crate) fn ranking(&mut self, metric: Metric, section: SectionId) -> RankingId {
        let next = RankingId(self.rankings.len() as u32);
        let ranking = *self.ranking_of.entry((metric.clone(), section)).or_insert(next);
        if ranking == next {
            self.rankings.push(Order { metric, section, drafts: Vec::new(), unknown: 0 });
        }
        ranking
    }

    /// Takes the next row of an order. What another order of the same section lists already is no further place.
    pub(crate) fn add_ranked(&mut self, ranking: RankingId, listing: Listing) {
        let (section, line, layout) = (listing.section, listing.line, listing.layout);
        let metric = &self.rankings[ranking.0 as usize].metric;
        let unknown = !listing.figures.iter().any(|figure| figure.metric == *metric);
        let (draft, new) = self.merge(listing);
        let order = &mut self.rankings[ranking.0 as usize];
        order.drafts.push(draft);
        order.unknown += usize::from(unknown);
        if *self.ranked.entry((draft, section)).or_insert(ranking) == ranking {
            self.count(draft, new, section, line, layout);
        }
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
        let paths = self.paths();
        let path = |section: SectionId| paths[section.0 as usize].clone();

        let title = match self.title {
            Some(Title::Heading(section)) => Some(self.sections[section.0 as usize].name.to_string()),
            Some(Title::Words(words)) => Some(words),
            None => None,
        };
        let mut snapshot = Snapshot { title, ..Snapshot::default() };
        let mut rows: HashMap<SectionPath, usize> = HashMap::new();
        for (id, section) in self.sections.iter().enumerate() {
            if section.holds {
                let row = *rows.entry(paths[id].clone()).or_insert_with(|| {
                    snapshot.sections.push(paths[id].clone());
                    self.report.sections.push((paths[id].clone(), 0));
                    self.report.sections.len() - 1
                });
                self.report.sections[row].1 += section.listings;
            }
        }
        self.report.unknown = self.rankings.iter().map(|order| order.unknown).collect();
        self.report.skipped.sort_by_key(|skipped| skipped.line);
        let mut seen_in = vec![usize::MAX; self.drafts.len()];
        for (number, order) in self.rankings.into_iter().enumerate() {
            let first = |draft: &u32| std::mem::replace(&mut seen_in[*draft as usize], number) != number;
            let drafts = order.drafts.into_iter().filter(first);
            let order_of = drafts.map(|draft| self.drafts[draft as usize].main.key.clone()).collect();
            snapshot.rankings.push(Ranking {
                metric: order.metric,
                section: path(order.section),
                order: order_of,
            });
        }
        snapshot.linkless = self
            .linkless
            .into_iter()
            .map(|(section, name, line)| Linkless { name, section: path(section), line })
            .collect();
        snapshot.entries.reserve_exact(self.drafts.len());
        for Draft { main, first, more } in self.drafts {
            if !more.is_empty() {
                let lines = std::iter::once(first.1).chain(more.iter().map(|place| place.1)).collect();
                self.report.duplicates.push((main.key.clone(), lines));
            }
            let places = std::iter::once(first).chain(more);
            snapshot.entries.push(Entry {
                key: main.key,
                name: main.name,
                url: main.url,
                description: main.description,
                marks: main.marks,
                links: main.links,
                figures: main.figures,
                places: places.map(|(section, line)| Place { section: path(section), line }).collect(),
            });
        }
        Reading { snapshot, report: self.report }
    }

    /// The draft of a key, or the free slot of the index where it belongs.
    fn slot(&self, key: &EntryKey) -> Result<u32, u64> {
        let mut hash = self.seed.hash_one(key);
        loop {
            match self.index.get(&hash) {
                None => return Err(hash),
                Some(&draft) if self.drafts[draft as usize].main.key == *key => return Ok(draft),
                Some(_) => hash = hash.wrapping_add(1),
            }
        }
    }

    /// Joins a listing with what is known of its address; says whether the address is new.
    fn merge(&mut self, listing: Listing) -> (u32, bool) {
        match self.slot(&listing.key) {
            Err(hash) => {
                let draft = self.drafts.len() as u32;
                self.index.insert(hash, draft);
                let first = (listing.section, listing.line);
                self.drafts.push(Draft { main: listing, first, more: Vec::new() });
                (draft, true)
            }
            Ok(draft) => {
                self.drafts[draft as usize].main.absorb(listing);
                (draft, false)
            }
        }
    }

    /// Counts a listing; a further one of a known address is a further place.
    fn count(&mut self, draft: u32, new: bool, section: SectionId, line: u32, layout: Layout) {
        let counts = &mut self.sections[section.0 as usize];
        counts.holds = true;
        counts.listings += 1;
        *self.report.layouts.entry(layout).or_default() += 1;
        if !new {
            self.drafts[draft as usize].more.push((section, line));
        }
    }

    /// The path of each section, the title left out. Parents stand before their children.
    fn paths(&self) -> Vec<SectionPath> {
        let title = match self.title {
            Some(Title::Heading(section)) => Some(section),
            _ => None,
        };
        let mut paths: Vec<SectionPath> = vec![SectionPath::default()];
        for (id, section) in self.sections.iter().enumerate().skip(1) {
            let above = &paths[section.parent.0 as usize];
            let path = if title == Some(SectionId(id as u32)) {
                above.clone()
            } else {
                let parts = above.parts().iter().map(AsRef::as_ref);
                SectionPath::new(parts.chain(std::iter::once(section.name.as_ref())))
            };
            paths.push(path);
        }
        paths
    }
}

impl Listing {
    /// Takes over what another listing of the same address says.
    ///
    /// The fuller one gives name, address and description, whichever comes first in the document, so that sorting a
    /// list anew changes nothing.
    fn absorb(&mut self, mut other: Self) {
        let rank = |listing: &Self| {
            (listing.description.len(), std::cmp::Reverse((listing.name.clone(), listing.url.clone())))
        };
        if self.name == other.name && self.description == other.description && self.url == other.url {
            // the usual case: a further view of the same row
        } else if rank(&other) > rank(self) {
            std::mem::swap(self, &mut other);
            std::mem::swap(&mut self.section, &mut other.section);
            std::mem::swap(&mut self.line, &mut other.line);
            std::mem::swap(&mut self.layout, &mut other.layout);
        }
        for mark in other.marks {
            if !self.marks.contains(&mark) {
                self.marks.push(mark);
            }
        }
        for link in other.links {
            if !self.links.contains(&link) {
                self.links.push(link);
            }
        }
        for figure in other.figures {
            if !self.figures.iter().any(|own| own.metric == figure.metric) {
                self.figures.push(figure);
            }
        }
    }
}
