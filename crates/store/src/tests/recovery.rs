//! Damage of every kind: the store comes back by a step of the ladder, or refuses; it never shows anything that was
//! not recorded, and never gives a number twice.

use std::fs;
use std::path::{Path, PathBuf};

use super::{at, content, fill, open};
use crate::*;

/// The files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in crate::disk::files::list(folder).unwrap() {
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for path in crate::disk::files::list(from).unwrap() {
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &to) } else { fs::copy(&path, &to).map(|_| ()).unwrap() }
    }
}

/// Everything but the facts of catalogs: in a state that came back older they say so.
fn rows(content: &[String]) -> Vec<&String> {
    content.iter().filter(|line| !line.starts_with("{\"catalog\"")).collect()
}

fn behind(store: &Store) -> Vec<bool> {
    store.catalogs().unwrap().iter().map(|meta| meta.cursor.contains_key(BEHIND)).collect()
}

fn data(folder: &Path) -> PathBuf {
    folder.join("whimbrel-data")
}

#[test]
fn a_database_that_came_back_older_begins_a_new_life() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).store;
    fill(&store, 0..2);
    let (epoch, before) = (store.epoch(), content(&store).unwrap());
    drop(store);
    let old = tempfile::tempdir().unwrap();
    copy(&data(folder.path()).join("state-1"), old.path());
    let store = open(folder.path()).store;
    fill(&store, 2..4);
    let head = store.head();
    drop(store);
    fs::remove_dir_all(data(folder.path()).join("state-1")).unwrap();
    copy(old.path(), &data(folder.path()).join("state-1"));

    let opened = open(folder.path());
    let [OpenStep::Damaged(why), OpenStep::SetAside(aside), OpenStep::NewEpoch(new)] = &opened.steps[..]
    else {
        panic!("{:?}", opened.steps)
    };
    assert_eq!(*why, "it ends at event 30, 60 were told");
    assert!(aside.join("db").exists());
    assert!(*new > epoch);
    assert_eq!((opened.store.epoch(), opened.store.head()), (*new, head));
    let found = content(&opened.store).unwrap();
    assert!(rows(&found) == rows(&before));
    assert_eq!(found.len(), before.len());
    assert_eq!(behind(&opened.store), [true, true], "so that nothing is told twice");
    opened.store.verify().unwrap();
    drop(opened);
    assert_eq!(open(folder.path()).steps, [], "once is enough");
}

#[test]
fn small_files_may_get_lost() {
    for lost in ["FORMAT", "MARK", "LOCK"] {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path()).store;
        fill(&store, 0..2);
        let (epoch, before) = (store.epoch(), content(&store).unwrap());
        drop(store);
        fs::remove_file(data(folder.path()).join(lost)).unwrap();
        let opened = open(folder.path());
        assert_eq!(opened.steps, [], "{lost}");
        assert_eq!(opened.store.epoch(), epoch);
        assert!(content(&opened.store).unwrap() == before);
    }
}

#[test]
fn a_creation_that_was_cut_short_is_begun_again() {
    let folder = tempfile::tempdir().unwrap();
    let state = data(folder.path()).join("state-1");
    drop(crate::engine::sled::Sled::open(&state, 1).unwrap());
    assert_eq!(open(folder.path()).steps, [OpenStep::Created]);
    assert_eq!(open(folder.path()).steps, []);
}

#[test]
fn without_a_database_the_newest_good_backup_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).store;
    fill(&store, 0..2);
    let good = store.backup(at(10), &mut |_| {}).unwrap().unwrap();
    let (saved, epoch) = (content(&store).unwrap(), store.epoch());
    fill(&store, 2..3);
    let bad = store.backup(at(20), &mut |_| {}).unwrap().unwrap();
    let head = store.head();
    drop(store);
    let bytes = fs::read(&bad).unwrap();
    fs::write(&bad, &bytes[..bytes.len() - 20]).unwrap();
    fs::remove_dir_all(data(folder.path()).join("state-1")).unwrap();

    let opened = open(folder.path());
    assert!(
        matches!(&opened.steps[..], [OpenStep::Damaged(_), OpenStep::FromBackup(path), OpenStep::NewEpoch(_)] if *path == good),
        "{:?}",
        opened.steps
    );
    assert!(opened.store.epoch() > epoch);
    assert_eq!(opened.store.head(), head);
    assert!(rows(&content(&opened.store).unwrap()) == rows(&saved));
    assert_eq!(behind(&opened.store), [true, true]);
    opened.store.verify().unwrap();
    drop(opened);
    assert_eq!(open(folder.path()).steps, []);
}

