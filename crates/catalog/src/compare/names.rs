//! Matching by what entries are called: the steps behind the keys, each needing a second proof.

use std::collections::HashMap;

use super::matching::Matching;
use super::namesakes::{Namesakes, Slot, Wanted};
use super::sections::{SectionMap, number};
use super::texts::{fingerprint, name_mark, similarity};
use crate::model::{Entry, Snapshot};

/// Entries of a structured catalog that share one address, each with its name in the key: equal names; then the only
/// one left of the address on both sides, or the same text in the same section.
pub(super) fn by_shared_address(before: &Snapshot, after: &Snapshot, matching: &mut Matching) {
    let (old, new) = (matching.only_before(), matching.only_after());
    let shares = |entry: &Entry| entry.key.address().len() != entry.key.as_str().len();
    let any =
        old.iter().any(|b| shares(&before.entries[*b])) || new.iter().any(|a| shares(&after.entries[*a]));
    if old.is_empty() || new.is_empty() || !any {
        return;
    }
    let name = |entry: &Entry| Some(name_mark(&entry.name)).filter(|name| *name != 0);
    join_equal(before, after, matching, |entry| Some((entry.key.address(), name(entry)?)));
    // how many are left of an address
    let mut left: HashMap<&str, (Slot, Slot)> = HashMap::new();
    for b in matching.only_before() {
        left.entry(before.entries[b].key.address()).or_default().0.put(b);
    }
    for a in matching.only_after() {
        left.entry(after.entries[a].key.address()).or_default().1.put(a);
    }
    for (ours, theirs) in left.into_values() {
        if let (Some(b), Some(a)) = (ours.only(), theirs.only()) {
            matching.join(b, a);
        }
    }
    let text = |entry: &Entry| Some(fingerprint(&entry.description)).filter(|text| *text != 0);
    join_equal(before, after, matching, |entry| {
        Some((entry.key.address(), text(entry)?, Some(entry.section())))
    });
}

/// Joins what has an equal mark, in document order.
fn join_equal<'a, M: std::hash::Hash + Eq>(
    before: &'a Snapshot,
    after: &'a Snapshot,
    matching: &mut Matching,
    mark: impl Fn(&'a Entry) -> Option<M>,
) {
    let mut marks: HashMap<M, usize> = HashMap::new();
    for a in matching.only_after().into_iter().rev() {
        if let Some(mark) = mark(&after.entries[a]) {
            marks.insert(mark, a);
        }
    }
    for b in matching.only_before() {
        if let Some(a) = mark(&before.entries[b]).and_then(|mark| marks.remove(&mark)) {
            matching.join(b, a);
        }
    }
}

/// Equal names: in one section; then anywhere, when repository name or text agrees too. Names count only where they
/// are unique on both sides, entries that are already matched included.
pub(super) fn by_name(before: &Snapshot, after: &Snapshot, sections: &SectionMap, matching: &mut Matching) {
    let (old, new) = (matching.only_before(), matching.only_after());
    let wanted = Wanted::in_both(
        old.iter().map(|b| before.entries[*b].name.as_str()),
        new.iter().map(|a| after.entries[*a].name.as_str()),
    );
    if wanted.is_empty() {
        return;
    }
    let ours = Namesakes::among(&before.entries, &wanted, |section| sections.forward(section));
    let theirs = Namesakes::among(&after.entries, &wanted, |section| sections.settled(section));
    let named = old.iter().filter_map(|&b| Some((b, wanted.mark(&before.entries[b].name)?)));
    let named: Vec<(usize, u64)> = named.collect();
    for &(b, name) in &named {
        let partner = before.entries[b].places.iter().find_map(|place| {
            let section = number(sections.forward(&place.section));
            ours.only_in(name, section)?;
            theirs.only_in(name, section).filter(|a| matching.before(*a).is_none())
        });
        if let Some(a) = partner {
            matching.join(b, a);
        }
    }
    for &(b, name) in &named {
        if matching.after(b).is_some() {
            continue;
        }
        let (Some(_), Some(a)) = (ours.only(name), theirs.only(name)) else { continue };
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
pub(super) fn by_repository(
    before: &Snapshot,
    after: &Snapshot,
    sections: &SectionMap,
    matching: &mut Matching,
) {
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
pub(super) fn by_lost_link(
    before: &Snapshot,
    after: &Snapshot,
    sections: &SectionMap,
    matching: &mut Matching,
) {
    matching.lost_link =
        sections.lost_link.iter().copied().filter(|b| matching.after(*b).is_none()).collect();
    matching.gained_link =
        sections.gained_link.iter().copied().filter(|a| matching.before(*a).is_none()).collect();
    let (mut old, mut new) = (matching.only_before(), matching.only_after());
    old.retain(|b| !matching.lost_link.contains(b));
    new.retain(|a| !matching.gained_link.contains(a));
    if (old.is_empty() || after.linkless.is_empty()) && (new.is_empty() || before.linkless.is_empty()) {
        return;
    }
    // how many more items without a link of this name and section there are now than before
    let mut more: HashMap<(u64, u64), i64> = HashMap::new();
    for item in &after.linkless {
        *more.entry((name_mark(&item.name), number(sections.settled(&item.section)))).or_default() += 1;
    }
    for item in &before.linkless {
        *more.entry((name_mark(&item.name), number(sections.forward(&item.section)))).or_default() -= 1;
    }
    more.retain(|(name, _), count| *name != 0 && *count != 0);
    if more.is_empty() {
        return;
    }
    for b in old {
        let entry = &before.entries[b];
        let name = name_mark(&entry.name);
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
        let name = name_mark(&entry.name);
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
