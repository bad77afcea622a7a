//! Finding the section map: equal words, items that lost or gained their link, then where most entries went.

use std::collections::{HashMap, HashSet};

use super::matching::{MANY, Matching};
use super::sections::{Renaming, SectionMap, Target};
use super::texts::{fingerprint, name_mark, similarity};
use super::titles::words;
use crate::model::{Place, SectionPath, Snapshot};

/// Finds the sections that were renamed, by the entries that are surely the same.
pub(super) fn map_sections(before: &Snapshot, after: &Snapshot, matching: &Matching) -> SectionMap {
    let mut map = SectionMap::default();
    if before.sections == after.sections {
        return map;
    }
    let old: HashSet<&SectionPath> = before.sections.iter().collect();
    let new: HashSet<&SectionPath> = after.sections.iter().collect();
    let mut gone: HashSet<&SectionPath> = old.difference(&new).copied().collect();
    let mut fresh: HashSet<&SectionPath> = new.difference(&old).copied().collect();
    if gone.is_empty() {
        if !fresh.is_empty() {
            link_lost(before, matching, &mut fresh, &mut map);
        }
        return map;
    }
    same_words(before, after, &mut gone, &mut fresh, &mut map);
    link_lost(before, matching, &mut fresh, &mut map);
    link_gained(after, matching, &mut gone, &mut map);
    by_entries(before, after, matching, &gone, &fresh, &mut map);
    map.unmatched = gone.iter().filter(|section| !map.to.contains_key(**section)).count();
    tell(before, after, &mut map);
    map
}

/// Titles that differ in punctuation, emoji, case, numbering or counts only; and those the title of the document
/// stands before now, or stood before, as it does when a second one came or went.
fn same_words(
    before: &Snapshot,
    after: &Snapshot,
    gone: &mut HashSet<&SectionPath>,
    fresh: &mut HashSet<&SectionPath>,
    map: &mut SectionMap,
) {
    equal_words(None, None, gone, fresh, map);
    if before.title.is_some() {
        equal_words(before.title.as_deref(), None, gone, fresh, map);
    }
    if after.title.is_some() {
        equal_words(None, after.title.as_deref(), gone, fresh, map);
    }
}

fn equal_words(
    old_title: Option<&str>,
    new_title: Option<&str>,
    gone: &mut HashSet<&SectionPath>,
    fresh: &mut HashSet<&SectionPath>,
    map: &mut SectionMap,
) {
    let marks = |title: Option<&str>, section: &SectionPath| {
        words(title.into_iter().chain(section.parts().iter().map(AsRef::as_ref)))
    };
    let mut by_words: HashMap<u64, Vec<&SectionPath>> = HashMap::new();
    for section in fresh.iter() {
        by_words.entry(marks(new_title, section)).or_default().push(section);
    }
    let mut candidates: HashMap<u64, Vec<&SectionPath>> = HashMap::new();
    for section in gone.iter() {
        candidates.entry(marks(old_title, section)).or_default().push(section);
    }
    for (words, froms) in candidates {
        let (Some(tos), [from], true) = (by_words.get(&words), froms.as_slice(), words != 0) else {
            continue;
        };
        if let [to] = tos.as_slice() {
            gone.remove(*from);
            fresh.remove(*to);
            map.to.insert((*from).clone(), Target { path: (*to).clone(), entries: 0, event: None });
        }
    }
}

/// New sections that are an entry of before which lost its link: what stands under it has not moved.
fn link_lost(
    before: &Snapshot,
    matching: &Matching,
    fresh: &mut HashSet<&SectionPath>,
    map: &mut SectionMap,
) {
    let mut wanted = wanted(fresh);
    for (b, entry) in before.entries.iter().enumerate() {
        if wanted.is_empty() {
            return;
        }
        if matching.after(b).is_none() {
            for section in named_after(entry.name.as_str(), &entry.places, &mut wanted) {
                let parent = parent(&section);
                fresh.remove(&section);
                map.alias.insert(section, parent);
                map.lost_link.push(b);
            }
        }
    }
}

/// The reverse: the item gained a link and is an entry now.
fn link_gained(
    after: &Snapshot,
    matching: &Matching,
    gone: &mut HashSet<&SectionPath>,
    map: &mut SectionMap,
) {
    let mut wanted = wanted(gone);
    for (a, entry) in after.entries.iter().enumerate() {
        if wanted.is_empty() {
            return;
        }
        if matching.before(a).is_none() {
            for section in named_after(entry.name.as_str(), &entry.places, &mut wanted) {
                let parent = parent(&section);
                gone.remove(&section);
                map.to.insert(section, Target { path: parent, entries: 0, event: None });
                map.gained_link.push(a);
            }
        }
    }
}

fn parent(section: &SectionPath) -> SectionPath {
    SectionPath::new(section.parts().split_last().map_or(&[][..], |(_, above)| above))
}

