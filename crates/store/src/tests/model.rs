//! Random records against a plain model, on both engines, with restarts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use whimbrel_catalog::{CatalogId, Entry, EntryKey, SectionPath, Tombstone};
use whimbrel_news::Event;

use super::{added, at, entry, id, meta, open, record};
use crate::*;

/// One step of a life.
#[derive(Clone, Debug)]
enum Step {
    Record {
        catalog: u8,
        put: Vec<(u8, u8)>,
        delete: Vec<u8>,
        bury: Vec<u8>,
        news: u8,
        history: Vec<i8>,
        due: Option<u8>,
    },
    Look {
        catalog: u8,
        due: u8,
    },
    Flush,
    Forget(u8),
    Restart,
    Move,
}

fn step() -> impl Strategy<Value = Step> {
    let recorded = (
        0..3u8,
        prop::collection::vec((0..12u8, 0..4u8), 0..6),
        prop::collection::vec(0..12u8, 0..3),
        prop::collection::vec(0..12u8, 0..2),
        0..20u8,
        prop::collection::vec(-20..20i8, 0..3),
        prop::option::of(0..50u8),
    )
        .prop_map(|(catalog, put, delete, bury, news, history, due)| Step::Record {
            catalog,
            put,
            delete,
            bury,
            news,
            history,
            due,
        });
    prop_oneof![
        8 => recorded,
        2 => (0..3u8, 0..50u8).prop_map(|(catalog, due)| Step::Look { catalog, due }),
        1 => Just(Step::Flush),
        1 => (0..3u8).prop_map(Step::Forget),
        1 => Just(Step::Restart),
        1 => Just(Step::Move),
    ]
}

/// What must be there.
#[derive(Default)]
struct Model {
    catalogs: BTreeMap<CatalogId, Catalog>,
    events: Vec<Event>,
    history: Vec<Event>,
}

struct Catalog {
    meta: CatalogMeta,
    entries: BTreeMap<EntryKey, Entry>,
    tombstones: BTreeMap<EntryKey, Tombstone>,
}

fn name(catalog: u8) -> &'static str {
    ["a", "a.b", "b"][usize::from(catalog)]
}

fn listed(key: u8, variant: u8) -> Entry {
    // Short keys, keys that begin with one another, a long one; descriptions of one row and of several.
    let mut entry =
        entry(&["k", "k/", "k\u{1}"][usize::from(key % 3)].repeat(1 + 60 * usize::from(key / 3)), "S");
    entry.description = "x".repeat([0, 10, 4090, 9000][usize::from(variant)]);
    entry
}

impl Model {
    fn record(
        &mut self,
        record: &Record,
        recorded: &Recorded,
        epoch: whimbrel_news::Epoch,
        now: DateTime<Utc>,
    ) {
        let id = record.meta.id.clone();
        let catalog = self.catalogs.entry(id.clone()).or_insert_with(|| Catalog {
            meta: record.meta.clone(),
            entries: BTreeMap::new(),
            tombstones: BTreeMap::new(),
        });
        catalog.meta = record.meta.clone();
        for key in &record.delete {
            catalog.entries.remove(key);
        }
        for entry in &record.put {
            if catalog.entries.insert(entry.key.clone(), entry.clone()).is_none() {
                catalog.tombstones.remove(&entry.key);
            }
        }
        catalog.tombstones.extend(record.bury.iter().cloned());
        let first = recorded.seqs.map_or(0, |(first, _)| first);
        assert_eq!(recorded.seqs.map_or(0, |(first, last)| last + 1 - first), record.news.len() as u64);
        for (seq, dated) in (first..).zip(record.news.clone()) {
            let id = whimbrel_news::EventId { epoch, history: false, seq };
            self.events.push(dated.numbered(id, now, Some(record.meta.id.clone())));
        }
        for dated in record.history.clone() {
            let id = whimbrel_news::EventId { epoch, history: true, seq: self.history.len() as u64 + 1 };
            self.history.push(dated.numbered(id, now, Some(record.meta.id.clone())));
        }
    }

    fn check(&self, store: &Store) {
        let metas: Vec<_> = self.catalogs.values().map(|catalog| catalog.meta.clone()).collect();
        assert_eq!(store.catalogs().unwrap(), metas);
        for (id, catalog) in &self.catalogs {
            let entries: BTreeMap<_, _> = store
                .entries(id, None, 1000)
                .unwrap()
                .into_iter()
                .map(|entry| (entry.key.clone(), entry))
                .collect();
            assert_eq!(entries, catalog.entries);
            let mut paged = Vec::new();
            while let Some(page) =
                Some(store.entries(id, paged.last().map(|entry: &Entry| &entry.key), 2).unwrap())
                    .filter(|page| !page.is_empty())
            {
                paged.extend(page);
            }
            assert_eq!(store.snapshot(id).unwrap().unwrap().entries, paged);
            for key in 0..12 {
                let key = listed(key, 0).key;
                assert_eq!(store.tombstone(id, &key).unwrap().as_ref(), catalog.tombstones.get(&key));
            }
        }
        let mut due: Vec<_> =
            metas.iter().filter_map(|meta| Some((meta.next_due?, meta.id.clone()))).collect();
        due.sort();
        assert_eq!(store.next_due().unwrap(), due.first().map(|(at, _)| *at));
        assert_eq!(
            store.due(at(25), 100).unwrap(),
            due.into_iter().filter(|(due, _)| *due <= at(25)).collect::<Vec<_>>()
        );

        assert_eq!(store.events_after(0, 10_000).unwrap(), self.events);
        let mut newest: Vec<Event> = self.events.iter().rev().cloned().collect();
        let mut history = self.history.clone();
        history.sort_by_key(|event| (event.at, event.seq));
        newest.extend(history.into_iter().rev());
        let mut scopes = BTreeSet::from([Scope::All]);
        scopes.extend((0..3).map(|catalog| Scope::Catalog(id(name(catalog)))));
        scopes.extend((0..3).map(|key| Scope::Project(EntryKey::from_stored(&format!("p{key}")))));
        scopes.insert(Scope::Section(id("a"), whimbrel_news::slug::section(&["T"])));
        for scope in scopes {
            let expected: Vec<_> = newest
                .iter()
                .filter(|event| scope == Scope::All || crate::journal::scopes(event).contains(&scope))
                .cloned()
                .collect();
            let mut query = Query { scope, limit: 3, ..Query::default() };
            let mut found = Vec::new();
            loop {
                let page = store.events(&query).unwrap();
                found.extend(page.events);
                let Some(next) = page.next else { break };
                query.after = Some(next);
            }
            assert_eq!(found, expected, "{:?}", query.scope);
        }
    }
}

