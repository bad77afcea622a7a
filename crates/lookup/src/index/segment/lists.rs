//! Which docs have a name: a map from forms to docs, and the best docs of many forms at once.
//!
//! The docs of all forms stand in one row, in the order of the forms, so that all names that begin alike are a stretch
//! of it. Of each few dozen of them the lowest number is kept: the best ten of a hundred thousand are found by reading a
//! small part.

use std::collections::BTreeSet;
use std::ops::Range;

use fst::{IntoStreamer as _, Streamer as _};

use super::counted;
use super::numbers::Numbers;

/// Docs of which the least is kept.
const BLOCK: usize = 64;

/// Set on the last doc of a form.
const LAST: u32 = Numbers::BOUND >> 1;

/// Docs by form.
pub(crate) struct Lists {
    /// Where the docs of a form begin.
    map: fst::Map<Box<[u8]>>,
    docs: Numbers,
    /// The lowest doc of each block.
    least: Box<[u32]>,
}

impl Default for Lists {
    fn default() -> Self {
        Writer::new().finish()
    }
}

impl Lists {
    /// Of pairs in rising order, each once.
    pub(super) fn of<'a>(pairs: impl Iterator<Item = (&'a str, u32)>) -> Self {
        let mut writer = Writer::new();
        let (mut form, mut docs) = ("", Vec::new());
        for (next, doc) in pairs {
            if next != form {
                writer.put(form.as_bytes(), &docs);
                docs.clear();
                form = next;
            }
            docs.push(doc);
        }
        writer.put(form.as_bytes(), &docs);
        writer.finish()
    }

    /// The docs of this form, the best first.
    pub(crate) fn exact(&self, form: &str) -> impl Iterator<Item = u32> {
        self.map.get(form).into_iter().flat_map(|at| self.at(at))
    }

    /// Where the docs of forms that begin so stand.
    pub(crate) fn starting(&self, form: &str) -> Range<usize> {
        counted(&self.map, form.as_bytes(), self.docs.len() as u64)
    }

    /// The best docs of a stretch, at most so many, of those that are wanted.
    pub(crate) fn best(
        &self,
        stretch: Range<usize>,
        most: usize,
        mut wanted: impl FnMut(u32) -> bool,
    ) -> BTreeSet<u32> {
        let mut best: BTreeSet<u32> = BTreeSet::new();
        let mut worst = u32::MAX;
        let mut at = stretch.start;
        while at < stretch.end && most > 0 {
            let block = at / BLOCK;
            let end = ((block + 1) * BLOCK).min(stretch.end);
            if best.len() < most || self.least[block] < worst {
                for doc in self.docs.from(at).take(end - at).map(|doc| doc & !LAST) {
                    if (best.len() < most || doc < worst) && !best.contains(&doc) && wanted(doc) {
                        best.insert(doc);
                        if best.len() > most {
                            best.pop_last();
                        }
                        worst = best.last().copied().unwrap_or(u32::MAX);
                    }
                }
            }
            at = end;
        }
        best
    }

    /// Hands out the docs of the forms an automaton leads to, with its last state, until it is told to stop.
    pub(crate) fn search<A: fst::Automaton>(
        &self,
        automaton: A,
        mut take: impl FnMut(&[u8], A::State, u32) -> bool,
    ) where
        A::State: Clone,
    {
        let mut found = self.map.search_with_state(automaton).into_stream();
        while let Some((form, at, state)) = found.next() {
            if !self.at(at).all(|doc| take(form, state.clone(), doc)) {
                return;
            }
        }
    }

    /// One map over several, docs renumbered; those that are not there any more are left out.
    pub(super) fn merged(parts: &[(&Self, &[u32])]) -> Self {
        let mut union =
            parts.iter().fold(fst::map::OpBuilder::new(), |op, (lists, _)| op.add(&lists.map)).union();
        let mut writer = Writer::new();
        let mut docs = Vec::new();
        while let Some((form, found)) = union.next() {
            docs.clear();
            for at in found {
                let (lists, renumbered) = parts[at.index];
                docs.extend(lists.at(at.value).filter_map(|doc| renumbered.get(doc as usize).copied()));
            }
            docs.retain(|doc| *doc != u32::MAX);
            docs.sort_unstable();
            docs.dedup();
            writer.put(form, &docs);
        }
        writer.finish()
    }

    pub(super) fn bytes(&self) -> usize {
        self.map.as_fst().size() + self.docs.bytes() + size_of_val(&*self.least)
    }

    /// The docs of the form whose docs begin there.
    fn at(&self, at: u64) -> impl Iterator<Item = u32> {
        let mut ended = false;
        self.docs.from(at as usize).map_while(move |doc| {
            let more = !ended;
            ended = doc & LAST != 0;
            more.then_some(doc & !LAST)
        })
    }
}

