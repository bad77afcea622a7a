//! Finding docs: names that are so, names that begin so, words, and what could have been meant.
//!
//! Each way of finding hands over its best docs, class by class, until there are enough. Within a class the better fit
//! comes first, then the heavier doc; the order does not depend on how docs are spread over parts.

mod names;
mod words;

pub(super) use self::words::Word;

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};

use super::bits::Bits;
use super::found::{Among, Match, Scope};
use super::id::is_among;
use super::view::{Part, View};

/// A doc that was found: why, and which doc of which part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) how: Match,
    /// The lower, the better it fits among those found for the same reason.
    pub(super) fit: u8,
    pub(super) part: usize,
    pub(super) doc: u32,
}

/// A search under way.
pub(super) struct Search<'a> {
    view: &'a View,
    within: Option<Bits>,
    among: &'a Among,
    /// So many are enough.
    enough: usize,
    found: Vec<Found>,
    seen: HashSet<(usize, u32)>,
}

impl<'a> Search<'a> {
    /// A search for so many docs.
    pub(super) fn new(view: &'a View, scope: &Scope, among: &'a Among, enough: usize) -> Self {
        let (found, seen) = (Vec::new(), HashSet::new());
        Self { view, within: view.places.within(scope), among, enough, found, seen }
    }

    /// What was found, the best first.
    pub(super) fn done(mut self) -> Vec<Found> {
        self.found.truncate(self.enough);
        self.found
    }

    /// Whether there is nothing left to look for.
    pub(super) fn is_full(&self) -> bool {
        self.found.len() >= self.enough
    }

    /// Whether nothing was found yet.
    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The doc of this id.
    pub(super) fn id(&mut self, id: &[u8]) {
        if let Some((part, doc)) = self.view.seat(id)
            && self.wants(part, doc)
        {
            self.take(vec![Found { how: Match::Exact, fit: 0, part, doc }]);
        }
    }

    /// The heaviest docs, whatever they are called.
    pub(super) fn heaviest(&mut self) {
        let mut found = Vec::new();
        for (at, part) in self.parts() {
            let docs = (0..part.segment.len() as u32).filter(|doc| self.wants(at, *doc)).take(self.enough);
            found.extend(docs.map(|doc| Found { how: Match::Prefix, fit: 0, part: at, doc }));
        }
        self.take(found);
    }

    /// All docs that are wanted, part by part.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, u32)> {
        self.parts().flat_map(move |(at, part)| {
            (0..part.segment.len() as u32).filter(move |doc| self.wants(at, *doc)).map(move |doc| (at, doc))
        })
    }

    /// Parts that can have something that is wanted.
    fn parts(&self) -> impl Iterator<Item = (usize, &'a Part)> + use<'a> {
        let (headings, things) = match self.among {
            Among::Catalogs | Among::Sections(_) => (true, false),
            Among::Projects => (false, true),
            Among::Everything => (true, true),
        };
        let parts = self.view.parts.iter().enumerate();
        parts.filter(move |(_, part)| if part.headings { headings } else { things })
    }

    /// Whether a doc is there, in scope, of the wanted kind and not found yet.
    fn wants(&self, at: usize, doc: u32) -> bool {
        let part = &self.view.parts[at];
        part.has(doc)
            && is_among(part.segment.id(doc), self.among)
            && self
                .within
                .as_ref()
                .is_none_or(|within| part.segment.places(doc).any(|place| within.has(place)))
            && (self.seen.is_empty() || !self.seen.contains(&(at, doc)))
    }

    /// Takes over what was found for one reason, or several, in its order.
    fn take(&mut self, mut found: Vec<Found>) {
        found.sort_unstable_by(|a, b| self.order(a, b));
        for found in found {
            if self.is_full() {
                return;
            }
            if self.seen.insert((found.part, found.doc)) {
                self.found.push(found);
            }
        }
    }

    fn order(&self, a: &Found, b: &Found) -> Ordering {
        let segment = |found: &Found| &self.view.parts[found.part].segment;
        (a.how, a.fit).cmp(&(b.how, b.fit)).then_with(|| segment(a).order(a.doc, segment(b), b.doc))
    }
}

/// The best fit of each doc, and of those the best docs, at most so many of each fit.
#[derive(Default)]
struct Best(BTreeMap<u32, u8>);

impl Best {
    fn note(&mut self, doc: u32, fit: u8) {
        let known = self.0.entry(doc).or_insert(fit);
        *known = (*known).min(fit);
    }

    fn into_found(self, how: Match, part: usize) -> impl Iterator<Item = Found> {
        self.0.into_iter().map(move |(doc, fit)| Found { how, fit, part, doc })
    }
}