#[test]
fn with_nothing_left_the_store_begins_empty_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).store;
    fill(&store, 0..2);
    let (epoch, head) = (store.epoch(), store.head());
    drop(store);
    for file in files(&data(folder.path()).join("state-1")) {
        fs::write(file, b"nothing of ours").unwrap();
    }
    let opened = open(folder.path());
    let [OpenStep::Damaged(_), OpenStep::SetAside(aside), OpenStep::Rebuilt, OpenStep::NewEpoch(new)] =
        &opened.steps[..]
    else {
        panic!("{:?}", opened.steps)
    };
    assert!(aside.join("db").exists());
    assert!(*new > epoch);
    assert_eq!(opened.store.head(), head);
    assert_eq!(opened.store.catalogs().unwrap(), []);
    assert_eq!(opened.store.events_after(0, 9).unwrap(), []);
}

#[test]
fn what_the_system_refuses_is_told_with_its_path() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let settings = Settings { path: "file/state".into(), ..Settings::default() };
    let Err(StoreError::Io { path, .. }) = Store::open(&settings, folder.path(), at(0)) else {
        panic!("opened")
    };
    assert!(path.starts_with(folder.path()));
}

/// A small generator, so that the damage is the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

fn damage(dice: &mut Dice, folder: &Path) -> String {
    let files = files(folder);
    let path = &files[dice.below(files.len())];
    let mut bytes = fs::read(path).unwrap();
    let at = dice.below(bytes.len().max(1));
    let what = match dice.below(5) {
        0 if !bytes.is_empty() => {
            bytes[at] ^= 1 << dice.below(8);
            "a bit flipped"
        }
        1 => {
            bytes.truncate(at);
            "cut off"
        }
        2 => {
            let end = (at + 4096).min(bytes.len());
            bytes[at..end].fill(0);
            "a block of zeros"
        }
        3 => {
            bytes.extend((0..512).map(|n| (n * 7) as u8));
            "rubbish after its end"
        }
        _ => {
            fs::remove_file(path).unwrap();
            return format!("{} removed", path.display());
        }
    };
    fs::write(path, bytes).unwrap();
    format!("{} {what} at {at}", path.display())
}

#[test]
fn damage_of_any_kind_never_shows_wrong_data() {
    let origin = tempfile::tempdir().unwrap();
    let store = open(origin.path()).store;
    let mut states = vec![Vec::new()];
    for step in 0..6 {
        if step == 3 {
            store.backup(at(10), &mut |_| {}).unwrap();
        }
        fill(&store, step..step + 1);
        states.push(content(&store).unwrap());
    }
    let head = store.head();
    drop(store);
    drop(open(origin.path())); // so that sled's snapshot file is there

    let mut dice = Dice(0x0BAD_5EED_0BAD_5EED);
    let mut outcomes = std::collections::BTreeMap::<String, usize>::new();
    for round in 0..80 {
        let folder = tempfile::tempdir().unwrap();
        copy(&data(origin.path()), &data(folder.path()));
        let mut done = Vec::new();
        for _ in 0..=round % 3 {
            done.push(damage(&mut dice, &data(folder.path()).join("state-1")));
        }
        let outcome = match Store::open(&Settings::default(), folder.path(), at(1000)) {
            Err(StoreError::Damaged(_) | StoreError::Io { .. }) => "refused".to_owned(),
            Err(other) => panic!("{done:?}: {other}"),
            Ok(opened) => {
                assert_eq!(opened.store.head(), head, "{done:?}: {:?}", opened.steps);
                let Ok(found) = content(&opened.store) else { continue };
                let Some(state) = states.iter().position(|state| rows(state) == rows(&found)) else {
                    panic!("{done:?}: {} lines, {:?}", found.len(), opened.steps)
                };
                let behind = behind(&opened.store);
                assert!(behind.iter().all(|behind| *behind == (state < 6)), "{done:?}: {:?}", opened.steps);
                if state < 6 {
                    assert!(
                        opened.steps.iter().any(|step| matches!(step, OpenStep::Damaged(_))),
                        "{done:?}: {:?}",
                        opened.steps
                    );
                    // What is lost is told, and its numbers are not given again.
                    assert!(
                        matches!(opened.steps.last(), Some(OpenStep::NewEpoch(_))),
                        "{done:?}: {:?}",
                        opened.steps
                    );
                    assert!(state >= 3, "there is a backup of that state: {done:?}: {:?}", opened.steps);
                }
                format!("as after step {state}")
            }
        };
        *outcomes.entry(outcome).or_default() += 1;
    }
    println!("{outcomes:?}");
    assert!(outcomes.get("as after step 6").is_some_and(|count| *count > 10), "{outcomes:?}");
    assert!(outcomes.get("as after step 3").is_some_and(|count| *count > 3), "{outcomes:?}");
}

