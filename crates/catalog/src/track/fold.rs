//! Taking the latest state over into the accepted one, except for what is still settling.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::{Outcome, Past, Tombstone};
use crate::compare::{Difference, Item};
use crate::key::EntryKey;
use crate::model::{Entry, Place, SectionPath, Snapshot};

/// The differences that are not accepted yet, by position.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    sections: HashSet<usize>,
    added: HashSet<usize>,
    removed: HashSet<usize>,
    renamed: HashSet<usize>,
    moved: HashSet<usize>,
    edited: HashSet<usize>,
}

impl Waiting {
    pub(super) fn put(&mut self, item: &Item) {
        match item {
            Item::Section(number) => self.sections.insert(*number),
            Item::Added { a, .. } => self.added.insert(*a),
            Item::Removed { b } => self.removed.insert(*b),
            Item::Renamed { b, .. } => self.renamed.insert(*b),
            Item::Moved { b, .. } => self.moved.insert(*b),
            Item::Edited { b, .. } => self.edited.insert(*b),
        };
    }
}

/// Notes which rows differ, which keys left and which came back.
pub(super) struct Rows<'a> {
    pub(super) outcome: &'a mut Outcome,
    pub(super) now: DateTime<Utc>,
    pub(super) past: &'a Past<'a>,
}

impl Rows<'_> {
    fn put(&mut self, key: &EntryKey) {
        self.outcome.put.push(key.clone());
    }

    fn came(&mut self, key: &EntryKey) {
        self.put(key);
        if (self.past)(key).is_some() {
            self.outcome.unbury.push(key.clone());
        }
    }

    fn left(&mut self, entry: &Entry) {
        self.outcome.delete.push(entry.key.clone());
        let stone = Tombstone { name: entry.name.clone(), section: entry.section().clone(), at: self.now };
        self.outcome.bury.push((entry.key.clone(), stone));
    }
}

/// Takes over everything: the latest state is the accepted one.
pub(super) fn whole(accepted: &Snapshot, latest: &Snapshot, difference: &Difference, rows: &mut Rows<'_>) {
    for &(b, a) in &difference.touched {
        let (old, new) = (&accepted.entries[b], &latest.entries[a]);
        if old.key == new.key {
            rows.put(&new.key);
        } else {
            rows.left(old);
            rows.came(&new.key);
        }
    }
    for a in difference.matching.only_after() {
        rows.came(&latest.entries[a].key);
    }
    for b in difference.matching.only_before() {
        rows.left(&accepted.entries[b]);
    }
    rows.outcome.shape_changed |= shape_differs(accepted, latest);
}

/// Takes over everything but what waits.
pub(super) fn part(
    accepted: &mut Snapshot,
    latest: &Snapshot,
    difference: &Difference,
    waiting: &Waiting,
    rows: &mut Rows<'_>,
) {
    let back = difference.sections.back(|number| waiting.sections.contains(&number));
    let names = Names::of(accepted, latest, difference, waiting);
    for &(b, a) in &difference.touched {
        let old = &accepted.entries[b];
        let mut entry = latest.entries[a].clone();
        if waiting.renamed.contains(&b) {
            entry.name.clone_from(&old.name);
            if entry.key != old.key {
                entry.key = old.key.clone();
                entry.url.clone_from(&old.url);
                entry.links.clone_from(&old.links);
            }
        }
        if waiting.edited.contains(&b) {
            entry.description.clone_from(&old.description);
        }
        if waiting.moved.contains(&b) {
            entry.places.clone_from(&old.places);
        } else if !back.is_empty() {
            if difference.sections.same_places(&old.places, &entry.places) {
                entry.places.clone_from(&old.places);
            } else {
                take_back(&mut entry.places, &back);
            }
        }
        if entry == *old {
            continue;
        }
        if entry.key == old.key {
            rows.put(&entry.key);
        } else {
            rows.left(old);
            rows.came(&entry.key);
        }
        accepted.entries[b] = entry;
    }

    let gone = difference.matching.only_before().into_iter().filter(|b| !waiting.removed.contains(b));
    let gone: HashSet<usize> = gone.inspect(|b| rows.left(&accepted.entries[*b])).collect();
    if !gone.is_empty() {
        let mut at = 0..;
        accepted.entries.retain(|_| at.next().is_none_or(|at| !gone.contains(&at)));
    }
    for a in difference.matching.only_after() {
        if !waiting.added.contains(&a) {
            let mut entry = latest.entries[a].clone();
            take_back(&mut entry.places, &back);
            rows.came(&entry.key);
            accepted.entries.push(entry);
        }
    }
    shape(accepted, latest, &names, &back, rows);
}

