//! The durable journal and state behind narrow verbs; the only crate that names sled.
//!
//! [`Store::record`] writes state, the events it caused and the next due time in one durable transaction; readers
//! see the journal through [`Store::events_after`] and [`Store::events`]. Verbs block: async callers go through
//! their runtime's blocking threads.

pub mod types;

pub use types::{
    CatalogMeta, Cursor, DocumentId, Look, OpenStep, Opened, Page, Query, Record, Recorded, Scope, Settings,
    Shape, StoreError,
};
