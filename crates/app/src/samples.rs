//! What is followed: the configured catalogs, or the samples where nothing is configured.
//!
//! Samples are compiled in. In a checkout the files in `config/samples` are watched themselves, so that an edit shows;
//! anywhere else they are unpacked beside the state. Their dated earlier versions (`history/<date>/<file>`) are handed
//! to the watcher, which replays them on first sight: the first page shows true events.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use whimbrel_watch::{CatalogConfig, Earlier};

use crate::accepted;
use crate::config::Loaded;

/// Every file below `config/samples` with its path there.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/samples.rs"));

/// The samples in a checkout, seen from its root.
const IN_CHECKOUT: &str = "config/samples";

/// The catalogs that are followed.
#[derive(Clone, Debug)]
pub(crate) struct Followed {
    /// They.
    pub(crate) catalogs: Vec<CatalogConfig>,
    /// Where they come from.
    pub(crate) origin: Origin,
}

/// Where the followed catalogs come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The configuration names them.
    Configured,
    /// They are the samples, in this folder.
    Samples(PathBuf),
}

/// The configured catalogs, the samples when there is no configuration file; and those that people proposed.
pub(crate) fn followed(loaded: &Loaded) -> anyhow::Result<Followed> {
    let Followed { catalogs, origin } = named(loaded)?;
    Ok(Followed { catalogs: accepted::after(catalogs, &loaded.store_folder())?, origin })
}

fn named(loaded: &Loaded) -> anyhow::Result<Followed> {
    if loaded.file.is_some() {
        return Ok(Followed { catalogs: loaded.config.catalogs.clone(), origin: Origin::Configured });
    }
    let here = Path::new(IN_CHECKOUT);
    let ours = |folder: &Path| names().next().is_some() && names().all(|name| folder.join(name).is_file());
    let folder = if ours(here) { here.to_owned() } else { unpack(&loaded.store_folder())? };
    let folder = fs::canonicalize(&folder).with_context(|| format!("reading {}", folder.display()))?;
    let catalogs = names().map(|name| sample(&folder, name)).collect();
    Ok(Followed { catalogs, origin: Origin::Samples(folder) })
}

/// The files that are catalogs: those that do not lie in a folder, without the one that explains them.
fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(path, _)| *path).filter(|path| !path.contains('/') && *path != "README.md")
}

fn sample(folder: &Path, name: &str) -> CatalogConfig {
    let id = crate::diff::catalog_of(Path::new(name));
    let mut catalog = CatalogConfig::new(id, folder.join(name).display().to_string());
    catalog.history = history(name);
    catalog
}

/// The earlier versions of a sample, oldest first.
fn history(name: &str) -> Vec<Earlier> {
    let dated = FILES.iter().filter_map(|(path, bytes)| {
        let (date, file) = path.strip_prefix("history/")?.split_once('/')?;
        (file == name).then_some(())?;
        Some(Earlier { at: noon(date)?, bytes: bytes.to_vec() })
    });
    let mut versions: Vec<Earlier> = dated.collect();
    versions.sort_by_key(|version| version.at);
    versions
}

fn noon(date: &str) -> Option<DateTime<Utc>> {
    let day: NaiveDate = date.parse().ok()?;
    Some(day.and_time(NaiveTime::from_hms_opt(12, 0, 0)?).and_utc())
}

/// Writes the samples beside the state. A file that is there stays: somebody may have edited it. So each has to appear
/// whole or not at all: one that was cut off in the middle would stay as well.
fn unpack(state: &Path) -> anyhow::Result<PathBuf> {
    let folder = state.join("samples");
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    for (path, bytes) in FILES.iter().filter(|(path, _)| names().any(|name| name == *path)) {
        let file = folder.join(path);
        if !file.exists() {
            write_whole(&file, bytes).with_context(|| format!("writing {}", file.display()))?;
        }
    }
    Ok(folder)
}

/// Writes a file aside and gives it its name once it is on the disk.
pub(crate) fn write_whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let aside = aside(file);
    let mut part = File::create(&aside)?;
    part.write_all(bytes)?;
    part.sync_all()?;
    fs::rename(aside, file)
}

fn aside(file: &Path) -> PathBuf {
    file.with_added_extension("part")
}

#[cfg(test)]
mod tests {
    use whimbrel_catalog::CatalogId;

    use super::*;

    #[test]
    fn every_sample_is_a_catalog_with_a_past() {
        for name in names() {
            let id = crate::diff::catalog_of(Path::new(name));
            assert_ne!(id, CatalogId::new("catalog").unwrap(), "{name} gives no id");
            let versions = history(name);
            assert!(!versions.is_empty(), "{name} has no earlier version in history/<date>/{name}");
            let now = FILES.iter().find(|(path, _)| *path == name).unwrap().1;
            assert_ne!(versions.last().unwrap().bytes, now, "{name} has not changed since its last version");
        }
    }

    #[test]
    fn every_earlier_version_belongs_to_a_sample() {
        for (path, _) in FILES.iter().filter(|(path, _)| path.contains('/')) {
            let (date, name) = path.strip_prefix("history/").and_then(|rest| rest.split_once('/')).unwrap();
            assert!(noon(date).is_some(), "{path}: `{date}` is no date");
            assert!(names().any(|known| known == name), "{path} is a version of nothing");
        }
    }

    #[test]
    fn unpacking_that_was_cut_off_is_made_up_for() {
        let folder = tempfile::tempdir().unwrap();
        let samples = folder.path().join("samples");
        fs::create_dir_all(&samples).unwrap();
        for name in names() {
            fs::write(aside(&samples.join(name)), "# cut o").unwrap();
        }
        unpack(folder.path()).unwrap();
        for name in names() {
            let whole = FILES.iter().find(|(path, _)| *path == name).unwrap().1;
            assert_eq!(fs::read(samples.join(name)).unwrap(), whole, "{name}");
        }
        assert_eq!(fs::read_dir(&samples).unwrap().count(), names().count(), "nothing else is left");
    }

    #[test]
    fn a_sample_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("birds.md");
        fs::create_dir(aside(&file)).unwrap(); // so that nothing can be written aside
        assert!(write_whole(&file, b"- birds").is_err());
        assert!(!file.exists(), "never written under its own name");
    }

    #[test]
    fn unpacking_keeps_what_somebody_edited() {
        let folder = tempfile::tempdir().unwrap();
        let samples = unpack(folder.path()).unwrap();
        for name in names() {
            fs::write(samples.join(name), "mine").unwrap();
        }
        unpack(folder.path()).unwrap();
        for name in names() {
            assert_eq!(fs::read_to_string(samples.join(name)).unwrap(), "mine");
        }
    }
}
