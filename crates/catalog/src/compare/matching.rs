//! Which entry of the newer document is which of the older one.
//!
//! The order of proof: equal keys, addresses known to have become others, a side link that became the main one, then
//! (sections mapped) names, and last a repository name with a similar text. Each side is used once. Texts alone
//! never join two entries: of the pairs such a rule found in real history, the wrong ones were all of that kind.

use std::collections::{HashMap, HashSet};

use super::Known;
use super::sections::{SectionMap, map_sections};
use super::texts::{Fnv, fingerprint, similarity};
use crate::key::EntryKey;
use crate::model::{Entry, SectionPath, Snapshot};

const NONE: u32 = u32::MAX;

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

    fn join(&mut self, b: usize, a: usize) {
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
        (fingerprint(&old.name) != 0 && fingerprint(&old.name) == fingerprint(&new.name))
            || old.places.iter().any(|place| new.places.contains(place))
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

/// Who has this mark, and whether only one has it.
#[derive(Clone, Copy, Default)]
struct Slot {
    count: u32,
    last: usize,
}

impl Slot {
    fn put(&mut self, at: usize) {
        // one entry at two places of one section is still one
        if self.count == 0 || self.last != at {
            self.count += 1;
            self.last = at;
        }
    }

    fn only(self) -> Option<usize> {
        (self.count == 1).then_some(self.last)
    }
}

/// Equal names: in one section; then anywhere, when repository name or text agrees too. Names count only where they
/// are unique on both sides, entries that are already matched included.
fn by_name(before: &Snapshot, after: &Snapshot, sections: &SectionMap, matching: &mut Matching) {
    let (old, new) = (matching.only_before(), matching.only_after());
    let names = |entries: &[Entry], at: &[usize]| -> HashMap<u64, (Slot, Slot)> {
        at.iter().map(|at| (fingerprint(&entries[*at].name), (Slot::default(), Slot::default()))).collect()
    };
    let mut wanted = names(&before.entries, &old);
    let there = names(&after.entries, &new);
    wanted.retain(|name, _| *name != 0 && there.contains_key(name));
    if wanted.is_empty() {
        return;
    }
    let mut old_places: HashMap<(u64, u64), Slot> = HashMap::new();
    let mut new_places: HashMap<(u64, u64), Slot> = HashMap::new();
    for (b, entry) in before.entries.iter().enumerate() {
        let name = fingerprint(&entry.name);
        if let Some((slot, _)) = wanted.get_mut(&name) {
            slot.put(b);
            for place in &entry.places {
                old_places.entry((name, number(sections.forward(&place.section)))).or_default().put(b);
            }
        }
    }
    for (a, entry) in after.entries.iter().enumerate() {
        let name = fingerprint(&entry.name);
        if let Some((_, slot)) = wanted.get_mut(&name) {
            slot.put(a);
            for place in &entry.places {
                new_places.entry((name, number(sections.settled(&place.section)))).or_default().put(a);
            }
        }
    }
    for &b in &old {
        let entry = &before.entries[b];
        let name = fingerprint(&entry.name);
        let partner = entry.places.iter().find_map(|place| {
            let mark = (name, number(sections.forward(&place.section)));
            old_places.get(&mark)?.only()?;
            new_places.get(&mark)?.only().filter(|a| matching.before(*a).is_none())
        });
        if let Some(a) = partner {
            matching.join(b, a);
        }
    }
    for &b in &old {
        if matching.after(b).is_some() {
            continue;
        }
        let Some((ours, theirs)) = wanted.get(&fingerprint(&before.entries[b].name)) else { continue };
        let (Some(_), Some(a)) = (ours.only(), theirs.only()) else { continue };
        if matching.before(a).is_none() && agree(&before.entries[b], &after.entries[a], 0.8) {
            matching.join(b, a);
        }
    }
}

fn agree(old: &Entry, new: &Entry, least: f64) -> bool {
    let repository = |entry: &Entry| entry.key.repository().map(|(_, _, name)| name.to_owned());
    let same = repository(old).is_some_and(|name| repository(new) == Some(name));
    same || (fingerprint(&old.description) != 0 && similarity(&old.description, &new.description) >= least)
}

/// Equal repository name in one section with a similar text: another owner.
fn by_repository(before: &Snapshot, after: &Snapshot, sections: &SectionMap, matching: &mut Matching) {
    let (old, new) = (matching.only_before(), matching.only_after());
    if old.is_empty() || new.is_empty() {
        return;
    }
    let mut slots: HashMap<(&str, u64), (Slot, Slot)> = HashMap::new();
    for &b in &old {
        if let Some((_, _, name)) = before.entries[b].key.repository() {
            for place in &before.entries[b].places {
                let mark = (name, number(sections.forward(&place.section)));
                slots.entry(mark).or_default().0.put(b);
            }
        }
    }
    for &a in &new {
        if let Some((_, _, name)) = after.entries[a].key.repository() {
            for place in &after.entries[a].places {
                let mark = (name, number(sections.settled(&place.section)));
                if let Some(slot) = slots.get_mut(&mark) {
                    slot.1.put(a);
                }
            }
        }
    }
    for &b in &old {
        let entry = &before.entries[b];
        let Some((_, _, name)) = entry.key.repository() else { continue };
        let partner = entry.places.iter().find_map(|place| {
            let (ours, theirs) = slots.get(&(name, number(sections.forward(&place.section))))?;
            ours.only()?;
            theirs.only()
        });
        if let Some(a) = partner
            && matching.before(a).is_none()
            && similarity(&entry.description, &after.entries[a].description) >= 0.5
        {
            matching.join(b, a);
        }
    }
}

/// Items of the same name in the same section that lost or gained their link.
fn by_lost_link(before: &Snapshot, after: &Snapshot, sections: &SectionMap, matching: &mut Matching) {
    let heads = |of: &[usize], side: &[u32]| -> HashSet<usize> {
        of.iter().copied().filter(|at| side[*at] == NONE).collect()
    };
    matching.lost_link = heads(&sections.lost_link, &matching.to_after);
    matching.gained_link = heads(&sections.gained_link, &matching.to_before);
    let (mut old, mut new) = (matching.only_before(), matching.only_after());
    old.retain(|b| !matching.lost_link.contains(b));
    new.retain(|a| !matching.gained_link.contains(a));
    if (old.is_empty() || after.linkless.is_empty()) && (new.is_empty() || before.linkless.is_empty()) {
        return;
    }
    // how many more items without a link of this name and section there are now than before
    let mut more: HashMap<(u64, u64), i64> = HashMap::new();
    for item in &after.linkless {
        *more.entry((fingerprint(&item.name), number(sections.settled(&item.section)))).or_default() += 1;
    }
    for item in &before.linkless {
        *more.entry((fingerprint(&item.name), number(sections.forward(&item.section)))).or_default() -= 1;
    }
    more.retain(|(name, _), count| *name != 0 && *count != 0);
    if more.is_empty() {
        return;
    }
    for b in old {
        let entry = &before.entries[b];
        let name = fingerprint(&entry.name);
        let found = entry
            .places
            .iter()
            .any(|place| take(&mut more, (name, number(sections.forward(&place.section))), 1));
        if found {
            matching.lost_link.insert(b);
        }
    }
    for a in new {
        let entry = &after.entries[a];
        let name = fingerprint(&entry.name);
        let found = entry
            .places
            .iter()
            .any(|place| take(&mut more, (name, number(sections.settled(&place.section))), -1));
        if found {
            matching.gained_link.insert(a);
        }
    }
}

fn take(more: &mut HashMap<(u64, u64), i64>, mark: (u64, u64), sign: i64) -> bool {
    match more.get_mut(&mark) {
        Some(count) if *count * sign > 0 => {
            *count -= sign;
            true
        }
        _ => false,
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