/// Writes docs form by form, the forms rising.
struct Writer {
    map: fst::MapBuilder<Vec<u8>>,
    docs: Vec<u32>,
}

impl Writer {
    fn new() -> Self {
        Self { map: fst::MapBuilder::memory(), docs: Vec::new() }
    }

    fn put(&mut self, form: &[u8], docs: &[u32]) {
        let Some((last, others)) = docs.split_last() else { return };
        if form.is_empty() {
            return;
        }
        self.map
            .insert(form, self.docs.len() as u64)
            .expect("forms come in rising order and memory takes them");
        self.docs.extend_from_slice(others);
        self.docs.push(last | LAST);
    }

    fn finish(self) -> Lists {
        let least = self.docs.chunks(BLOCK);
        let least =
            least.map(|block| block.iter().map(|doc| doc & !LAST).min().unwrap_or_default()).collect();
        Lists { map: compact(self.map), least, docs: Numbers::of(self.docs.into_iter()) }
    }
}

/// A finished map in memory of its own size.
pub(super) fn compact(builder: fst::MapBuilder<Vec<u8>>) -> fst::Map<Box<[u8]>> {
    let bytes = builder.into_inner().expect("memory takes it").into_boxed_slice();
    fst::Map::new(bytes).expect("it was just made")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists() -> Lists {
        let pairs = [("ant", 7), ("bear", 2), ("bear", 9), ("beaver", 0), ("bee", 3), ("cat", 1)];
        Lists::of(pairs.into_iter())
    }

    #[test]
    fn forms_lead_to_docs() {
        let lists = lists();
        assert_eq!(lists.exact("bear").collect::<Vec<_>>(), [2, 9]);
        assert_eq!(lists.exact("bea").count() + lists.exact("").count(), 0);
        assert_eq!(lists.starting("be"), 1..5);
        assert_eq!(lists.starting(""), 0..6);
        assert_eq!(lists.starting("d"), 6..6);
        assert_eq!(lists.best(1..5, 2, |_| true).into_iter().collect::<Vec<_>>(), [0, 2]);
        assert_eq!(lists.best(1..5, 9, |doc| doc > 2).into_iter().collect::<Vec<_>>(), [3, 9]);
    }

    #[test]
    fn the_best_of_many_blocks() {
        let names: Vec<String> = (0..1_000).map(|n| format!("n{n:04}")).collect();
        let lists = Lists::of(names.iter().enumerate().map(|(n, name)| (name.as_str(), 999 - n as u32)));
        let best = lists.best(lists.starting("n"), 3, |doc| doc % 2 == 1);
        assert_eq!(best.into_iter().collect::<Vec<_>>(), [1, 3, 5]);
        let best = lists.best(lists.starting("n00"), 2, |_| true);
        assert_eq!(best.into_iter().collect::<Vec<_>>(), [900, 901]);
    }

    #[test]
    fn merged_lists_leave_out_what_is_gone() {
        let (a, b) = (lists(), Lists::of([("ant", 0), ("dog", 1)].into_iter()));
        let (to_a, to_b) = ([1, 3, 5, 7, 9, 11, 13, 15, 17, u32::MAX], [0, 2]);
        let merged = Lists::merged(&[(&a, &to_a), (&b, &to_b)]);
        assert_eq!(merged.exact("ant").collect::<Vec<_>>(), [0, 15]);
        assert_eq!(merged.exact("bear").collect::<Vec<_>>(), [5]);
        assert_eq!(merged.exact("dog").collect::<Vec<_>>(), [2]);
    }
}
