//! Filling a view from the store, and keeping it so.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use whimbrel_catalog::CatalogId;
use whimbrel_store::{Store, StoreError, Touched};

use super::draft;
use super::gather::{self, Doc, Thing};
use super::id::Id;
use super::segment::Draft;
use super::view::View;

/// Rows read from the store at a time.
pub(super) const STRIDE: usize = 512;

/// Docs that are put in at once while everything is read: a sixteenth of what is there, within these bounds. A waiting
/// doc takes some kilobytes, and what a small index needed for a moment would stay with the program for good.
const AT_ONCE: (usize, usize) = (512, 4_096);

/// Everything in a store.
pub(super) fn read_all(store: &Store) -> Result<View, StoreError> {
    let mut writer = Writer {
        view: View { revision: store.revision(), epoch: Some(store.epoch()), ready: true, ..View::default() },
        waiting: BTreeMap::new(),
    };
    for meta in store.catalogs()? {
        writer.headings(store, &meta.id)?;
        let mut after = None;
        loop {
            let page = store.entries(&meta.id, after.as_ref(), STRIDE)?;
            let Some(last) = page.last() else { break };
            after = Some(last.key.clone());
            for entry in page {
                let thing = Thing::of(store, &entry.key)?;
                let id = Id::Thing(thing.clone()).bytes();
                if writer.is_new(&id) {
                    let doc = gather::first_seen(store, &thing, &meta.id, entry)?;
                    if let Some(doc) = doc {
                        writer.put(&doc);
                    }
                } else {
                    writer.thing(store, &thing, Some(&meta.id))?;
                }
            }
            if writer.waiting.len() >= writer.at_once() {
                writer.settle();
                writer.view.tidy();
            }
        }
    }
    writer.settle();
    writer.view.tidy();
    Ok(writer.view)
}

/// What was touched since, put into a view as far as docs are put in at once; says how many rows that were, nothing when
/// there is no more. A list that is read for the first time is thus not put together from hundreds of small pieces.
pub(super) fn read_touched(
    store: &Store,
    view: &View,
    stride: usize,
) -> Result<Option<(View, usize)>, StoreError> {
    let mut writer = Writer { view: view.clone(), waiting: BTreeMap::new() };
    let mut taken = 0;
    while writer.waiting.len() < writer.at_once() {
        match writer.page(store, stride)? {
            0 => break,
            rows => taken += rows,
        }
    }
    writer.settle();
    Ok((taken > 0).then_some((writer.view, taken)))
}

/// A view that is being changed.
struct Writer {
    view: View,
    /// Docs that are to be put in, by id.
    waiting: BTreeMap<Vec<u8>, Draft>,
}

impl Writer {
    /// So many docs are put in at once.
    fn at_once(&self) -> usize {
        (self.view.len() / 16).clamp(AT_ONCE.0, AT_ONCE.1)
    }

    /// Takes in a page of what was touched since; says how many rows that were.
    fn page(&mut self, store: &Store, stride: usize) -> Result<usize, StoreError> {
        let rows = store.touched_since(self.view.revision, stride)?;
        let Some((revision, _)) = rows.last() else { return Ok(0) };
        self.view.revision = *revision;
        self.touched(store, &rows)?;
        Ok(rows.len())
    }

    fn touched(&mut self, store: &Store, rows: &[(u64, Touched)]) -> Result<(), StoreError> {
        let (mut headings, mut things) = (BTreeSet::new(), BTreeMap::<Thing, BTreeSet<CatalogId>>::new());
        for (_, row) in rows {
            match row {
                Touched::Catalog(id) | Touched::Shape(id) => {
                    headings.insert(id.clone());
                }
                Touched::Entry(id, key) => {
                    let thing = Thing::of(store, key)?;
                    if matches!(thing, Thing::Project(_)) {
                        // What it was found as before its project was known.
                        self.remove(&Id::Thing(Thing::Entry(key.clone())).bytes());
                    }
                    things.entry(thing).or_default().insert(id.clone());
                }
                Touched::Project(id) => {
                    things.entry(Thing::Project(*id)).or_default();
                    for (catalog, key) in gather::within(store, *id)? {
                        things.entry(Thing::Entry(key)).or_default().insert(catalog);
                    }
                }
            }
        }
        for id in &headings {
            if !self.headings(store, id)? {
                for thing in self.listed_by(id) {
                    things.entry(thing).or_default();
                }
            }
        }
        for (thing, catalogs) in &things {
            self.thing(store, thing, catalogs)?;
        }
        Ok(())
    }

    fn is_new(&self, id: &[u8]) -> bool {
        !self.waiting.contains_key(id) && self.view.seat(id).is_none()
    }