/// Somebody who follows the touched rows, as the look-up index does.
#[derive(Default)]
struct Follower {
    revision: u64,
    entries: BTreeMap<(CatalogId, EntryKey), Entry>,
    catalogs: BTreeSet<CatalogId>,
}

impl Follower {
    fn follow(&mut self, store: &Store) {
        loop {
            let touched = store.touched_since(self.revision, 3).unwrap();
            let Some((last, _)) = touched.last() else { return };
            self.revision = *last;
            for (_, row) in touched {
                match row {
                    Touched::Catalog(id) => {
                        if store.catalog(&id).unwrap().is_some() {
                            self.catalogs.insert(id);
                        } else {
                            self.entries.retain(|(of, _), _| *of != id);
                            self.catalogs.remove(&id);
                        }
                    }
                    Touched::Entry(id, key) => match store.entry(&id, &key).unwrap() {
                        Some(entry) => {
                            self.entries.insert((id, key), entry);
                        }
                        None => {
                            self.entries.remove(&(id, key));
                        }
                    },
                    Touched::Shape(_) => {}
                }
            }
        }
    }

    fn check(&self, model: &Model) {
        assert_eq!(self.catalogs, model.catalogs.keys().cloned().collect());
        let entries: BTreeMap<_, _> = model
            .catalogs
            .iter()
            .flat_map(|(id, catalog)| {
                catalog.entries.values().map(|entry| ((id.clone(), entry.key.clone()), entry.clone()))
            })
            .collect();
        assert_eq!(self.entries, entries);
    }
}

fn live(steps: Vec<Step>, folder: Option<&std::path::Path>) {
    let reopen = |old: Option<Store>| match folder {
        Some(folder) => {
            drop(old);
            let opened = open(folder);
            assert!(matches!(opened.steps[..], [] | [OpenStep::Created]), "{:?}", opened.steps);
            opened.store
        }
        None => old.unwrap_or_else(|| Store::in_memory().unwrap()),
    };
    let mut store = reopen(None);
    let mut model = Model::default();
    let mut follower = Follower::default();
    for (now, step) in (0..).zip(steps) {
        let now = at(now);
        match step {
            Step::Record { catalog, put, delete, bury, news, history, due } => {
                let mut meta = meta(name(catalog));
                meta.next_due = due.map(|due| at(due.into()));
                let mut record = record(meta);
                record.put = put.into_iter().map(|(key, variant)| listed(key, variant)).collect();
                record.delete = delete.into_iter().map(|key| listed(key, 0).key).collect();
                let stone = || Tombstone { name: "n".into(), section: SectionPath::default(), at: now };
                record.bury = bury.into_iter().map(|key| (listed(key, 0).key, stone())).collect();
                record.news = (0..news)
                    .map(|n| added(&format!("p{}", n % 7), ["S", "T"][usize::from(n % 2)], n.into()))
                    .collect();
                record.history = history
                    .into_iter()
                    .map(|n| added(&format!("p{}", n.rem_euclid(7)), "T", n.into()))
                    .collect();
                let recorded = store.record(std::slice::from_ref(&record), now).unwrap();
                model.record(&record, &recorded, store.epoch(), now);
            }
            Step::Look { catalog, due } => {
                let look = Look { at: now, next_due: at(due.into()), interval_secs: 7 };
                store.note_look(&id(name(catalog)), look.clone());
                if let Some(catalog) = model.catalogs.get_mut(&id(name(catalog))) {
                    crate::looks::fold(&look, &mut catalog.meta);
                }
            }
            Step::Flush => {
                store.write_looks().unwrap();
            }
            Step::Forget(catalog) => {
                store.forget_catalog(&id(name(catalog))).unwrap();
                model.catalogs.remove(&id(name(catalog)));
            }
            Step::Restart => {
                store.write_looks().unwrap();
                store = reopen(Some(store));
            }
            Step::Move => {
                let mut bytes = Vec::new();
                store.export(&mut bytes, &mut |_| {}).unwrap();
                let moved = Store::import_in_memory(&bytes[..]).unwrap();
                moved.verify().unwrap();
                model.check(&moved);
            }
        }
        store.verify().unwrap();
        follower.follow(&store);
        follower.check(&model);
    }
    model.check(&store);
    model.check(&reopen({
        store.write_looks().unwrap();
        Some(store)
    }));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn a_life_in_memory(steps in prop::collection::vec(step(), 1..40)) {
        live(steps, None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn a_life_on_disk(steps in prop::collection::vec(step(), 1..25)) {
        let folder = tempfile::tempdir().unwrap();
        live(steps, Some(folder.path()));
    }
}
