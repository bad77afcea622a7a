//! The durable journal and state behind narrow verbs; the only crate that names sled.
//!
//! [`Store::record`] writes state, the events it caused and the next due time in one durable transaction; readers
//! see the journal through [`Store::events_after`] and [`Store::events`]. Verbs block: async callers go through
//! their runtime's blocking threads.

mod backup;
mod documents;
mod engine;
mod export;
mod files;
mod folder;
mod frozen;
mod group;
mod heads;
mod high_water;
mod import;
mod journal;
mod keys;
mod ladder;
mod lines;
mod load;
mod lock;
mod looks;
mod open;
mod outcome;
mod query;
mod read;
mod record;
mod retention;
mod rows;
mod state;
mod store;
mod txn;
pub mod types;
mod verify;
mod wide;

pub use outcome::{OpenStep, Opened, StoreError};
pub use store::Store;
pub use types::{
    BadCursor, CatalogMeta, Commit, Cursor, DocumentId, Look, Page, Progress, Query, Record, Recorded, Scope,
    Settings, Shape, Stats, Touched,
};

#[cfg(test)]
mod tests;