    /// Reads a thing again. One that is no project is looked for where it was listed, and in these catalogs.
    fn thing<'a>(
        &mut self,
        store: &Store,
        thing: &Thing,
        also: impl IntoIterator<Item = &'a CatalogId>,
    ) -> Result<(), StoreError> {
        let id = Id::Thing(thing.clone()).bytes();
        let mut catalogs: BTreeSet<CatalogId> = also.into_iter().cloned().collect();
        if let Some((part, doc)) = self.view.seat(&id) {
            let places = self.view.parts[part].segment.places(doc);
            catalogs.extend(places.filter_map(|place| self.view.places.catalog(place).cloned()));
        }
        if let Some(waiting) = self.waiting.get(&id) {
            let places = waiting.places.iter();
            catalogs.extend(places.filter_map(|place| self.view.places.catalog(*place).cloned()));
        }
        match gather::thing(store, thing, &catalogs)? {
            Some(doc) => self.put(&doc),
            None => self.remove(&id),
        }
        Ok(())
    }

    /// Reads a catalog and its sections again; says whether it is still the one that was known. When it is not, what that
    /// one listed is not told one by one.
    fn headings(&mut self, store: &Store, id: &CatalogId) -> Result<bool, StoreError> {
        let catalog = gather::catalog(store, id)?;
        let followed = store.catalog(id)?.map(|meta| meta.followed);
        let known = catalog.is_some();
        let before = self.view.followed.remove(id);
        let same = followed.is_some() && before == followed;
        self.view.followed.extend(followed.map(|followed| (id.clone(), followed)));
        let sections = if known { gather::sections(store, id)? } else { Vec::new() };
        let docs: Vec<Doc> = catalog.into_iter().chain(sections).collect();
        let now: HashSet<Vec<u8>> = docs.iter().map(|doc| draft::id_of(doc).bytes()).collect();
        let (whole, below) = (Id::Catalog(id.clone()).bytes(), Id::below(id));
        let mut gone = Vec::new();
        for part in self.view.parts.iter().filter(|part| part.headings) {
            let docs = part.segment.docs_below(&below).chain(part.segment.doc(&whole));
            let ids = docs.filter(|doc| part.has(*doc)).map(|doc| part.segment.id(doc).to_vec());
            gone.extend(ids.filter(|id| !now.contains(id)));
        }
        let below = self.waiting.range(below.clone()..).take_while(|(id, _)| id.starts_with(&below));
        let waiting = below.map(|(id, _)| id).chain(self.waiting.contains_key(&whole).then_some(&whole));
        gone.extend(waiting.filter(|id| !now.contains(*id)).cloned());
        for id in gone {
            self.remove(&id);
        }
        for doc in &docs {
            self.put(doc);
        }
        Ok(same)
    }

    /// What a catalog lists, as far as it is known.
    fn listed_by(&self, id: &CatalogId) -> Vec<Thing> {
        if !self.view.places.knows(id) {
            return Vec::new();
        }
        let scope = super::found::Scope { catalog: Some(id.clone()), section: None };
        let Some(within) = self.view.places.within(&scope) else { return Vec::new() };
        let waiting =
            self.waiting.values().filter(|draft| draft.places.iter().any(|place| within.has(*place)));
        let mut things: Vec<Thing> = waiting.filter_map(|draft| thing_of(&draft.id)).collect();
        for part in self.view.parts.iter().filter(|part| !part.headings) {
            for doc in (0..part.segment.len() as u32).filter(|doc| part.has(*doc)) {
                if part.segment.places(doc).any(|place| within.has(place))
                    && let Some(thing) = thing_of(part.segment.id(doc))
                {
                    things.push(thing);
                }
            }
        }
        things
    }

    /// Puts a doc in, unless an equal one is there.
    fn put(&mut self, doc: &Doc) {
        let draft = draft::of(doc, &mut self.view.places);
        if let Some(seat) = self.view.seat(&draft.id) {
            if self.view.parts[seat.0].segment.print(seat.1) == draft.print {
                self.waiting.remove(&draft.id);
                return;
            }
            self.view.remove(seat);
        }
        self.waiting.insert(draft.id.clone(), draft);
    }

    fn remove(&mut self, id: &[u8]) {
        self.waiting.remove(id);
        if let Some(seat) = self.view.seat(id) {
            self.view.remove(seat);
        }
    }

    fn settle(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        self.view.add(waiting.into_values().collect());
    }
}

fn thing_of(id: &[u8]) -> Option<Thing> {
    match Id::read(id)? {
        Id::Thing(thing) => Some(thing),
        _ => None,
    }
}
