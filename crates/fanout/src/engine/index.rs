//! Filters of all lanes, each once, found by what they need: an event is asked only about those it could meet.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};

use whimbrel_news::{CatalogId, Filter, Kind, Kinds, Needs, Prepared};

/// The number of a filter.
pub(crate) type FilterNo = u32;

/// A filter that lists more alternatives than this is not looked up by them.
const ALTERNATIVES: usize = 64;

/// Filters and who uses them.
#[derive(Default)]
pub(crate) struct Index {
    filters: Vec<Entry>,
    free: Vec<FilterNo>,
    /// By a hash of the text form.
    numbers: HashMap<u64, FilterNo>,
    projects: HashMap<Box<str>, Vec<FilterNo>>,
    headings: HashMap<Box<str>, Vec<FilterNo>>,
    phrases: HashMap<Gram, Vec<FilterNo>>,
    catalogs: HashMap<CatalogId, Vec<FilterNo>>,
    /// Filters that need none of these.
    rest: Vec<FilterNo>,
    /// The event a filter was last asked about.
    asked: Vec<u32>,
    turn: u32,
}

struct Entry {
    filter: Filter,
    /// The kinds it can meet.
    kinds: Kinds,
    names_kinds: bool,
    users: Vec<u32>,
}

/// Three bytes of folded text.
type Gram = [u8; 3];

/// Where a filter is looked up.
enum Place {
    Projects(Vec<String>),
    Headings(Vec<String>),
    Phrases(Vec<Gram>),
    Catalogs(Vec<CatalogId>),
    Rest,
}

impl Index {
    /// Notes that a lane uses a filter; hands back the filter's number.
    pub(crate) fn add(&mut self, filter: &Filter, user: u32) -> FilterNo {
        let hash = hash(filter);
        let known = self.numbers.get(&hash).copied();
        if let Some(number) = known
            && let Some(entry) = self.filters.get_mut(number as usize)
            && entry.filter == *filter
        {
            entry.users.push(user);
            return number;
        }
        let needs = filter.needs();
        let entry = Entry {
            filter: filter.clone(),
            kinds: needs.kinds,
            names_kinds: filter.names_kinds(),
            users: vec![user],
        };
        let number = if let Some(number) = self.free.pop() {
            self.filters[number as usize] = entry;
            number
        } else {
            self.filters.push(entry);
            self.asked.push(0);
            (self.filters.len() - 1) as FilterNo
        };
        if known.is_none() {
            self.numbers.insert(hash, number);
        }
        self.enter(&self.place(needs), number);
        number
    }

    /// A lane uses a filter no more.
    pub(crate) fn remove(&mut self, number: FilterNo, user: u32) {
        let Some(entry) = self.filters.get_mut(number as usize) else { return };
        if let Some(at) = entry.users.iter().position(|of| *of == user) {
            entry.users.swap_remove(at);
        }
        if !entry.users.is_empty() {
            return;
        }
        let filter = std::mem::replace(&mut entry.filter, Filter::nothing());
        entry.kinds = Kinds::NONE;
        entry.users = Vec::new();
        if self.numbers.get(&hash(&filter)) == Some(&number) {
            self.numbers.remove(&hash(&filter));
        }
        self.leave(&filter.needs(), number);
        self.free.push(number);
    }

    /// Calls `each` with every lane one of whose filters the event meets, and whether the filter speaks of kinds; a
    /// lane with several such filters comes several times.
    pub(crate) fn matching(&mut self, event: &Prepared<'_>, mut each: impl FnMut(u32, bool)) {
        self.turn = self.turn.wrapping_add(1);
        if self.turn == 0 {
            self.asked.fill(0);
            self.turn = 1;
        }
        let kind = event.event().kind();
        let mut ask = Ask { filters: &self.filters, asked: &mut self.asked, turn: self.turn, kind };
        ask.all(&self.rest, event, &mut each);
        if !self.catalogs.is_empty() {
            for id in event.event().catalog_ids() {
                ask.all(self.catalogs.get(id).map_or(&[], Vec::as_slice), event, &mut each);
            }
        }
        if !self.projects.is_empty() {
            for name in event.project_names() {
                ask.all(self.projects.get(name.as_str()).map_or(&[], Vec::as_slice), event, &mut each);
            }
        }
        if !self.headings.is_empty() {
            for name in event.headings() {
                ask.all(self.headings.get(name.as_str()).map_or(&[], Vec::as_slice), event, &mut each);
            }
        }
        if !self.phrases.is_empty() {
            for gram in event.text().as_bytes().windows(3) {
                let gram: Gram = [gram[0], gram[1], gram[2]];
                ask.all(self.phrases.get(&gram).map_or(&[], Vec::as_slice), event, &mut each);
            }
        }
    }

