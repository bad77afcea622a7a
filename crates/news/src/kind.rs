//! The kinds of news, one spelling everywhere.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What happened. Kinds of later sources (releases, states of projects) are listed already, so that filters and
/// addresses made today stay right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // `title` says each of them in words
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

/// What a kind is about; the order is the one people read them in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Listed things.
    Entries,
    /// Headings.
    Sections,
    /// Versions of projects.
    Releases,
    /// Orders by stars, forks and the like.
    Rankings,
    /// States of repositories.
    Projects,
    /// The lists themselves.
    Catalogs,
}

/// A word that is no kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is no kind of news: {}", hint.map_or_else(all_names, |kind| format!("did you mean `{kind}`?")))]
pub struct UnknownKind {
    /// The word.
    pub word: String,
    /// The kind that is spelled most alike, if any is near.
    pub hint: Option<Kind>,
}

impl Kind {
    /// Every kind, in the order people read them.
    pub const ALL: [Self; 26] = [
        Self::Added,
        Self::Removed,
        Self::Restored,
        Self::Moved,
        Self::Renamed,
        Self::Edited,
        Self::SectionRenamed,
        Self::Released,
        Self::ReleasePromoted,
        Self::ReleasesBackfilled,
        Self::RanksMoved,
        Self::EnteredTop,
        Self::LeftTop,
        Self::Milestone,
        Self::Archived,
        Self::Unarchived,
        Self::ProjectRenamed,
        Self::Gone,
        Self::Back,
        Self::LicenseChanged,
        Self::LinkDead,
        Self::LinkBack,
        Self::Followed,
        Self::Reshaped,
        Self::Stale,
        Self::Recovered,
    ];

    /// Its spelling in events, filters and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Restored => "restored",
            Self::Moved => "moved",
            Self::Renamed => "renamed",
            Self::Edited => "edited",
            Self::SectionRenamed => "section_renamed",
            Self::Released => "released",
            Self::ReleasePromoted => "release_promoted",
            Self::ReleasesBackfilled => "releases_backfilled",
            Self::RanksMoved => "ranks_moved",
            Self::EnteredTop => "entered_top",
            Self::LeftTop => "left_top",
            Self::Milestone => "milestone",
            Self::Archived => "archived",
            Self::Unarchived => "unarchived",
            Self::ProjectRenamed => "project_renamed",
            Self::Gone => "gone",
            Self::Back => "back",
            Self::LicenseChanged => "license_changed",
            Self::LinkDead => "link_dead",
            Self::LinkBack => "link_back",
            Self::Followed => "followed",
            Self::Reshaped => "reshaped",
            Self::Stale => "stale",
            Self::Recovered => "recovered",
        }
    }

    /// Its name for people, as a heading over several of them.
    pub fn title(self) -> &'static str {
        match self {
            Self::Added => "New entries",
            Self::Removed => "Removed entries",
            Self::Restored => "Restored entries",
            Self::Moved => "Moved entries",
            Self::Renamed => "Renamed entries",
            Self::Edited => "Edited descriptions",
            Self::SectionRenamed => "Renamed sections",
            Self::Released => "Releases",
            Self::ReleasePromoted => "Promoted releases",
            Self::ReleasesBackfilled => "Earlier releases",
            Self::RanksMoved => "Rank changes",
            Self::EnteredTop => "New in the top",
            Self::LeftTop => "Out of the top",
            Self::Milestone => "Milestones",
            Self::Archived => "Archived projects",
            Self::Unarchived => "Projects active again",
            Self::ProjectRenamed => "Renamed projects",
            Self::Gone => "Projects gone",
            Self::Back => "Projects back",
            Self::LicenseChanged => "Licence changes",
            Self::LinkDead => "Dead links",
            Self::LinkBack => "Links that work again",
            Self::Followed => "Newly followed catalogs",
            Self::Reshaped => "Reshaped catalogs",
            Self::Stale => "Catalogs out of reach",
            Self::Recovered => "Catalogs in reach again",
        }
    }

    /// What it is about.
    pub fn group(self) -> Group {
        match self {
            Self::Added | Self::Removed | Self::Restored | Self::Moved | Self::Renamed | Self::Edited => {
                Group::Entries
            }
            Self::SectionRenamed => Group::Sections,
            Self::Released | Self::ReleasePromoted | Self::ReleasesBackfilled => Group::Releases,
            Self::RanksMoved | Self::EnteredTop | Self::LeftTop | Self::Milestone => Group::Rankings,
            Self::Archived
            | Self::Unarchived
            | Self::ProjectRenamed
            | Self::Gone
            | Self::Back
            | Self::LicenseChanged
            | Self::LinkDead
            | Self::LinkBack => Group::Projects,
            Self::Followed | Self::Reshaped | Self::Stale | Self::Recovered => Group::Catalogs,
        }
    }

    /// Told at once unless a filter says otherwise: what people would be sorry to learn a week late.
    pub fn is_instant(self) -> bool {
        matches!(
            self,
            Self::Added
                | Self::Released
                | Self::ReleasePromoted
                | Self::Milestone
                | Self::EnteredTop
                | Self::Archived
                | Self::Reshaped
        )
    }

    /// Told in digests unless a filter says otherwise. Edits come by the hundred, returns repeat old news.
    pub fn is_digested(self) -> bool {
        !matches!(self, Self::Edited | Self::Restored)
    }
}

