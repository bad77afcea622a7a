//! Opens a database so that nothing is lost by trying: in a thread of its own, as sled does not always come to an end,
//! and once more from the same files where something may only not have been read.

use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use crate::disk::files;
use crate::disk::folder::Folder;
use crate::disk::kept::Kept;
use crate::engine::Engine as _;
use crate::engine::sled::{self, Sled};
use crate::heads::Heads;
use crate::outcome::StoreError;
use crate::rows::damaged;
use crate::types::Settings;
use crate::verify;

/// Databases up to this size are read whole at every start: that takes a tenth of a second.
const READ_WHOLE: u64 = 32 * 1024 * 1024;

/// sled is given this long, and a second for every eight megabytes.
const PATIENCE: Duration = Duration::from_mins(2);

/// What is wrong with a database that is [`Unopened::Endless`].
pub(crate) const ENDLESS: &str = "sled does not come to an end with it";

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

/// Why a database did not open.
pub(crate) enum Unopened {
    /// For this reason; its files are as they were, if they could be held, and nobody has them open.
    Error(StoreError),
    /// It takes too long. Its thread still has the files open and may write to them, also by name, as long as the
    /// program runs: they are neither put back nor removed, and the name is given to no other. What they were before is
    /// here.
    Endless(Kept),
}

impl From<StoreError> for Unopened {
    fn from(error: StoreError) -> Self {
        Self::Error(error)
    }
}

/// Opens a state and looks at it; `None` when it was never finished. When it is not what is expected, it is put back as
/// it was and opened once more: something may only not have been read. What is no better then is left as it was.
pub(crate) fn open(
    folder: &Folder,
    state: u32,
    settings: &Settings,
    depth: Depth,
    is_right: impl Fn(&Heads) -> bool,
) -> Result<Option<(Sled, Heads)>, Unopened> {
    let path = folder.state(state);
    let kept = Kept::of(&path)?;
    twice(
        kept,
        |found| matches!(found, Some((_, heads)) if is_right(heads)),
        || sled::is_free(&path),
        || attempt(&path, settings.cache_mib, depth),
    )
}

/// How an attempt went.
enum Attempt<T> {
    Ended(Result<Option<T>, StoreError>),
    Endless,
}

/// Attempts it, and once more where that may help.
fn twice<T>(
    kept: Kept,
    is_right: impl Fn(&Option<T>) -> bool,
    is_free: impl Fn() -> bool,
    mut attempt: impl FnMut() -> Attempt<T>,
) -> Result<Option<T>, Unopened> {
    let first = match attempt() {
        Attempt::Endless => return Err(Unopened::Endless(kept)),
        Attempt::Ended(Ok(found)) if is_right(&found) => return Ok(found),
        Attempt::Ended(Err(error @ StoreError::Locked { .. })) => return Err(error.into()),
        Attempt::Ended(found) => found.map(drop),
    };
    // What an attempt leaves behind can still have the files: they stay as they are, and so do those that are not held.
    if !is_free() || !kept.restore()? {
        first?;
        // It opened and is less than expected, which is what there is.
        return match attempt() {
            Attempt::Endless => Err(Unopened::Endless(kept)),
            Attempt::Ended(again) => Ok(again?),
        };
    }
    match (attempt(), first) {
        (Attempt::Endless, _) => Err(Unopened::Endless(kept)),
        // It was free a moment ago: that is no news about the database, the first error is.
        (Attempt::Ended(Err(StoreError::Locked { .. })), Err(first)) => Err(first.into()),
        (Attempt::Ended(Err(error)), _) => {
            if is_free() {
                kept.restore()?;
            }
            Err(error.into())
        }
        (Attempt::Ended(Ok(found)), _) => Ok(found),
    }
}

/// Opens a state in a thread of its own.
fn attempt(path: &Path, cache_mib: u64, depth: Depth) -> Attempt<(Sled, Heads)> {
    let size = fs::metadata(path.join("db")).map_or(0, |data| data.len());
    let folder = path.to_owned();
    in_thread(path, PATIENCE + Duration::from_secs(size / (8 * 1024 * 1024)), move || {
        look(&folder, cache_mib, depth)
    })
}

fn look(folder: &Path, cache_mib: u64, depth: Depth) -> Result<Option<(Sled, Heads)>, StoreError> {
    let suspect = sled::is_suspect(folder);
    let engine = Sled::open(folder, cache_mib)?;
    let Some(heads) = Heads::read(&engine)? else { return Ok(None) };
    let whole = depth == Depth::Whole || (depth == Depth::Usual && (suspect || engine.size() <= READ_WHOLE));
    if whole {
        verify::whole(&engine)?;
        sled::clear(folder)?;
    } else {
        verify::ends(&engine)?;
    }
    Ok(Some((engine, heads)))
}

