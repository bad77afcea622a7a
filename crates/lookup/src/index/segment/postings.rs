//! Which docs have a word, in their name or in what is said about them.
//!
//! Each word has its docs as differences of one or two bytes, rising, with a bit for those that have it in their name.
//! A word of one doc, as most are, has it in the map itself.

use std::collections::BTreeMap;

use fst::{IntoStreamer as _, Streamer as _};

use super::lists::compact;
use crate::index::bits::Bits;

/// Set on the value of a word that is not where its docs begin, but its only doc.
const ONLY: u64 = 1;

/// Docs by word.
pub(crate) struct Postings {
    map: fst::Map<Box<[u8]>>,
    bytes: Box<[u8]>,
}

impl Default for Postings {
    fn default() -> Self {
        Writer::new().finish()
    }
}

impl Postings {
    /// Of words with their docs, and whether the word stands in the name.
    pub(super) fn of(words: &BTreeMap<&str, Vec<(u32, bool)>>) -> Self {
        let mut writer = Writer::new();
        for (word, docs) in words {
            writer.put(word.as_bytes(), docs);
        }
        writer.finish()
    }

    /// Adds the docs of this word to the first set, and those that have it in their name to the second. Says whether
    /// there is such a word.
    pub(crate) fn collect(&self, word: &str, docs: &mut Bits, in_name: &mut Bits) -> bool {
        let Some(at) = self.map.get(word) else { return false };
        self.add(at, docs, in_name);
        true
    }

    /// The same for all words that begin so.
    pub(crate) fn collect_starting(&self, start: &str, docs: &mut Bits, in_name: &mut Bits) {
        let mut words = self.map.range().ge(start).into_stream();
        while let Some((word, at)) = words.next() {
            if !word.starts_with(start.as_bytes()) {
                return;
            }
            self.add(at, docs, in_name);
        }
    }

    /// The docs of a word.
    pub(crate) fn docs(&self, word: &str) -> impl Iterator<Item = u32> {
        self.map.get(word).into_iter().flat_map(|at| self.at(at)).map(|(doc, _)| doc)
    }

    /// Hands out the words an automaton leads to, with its last state.
    pub(crate) fn search<A: fst::Automaton>(&self, automaton: A, mut take: impl FnMut(&str, A::State))
    where
        A::State: Clone,
    {
        let mut found = self.map.search_with_state(automaton).into_stream();
        while let Some((word, _, state)) = found.next() {
            if let Ok(word) = std::str::from_utf8(word) {
                take(word, state);
            }
        }
    }

    /// One map over several, docs renumbered; those that are not there any more are left out.
    pub(super) fn merged(parts: &[(&Self, &[u32])]) -> Self {
        let all = parts.iter().fold(fst::map::OpBuilder::new(), |op, (postings, _)| op.add(&postings.map));
        let mut union = all.union();
        let mut writer = Writer::new();
        let mut docs = Vec::new();
        while let Some((word, found)) = union.next() {
            docs.clear();
            for at in found {
                let (postings, renumbered) = parts[at.index];
                docs.extend(postings.at(at.value).filter_map(|(doc, in_name)| {
                    let doc = renumbered.get(doc as usize).copied()?;
                    (doc != u32::MAX).then_some((doc, in_name))
                }));
            }
            docs.sort_unstable();
            writer.put(word, &docs);
        }
        writer.finish()
    }

    pub(super) fn bytes(&self) -> usize {
        self.map.as_fst().size() + self.bytes.len()
    }

    fn add(&self, at: u64, docs: &mut Bits, in_name: &mut Bits) {
        for (doc, named) in self.at(at) {
            docs.add(doc);
            if named {
                in_name.add(doc);
            }
        }
    }

    /// The docs of the word of this value: its only one, or where they begin.
    fn at(&self, value: u64) -> impl Iterator<Item = (u32, bool)> {
        let only = (value & ONLY != 0).then_some(value >> 1);
        let at = if only.is_some() { usize::MAX } else { (value >> 1) as usize };
        let mut bytes = self.bytes.get(at..).unwrap_or_default();
        let count = if only.is_some() { 1 } else { take(&mut bytes).unwrap_or_default() };
        let mut doc = 0;
        (0..count).map_while(move |_| {
            let item = only.or_else(|| take(&mut bytes))?;
            doc += (item >> 1) as u32;
            Some((doc, item & 1 == 1))
        })
    }
}

/// Writes docs word by word, the words rising.
struct Writer {
    map: fst::MapBuilder<Vec<u8>>,
    bytes: Vec<u8>,
}

impl Writer {
    fn new() -> Self {
        Self { map: fst::MapBuilder::memory(), bytes: Vec::new() }
    }

    fn put(&mut self, word: &[u8], docs: &[(u32, bool)]) {
        if docs.is_empty() || word.is_empty() {
            return;
        }
        let value = match docs {
            [(doc, in_name)] => item(*doc, *in_name) << 1 | ONLY,
            _ => (self.bytes.len() as u64) << 1,
        };
        self.map.insert(word, value).expect("words come in rising order and memory takes them");
        if value & ONLY != 0 {
            return;
        }
        put(&mut self.bytes, docs.len() as u64);
        let mut before = 0;
        for (doc, in_name) in docs {
            put(&mut self.bytes, item(doc - before, *in_name));
            before = *doc;
        }
    }

    fn finish(self) -> Postings {
        Postings { map: compact(self.map), bytes: self.bytes.into() }
    }
}

/// A doc, or how far it is from the one before, and whether it has the word in its name.
fn item(doc: u32, in_name: bool) -> u64 {
    u64::from(doc) << 1 | u64::from(in_name)
}

/// Writes a number, seven bits a byte.
pub(super) fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Reads a number from the front.
pub(super) fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            break;
        }
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_were_written() {
        let numbers = [0, 1, 127, 128, 300, u64::from(u32::MAX) << 1 | 1, u64::MAX];
        let mut bytes = Vec::new();
        for number in numbers {
            put(&mut bytes, number);
        }
        let mut rest = &bytes[..];
        assert_eq!(std::iter::from_fn(|| take(&mut rest)).collect::<Vec<_>>(), numbers);
        assert_eq!(take(&mut &b"\xff"[..]), None, "cut off");
    }

    #[test]
    fn words_lead_to_docs() {
        let mut words = BTreeMap::new();
        words.insert("store", vec![(0, true), (70, false), (500, true)]);
        words.insert("storm", vec![(3, false)]);
        let postings = Postings::of(&words);
        let collect = |act: &dyn Fn(&mut Bits, &mut Bits)| {
            let (mut docs, mut in_name) = (Bits::none(501), Bits::none(501));
            act(&mut docs, &mut in_name);
            (docs.iter().collect::<Vec<_>>(), in_name.iter().collect::<Vec<_>>())
        };
        let exact = collect(&|docs, in_name| assert!(postings.collect("store", docs, in_name)));
        assert_eq!(exact, (vec![0, 70, 500], vec![0, 500]));
        let starting = collect(&|docs, in_name| postings.collect_starting("stor", docs, in_name));
        assert_eq!(starting, (vec![0, 3, 70, 500], vec![0, 500]));
        let none = collect(&|docs, in_name| assert!(!postings.collect("sto", docs, in_name)));
        assert_eq!(none, (vec![], vec![]));
    }
}
