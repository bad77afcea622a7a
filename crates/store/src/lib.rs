//! The durable journal and state behind narrow verbs; the only crate that names sled.
//!
//! [`Store::record`] writes state, the events it caused and the next due time in one durable transaction; readers
//! see the journal through [`Store::events_after`] and [`Store::events`]. Verbs block: async callers go through
//! their runtime's blocking threads.
//!
//! From the outside in: the verbs (`record`, `query`, `read`, `looks`, `retention`) stand on what the rows mean
//! (`state`, `touches`, `journal`), that on how rows are written (`keys`, `rows`, `wide`, `packed`, `heads`, `txn`), that on an engine
//! (`engine`: sled, or memory). `store` holds it all together and is the one way a commit goes; `group` lets callers
//! share a sync. `disk` opens the folder and saves a damaged one; `moving` has export, import and backups.

mod disk;
mod engine;
mod group;
mod heads;
mod hub;
mod journal;
mod keys;
mod lanes;
mod links;
mod looks;
mod moving;
mod outcome;
mod packed;
mod projects;
mod query;
mod read;
mod record;
mod retention;
mod rows;
mod state;
mod store;
mod touches;
mod txn;
pub mod types;
mod upgrade;
mod verify;
mod wide;

pub use disk::beside::{LEADS, SUGGESTED, SUGGESTIONS};
pub use engine::rehearsal::Rehearsal;
pub use hub::{HubCommit, HubKey, HubMark, HubRequest, HubSecret, HubSubscription, HubWaiting};
pub use lanes::types::{
    CatalogFacts, DeadLetter, DigestOf, Intent, Lane, LaneCommit, LaneId, LaneMark, Origin, Parked, Retry,
    Want,
};
pub use links::{LinkPlace, LinkRecord};
pub use outcome::{OpenStep, Opened, StoreError};
pub use projects::types::{Listing, ProjectRecord, RankRecord};
pub use store::Store;
pub use types::{
    BEHIND, BadCursor, CatalogMeta, Commit, Cursor, DocumentId, Look, Page, Progress, Query, Record,
    Recorded, Scope, Settings, Shape, Stats, Touched,
};

#[cfg(test)]
mod tests;
