//! All versions of a file, for back-fill and replay: listed first, read one by one.

use std::path::Path;

use chrono::{DateTime, Utc};
use gix::ObjectId;

use super::repository::Repository;
use super::{file_name, plain};
use crate::source::{Document, LookError};

/// The versions of a file on the first-parent line of a branch.
pub struct History {
    repository: Repository,
    steps: Vec<Step>,
}

/// One version: the commit that made it.
#[derive(Clone, Debug)]
pub struct Step {
    /// The commit, in hex.
    pub commit: String,
    /// Its committer's time, never before that of the step before.
    pub at: DateTime<Utc>,
    /// The path of the file in this commit.
    pub path: String,
    blob: ObjectId,
}

impl History {
    /// Lists the versions, oldest first, following renames back into the past.
    pub fn open(folder: &Path, path: &str, branch: Option<&str>) -> Result<Self, LookError> {
        let repository = Repository::open(folder)?;
        let tip = repository.tip(branch)?;
        Self::list(repository, &plain(path), tip)
    }

    /// The same up to a commit that was seen, whatever came after it.
    pub(crate) fn up_to(folder: &Path, path: &str, commit: &str) -> Result<Self, LookError> {
        let repository = Repository::open(folder)?;
        let tip = ObjectId::from_hex(commit.as_bytes())
            .map_err(|_| LookError::unreadable(format!("`{commit}` is no commit")))?;
        Self::list(repository, path, tip)
    }

    fn list(repository: Repository, path: &str, tip: ObjectId) -> Result<Self, LookError> {
        let line = repository.line(tip, None)?.unwrap_or_default();
        let mut path = path.to_owned();
        if line.last().map_or(Ok(None), |last| repository.blob(last.tree, &path))?.is_none() {
            return Err(repository.missing(&path));
        }

        let mut steps: Vec<Step> = Vec::new();
        let mut tree_above: Option<(ObjectId, bool)> = None; // the younger commit's tree, and whether the file was in it
        for link in line.iter().rev() {
            if let Some((_, present)) = tree_above.filter(|(tree, _)| *tree == link.tree) {
                if present {
                    retell(&mut steps, link);
                }
                continue;
            }
            // A folder where the file later stood is as good as nothing.
            let mut blob = repository.blob(link.tree, &path).unwrap_or_default();
            if let (None, Some((above, true))) = (blob, tree_above)
                && let Some(old) = repository.renamed_from(link.tree, above, &path)?
            {
                blob = repository.blob(link.tree, &old).unwrap_or_default();
                path = old;
            }
            tree_above = Some((link.tree, blob.is_some()));
            match blob {
                Some(blob) if steps.last().is_some_and(|step| step.blob == blob && step.path == path) => {
                    retell(&mut steps, link);
                }
                Some(blob) => steps.push(Step {
                    commit: link.commit.to_string(),
                    at: link.at,
                    path: path.clone(),
                    blob,
                }),
                None => {}
            }
        }
        steps.reverse();
        // A pure rename is no version of its own.
        steps.dedup_by(|later, earlier| later.blob == earlier.blob);
        let mut latest = DateTime::<Utc>::MIN_UTC;
        for step in &mut steps {
            step.at = step.at.max(latest);
            latest = step.at;
        }
        Ok(Self { repository, steps })
    }

    /// The versions, oldest first.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The document of a version.
    pub fn read(&self, step: &Step, limit: usize) -> Result<Document, LookError> {
        let bytes = self.repository.read(step.blob, &step.path, limit)?;
        Ok(Document { name: file_name(&step.path), bytes })
    }
}

/// The version of the last step was already there in this older commit, which is the one that made it.
fn retell(steps: &mut [Step], link: &super::repository::Link) {
    if let Some(step) = steps.last_mut() {
        step.commit = link.commit.to_string();
        step.at = link.at;
    }
}