fn in_thread<T: Send + 'static>(
    path: &Path,
    patience: Duration,
    look: impl FnOnce() -> Result<Option<T>, StoreError> + Send + 'static,
) -> Attempt<T> {
    let (answer, result) = mpsc::channel();
    let thread = std::thread::Builder::new().name("open the store".to_owned()).spawn(move || {
        // Nobody listens any more when it took too long.
        let _ = answer.send(look());
    });
    if let Err(error) = thread {
        return Attempt::Ended(Err(files::at(path)(error)));
    }
    match result.recv_timeout(patience) {
        Ok(result) => Attempt::Ended(result),
        Err(mpsc::RecvTimeoutError::Timeout) => Attempt::Endless,
        Err(mpsc::RecvTimeoutError::Disconnected) => Attempt::Ended(Err(damaged("sled gave up on it"))),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// A database of one file, as it was before somebody wrote to it, and as it is after the attempts.
    struct Case {
        folder: tempfile::TempDir,
    }

    impl Case {
        fn new() -> Self {
            let case = Self { folder: tempfile::tempdir().unwrap() };
            case.write("before");
            case
        }

        fn write(&self, text: &str) {
            fs::write(self.folder.path().join("db"), text).unwrap();
        }

        fn now(&self) -> String {
            fs::read_to_string(self.folder.path().join("db")).unwrap()
        }

        /// Attempts that each write to the file and answer this in turn. How often was it tried?
        fn attempts<const N: usize>(
            &self,
            is_free: bool,
            answers: [Attempt<bool>; N],
        ) -> (Result<Option<bool>, Unopened>, usize) {
            let (mut answers, tried) = (answers.into_iter(), Cell::new(0));
            let kept = Kept::of(self.folder.path()).unwrap();
            let found = twice(
                kept,
                |found| *found == Some(true),
                || is_free,
                || {
                    tried.set(tried.get() + 1);
                    self.write("written to");
                    answers.next().expect("there is no further attempt")
                },
            );
            (found, tried.get())
        }
    }

    fn locked() -> StoreError {
        StoreError::Locked { path: "whimbrel-data".into(), owner: None }
    }

    fn failed(words: &str) -> Attempt<bool> {
        Attempt::Ended(Err(damaged(words)))
    }

    fn says(found: &(Result<Option<bool>, Unopened>, usize), words: &str) -> bool {
        matches!(&found.0, Err(Unopened::Error(error)) if error.to_string().contains(words))
    }

    #[test]
    fn an_attempt_that_does_not_end_is_the_last_and_its_files_are_left_alone() {
        let case = Case::new();
        for answers in [vec![], vec![failed("the first")], vec![Attempt::Ended(Ok(Some(false)))]] {
            case.write("before");
            let first = answers.len();
            let mut answers = answers.into_iter().chain([Attempt::Endless, Attempt::Ended(Ok(None))]);
            let (found, tried) =
                case.attempts(true, [(); 3].map(|()| answers.next().unwrap_or(Attempt::Endless)));
            let Err(Unopened::Endless(kept)) = found else { panic!("it ended") };
            assert_eq!((tried, &*case.now()), (first + 1, "written to"));
            let aside = tempfile::tempdir().unwrap();
            kept.lay_into(aside.path(), |_| true).unwrap();
            assert_eq!(fs::read_to_string(aside.path().join("db")).unwrap(), "before");
        }
    }

    #[test]
    fn patience_ends_also_when_a_thread_does_not() {
        let (end, hangs) = mpsc::channel::<()>();
        let attempt = in_thread(Path::new("whimbrel-data"), Duration::ZERO, move || {
            let _ = hangs.recv();
            Ok(None::<()>)
        });
        assert!(matches!(attempt, Attempt::Endless));
        drop(end);
        let attempt = in_thread(Path::new("whimbrel-data"), PATIENCE, || Ok(Some(7)));
        assert!(matches!(attempt, Attempt::Ended(Ok(Some(7)))));
        let attempt =
            in_thread::<()>(Path::new("whimbrel-data"), PATIENCE, || panic!("damaged in a new way"));
        assert!(matches!(attempt, Attempt::Ended(Err(StoreError::Damaged(_)))));
    }

    #[test]
    fn a_database_that_is_still_held_is_not_put_back_under_its_holder() {
        let case = Case::new();
        let found = case.attempts(false, [failed("the first")]);
        assert!(says(&found, "the first") && found.1 == 1);
        assert_eq!(case.now(), "written to");
    }

    #[test]
    fn of_an_error_and_a_lock_the_error_is_told() {
        let case = Case::new();
        let found = case.attempts(true, [failed("the first"), Attempt::Ended(Err(locked()))]);
        assert!(says(&found, "the first") && found.1 == 2);
        let found = case.attempts(true, [Attempt::Ended(Err(locked()))]);
        assert!(says(&found, "another whimbrel") && found.1 == 1, "somebody else has it");
    }

    #[test]
    fn what_is_no_better_is_put_back_and_what_is_better_is_taken() {
        let case = Case::new();
        let found = case.attempts(true, [failed("the first"), failed("the second")]);
        assert!(says(&found, "the second"));
        assert_eq!(case.now(), "before");
        let found = case.attempts(true, [Attempt::Ended(Ok(None)), Attempt::Ended(Ok(Some(true)))]);
        assert!(matches!(found, (Ok(Some(true)), 2)));
        case.write("before");
        let found = case.attempts(true, [Attempt::Ended(Ok(Some(true)))]);
        assert!(matches!(found, (Ok(Some(true)), 1)));
    }
}
