//! What must be there of catalogs and the journal.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use whimbrel_catalog::{CatalogId, Entry, EntryKey, Tombstone};
use whimbrel_news::{Dated, Epoch, Event, EventId};

use super::super::{at, id};
use super::projects::{Copy, Projects};
use super::{listed, name};
use crate::*;

/// What must be there.
#[derive(Default)]
pub(super) struct Model {
    pub(super) catalogs: BTreeMap<CatalogId, Catalog>,
    pub(super) events: Vec<Event>,
    pub(super) history: Vec<Event>,
    pub(super) projects: Projects,
    pub(super) lanes: BTreeMap<LaneId, Lane>,
}

pub(super) struct Catalog {
    pub(super) meta: CatalogMeta,
    pub(super) entries: BTreeMap<EntryKey, Entry>,
    pub(super) tombstones: BTreeMap<EntryKey, Tombstone>,
}

impl Model {
    pub(super) fn record(&mut self, record: &Record, recorded: &Recorded, epoch: Epoch, now: DateTime<Utc>) {
        let id = record.meta.id.clone();
        let catalog = self.catalogs.entry(id.clone()).or_insert_with(|| Catalog {
            meta: record.meta.clone(),
            entries: BTreeMap::new(),
            tombstones: BTreeMap::new(),
        });
        catalog.meta = record.meta.clone();
        for key in &record.delete {
            catalog.entries.remove(key);
            self.projects.delete(&id, key);
        }
        for entry in &record.put {
            self.projects.put(&id, &entry.key, now);
            if catalog.entries.insert(entry.key.clone(), entry.clone()).is_none() {
                catalog.tombstones.remove(&entry.key);
            }
        }
        catalog.tombstones.extend(record.bury.iter().cloned());
        let first = recorded.seqs.map_or(0, |(first, _)| first);
        assert_eq!(recorded.seqs.map_or(0, |(first, last)| last + 1 - first), record.news.len() as u64);
        for (seq, dated) in (first..).zip(record.news.clone()) {
            let id = EventId { epoch, history: false, seq };
            self.events.push(dated.numbered(id, now, Some(record.meta.id.clone())));
        }
        for dated in record.history.clone() {
            let id = EventId { epoch, history: true, seq: self.history.len() as u64 + 1 };
            self.history.push(dated.numbered(id, now, Some(record.meta.id.clone())));
        }
    }

    /// Notes news that went to no catalog.
    pub(super) fn tell(&mut self, news: &[Dated], recorded: &Recorded, epoch: Epoch, now: DateTime<Utc>) {
        let first = recorded.seqs.map_or(0, |(first, _)| first);
        for (seq, dated) in (first..).zip(news) {
            let id = EventId { epoch, history: false, seq };
            self.events.push(dated.clone().numbered(id, now, None));
        }
    }

    /// Lanes are as they were written; in a copy they begin at its head.
    pub(super) fn check_lanes(&self, store: &Store, copy: Copy) {
        let lanes = store.lanes(None, 100).unwrap();
        if copy == Copy::Own {
            assert_eq!(lanes, self.lanes.values().cloned().collect::<Vec<_>>());
            return;
        }
        let asked = |lane: &Lane| {
            let wants = lane.wants.iter().filter(|want| want.until.is_none());
            let filters: Vec<_> = wants.map(|want| (want.number, want.filter.clone())).collect();
            (lane.id, lane.destination.clone(), lane.cadence.clone(), lane.paused, filters)
        };
        assert_eq!(
            lanes.iter().map(asked).collect::<Vec<_>>(),
            self.lanes.values().map(asked).collect::<Vec<_>>()
        );
        assert!(lanes.iter().all(|lane| lane.told == store.head() && lane.wants[0].after == lane.told));
    }

    pub(super) fn check(&self, store: &Store) {
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
            for key in 0..20 {
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
