//! Files that survive a power cut: written aside, synced, renamed, and the folder synced.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::outcome::StoreError;

/// The ending of files that are still being written.
pub(crate) const UNFINISHED: &str = ".unfinished";

/// Writes a file so that it is there whole or not at all, and stays. Makes its folder when needed.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let folder = folder_of(path);
    make_folder(folder)?;
    let aside = aside(path);
    let written = (|| {
        let mut file = File::create(&aside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&aside, path)
    })();
    written.map_err(|source| {
        let _ = fs::remove_file(&aside); // best effort: the first error is the one to tell
        at(path)(source)
    })?;
    sync_folder(folder)
}

/// Where a file is written before it gets its name: a place of its own for everyone who writes it, as two may do so
/// at once.
pub(crate) fn aside(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}-{}{UNFINISHED}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    name.into()
}

/// Removes what a process that died was still writing into this folder. Only for who has the folder alone.
pub(crate) fn sweep(folder: &Path) -> Result<(), StoreError> {
    for path in list(folder)? {
        if path.to_string_lossy().ends_with(UNFINISHED) {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Makes a folder, its parents too, and makes their names durable.
pub(crate) fn make_folder(path: &Path) -> Result<(), StoreError> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = folder_of(path);
    make_folder(parent)?;
    match fs::create_dir(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(at(path)(error)),
        _ => sync_folder(parent),
    }
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(path: &Path) -> Result<(), StoreError> {
    // Windows cannot open folders as files, and needs no such sync.
    if cfg!(windows) {
        Ok(())
    } else {
        File::open(path).and_then(|folder| folder.sync_all()).map_err(at(path))
    }
}

/// Makes a folder durable with everything in it.
pub(crate) fn sync_tree(path: &Path) -> Result<(), StoreError> {
    for inner in list(path)? {
        if inner.is_dir() {
            sync_tree(&inner)?;
        } else {
            File::open(&inner).and_then(|file| file.sync_all()).map_err(at(&inner))?;
        }
    }
    sync_folder(path)
}

/// What stands in a folder, sorted by name; nothing when there is no such folder.
pub(crate) fn list(path: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(at(path)(error)),
    };
    let mut found = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(at(path))?;
    found.sort();
    Ok(found)
}

/// Removes a file; one that is gone already is fine.
pub(crate) fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(at(path)(error)),
        _ => Ok(()),
    }
}

/// Gives a system error its path.
pub(crate) fn at(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Io { path, source }
}

/// The folder a path stands in; `.` for a bare name.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_may_be_written_by_many_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shelf/file");
        let start = std::sync::Barrier::new(8);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    start.wait();
                    for _ in 0..5 {
                        write_whole(&path, b"the same").unwrap();
                    }
                });
            }
        });
        assert_eq!(fs::read(&path).unwrap(), b"the same");
        assert_eq!(list(folder_of(&path)).unwrap(), [path], "nothing is left over");
    }

    #[test]
    fn leftovers_are_swept_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let kept = folder.path().join("FORMAT");
        fs::write(&kept, "").unwrap();
        fs::write(aside(&kept), "").unwrap();
        fs::write(aside(&kept), "").unwrap();
        assert_eq!(list(folder.path()).unwrap().len(), 3);
        sweep(folder.path()).unwrap();
        assert_eq!(list(folder.path()).unwrap(), [kept]);
    }
}