    /// Bytes it takes, nearly: filters themselves are reckoned by their text.
    pub(crate) fn bytes(&self) -> usize {
        let lists = |lists: &mut dyn Iterator<Item = (usize, usize)>| -> usize {
            lists.map(|(key, list)| key + 24 + 8 + list * 4).sum()
        };
        let filters: usize = self
            .filters
            .iter()
            .map(|entry| size_of::<Entry>() + entry.users.capacity() * 4 + 2 * entry.filter.to_string().len())
            .sum();
        filters
            + self.asked.capacity() * 4
            + self.rest.capacity() * 4
            + self.numbers.capacity() * 18
            + lists(&mut self.projects.iter().map(|(key, list)| (16 + key.len(), list.capacity())))
            + lists(&mut self.headings.iter().map(|(key, list)| (16 + key.len(), list.capacity())))
            + lists(&mut self.phrases.values().map(|list| (3, list.capacity())))
            + lists(&mut self.catalogs.iter().map(|(id, list)| (24 + id.as_str().len(), list.capacity())))
    }

    fn place(&self, needs: Needs) -> Place {
        let few = |count: usize| (1..=ALTERNATIVES).contains(&count);
        if let Some(projects) = needs.projects.filter(|projects| few(projects.len())) {
            return Place::Projects(projects);
        }
        let grams = needs
            .phrases
            .filter(|phrases| few(phrases.len()))
            .and_then(|phrases| phrases.iter().map(|phrase| self.rarest(phrase)).collect::<Option<Vec<_>>>());
        if let Some(grams) = grams {
            return Place::Phrases(grams);
        }
        if let Some(headings) = needs.headings.filter(|headings| few(headings.len())) {
            return Place::Headings(headings);
        }
        match needs.catalogs.filter(|catalogs| few(catalogs.len())) {
            Some(catalogs) => Place::Catalogs(catalogs),
            None => Place::Rest,
        }
    }

    /// The three bytes of a phrase that the fewest filters are looked up by; `None` for a shorter one.
    fn rarest(&self, phrase: &str) -> Option<Gram> {
        phrase
            .as_bytes()
            .windows(3)
            .map(|gram| [gram[0], gram[1], gram[2]])
            .min_by_key(|gram| self.phrases.get(gram).map_or(0, Vec::len))
    }

    fn enter(&mut self, place: &Place, number: FilterNo) {
        match place {
            Place::Projects(names) => enter_names(&mut self.projects, names, number),
            Place::Headings(names) => enter_names(&mut self.headings, names, number),
            Place::Phrases(grams) => {
                for gram in grams {
                    self.phrases.entry(*gram).or_default().push(number);
                }
            }
            Place::Catalogs(ids) => {
                for id in ids {
                    self.catalogs.entry(id.clone()).or_default().push(number);
                }
            }
            Place::Rest => self.rest.push(number),
        }
    }

    /// Takes a filter out of every place it may stand in.
    fn leave(&mut self, needs: &Needs, number: FilterNo) {
        let gone = |list: &mut Vec<FilterNo>| {
            list.retain(|of| *of != number);
            list.is_empty()
        };
        for name in needs.projects.iter().flatten() {
            if self.projects.get_mut(name.as_str()).is_some_and(gone) {
                self.projects.remove(name.as_str());
            }
        }
        for name in needs.headings.iter().flatten() {
            if self.headings.get_mut(name.as_str()).is_some_and(gone) {
                self.headings.remove(name.as_str());
            }
        }
        for phrase in needs.phrases.iter().flatten() {
            for gram in phrase.as_bytes().windows(3) {
                let gram = [gram[0], gram[1], gram[2]];
                if self.phrases.get_mut(&gram).is_some_and(gone) {
                    self.phrases.remove(&gram);
                }
            }
        }
        for id in needs.catalogs.iter().flatten() {
            if self.catalogs.get_mut(id).is_some_and(gone) {
                self.catalogs.remove(id);
            }
        }
        self.rest.retain(|of| *of != number);
    }
}

/// An event asking filters, each once.
struct Ask<'a> {
    filters: &'a [Entry],
    asked: &'a mut [u32],
    turn: u32,
    kind: Kind,
}

impl Ask<'_> {
    fn all(&mut self, numbers: &[FilterNo], event: &Prepared<'_>, each: &mut impl FnMut(u32, bool)) {
        for number in numbers {
            let (Some(entry), Some(asked)) =
                (self.filters.get(*number as usize), self.asked.get_mut(*number as usize))
            else {
                continue;
            };
            if *asked == self.turn || !entry.kinds.has(self.kind) {
                continue;
            }
            *asked = self.turn;
            if entry.filter.matches_prepared(event) {
                for user in &entry.users {
                    each(*user, entry.names_kinds);
                }
            }
        }
    }
}

fn enter_names(map: &mut HashMap<Box<str>, Vec<FilterNo>>, names: &[String], number: FilterNo) {
    for name in names {
        map.entry(name.as_str().into()).or_default().push(number);
    }
}

fn hash(filter: &Filter) -> u64 {
    let mut hasher = DefaultHasher::new();
    filter.to_string().hash(&mut hasher);
    hasher.finish()
}