/// Keys of the latest state that the accepted one does not know, or knows under another key.
struct Names {
    unknown: HashSet<EntryKey>,
    former: HashMap<EntryKey, EntryKey>,
}

impl Names {
    fn of(accepted: &Snapshot, latest: &Snapshot, difference: &Difference, waiting: &Waiting) -> Self {
        let unknown = waiting.added.iter().map(|a| latest.entries[*a].key.clone()).collect();
        let keys = |b: usize| {
            let now = &latest.entries[difference.matching.after(b)?].key;
            let former = &accepted.entries[b].key;
            (now != former).then(|| (now.clone(), former.clone()))
        };
        Self { unknown, former: waiting.renamed.iter().filter_map(|b| keys(*b)).collect() }
    }
}

fn take_back(places: &mut [Place], back: &HashMap<SectionPath, SectionPath>) {
    for place in places {
        if let Some(section) = back.get(&place.section) {
            place.section = section.clone();
        }
    }
}

/// Title, sections, items without a link and rankings, in the names the accepted entries go by.
fn shape(
    accepted: &mut Snapshot,
    latest: &Snapshot,
    names: &Names,
    back: &HashMap<SectionPath, SectionPath>,
    rows: &mut Rows<'_>,
) {
    let named = |section: &SectionPath| back.get(section).unwrap_or(section).clone();
    let mut linkless = latest.linkless.clone();
    for item in &mut linkless {
        item.section = named(&item.section);
    }

    let mut rankings = latest.rankings.clone();
    for ranking in &mut rankings {
        ranking.section = named(&ranking.section);
        ranking.order = ranking
            .order
            .iter()
            .filter(|key| !names.unknown.contains(key))
            .map(|key| names.former.get(key).unwrap_or(key).clone())
            .collect();
    }

    let mut last = std::ptr::null();
    let used: HashSet<&SectionPath> = accepted
        .entries
        .iter()
        .flat_map(|entry| &entry.places)
        .map(|place| &place.section)
        // neighbours share their section, and hashing thousands of equal paths takes time
        .filter(|section| std::mem::replace(&mut last, section.parts().as_ptr()) != section.parts().as_ptr())
        .chain(linkless.iter().map(|item| &item.section))
        .chain(rankings.iter().map(|ranking| &ranking.section))
        .collect();
    let mut seen = HashSet::new();
    let sections: Vec<SectionPath> = latest
        .sections
        .iter()
        .map(named)
        .chain(accepted.sections.iter().cloned())
        .filter(|section| used.contains(section) && seen.insert(section.clone()))
        .collect();

    let shaped = Snapshot { title: latest.title.clone(), sections, entries: Vec::new(), linkless, rankings };
    if shape_differs(accepted, &shaped) {
        rows.outcome.shape_changed = true;
        let entries = std::mem::take(&mut accepted.entries);
        *accepted = Snapshot { entries, ..shaped };
    }
}

/// Whether anything but the entries differs.
pub(super) fn shape_differs(one: &Snapshot, other: &Snapshot) -> bool {
    one.title != other.title
        || one.sections != other.sections
        || one.linkless != other.linkless
        || one.rankings != other.rankings
}
