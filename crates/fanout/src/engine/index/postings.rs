//! Which filters may meet an event that has this or that: pairs of a key and a filter's number, eight bytes each.

use crate::engine::tight;

/// A hash of what an event must have. Two things of one hash cost a filter a question more, and no more than that.
pub(super) type Key = u32;

/// New pairs are gathered until they are so many, or a part of all there are that is as large.
const GATHERED: usize = 1024;
const PART: usize = 16;

/// Bits that say which keys there may be: most an event asks for are not, and that should cost nothing.
const BITS: usize = 1 << 16;

/// All pairs.
pub(super) struct Postings {
    sorted: Vec<(Key, u32)>,
    /// Pairs that came since; sorted too, and few, so that each finds its place quickly.
    fresh: Vec<(Key, u32)>,
    present: Box<[u64]>,
}

impl Default for Postings {
    fn default() -> Self {
        Self { sorted: Vec::new(), fresh: Vec::new(), present: vec![0; BITS / 64].into() }
    }
}

impl Postings {
    /// Notes a pair, once.
    pub(super) fn insert(&mut self, key: Key, number: u32) {
        let pair = (key, number);
        if self.sorted.binary_search(&pair).is_ok() {
            return;
        }
        let Err(at) = self.fresh.binary_search(&pair) else { return };
        self.fresh.insert(at, pair);
        self.mark(key);
        if self.fresh.len() >= GATHERED.max(self.sorted.len() / PART) {
            tight::reserve(&mut self.sorted, self.fresh.len());
            self.sorted.append(&mut self.fresh);
            merge(&mut self.sorted);
        }
    }

    /// The numbers of a key.
    pub(super) fn of(&self, key: Key) -> impl Iterator<Item = u32> + '_ {
        let (sorted, fresh) = if self.may_have(key) {
            (run(&self.sorted, key), run(&self.fresh, key))
        } else {
            (&[][..], &[][..])
        };
        sorted.iter().chain(fresh).map(|(_, number)| *number)
    }

    /// How many numbers a key has.
    pub(super) fn count(&self, key: Key) -> usize {
        if self.may_have(key) { run(&self.sorted, key).len() + run(&self.fresh, key).len() } else { 0 }
    }

    /// Takes out the pairs of all other numbers.
    pub(super) fn retain(&mut self, stays: impl Fn(u32) -> bool) {
        self.sorted.retain(|(_, number)| stays(*number));
        self.fresh.retain(|(_, number)| stays(*number));
        self.present.fill(0);
        for at in 0..self.sorted.len() {
            self.mark(self.sorted[at].0);
        }
        for at in 0..self.fresh.len() {
            self.mark(self.fresh[at].0);
        }
    }

    /// Bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        (self.sorted.capacity() + self.fresh.capacity()) * size_of::<(Key, u32)>() + BITS / 8
    }

    fn mark(&mut self, key: Key) {
        let bit = key as usize % BITS;
        self.present[bit / 64] |= 1 << (bit % 64);
    }

    fn may_have(&self, key: Key) -> bool {
        let bit = key as usize % BITS;
        self.present[bit / 64] & 1 << (bit % 64) != 0
    }
}

/// Two sorted runs stand one behind the other: the stable sort sees that, and merges them in one go.
#[expect(clippy::stable_sort_primitive, reason = "the unstable one begins from nothing")]
fn merge(pairs: &mut [(Key, u32)]) {
    pairs.sort();
}

/// The pairs of a key.
fn run(pairs: &[(Key, u32)], key: Key) -> &[(Key, u32)] {
    let from = pairs.partition_point(|(of, _)| *of < key);
    let rest = &pairs[from..];
    // Most keys have few numbers, and they lie here.
    let length = match rest.iter().take(8).position(|(of, _)| *of != key) {
        Some(length) => length,
        None => rest.partition_point(|(of, _)| *of == key),
    };
    &rest[..length]
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn pairs_are_found_however_many_there_are() {
        let (mut postings, mut model) = (Postings::default(), BTreeMap::<Key, BTreeSet<u32>>::new());
        let mut dice = 7_u64;
        for _ in 0..40_000 {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // A few keys of many numbers, and many of one.
            let key = if dice >> 63 == 0 { (dice >> 33) as u32 % 5 } else { (dice >> 33) as u32 };
            let number = (dice >> 20) as u32 % 10_000;
            postings.insert(key, number);
            model.entry(key).or_default().insert(number);
        }
        let same = |postings: &Postings, model: &BTreeMap<Key, BTreeSet<u32>>| {
            for (key, numbers) in model {
                assert_eq!(postings.of(*key).collect::<BTreeSet<_>>(), *numbers);
                assert_eq!(postings.count(*key), numbers.len(), "each once");
            }
        };
        same(&postings, &model);
        postings.retain(|number| number % 3 == 0);
        for numbers in model.values_mut() {
            numbers.retain(|number| number % 3 == 0);
        }
        same(&postings, &model);
        assert_eq!(postings.count(4_000_000_007), 0);
    }
}
