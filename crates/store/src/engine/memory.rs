//! The engine of simulations: a sorted map, durable as long as the process lives.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{PoisonError, RwLock};

use super::{Changes, Engine, KeyRange, Order, Row, Rows};
use crate::outcome::StoreError;

/// Rows in a sorted map.
#[derive(Default)]
pub(crate) struct Memory {
    rows: RwLock<BTreeMap<Vec<u8>, Vec<u8>>>,
}

impl Rows for Memory {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.rows.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned())
    }
}

impl Engine for Memory {
    fn scan(&self, range: &KeyRange, order: Order, limit: usize) -> Result<Vec<Row>, StoreError> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.rows.read().unwrap_or_else(PoisonError::into_inner);
        let bounds = (Bound::Included(range.from.as_slice()), Bound::Excluded(range.to.as_slice()));
        let found = rows.range::<[u8], _>(bounds).map(|(key, value)| (key.clone(), value.clone()));
        Ok(match order {
            Order::Rising => found.take(limit).collect(),
            Order::Falling => found.rev().take(limit).collect(),
        })
    }

    fn room(&self, _bytes: usize) -> Result<(), StoreError> {
        Ok(())
    }

    fn prepare(&self, _changes: &Changes) -> Result<(), StoreError> {
        Ok(())
    }

    fn apply(&self, changes: &Changes) -> Result<(), StoreError> {
        let mut rows = self.rows.write().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in changes {
            match value {
                Some(value) => rows.insert(key.clone(), value.clone()),
                None => rows.remove(key),
            };
        }
        Ok(())
    }

    fn sync(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn suspect(&self) {}

    fn size(&self) -> u64 {
        0
    }
}
