//! Two snapshots in, the facts that differ out.
//!
//! `matching` and `names` say which entry is which, `finding` which heading is which; here the pairs become
//! differences. What is *news* and what differs *silently* (order, formatting, addresses written in another way,
//! figures, marks) come from one walk, so that rows can be written for both and nothing is told for the second. The
//! words are chosen in `telling`.

pub(crate) mod figures;
mod finding;
mod matching;
mod names;
mod namesakes;
pub(crate) mod ranks;
pub(crate) mod sections;
mod telling;
pub(crate) mod texts;
mod titles;

#[cfg(test)]
pub(crate) mod tests;

use std::collections::HashMap;

use crate::change::Comparison;
use crate::guard;
use crate::key::{EntryKey, name_from_url};
use crate::model::{Entry, SectionPath, Snapshot};
use crate::track::Rules;

pub(crate) use self::telling::named;

use self::matching::Matching;
use self::sections::SectionMap;
use self::texts::{
    extends, fingerprint, formerly, name_letters, reads_same, same_letters, same_name, similarity,
};

/// What is already known from elsewhere and must not be told again by the document.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Addresses that have become others: old key to new key.
    pub renamed: HashMap<EntryKey, EntryKey>,
}

impl Known {
    /// The keys this one has become, one after the other.
    pub(crate) fn followed<'a>(&'a self, key: &EntryKey) -> impl Iterator<Item = &'a EntryKey> + use<'a> {
        // a chain longer than this is a circle
        const LONGEST: usize = 8;
        std::iter::successors(self.renamed.get(key), |key| self.renamed.get(*key)).take(LONGEST)
    }
}

/// The differences from `before` to `after`, as if each had stood long enough to be told, judged by the default
/// [`Rules`].
///
/// Both snapshots must have distinct keys, as [`parse`](crate::parse()) makes them.
pub fn compare(before: &Snapshot, after: &Snapshot, known: &Known) -> Comparison {
    compare_by(before, after, known, &Rules::default())
}

/// [`compare`] by other rules than the default ones: those of the guard and the size of the top.
pub fn compare_by(before: &Snapshot, after: &Snapshot, known: &Known, rules: &Rules) -> Comparison {
    let difference = Difference::between(before, after, known);
    let hold = guard::judge(&guard::Tally::of(&difference, before, |_| true), rules, 0.0);
    let mut changes: Vec<_> =
        difference.items.iter().map(|item| difference.tell(item, before, after)).collect();
    changes.extend(difference.tell_ranks(before, after, rules.top));
    Comparison { changes, hold }
}

/// Everything that differs between two snapshots, by positions in them.
#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) matching: Matching,
    pub(crate) sections: SectionMap,
    /// What a reader could want to hear: sections first, then the order of the newer document, removals last.
    pub(crate) items: Vec<Item>,
    /// Pairs (older, newer) that differ in any way, those of `items` included.
    pub(crate) touched: Vec<(usize, usize)>,
    /// Pairs that have a description on either side.
    pub(crate) texts: usize,
}

/// One difference worth telling.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    /// The renaming of this number in the section map.
    Section(usize),
    /// An entry of the newer side; the entry of the older side it seems to replace.
    Added { a: usize, in_place_of: Option<usize> },
    /// Another name or address.
    Renamed { b: usize, a: usize },
    /// Another section.
    Moved { b: usize, a: usize, from: SectionPath, to: SectionPath },
    /// Another description.
    Edited { b: usize, a: usize },
    /// An entry of the older side.
    Removed { b: usize },
}

