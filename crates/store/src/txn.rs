//! A commit being put together: reads see what it has written so far, nobody else does.

use crate::engine::{Changes, Engine, Rows};
use crate::types::StoreError;

/// No value may be longer than this, whatever happens: sixteen of them make the largest page that is reclaimed.
const LIMIT: usize = 8 * 1024;

/// Changes over an engine, not yet applied.
pub(crate) struct Txn<'a> {
    engine: &'a dyn Engine,
    changes: Changes,
}

impl<'a> Txn<'a> {
    /// An empty commit.
    pub(crate) fn new(engine: &'a dyn Engine) -> Self {
        Self { engine, changes: Changes::new() }
    }

    /// The engine as it stands, without these changes.
    pub(crate) fn engine(&self) -> &'a dyn Engine {
        self.engine
    }

    /// Sets a row.
    pub(crate) fn put(&mut self, key: &[u8], value: Vec<u8>) -> Result<(), StoreError> {
        if value.len() > LIMIT {
            return Err(StoreError::Damaged(format!("a value of {} bytes does not fit a row", value.len())));
        }
        self.changes.insert(key.to_vec(), Some(value));
        Ok(())
    }

    /// Deletes a row.
    pub(crate) fn remove(&mut self, key: &[u8]) {
        self.changes.insert(key.to_vec(), None);
    }

    /// The change made to a row so far, if there is one.
    pub(crate) fn peek(&self, key: &[u8]) -> Option<&Option<Vec<u8>>> {
        self.changes.get(key)
    }

    /// What was gathered.
    pub(crate) fn changes(&self) -> &Changes {
        &self.changes
    }
}

impl Rows for Txn<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.changes.get(key) {
            Some(change) => Ok(change.clone()),
            None => self.engine.get(key),
        }
    }
}
