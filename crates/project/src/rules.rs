//! How changes of projects are judged: the knobs, with their defaults.

use serde::{Deserialize, Serialize};

/// How changes of projects are judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Seconds after its publication before a release is told, so that publishers can finish their notes. Default 600.
    pub settle_secs: u64,
    /// Tell nightly builds and moving tags too. Default false.
    pub nightlies: bool,
    /// A release whose commit is older than so many days when it is published, or that was published longer ago than
    /// `late_days`, is an old one. Default 30.
    pub backfill_age_days: u32,
    /// See `backfill_age_days`. Default 7.
    pub late_days: u32,
    /// From so many old releases within a day on they are told as one `releases_backfilled`. Default 5.
    pub backfill_count: u32,
    /// Hours between the first and the confirming look that miss a project. Default 24.
    pub gone_after_hours: u32,
    /// When more projects than this are missing at once (and more than `hold_gone_percent`), GitHub or the token is more
    /// likely in trouble than they are gone: none is told before `hold_gone_hours`. Default 10.
    pub hold_gone: u32,
    /// The same in percent of the projects looked at within a day. Default 5.
    pub hold_gone_percent: u32,
    /// Hours a project has to be missed while so many are. Default 168 (a week).
    pub hold_gone_hours: u32,
    /// Tell when stars or forks pass a round number. Default true.
    pub milestones: bool,
    /// How many ranks count as the top of a ranking. Default 10.
    pub top: u32,
    /// Seconds between two looks at the liveliest project. Default 600; set from `[github]`, not here.
    #[serde(skip)]
    pub interval_min_secs: u64,
    /// Seconds between two looks at a project where nothing moves. Default 86,400; set from `[github]`, not here.
    #[serde(skip)]
    pub interval_max_secs: u64,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            settle_secs: 600,
            nightlies: false,
            backfill_age_days: 30,
            late_days: 7,
            backfill_count: 5,
            gone_after_hours: 24,
            hold_gone: 10,
            hold_gone_percent: 5,
            hold_gone_hours: 168,
            milestones: true,
            top: 10,
            interval_min_secs: 600,
            interval_max_secs: 86_400,
        }
    }
}
