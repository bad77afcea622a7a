//! Catalogs as plain data: reading documents, comparing them, judging change.
//!
//! Everything here is a pure function over values: no files, no network, no clock. A document goes in as bytes
//! ([`parse()`]), comes out as a [`Snapshot`] with a [`Report`] of what was not understood; two snapshots give a
//! [`Comparison`] ([`compare()`]); a [`Tracker`] turns a series of looks into settled [`Change`]s.

pub mod change;
pub mod compare;
#[cfg(test)]
mod draft;
mod guard;
pub mod key;
pub mod model;
pub mod parse;
pub mod rank;
pub mod report;
pub mod track;

pub use change::{Change, Comparison, Hold, HoldReason, Metric, Mover, Named};
pub use compare::{Known, compare, compare_by};
pub use key::EntryKey;
pub use model::{CatalogId, Entry, Figure, Link, Linkless, Place, Ranking, SectionPath, Snapshot};
pub use parse::{Format, Hint, ParseError, parse};
pub use report::{Layout, Reading, Report, Skipped};
pub use track::{Outcome, Rules, Settling, Tombstone, Tracker};
