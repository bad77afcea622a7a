//! When a difference becomes news, and when it is held back: the knobs, with their defaults.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// When a difference becomes news, and when it is held back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Seconds an added, edited or renamed entry and a renamed section must stand before they are told.
    /// Default 1,800 (30 minutes).
    pub settle_added_secs: u64,
    /// Seconds a removal or a move must stand before it is told. Default 86,400 (a day).
    pub settle_removed_secs: u64,
    /// Seconds a change of ranks or a passed round number must stand before it is told. Default 72,000 (20 hours):
    /// it has to be there at the looks of two days.
    pub settle_ranks_secs: u64,
    /// Seconds between two tellings of one ranking. Default 86,400: at most one `ranks_moved` a day.
    pub ranks_every_secs: u64,
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
    /// Losing half of the entries or rewriting half of the texts is held from so many on, so that small lists can
    /// be edited freely. Default 5.
    pub hold_least: u32,
    /// How many ranks count as the top of a ranking. Default 10.
    pub top: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            settle_added_secs: 30 * 60,
            settle_removed_secs: 24 * 3600,
            settle_ranks_secs: 20 * 3600,
            ranks_every_secs: 24 * 3600,
            hold_secs: 24 * 3600,
            hold_events: 25,
            hold_share: 0.10,
            hold_gone: 10,
            hold_gone_share: 0.05,
            hold_least: 5,
            top: 10,
        }
    }
}

impl Rules {
    /// The same rules without waiting: everything but a mass change is told at the look that finds it.
    #[must_use]
    pub fn at_once(self) -> Self {
        Self {
            settle_added_secs: 0,
            settle_removed_secs: 0,
            settle_ranks_secs: 0,
            ranks_every_secs: 0,
            ..self
        }
    }
}

/// Seconds of a setting as a span; what no clock can count is a very long time.
pub(super) fn span(secs: u64) -> TimeDelta {
    const LONGEST: i64 = 100 * 366 * 24 * 3600;
    TimeDelta::seconds(i64::try_from(secs).map_or(LONGEST, |secs| secs.min(LONGEST)))
}
