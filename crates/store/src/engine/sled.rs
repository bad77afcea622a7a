//! The engine on disk: one sled tree, so that a commit is one atomic batch.
//!
//! sled's `flush` hands its pages to the system but does not make the disk keep them, so [`Engine::sync`] follows
//! it with an fsync of the same file. Every call is guarded: sled panics on some damaged files.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::met::Met;
use super::staged::{self, Batches, Change};
use super::{Changes, Engine, KeyRange, Order, Row, Rows, slack};
use crate::disk::files;
use crate::outcome::StoreError;

/// How often sled's own thread writes and syncs what nobody waited for: a second net below our own, which costs a sync
/// each time, whether there is something or not. Up to half of it goes into tidying the file, which closing waits for; with
/// three seconds that still went on half a minute after a start, and took more of a core.
const FLUSH_EVERY_MS: u64 = 1_000;

/// How late sled's threads may look up from waiting, so that they do it together and a third as often at rest. It also
/// holds for its own thread, which tidies no longer at a time than before, only less often.
const SLACK: Duration = Duration::from_secs(2);

/// Free bytes that are left to sled, which moves pages about and writes half a megabyte at a time.
const RESERVE: u64 = 8 * 1024 * 1024;

/// sled's threads hold its file, and with it its lock, a moment longer than the database lives; on a busy machine the
/// moment is long. Well below what a stop may take.
const LETTING_GO: Duration = Duration::from_secs(3);

/// Letting go of pages takes no longer than this, however slow the disk is: a stop waits for it.
const EASING: Duration = Duration::from_millis(500);

/// Between two attempts to get the lock.
const ATTEMPT: Duration = Duration::from_millis(5);

/// An open sled database.
pub(crate) struct Sled {
    db: sled::Db,
    /// Dropped after the database.
    file: OwnHandle,
    folder: PathBuf,
    met: Mutex<Met>,
}

/// Our own handle of sled's file, for the fsync sled leaves out. sled's lock is on the other handle. Dropping this one
/// waits until sled has let go of the file: whoever closed a database may open it, or put another in its place.
struct OwnHandle(File);

impl Drop for OwnHandle {
    fn drop(&mut self) {
        has_been_let_go_of(&self.0);
    }
}

/// Waits until nobody else holds a file, for so long as letting go of it takes.
fn has_been_let_go_of(file: &File) -> bool {
    let start = Instant::now();
    while matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        if start.elapsed() >= LETTING_GO {
            return false;
        }
        sleep(ATTEMPT);
    }
    true
}

/// Has nobody the database in this folder open? Who is about to let go of it is waited for.
pub(crate) fn is_free(folder: &Path) -> bool {
    // One that does not open, though it is there, may well be held: it stays as it is.
    File::open(folder.join("db")).is_ok_and(|file| has_been_let_go_of(&file)) || !folder.join("db").exists()
}

impl Sled {
    /// Opens or creates the database in this folder. Whoever calls this owns the folder, so a file that is still held
    /// is held by a process that has just died and is being cleared away: it is free in a moment.
    pub(crate) fn open(folder: &Path, cache_mib: u64) -> Result<Self, StoreError> {
        let start = Instant::now();
        loop {
            match Self::try_open(folder, cache_mib) {
                Err(StoreError::Locked { .. }) if start.elapsed() < LETTING_GO => sleep(ATTEMPT),
                opened => return opened,
            }
        }
    }

    fn try_open(folder: &Path, cache_mib: u64) -> Result<Self, StoreError> {
        let opened = guarded(folder, || {
            let config = sled::Config::new()
                .path(folder)
                .cache_capacity(cache_mib.max(1) * 1024 * 1024)
                .mode(sled::Mode::LowSpace)
                .flush_every_ms(Some(FLUSH_EVERY_MS));
            // The first database of the program begins sled's threads.
            let db = slack::unhurried(SLACK, || config.open())?;
            let file = File::open(folder.join("db"))?;
            Ok(Self { db, file: OwnHandle(file), folder: folder.to_owned(), met: Mutex::default() })
        })?;
        staged::recover(&opened)?;
        Ok(opened)
    }

    fn met(&self) -> MutexGuard<'_, Met> {
        self.met.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rows for Sled {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        guarded(&self.folder, || Ok(self.db.get(key)?.map(|value| value.to_vec())))
    }
}

impl Engine for Sled {
    fn scan(&self, range: &KeyRange, order: Order, limit: usize) -> Result<Vec<Row>, StoreError> {
        if range.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        let rows: Vec<Row> = guarded(&self.folder, || {
            let found = self.db.range(range.from.as_slice()..range.to.as_slice());
            let row =
                |row: sled::Result<(sled::IVec, sled::IVec)>| row.map(|(k, v)| (k.to_vec(), v.to_vec()));
            Ok(match order {
                Order::Rising => found.take(limit).map(row).collect::<Result<_, _>>()?,
                Order::Falling => found.rev().take(limit).map(row).collect::<Result<_, _>>()?,
            })
        })?;
        let mut met = self.met();
        for (key, value) in &rows {
            met.row(key, key.len() + value.len());
        }
        Ok(rows)
    }

    fn room(&self, bytes: usize) -> Result<(), StoreError> {
        // A file system that does not say counts as one with room.
        let Ok(space) = rustix::fs::statvfs(&self.folder) else { return Ok(()) };
        if space.f_bavail.saturating_mul(space.f_frsize) < RESERVE + 4 * bytes as u64 {
            return Err(StoreError::Io { path: self.folder.clone(), source: ErrorKind::StorageFull.into() });
        }
        Ok(())
    }

    fn prepare(&self, changes: &Changes) -> Result<(), StoreError> {
        staged::prepare(self, changes)
    }

