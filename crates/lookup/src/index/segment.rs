//! A piece of the index that never changes: docs in the order of their weight, and what leads to them.
//!
//! Everything lies in a few flat blocks of memory. Docs are numbered by weight, so that the lowest numbers are the best
//! answers and whoever wants ten stops after ten. A change makes a new small segment and marks the old doc as gone in
//! the part that holds it; `merge` makes few large ones of many small ones.

mod build;
mod lists;
mod merge;
mod numbers;
mod postings;
mod records;

use std::cmp::Ordering;
use std::ops::Range;

pub(super) use self::build::Draft;
pub(super) use self::lists::Lists;
pub(super) use self::merge::merge;
use self::numbers::Numbers;
use self::postings::Postings;
use self::records::Records;

/// See the module's head.
#[derive(Default)]
pub(super) struct Segment {
    /// How much each doc weighs.
    weights: Box<[u16]>,
    /// What each doc was made of, in short: an equal one need not be put in again.
    prints: Box<[u32]>,
    records: Records,
    /// All docs by their ids.
    by_id: Numbers,
    /// What names are, whole.
    pub(super) forms: Lists,
    /// What is left of names when they are begun at a later word.
    pub(super) tails: Lists,
    pub(super) words: Postings,
}

impl Segment {
    /// How many docs it has.
    pub(super) fn len(&self) -> usize {
        self.weights.len()
    }

    pub(super) fn name(&self, doc: u32) -> &str {
        std::str::from_utf8(self.records.get(doc).name).unwrap_or_default()
    }

    pub(super) fn id(&self, doc: u32) -> &[u8] {
        self.records.get(doc).id
    }

    pub(super) fn print(&self, doc: u32) -> u32 {
        self.prints.get(doc as usize).copied().unwrap_or_default()
    }

    /// The numbers of the places a doc is listed at, in the order they were given.
    pub(super) fn places(&self, doc: u32) -> impl Iterator<Item = u32> {
        let mut bytes = self.records.get(doc).places;
        std::iter::from_fn(move || postings::take(&mut bytes).map(|place| place as u32))
    }

    /// The doc of this id.
    pub(super) fn doc(&self, id: &[u8]) -> Option<u32> {
        let at = self.by_id.partition_point(|doc| self.id(doc) < id);
        self.by_id.get(at).filter(|doc| self.id(*doc) == id)
    }

    /// The docs whose ids begin so.
    pub(super) fn docs_below(&self, id: &[u8]) -> impl Iterator<Item = u32> {
        let at = self.by_id.partition_point(|doc| self.id(doc) < id);
        self.by_id.from(at).take_while(move |doc| self.id(*doc).starts_with(id))
    }

    /// The order of docs, also between segments: the heavier first, then by name.
    pub(super) fn order(&self, doc: u32, other: &Self, other_doc: u32) -> Ordering {
        let weight = |segment: &Self, doc: u32| segment.weights.get(doc as usize).copied();
        weight(other, other_doc)
            .cmp(&weight(self, doc))
            .then_with(|| self.records.get(doc).name.cmp(other.records.get(other_doc).name))
            .then_with(|| self.id(doc).cmp(other.id(other_doc)))
    }

    /// Bytes of memory, and those of them that are the text of names and ids.
    pub(super) fn bytes(&self) -> (usize, usize) {
        let fixed = size_of_val(&*self.weights) + size_of_val(&*self.prints) + self.by_id.bytes();
        let (records, text) = self.records.bytes();
        let lists = self.forms.bytes() + self.tails.bytes() + self.words.bytes();
        (fixed + records + lists + size_of::<Self>(), text)
    }
}

/// The bytes that come after all that begin so; `None` when nothing does.
fn just_after(start: &[u8]) -> Option<Vec<u8>> {
    let mut after = start.to_vec();
    while let Some(last) = after.pop() {
        if last < u8::MAX {
            after.push(last + 1);
            return Some(after);
        }
    }
    None
}

/// The range of what a map counts for all keys that begin so. `end` is where the last key's count ends.
fn counted(map: &fst::Map<Box<[u8]>>, start: &[u8], end: u64) -> Range<usize> {
    use fst::{IntoStreamer as _, Streamer as _};
    let first = |from: &[u8]| map.range().ge(from).into_stream().next().map_or(end, |(_, at)| at) as usize;
    let from = first(start);
    from..just_after(start).map_or(end as usize, |after| first(&after)).max(from)
}
