//! Collects the entries of a structured document: rows of CSV, objects of YAML and JSON.

use std::collections::{HashMap, HashSet};

use super::build::{Builder, Listing, RankingId, SectionId};
use super::fields::Fields;
use crate::change::Metric;
use crate::key::EntryKey;
use crate::report::{Layout, Reading};

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// It is the document.
    Document,
    /// In a list.
    List,
    /// Under a key.
    Map,
}

/// The entries found so far.
pub(super) struct Records {
    pub(super) builder: Builder,
    /// Titles of categories that are defined apart from the entries, by their ids.
    pub(super) titles: HashMap<String, String>,
    layout: Layout,
    found: Vec<Found>,
    skipped: Vec<(u32, &'static str)>,
}

struct Found {
    listing: Listing,
    is_ranked: bool,
}

impl Records {
    /// An empty document.
    pub(super) fn new(layout: Layout) -> Self {
        Self {
            builder: Builder::new(),
            titles: HashMap::new(),
            layout,
            found: Vec::new(),
            skipped: Vec::new(),
        }
    }

    /// Takes what stands at the end of a way into the document: an entry, something without address, or nothing.
    /// `fallback` names an entry that does not name itself.
    pub(super) fn leaf(
        &mut self,
        fields: &Fields,
        section: SectionId,
        fallback: Option<&str>,
        within: Within,
        line: u32,
    ) {
        if fields.has_address() && within == Within::Document {
            self.skip(line, "a single object where a list was expected");
        } else if fields.has_address() {
            self.take(fields, section, fallback, line);
        } else if let Some(name) = fields.name().filter(|_| within != Within::Document) {
            let place = self.places(fields, section).first().copied().unwrap_or(section);
            self.builder.linkless(place, name.to_owned(), line);
            if fields.has_unusable_address {
                self.skip(line, "address leads nowhere outside");
            }
        } else if within == Within::List {
            self.skip(line, "no name and no address");
        }
    }

    /// Takes an entry, once for each section it says it belongs to; without address it is none.
    pub(super) fn take(&mut self, fields: &Fields, section: SectionId, fallback: Option<&str>, line: u32) {
        let Some((key, name, url, links)) = fields.identity(fallback) else { return };
        for section in self.places(fields, section) {
            let listing = Listing {
                key: key.clone(),
                name: name.clone(),
                url: url.clone(),
                description: fields.description().to_owned(),
                marks: fields.marks.clone(),
                links: links.clone(),
                figures: fields.figures.clone(),
                section,
                line,
                layout: self.layout,
            };
            self.found.push(Found { listing, is_ranked: fields.is_ranked });
        }
    }

    /// Reports a line that was not taken.
    pub(super) fn skip(&mut self, line: u32, reason: &'static str) {
        self.skipped.push((line, reason));
    }

    /// The document as a whole. `text` is its source, to show the lines that were not taken.
    pub(super) fn finish(mut self, text: &str) -> Reading {
        self.tell_apart();
        let ranking = self.ranking();
        for found in self.found {
            match ranking {
                Some(ranking) => self.builder.add_ranked(ranking, found.listing),
                None => self.builder.add(found.listing),
            }
        }
        if !self.skipped.is_empty() {
            let lines: Vec<&str> = text.lines().collect();
            for (line, reason) in self.skipped {
                let source = lines.get((line as usize).saturating_sub(1)).copied().unwrap_or_default();
                self.builder.skip(line, source, reason);
            }
        }
        self.builder.finish()
    }

    /// The sections an entry says it belongs to, below the one it stands in; that one if it says nothing.
    fn places(&mut self, fields: &Fields, section: SectionId) -> Vec<SectionId> {
        let mut places = vec![section];
        for level in [0, 1] {
            let names = fields.sections.iter().filter(|(at, _)| *at == level);
            let names: Vec<&String> = names.map(|(_, name)| self.titles.get(name).unwrap_or(name)).collect();
            if !names.is_empty() {
                let mut below = Vec::new();
                for place in places {
                    below.extend(names.iter().map(|name| self.builder.child(place, name)));
                }
                places = below;
            }
        }
        let mut seen = HashSet::new();
        places.retain(|place| seen.insert(*place));
        places
    }

    /// One address with several names is several entries, known by address and name.
    fn tell_apart(&mut self) {
        let mut names: HashMap<EntryKey, HashSet<EntryKey>> = HashMap::new();
        for Found { listing, .. } in &self.found {
            names.entry(listing.key.clone()).or_default().insert(listing.key.with_name(&listing.name));
        }
        for Found { listing, .. } in &mut self.found {
            if names.get(&listing.key).is_some_and(|names| names.len() > 1) {
                listing.key = listing.key.with_name(&listing.name);
            }
        }
    }

    /// The order the rows are numbered in, when it can be seen what they are ordered by.
    fn ranking(&mut self) -> Option<RankingId> {
        let first = &self.found.first()?.listing;
        let section = first.section;
        let is_one_list = self.found.iter().all(|found| found.is_ranked && found.listing.section == section);
        if !is_one_list || self.found.len() < 2 {
            return None;
        }
        let value = |found: &Found, metric: &Metric| {
            found.listing.figures.iter().find(|figure| figure.metric == *metric).map(|figure| figure.value)
        };
        let metric = first.figures.iter().map(|figure| &figure.metric).find(|metric| {
            let values: Vec<f64> = self.found.iter().filter_map(|found| value(found, metric)).collect();
            values.len() * 2 > self.found.len() && values.is_sorted_by(|a, b| a >= b)
        })?;
        Some(self.builder.ranking(metric.clone(), section))
    }
}
