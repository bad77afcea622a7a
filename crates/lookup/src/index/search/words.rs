//! By words: all of them, all of them with typos mended, most of them.

use std::collections::BTreeSet;

use super::names::{Along, automaton, distance, typos};
use super::{Found, Search};
use crate::index::bits::Bits;
use crate::index::found::Match;
use crate::index::view::Part;

/// Words that can stand for one that nobody used.
const STAND_INS: usize = 12;

/// Fits of what is found in spite of typos come after those of names that are a typo away.
const MENDED: u8 = 4;
const LOOSE: u8 = 64;

/// What one word of a question can be.
pub(in crate::index) struct Word {
    text: String,
    /// It can be the beginning of a longer one.
    open: bool,
    /// What nobody used is taken for one of these.
    instead: Vec<String>,
}

impl Word {
    /// The words of a question.
    pub(in crate::index) fn all(question: &str) -> Vec<Self> {
        let words = super::super::text::asked_words(question);
        words.into_iter().map(|(text, open)| Self { text, open, instead: Vec::new() }).collect()
    }
}

/// Docs with one of the words, and those that have it in their name.
struct Having {
    docs: Bits,
    in_name: Bits,
}

impl Having {
    fn of(part: &Part, word: &Word, begun: bool) -> Self {
        let bound = part.segment.len();
        let mut having = Self { docs: Bits::none(bound), in_name: Bits::none(bound) };
        let Self { docs, in_name } = &mut having;
        if word.instead.is_empty() {
            part.segment.words.collect(&word.text, docs, in_name);
        }
        for other in &word.instead {
            part.segment.words.collect(other, docs, in_name);
        }
        if begun && word.open && word.instead.is_empty() {
            part.segment.words.collect_starting(&word.text, docs, in_name);
        }
        having
    }
}

impl Search<'_> {
    /// Docs with all of these words: those with all in their name first, then by how many are.
    pub(in crate::index) fn words(&mut self, words: &[Word]) {
        if self.is_full() || words.is_empty() {
            return;
        }
        let mut found = self.with_all(words, false);
        if self.found.len() + found.len() < self.enough && words.iter().any(|word| word.open) {
            let whole: BTreeSet<(usize, u32)> = found.iter().map(|found| (found.part, found.doc)).collect();
            let begun = self.with_all(words, true).into_iter();
            // A word that goes on is a worse fit than the word itself.
            let begun = begun.filter(|found| !whole.contains(&(found.part, found.doc)));
            found.extend(begun.map(|found| Found { fit: found.fit.saturating_add(1), ..found }));
        }
        self.take(found);
    }

    /// The same when words that nobody used are taken for those that were meant.
    pub(in crate::index) fn mended(&mut self, mut words: Vec<Word>) {
        if self.is_full() || !self.mend(&mut words) {
            return;
        }
        let found = self.with_all(&words, false).into_iter();
        self.take(
            found
                .map(|found| Found {
                    how: Match::Fuzzy,
                    fit: MENDED + u8::from(found.how == Match::Words),
                    ..found
                })
                .collect(),
        );
    }

    /// Docs with more than half of the words by their letters, those with most first.
    pub(in crate::index) fn most(&mut self, words: &[Word]) {
        if self.is_full() || words.len() < 2 {
            return;
        }
        let worth = |word: &Word| word.text.chars().count().min(8) as u16;
        let all: u16 = words.iter().map(worth).sum();
        let mut found = Vec::new();
        for (at, part) in self.parts() {
            let mut worths = vec![0_u16; part.segment.len()];
            for word in words {
                for doc in Having::of(part, word, false).docs.iter() {
                    worths[doc as usize] += worth(word);
                }
            }
            let mut best: Vec<(u16, u32)> = worths
                .iter()
                .zip(0..)
                .filter(|(has, doc)| **has * 2 > all && self.wants(at, *doc))
                .map(|(has, doc)| (all - has, doc))
                .collect();
            best.sort_unstable();
            found.extend(best.into_iter().take(self.enough).map(|(lacks, doc)| Found {
                how: Match::Fuzzy,
                fit: LOOSE + lacks.min(100) as u8,
                part: at,
                doc,
            }));
        }
        self.take(found);
    }

    /// The best docs with all of these words, of each fit as many as could be wanted.
    fn with_all(&self, words: &[Word], begun: bool) -> Vec<Found> {
        let mut found = Vec::new();
        for (at, part) in self.parts() {
            let having: Vec<Having> = words.iter().map(|word| Having::of(part, word, begun)).collect();
            let Some((first, others)) = having.split_first() else { continue };
            let mut docs = first.docs.clone();
            for other in others {
                docs.keep(&other.docs);
            }
            let mut of_fit = vec![0_usize; words.len() + 1];
            for doc in docs.iter() {
                let elsewhere = having.iter().filter(|having| !having.in_name.has(doc)).count();
                if of_fit[elsewhere] < self.enough && self.wants(at, doc) {
                    of_fit[elsewhere] += 1;
                    let how = if elsewhere == 0 { Match::Name } else { Match::Words };
                    found.push(Found { how, fit: (elsewhere * 2).min(100) as u8, part: at, doc });
                }
                if of_fit[0] >= self.enough {
                    break;
                }
            }
        }
        found
    }

    /// Looks for words like those that nobody used; says whether one was needed and there is one for each.
    fn mend(&self, words: &mut [Word]) -> bool {
        let mut mended = false;
        for word in words {
            let used = |text: &str| {
                self.parts().any(|(at, part)| part.segment.words.docs(text).any(|doc| self.wants(at, doc)))
            };
            if used(&word.text) {
                continue;
            }
            let typos = typos(&word.text);
            if typos == 0 {
                return false;
            }
            let automaton = automaton(&word.text, typos);
            let mut near: BTreeSet<(u8, String)> = BTreeSet::new();
            for (_, part) in self.parts() {
                part.segment.words.search(Along(&automaton), |found, state| {
                    near.insert((distance(&automaton, state), found.to_owned()));
                });
            }
            let near = near.into_iter().map(|(_, text)| text).filter(|text| used(text));
            word.instead = near.take(STAND_INS).collect();
            if word.instead.is_empty() {
                return false;
            }
            mended = true;
        }
        mended
    }
}
