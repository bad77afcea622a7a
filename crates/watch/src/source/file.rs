//! A local file: read only when its stamp differs, and only once it stands still.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

use super::{Cursor, Document, LookError, LookErrorKind, Sight, Unread, Version, fingerprint, folder};
use crate::config::Settings;

/// Reads of a file that is being written before it is left for later.
const READS: usize = 5;

/// A file last written this shortly before it was read may be written again within the same tick of the file
/// system's clock; its stamp proves nothing and is not kept.
const FRESH: Duration = Duration::from_secs(2);

/// Looks at a path: a file, or a folder of files.
pub(super) async fn look(
    path: &Path,
    cursor: &Cursor,
    settings: &Settings,
    now: DateTime<Utc>,
) -> Result<Sight, LookError> {
    let mut before: Option<Seen> = None;
    for _ in 0..READS {
        let (at, known, limit) = (path.to_owned(), cursor.get("stamp").cloned(), settings.max_bytes);
        let seen = tokio::task::spawn_blocking(move || see(&at, known.as_deref(), limit)).await.map_err(
            |error| LookError::trouble(format!("reading {} broke off: {error}", path.display())),
        )??;
        let Some(seen) = seen else { return Ok(Sight::Unchanged { cursor: None }) };
        let stands = seen.age(now).is_some_and(|age| age >= settings.second_read.as_std());
        let again = |before: &Seen| before.documents == seen.documents && before.unread == seen.unread;
        if stands || before.as_ref().is_some_and(again) {
            return Ok(judge(seen, cursor, now));
        }
        before = Some(seen);
        tokio::time::sleep(settings.second_read.as_std()).await;
    }
    Err(LookError::new(
        LookErrorKind::Busy,
        format!("{} is being written all the time: it is read once it stands still", path.display()),
    ))
}

/// What lies at a path.
pub(super) struct Seen {
    /// The documents, sorted by name.
    pub(super) documents: Vec<Document>,
    /// What lies there as well and could not be read.
    pub(super) unread: Vec<Unread>,
    /// Sizes and times of the files: equal stamps, equal files. `None` when it says nothing about the next look.
    pub(super) stamp: Option<String>,
    /// When one of them was last written.
    pub(super) written: SystemTime,
}

impl Seen {
    /// How long ago it was last written; `None` for a time to come.
    fn age(&self, now: DateTime<Utc>) -> Option<Duration> {
        SystemTime::from(now).duration_since(self.written).ok()
    }
}

/// Reads what lies at a path; `None` when its stamp is the known one.
fn see(path: &Path, known: Option<&str>, limit: usize) -> Result<Option<Seen>, LookError> {
    let metadata = fs::metadata(path).map_err(|error| explain(path, &error))?;
    if metadata.is_dir() {
        return folder::see(path, known, limit);
    }
    let stamp = stamp(&metadata);
    if known == Some(&stamp) {
        return Ok(None);
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let bytes = read(path, &metadata, limit)?;
    Ok(Some(Seen {
        documents: vec![Document { name, bytes }],
        unread: Vec::new(),
        stamp: Some(stamp),
        written: metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH),
    }))
}

fn judge(seen: Seen, cursor: &Cursor, now: DateTime<Utc>) -> Sight {
    let mut next = Cursor::new();
    let mut all = Vec::new();
    for document in &seen.documents {
        all.extend_from_slice(document.name.as_bytes());
        all.push(0);
        all.extend_from_slice(fingerprint(&document.bytes).as_bytes());
    }
    for unread in &seen.unread {
        all.extend_from_slice(format!("{}\0{}\0", unread.name, unread.why).as_bytes());
    }
    let content = fingerprint(&all);
    let same = cursor.get("content") == Some(&content);
    next.insert("content".to_owned(), content);
    let old = seen.age(now).is_some_and(|age| age >= FRESH);
    if let Some(stamp) = seen.stamp.filter(|_| old) {
        next.insert("stamp".to_owned(), stamp);
    }
    if same {
        return Sight::Unchanged { cursor: (next != *cursor).then_some(next) };
    }
    let versions = vec![Version {
        documents: seen.documents,
        unread: seen.unread,
        at: None,
        commit: None,
        cursor: None,
    }];
    Sight::Versions { versions, cursor: next, more: false }
}

/// Size, time and identity of a file in a few characters.
pub(super) fn stamp(metadata: &Metadata) -> String {
    use std::os::unix::fs::MetadataExt;
    format!(
        "{}:{}.{:09}:{}.{:09}:{}",
        metadata.len(),
        metadata.mtime(),
        metadata.mtime_nsec(),
        metadata.ctime(),
        metadata.ctime_nsec(),
        metadata.ino()
    )
}

/// The bytes of a regular file.
pub(super) fn read(path: &Path, metadata: &Metadata, limit: usize) -> Result<Vec<u8>, LookError> {
    if !metadata.is_file() {
        return Err(LookError::unreadable(format!(
            "{} is no regular file: name a file or a folder",
            path.display()
        )));
    }
    let too_large = || LookError::too_large(&path.display().to_string(), limit);
    if metadata.len() > limit as u64 {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    let file = File::open(path).map_err(|error| explain(path, &error))?;
    file.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(|error| explain(path, &error))?;
    if bytes.len() > limit { Err(too_large()) } else { Ok(bytes) }
}

/// What the system said, in a sentence that says what to do.
pub(super) fn explain(path: &Path, error: &io::Error) -> LookError {
    let path = path.display();
    match error.kind() {
        ErrorKind::NotFound => {
            LookError::not_found(format!("{path} does not exist: check the path, or put the file there"))
        }
        ErrorKind::PermissionDenied => LookError::refused(format!(
            "{path} may not be read: give the user that runs whimbrel the right to read it"
        )),
        _ if rustix::io::Errno::from_io_error(error) == Some(rustix::io::Errno::LOOP) => {
            LookError::unreadable(format!("{path} leads in a circle of symbolic links: name the file itself"))
        }
        ErrorKind::NotADirectory => {
            LookError::not_found(format!("{path} cannot exist: a part of the path is a file, no folder"))
        }
        _ => LookError::trouble(format!("{path} could not be read: {error}")),
    }
}
