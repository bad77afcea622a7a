//! The ladder a damaged store is saved by: as it is, without sled's snapshot file, the newest good backup, empty.
//!
//! Only damage sends us down. What the system refuses (rights, a full disk, a disk that fails) is told instead: the
//! state is still there, and comes back when that is put right.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::disk::beside::Present;
use crate::disk::careful::{self, Depth, Unopened};
use crate::disk::folder::{Folder, Format};
use crate::disk::high_water::HighWater;
use crate::disk::kept::Kept;
use crate::disk::open;
use crate::disk::{behind, files};
use crate::engine::sled::Sled;
use crate::heads::Heads;
use crate::moving::backup;
use crate::moving::import;
use crate::outcome::{OpenStep, StoreError};
use crate::types::Settings;

/// Finds the best state there is; says in `steps` what had to be done.
pub(crate) fn climb(
    folder: &Folder,
    settings: &Settings,
    water: &HighWater,
    now: DateTime<Utc>,
    steps: &mut Vec<OpenStep>,
) -> Result<(u32, Sled), StoreError> {
    let format = folder.format()?;
    let states = folder.states()?;
    // What a database that does not come to an end was before.
    let mut endless = None;
    let current = match format {
        Format::State(state) => Some(state).filter(|state| states.contains(state)),
        Format::Missing | Format::Unreadable => newest_complete(folder, settings, &states, &mut endless)?,
    };
    let backups = backup::list(folder)?;
    if current.is_none() && format == Format::Missing && water.mark().is_none() && backups.is_empty() {
        for state in states {
            // A creation that was cut short: without heads, nothing was ever promised.
            folder.set_aside(state, "unfinished", now)?;
        }
        steps.push(OpenStep::Created);
        return switch(folder, open::empty(folder, settings, None, now)?);
    }
    let problem = match current {
        None => "its folder is gone".to_owned(),
        // Whoever opened it still has it.
        Some(_) if endless.is_some() => careful::ENDLESS.to_owned(),
        Some(state) => {
            match careful::open(folder, state, settings, Depth::Usual, |heads| !lost(water, heads)) {
                Ok(Some((_, heads))) if outdone(&backups, water, &heads) => short_of(water, &heads),
                Ok(Some((engine, heads))) => {
                    if lost(water, &heads) {
                        // Nothing better is left. What sled could not use may still be of use to somebody.
                        let problem = short_of(water, &heads);
                        tracing::error!(problem, folder = %folder.root().display(), "the database is damaged, nothing better is left");
                        steps.push(OpenStep::Damaged(problem));
                        steps.extend(keep_copy(folder, state, now).map(OpenStep::SetAside));
                    }
                    if format != Format::State(state) {
                        folder.switch_to(state)?;
                    }
                    return Ok((state, engine));
                }
                Ok(None) => "it is empty".to_owned(),
                Err(Unopened::Endless(kept)) => {
                    endless = Some(kept);
                    careful::ENDLESS.to_owned()
                }
                Err(Unopened::Error(error)) if is_damage(&error) => error.to_string(),
                Err(Unopened::Error(error)) => return Err(error),
            }
        }
    };
    tracing::error!(problem, folder = %folder.root().display(), "the database is damaged, looking for the best that is left");
    steps.push(OpenStep::Damaged(problem));
    let (step, found) = save(folder, settings, water, current, endless.as_ref(), &backups, now)?;
    if let OpenStep::FromBackup(file) = &step
        && import::seq_of(file) < water.mark().map(|mark| mark.seq).or(Some(u64::MAX))
    {
        behind::note(&found.1)?;
    }
    folder.switch_to(found.0)?;
    if let Some(state) = current {
        steps.push(OpenStep::SetAside(folder.set_aside(state, "damaged", now)?));
    }
    steps.push(step);
    Ok(found)
}

/// The lower rungs.
fn save(
    folder: &Folder,
    settings: &Settings,
    water: &HighWater,
    current: Option<u32>,
    endless: Option<&Kept>,
    backups: &[PathBuf],
    now: DateTime<Utc>,
) -> Result<(OpenStep, (u32, Sled)), StoreError> {
    let own = match current {
        Some(state) => without_snapshot(folder, state, endless, |copy| {
            careful::open(folder, copy, settings, Depth::Whole, |_| true)
        })?,
        None => None,
    };
    let least = match &own {
        Some((.., heads)) if outdone(backups, water, heads) => heads.seq + 1,
        Some(_) => u64::MAX,
        None => 0,
    };
    for file in backups.iter().rev() {
        if import::seq_of(file).is_some_and(|seq| seq < least) {
            continue;
        }
        match open::fill(folder, settings, file, water.mark(), Present::Stays, now, &mut |_| {}) {
            Ok(found) => {
                if let Some((state, engine, _)) = own {
                    drop(engine);
                    folder.discard(state)?;
                }
                return Ok((OpenStep::FromBackup(file.clone()), found));
            }
            Err(error @ (StoreError::BadImport { .. } | StoreError::Damaged(_))) => {
                tracing::error!(%error, "a backup cannot be used, trying the one before");
            }
            Err(error) => return Err(error),
        }
    }
    // The better backups were none: what the database itself still has is the best.
    if let Some((state, engine, _)) = own {
        return Ok((OpenStep::WithoutSnapshotFile, (state, engine)));
    }
    Ok((OpenStep::Rebuilt, open::empty(folder, settings, water.mark(), now)?))
}

/// The database lost what was promised, and a backup has more of it.
fn outdone(backups: &[PathBuf], water: &HighWater, heads: &Heads) -> bool {
    lost(water, heads) && backups.iter().filter_map(|file| import::seq_of(file)).any(|seq| seq > heads.seq)
}

