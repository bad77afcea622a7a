//! Which entry of the newer document is which of the older one.
//!
//! The order of proof: equal keys, equal addresses that several names share, addresses known to have become others, a side link that became the main one, then
//! (sections mapped) names, and last a repository name with a similar text. Each side is used once. Texts alone
//! never join two entries: of the pairs such a rule found in real history, the wrong ones were all of that kind.

use std::collections::{HashMap, HashSet};

use super::Known;
use super::finding::map_sections;
use super::names::{by_lost_link, by_name, by_repository, by_shared_address};
use super::sections::SectionMap;
use super::texts::name_mark;
use crate::key::EntryKey;
use crate::model::{Entry, Snapshot};

const NONE: u32 = u32::MAX;

/// An entry at more places than this says little about any of them, and comparing them all would take long.
pub(super) const MANY: usize = 16;

/// One-to-one assignment of entries, by their positions in the two snapshots.
#[derive(Debug, Default)]
pub(crate) struct Matching {
    to_after: Vec<u32>,
    to_before: Vec<u32>,
    unmatched: usize,
    /// Entries of the older side that are items without a link now.
    pub(crate) lost_link: HashSet<usize>,
    /// Entries of the newer side that were items without a link.
    pub(crate) gained_link: HashSet<usize>,
}

impl Matching {
    /// Where an entry of the older side stands in the newer one.
    pub(crate) fn after(&self, b: usize) -> Option<usize> {
        self.to_after.get(b).filter(|a| **a != NONE).map(|a| *a as usize)
    }

    /// Where an entry of the newer side stood in the older one.
    pub(crate) fn before(&self, a: usize) -> Option<usize> {
        self.to_before.get(a).filter(|b| **b != NONE).map(|b| *b as usize)
    }

    /// All pairs (older, newer), in the order of the newer side.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.to_before.iter().enumerate().filter(|(_, b)| **b != NONE).map(|(a, b)| (*b as usize, a))
    }

    /// Positions of the older side without a partner.
    pub(crate) fn only_before(&self) -> Vec<usize> {
        free(&self.to_after)
    }

    /// Positions of the newer side without a partner.
    pub(crate) fn only_after(&self) -> Vec<usize> {
        free(&self.to_before)
    }

    /// Makes two entries one.
    pub(super) fn join(&mut self, b: usize, a: usize) {
        debug_assert!(self.to_after[b] == NONE && self.to_before[a] == NONE);
        self.to_after[b] = a as u32;
        self.to_before[a] = b as u32;
        self.unmatched -= 1;
    }
}

fn free(side: &[u32]) -> Vec<usize> {
    side.iter().enumerate().filter(|(_, other)| **other == NONE).map(|(at, _)| at).collect()
}

/// Matches entries and sections.
pub(crate) fn match_entries(before: &Snapshot, after: &Snapshot, known: &Known) -> (Matching, SectionMap) {
    let mut matching = Matching {
        to_after: vec![NONE; before.entries.len()],
        to_before: vec![NONE; after.entries.len()],
        unmatched: before.entries.len(),
        ..Matching::default()
    };
    in_step(before, after, &mut matching);
    by_key(before, after, &mut matching);
    if matching.unmatched > 0 {
        by_shared_address(before, after, &mut matching);
    }
    by_known(before, after, known, &mut matching);
    by_side_link(before, after, &mut matching);
    let sections = map_sections(before, after, &matching);
    if matching.unmatched > 0 {
        by_name(before, after, &sections, &mut matching);
        by_repository(before, after, &sections, &mut matching);
    }
    by_lost_link(before, after, &sections, &mut matching);
    (matching, sections)
}

/// How far ahead the walk looks before it leaves an entry to the map of keys.
const WINDOW: usize = 4;

/// Equal keys of two lists in nearly the same order, without hashing any of them.
fn in_step(before: &Snapshot, after: &Snapshot, matching: &mut Matching) {
    let (old, new) = (&before.entries, &after.entries);
    let (mut i, mut j) = (0, 0);
    while i < old.len() && j < new.len() {
        if old[i].key == new[j].key {
            matching.join(i, j);
            i += 1;
            j += 1;
            continue;
        }
        let ahead = (1..=WINDOW).find_map(|step| {
            if new.get(j + step).is_some_and(|entry| entry.key == old[i].key) {
                Some((0, step))
            } else if old.get(i + step).is_some_and(|entry| entry.key == new[j].key) {
                Some((step, 0))
            } else {
                None
            }
        });
        let (skip_old, skip_new) = ahead.unwrap_or((1, 1));
        i += skip_old;
        j += skip_new;
    }
}

/// Equal keys of what stands elsewhere. The map is seeded, so that no document can make it slow.
fn by_key(before: &Snapshot, after: &Snapshot, matching: &mut Matching) {
    let (old, new) = (matching.only_before(), matching.only_after());
    if old.is_empty() || new.is_empty() {
        return;
    }
    let keys: HashMap<&EntryKey, usize> = old.iter().rev().map(|b| (&before.entries[*b].key, *b)).collect();
    for a in new {
        if let Some(&b) = keys.get(&after.entries[a].key)
            && matching.after(b).is_none()
        {
            matching.join(b, a);
        }
    }
}

/// Addresses that are known to have become others.
fn by_known(before: &Snapshot, after: &Snapshot, known: &Known, matching: &mut Matching) {
    if known.renamed.is_empty() || matching.unmatched == 0 {
        return;
    }
    let new = matching.only_after();
    let keys: HashMap<&EntryKey, usize> = new.iter().rev().map(|a| (&after.entries[*a].key, *a)).collect();
    for b in matching.only_before() {
        let found = known.followed(&before.entries[b].key).find_map(|key| keys.get(key).copied());
        if let Some(a) = found.filter(|a| matching.before(*a).is_none()) {
            matching.join(b, a);
        }
    }
}

/// A side link became the main one, or the reverse, and name or section agrees.
fn by_side_link(before: &Snapshot, after: &Snapshot, matching: &mut Matching) {
    let (old, new) = (matching.only_before(), matching.only_after());
    if old.is_empty() || new.is_empty() {
        return;
    }
    let agrees = |b: usize, a: usize| {
        let (old, new) = (&before.entries[b], &after.entries[a]);
        (name_mark(&old.name) != 0 && name_mark(&old.name) == name_mark(&new.name))
            || old.places.iter().take(MANY).any(|place| new.places.iter().take(MANY).any(|now| now == place))
    };
    let keys: HashMap<&EntryKey, usize> = new.iter().rev().map(|a| (&after.entries[*a].key, *a)).collect();
    for &b in &old {
        let main = side_keys(&before.entries[b]).find_map(|key| keys.get(&key).copied());
        if let Some(a) = main.filter(|a| matching.before(*a).is_none() && agrees(b, *a)) {
            matching.join(b, a);
        }
    }
    let keys: HashMap<&EntryKey, usize> = old.iter().rev().map(|b| (&before.entries[*b].key, *b)).collect();
    for a in new {
        if matching.before(a).is_some() {
            continue;
        }
        let main = side_keys(&after.entries[a]).find_map(|key| keys.get(&key).copied());
        if let Some(b) = main.filter(|b| matching.after(*b).is_none() && agrees(*b, a)) {
            matching.join(b, a);
        }
    }
}

fn side_keys(entry: &Entry) -> impl Iterator<Item = EntryKey> + '_ {
    // a line with more links than this is a page of its own, and none of them is the thing's second home
    const MOST: usize = 16;
    entry.links.iter().take(MOST).filter_map(|link| EntryKey::from_url(&link.url))
}