impl Group {
    /// Every group, in the order people read them.
    pub const ALL: [Self; 6] =
        [Self::Entries, Self::Sections, Self::Releases, Self::Rankings, Self::Projects, Self::Catalogs];

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Entries => "Entries",
            Self::Sections => "Sections",
            Self::Releases => "Releases",
            Self::Rankings => "Rankings",
            Self::Projects => "Projects",
            Self::Catalogs => "Catalogs",
        }
    }

    /// The kinds of the group.
    pub fn kinds(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter().filter(move |kind| kind.group() == self)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    /// Takes the spelling of [`Kind::as_str`]; capitals and hyphens are forgiven.
    fn from_str(word: &str) -> Result<Self, UnknownKind> {
        let spelled = word.trim().to_ascii_lowercase().replace(['-', ' '], "_");
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == spelled)
            .ok_or_else(|| UnknownKind { word: word.to_owned(), hint: nearest(&spelled) })
    }
}

/// The kind most alike, when it is alike enough to be what was meant.
fn nearest(word: &str) -> Option<Kind> {
    Kind::ALL
        .into_iter()
        .map(|kind| (strsim::jaro_winkler(word, kind.as_str()), kind))
        .filter(|(likeness, _)| *likeness >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, kind)| kind)
}

fn all_names() -> String {
    format!("known are {}", Kind::ALL.map(Kind::as_str).join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_everywhere() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }

    #[test]
    fn all_holds_each_kind_once_in_the_order_of_the_groups() {
        let mut sorted = Kind::ALL.to_vec();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted, Kind::ALL, "`ALL` is sorted and without doubles");
        assert_eq!(Group::ALL.into_iter().flat_map(Group::kinds).count(), Kind::ALL.len());
        // The last variant's number is one less than their count, so none can be missing.
        assert_eq!(Kind::Recovered as usize + 1, Kind::ALL.len());
    }

    #[test]
    fn a_slip_of_the_pen_is_forgiven_or_helped() {
        assert_eq!("Section-Renamed".parse(), Ok(Kind::SectionRenamed));
        let near = "relased".parse::<Kind>().unwrap_err();
        assert_eq!(near.to_string(), "`relased` is no kind of news: did you mean `released`?");
        let far = "xyzzy".parse::<Kind>().unwrap_err();
        assert!(far.to_string().contains("known are added, removed,"), "{far}");
    }

    #[test]
    fn defaults_are_those_of_the_design() {
        let instant: Vec<_> =
            Kind::ALL.into_iter().filter(|kind| kind.is_instant()).map(Kind::as_str).collect();
        assert_eq!(
            instant,
            ["added", "released", "release_promoted", "entered_top", "milestone", "archived", "reshaped"]
        );
        let quiet: Vec<_> =
            Kind::ALL.into_iter().filter(|kind| !kind.is_digested()).map(Kind::as_str).collect();
        assert_eq!(quiet, ["restored", "edited"]);
    }
}
