//! One process owns the folder: a lock the system takes back when the process ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use crate::disk::files;
use crate::outcome::StoreError;

/// Holds the folder until dropped.
pub(crate) struct Lock {
    /// The lock lies on the open file; the number in it is only for people.
    _file: File,
}

impl Lock {
    /// Takes the folder, or says at once who has it.
    pub(crate) fn take(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join("LOCK");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(files::at(&path))?;
        match file.try_lock() {
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
}
