//! What is asked of a repository, in our words; errors say what to do.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use gix::ObjectId;
use gix::objs::tree::EntryKind;

use crate::source::LookError;

/// Memory for decoded objects: trees are looked at again and again along a line.
const OBJECT_CACHE_BYTES: usize = 16 << 20;

/// Symbolic links followed inside a tree.
const LINKS: usize = 5;

/// An opened repository.
pub(super) struct Repository {
    inner: gix::Repository,
    folder: PathBuf,
}

/// A commit on the line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) commit: ObjectId,
    pub(super) tree: ObjectId,
    /// Its committer's time.
    pub(super) at: DateTime<Utc>,
    parent: Option<ObjectId>,
}

impl Repository {
    /// Opens the repository in this folder; nothing outside it (environment, user's settings) has a say.
    pub(super) fn open(folder: &Path) -> Result<Self, LookError> {
        if !folder.exists() {
            return Err(LookError::not_found(format!(
                "{} does not exist: name the folder of the repository",
                folder.display()
            )));
        }
        let mut inner =
            gix::open_opts(folder, gix::open::Options::isolated()).map_err(|error| {
                LookError::not_found(format!(
                    "{} is no readable git repository ({error}): name the folder that holds .git, or a bare repository",
                    folder.display()
                ))
            })?;
        inner.object_cache_size(OBJECT_CACHE_BYTES);
        Ok(Self { inner, folder: folder.to_owned() })
    }

    /// The newest commit of a branch, or of the one `HEAD` stands on.
    pub(super) fn tip(&self, branch: Option<&str>) -> Result<ObjectId, LookError> {
        let Some(branch) = branch else { return self.head() };
        for name in
            [format!("refs/heads/{branch}"), format!("refs/remotes/origin/{branch}"), branch.to_owned()]
        {
            let Ok(Some(mut reference)) = self.inner.try_find_reference(name.as_str()) else { continue };
            return Ok(reference.peel_to_commit().map_err(|error| self.damaged(&error))?.id);
        }
        Err(LookError::not_found(format!(
            "{} has no branch `{branch}`: check its name, or leave it out for the current branch",
            self.folder.display()
        )))
    }

    fn head(&self) -> Result<ObjectId, LookError> {
        let mut head = self.inner.head().map_err(|error| self.damaged(&error))?;
        if head.is_unborn() {
            return Err(LookError::not_found(format!(
                "{} has no commit on its current branch yet: make one, or name another branch with @BRANCH",
                self.folder.display()
            )));
        }
        Ok(head.peel_to_commit().map_err(|error| self.damaged(&error))?.id)
    }

    /// One commit.
    pub(super) fn link(&self, commit: ObjectId) -> Result<Link, LookError> {
        let found = self.inner.find_commit(commit).map_err(|error| self.damaged(&error))?;
        let seconds = found.time().map_or(0, |time| time.seconds);
        Ok(Link {
            commit,
            tree: found.tree_id().map_err(|error| self.damaged(&error))?.detach(),
            at: DateTime::from_timestamp(seconds, 0).unwrap_or_default(),
            parent: found.parent_ids().next().map(gix::Id::detach),
        })
    }

    /// The first-parent line down from `tip`, oldest first. With `since`: from that commit on, itself included;
    /// `None` when the line does not lead there. A shallow clone's line ends where the clone ends.
    pub(super) fn line(
        &self,
        tip: ObjectId,
        since: Option<ObjectId>,
    ) -> Result<Option<Vec<Link>>, LookError> {
        let mut line = vec![self.link(tip)?];
        let mut next = if since == Some(tip) { None } else { line[0].parent };
        let mut met = since == Some(tip);
        while let Some(id) = next.filter(|id| self.inner.has_object(*id)) {
            let link = self.link(id)?;
            met |= since == Some(id);
            next = link.parent.filter(|_| !met);
            line.push(link);
        }
        line.reverse();
        Ok((met || since.is_none()).then_some(line))
    }

