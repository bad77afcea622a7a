//! How an open ended: the steps that were needed, or the reason it was refused.

use std::fmt;
use std::path::PathBuf;

use rustix::io::Errno;
use whimbrel_news::Epoch;

/// A store and how it came up.
pub struct Opened<S> {
    /// The store.
    pub store: S,
    /// What had to be done; empty for an ordinary start. Each step is to be said aloud.
    pub steps: Vec<OpenStep>,
}

/// A step of the recovery ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenStep {
    /// A new, empty store was made.
    Created,
    /// The database did not open, or was not as it was written, for this reason.
    Damaged(String),
    /// The former database was moved here.
    SetAside(PathBuf),
    /// The database opened once its snapshot file was left out.
    WithoutSnapshotFile,
    /// The state was taken from this backup.
    FromBackup(PathBuf),
    /// Nothing could be saved: the state will be rebuilt quietly from the sources.
    Rebuilt,
    /// The journal ended below the high-water mark: a new epoch was started.
    NewEpoch(Epoch),
    /// The GitHub projects of an older store were found: so many.
    Projects(usize),
    /// The due times of so many projects were spread, because none were kept.
    Spread(usize),
    /// So many lanes begin at the newest event: what waited in them is not told.
    LanesAtHead(usize),
}

impl fmt::Display for OpenStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Created => write!(f, "made a new, empty store"),
            Self::Damaged(problem) => write!(f, "the database is damaged ({problem})"),
            Self::SetAside(path) => write!(f, "moved the former database to {}", path.display()),
            Self::WithoutSnapshotFile => write!(f, "opened a copy of the database without its snapshot file"),
            Self::FromBackup(path) => write!(f, "took the state from {}", path.display()),
            Self::Rebuilt => {
                write!(f, "began an empty store: the state will be read from the catalogs again, quietly")
            }
            Self::Projects(count) => {
                write!(f, "found the {count} GitHub projects that the entries lie in")
            }
            Self::Spread(count) => {
                write!(f, "spread the next looks at {count} projects over the time between two of them")
            }
            Self::LanesAtHead(count) => {
                write!(f, "set {count} subscriptions to begin anew: what waited for them is not sent")
            }
            Self::NewEpoch(epoch) => {
                write!(f, "began life {epoch} of the store: numbers of lost events are not given again")
            }
        }
    }
}

/// Why the store refused.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process owns the folder.
    #[error("another whimbrel{} is using {path}: stop it first, or set another folder in [store] path", pid(*owner))]
    Locked {
        /// The folder.
        path: PathBuf,
        /// The other process, when it gave its number.
        owner: Option<u32>,
    },
    /// Written by a newer version.
    #[error(
        "{path} was written by a newer whimbrel (store format {found}, this one knows {known}): install that version or import a backup"
    )]
    Newer {
        /// The folder.
        path: PathBuf,
        /// The format found.
        found: u32,
        /// The newest format known.
        known: u32,
    },
    /// The disk refused.
    #[error("{path}: {source}{}", advice(source))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file that is no export of ours, or a damaged one.
    #[error("{path} cannot be imported: {problem}")]
    BadImport {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The disk failed in the middle of a commit: nothing more is written over what may be half there.
    #[error(
        "the store has stopped writing ({0}): put that right and start again, nothing that was told is lost"
    )]
    Stopped(String),
    /// A value that cannot be what we wrote.
    #[error("the store is damaged: {0}")]
    Damaged(String),
}

/// What to do about a system error.
fn advice(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    match error.kind() {
        StorageFull | QuotaExceeded => ": make room there, nothing is lost",
        PermissionDenied => ": let this user write there, or set another folder in [store] path",
        ReadOnlyFilesystem => ": make the file system writable, or set another folder in [store] path",
        _ if error.raw_os_error() == Some(Errno::IO.raw_os_error()) => {
            ": the disk fails, see to it (`dmesg` says more); nothing that was told is lost"
        }
        _ => "",
    }
}

fn pid(owner: Option<u32>) -> String {
    owner.map(|pid| format!(" (process {pid})")).unwrap_or_default()
}
