//! By name: just so, begun so, or a typo away.

use std::sync::LazyLock;

use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder};

use super::{Best, Found, Search};
use crate::index::found::Match;
use crate::index::segment::Lists;

/// What takes the shape of any word of up to so many typos; a swap of neighbours is one. Made once, it is not cheap.
static ONE: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));
static TWO: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(2, true));

/// Letters a name must have for one typo, and for two: in short ones anything is a typo of anything.
const FOR_ONE: usize = 3;
const FOR_TWO: usize = 7;

/// Docs of a part that are looked at for one question: with so many so near, what was typed says too little.
const MOST: usize = 4_000;

/// How many typos a text of so many letters may have.
pub(super) fn typos(text: &str) -> u8 {
    match text.chars().count() {
        ..FOR_ONE => 0,
        FOR_ONE..FOR_TWO => 1,
        _ => 2,
    }
}

/// Leads to everything that is at most so many typos from a text.
pub(super) fn automaton(text: &str, typos: u8) -> DFA {
    if typos > 1 { TWO.build_dfa(text) } else { ONE.build_dfa(text) }
}

/// How far from the text what led to this state is.
pub(super) fn distance(automaton: &DFA, state: u32) -> u8 {
    match automaton.distance(state) {
        Distance::Exact(distance) | Distance::AtLeast(distance) => distance,
    }
}

impl Search<'_> {
    /// Names that are just so.
    pub(in crate::index) fn exact(&mut self, form: &str) {
        let mut found = Vec::new();
        for (at, part) in self.parts() {
            let docs = part.segment.forms.exact(form).filter(|doc| self.wants(at, *doc)).take(self.enough);
            found.extend(docs.map(|doc| Found { how: Match::Exact, fit: 0, part: at, doc }));
        }
        self.take(found);
    }

    /// Names that begin so.
    pub(in crate::index) fn starting(&mut self, form: &str) {
        self.begun(form, Match::Prefix, |part| &part.forms);
    }

    /// Names with a later word that begins so.
    pub(in crate::index) fn later(&mut self, form: &str) {
        self.begun(form, Match::Name, |part| &part.tails);
    }

    fn begun(&mut self, form: &str, how: Match, of: fn(&crate::index::segment::Segment) -> &Lists) {
        if self.is_full() || form.is_empty() {
            return;
        }
        let most = self.enough - self.found.len();
        let mut found = Vec::new();
        for (at, part) in self.parts() {
            let lists = of(&part.segment);
            let docs = lists.best(lists.starting(form), most, |doc| self.wants(at, doc));
            found.extend(docs.into_iter().map(|doc| Found { how, fit: 0, part: at, doc }));
        }
        self.take(found);
    }

    /// Names that are so many typos away at most, the nearest first, then those that begin with the same letter.
    pub(in crate::index) fn near(&mut self, form: &str, typos: u8) {
        if self.is_full() || typos == 0 {
            return;
        }
        self.along(form, &automaton(form, typos));
    }

    /// Names that begin with something one typo away.
    pub(in crate::index) fn starting_near(&mut self, form: &str) {
        if !self.is_full() && form.chars().count() > FOR_ONE {
            self.along(form, &ONE.build_prefix_dfa(form));
        }
    }

    fn along(&mut self, form: &str, automaton: &DFA) {
        let mut found = Vec::new();
        for (at, part) in self.parts() {
            let (mut best, mut looked_at) = (Best::default(), 0);
            part.segment.forms.search(Along(automaton), |name, state, doc| {
                let elsewhere = name.first() != form.as_bytes().first();
                if self.wants(at, doc) {
                    best.note(doc, distance(automaton, state) * 2 + u8::from(elsewhere));
                }
                looked_at += 1;
                looked_at < MOST
            });
            found.extend(best.into_found(Match::Fuzzy, at));
        }
        self.take(found);
    }
}

/// An automaton that is lent to several searches.
pub(super) struct Along<'a>(pub(super) &'a DFA);

impl fst::Automaton for Along<'_> {
    type State = u32;

    fn start(&self) -> u32 {
        fst::Automaton::start(self.0)
    }

    fn is_match(&self, state: &u32) -> bool {
        fst::Automaton::is_match(self.0, state)
    }

    fn can_match(&self, state: &u32) -> bool {
        fst::Automaton::can_match(self.0, state)
    }

    fn accept(&self, state: &u32, byte: u8) -> u32 {
        fst::Automaton::accept(self.0, state, byte)
    }
}
