//! The few things an ordered, durable key-value engine must do for us. Everything else is written once, above.
//!
//! Two engines serve the same verbs: [`sled`] on disk and [`memory`] for simulations and tests, the latter also as a
//! [`rehearsal`] of what crashes leave.

pub(crate) mod memory;
mod met;
pub(crate) mod rehearsal;
mod slack;
pub(crate) mod sled;
mod staged;

use std::collections::BTreeMap;

use crate::outcome::StoreError;

/// A key with its value.
pub(crate) type Row = (Vec<u8>, Vec<u8>);

/// What one commit writes: the new value of a key, or `None` to delete it.
pub(crate) type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// The keys from `from` up to, but without, `to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyRange {
    pub(crate) from: Vec<u8>,
    pub(crate) to: Vec<u8>,
}

impl KeyRange {
    /// A range can be empty when its bounds come from a caller; engines may then skip the work (and must: both
    /// `BTreeMap` and sled dislike bounds that cross).
    pub(crate) fn is_empty(&self) -> bool {
        self.from >= self.to
    }
}

/// The direction of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Rising,
    Falling,
}

/// Somewhere rows can be read from: an engine, or a transaction that has not been applied yet.
pub(crate) trait Rows {
    /// The value of a key.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;
}

/// An ordered key-value engine. Errors are final for the call, and never panics.
pub(crate) trait Engine: Rows + Send + Sync {
    /// At most `limit` rows of a range, in the order asked for. Owned rows: no iterator crosses this seam.
    fn scan(&self, range: &KeyRange, order: Order, limit: usize) -> Result<Vec<Row>, StoreError>;

    /// Refuses when the disk has no room for a commit of this size. Asked before every commit, because an engine that
    /// meets a full disk half-way cannot go on.
    fn room(&self, bytes: usize) -> Result<(), StoreError>;

    /// The first half of [`Engine::apply`], as far as nobody sees it: readers need not wait for that.
    fn prepare(&self, changes: &Changes) -> Result<(), StoreError>;

    /// Applies all changes or none of them, also over a crash. They were prepared before. Readers see them at once.
    fn apply(&self, changes: &Changes) -> Result<(), StoreError>;

    /// Returns when everything applied before the call would survive a power cut.
    fn sync(&self) -> Result<(), StoreError>;

    /// Has so much gone by that [`Engine::ease`] is worth the while?
    fn is_laden(&self) -> bool {
        false
    }

    /// Lets go of memory for rows that were read or written and nobody needs now; takes half a second at most.
    fn ease(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Something is not as it was written: the next start looks at every row.
    fn suspect(&self);

    /// Bytes the engine takes on disk.
    fn size(&self) -> u64;
}
