//! A catalog followed over time: what was accepted, what is still settling, what is held back.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::change::{Change, Hold, HoldReason};
use crate::compare::Known;
use crate::key::EntryKey;
use crate::model::{SectionPath, Snapshot};

/// When a difference becomes news, and when it is held back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Seconds an added or edited entry must stand before it is told. Default 1,800 (30 minutes).
    pub settle_added_secs: u64,
    /// Seconds a removal or a move must stand before it is told. Default 86,400 (a day).
    pub settle_removed_secs: u64,
    /// Seconds a held mass change must stand, over at least two looks, before it is told in one line.
    /// Default 86,400.
    pub hold_secs: u64,
    /// Differences in one step above which it is held; the larger of this and `hold_share` counts. Default 25.
    pub hold_events: u32,
    /// The same as a share of the entries. Default 0.10.
    pub hold_share: f64,
    /// Removals in one step above which it is held; the larger of this and `hold_gone_share` counts. Default 10.
    pub hold_gone: u32,
    /// The same as a share of the entries. Default 0.05.
    pub hold_gone_share: f64,
    /// How many ranks count as the top of a ranking. Default 10.
    pub top: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            settle_added_secs: 30 * 60,
            settle_removed_secs: 24 * 3600,
            hold_secs: 24 * 3600,
            hold_events: 25,
            hold_share: 0.10,
            hold_gone: 10,
            hold_gone_share: 0.05,
            top: 10,
        }
    }
}

/// The memory of a removed entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tombstone {
    /// Its name when it was removed.
    pub name: String,
    /// Its section when it was removed.
    pub section: SectionPath,
    /// When it was removed.
    pub at: DateTime<Utc>,
}

/// What is not yet news: serialised and kept beside the accepted entries.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Settling {}

/// A catalog as the engine follows it.
#[derive(Clone, Debug)]
pub struct Tracker {
    accepted: Snapshot,
    latest: Option<Snapshot>,
    settling: Settling,
}

/// What one look brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// News, in the order it should be told.
    pub changes: Vec<Change>,
    /// Accepted entries that differ from before in any way and must be written.
    pub put: Vec<EntryKey>,
    /// Accepted entries that are gone and must be deleted.
    pub delete: Vec<EntryKey>,
    /// Sections, linkless items, rankings or the title differ and must be written.
    pub shape_changed: bool,
    /// The settling state differs and must be written.
    pub settling_changed: bool,
    /// When the next pending difference matures: a look is due then, however long the usual interval is.
    pub matures: Option<DateTime<Utc>>,
    /// A step that is being held back, and since when.
    pub held: Option<Hold>,
}

impl Tracker {
    /// The first sight of a catalog: everything is accepted, nothing is news.
    pub fn baseline(first: Snapshot) -> Self {
        Self { accepted: first, latest: None, settling: Settling::default() }
    }

    /// A tracker as it was stored: accepted state, the latest readable document if it differs, what is settling.
    pub fn restore(accepted: Snapshot, latest: Option<Snapshot>, settling: Settling) -> Self {
        Self { accepted, latest, settling }
    }

    /// The accepted state.
    pub fn accepted(&self) -> &Snapshot {
        &self.accepted
    }

    /// What is settling.
    pub fn settling(&self) -> &Settling {
        &self.settling
    }

    /// The catalog was read and looks like this. `past` tells of entries removed earlier.
    pub fn look(
        &mut self,
        _latest: Snapshot,
        _now: DateTime<Utc>,
        _rules: &Rules,
        _known: &Known,
        _past: &dyn Fn(&EntryKey) -> Option<Tombstone>,
    ) -> Outcome {
        Outcome::default()
    }

    /// The catalog is as it was at the last look: only time has passed.
    pub fn still(
        &mut self,
        _now: DateTime<Utc>,
        _rules: &Rules,
        _known: &Known,
        _past: &dyn Fn(&EntryKey) -> Option<Tombstone>,
    ) -> Outcome {
        Outcome::default()
    }

    /// The catalog could not be read for this reason: the good state stays.
    pub fn unreadable(&mut self, _now: DateTime<Utc>, _reason: HoldReason) -> Outcome {
        Outcome::default()
    }
}
