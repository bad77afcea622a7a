//! Who else is called so: how often the names of unmatched entries stand in a document.
//!
//! A name proves something only where one entry has it, so all entries have to be looked at, those with a partner
//! included. Few names are looked for, though, and nearly all others are told apart by their first letter.

use std::collections::{HashMap, HashSet};

use super::sections::number;
use super::texts::{first_letter, name_mark};
use crate::model::{Entry, SectionPath};

/// Who has this mark, and whether only one has it.
#[derive(Clone, Copy, Default)]
pub(super) struct Slot {
    count: u32,
    last: usize,
}

impl Slot {
    pub(super) fn put(&mut self, at: usize) {
        // one entry at two places of one section is still one
        if self.count == 0 || self.last != at {
            self.count += 1;
            self.last = at;
        }
    }

    pub(super) fn only(self) -> Option<usize> {
        (self.count == 1).then_some(self.last)
    }
}

/// The names that are looked for.
#[derive(Debug)]
pub(super) struct Wanted {
    marks: HashSet<u64>,
    /// Sorted.
    first_letters: Vec<char>,
}

impl Wanted {
    /// The names that stand on both sides.
    pub(super) fn in_both<'a>(
        before: impl Iterator<Item = &'a str>,
        after: impl Iterator<Item = &'a str>,
    ) -> Self {
        let there: HashSet<u64> = after.map(name_mark).collect();
        let (mut marks, mut first_letters) = (HashSet::new(), Vec::new());
        for name in before {
            let mark = name_mark(name);
            if let Some(first) = first_letter(name).filter(|_| there.contains(&mark)) {
                marks.insert(mark);
                first_letters.push(first);
            }
        }
        first_letters.sort_unstable();
        first_letters.dedup();
        Self { marks, first_letters }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// The mark of a name, if it is looked for.
    pub(super) fn mark(&self, name: &str) -> Option<u64> {
        let first = first_letter(name)?;
        // a mark takes much longer than a look at one letter
        if self.first_letters.binary_search(&first).is_err() {
            return None;
        }
        Some(name_mark(name)).filter(|mark| self.marks.contains(mark))
    }
}

/// The entries of one side that bear a wanted name.
#[derive(Default)]
pub(super) struct Namesakes {
    anywhere: HashMap<u64, Slot>,
    /// By name and section.
    together: HashMap<(u64, u64), Slot>,
}

impl Namesakes {
    /// Looks at all entries; `section` gives the name a section is compared by.
    pub(super) fn among<'a>(
        entries: &'a [Entry],
        wanted: &Wanted,
        section: impl Fn(&'a SectionPath) -> &'a SectionPath,
    ) -> Self {
        let mut found = Self::default();
        for (at, entry) in entries.iter().enumerate() {
            let Some(name) = wanted.mark(&entry.name) else { continue };
            found.anywhere.entry(name).or_default().put(at);
            for place in &entry.places {
                found.together.entry((name, number(section(&place.section)))).or_default().put(at);
            }
        }
        found
    }

    /// The only entry of this name.
    pub(super) fn only(&self, name: u64) -> Option<usize> {
        self.anywhere.get(&name)?.only()
    }

    /// The only entry of this name in a section, given as a number.
    pub(super) fn only_in(&self, name: u64, section: u64) -> Option<usize> {
        self.together.get(&(name, section))?.only()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names() -> impl Strategy<Value = Vec<String>> {
        prop::collection::vec("[abAB+# !é]{0,3}", 0..6)
    }

    proptest! {
        /// Sorting out by first letters never changes who is wanted.
        #[test]
        fn wanted_is_what_stands_on_both_sides(before in names(), after in names(), others in names()) {
            let wanted = Wanted::in_both(
                before.iter().map(String::as_str),
                after.iter().map(String::as_str),
            );
            let has = |names: &[String], mark: u64| names.iter().any(|name| name_mark(name) == mark);
            for name in before.iter().chain(&after).chain(&others) {
                let mark = name_mark(name);
                let expected = mark != 0 && has(&before, mark) && has(&after, mark);
                prop_assert_eq!(wanted.mark(name), expected.then_some(mark), "{}", name);
            }
        }
    }
}
