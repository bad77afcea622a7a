//! The engine of rehearsals: rows in memory that outlive the stores over them, as a disk outlives programs, and
//! somebody who is asked before each step and may say that it is the last.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use whimbrel_news::Epoch;

use super::memory::Memory;
use super::{Changes, Engine, KeyRange, Order, Row, Rows};
use crate::disk::documents::Documents;
use crate::heads::Heads;
use crate::moving::import;
use crate::outcome::StoreError;
use crate::store::Store;

/// Asked at every step of a commit, by the name of the step: may it go on? Once it said no, the program is dead.
type Ask = dyn Fn(&'static str) -> bool + Send + Sync;

/// Rows and documents over which one store after the other is opened, as by a program that is killed and starts again.
///
/// The steps are `prepare`, `apply`, `applied`, `sync` and `synced`, in the order a commit takes them.
#[derive(Clone)]
pub struct Rehearsal {
    ground: Arc<Ground>,
    documents: Documents,
}

struct Ground {
    rows: Memory,
    state: Mutex<State>,
    ask: Box<Ask>,
}

#[derive(Default)]
struct State {
    /// Which store is the newest; what former ones still want to do does not happen any more.
    life: u64,
    /// What rows were before the commits that were not synced yet, the newest last.
    before: Vec<Was>,
}

/// A key, and what it was.
type Was = (Vec<u8>, Option<Vec<u8>>);

impl Rehearsal {
    /// Nothing is kept yet.
    pub fn new(ask: impl Fn(&'static str) -> bool + Send + Sync + 'static) -> Self {
        let ground = Ground { rows: Memory::default(), state: Mutex::default(), ask: Box::new(ask) };
        Self { ground: Arc::new(ground), documents: Documents::in_memory() }
    }

    /// Opens the store over what is kept. The one that was opened before is dead from now on.
    pub fn open(&self) -> Result<Store, StoreError> {
        let life = {
            let mut state = self.ground.state();
            state.life += 1;
            state.life
        };
        let engine = Life { ground: Arc::clone(&self.ground), life };
        let heads = if let Some(heads) = Heads::read(&engine)? {
            heads
        } else {
            let heads = Heads::first(Epoch(1), 0);
            import::finish(&engine, heads)?;
            heads
        };
        let store = Store::over(Box::new(engine), self.documents.clone(), heads, None)?;
        store.inner.complete()?;
        store.inner.settle_lanes()?;
        Ok(store)
    }

    /// The power is cut: what was not synced is gone.
    pub fn loses_power(&self) -> Result<(), StoreError> {
        let mut state = self.ground.state();
        state.life += 1;
        while let Some(change) = state.before.pop() {
            self.ground.rows.apply(&[change].into())?;
        }
        Ok(())
    }
}

impl Ground {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The rows as one store has them.
struct Life {
    ground: Arc<Ground>,
    life: u64,
}

impl Life {
    fn may(&self, step: &'static str) -> Result<(), StoreError> {
        if (self.ground.ask)(step) { Ok(()) } else { Err(dead()) }
    }

    /// Nobody opens another store as long as this is held.
    fn alive(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        let state = self.ground.state();
        if state.life == self.life { Ok(state) } else { Err(dead()) }
    }
}

fn dead() -> StoreError {
    StoreError::Stopped("the program is dead".to_owned())
}

impl Rows for Life {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.ground.rows.get(key)
    }
}

impl Engine for Life {
    fn scan(&self, range: &KeyRange, order: Order, limit: usize) -> Result<Vec<Row>, StoreError> {
        self.ground.rows.scan(range, order, limit)
    }

    fn room(&self, _bytes: usize) -> Result<(), StoreError> {
        Ok(())
    }

    fn prepare(&self, _changes: &Changes) -> Result<(), StoreError> {
        self.may("prepare")
    }

    fn apply(&self, changes: &Changes) -> Result<(), StoreError> {
        self.may("apply")?;
        let mut state = self.alive()?;
        for key in changes.keys() {
            let before = self.ground.rows.get(key)?;
            state.before.push((key.clone(), before));
        }
        self.ground.rows.apply(changes)?;
        drop(state);
        self.may("applied")
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.may("sync")?;
        self.alive()?.before.clear();
        self.may("synced")
    }

    fn suspect(&self) {}

    fn size(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::tests::{at, id, meta, record};

    #[test]
    fn what_was_synced_outlives_the_program_and_nothing_else_the_power() {
        let dies = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&dies);
        let rehearsal = Rehearsal::new(move |step| !(step == "sync" && asked.load(Ordering::SeqCst)));
        let first = rehearsal.open().unwrap();
        first.record(&[record(meta("a"))], at(1)).unwrap();
        dies.store(true, Ordering::SeqCst);
        first.record(&[record(meta("b"))], at(2)).unwrap_err();
        dies.store(false, Ordering::SeqCst);
        let second = rehearsal.open().unwrap();
        assert!(first.record(&[record(meta("x"))], at(3)).is_err(), "it is dead");
        assert!(second.catalog(&id("b")).unwrap().is_some(), "it was only killed");
        dies.store(true, Ordering::SeqCst);
        second.record(&[record(meta("c"))], at(4)).unwrap_err();
        dies.store(false, Ordering::SeqCst);
        rehearsal.loses_power().unwrap();
        let third = rehearsal.open().unwrap();
        assert!(third.catalog(&id("a")).unwrap().is_some(), "it was synced");
        assert!(third.catalog(&id("c")).unwrap().is_none(), "it never was");
        third.verify().unwrap();
    }
}