/// The database does not have everything that was promised.
fn lost(water: &HighWater, heads: &Heads) -> bool {
    heads.seq < promised(water)
}

fn promised(water: &HighWater) -> u64 {
    water.mark().map_or(0, |mark| mark.seq)
}

fn short_of(water: &HighWater, heads: &Heads) -> String {
    format!("it ends at event {}, {} were told", heads.seq, promised(water))
}

/// A copy of a state as sled left it. The start does not depend on it: there may be no room.
fn keep_copy(folder: &Folder, state: u32, now: DateTime<Utc>) -> Option<PathBuf> {
    let to = folder.free_name("damaged", now);
    match copy(&folder.state(state), &to, |_| true) {
        Ok(()) => Some(to),
        Err(error) => {
            tracing::warn!(%error, "no copy of the damaged database could be kept");
            let _ = fs::remove_dir_all(&to); // half of it is of no use
            None
        }
    }
}

/// A copy of the database without the file sled keeps to open faster: it then reads its log from the beginning.
fn without_snapshot(
    folder: &Folder,
    state: u32,
    endless: Option<&Kept>,
    open: impl FnOnce(u32) -> Result<Option<(Sled, Heads)>, Unopened>,
) -> Result<Option<(u32, Sled, Heads)>, StoreError> {
    let next = folder.states()?.last().map_or(1, |last| last + 1);
    let (from, to) = (folder.state(state), folder.state(next));
    let wanted = |name: &str| !name.starts_with("snap.");
    let copied = copy(&from, &to, wanted).and_then(|()| match endless {
        // What is there may be in the middle of being written.
        Some(kept) => kept.lay_into(&to, wanted),
        None => Ok(()),
    });
    let opened = copied.map_err(Unopened::Error).and_then(|()| open(next));
    let result = match opened {
        Ok(Some((engine, heads))) => match files::sync_tree(&to) {
            Ok(()) => return Ok(Some((next, engine, heads))),
            Err(error) => Err(error),
        },
        Ok(None) => Ok(None),
        Err(Unopened::Endless(_)) => {
            // The folder stays: its thread may write there by name, and the next state gets another one. What is below
            // the state in use is set aside.
            tracing::error!("a copy without the snapshot file is no better: {}", careful::ENDLESS);
            return Ok(None);
        }
        Err(Unopened::Error(error)) if is_damage(&error) => {
            tracing::error!(%error, "a copy without the snapshot file is no better");
            Ok(None)
        }
        Err(Unopened::Error(error)) => Err(error),
    };
    let discarded = folder.discard(next);
    result.and_then(|none| discarded.map(|()| none)) // the first error is the one to tell
}

fn copy(from: &Path, to: &Path, wanted: fn(&str) -> bool) -> Result<(), StoreError> {
    fs::create_dir_all(to).map_err(files::at(to))?;
    for path in files::list(from)? {
        let Some(name) = path.file_name() else { continue };
        if path.is_dir() {
            copy(&path, &to.join(name), wanted)?;
        } else if wanted(&name.to_string_lossy()) {
            fs::copy(&path, to.join(name)).map_err(files::at(&path))?;
        }
    }
    Ok(())
}

/// Without a `FORMAT` file: the newest state that was ever finished.
fn newest_complete(
    folder: &Folder,
    settings: &Settings,
    states: &[u32],
    endless: &mut Option<Kept>,
) -> Result<Option<u32>, StoreError> {
    for state in states.iter().rev() {
        match careful::open(folder, *state, settings, Depth::Ends, |_| true) {
            Ok(None) => continue,
            Ok(Some(_)) => {}
            // A damaged one was once in use; the ladder sees to it.
            Err(Unopened::Endless(kept)) => *endless = Some(kept),
            Err(Unopened::Error(error)) if is_damage(&error) => {}
            Err(Unopened::Error(error)) => return Err(error),
        }
        return Ok(Some(*state));
    }
    Ok(None)
}

fn switch(folder: &Folder, found: (u32, Sled)) -> Result<(u32, Sled), StoreError> {
    folder.switch_to(found.0)?;
    Ok(found)
}

fn is_damage(error: &StoreError) -> bool {
    matches!(error, StoreError::Damaged(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_made_of_what_was_before_and_stays_as_long_as_somebody_has_it() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = Folder::make(temporary.path().to_owned()).unwrap();
        let write = |name: &str, text: &str| {
            files::write_whole(&folder.state(1).join(name), text.as_bytes()).unwrap();
        };
        write("conf", "sled's");
        write("snap.1", "short");
        write("db", "before");
        let kept = || Kept::of(&folder.state(1)).unwrap();
        let endless = kept();
        write("db", "half written");
        let copied = |copy: u32| {
            let names = files::list(&folder.state(copy)).unwrap();
            let names: Vec<_> = names.iter().filter_map(|path| path.file_name()?.to_str()).collect();
            assert_eq!(names, ["conf", "db"]);
            fs::read_to_string(folder.state(copy).join("db")).unwrap()
        };
        let damaged = |copy: u32| {
            assert_eq!(copied(copy), "half written");
            Err(StoreError::Damaged("truly".to_owned()).into())
        };
        assert!(without_snapshot(&folder, 1, None, damaged).unwrap().is_none());
        assert_eq!(folder.states().unwrap(), [1], "nobody has it");
        let again = |copy: u32| {
            assert_eq!(copied(copy), "before");
            Err(Unopened::Endless(kept()))
        };
        assert!(without_snapshot(&folder, 1, Some(&endless), again).unwrap().is_none());
        assert_eq!(folder.states().unwrap(), [1, 2], "its thread has it");
        assert_eq!(copied(2), "before");
    }
}