impl Difference {
    /// Compares two snapshots.
    pub(crate) fn between(before: &Snapshot, after: &Snapshot, known: &Known) -> Self {
        let (matching, sections) = matching::match_entries(before, after, known);
        let mut items: Vec<Item> = (0..sections.renamed.len()).map(Item::Section).collect();
        let mut touched = Vec::new();
        let mut texts = 0;
        let mut edits = 0;
        let mut places = SamePlaces::default();
        let lost_link = |b: usize| matching.lost_link.contains(&b);
        for (a, new) in after.entries.iter().enumerate() {
            let Some(b) = matching.before(a) else {
                if !matching.gained_link.contains(&a) {
                    items.push(Item::Added { a, in_place_of: None });
                }
                continue;
            };
            let old = &before.entries[b];
            texts += usize::from(!(old.description.is_empty() && new.description.is_empty()));
            if places.equal(old, new) && same_besides_places(old, new) {
                continue;
            }
            touched.push((b, a));
            let mut renamed = is_renamed(old, new, known);
            let mut edited = !reads_same(&old.description, &new.description);
            if (renamed || edited) && is_other_layout(old, new) {
                (renamed, edited) = (false, false);
            }
            if renamed {
                items.push(Item::Renamed { b, a });
            }
            if let (Some(from), Some(to)) =
                (sections.left(&old.places, &new.places), sections.entered(&old.places, &new.places))
            {
                items.push(Item::Moved { b, a, from: from.clone(), to: to.clone() });
            }
            if edited {
                edits += 1;
                items.push(Item::Edited { b, a });
            }
        }
        let gone = matching.only_before().into_iter().filter(|b| !lost_link(*b));
        items.extend(gone.map(|b| Item::Removed { b }));
        let mut difference = Self { matching, sections, items, touched, texts };
        if edits >= COLUMN_ROWS {
            difference.forget_columns(before, after);
        }
        difference.find_replaced(before, after);
        difference
    }

    /// Takes back the edits that only say that a column came or went: whole sections whose texts all grew, or all
    /// lost, a part.
    fn forget_columns(&mut self, before: &Snapshot, after: &Snapshot) {
        let mut grown: HashMap<usize, &SectionPath> = HashMap::new();
        let mut counts: HashMap<&SectionPath, (usize, usize)> = HashMap::new();
        for item in &self.items {
            if let Item::Edited { b, a } = item {
                let (old, new) = (&before.entries[*b], &after.entries[*a]);
                let counts = counts.entry(new.section()).or_default();
                if extends(&old.description, &new.description) {
                    counts.0 += 1;
                    grown.insert(*a, new.section());
                }
            }
        }
        for (_, a) in self.matching.pairs() {
            if let Some(counts) = counts.get_mut(after.entries[a].section()) {
                counts.1 += 1;
            }
        }
        let most = |(grown, pairs): (usize, usize), least: usize| grown >= least && grown * 5 >= pairs * 4;
        let all = counts.values().fold((0, 0), |sum, counts| (sum.0 + counts.0, sum.1 + counts.1));
        let everywhere = most(all, 2 * COLUMN_ROWS);
        self.items.retain(|item| {
            let Item::Edited { a, .. } = item else { return true };
            let section = grown.get(a);
            !section.is_some_and(|section| everywhere || most(counts[*section], COLUMN_ROWS))
        });
    }

    /// Finds the removed entry whose place an added one took: alone in its section, and of the same owner, with the
    /// same text, or said to be its former name.
    fn find_replaced(&mut self, before: &Snapshot, after: &Snapshot) {
        #[derive(Default)]
        struct Exchange {
            out: Vec<usize>,
            added: usize,
        }
        let mut exchanges: HashMap<&SectionPath, Exchange> = HashMap::new();
        for item in &self.items {
            if let Item::Removed { b } = item {
                let section = self.sections.forward(before.entries[*b].section());
                exchanges.entry(section).or_default().out.push(*b);
            }
        }
        if exchanges.is_empty() {
            return;
        }
        for item in &self.items {
            if let Item::Added { a, .. } = item
                && let Some(exchange) = exchanges.get_mut(self.sections.settled(after.entries[*a].section()))
            {
                exchange.added += 1;
            }
        }
        let mut taken = std::collections::HashSet::new();
        for item in &mut self.items {
            let Item::Added { a, in_place_of } = item else { continue };
            let new = &after.entries[*a];
            let Some(exchange) = exchanges.get(self.sections.settled(new.section())) else { continue };
            let alone = exchange.out.len() == 1 && exchange.added == 1;
            // so many at once are no exchange of single entries, and looking at all of them would take long
            let few = exchange.out.len() * exchange.added <= 64;
            if !(alone || few) {
                continue;
            }
            *in_place_of = exchange.out.iter().copied().find(|b| {
                let old = &before.entries[*b];
                let replaces = (alone && (same_owner(old, new) || same_text(old, new)))
                    || formerly(&new.description, &old.name);
                replaces && taken.insert(*b)
            });
        }
    }
}

