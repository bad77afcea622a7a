//! A file at a branch of a local repository: every version on the first-parent line, in order, without a git
//! program.

mod history;
mod repository;
#[cfg(test)]
pub(crate) mod scratch;
#[cfg(test)]
mod tests;

use std::path::Path;

use gix::ObjectId;

pub use history::{History, Step};

use self::repository::{Link, Repository};
use super::{Cursor, Document, LookError, Sight, Version};

/// Versions handed out by one look, so that a long absence is not held in memory at once …
const VERSIONS_A_LOOK: usize = 32;

/// … nor are a few huge ones.
const BYTES_A_LOOK: usize = 32 << 20;

/// Looks at a file in a repository: what happened since the commit of the cursor.
pub(super) async fn look(
    folder: &Path,
    path: &str,
    branch: Option<&str>,
    cursor: &Cursor,
    limit: usize,
) -> Result<Sight, LookError> {
    let (folder, path) = (folder.to_owned(), plain(path));
    let (branch, cursor) = (branch.map(str::to_owned), cursor.clone());
    tokio::task::spawn_blocking(move || look_now(&folder, &path, branch.as_deref(), &cursor, limit))
        .await
        .map_err(|error| LookError::trouble(format!("reading the repository broke off: {error}")))?
}

fn look_now(
    folder: &Path,
    path: &str,
    branch: Option<&str>,
    cursor: &Cursor,
    limit: usize,
) -> Result<Sight, LookError> {
    let repository = Repository::open(folder)?;
    let tip = repository.tip(branch)?;
    let seen: Option<ObjectId> = cursor.get("commit").and_then(|id| ObjectId::from_hex(id.as_bytes()).ok());
    if seen == Some(tip) {
        return Ok(Sight::Unchanged { cursor: None });
    }
    // The path the file went to by renames; it starts anew when the history did or the file is back in its place.
    let path_seen = cursor.get("path").map_or(path, String::as_str);
    let line = seen.map_or(Ok(None), |seen| repository.line(tip, Some(seen)))?;
    let Some(line) = line else { return newest_only(&repository, tip, path, path_seen, cursor, limit) };
    walk(&repository, &line, path_seen, cursor, limit)
}

/// First look, or a history that was rewritten: the newest version is one step from what is known.
fn newest_only(
    repository: &Repository,
    tip: ObjectId,
    path: &str,
    path_seen: &str,
    cursor: &Cursor,
    limit: usize,
) -> Result<Sight, LookError> {
    let link = repository.link(tip)?;
    let at_path = |path: &str| Ok(repository.blob(link.tree, path)?.map(|blob| (path.to_owned(), blob)));
    let found = match at_path(path)? {
        None if path_seen != path => at_path(path_seen)?,
        found => found,
    };
    let (path, blob) = found.ok_or_else(|| repository.missing(path))?;
    let next = cursor_at(&link, &path, Some(blob));
    if cursor.get("blob") == Some(&blob.to_string()) {
        return Ok(Sight::Unchanged { cursor: Some(next) });
    }
    let versions = vec![version(repository, &link, &path, blob, limit)?];
    Ok(Sight::Versions { versions, cursor: next, more: false })
}

/// The ordinary case: some commits more on the same line, oldest first. The first link is the one already seen.
fn walk(
    repository: &Repository,
    line: &[Link],
    path_seen: &str,
    cursor: &Cursor,
    limit: usize,
) -> Result<Sight, LookError> {
    let mut path = path_seen.to_owned();
    let mut known = cursor.get("blob").and_then(|id| ObjectId::from_hex(id.as_bytes()).ok());
    let (mut versions, mut bytes) = (Vec::new(), 0);
    let mut present = true;
    for pair in line.windows(2) {
        let [before, link] = pair else { continue };
        if before.tree == link.tree {
            continue;
        }
        // What stood in the way for a while (a folder, a circle of links) matters only when it still does.
        let newest = line.last().is_some_and(|last| last.commit == link.commit);
        let mut blob = match repository.blob(link.tree, &path) {
            Err(error) if newest => return Err(error),
            found => found.unwrap_or_default(),
        };
        if blob.is_none()
            && present
            && let Some(new) = repository.renamed_to(before.tree, link.tree, &path)?
        {
            blob = repository.blob(link.tree, &new)?;
            path = new;
        }
        present = blob.is_some();
        let Some(blob) = blob.filter(|blob| known != Some(*blob)) else { continue };
        known = Some(blob);
        match version(repository, link, &path, blob, limit) {
            Ok(version) => {
                bytes += version.documents.iter().map(|document| document.bytes.len()).sum::<usize>();
                versions.push(version);
            }
            // A version that is too large is only in the way when it is the newest.
            Err(error) if newest => return Err(error),
            Err(_) => {}
        }
        if versions.len() >= VERSIONS_A_LOOK || bytes >= BYTES_A_LOOK {
            return Ok(Sight::Versions {
                versions,
                cursor: cursor_at(link, &path, Some(blob)),
                more: !newest,
            });
        }
    }
    let Some(last) = line.last().filter(|_| present) else { return Err(repository.missing(&path)) };
    let cursor = cursor_at(last, &path, known);
    if versions.is_empty() {
        return Ok(Sight::Unchanged { cursor: Some(cursor) });
    }
    Ok(Sight::Versions { versions, cursor, more: false })
}

fn version(
    repository: &Repository,
    link: &Link,
    path: &str,
    blob: ObjectId,
    limit: usize,
) -> Result<Version, LookError> {
    let bytes = repository.read(blob, path, limit)?;
    Ok(Version {
        documents: vec![Document { name: file_name(path), bytes }],
        unread: Vec::new(),
        at: Some(link.at),
        commit: Some(link.commit.to_string()),
        cursor: Some(cursor_at(link, path, Some(blob))),
    })
}

fn cursor_at(link: &Link, path: &str, blob: Option<ObjectId>) -> Cursor {
    let mut cursor = Cursor::new();
    cursor.insert("commit".to_owned(), link.commit.to_string());
    cursor.insert("path".to_owned(), path.to_owned());
    if let Some(blob) = blob {
        cursor.insert("blob".to_owned(), blob.to_string());
    }
    cursor
}

fn file_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

/// The path as trees know it: people write `./list.md`, and shells complete it so.
fn plain(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    parts.join("/")
}