fn wanted(sections: &HashSet<&SectionPath>) -> HashMap<u64, Vec<SectionPath>> {
    let mut wanted: HashMap<u64, Vec<SectionPath>> = HashMap::new();
    for section in sections {
        if let Some(last) = section.parts().last() {
            wanted.entry(name_mark(last)).or_default().push((*section).clone());
        }
    }
    wanted.remove(&0);
    wanted
}

fn named_after(
    name: &str,
    places: &[Place],
    wanted: &mut HashMap<u64, Vec<SectionPath>>,
) -> Vec<SectionPath> {
    let Some(sections) = wanted.get_mut(&name_mark(name)) else { return Vec::new() };
    let above: HashSet<&[Box<str>]> = places.iter().map(|place| place.section.parts()).collect();
    let (found, rest) = std::mem::take(sections).into_iter().partition(|section: &SectionPath| {
        section.parts().split_last().is_some_and(|(_, parent)| above.contains(parent))
    });
    *sections = rest;
    found
}

/// Sections most of whose surviving entries stand together in one new section.
fn by_entries(
    before: &Snapshot,
    after: &Snapshot,
    matching: &Matching,
    gone: &HashSet<&SectionPath>,
    fresh: &HashSet<&SectionPath>,
    map: &mut SectionMap,
) {
    #[derive(Default)]
    struct Votes<'a> {
        survivors: u32,
        to: HashMap<&'a SectionPath, u32>,
    }
    if gone.is_empty() || fresh.is_empty() {
        return;
    }
    let mut votes: HashMap<&SectionPath, Votes<'_>> = HashMap::new();
    let mut is_gone = Cached::new(gone);
    for (b, a) in matching.pairs() {
        let (old, new) = (&before.entries[b].places, &after.entries[a].places);
        if old.len() > MANY || new.len() > MANY {
            continue;
        }
        for place in old {
            if !is_gone.contains(&place.section) {
                continue;
            }
            let votes = votes.entry(&place.section).or_default();
            votes.survivors += 1;
            for there in new {
                if fresh.contains(&there.section) {
                    *votes.to.entry(&there.section).or_default() += 1;
                }
            }
        }
    }
    let order: HashMap<&SectionPath, usize> =
        after.sections.iter().enumerate().map(|(at, section)| (section, at)).collect();
    for (from, votes) in votes {
        let best =
            votes.to.iter().max_by_key(|(to, count)| (**count, std::cmp::Reverse(order.get(**to).copied())));
        let Some((to, &count)) = best else { continue };
        let enough = count >= 2 || (votes.survivors == 1 && alike(from, to));
        if enough && count * 2 > votes.survivors {
            let target = Target { path: (*to).clone(), entries: count, event: Some(0) };
            map.to.insert(from.clone(), target);
        }
    }
}

/// Whether two titles look like one that was reworded.
fn alike(from: &SectionPath, to: &SectionPath) -> bool {
    match (from.parts().last(), to.parts().last()) {
        (Some(from), Some(to)) => {
            let contained = |short: &str, long: &str| {
                let mut words = long.split(|c: char| !c.is_alphanumeric());
                !short.is_empty() && words.any(|word| fingerprint(word) == fingerprint(short))
            };
            similarity(from, to) >= 0.5 || contained(from, to) || contained(to, from)
        }
        _ => false,
    }
}

/// Puts the renamings into words: a parent that took all its children along is told once.
fn tell(before: &Snapshot, after: &Snapshot, map: &mut SectionMap) {
    let still: HashSet<&[Box<str>]> = after
        .sections
        .iter()
        .flat_map(|section| (0..=section.parts().len()).map(|depth| &section.parts()[..depth]))
        .collect();
    let mut known: HashMap<(SectionPath, SectionPath), usize> = HashMap::new();
    for section in &before.sections {
        let Some(target) = map.to.get_mut(section) else { continue };
        if target.event.is_none() {
            continue;
        }
        let (from, to) = (section.parts(), target.path.parts());
        let (mut i, mut j) = (from.len(), to.len());
        while i > 1 && j > 1 && from[i - 1] == to[j - 1] {
            i -= 1;
            j -= 1;
        }
        if still.contains(&from[..i]) {
            (i, j) = (from.len(), to.len());
        }
        let (from, to) = (SectionPath::new(&from[..i]), SectionPath::new(&to[..j]));
        let event = *known.entry((from.clone(), to.clone())).or_insert_with(|| {
            map.renamed.push(Renaming { from, to, entries: 0 });
            map.renamed.len() - 1
        });
        map.renamed[event].entries += target.entries;
        target.event = Some(event);
    }
}

/// Membership that remembers the last answer: neighbours stand in the same section.
struct Cached<'a> {
    set: &'a HashSet<&'a SectionPath>,
    last: *const Box<str>,
    answer: bool,
}

impl<'a> Cached<'a> {
    fn new(set: &'a HashSet<&'a SectionPath>) -> Self {
        Self { set, last: std::ptr::null(), answer: false }
    }

    fn contains(&mut self, section: &SectionPath) -> bool {
        let ptr = section.parts().as_ptr();
        if ptr != self.last {
            self.last = ptr;
            self.answer = self.set.contains(section);
        }
        self.answer
    }
}
