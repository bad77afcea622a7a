//! The badge before a line of news.

use whimbrel_news::Kind;

/// One short word on the badge.
pub(super) fn label(kind: Kind) -> &'static str {
    match kind {
        Kind::Added => "new",
        Kind::Removed => "removed",
        Kind::Restored => "restored",
        Kind::Moved => "moved",
        Kind::Renamed => "renamed",
        Kind::Edited => "edited",
        Kind::SectionRenamed => "section renamed",
        Kind::Released => "release",
        Kind::ReleasePromoted => "release promoted",
        Kind::ReleasesBackfilled => "earlier releases",
        Kind::RanksMoved => "ranks",
        Kind::EnteredTop => "in the top",
        Kind::LeftTop => "left the top",
        Kind::Milestone => "milestone",
        Kind::Archived => "archived",
        Kind::Unarchived => "active again",
        Kind::ProjectRenamed => "project renamed",
        Kind::Gone => "gone",
        Kind::Back => "back",
        Kind::LicenseChanged => "licence",
        Kind::LinkDead => "dead link",
        Kind::LinkBack => "link works",
        Kind::Followed => "followed",
        Kind::Reshaped => "reshaped",
        Kind::Stale => "out of reach",
        Kind::Recovered => "in reach again",
    }
}

/// The colour of the badge; colour never says what the word does not.
pub(super) fn tone(kind: Kind) -> &'static str {
    match kind {
        Kind::Added
        | Kind::Restored
        | Kind::Released
        | Kind::ReleasePromoted
        | Kind::Unarchived
        | Kind::Back
        | Kind::LinkBack
        | Kind::Recovered => "good",
        Kind::Removed | Kind::Archived | Kind::Gone | Kind::LinkDead | Kind::Stale => "bad",
        Kind::RanksMoved | Kind::EnteredTop | Kind::LeftTop | Kind::Milestone => "warm",
        _ => "calm",
    }
}
