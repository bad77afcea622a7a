//! What lies where in the folder of a store.
//!
//! ```text
//! FORMAT      the version of all this, and which state folder is the right one; switched by a rename
//! LOCK        held by the process that owns the folder
//! MARK        the highest number ever promised
//! state-1/    the database; a restore makes state-2 and so on
//! documents/  documents, by checksum
//! backups/    exports, scheduled and asked for
//! suggested.toml, suggestions.json   what people suggest; written by others, moved with everything else
//! leads.json  the bots that items of feeds lead to; likewise
//! damaged-…/  what was moved aside, never deleted by us
//! ```

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::disk::files;
use crate::outcome::StoreError;

/// The format this program writes. Older ones are read, newer ones refused. Version 2 lists entries by their projects,
/// which a program of version 1 would let fall behind; version 3 lets many small values share a row.
pub(crate) const FORMAT: u32 = 3;

/// The folder of a store.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    root: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct FormatFile {
    format: u32,
    engine: String,
    state: u32,
}

/// What the `FORMAT` file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// There is none: a new folder, or one that lost it.
    Missing,
    /// Nobody can read it.
    Unreadable,
    /// This state folder is the right one.
    State(u32),
}

impl Folder {
    /// The folder at this path, made when there is none.
    pub(crate) fn make(root: PathBuf) -> Result<Self, StoreError> {
        files::make_folder(&root)?;
        Ok(Self { root })
    }

    /// Its path.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where documents lie.
    pub(crate) fn documents(&self) -> PathBuf {
        self.root.join("documents")
    }

    /// Where backups lie.
    pub(crate) fn backups(&self) -> PathBuf {
        self.root.join("backups")
    }

    /// Where this state's database lies.
    pub(crate) fn state(&self, number: u32) -> PathBuf {
        self.root.join(format!("state-{number}"))
    }

    /// The numbers of all state folders, rising.
    pub(crate) fn states(&self) -> Result<Vec<u32>, StoreError> {
        let number = |path: &PathBuf| path.file_name()?.to_str()?.strip_prefix("state-")?.parse().ok();
        let mut states: Vec<u32> = files::list(&self.root)?.iter().filter_map(number).collect();
        states.sort_unstable();
        Ok(states)
    }

    /// Reads the `FORMAT` file; one of a newer version is refused.
    pub(crate) fn format(&self) -> Result<Format, StoreError> {
        let path = self.root.join("FORMAT");
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Format::Missing),
            Err(error) => return Err(files::at(&path)(error)),
        };
        // Of a newer file only this number is sure to be understood.
        let found =
            serde_json::from_slice::<serde_json::Value>(&text).ok().and_then(|file| file["format"].as_u64());
        if let Some(found) = found.filter(|found| *found > u64::from(FORMAT)) {
            let found = u32::try_from(found).unwrap_or(u32::MAX);
            return Err(StoreError::Newer { path: self.root.clone(), found, known: FORMAT });
        }
        Ok(serde_json::from_slice::<FormatFile>(&text)
            .map_or(Format::Unreadable, |file| Format::State(file.state)))
    }

    /// Does the `FORMAT` file name an older format than ours?
    pub(crate) fn is_older(&self) -> Result<bool, StoreError> {
        let path = self.root.join("FORMAT");
        let text = fs::read(&path).map_err(files::at(&path))?;
        Ok(serde_json::from_slice::<FormatFile>(&text).is_ok_and(|file| file.format < FORMAT))
    }

    /// From now on this state is the right one. The rename is the moment of the switch.
    pub(crate) fn switch_to(&self, state: u32) -> Result<(), StoreError> {
        files::sync_folder(&self.root)?;
        let file = FormatFile { format: FORMAT, engine: "sled 0.34".to_owned(), state };
        let mut text = serde_json::to_vec(&file)
            .map_err(|error| StoreError::Damaged(format!("the format file cannot be written: {error}")))?;
        text.push(b'\n');
        files::write_whole(&self.root.join("FORMAT"), &text)
    }

    /// Moves a state folder aside under a name that says why and when.
    pub(crate) fn set_aside(&self, state: u32, why: &str, now: DateTime<Utc>) -> Result<PathBuf, StoreError> {
        let to = self.free_name(why, now);
        let from = self.state(state);
        fs::rename(&from, &to).map_err(files::at(&from))?;
        files::sync_folder(&self.root)?;
        Ok(to)
    }

    /// A name nothing has, that says why and when something was laid there.
    pub(crate) fn free_name(&self, why: &str, now: DateTime<Utc>) -> PathBuf {
        let name = format!("{why}-{}", stamp(now));
        (1..u32::MAX)
            .map(|n| self.root.join(if n == 1 { name.clone() } else { format!("{name}-{n}") }))
            .find(|path| !path.exists())
            .unwrap_or_else(|| self.root.join(&name))
    }

    /// Removes a state folder that never came into use.
    pub(crate) fn discard(&self, state: u32) -> Result<(), StoreError> {
        let path = self.state(state);
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(files::at(&path)(error)),
            _ => Ok(()),
        }
    }
}

/// A moment as part of a file name.
pub(crate) fn stamp(now: DateTime<Utc>) -> String {
    now.format("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_is_read_and_newer_is_refused() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = Folder::make(temporary.path().join("a/b")).unwrap();
        assert_eq!(folder.format().unwrap(), Format::Missing);
        folder.switch_to(7).unwrap();
        assert_eq!(folder.format().unwrap(), Format::State(7));
        let write = |text: &str| fs::write(folder.root().join("FORMAT"), text).unwrap();
        for older in [1, 2] {
            write(&format!("{{\"format\":{older},\"engine\":\"sled 0.34\",\"state\":3}}\n"));
            assert_eq!(folder.format().unwrap(), Format::State(3));
            assert!(folder.is_older().unwrap());
        }
        folder.switch_to(3).unwrap();
        assert!(!folder.is_older().unwrap());
        write("{\"format\":4,\"somewhere\":\"else\"}");
        let error = folder.format().unwrap_err().to_string();
        assert!(error.contains("newer whimbrel (store format 4, this one knows 3)"), "{error}");
        write("no");
        assert_eq!(folder.format().unwrap(), Format::Unreadable);
    }

    #[test]
    fn nothing_is_moved_over_something() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = Folder::make(temporary.path().to_owned()).unwrap();
        let now = DateTime::UNIX_EPOCH;
        let aside: Vec<_> = [3, 4, 12]
            .map(|state| {
                fs::create_dir(folder.state(state)).unwrap();
                folder.set_aside(state, "damaged", now).unwrap()
            })
            .into_iter()
            .collect();
        assert!(aside.iter().all(|path| path.is_dir()));
        assert_eq!(aside[0].file_name().unwrap(), "damaged-19700101T000000Z");
        assert!(folder.states().unwrap().is_empty());
    }
}
