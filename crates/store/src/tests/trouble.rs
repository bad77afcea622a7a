//! An engine that fails: errors are told, nothing is shown that may not be kept, and nothing panics.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use super::{added, at, entry, id, meta, record};
use crate::disk::documents::Documents;
use crate::engine::memory::Memory;
use crate::engine::{Changes, Engine, KeyRange, Row, Rows};
use crate::heads::Heads;
use crate::*;

/// Memory that fails on demand.
struct Faulty {
    rows: Memory,
    fault: Arc<AtomicU8>,
}

const NONE: u8 = 0;
const FULL: u8 = 1;
const APPLY: u8 = 2;
const SYNC: u8 = 3;
const READ: u8 = 4;

impl Faulty {
    fn check(&self, fault: u8, kind: io::ErrorKind) -> Result<(), StoreError> {
        if self.fault.load(Ordering::SeqCst) == fault {
            return Err(StoreError::Io { path: "state/db".into(), source: kind.into() });
        }
        Ok(())
    }
}

impl Rows for Faulty {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.check(READ, io::ErrorKind::InvalidData)?;
        self.rows.get(key)
    }
}

impl Engine for Faulty {
    fn scan(
        &self,
        range: &KeyRange,
        order: crate::engine::Order,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        self.check(READ, io::ErrorKind::InvalidData)?;
        self.rows.scan(range, order, limit)
    }

    fn room(&self, _bytes: usize) -> Result<(), StoreError> {
        self.check(FULL, io::ErrorKind::StorageFull)
    }

    fn prepare(&self, _changes: &Changes) -> Result<(), StoreError> {
        Ok(())
    }

    fn apply(&self, changes: &Changes) -> Result<(), StoreError> {
        self.check(APPLY, io::ErrorKind::Other)?;
        self.rows.apply(changes)
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.check(SYNC, io::ErrorKind::Other)
    }

    fn suspect(&self) {}

    fn size(&self) -> u64 {
        0
    }
}

fn faulty() -> (Store, Arc<AtomicU8>) {
    let fault = Arc::new(AtomicU8::new(NONE));
    let engine = Faulty { rows: Memory::default(), fault: fault.clone() };
    let heads = Heads::first(whimbrel_news::Epoch(1), 0);
    crate::moving::import::finish(&engine, heads).unwrap();
    (Store::over(Box::new(engine), Documents::in_memory(), heads, None).unwrap(), fault)
}

fn step(n: i64) -> Record {
    let mut record = record(meta("a"));
    record.put = vec![entry(&format!("x.example/{n}"), "S")];
    record.news = vec![added(&format!("x.example/{n}"), "S", n)];
    record
}

#[test]
fn a_full_disk_is_told_and_gets_over() {
    let (store, fault) = faulty();
    store.record(&[step(1)], at(1)).unwrap();
    fault.store(FULL, Ordering::SeqCst);
    let error = store.record(&[step(2)], at(2)).unwrap_err().to_string();
    assert!(error.contains("state/db") && error.contains("make room there"), "{error}");
    assert_eq!((store.head(), store.entries(&id("a"), None, 9).unwrap().len()), (1, 1));
    fault.store(NONE, Ordering::SeqCst);
    assert_eq!(store.record(&[step(2)], at(3)).unwrap().seqs, Some((2, 2)));
    store.verify().unwrap();
}

#[test]
fn after_a_failed_commit_nothing_more_is_written() {
    for broken in [APPLY, SYNC] {
        let (store, fault) = faulty();
        store.record(&[step(1)], at(1)).unwrap();
        fault.store(broken, Ordering::SeqCst);
        assert!(matches!(store.record(&[step(2)], at(2)), Err(StoreError::Io { .. })));
        fault.store(NONE, Ordering::SeqCst);
        // It may be half there: not a word of it leaves, and nothing is built upon it.
        assert_eq!(store.head(), 1);
        assert_eq!(store.events_after(0, 9).unwrap().len(), 1);
        assert_eq!(store.events(&Query { limit: 9, ..Query::default() }).unwrap().events.len(), 1);
        assert!(matches!(store.record(&[step(3)], at(3)), Err(StoreError::Stopped(_))));
        assert!(matches!(store.forget_catalog(&id("a")), Err(StoreError::Stopped(_))));
    }
}

#[test]
fn reading_trouble_comes_back_as_an_error_from_every_verb() {
    let (store, fault) = faulty();
    store.record(&[step(1)], at(1)).unwrap();
    fault.store(READ, Ordering::SeqCst);
    let (a, key) = (id("a"), entry("x.example/1", "S").key);
    assert!(store.catalogs().is_err());
    assert!(store.catalog(&a).is_err());
    assert!(store.snapshot(&a).is_err());
    assert!(store.entries(&a, None, 9).is_err());
    assert!(store.entry(&a, &key).is_err());
    assert!(store.settling(&a).is_err());
    assert!(store.tombstone(&a, &key).is_err());
    assert!(store.due(at(99), 9).is_err());
    assert!(store.next_due().is_err());
    assert!(store.touched_since(0, 9).is_err());
    assert!(store.events_after(0, 9).is_err());
    assert!(store.events(&Query { limit: 9, ..Query::default() }).is_err());
    assert!(store.events_between(at(0), at(9), 9).is_err());
    assert!(store.event_times(at(9), 9).is_err());
    assert!(store.verify().is_err());
    assert!(store.export(&mut Vec::new(), &mut |_| {}).is_err());
    assert!(store.record(&[step(2)], at(2)).is_err());
    fault.store(NONE, Ordering::SeqCst);
    store.record(&[step(2)], at(2)).unwrap();
    store.verify().unwrap();
}
