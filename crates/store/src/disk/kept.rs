//! What a database was before sled opened it.
//!
//! sled takes what it cannot read for the end of its log, and writes over what follows: one read that fails while it
//! opens can cost everything. So the files are read before sled gets them, and a disk that fails is refused; and of a
//! small database they are held in memory until it is open, for a disk that fails only now and then.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use crate::disk::files;
use crate::outcome::StoreError;

/// Databases up to this size are held.
const HELD: u64 = 16 * 1024 * 1024;

/// sled's segments begin at multiples of this; those beginnings are what it does not forgive.
const SEGMENT: u64 = 512 * 1024;

/// The files of a database, with what they hold where that is little.
pub(crate) struct Kept {
    folder: PathBuf,
    held: Option<Vec<(PathBuf, Vec<u8>)>>,
}

impl Kept {
    /// Reads the database in a folder. A folder without one holds nothing.
    pub(crate) fn of(folder: &Path) -> Result<Self, StoreError> {
        let nothing = Self { folder: folder.to_owned(), held: None };
        if !folder.join("db").exists() {
            return Ok(nothing);
        }
        let (files, mut size) = (files_of(folder)?, 0);
        for path in &files {
            size += fs::metadata(path).map_err(files::at(path))?.len();
        }
        if size > HELD {
            files.iter().try_for_each(|path| touch(path))?;
            return Ok(nothing);
        }
        let read = |path: PathBuf| {
            let bytes = fs::read(&path).map_err(files::at(&path))?;
            Ok((path, bytes))
        };
        Ok(Self { held: Some(files.into_iter().map(read).collect::<Result<_, StoreError>>()?), ..nothing })
    }

    /// Puts everything back as it was; `false` where it is not held. Nobody may have the database open.
    pub(crate) fn restore(&self) -> Result<bool, StoreError> {
        let Some(held) = &self.held else { return Ok(false) };
        for path in files_of(&self.folder)? {
            if held.iter().all(|(kept, _)| *kept != path) {
                files::remove(&path)?;
            }
        }
        for (path, bytes) in held {
            if fs::read(path).ok().as_ref() != Some(bytes) {
                files::write_whole(path, bytes)?;
            }
        }
        Ok(true)
    }

    /// Writes the held files of these names into another folder. What is not held leaves there what there is.
    pub(crate) fn lay_into(&self, folder: &Path, wanted: fn(&str) -> bool) -> Result<(), StoreError> {
        for (path, bytes) in self.held.iter().flatten() {
            let Some(name) = path.file_name() else { continue };
            if wanted(&name.to_string_lossy()) {
                files::write_whole(&folder.join(name), bytes)?;
            }
        }
        Ok(())
    }
}

/// The database and the files sled opens it faster by.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut files = files::list(folder)?;
    files.retain(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name == "db" || name.starts_with("snap.")
    });
    Ok(files)
}

/// Reads the beginning of each segment.
fn touch(path: &Path) -> Result<(), StoreError> {
    let read = || {
        let file = File::open(path)?;
        let mut some = [0; 512];
        (0..file.metadata()?.len()).step_by(SEGMENT as usize).try_for_each(|at| {
            file.read_at(&mut some, at)?;
            Ok(())
        })
    };
    read().map_err(files::at(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_put_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        assert!(!Kept::of(folder.path()).unwrap().restore().unwrap(), "there is none");
        for (name, text) in [("db", "rows"), ("snap.1", "short"), ("conf", "sled's")] {
            fs::write(path(name), text).unwrap();
        }
        let kept = Kept::of(folder.path()).unwrap();
        fs::write(path("db"), "").unwrap();
        fs::rename(path("snap.1"), path("snap.2")).unwrap();
        assert!(kept.restore().unwrap());
        assert_eq!(fs::read_to_string(path("db")).unwrap(), "rows");
        assert_eq!(fs::read_to_string(path("snap.1")).unwrap(), "short");
        assert!(!path("snap.2").exists() && path("conf").exists());
        File::create(path("db")).unwrap().set_len(HELD + 1).unwrap();
        assert!(!Kept::of(folder.path()).unwrap().restore().unwrap(), "too much");
    }
}
