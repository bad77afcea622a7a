//! From what the comparison found to what the journal keeps.

use whimbrel_catalog::{Change, Entry, Named, SectionPath};

use super::{Facts, News, Subject};

impl News {
    /// The news a change in a catalog is.
    pub fn from_change(change: &Change) -> Self {
        match change {
            Change::Added { entry, in_place_of, returned } => Self::Added {
                subject: Subject::of(entry, entry.section()),
                description: entry.description.clone(),
                in_place_of: in_place_of.clone(),
                returned: *returned,
                facts: Facts::default(),
            },
            Change::Removed { entry } => Self::Removed {
                subject: Subject::of(entry, entry.section()),
                description: entry.description.clone(),
            },
            Change::Restored { entry } => Self::Restored {
                subject: Subject::of(entry, entry.section()),
                description: entry.description.clone(),
            },
            Change::Moved { entry, from, to } => Self::Moved {
                subject: Subject::of(entry, to),
                description: entry.description.clone(),
                old_section: from.to_string(),
                old_section_path: parts(from),
            },
            Change::Renamed { entry, old } => Self::Renamed {
                subject: Subject::of(entry, entry.section()),
                description: entry.description.clone(),
                old_name: old.name.clone(),
                old_url: old.url.clone(),
                old_key: old.key.to_string(),
            },
            Change::Edited { entry, old_description } => Self::Edited {
                subject: Subject::of(entry, entry.section()),
                description: entry.description.clone(),
                old_description: old_description.clone(),
            },
            Change::SectionRenamed { from, to, entries } => Self::SectionRenamed {
                section: to.to_string(),
                section_path: parts(to),
                old_section: from.to_string(),
                old_section_path: parts(from),
                entries: *entries,
            },
            Change::RanksMoved { metric, scope, movers } => Self::RanksMoved {
                metric: metric.clone(),
                scope: scope.to_string(),
                scope_path: parts(scope),
                movers: movers.clone(),
            },
            Change::EnteredTop { metric, scope, entry, rank, top } => Self::EnteredTop {
                subject: Subject::named(entry, scope),
                metric: metric.clone(),
                scope: scope.to_string(),
                rank: *rank,
                top: *top,
            },
            Change::LeftTop { metric, scope, entry, rank, top } => Self::LeftTop {
                subject: Subject::named(entry, scope),
                metric: metric.clone(),
                scope: scope.to_string(),
                rank: *rank,
                top: *top,
            },
            Change::Milestone { metric, entry, section, value } => Self::Milestone {
                subject: Subject::named(entry, section),
                metric: metric.clone(),
                value: *value,
            },
            Change::Reshaped { hold } => Self::Reshaped {
                reason: hold.reason,
                detail: hold.detail.clone(),
                added: hold.added,
                removed: hold.removed,
                moved: hold.moved,
                renamed: hold.renamed,
                edited: hold.edited,
            },
        }
    }
}

impl Subject {
    /// An entry in this one of its sections.
    fn of(entry: &Entry, section: &SectionPath) -> Self {
        Self {
            name: entry.name.clone(),
            url: entry.url.clone(),
            key: entry.key.to_string(),
            section: section.to_string(),
            section_path: parts(section),
        }
    }

    fn named(entry: &Named, section: &SectionPath) -> Self {
        Self {
            name: entry.name.clone(),
            url: entry.url.clone(),
            key: entry.key.to_string(),
            section: section.to_string(),
            section_path: parts(section),
        }
    }
}

fn parts(section: &SectionPath) -> Vec<String> {
    section.parts().iter().map(ToString::to_string).collect()
}
