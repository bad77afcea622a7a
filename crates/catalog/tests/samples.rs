//! The sample catalogs: each is read without leftovers, and each step of their history can be told entry by entry.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use whimbrel_catalog::{Change, Hint, Known, Layout, Reading, compare, parse};

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/samples")
}

fn read(path: &Path) -> Reading {
    let bytes = fs::read(path).expect("a sample can be read");
    let name = path.file_name().and_then(|name| name.to_str());
    parse(&bytes, Hint { name, format: None }).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All versions of each sample, oldest first, the present one last.
fn versions() -> BTreeMap<String, Vec<PathBuf>> {
    let files = |folder: &Path| -> BTreeSet<PathBuf> {
        let entries = fs::read_dir(folder).expect("a folder of samples");
        entries.map(|entry| entry.expect("an entry of the folder").path()).collect()
    };
    let mut versions: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    let mut add = |path: PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name != "README.md" {
            versions.entry(name).or_default().push(path);
        }
    };
    for date in files(&samples().join("history")) {
        files(&date).into_iter().for_each(&mut add);
    }
    files(&samples()).into_iter().filter(|path| path.is_file()).for_each(&mut add);
    versions
}

#[test]
fn every_layout_has_a_sample_of_a_good_size() {
    let mut layouts = BTreeSet::new();
    for (name, paths) in versions() {
        let current = paths.last().expect("the present version");
        assert_eq!(current.parent(), Some(samples().as_path()), "{name} has a present version");
        assert!((3..=5).contains(&paths.len()), "{name} has {} versions", paths.len());
        for path in &paths {
            let reading = read(path);
            let entries = reading.snapshot.entries.len();
            assert!((15..=60).contains(&entries), "{}: {entries} entries", path.display());
            layouts.extend(reading.report.layouts.into_keys());
        }
    }
    let expected = [
        Layout::Bullet,
        Layout::NestedBullet,
        Layout::Numbered,
        Layout::Table,
        Layout::RankedTable,
        Layout::Details,
        Layout::Heading,
        Layout::Org,
        Layout::Yaml,
        Layout::Json,
        Layout::Csv,
    ];
    for layout in expected {
        assert!(layouts.contains(&layout), "{layout:?}");
    }
}

#[test]
fn what_is_left_over_is_no_entry() {
    let fine = ["contents", "link in running text", "badge", "inside a comment"];
    for paths in versions().into_values() {
        for path in paths {
            for skipped in read(&path).report.skipped {
                let at =
                    format!("{}:{}: {} ({})", path.display(), skipped.line, skipped.text, skipped.reason);
                assert!(fine.contains(&skipped.reason.as_str()), "{at}");
            }
        }
    }
}

#[test]
fn each_step_of_the_history_is_news_and_none_is_held() {
    let mut kinds = BTreeSet::new();
    for paths in versions().into_values() {
        for step in paths.windows(2) {
            let (before, after) = (read(&step[0]), read(&step[1]));
            let comparison = compare(&before.snapshot, &after.snapshot, &Known::default());
            let at = step[1].display();
            assert_eq!(comparison.hold, None, "{at}");
            assert!(!comparison.changes.is_empty(), "{at}: nothing happened");
            kinds.extend(comparison.changes.iter().map(kind));
        }
    }
    let expected = [
        "added",
        "removed",
        "moved",
        "renamed",
        "edited",
        "section_renamed",
        "ranks_moved",
        "entered_top",
        "left_top",
        "milestone",
    ];
    for kind in expected {
        assert!(kinds.contains(kind), "no sample shows `{kind}`");
    }
}

fn kind(change: &Change) -> &'static str {
    match change {
        Change::Added { .. } => "added",
        Change::Removed { .. } => "removed",
        Change::Restored { .. } => "restored",
        Change::Moved { .. } => "moved",
        Change::Renamed { .. } => "renamed",
        Change::Edited { .. } => "edited",
        Change::SectionRenamed { .. } => "section_renamed",
        Change::RanksMoved { .. } => "ranks_moved",
        Change::EnteredTop { .. } => "entered_top",
        Change::LeftTop { .. } => "left_top",
        Change::Milestone { .. } => "milestone",
        Change::Reshaped { .. } => "reshaped",
    }
}