/// So many rows of a section have to grow by a part before it counts as a new column.
const COLUMN_ROWS: usize = 5;

fn same_owner(old: &Entry, new: &Entry) -> bool {
    match (old.key.repository(), new.key.repository()) {
        (Some((host, owner, _)), Some((new_host, new_owner, _))) => host == new_host && owner == new_owner,
        _ => false,
    }
}

fn same_text(old: &Entry, new: &Entry) -> bool {
    fingerprint(&old.description) != 0 && similarity(&old.description, &new.description) >= 0.8
}

/// Whether name and text only look different because the document is laid out otherwise: another part of one line is
/// the link now, or another of several listings of the entry speaks for it.
fn is_other_layout(old: &Entry, new: &Entry) -> bool {
    fn line(entry: &Entry) -> impl Iterator<Item = char> + '_ {
        name_letters(&entry.name).chain(name_letters(&entry.description))
    }
    old.key == new.key && (old.places.len() != new.places.len() || line(old).eq(line(new)))
}

/// Whether the same thing has another name or address.
fn is_renamed(old: &Entry, new: &Entry, known: &Known) -> bool {
    let same_name = same_name(&old.name, &new.name);
    if old.key.address() != new.key.address() {
        // told by whoever found out that the address became another one, together with a name that follows it
        let told = known.followed(&old.key).any(|key| *key == new.key);
        let repository = new.key.repository().map_or("", |(_, _, repository)| repository);
        return !(told && (same_name || is_address(new) || same_letters(&new.name, repository)));
    }
    !(same_name || is_address(old) || is_address(new))
}

/// Whether the name is only the address, or a part of it: such a name says nothing.
fn is_address(entry: &Entry) -> bool {
    let name = fingerprint(&entry.name);
    name_from_url(&entry.url).is_some_and(|derived| fingerprint(&derived) == name)
        || fingerprint(entry.key.address()) == name
        || fingerprint(&entry.url) == name
        || entry.key.repository().is_some_and(|(_, _, repository)| {
            // `owner/repo` written out, or the whole address without its scheme
            entry.name.contains('/') && entry.name.to_lowercase().trim_end_matches('/').ends_with(repository)
        })
}

/// Everything but the places.
fn same_besides_places(old: &Entry, new: &Entry) -> bool {
    old.key == new.key
        && old.name == new.name
        && old.url == new.url
        && old.description == new.description
        && old.marks == new.marks
        && old.links == new.links
        && old.figures == new.figures
}

/// Compares places as written, remembering the last pair of sections: neighbours share theirs.
#[derive(Default)]
struct SamePlaces {
    last: Option<(*const Box<str>, *const Box<str>)>,
    answer: bool,
}

impl SamePlaces {
    fn equal(&mut self, old: &Entry, new: &Entry) -> bool {
        let ([old], [new]) = (old.places.as_slice(), new.places.as_slice()) else {
            return old.places == new.places;
        };
        let (old, new) = (old.section.parts(), new.section.parts());
        let pair = Some((old.as_ptr(), new.as_ptr()));
        if self.last != pair {
            self.last = pair;
            self.answer = old == new;
        }
        self.answer
    }
}