/// The same wherever it strikes: backups, documents, and the small files beside the database among it. One file at a
/// time: a database that lost its end and, in the same moment, the mark that would show it, is an older state of itself.
#[test]
fn damage_anywhere_never_shows_wrong_data() {
    let origin = tempfile::tempdir().unwrap();
    let store = open(origin.path()).store;
    let mut states = vec![Vec::new()];
    for step in 0..3 {
        fill(&store, step..step + 1);
        states.push(content(&store).unwrap());
        if step == 1 {
            store.backup(at(10), &mut |_| {}).unwrap();
        }
    }
    drop(store);
    let mut dice = Dice(0x5EED_0BAD_5EED_0BAD);
    let mut outcomes = std::collections::BTreeMap::<String, usize>::new();
    for _ in 0..80 {
        let folder = tempfile::tempdir().unwrap();
        copy(&data(origin.path()), &data(folder.path()));
        let done = damage(&mut dice, &data(folder.path()));
        let outcome = match Store::open(&Settings::default(), folder.path(), at(1000)) {
            Err(error) => {
                let said = error.to_string();
                assert!(said.len() > 20 && !said.contains("panicked"), "{done}: {said}");
                "refused".to_owned()
            }
            Ok(opened) => match content(&opened.store) {
                Err(_) => "refused later".to_owned(),
                Ok(found) => {
                    let state = states.iter().position(|state| rows(state) == rows(&found));
                    let Some(state) = state else {
                        panic!("{done}: {} lines, {:?}", found.len(), opened.steps)
                    };
                    assert!(state == 3 || !opened.steps.is_empty(), "{done}: it says what it did");
                    format!("as after step {state}")
                }
            },
        };
        *outcomes.entry(outcome).or_default() += 1;
    }
    println!("{outcomes:?}");
    assert!(outcomes.get("as after step 3").is_some_and(|count| *count > 10), "{outcomes:?}");
}

#[test]
fn after_a_doubt_every_row_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).store;
    fill(&store, 0..2);
    store.inner.engine.suspect();
    drop(store);
    let note = data(folder.path()).join("state-1/SUSPECT");
    assert!(note.exists());
    assert_eq!(open(folder.path()).steps, []);
    assert!(!note.exists());
}

#[test]
fn a_database_overwritten_in_the_middle_is_told_and_nothing_is_told_twice() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).store;
    fill(&store, 0..6);
    let head = store.head();
    drop(store);
    let db = data(folder.path()).join("state-1/db");
    let mut bytes = fs::read(&db).unwrap();
    let third = bytes.len() / 3;
    bytes[third..].fill(0x5a);
    fs::write(&db, bytes).unwrap();
    let opened = open(folder.path());
    assert!(matches!(opened.steps[..2], [OpenStep::Damaged(_), OpenStep::SetAside(_)]), "{:?}", opened.steps);
    assert!(matches!(opened.steps.last(), Some(OpenStep::NewEpoch(_))), "{:?}", opened.steps);
    assert_eq!(opened.store.head(), head);
    assert!(behind(&opened.store).iter().all(|behind| *behind));
    drop(opened);
    assert_eq!(open(folder.path()).steps, [], "once is enough");
}
