//! The kinds of news, one spelling everywhere.

use serde::{Deserialize, Serialize};

/// What happened. Kinds of later sources (releases, states of projects) are listed already, so that filters and
/// addresses made today stay right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names are the documentation; groups and meaning stand in the README
pub enum Kind {
    Added,
    Removed,
    Restored,
    Moved,
    Renamed,
    Edited,
    SectionRenamed,
    Released,
    ReleasePromoted,
    ReleasesBackfilled,
    RanksMoved,
    EnteredTop,
    LeftTop,
    Milestone,
    Archived,
    Unarchived,
    ProjectRenamed,
    Gone,
    Back,
    LicenseChanged,
    LinkDead,
    LinkBack,
    Followed,
    Reshaped,
    Stale,
    Recovered,
}
