//! A commit being put together: reads see what it has written so far, nobody else does.

use std::collections::BTreeMap;

use crate::engine::{Changes, Engine, KeyRange, Order, Row, Rows};
use crate::heads::Heads;
use crate::outcome::StoreError;
use crate::projects::schedule::Turn;

/// No value may be longer than this, whatever happens: sixteen of them make the largest page that is reclaimed.
const LIMIT: usize = 8 * 1024;

/// Changes over an engine, not yet applied.
pub(crate) struct Txn<'a> {
    engine: &'a dyn Engine,
    changes: BTreeMap<Vec<u8>, Change>,
    turns: Vec<Turn>,
}

struct Change {
    value: Option<Vec<u8>>,
    /// The engine cannot have this key, so it need not be asked.
    new: bool,
}

/// A commit that is complete.
pub(crate) struct Sealed {
    /// What to apply: rows that really differ, the heads among them. Empty when nothing does.
    pub(crate) changes: Changes,
    /// What stood there before, for whoever reads the store as it was; empty unless asked for.
    pub(crate) before: Changes,
    /// The heads it leaves.
    pub(crate) heads: Heads,
    /// What it means for the schedule of projects, whether rows differ or not.
    pub(crate) turns: Vec<Turn>,
}

impl<'a> Txn<'a> {
    /// An empty commit.
    pub(crate) fn new(engine: &'a dyn Engine) -> Self {
        Self { engine, changes: BTreeMap::new(), turns: Vec::new() }
    }

    /// The engine as it stands, without these changes.
    pub(crate) fn engine(&self) -> &'a dyn Engine {
        self.engine
    }

    /// Sets a row.
    pub(crate) fn put(&mut self, key: &[u8], value: Vec<u8>) -> Result<(), StoreError> {
        self.set(key, Some(value), false)
    }

    /// Sets a row whose key has never been used: it holds a number that was just given.
    pub(crate) fn put_new(&mut self, key: &[u8], value: Vec<u8>) -> Result<(), StoreError> {
        self.set(key, Some(value), true)
    }

    /// Deletes a row.
    pub(crate) fn remove(&mut self, key: &[u8]) {
        let new = self.changes.get(key).is_some_and(|change| change.new);
        self.changes.insert(key.to_vec(), Change { value: None, new });
    }

    /// Has a value been set for this row?
    pub(crate) fn sets(&self, key: &[u8]) -> bool {
        self.changes.get(key).is_some_and(|change| change.value.is_some())
    }

    fn set(&mut self, key: &[u8], value: Option<Vec<u8>>, new: bool) -> Result<(), StoreError> {
        if let Some(value) = value.as_ref().filter(|value| value.len() > LIMIT) {
            return Err(StoreError::Damaged(format!("a value of {} bytes does not fit a row", value.len())));
        }
        let new = new || self.changes.get(key).is_some_and(|change| change.new);
        self.changes.insert(key.to_vec(), Change { value, new });
        Ok(())
    }

    /// The schedule of projects follows, once the commit stands.
    pub(crate) fn turn(&mut self, turn: Turn) {
        self.turns.push(turn);
    }

    /// The rows of a range as they stand with these changes. For ranges that are known to be small.
    pub(crate) fn all(&self, range: &KeyRange) -> Result<Vec<Row>, StoreError> {
        let found = self.engine.scan(range, Order::Rising, usize::MAX)?;
        let mut rows: BTreeMap<Vec<u8>, Vec<u8>> = found.into_iter().collect();
        for (key, change) in self.changes.range(range.from.clone()..range.to.clone()) {
            match &change.value {
                Some(value) => rows.insert(key.clone(), value.clone()),
                None => rows.remove(key),
            };
        }
        Ok(rows.into_iter().collect())
    }

    /// Is there a row in this range, with these changes?
    pub(crate) fn any(&self, range: &KeyRange) -> Result<bool, StoreError> {
        let changes = || self.changes.range(range.from.clone()..range.to.clone());
        if changes().any(|(_, change)| change.value.is_some()) {
            return Ok(true);
        }
        // As many as it removes, and one more.
        let limit = changes().count() + 1;
        let found = self.engine.scan(range, Order::Rising, limit)?;
        Ok(found.iter().any(|(key, _)| !self.changes.contains_key(key)))
    }

    /// How many rows it changes so far.
    pub(crate) fn len(&self) -> usize {
        self.changes.len()
    }

    /// Leaves out what would not differ, brings the sum up to date and adds the heads. What is overwritten is kept
    /// when somebody wants it.
    pub(crate) fn seal(self, mut heads: Heads, keep: bool) -> Result<Sealed, StoreError> {
        let mut changes = Changes::new();
        let mut before = Changes::new();
        for (key, Change { value, new }) in self.changes {
            let old = if new { None } else { self.engine.get(&key)? };
            if old == value {
                continue;
            }
            if let Some(old) = &old {
                heads.discount(&key, old);
            }
            if let Some(value) = &value {
                heads.count(&key, value);
            }
            if keep {
                before.insert(key.clone(), old);
            }
            changes.insert(key, value);
        }
        let old = Heads::read(self.engine)?;
        if old != Some(heads) {
            changes.insert(Heads::key().as_bytes().to_vec(), Some(heads.encode()));
        }
        Ok(Sealed { changes, before, heads, turns: self.turns })
    }
}

impl Rows for Txn<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.changes.get(key) {
            Some(change) => Ok(change.value.clone()),
            None => self.engine.get(key),
        }
    }
}
