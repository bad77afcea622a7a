//! What can happen, with the facts a reader needs.

mod about;
mod evidence;
mod from_change;
mod metric;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_catalog::{HoldReason, Metric, Mover, Named};

use super::project::{Facts, Project, Release};

/// The entry an event is about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    /// Its name at the time.
    pub name: String,
    /// Its address at the time.
    pub url: String,
    /// Key of the entry (`github.com/owner/repo`), also the key of its project.
    #[serde(default)]
    pub key: String,
    /// Its section as one text, `A / B`.
    #[serde(default)]
    pub section: String,
    /// Its section as a path.
    #[serde(default)]
    pub section_path: Vec<String>,
}

/// What happened, with the facts a reader needs, frozen as of the event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum News {
    /// A new entry.
    Added {
        /// Which.
        #[serde(flatten)]
        subject: Subject,
        /// What the catalog says about it.
        #[serde(default)]
        description: String,
        /// The removed entry whose place it seems to have taken.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        in_place_of: Option<Named>,
        /// It was listed before and came back after more than 30 days.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        returned: bool,
        /// What is known about its project.
        #[serde(flatten)]
        facts: Facts,
    },
    /// An entry is gone.
    Removed {
        /// Which, as it last stood.
        #[serde(flatten)]
        subject: Subject,
        /// What the catalog said about it.
        #[serde(default)]
        description: String,
    },
    /// An entry came back within 30 days of its removal.
    Restored {
        /// Which, as it stands now.
        #[serde(flatten)]
        subject: Subject,
        /// What the catalog says about it.
        #[serde(default)]
        description: String,
    },
    /// An entry stands in another section.
    Moved {
        /// Which, with the section it went to.
        #[serde(flatten)]
        subject: Subject,
        /// What the catalog says about it.
        #[serde(default)]
        description: String,
        /// The section it left, as one text.
        old_section: String,
        /// The section it left, as a path.
        #[serde(default)]
        old_section_path: Vec<String>,
    },
    /// The same thing under another name or address.
    Renamed {
        /// Which, as it is called now.
        #[serde(flatten)]
        subject: Subject,
        /// What the catalog says about it.
        #[serde(default)]
        description: String,
        /// Its name before.
        old_name: String,
        /// Its address before.
        old_url: String,
        /// Its key before.
        #[serde(default)]
        old_key: String,
    },
    /// Letters or digits of the description differ.
    Edited {
        /// Which.
        #[serde(flatten)]
        subject: Subject,
        /// The description now.
        #[serde(default)]
        description: String,
        /// The description before.
        #[serde(default)]
        old_description: String,
    },
    /// A section changed its name or its place; its entries did not move.
    SectionRenamed {
        /// Its path now, as one text.
        section: String,
        /// Its path now.
        #[serde(default)]
        section_path: Vec<String>,
        /// Its path before, as one text.
        old_section: String,
        /// Its path before.
        #[serde(default)]
        old_section_path: Vec<String>,
        /// How many entries went with it.
        #[serde(default)]
        entries: u32,
    },
    /// A project published a release.
    Released {
        /// Which project.
        #[serde(flatten)]
        project: Project,
        /// What it published.
        #[serde(flatten)]
        release: Release,
    },
    /// A release that was not called finished before is now.
    ReleasePromoted {
        /// Which project.
        #[serde(flatten)]
        project: Project,
        /// The release as it stands now.
        #[serde(flatten)]
        release: Release,
    },
    /// A project published many old releases at once.
    ReleasesBackfilled {
        /// Which project.
        #[serde(flatten)]
        project: Project,
        /// How many releases.
        count: u32,
        /// The tag of the oldest.
        #[serde(default)]
        oldest_tag: String,
        /// The tag of the newest.
        #[serde(default)]
        newest_tag: String,
        /// When the oldest was made.
        oldest: DateTime<Utc>,
        /// When the newest was made.
        newest: DateTime<Utc>,
    },
    /// The smallest set of entries that really changed rank.
    RanksMoved {
        /// What is ranked.
        #[serde(with = "metric")]
        metric: Metric,
        /// The ranked list, as one text; empty for the whole catalog.
        #[serde(default)]
        scope: String,
        /// The ranked list, as a path.
        #[serde(default)]
        scope_path: Vec<String>,
        /// Who moved, the largest climb first.
        movers: Vec<Mover>,
    },
    /// An entry entered the top of a ranking.
    EnteredTop {
        /// Who.
        #[serde(flatten)]
        subject: Subject,
        /// What is ranked.
        #[serde(with = "metric")]
        metric: Metric,
        /// The ranked list, as one text; empty for the whole catalog.
        #[serde(default)]
        scope: String,
        /// Its rank now, from 1.
        rank: u32,
        /// How many ranks count as the top.
        top: u32,
    },
    /// An entry left the top of a ranking.
    LeftTop {
        /// Who.
        #[serde(flatten)]
        subject: Subject,
        /// What is ranked.
        #[serde(with = "metric")]
        metric: Metric,
        /// The ranked list, as one text; empty for the whole catalog.
        #[serde(default)]
        scope: String,
        /// Its rank now, from 1.
        rank: u32,
        /// How many ranks count as the top.
        top: u32,
    },
    /// A value passed a round number upwards.
    Milestone {
        /// Who.
        #[serde(flatten)]
        subject: Subject,
        /// What is measured.
        #[serde(with = "metric")]
        metric: Metric,
        /// The round number it passed.
        value: u64,
    },
    /// A project's repository can be read but is no longer worked on.
    Archived {
        /// Which project.
        #[serde(flatten)]
        project: Project,
        /// Since when, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<DateTime<Utc>>,
    },
    /// An archived project is worked on again.
    Unarchived {
        /// Which project.
        #[serde(flatten)]
        project: Project,
    },
    /// A project has another name or owner; it is the same one.
    ProjectRenamed {
        /// Which project, as it is called now.
        #[serde(flatten)]
        project: Project,
        /// `Owner/Repo` before.
        old_project: String,
        /// Its address before.
        old_url: String,
        /// Its key before.
        #[serde(default)]
        old_key: String,
        /// It has another owner.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        transferred: bool,
    },
    /// A project can no longer be found.
    Gone {
        /// Which project, as it last stood.
        #[serde(flatten)]
        project: Project,
        /// When it was first missed.
        since: DateTime<Utc>,
    },
    /// A project that was gone can be found again.
    Back {
        /// Which project.
        #[serde(flatten)]
        project: Project,
        /// When it had first been missed.
        since: DateTime<Utc>,
    },
    /// A project is under another licence.
    LicenseChanged {
        /// Which project, with the licence it has now.
        #[serde(flatten)]
        project: Project,
        /// The SPDX id of the licence before, if one was named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        old_license: Option<String>,
    },
    /// An entry's address leads nowhere any more.
    LinkDead {
        /// Which entry.
        #[serde(flatten)]
        subject: Subject,
        /// What its server answers.
        #[serde(default)]
        status: u16,
        /// When it first answered so.
        since: DateTime<Utc>,
    },
    /// A dead address answers again.
    LinkBack {
        /// Which entry.
        #[serde(flatten)]
        subject: Subject,
        /// When it had first been found dead.
        since: DateTime<Utc>,
    },
    /// A catalog was read for the first time.
    Followed {
        /// Distinct entries it lists.
        entries: u32,
        /// Listings, an entry in two sections counting twice.
        #[serde(default)]
        listings: u32,
        /// Sections that hold something.
        #[serde(default)]
        sections: u32,
    },
    /// So much changed at once that it is told in one line.
    Reshaped {
        /// Which rule was met.
        reason: HoldReason,
        /// One sentence with the numbers.
        #[serde(default)]
        detail: String,
        /// Entries added.
        #[serde(default)]
        added: u32,
        /// Entries removed.
        #[serde(default)]
        removed: u32,
        /// Entries moved.
        #[serde(default)]
        moved: u32,
        /// Entries renamed.
        #[serde(default)]
        renamed: u32,
        /// Entries edited.
        #[serde(default)]
        edited: u32,
    },
    /// A catalog could not be read for so long that what we know of it is old.
    Stale {
        /// When it was last read or confirmed unchanged.
        since: DateTime<Utc>,
        /// What the last look said, one sentence.
        #[serde(default)]
        error: String,
    },
    /// A stale catalog is read again.
    Recovered {
        /// When it had last been read before.
        since: DateTime<Utc>,
        /// What had been wrong.
        #[serde(default)]
        error: String,
    },
}
