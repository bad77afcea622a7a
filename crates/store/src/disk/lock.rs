//! One process owns the folder: a lock the system takes back when the process ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::disk::files;
use crate::outcome::StoreError;

/// The system takes a moment to clear a killed process away, and its lock with it. Whoever starts again at once waits so
/// long; a live owner is still named within a second.
const DYING: Duration = Duration::from_millis(400);

/// Between two attempts to get the lock.
const ATTEMPT: Duration = Duration::from_millis(5);

/// Holds the folder until dropped.
pub(crate) struct Lock {
    /// The lock lies on the open file; the number in it is only for people.
    _file: File,
}

impl Lock {
    /// Takes the folder, or says within a second who has it.
    pub(crate) fn take(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join("LOCK");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(files::at(&path))?;
        let start = Instant::now();
        let mut locked = file.try_lock();
        while matches!(locked, Err(TryLockError::WouldBlock)) && start.elapsed() < DYING {
            sleep(ATTEMPT);
            locked = file.try_lock();
        }
        match locked {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let owner = file.read_to_string(&mut text).ok().and_then(|_| text.trim().parse().ok());
                return Err(StoreError::Locked { path: folder.to_owned(), owner });
            }
            Err(TryLockError::Error(source)) => return Err(StoreError::Io { path, source }),
        }
        let named = file
            .rewind()
            .and_then(|()| file.set_len(0))
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        named.map_err(files::at(&path))?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_is_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::take(folder.path()).unwrap();
        let Err(StoreError::Locked { owner, .. }) = Lock::take(folder.path()) else { panic!("taken twice") };
        assert_eq!(owner, Some(std::process::id()));
        drop(first);
        Lock::take(folder.path()).unwrap();
    }

    #[test]
    fn a_lock_that_is_let_go_of_in_a_moment_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let dying = Lock::take(folder.path()).unwrap();
        let (asked, is_asked) = std::sync::mpsc::channel();
        let holder = std::thread::spawn(move || {
            is_asked.recv().unwrap();
            sleep(10 * ATTEMPT);
            drop(dying);
        });
        asked.send(()).unwrap();
        Lock::take(folder.path()).unwrap();
        holder.join().unwrap();
    }
}
