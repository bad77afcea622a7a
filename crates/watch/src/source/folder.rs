//! A folder of files: all catalog documents below it, as one version.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::file::{Seen, explain, read, stamp};
use super::{Document, LookError, fingerprint};

/// Endings of files that can be catalogs.
const ENDINGS: [&str; 9] = ["md", "markdown", "mdown", "mkd", "org", "yaml", "yml", "json", "csv"];

/// Beginnings of file names that stand beside catalogs and are none.
const BESIDE: [&str; 5] = ["license", "contributing", "code_of_conduct", "code-of-conduct", "changelog"];

/// More files are no folder of catalogs; somebody named their home.
const MOST_FILES: usize = 2000;

/// Deeper folders are not entered.
const DEEPEST: usize = 16;

/// Reads the catalog files below a folder; `None` when all their stamps are the known ones.
pub(super) fn see(folder: &Path, known: Option<&str>, limit: usize) -> Result<Option<Seen>, LookError> {
    let mut files = Vec::new();
    collect(folder, DEEPEST, &mut files)?;
    if files.is_empty() {
        return Err(LookError::not_found(format!(
            "{} holds no catalog files: put .md, .org, .yaml, .json or .csv files there",
            folder.display()
        )));
    }
    files.sort();

    let mut stamps = String::new();
    let mut written = SystemTime::UNIX_EPOCH;
    let mut opened = Vec::with_capacity(files.len());
    for path in files {
        let metadata = fs::metadata(&path).map_err(|error| explain(&path, &error))?;
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
        stamps.push_str(&name);
        stamps.push('\n');
        stamps.push_str(&stamp(&metadata));
        stamps.push('\n');
        written = written.max(metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH));
        opened.push((path, name, metadata));
    }
    let stamp = fingerprint(stamps.as_bytes());
    if known == Some(&stamp) {
        return Ok(None);
    }

    let mut left = limit;
    let mut documents = Vec::with_capacity(opened.len());
    for (path, name, metadata) in opened {
        let bytes = read(&path, &metadata, left)?;
        left -= bytes.len();
        documents.push(Document { name, bytes });
    }
    Ok(Some(Seen { documents, stamp, written }))
}

/// Links to folders are not entered: they can lead in circles. Links to files are files.
fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), LookError> {
    for entry in fs::read_dir(folder).map_err(|error| explain(folder, &error))? {
        let entry = entry.map_err(|error| explain(folder, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = entry.path();
        let kind = entry.file_type().map_err(|error| explain(&path, &error))?;
        if kind.is_dir() {
            if depth > 0 {
                collect(&path, depth - 1, files)?;
            }
        } else if is_catalog_like(&name) && !(kind.is_symlink() && path.is_dir()) {
            if files.len() == MOST_FILES {
                return Err(LookError::unreadable(format!(
                    "{} holds more than {MOST_FILES} files: name the folder of the catalog itself",
                    folder.display()
                )));
            }
            files.push(path);
        }
    }
    Ok(())
}

fn is_catalog_like(name: &str) -> bool {
    let name = name.to_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    ENDINGS.contains(&ending) && !BESIDE.iter().any(|beside| name.starts_with(beside))
}
