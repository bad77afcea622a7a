//! The ladder a damaged store is saved by: as it is, without sled's snapshot file, the newest good backup, empty.
//!
//! Only damage sends us down. What the system refuses (rights, a full disk, a disk that fails) is told instead: the
//! state is still there, and comes back when that is put right.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::disk::beside::Present;
use crate::disk::folder::{Folder, Format};
use crate::disk::high_water::HighWater;
use crate::disk::kept::Kept;
use crate::disk::open;
use crate::disk::{behind, files};
use crate::engine::Engine as _;
use crate::engine::sled::{self, Sled};
use crate::heads::Heads;
use crate::moving::backup;
use crate::moving::import;
use crate::outcome::{OpenStep, StoreError};
use crate::rows::damaged;
use crate::types::Settings;
use crate::verify;

/// Databases up to this size are read whole at every start: that takes a tenth of a second.
const READ_WHOLE: u64 = 32 * 1024 * 1024;

/// sled is given this long, and a second for every eight megabytes.
const PATIENCE: Duration = Duration::from_mins(2);

/// How closely a database is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Only the ends of what grows.
    Ends,
    /// The whole of a small one, the ends of a large one.
    Usual,
    /// All of it.
    Whole,
}

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
    let current = match format {
        Format::State(state) => Some(state).filter(|state| states.contains(state)),
        Format::Missing | Format::Unreadable => newest_complete(folder, settings, &states)?,
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
        Some(state) => match carefully(folder, state, settings, Depth::Usual, |heads| !lost(water, heads)) {
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
            Err(error) if is_damage(&error) => error.to_string(),
            Err(error) => return Err(error),
        },
    };
    tracing::error!(problem, folder = %folder.root().display(), "the database is damaged, looking for the best that is left");
    steps.push(OpenStep::Damaged(problem));
    let (step, found) = save(folder, settings, water, current, &backups, now)?;
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
    backups: &[PathBuf],
    now: DateTime<Utc>,
) -> Result<(OpenStep, (u32, Sled)), StoreError> {
    let own = match current {
        Some(state) => without_snapshot(folder, state, settings)?,
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
    settings: &Settings,
) -> Result<Option<(u32, Sled, Heads)>, StoreError> {
    let next = folder.states()?.last().map_or(1, |last| last + 1);
    let (from, to) = (folder.state(state), folder.state(next));
    let result = copy(&from, &to, |name| !name.starts_with("snap.")).and_then(|()| {
        let found = try_open(folder, next, settings, Depth::Whole)?;
        if found.is_some() {
            files::sync_tree(&to)?;
        }
        Ok(found)
    });
    match result {
        Ok(Some((engine, heads))) => return Ok(Some((next, engine, heads))),
        Ok(None) => {}
        Err(error) if is_damage(&error) => {
            tracing::error!(%error, "a copy without the snapshot file is no better");
        }
        Err(error) => {
            let _ = folder.discard(next); // the first error is the one to tell
            return Err(error);
        }
    }
    folder.discard(next)?;
    Ok(None)
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
fn newest_complete(folder: &Folder, settings: &Settings, states: &[u32]) -> Result<Option<u32>, StoreError> {
    for state in states.iter().rev() {
        match try_open(folder, *state, settings, Depth::Ends) {
            Ok(None) => {}
            // A damaged one was once in use; the ladder sees to it.
            Ok(Some(_)) => return Ok(Some(*state)),
            Err(error) if is_damage(&error) => return Ok(Some(*state)),
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Opens a state and looks at it; `None` when it was never finished.
pub(crate) fn try_open(
    folder: &Folder,
    state: u32,
    settings: &Settings,
    depth: Depth,
) -> Result<Option<(Sled, Heads)>, StoreError> {
    carefully(folder, state, settings, depth, |_| true)
}

/// The same; when it is not what is expected, it is put back as it was and opened once more: something may only not
/// have been read. What is no better then is left as it was.
fn carefully(
    folder: &Folder,
    state: u32,
    settings: &Settings,
    depth: Depth,
    is_right: impl Fn(&Heads) -> bool,
) -> Result<Option<(Sled, Heads)>, StoreError> {
    let kept = Kept::of(&folder.state(state))?;
    let found = attempt(folder, state, settings, depth);
    match &found {
        Ok(Some((_, heads))) if is_right(heads) => return found,
        Err(StoreError::Locked { .. }) => return found,
        _ => {}
    }
    let first = found.map(drop);
    if !kept.restore()? {
        // Too large to be held: what sled made of it is what there is.
        return first.and_then(|()| attempt(folder, state, settings, depth));
    }
    let again = attempt(folder, state, settings, depth);
    if again.is_err() {
        kept.restore()?;
    }
    again
}

/// Opens a state in a thread of its own.
fn attempt(
    folder: &Folder,
    state: u32,
    settings: &Settings,
    depth: Depth,
) -> Result<Option<(Sled, Heads)>, StoreError> {
    let path = folder.state(state);
    let size = fs::metadata(path.join("db")).map_or(0, |data| data.len());
    let cache = settings.cache_mib;
    let (answer, result) = mpsc::channel();
    let look = {
        let path = path.clone();
        move || {
            let suspect = sled::is_suspect(&path);
            let engine = Sled::open(&path, cache)?;
            let Some(heads) = Heads::read(&engine)? else { return Ok(None) };
            let whole =
                depth == Depth::Whole || (depth == Depth::Usual && (suspect || engine.size() <= READ_WHOLE));
            if whole {
                verify::whole(&engine)?;
                sled::clear(&path)?;
            } else {
                verify::ends(&engine)?;
            }
            Ok(Some((engine, heads)))
        }
    };
    std::thread::Builder::new()
        .name("open the store".to_owned())
        .spawn(move || {
            // Nobody listens any more when it took too long.
            let _ = answer.send(look());
        })
        .map_err(files::at(&path))?;
    match result.recv_timeout(PATIENCE + Duration::from_secs(size / (8 * 1024 * 1024))) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Timeout) => Err(damaged("sled does not come to an end with it")),
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(damaged("sled gave up on it")),
    }
}

fn switch(folder: &Folder, found: (u32, Sled)) -> Result<(u32, Sled), StoreError> {
    folder.switch_to(found.0)?;
    Ok(found)
}

fn is_damage(error: &StoreError) -> bool {
    matches!(error, StoreError::Damaged(_))
}
