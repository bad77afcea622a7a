//! The files of a repository and how they came: commits, branches, and what a ref names.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::ids::{self, Oid};
use super::state::{Commit, Repo};

/// A file's bytes with their git object id.
#[derive(Clone, Debug)]
pub(super) struct Blob {
    pub(super) oid: Oid,
    pub(super) bytes: Bytes,
}

/// All files of a commit by path.
pub(super) type Files = BTreeMap<String, Blob>;

/// A commit with its files.
#[derive(Clone, Debug)]
pub(super) struct Version {
    pub(super) oid: Oid,
    pub(super) at: DateTime<Utc>,
    pub(super) message: String,
    pub(super) parent: Option<usize>,
    pub(super) files: Arc<Files>,
    pub(super) changed: Vec<String>,
}

/// Commits and branches.
#[derive(Clone, Debug)]
pub(super) struct Git {
    pub(super) default_branch: String,
    pub(super) branches: BTreeMap<String, usize>,
    pub(super) versions: Vec<Version>,
}

impl Default for Git {
    fn default() -> Self {
        Self { default_branch: "main".to_owned(), branches: BTreeMap::new(), versions: Vec::new() }
    }
}

impl Git {
    /// The newest commit of a branch.
    pub(super) fn head(&self, branch: &str) -> Option<usize> {
        self.branches.get(branch).copied()
    }
}

impl Repo {
    /// The name of the branch a reader sees first.
    pub(super) fn default_branch(&self) -> &str {
        self.git.as_ref().map_or("main", |git| &git.default_branch)
    }

    /// Commits a change of files to a branch; nothing for a path removes it.
    pub(super) fn commit(
        &mut self,
        branch: Option<&str>,
        message: &str,
        changes: impl IntoIterator<Item = (String, Option<Bytes>)>,
        at: DateTime<Utc>,
    ) -> Oid {
        let oid = self.make_commit(at).oid;
        let git = self.git.get_or_insert_default();
        let branch = branch.unwrap_or(&git.default_branch).to_owned();
        // A new branch starts where the default one stands.
        let parent = git.head(&branch).or_else(|| git.head(&git.default_branch));
        let mut files = parent.map(|parent| git.versions[parent].files.as_ref().clone()).unwrap_or_default();
        let mut changed = Vec::new();
        for (path, bytes) in changes {
            match bytes {
                Some(bytes) => files.insert(path.clone(), Blob { oid: ids::blob_oid(&bytes), bytes }),
                None => files.remove(&path),
            };
            changed.push(path);
        }
        let message = message.to_owned();
        git.versions.push(Version { oid, at, message, parent, files: Arc::new(files), changed });
        git.branches.insert(branch, git.versions.len() - 1);
        self.empty = false;
        self.pushed = at;
        oid
    }

    /// A commit to put a tag on: the newest one where it is of this moment, otherwise a new one with the same files,
    /// which leads the default branch on unless it is of the past.
    pub(super) fn commit_to_tag(&mut self, at: DateTime<Utc>) -> Commit {
        let Some(head) = self.git.as_ref().and_then(|git| git.head(&git.default_branch)) else {
            return self.make_commit(at);
        };
        let newest = &self.git.as_ref().expect("it has a head").versions[head];
        if newest.at == at {
            return Commit { oid: newest.oid, at };
        }
        let commit = self.make_commit(at);
        let git = self.git.as_mut().expect("it has a head");
        let (files, past) = (Arc::clone(&git.versions[head].files), at < git.versions[head].at);
        let message = "Prepare the release".to_owned();
        git.versions.push(Version {
            oid: commit.oid,
            at,
            message,
            parent: Some(head),
            files,
            changed: Vec::new(),
        });
        if !past {
            git.branches.insert(git.default_branch.clone(), git.versions.len() - 1);
        }
        commit
    }

    /// The commit a ref names: a branch, a tag (with or without `refs/…/`), a commit's id, or `HEAD`.
    pub(super) fn resolve(&self, name: Option<&str>) -> Option<usize> {
        let git = self.git.as_ref()?;
        let name = name.filter(|name| !name.is_empty() && *name != "HEAD").unwrap_or(&git.default_branch);
        let branch = name.strip_prefix("refs/heads/").unwrap_or(name);
        if let Some(head) = git.head(branch) {
            return Some(head);
        }
        let tag = name.strip_prefix("refs/tags/").unwrap_or(name);
        let oid = self.tag(tag).map(|tag| ids::hex(&tag.commit.oid));
        let oid = oid.as_deref().unwrap_or(name);
        git.versions.iter().position(|version| ids::hex(&version.oid) == oid)
    }

    /// The commits that lead to this one and touch a path, newest first.
    pub(super) fn history<'a>(
        &'a self,
        from: usize,
        path: Option<&'a str>,
    ) -> impl Iterator<Item = &'a Version> + 'a {
        let versions = self.git.as_ref().map_or(&[][..], |git| &git.versions);
        let walk = std::iter::successors(versions.get(from), |version| versions.get(version.parent?));
        walk.filter(move |version| path.is_none_or(|path| touches(version, path)))
    }
}

/// Whether a commit changed the file, or something in the folder.
fn touches(version: &Version, path: &str) -> bool {
    let within = |changed: &str| changed.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
    version.changed.iter().any(|changed| changed == path || within(changed))
}
