//! The highest number ever promised, in a small file of its own.
//!
//! When the database comes back older than what was acknowledged, nothing inside it can tell. This file can: it is
//! written and synced after every commit that gave numbers, before anybody may tell the news. Two slots take turns,
//! so that a write that is cut short leaves the one before.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use whimbrel_news::Epoch;

use crate::disk::files;
use crate::keys::hex;
use crate::outcome::StoreError;

/// Bytes of a slot; each lies within one sector of any disk.
const SLOT: usize = 128;

/// The highest life and number that were promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    /// The life.
    pub(crate) epoch: Epoch,
    /// The number.
    pub(crate) seq: u64,
}

/// The open file.
pub(crate) struct HighWater {
    file: File,
    path: PathBuf,
    written: Option<Mark>,
    turn: bool,
}

impl HighWater {
    /// Opens the file of this store, making it when there is none. An unreadable mark is none: the database is then
    /// believed, as it is when somebody restores a folder without the file.
    pub(crate) fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join("MARK");
        let new = !path.exists();
        let open = || {
            let mut file =
                OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
            let mut bytes = Vec::new();
            (&mut file).take(2 * SLOT as u64).read_to_end(&mut bytes)?;
            Ok((file, bytes))
        };
        let (file, bytes) = open().map_err(files::at(&path))?;
        if new {
            files::sync_folder(folder)?;
        }
        let slots: Vec<_> = bytes.chunks(SLOT).map(read_slot).collect();
        let written = slots.iter().flatten().max().copied();
        // The next write goes over the other slot.
        let turn = written.is_some() && slots.first().copied().flatten() == written;
        Ok(Self { file, path, written, turn })
    }

    /// The mark of a store that nobody has open; `None` when there is none or it cannot be read.
    pub(crate) fn mark(&self) -> Option<Mark> {
        self.written
    }

    /// Makes a mark durable. Marks only rise.
    pub(crate) fn raise(&mut self, mark: Mark) -> Result<(), StoreError> {
        if self.written.is_some_and(|written| written >= mark) {
            return Ok(());
        }
        let slot = write_slot(mark);
        let offset = if self.turn { SLOT as u64 } else { 0 };
        let mut write = || {
            self.file.seek(SeekFrom::Start(offset))?;
            self.file.write_all(&slot)?;
            self.file.sync_data()
        };
        write().map_err(files::at(&self.path))?;
        self.turn = !self.turn;
        self.written = Some(mark);
        Ok(())
    }
}

fn write_slot(mark: Mark) -> [u8; SLOT] {
    let words = format!("whimbrel mark {} {}", mark.epoch, mark.seq);
    let line = format!("{words} {}", &hex(&Sha256::digest(&words))[..16]);
    let mut slot = [b' '; SLOT];
    slot[..line.len()].copy_from_slice(line.as_bytes()); // two numbers of 20 digits fit three times
    slot[SLOT - 1] = b'\n';
    slot
}

fn read_slot(slot: &[u8]) -> Option<Mark> {
    let (words, check) = std::str::from_utf8(slot).ok()?.trim_end().rsplit_once(' ')?;
    if hex(&Sha256::digest(words))[..16] != *check {
        return None;
    }
    let (epoch, seq) = words.strip_prefix("whimbrel mark ")?.split_once(' ')?;
    Some(Mark { epoch: Epoch(epoch.parse().ok()?), seq: seq.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(epoch: u64, seq: u64) -> Mark {
        Mark { epoch: Epoch(epoch), seq }
    }

    #[test]
    fn marks_rise_and_stay() {
        let folder = tempfile::tempdir().unwrap();
        let open = || HighWater::open(folder.path()).unwrap();
        assert_eq!(open().mark(), None);
        for n in 1..6 {
            let mut water = open();
            water.raise(mark(2, n)).unwrap();
            water.raise(mark(1, 99)).unwrap();
            assert_eq!(open().mark(), Some(mark(2, n)));
        }
        open().raise(mark(u64::MAX, u64::MAX)).unwrap();
        assert_eq!(open().mark(), Some(mark(u64::MAX, u64::MAX)));
    }

    #[test]
    fn a_torn_write_leaves_the_mark_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("MARK");
        let mut water = HighWater::open(folder.path()).unwrap();
        water.raise(mark(1, 1)).unwrap();
        water.raise(mark(1, 2)).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for at in SLOT..SLOT + 30 {
            let mut torn = whole.clone();
            torn[at] ^= 0x55;
            std::fs::write(&path, &torn).unwrap();
            assert_eq!(HighWater::open(folder.path()).unwrap().mark(), Some(mark(1, 1)));
            std::fs::write(&path, &whole[..at]).unwrap();
            assert_eq!(HighWater::open(folder.path()).unwrap().mark(), Some(mark(1, 1)));
        }
        std::fs::write(&path, b"something else").unwrap();
        let mut water = HighWater::open(folder.path()).unwrap();
        assert_eq!(water.mark(), None);
        water.raise(mark(3, 3)).unwrap();
        assert_eq!(HighWater::open(folder.path()).unwrap().mark(), Some(mark(3, 3)));
    }
}
