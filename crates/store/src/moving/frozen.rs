//! The store as it stood at one moment, read while writing goes on.
//!
//! sled has no snapshots. So while somebody reads the past, every commit leaves what it overwrites in front of the
//! reader; what the reader has passed is let go.

use std::sync::{MutexGuard, PoisonError};

use crate::engine::{Changes, Engine, KeyRange, Order, Row, Rows};
use crate::heads::Heads;
use crate::outcome::StoreError;
use crate::store::Inner;

/// Rows read at a time; writers wait that long at most.
const STRIDE: usize = 256;

/// What commits have overwritten before the reader came by.
#[derive(Default)]
pub(crate) struct Past {
    /// Everything up to and with this key was read.
    position: Vec<u8>,
    before: Changes,
}

impl Past {
    /// A commit is about to be applied over these rows.
    pub(crate) fn keep(&mut self, before: Changes) {
        for (key, value) in before {
            if key > self.position {
                self.before.entry(key).or_insert(value);
            }
        }
    }
}

/// A reader of one moment. Only one exists at a time; others wait.
pub(crate) struct Frozen<'a> {
    inner: &'a Inner,
    _turn: MutexGuard<'a, ()>,
    /// The heads of that moment.
    pub(crate) heads: Heads,
}

impl Inner {
    /// Holds on to this moment until dropped. Documents are not removed meanwhile.
    pub(crate) fn freeze(&self) -> Frozen<'_> {
        let turn = self.freezing.lock().unwrap_or_else(PoisonError::into_inner);
        let heads = self.alone();
        *self.past() = Some(Past::default());
        self.documents.freeze();
        Frozen { inner: self, _turn: turn, heads: *heads }
    }

    /// What is kept for the reader of the past, if there is one.
    pub(crate) fn past(&self) -> MutexGuard<'_, Option<Past>> {
        self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Frozen<'_> {
    fn drop(&mut self) {
        *self.inner.past() = None;
        self.inner.documents.thaw();
    }
}

impl Frozen<'_> {
    /// Hands over the values of a range, each with its version. Ranges must be asked for in rising order.
    pub(crate) fn walk(
        &self,
        mut range: KeyRange,
        mut each: impl FnMut(&[u8], u8, Vec<u8>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        loop {
            // Writers stay out while a stride is read with all its parts, not while it is handed over.
            let mut values = Vec::new();
            let done = {
                let _alone = self.inner.alone();
                let mut past = self.inner.past();
                let past = past.get_or_insert_default();
                let (found, upto) = stride(&*self.inner.engine, past, &range)?;
                let view = View { engine: &*self.inner.engine, before: &past.before };
                for (key, row) in found {
                    let (version, payload) = crate::wide::join(&view, &key, row)?;
                    values.push((key, version, payload));
                }
                let done = upto.is_none();
                let upto = upto.unwrap_or_else(|| range.to.clone());
                past.before = past.before.split_off(&upto);
                past.before.remove(&upto);
                past.position.clone_from(&upto);
                range.from = crate::keys::just_after(&upto);
                done
            };
            for (key, version, payload) in values {
                each(&key, version, payload)?;
            }
            if done {
                return Ok(());
            }
        }
    }
}

/// The next rows of a range as they were, and the key they reach up to; none at the end of the range.
fn stride(
    engine: &dyn Engine,
    past: &Past,
    range: &KeyRange,
) -> Result<(Vec<Row>, Option<Vec<u8>>), StoreError> {
    let rows = engine.scan(range, Order::Rising, STRIDE)?;
    let upto = rows.last().filter(|_| rows.len() == STRIDE).map(|(key, _)| key.clone());
    let end = upto.as_ref().map_or_else(|| range.to.clone(), |key| crate::keys::just_after(key));
    let mut as_it_was: std::collections::BTreeMap<Vec<u8>, Vec<u8>> = rows.into_iter().collect();
    if range.from < end {
        for (key, value) in past.before.range(range.from.clone()..end) {
            match value {
                Some(value) => as_it_was.insert(key.clone(), value.clone()),
                None => as_it_was.remove(key),
            };
        }
    }
    Ok((as_it_was.into_iter().collect(), upto))
}

/// Single rows as they were.
struct View<'a> {
    engine: &'a dyn Engine,
    before: &'a Changes,
}

impl Rows for View<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.before.get(key) {
            Some(value) => Ok(value.clone()),
            None => self.engine.get(key),
        }
    }
}
