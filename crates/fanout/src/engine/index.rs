//! Filters of all lanes, each once, found by what they need: an event is asked only about those it could meet.
//!
//! What is kept of a filter are its packed bytes, side by side with those of all others, and a few numbers; its text
//! lies in the store.

mod postings;

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher as _};

use hashbrown::HashTable;
use whimbrel_news::{Filter, Kind, Kinds, Needs, Packed, Prepared};

use self::postings::{Key, Postings};
use super::tight;

/// The number of a filter.
pub(crate) type FilterNo = u32;

/// A filter that lists more alternatives than this is not looked up by them.
const ALTERNATIVES: usize = 64;

/// Nobody, or not one alone.
const NONE: u32 = u32::MAX;

/// Filters nobody uses any more are swept out when they are so many, or a part of all that is as large.
const DEAD: usize = 64;
const PART: usize = 8;

/// Filters and who uses them.
#[derive(Default)]
pub(crate) struct Index {
    entries: Vec<Entry>,
    free: Vec<FilterNo>,
    /// All packed filters, one behind the other.
    packed: Vec<u8>,
    numbers: HashTable<FilterNo>,
    /// Who uses the filters that several use, in order.
    shared: HashMap<FilterNo, Vec<u32>>,
    postings: Postings,
    /// Some filter was ever looked up by a phrase.
    phrases: bool,
    /// Entries nobody uses that are not swept out yet.
    dead: usize,
    turn: u32,
}

struct Entry {
    /// Where its packed bytes begin …
    at: usize,
    /// … and how many they are; none when nobody uses it.
    length: u32,
    /// The kinds it can meet.
    kinds: Kinds,
    /// The one lane that uses it.
    user: u32,
    /// The event it was last asked about.
    asked: u32,
}

