//! What is told of two snapshots, and what is not.

mod decisions;
mod documents;
mod matching;
mod otherwise;
mod properties;
mod ranks;
mod seeds;

use crate::change::Change;
use crate::compare::{Known, compare};
use crate::draft::draft;

/// The changes between two drafts, one short line each.
fn told(before: &str, after: &str) -> Vec<String> {
    told_knowing(before, after, &Known::default())
}

fn told_knowing(before: &str, after: &str, known: &Known) -> Vec<String> {
    compare(&draft(before), &draft(after), known).changes.iter().map(short).collect()
}

/// A change in one line, so that a table of expectations can be read.
pub(crate) fn short(change: &Change) -> String {
    match change {
        Change::Added { entry, in_place_of, returned } => {
            let instead =
                in_place_of.as_ref().map_or(String::new(), |old| format!(" in place of {}", old.name));
            let again = if *returned { " again" } else { "" };
            format!("added {}{again}{instead}", entry.name)
        }
        Change::Removed { entry } => format!("removed {}", entry.name),
        Change::Restored { entry } => format!("restored {}", entry.name),
        Change::Moved { entry, from, to } => format!("moved {}: {from} -> {to}", entry.name),
        Change::Renamed { entry, old } if entry.name == old.name => {
            format!("renamed {}: {} -> {}", entry.name, old.key, entry.key)
        }
        Change::Renamed { entry, old } => format!("renamed {} -> {}", old.name, entry.name),
        Change::Edited { entry, .. } => format!("edited {}", entry.name),
        Change::SectionRenamed { from, to, entries } => format!("section {from} -> {to} ({entries})"),
        Change::RanksMoved { metric, movers, .. } => {
            let movers: Vec<String> = movers
                .iter()
                .map(|mover| {
                    let over = mover.overtook.join("+");
                    format!("{} {}->{} over [{over}]", mover.name, mover.from, mover.to)
                })
                .collect();
            format!("ranks by {metric:?}: {}", movers.join(", "))
        }
        Change::EnteredTop { metric, entry, rank, top, .. } => {
            format!("{} entered the top {top} by {metric:?} at {rank}", entry.name)
        }
        Change::LeftTop { metric, entry, rank, top, .. } => {
            format!("{} left the top {top} by {metric:?}, now {rank}", entry.name)
        }
        Change::Milestone { metric, entry, value, .. } => format!("{} passed {value} {metric:?}", entry.name),
        Change::Reshaped { hold } => format!("reshaped: {:?}", hold.reason),
    }
}
