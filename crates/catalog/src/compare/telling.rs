//! From positions in two snapshots to facts that stand on their own.

use super::{Difference, Item};
use crate::change::{Change, Named};
use crate::model::{Entry, Snapshot};

impl Difference {
    /// The fact behind a difference.
    pub(crate) fn tell(&self, item: &Item, before: &Snapshot, after: &Snapshot) -> Change {
        match item {
            Item::Section(number) => {
                let renaming = &self.sections.renamed[*number];
                Change::SectionRenamed {
                    from: renaming.from.clone(),
                    to: renaming.to.clone(),
                    entries: renaming.entries,
                }
            }
            Item::Added { a, in_place_of } => Change::Added {
                entry: after.entries[*a].clone(),
                in_place_of: in_place_of.map(|b| named(&before.entries[b])),
                returned: false,
            },
            Item::Renamed { b, a } => {
                Change::Renamed { entry: after.entries[*a].clone(), old: named(&before.entries[*b]) }
            }
            Item::Moved { a, from, to, .. } => {
                Change::Moved { entry: after.entries[*a].clone(), from: from.clone(), to: to.clone() }
            }
            Item::Edited { b, a } => Change::Edited {
                entry: after.entries[*a].clone(),
                old_description: before.entries[*b].description.clone(),
            },
            Item::Removed { b } => Change::Removed { entry: before.entries[*b].clone() },
        }
    }
}

/// An entry as an event names it.
pub(crate) fn named(entry: &Entry) -> Named {
    Named { key: entry.key.clone(), name: entry.name.clone(), url: entry.url.clone() }
}
