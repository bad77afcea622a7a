//! What can change in a catalog, as plain data. The kinds are those every part of the program speaks of.

use serde::{Deserialize, Serialize};

use crate::key::EntryKey;
use crate::model::{Entry, SectionPath};

/// What a ranked column measures.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Stars of a repository.
    Stars,
    /// Forks of a repository.
    Forks,
    /// When it was last updated: a sign of activity, never news.
    #[serde(rename = "last_updated")]
    Updated,
    /// Any other numeric column, by its header in lower case.
    Other(String),
}

/// An entry as one event names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Its identity.
    pub key: EntryKey,
    /// Its name at the time.
    pub name: String,
    /// Its address at the time.
    pub url: String,
}

/// One fact found by comparing two snapshots of a catalog.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// A new entry.
    Added {
        /// The entry as it stands now.
        entry: Entry,
        /// The removed entry whose place it seems to have taken.
        in_place_of: Option<Named>,
        /// It was listed before and came back after more than 30 days.
        returned: bool,
    },
    /// An entry is gone.
    Removed {
        /// The entry as it last stood.
        entry: Entry,
    },
    /// An entry came back within 30 days of its removal.
    Restored {
        /// The entry as it stands now.
        entry: Entry,
    },
    /// An entry stands in another section, and the section was not just renamed.
    Moved {
        /// The entry as it stands now.
        entry: Entry,
        /// The section it left.
        from: SectionPath,
        /// The section it went to.
        to: SectionPath,
    },
    /// The same thing under another name or address.
    Renamed {
        /// The entry as it stands now.
        entry: Entry,
        /// How it was called and where it pointed before.
        old: Named,
    },
    /// Letters or digits of the description differ.
    Edited {
        /// The entry as it stands now.
        entry: Entry,
        /// The description before.
        old_description: String,
    },
    /// A section changed its name or its place; its entries did not move.
    SectionRenamed {
        /// Its path before.
        from: SectionPath,
        /// Its path now.
        to: SectionPath,
        /// How many entries went with it.
        entries: u32,
    },
    /// The smallest set of entries that really changed rank.
    RanksMoved {
        /// What is ranked.
        metric: Metric,
        /// The ranked list.
        scope: SectionPath,
        /// Who moved, the largest climb first.
        movers: Vec<Mover>,
    },
    /// An entry entered the top of a ranking that is longer than its top: it climbed, or it is new. Nobody enters by a
    /// tie, because others left the list, or because a value became known.
    EnteredTop {
        /// What is ranked.
        metric: Metric,
        /// The ranked list.
        scope: SectionPath,
        /// Who.
        entry: Named,
        /// Its rank now, from 1.
        rank: u32,
        /// How many ranks count as the top.
        top: u32,
    },
    /// An entry left the top of a ranking, because another one entered.
    LeftTop {
        /// What is ranked.
        metric: Metric,
        /// The ranked list.
        scope: SectionPath,
        /// Who.
        entry: Named,
        /// Its rank now, from 1.
        rank: u32,
        /// How many ranks count as the top.
        top: u32,
    },
    /// A value passed a round number upwards.
    Milestone {
        /// What is measured.
        metric: Metric,
        /// Who.
        entry: Named,
        /// The section of its first place.
        section: SectionPath,
        /// The round number it passed, the largest of several.
        value: u64,
    },
    /// So much changed at once that it is told in one line.
    Reshaped {
        /// Why it was held.
        hold: Hold,
    },
}

/// An entry that changed its rank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mover {
    /// Its name.
    pub name: String,
    /// Its address.
    pub url: String,
    /// Its rank before, from 1.
    pub from: u32,
    /// Its rank now, from 1.
    pub to: u32,
    /// Names of those it passed near the top, best first (those that passed it, when it fell, are not listed).
    pub overtook: Vec<String>,
}

/// The difference between two snapshots.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// What a reader could want to hear: renamed sections, then entries in document order of the newer snapshot,
    /// removals, and last rankings and milestones.
    pub changes: Vec<Change>,
    /// Set when so much changed at once that nothing should be told yet.
    pub hold: Option<Hold>,
}

/// A mass change that is held back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Which rule was met.
    pub reason: HoldReason,
    /// One sentence with the numbers, for people.
    pub detail: String,
    /// Entries added by the held step.
    pub added: u32,
    /// Entries removed by it.
    pub removed: u32,
    /// Entries moved by it.
    pub moved: u32,
    /// Entries renamed by it.
    pub renamed: u32,
    /// Entries edited by it.
    pub edited: u32,
}

/// Why a step is held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// The document could not be read (or was an error page).
    Unreadable,
    /// Many entries are gone.
    Shrunk,
    /// Fewer than half of the entries are left, others stand there.
    Replaced,
    /// Many differences at once, or most sections unmatched, or most texts changed.
    Reshaped,
    /// Many differences at once, and three in four of them only rewrite names, addresses or texts.
    Sweep,
}
