//! A folder of files: all catalog documents below it, as one version.
//!
//! One that cannot be read does not hold the others up: it is named beside them, so that nobody takes it for gone.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tracing::warn;

use super::file::{Seen, explain, read, stamp};
use super::{Document, LookError, LookErrorKind, Unread, fingerprint};

/// Endings of files that can be catalogs.
const ENDINGS: [&str; 9] = ["md", "markdown", "mdown", "mkd", "org", "yaml", "yml", "json", "csv"];

/// Beginnings of file names that stand beside catalogs and are none.
const BESIDE: [&str; 5] = ["license", "contributing", "code_of_conduct", "code-of-conduct", "changelog"];

/// More files are no folder of catalogs; somebody named their home.
const MOST_FILES: usize = 2000;

/// Deeper folders are not entered.
const DEEPEST: usize = 16;

/// Readings of a folder in which files vanish before the last one counts.
const READINGS: usize = 5;

/// Reads the catalog files below a folder; `None` when all their stamps are the known ones.
pub(super) fn see(folder: &Path, known: Option<&str>, limit: usize) -> Result<Option<Seen>, LookError> {
    until_nothing_vanishes(folder, || see_once(folder, known, limit))
}

/// Editors and `git` put files in the place of others: one that is listed can be gone a moment later, and that says
/// nothing about the rest. So the folder is read again.
fn until_nothing_vanishes<T>(
    folder: &Path,
    mut read: impl FnMut() -> Result<T, LookError>,
) -> Result<T, LookError> {
    for _ in 1..READINGS {
        match read() {
            Err(error) if error.kind == LookErrorKind::NotFound && folder.is_dir() => {}
            read => return read,
        }
    }
    read()
}

fn see_once(folder: &Path, known: Option<&str>, limit: usize) -> Result<Option<Seen>, LookError> {
    let mut found = Found::default();
    found.collect(folder, DEEPEST)?;
    let Found { mut files, mut refused } = found;
    files.sort();

    let mut stamps = String::new();
    let mut written = SystemTime::UNIX_EPOCH;
    let mut opened = Vec::with_capacity(files.len());
    let mut dangling = Vec::new();
    for path in files {
        let metadata = match fs::metadata(&path) {
            Ok(metadata) => metadata,
            Err(_) if leads_nowhere(&path) => {
                dangling.push(path);
                continue;
            }
            Err(error) => {
                refused.push((path.clone(), for_now(explain(&path, &error))?));
                continue;
            }
        };
        let name = name(folder, &path);
        stamps.push_str(&name);
        stamps.push('\n');
        stamps.push_str(&stamp(&metadata));
        stamps.push('\n');
        written = written.max(metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH));
        opened.push((path, name, metadata));
    }
    if opened.is_empty() && refused.is_empty() {
        return Err(LookError::not_found(format!(
            "{} holds no catalog files: put .md, .org, .yaml, .json or .csv files there",
            folder.display()
        )));
    }
    for path in &dangling {
        stamps.push_str(&path.to_string_lossy());
        stamps.push('\n');
    }
    let stamp = fingerprint(stamps.as_bytes());
    if known == Some(&stamp) {
        return Ok(None);
    }
    for path in &dangling {
        warn!("{} is left out: it is a link to a file that does not exist", path.display());
    }

    let mut left = limit;
    let mut documents = Vec::with_capacity(opened.len());
    for (path, name, metadata) in opened {
        match read(&path, &metadata, left) {
            Ok(bytes) => {
                left -= bytes.len();
                documents.push(Document { name, bytes });
            }
            // Too large is what lies here as a whole.
            Err(error) if error.kind == LookErrorKind::TooLarge => return Err(error),
            Err(error) => refused.push((path, for_now(error)?)),
        }
    }
    if documents.is_empty() && !refused.is_empty() {
        return Err(refused.swap_remove(0).1);
    }
    // Rights are given without a trace in the stamps: as long as something is refused, all is read again.
    let stamp = refused.is_empty().then_some(stamp);
    refused.sort_by(|(one, _), (other, _)| one.cmp(other));
    let unread = refused.into_iter().map(|(path, error)| {
        let name = if path.is_dir() { name(folder, &path) + "/" } else { name(folder, &path) };
        Unread { name, why: error.message }
    });
    Ok(Some(Seen { documents, unread: unread.collect(), stamp, written }))
}

/// The error, when it says that something is there and cannot be read; what has vanished meanwhile ends the reading.
fn for_now(error: LookError) -> Result<LookError, LookError> {
    if error.kind == LookErrorKind::NotFound { Err(error) } else { Ok(error) }
}

/// What a file of the folder is called.
fn name(folder: &Path, path: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned()
}

/// A link whose target is missing; a plain file that has just vanished is none.
fn leads_nowhere(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|own| own.is_symlink())
        && fs::metadata(path).is_err_and(|error| {
            matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
                || rustix::io::Errno::from_io_error(&error) == Some(rustix::io::Errno::LOOP)
        })
}

/// What lies below a folder.
#[derive(Default)]
struct Found {
    files: Vec<PathBuf>,
    /// Folders that may not be read, and why.
    refused: Vec<(PathBuf, LookError)>,
}

impl Found {
    /// Links to folders are not entered: they can lead in circles. Links to files are files.
    fn collect(&mut self, folder: &Path, depth: usize) -> Result<(), LookError> {
        for entry in fs::read_dir(folder).map_err(|error| explain(folder, &error))? {
            let entry = entry.map_err(|error| explain(folder, &error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            let path = entry.path();
            let kind = entry.file_type().map_err(|error| explain(&path, &error))?;
            if kind.is_dir() {
                match if depth > 0 { self.collect(&path, depth - 1) } else { Ok(()) } {
                    Err(error) if error.kind == LookErrorKind::Refused => self.refused.push((path, error)),
                    collected => collected?,
                }
            } else if is_catalog_like(&name) && !(kind.is_symlink() && path.is_dir()) {
                if self.files.len() == MOST_FILES {
                    return Err(LookError::unreadable(format!(
                        "{} holds more than {MOST_FILES} files: name the folder of the catalog itself",
                        folder.display()
                    )));
                }
                self.files.push(path);
            }
        }
        Ok(())
    }
}

fn is_catalog_like(name: &str) -> bool {
    let name = name.to_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    ENDINGS.contains(&ending) && !BESIDE.iter().any(|beside| name.starts_with(beside))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_vanishes_is_read_around_and_what_stays_away_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let gone = || LookError::not_found("gone");
        let mut readings = 0;
        let read = until_nothing_vanishes(folder.path(), || {
            readings += 1;
            if readings < 3 { Err(gone()) } else { Ok(readings) }
        });
        assert_eq!(read, Ok(3));

        let mut readings = 0;
        let mut always = || {
            readings += 1;
            Err::<(), _>(gone())
        };
        assert_eq!(until_nothing_vanishes(folder.path(), &mut always), Err(gone()));
        assert_eq!(until_nothing_vanishes(&folder.path().join("gone"), &mut always), Err(gone()));
        assert_eq!(readings, READINGS + 1, "a folder that is missing itself is not read again");
    }
}