    /// The file at a path in a tree; links to other files are followed, a folder is refused.
    pub(super) fn blob(&self, tree: ObjectId, path: &str) -> Result<Option<ObjectId>, LookError> {
        let mut path = path.to_owned();
        for _ in 0..=LINKS {
            let root = self.inner.find_tree(tree).map_err(|error| self.damaged(&error))?;
            let entry = root.lookup_entry_by_path(&path).map_err(|error| self.damaged(&error))?;
            let Some(entry) = entry else { return Ok(None) };
            match entry.mode().kind() {
                EntryKind::Blob | EntryKind::BlobExecutable => return Ok(Some(entry.object_id())),
                EntryKind::Link => {
                    let target =
                        self.inner.find_blob(entry.object_id()).map_err(|error| self.damaged(&error))?;
                    match resolve(&path, &String::from_utf8_lossy(&target.data)) {
                        Some(target) => path = target,
                        None => return Ok(None),
                    }
                }
                EntryKind::Tree | EntryKind::Commit => {
                    return Err(LookError::unreadable(format!(
                        "`{path}` in {} is a folder: name a file in it",
                        self.folder.display()
                    )));
                }
            }
        }
        Err(LookError::unreadable(format!(
            "`{path}` in {} leads in a circle of symbolic links: name the file itself",
            self.folder.display()
        )))
    }

    /// The bytes of a file.
    pub(super) fn read(&self, blob: ObjectId, path: &str, limit: usize) -> Result<Vec<u8>, LookError> {
        let header = self.inner.find_header(blob).map_err(|error| self.damaged(&error))?;
        if header.size() > limit as u64 {
            return Err(LookError::too_large(&format!("`{path}` in {}", self.folder.display()), limit));
        }
        let mut blob = self.inner.find_blob(blob).map_err(|error| self.damaged(&error))?;
        Ok(blob.take_data())
    }

    /// Where a file of the older tree went in the newer one, if it was renamed.
    pub(super) fn renamed_to(
        &self,
        before: ObjectId,
        after: ObjectId,
        path: &str,
    ) -> Result<Option<String>, LookError> {
        self.rename(before, after, |from, to| (from == path).then(|| to.to_owned()))
    }

    /// Where a file of the newer tree came from in the older one, if it was renamed.
    pub(super) fn renamed_from(
        &self,
        before: ObjectId,
        after: ObjectId,
        path: &str,
    ) -> Result<Option<String>, LookError> {
        self.rename(before, after, |from, to| (to == path).then(|| from.to_owned()))
    }

    fn rename(
        &self,
        before: ObjectId,
        after: ObjectId,
        pick: impl Fn(&str, &str) -> Option<String>,
    ) -> Result<Option<String>, LookError> {
        let tree = |id| self.inner.find_tree(id).map_err(|error| self.damaged(&error));
        let options = gix::diff::Options::default().with_rewrites(Some(gix::diff::Rewrites::default()));
        let changes = self
            .inner
            .diff_tree_to_tree(&tree(before)?, &tree(after)?, options)
            .map_err(|error| self.damaged(&error))?;
        Ok(changes.into_iter().find_map(|change| match change {
            gix::object::tree::diff::ChangeDetached::Rewrite {
                source_location,
                location,
                copy: false,
                ..
            } => pick(&source_location.to_string(), &location.to_string()),
            _ => None,
        }))
    }

    /// The file is not there.
    pub(super) fn missing(&self, path: &str) -> LookError {
        LookError::not_found(format!(
            "`{path}` is not in the newest commit of {}: check the path and the branch",
            self.folder.display()
        ))
    }

    fn damaged(&self, error: &gix::Error) -> LookError {
        LookError::unreadable(format!(
            "the repository {} cannot be read ({error}): `git fsck` tells more",
            self.folder.display()
        ))
    }
}

/// Where a symbolic link at `path` leads inside the tree; `None` when it leads outside.
fn resolve(path: &str, target: &str) -> Option<String> {
    if target.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
