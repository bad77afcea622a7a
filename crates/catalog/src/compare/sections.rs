//! Which section of the newer document is which of the older one: a renamed heading moves nobody.

use std::collections::{HashMap, HashSet};

use super::texts::Fnv;
use crate::model::{Place, SectionPath};

/// How the sections of two documents belong together.
#[derive(Debug, Default)]
pub(crate) struct SectionMap {
    /// Sections that are gone, and where they went.
    pub(super) to: HashMap<SectionPath, Target>,
    /// Sections that are new only because the item above their entries lost its link.
    pub(super) alias: HashMap<SectionPath, SectionPath>,
    /// The renamings a reader hears of; a renamed parent is told once, not for each of its children.
    pub(crate) renamed: Vec<Renaming>,
    /// Sections that are gone without a successor.
    pub(crate) unmatched: usize,
    /// Entries of the older side that head a section now, without a link.
    pub(super) lost_link: Vec<usize>,
    /// Entries of the newer side that headed a section, without a link.
    pub(super) gained_link: Vec<usize>,
}

/// One section under its new name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Renaming {
    pub(crate) from: SectionPath,
    pub(crate) to: SectionPath,
    pub(crate) entries: u32,
}

/// Where a section went.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) path: SectionPath,
    pub(super) entries: u32,
    /// Which renaming tells of it; `None` when only punctuation or case changed, or an item got or lost its link.
    pub(super) event: Option<usize>,
}

impl SectionMap {
    /// The name a section of the older document has in the newer one.
    pub(crate) fn forward<'a>(&'a self, section: &'a SectionPath) -> &'a SectionPath {
        self.to.get(section).map_or(section, |target| &target.path)
    }

    /// A section of the newer document, or the one it really is.
    pub(crate) fn settled<'a>(&'a self, section: &'a SectionPath) -> &'a SectionPath {
        self.alias.get(section).unwrap_or(section)
    }

    /// From new names back to old ones, for the renamings that `pending` says are not accepted yet.
    pub(crate) fn back(&self, pending: impl Fn(usize) -> bool) -> HashMap<SectionPath, SectionPath> {
        let mut back: HashMap<SectionPath, SectionPath> = HashMap::new();
        for (from, target) in &self.to {
            if target.event.is_some_and(&pending) {
                let from = from.clone();
                // several sections that became one: the smallest name, so that the choice is always the same
                back.entry(target.path.clone())
                    .and_modify(|known| {
                        if from < *known {
                            *known = from.clone();
                        }
                    })
                    .or_insert(from);
            }
        }
        back
    }

    /// Whether two lists of places are the same set of sections, renamings taken into account.
    pub(crate) fn same_places(&self, before: &[Place], after: &[Place]) -> bool {
        if before.len() == 1 && after.len() == 1 {
            return self.forward(&before[0].section) == self.settled(&after[0].section);
        }
        self.left(before, after).is_none() && self.entered(before, after).is_none()
    }

    /// The first section an entry left.
    pub(crate) fn left<'a>(&self, before: &'a [Place], after: &[Place]) -> Option<&'a SectionPath> {
        let now = Sections::of(after, |section| self.settled(section));
        before.iter().map(|place| &place.section).find(|section| !now.contains(self.forward(section)))
    }

    /// The first section an entry went to.
    pub(crate) fn entered<'a>(&self, before: &[Place], after: &'a [Place]) -> Option<&'a SectionPath> {
        let was = Sections::of(before, |section| self.forward(section));
        after.iter().map(|place| &place.section).find(|section| !was.contains(self.settled(section)))
    }
}

/// The sections of some places under the names they are compared by. Nearly always there is one.
enum Sections<'a, F> {
    Few(&'a [Place], F),
    Many(HashSet<&'a SectionPath>),
}

impl<'a, F: Fn(&'a SectionPath) -> &'a SectionPath> Sections<'a, F> {
    fn of(places: &'a [Place], name: F) -> Self {
        const FEW: usize = 8;
        if places.len() <= FEW {
            return Self::Few(places, name);
        }
        Self::Many(places.iter().map(|place| name(&place.section)).collect())
    }

    fn contains(&self, section: &SectionPath) -> bool {
        match self {
            Self::Few(places, name) => places.iter().any(|place| name(&place.section) == section),
            Self::Many(sections) => sections.contains(section),
        }
    }
}

/// A section as a number, exact in its letters.
pub(super) fn number(section: &SectionPath) -> u64 {
    let mut hash = Fnv::default();
    for part in section.parts() {
        hash.write(part.as_bytes());
        hash.write(&[0]);
    }
    hash.0
}
