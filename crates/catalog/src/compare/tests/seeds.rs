//! The same list, years apart and in another line format. Passes quietly when the folder of seeds is not named.

use std::collections::HashSet;

use crate::change::{Change, HoldReason};
use crate::compare::{Known, compare};
use crate::model::Snapshot;
use crate::parse::{Hint, parse};

fn seed(start: &str) -> Option<Snapshot> {
    let folder = std::env::var_os("WHIMBREL_SEEDS")?;
    let files = std::fs::read_dir(folder).expect("the folder of seeds can be listed");
    let found = files
        .map(|file| file.expect("and its entries read").path())
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start)))
        .expect("the seed is there");
    let bytes = std::fs::read(found).expect("and can be read");
    Some(parse(&bytes, Hint::default()).expect("it is a catalog").snapshot)
}

#[test]
fn nobody_known_is_new_or_gone() {
    let (Some(before), Some(after)) = (seed("001"), seed("002")) else { return };
    let found = compare(&before, &after, &Known::default());
    let count = |wanted: fn(&Change) -> bool| found.changes.iter().filter(|change| wanted(change)).count();
    assert_eq!(count(|change| matches!(change, Change::Added { .. })), 120);
    assert_eq!(count(|change| matches!(change, Change::Removed { .. })), 0);
    assert_eq!(count(|change| matches!(change, Change::Renamed { .. })), 0);
    let hold = found.hold.expect("so much at once is held");
    assert_eq!(hold.reason, HoldReason::Reshaped, "{}", hold.detail);

    // who stands in another section moved, or the section was renamed
    let renamed: HashSet<_> = found
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::SectionRenamed { from, to, .. } => Some((from, to)),
            _ => None,
        })
        .collect();
    for old in &before.entries {
        let new =
            after.entries.iter().find(|entry| entry.key == old.key).expect("all eleven are still listed");
        let moved = found.changes.iter().any(|change| match change {
            Change::Moved { entry, .. } => entry.key == old.key,
            _ => false,
        });
        let elsewhere = old.section() != new.section();
        assert_eq!(elsewhere, moved || renamed.contains(&(old.section(), new.section())), "{}", old.key);
    }
}
