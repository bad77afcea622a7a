//! Backups: exports beside the database, a few of them kept. What the ladder falls back on.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::disk::files;
use crate::disk::folder::{Folder, stamp};
use crate::engine::Order;
use crate::keys::{Key, Kind};
use crate::moving::import;
use crate::outcome::StoreError;
use crate::store::Store;
use crate::types::Progress;

/// Begins the name of every backup.
const PREFIX: &str = "whimbrel-";

/// Ends the name of every backup.
const SUFFIX: &str = ".jsonl.gz";

/// Stands before the end when somebody asked for it.
const ASKED: &str = "-asked";

/// A backup without events is worth little: once there are some, the next one comes after this time.
const SOON: TimeDelta = TimeDelta::hours(1);

/// Whose backup it is; each kind is kept by its own number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    Scheduled,
    Asked,
}

impl Store {
    /// Is a scheduled backup due? Cheap. Never for a store in memory or one without content, or when they are
    /// switched off.
    pub fn backup_due(&self, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let Some(home) = self.inner.home.as_ref().filter(|home| home.settings.backup_hours > 0) else {
            return Ok(false);
        };
        let events = self.stats()?.events;
        let catalogs = Key::of(Kind::Catalog).range();
        if events == 0 && self.inner.engine.scan(&catalogs, Order::Rising, 1)?.is_empty() {
            return Ok(false);
        }
        let backups = list(&home.folder)?;
        let scheduled = |path: &&PathBuf| why(path) == Some(Why::Scheduled);
        let Some(newest) = backups.iter().rfind(scheduled) else { return Ok(true) };
        let hours = TimeDelta::try_hours(home.settings.backup_hours.try_into().unwrap_or(i64::MAX));
        Ok(taken(newest).is_none_or(|taken| {
            // A backup from the future is one of a clock that was wrong.
            taken > now
                || hours.is_some_and(|hours| now - taken >= hours)
                || (events > 0 && now - taken >= SOON && import::seq_of(newest) == Some(0))
        }))
    }

    /// Writes an export into `backups` because somebody asked for it, and removes the oldest of its kind beyond the
    /// number to keep: scheduled ones stay. `None` for a store in memory.
    pub fn backup(
        &self,
        now: DateTime<Utc>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Option<PathBuf>, StoreError> {
        self.keep_one(Why::Asked, now, progress)
    }

    /// Writes the scheduled backup, and removes the oldest scheduled ones beyond the number to keep. `None` for a
    /// store in memory.
    pub fn backup_scheduled(
        &self,
        now: DateTime<Utc>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Option<PathBuf>, StoreError> {
        self.keep_one(Why::Scheduled, now, progress)
    }

    fn keep_one(
        &self,
        kind: Why,
        now: DateTime<Utc>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Option<PathBuf>, StoreError> {
        let Some(home) = &self.inner.home else { return Ok(None) };
        let folder = home.folder.backups();
        files::make_folder(&folder)?;
        let mark = if kind == Why::Asked { ASKED } else { "" };
        let path = folder.join(format!("{PREFIX}{}{mark}{SUFFIX}", stamp(now)));
        self.export_file(&path, progress)?;
        let mut backups = list(&home.folder)?;
        backups.retain(|path| why(path) == Some(kind));
        // The one just written stays, whatever the clock and the setting say.
        let mut surplus = backups.len().saturating_sub(home.settings.backups_kept.max(1));
        for old in backups.iter().filter(|old| **old != path) {
            if surplus == 0 {
                break;
            }
            files::remove(old)?;
            surplus -= 1;
        }
        Ok(Some(path))
    }

    /// Writes an export to a file, gzipped when its name ends in `.gz`; the file is there whole or not at all.
    pub fn export_file(&self, path: &Path, progress: &mut dyn FnMut(Progress)) -> Result<(), StoreError> {
        let aside = files::aside(path);
        let written = (|| {
            let file = BufWriter::with_capacity(64 * 1024, File::create(&aside).map_err(files::at(&aside))?);
            let file = if path.extension().is_some_and(|extension| extension == "gz") {
                let mut gzip = GzEncoder::new(file, Compression::default());
                self.export_to(&mut gzip, path, progress)?;
                gzip.finish().map_err(files::at(path))?
            } else {
                let mut file = file;
                self.export_to(&mut file, path, progress)?;
                file
            };
            let mut file = file;
            file.flush().map_err(files::at(path))?;
            file.get_ref().sync_all().map_err(files::at(path))?;
            fs::rename(&aside, path).map_err(files::at(path))
        })();
        if written.is_err() {
            let _ = fs::remove_file(&aside); // best effort: the first error is the one to tell
        }
        written?;
        files::sync_folder(files::folder_of(path))
    }
}

/// All backups, the oldest first.
pub(crate) fn list(folder: &Folder) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = files::list(&folder.backups())?;
    found.retain(|path| taken(path).is_some());
    // Of two of one second the one that holds more is the newer.
    found.sort_by(|one, other| {
        taken(one).cmp(&taken(other)).then_with(|| import::seq_of(one).cmp(&import::seq_of(other)))
    });
    Ok(found)
}

/// When a backup was taken, by its name.
fn taken(path: &Path) -> Option<DateTime<Utc>> {
    let name = name(path)?;
    let stamp = name.strip_suffix(ASKED).unwrap_or(name);
    Some(NaiveDateTime::parse_from_str(stamp, "%Y%m%dT%H%M%SZ").ok()?.and_utc())
}

/// Why a backup was taken, by its name.
fn why(path: &Path) -> Option<Why> {
    Some(if name(path)?.ends_with(ASKED) { Why::Asked } else { Why::Scheduled })
}

fn name(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()?.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)
}