/// What an event must have.
#[derive(Hash)]
enum Need<'a> {
    Project(&'a str),
    Heading(&'a str),
    /// Three bytes of folded text.
    Phrase(&'a [u8]),
    Catalog(&'a str),
    Nothing,
}

impl Index {
    /// The number of a filter that somebody uses.
    pub(crate) fn number(&self, filter: &Filter) -> Option<FilterNo> {
        self.find(&filter.pack())
    }

    /// Notes that a lane uses a filter; hands back the filter's number.
    pub(crate) fn add(&mut self, filter: &Filter, user: u32) -> FilterNo {
        let bytes = filter.pack();
        if let Some(number) = self.find(&bytes) {
            self.share(number, user);
            return number;
        }
        let needs = filter.needs();
        tight::reserve(&mut self.packed, bytes.len());
        let at = self.packed.len();
        self.packed.extend(&bytes);
        let entry = Entry { at, length: bytes.len() as u32, kinds: needs.kinds, user, asked: 0 };
        let number = if let Some(number) = self.free.pop() {
            self.entries[number as usize] = entry;
            number
        } else {
            tight::push(&mut self.entries, entry)
        };
        let Self { entries, packed, numbers, .. } = self;
        numbers.insert_unique(hash(&bytes), number, |of| hash(bytes_of(entries, packed, *of)));
        for key in self.keys(&needs) {
            self.postings.insert(key, number);
        }
        number
    }

    /// A lane uses a filter no more.
    pub(crate) fn remove(&mut self, number: FilterNo, user: u32) {
        if let Some(users) = self.shared.get_mut(&number) {
            if let Ok(at) = users.binary_search(&user) {
                users.remove(at);
            }
            if let [user] = users[..] {
                self.shared.remove(&number);
                self.entries[number as usize].user = user;
            }
            return;
        }
        let hash = hash(self.bytes_of(number));
        let Some(entry) = self.entries.get_mut(number as usize).filter(|entry| entry.user == user) else {
            return;
        };
        (entry.user, entry.kinds, entry.length) = (NONE, Kinds::NONE, 0);
        if let Ok(known) = self.numbers.find_entry(hash, |of| *of == number) {
            known.remove();
        }
        self.dead += 1;
        if self.dead > DEAD.max(self.entries.len() / PART) {
            self.sweep();
        }
    }

    /// Calls `each` with every lane one of whose filters the event meets, and whether the filter speaks of kinds; a
    /// lane with several such filters comes several times.
    pub(crate) fn matching(&mut self, event: &Prepared<'_>, mut each: impl FnMut(u32, bool)) {
        self.turn = self.turn.wrapping_add(1);
        if self.turn == 0 {
            self.entries.iter_mut().for_each(|entry| entry.asked = 0);
            self.turn = 1;
        }
        let kind = event.event().kind();
        let Self { entries, packed, shared, postings, phrases, turn, .. } = self;
        let mut ask = Ask { entries, packed, shared, postings, turn: *turn, kind };
        ask.all(&Need::Nothing, event, &mut each);
        for id in event.event().catalog_ids() {
            ask.all(&Need::Catalog(id.as_str()), event, &mut each);
        }
        for name in event.project_names() {
            ask.all(&Need::Project(&name), event, &mut each);
        }
        for name in event.headings() {
            ask.all(&Need::Heading(&name), event, &mut each);
        }
        if *phrases {
            for gram in event.text().as_bytes().windows(3) {
                ask.all(&Need::Phrase(gram), event, &mut each);
            }
        }
    }

    /// Bytes it takes, nearly.
    pub(crate) fn bytes(&self) -> usize {
        let shared: usize = self.shared.values().map(|users| 40 + users.capacity() * 4).sum();
        self.entries.capacity() * size_of::<Entry>()
            + self.free.capacity() * 4
            + self.packed.capacity()
            + self.numbers.allocation_size()
            + shared
            + self.postings.bytes()
    }

    fn share(&mut self, number: FilterNo, user: u32) {
        let entry = &mut self.entries[number as usize];
        if entry.user == user {
            return;
        }
        let alone = std::mem::replace(&mut entry.user, NONE);
        let users = self.shared.entry(number).or_insert_with(|| vec![alone]);
        if let Err(at) = users.binary_search(&user) {
            users.insert(at, user);
        }
    }

    /// Takes out all of the filters that nobody uses: their numbers can be given again then.
    fn sweep(&mut self) {
        let length = self.entries.iter().filter(|entry| entry.is_used()).map(|entry| entry.length as usize);
        let mut packed = Vec::with_capacity(length.sum());
        self.free.clear();
        for (number, entry) in self.entries.iter_mut().enumerate() {
            if entry.is_used() {
                let bytes = self.packed.get(entry.at..entry.at + entry.length as usize);
                entry.at = packed.len();
                packed.extend(bytes.unwrap_or_default());
            } else {
                (entry.at, entry.length) = (0, 0);
                self.free.push(number as FilterNo);
            }
        }
        self.packed = packed;
        let entries = &self.entries;
        self.postings.retain(|number| entries[number as usize].is_used());
        self.dead = 0;
    }

    fn find(&self, bytes: &[u8]) -> Option<FilterNo> {
        self.numbers.find(hash(bytes), |number| self.bytes_of(*number) == bytes).copied()
    }

    fn bytes_of(&self, number: FilterNo) -> &[u8] {
        bytes_of(&self.entries, &self.packed, number)
    }

    /// Where a filter is looked up.
    fn keys(&mut self, needs: &Needs) -> Vec<Key> {
        fn few<T>(names: Option<&Vec<T>>) -> Option<&Vec<T>> {
            names.filter(|names| (1..=ALTERNATIVES).contains(&names.len()))
        }
        if let Some(names) = few(needs.projects.as_ref()) {
            return names.iter().map(|name| key(&Need::Project(name))).collect();
        }
        let grams = few(needs.phrases.as_ref())
            .and_then(|phrases| phrases.iter().map(|phrase| self.rarest(phrase)).collect::<Option<_>>());
        if let Some(grams) = grams {
            self.phrases = true;
            return grams;
        }
        if let Some(names) = few(needs.headings.as_ref()) {
            return names.iter().map(|name| key(&Need::Heading(name))).collect();
        }
        match few(needs.catalogs.as_ref()) {
            Some(ids) => ids.iter().map(|id| key(&Need::Catalog(id.as_str()))).collect(),
            None => vec![key(&Need::Nothing)],
        }
    }

    /// The three bytes of a phrase that the fewest filters are looked up by; `None` for a shorter one.
    fn rarest(&self, phrase: &str) -> Option<Key> {
        let grams = phrase.as_bytes().windows(3).map(|gram| key(&Need::Phrase(gram)));
        grams.min_by_key(|key| self.postings.count(*key))
    }
}

impl Entry {
    fn is_used(&self) -> bool {
        self.length != 0
    }
}

/// An event asking filters, each once.
struct Ask<'a> {
    entries: &'a mut [Entry],
    packed: &'a [u8],
    shared: &'a HashMap<FilterNo, Vec<u32>>,
    postings: &'a Postings,
    turn: u32,
    kind: Kind,
}

impl Ask<'_> {
    fn all(&mut self, need: &Need<'_>, event: &Prepared<'_>, each: &mut impl FnMut(u32, bool)) {
        for number in self.postings.of(key(need)) {
            let Some(entry) = self.entries.get_mut(number as usize) else { continue };
            if entry.asked == self.turn || !entry.kinds.has(self.kind) {
                continue;
            }
            entry.asked = self.turn;
            let filter = Packed::of(bytes_of(self.entries, self.packed, number));
            if !filter.matches(event) {
                continue;
            }
            let names_kinds = filter.names_kinds();
            match self.entries[number as usize].user {
                NONE => {
                    for user in self.shared.get(&number).into_iter().flatten() {
                        each(*user, names_kinds);
                    }
                }
                user => each(user, names_kinds),
            }
        }
    }
}

fn bytes_of<'a>(entries: &[Entry], packed: &'a [u8], number: FilterNo) -> &'a [u8] {
    let bytes =
        entries.get(number as usize).and_then(|entry| packed.get(entry.at..entry.at + entry.length as usize));
    bytes.unwrap_or_default()
}

fn key(need: &Need<'_>) -> Key {
    hash(need) as Key
}

fn hash(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
