//! What one look brought, and what is remembered of those that left.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::change::{Change, Hold};
use crate::key::EntryKey;
use crate::model::SectionPath;

/// What one look brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// News, in the order it should be told. What one step brought belongs together: a renderer may fold five
    /// `renamed` or ten `edited` of one look into a line.
    pub changes: Vec<Change>,
    /// Since when each of the changes had stood when it was told, in the same order: when it happened, as far as
    /// anybody saw.
    pub since: Vec<DateTime<Utc>>,
    /// Accepted entries that differ from before in any way and must be written ([`super::Tracker::rows`] hands them out).
    pub put: Vec<EntryKey>,
    /// Accepted entries that are gone and must be deleted.
    pub delete: Vec<EntryKey>,
    /// Keys that left the accepted state, to be remembered and told back by `past`.
    pub bury: Vec<(EntryKey, Tombstone)>,
    /// Remembered keys that are back and can be forgotten.
    pub unbury: Vec<EntryKey>,
    /// Sections, linkless items, rankings or the title differ and must be written.
    pub shape_changed: bool,
    /// The settling state differs and must be written.
    pub settling_changed: bool,
    /// When the next pending difference matures: a look is due then, however long the usual interval is.
    pub matures: Option<DateTime<Utc>>,
    /// A step that is being held back.
    pub held: Option<Hold>,
}

/// The memory of a key that left the catalog: its entry was removed, lost its link or went to another address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tombstone {
    /// Its name when it left.
    pub name: String,
    /// Its section when it left.
    pub section: SectionPath,
    /// When it left.
    pub at: DateTime<Utc>,
}

/// Tells of entries that left earlier.
pub type Past<'a> = dyn Fn(&EntryKey) -> Option<Tombstone> + 'a;

impl Outcome {
    /// Every change goes through here, with the moment since when it stood.
    pub(super) fn tell(&mut self, change: Change, since: DateTime<Utc>) {
        self.changes.push(change);
        self.since.push(since);
    }

    /// Joins what a second step of the same look brought.
    pub(super) fn followed_by(&mut self, next: Self) {
        let (put, deleted): (HashSet<_>, HashSet<_>) =
            (next.put.iter().collect(), next.delete.iter().collect());
        self.delete.retain(|key| !put.contains(key));
        self.put.retain(|key| !put.contains(key) && !deleted.contains(key));
        let (back, buried): (HashSet<_>, HashSet<_>) =
            (next.unbury.iter().collect(), next.bury.iter().map(|(key, _)| key).collect());
        self.bury.retain(|(key, _)| !back.contains(key) && !buried.contains(key));
        self.unbury.retain(|key| !buried.contains(key));
        self.put.extend(next.put);
        self.delete.extend(next.delete);
        self.bury.extend(next.bury);
        self.unbury.extend(next.unbury);
        self.changes.extend(next.changes);
        self.since.extend(next.since);
        self.shape_changed |= next.shape_changed;
        self.matures = next.matures;
        self.held = next.held;
    }
}