    fn apply(&self, changes: &Changes) -> Result<(), StoreError> {
        staged::apply(self, changes)
    }

    fn sync(&self) -> Result<(), StoreError> {
        guarded(&self.folder, || {
            self.db.flush()?;
            Ok(self.file.0.sync_data()?)
        })
    }

    fn is_laden(&self) -> bool {
        self.met().is_much()
    }

    fn ease(&self) -> Result<(), StoreError> {
        let (keys, times) = self.met().take();
        let begun = Instant::now();
        for key in keys {
            if begun.elapsed() >= EASING {
                break; // what is left is let go of another time
            }
            guarded(&self.folder, || {
                for _ in 0..times {
                    self.db.get(&key)?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    fn suspect(&self) {
        suspect(&self.folder);
    }

    fn size(&self) -> u64 {
        self.db.size_on_disk().unwrap_or(0)
    }
}

impl Batches for Sled {
    fn scan(&self, range: &KeyRange, order: Order, limit: usize) -> Result<Vec<Row>, StoreError> {
        Engine::scan(self, range, order, limit)
    }

    fn batch(&self, changes: &mut dyn Iterator<Item = Change<'_>>) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        for (key, value) in changes {
            self.met().row(key, key.len() + value.map_or(0, <[u8]>::len));
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        guarded(&self.folder, || Ok(self.db.apply_batch(batch)?))
    }

    fn sync(&self) -> Result<(), StoreError> {
        Engine::sync(self)
    }
}

/// What can go wrong inside sled, before it has a path.
enum Trouble {
    Sled(sled::Error),
    Io(std::io::Error),
}

impl From<sled::Error> for Trouble {
    fn from(error: sled::Error) -> Self {
        Self::Sled(error)
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

/// A file that says: look closely at the next start.
const SUSPECT: &str = "SUSPECT";

/// Was something found wrong with this database while it was in use?
pub(crate) fn is_suspect(folder: &Path) -> bool {
    folder.join(SUSPECT).exists()
}

/// It was looked at closely, and is as it was written.
pub(crate) fn clear(folder: &Path) -> Result<(), StoreError> {
    files::remove(&folder.join(SUSPECT))
}

fn suspect(folder: &Path) {
    // When even this cannot be written, the next start meets the damage again.
    let _ = File::create(folder.join(SUSPECT));
}

/// Runs a piece of sled; panics and errors come back in our words, and damage is remembered.
fn guarded<T>(folder: &Path, work: impl FnOnce() -> Result<T, Trouble>) -> Result<T, StoreError> {
    let result = caught(folder, work);
    if matches!(result, Err(StoreError::Damaged(_))) {
        suspect(folder);
    }
    result
}

fn caught<T>(folder: &Path, work: impl FnOnce() -> Result<T, Trouble>) -> Result<T, StoreError> {
    let io = |source| StoreError::Io { path: folder.join("db"), source };
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(Trouble::Io(source))) => Err(io(source)),
        Ok(Err(Trouble::Sled(sled::Error::Io(source)))) => Err(if is_lock(&source) {
            StoreError::Locked { path: folder.to_owned(), owner: None }
        } else if is_damage(&source) {
            StoreError::Damaged(format!("{}: {source}", folder.display()))
        } else {
            io(source)
        }),
        Ok(Err(Trouble::Sled(error))) => Err(StoreError::Damaged(format!("{}: {error}", folder.display()))),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without words");
            Err(StoreError::Damaged(format!("{}: sled gave up: {text}", folder.display())))
        }
    }
}

/// sled wraps a refused lock into an error of kind `Other`; its text is all there is to know it by.
fn is_lock(error: &std::io::Error) -> bool {
    error.to_string().contains("could not acquire lock")
}

/// Errors sled makes itself, when bytes are not what it wrote. All others are the system's.
fn is_damage(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof};
    matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof | Other)
        && error.raw_os_error().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_still_held_for_a_moment_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        drop(Sled::open(folder.path(), 1).unwrap());
        let held = File::open(folder.path().join("db")).unwrap();
        held.try_lock().expect("whoever closed a database finds it free");
        let holder = std::thread::spawn(move || {
            sleep(20 * ATTEMPT);
            drop(held);
        });
        drop(Sled::open(folder.path(), 1).unwrap());
        holder.join().unwrap();
    }

    /// How often this thread has asked the system for bytes of a file.
    #[cfg(target_os = "linux")]
    fn reads() -> u64 {
        let text = std::fs::read_to_string("/proc/thread-self/io").unwrap();
        text.lines().find_map(|line| line.strip_prefix("syscr: ")).unwrap().parse().unwrap()
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn pages_that_went_by_are_let_go_of() {
        let folder = tempfile::tempdir().unwrap();
        let key = |n: u64| n.to_be_bytes().to_vec();
        let rows: Changes = (0..16_000).map(|n| (key(n), Some(vec![7; 300]))).collect();
        let filled = Sled::open(folder.path(), 1).unwrap();
        filled.prepare(&rows).unwrap();
        filled.apply(&rows).unwrap();
        drop(filled);
        let opened = Sled::open(folder.path(), 1).unwrap();
        assert!(!opened.is_laden(), "nobody has read a row");
        let read = || {
            let before = reads();
            let found = Engine::scan(
                &opened,
                &KeyRange { from: key(0), to: key(u64::MAX) },
                Order::Rising,
                usize::MAX,
            );
            assert_eq!(found.unwrap().len(), rows.len());
            reads() - before
        };
        let [first, second] = [read(), read()];
        assert!(second < first / 2, "{second} reads after {first}: sled holds what it was asked for");
        assert!(opened.is_laden());
        opened.ease().unwrap();
        assert!(!opened.is_laden());
        let third = read();
        assert!(third > 5 * second, "{third} reads after {second}: it has let go");
    }
}
