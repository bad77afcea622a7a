//! Files beside the database that are a part of what is known although others write them: they go along in exports and
//! backups, and come back with them.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use chrono::{DateTime, Utc};

use crate::disk::files;
use crate::disk::folder::stamp;
use crate::outcome::StoreError;

/// The file of catalogs that people suggested and that were accepted.
pub const SUGGESTED: &str = "suggested.toml";

/// The file of suggestions that wait to be decided, or to be answered.
pub const SUGGESTIONS: &str = "suggestions.json";

/// The file of the bots that items of feeds lead to.
pub const LEADS: &str = "leads.json";

/// All of them.
const KNOWN: [&str; 3] = [SUGGESTED, SUGGESTIONS, LEADS];

/// No such file of ours is larger.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Such files by their names.
pub(crate) type Beside = BTreeMap<String, String>;

/// What becomes of such a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Present {
    /// It stays: it is newer than any backup.
    Stays,
    /// It is moved aside: somebody replaces everything.
    MovesAside,
}

/// Is this the name of such a file?
pub(crate) fn is_known(name: &str) -> bool {
    KNOWN.contains(&name)
}

/// Those that are there.
pub(crate) fn read(root: &Path) -> Result<Beside, StoreError> {
    let mut found = Beside::new();
    for name in KNOWN {
        let path = root.join(name);
        match fs::read_to_string(&path) {
            Ok(text) if text.len() <= MAX_BYTES => drop(found.insert(name.to_owned(), text)),
            Ok(_) => tracing::warn!("{} is too large and is left out of the export", path.display()),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                tracing::warn!("{} is no text and is left out of the export", path.display());
            }
            Err(error) => return Err(files::at(&path)(error)),
        }
    }
    Ok(found)
}

/// Writes those of an export.
pub(crate) fn write(
    root: &Path,
    beside: &Beside,
    present: Present,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for (name, text) in beside.iter().filter(|(name, _)| is_known(name)) {
        let path = root.join(name);
        if path.exists() {
            if present == Present::Stays || fs::read(&path).is_ok_and(|there| there == text.as_bytes()) {
                continue;
            }
            let aside = root.join(format!("replaced-{}-{name}", stamp(now)));
            fs::rename(&path, &aside).map_err(files::at(&path))?;
        }
        files::write_whole(&path, text.as_bytes())?;
    }
    Ok(())
}
