//! What can happen, with the facts a reader needs.

mod evidence;
mod from_change;
mod metric;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_catalog::{EntryKey, HoldReason, Metric, Mover, Named};

use crate::kind::Kind;

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

impl News {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Added { .. } => Kind::Added,
            Self::Removed { .. } => Kind::Removed,
            Self::Restored { .. } => Kind::Restored,
            Self::Moved { .. } => Kind::Moved,
            Self::Renamed { .. } => Kind::Renamed,
            Self::Edited { .. } => Kind::Edited,
            Self::SectionRenamed { .. } => Kind::SectionRenamed,
            Self::RanksMoved { .. } => Kind::RanksMoved,
            Self::EnteredTop { .. } => Kind::EnteredTop,
            Self::LeftTop { .. } => Kind::LeftTop,
            Self::Milestone { .. } => Kind::Milestone,
            Self::Followed { .. } => Kind::Followed,
            Self::Reshaped { .. } => Kind::Reshaped,
            Self::Stale { .. } => Kind::Stale,
            Self::Recovered { .. } => Kind::Recovered,
        }
    }

    /// The one entry it is about, if it is about one.
    pub fn subject(&self) -> Option<&Subject> {
        match self {
            Self::Added { subject, .. }
            | Self::Removed { subject, .. }
            | Self::Restored { subject, .. }
            | Self::Moved { subject, .. }
            | Self::Renamed { subject, .. }
            | Self::Edited { subject, .. }
            | Self::EnteredTop { subject, .. }
            | Self::LeftTop { subject, .. }
            | Self::Milestone { subject, .. } => Some(subject),
            Self::SectionRenamed { .. }
            | Self::RanksMoved { .. }
            | Self::Followed { .. }
            | Self::Reshaped { .. }
            | Self::Stale { .. }
            | Self::Recovered { .. } => None,
        }
    }

    /// What the catalog says about the entry; empty when it says nothing or the news is about no entry.
    pub fn description(&self) -> &str {
        match self {
            Self::Added { description, .. }
            | Self::Removed { description, .. }
            | Self::Restored { description, .. }
            | Self::Moved { description, .. }
            | Self::Renamed { description, .. }
            | Self::Edited { description, .. } => description,
            _ => "",
        }
    }

    /// See [`Event::section_paths`](super::Event::section_paths).
    pub fn section_paths(&self) -> Vec<&[String]> {
        match self {
            Self::Moved { subject, old_section_path, .. } => vec![&subject.section_path, old_section_path],
            Self::SectionRenamed { section_path, old_section_path, .. } => {
                vec![section_path, old_section_path]
            }
            Self::RanksMoved { scope_path, .. } => vec![scope_path],
            _ => self.subject().map(|subject| subject.section_path.as_slice()).into_iter().collect(),
        }
    }

    /// See [`Event::projects`](super::Event::projects).
    pub fn projects(&self) -> Vec<EntryKey> {
        let mut keys: Vec<_> =
            self.subject().map(|subject| EntryKey::from_stored(&subject.key)).into_iter().collect();
        match self {
            Self::Renamed { old_key, .. } => keys.push(EntryKey::from_stored(old_key)),
            Self::RanksMoved { movers, .. } => {
                keys.extend(movers.iter().filter_map(|mover| EntryKey::from_url(&mover.url)));
            }
            _ => {}
        }
        keys.retain(|key| !key.as_str().is_empty());
        keys.dedup();
        keys
    }
}
