//! Which of many files changed, by one question: a file whose contents still have the same id is not asked for.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use super::Place;
use crate::github::BlobAsk;
use crate::source::{Cursor, Sources, Spec};

/// Fewer files are asked for one by one: with a token an answer "not modified" costs nothing at all.
const WORTH_A_GLANCE: usize = 3;

/// What one question said about many files, until they are looked at.
pub(in crate::source) type Glances = Mutex<HashMap<BlobAsk, String>>;

/// Asks once for all of these which of them changed.
pub(in crate::source) async fn glance(sources: &Sources, due: &[(&Spec, &Cursor)], now: DateTime<Utc>) {
    let asks: Vec<BlobAsk> = due
        .iter()
        .filter_map(|(spec, cursor)| {
            let Spec::Github { owner, repo, path, branch } = spec else { return None };
            let place = Place { owner, repo, path: path.as_deref(), branch: branch.as_deref() };
            cursor.get("blob").and_then(|_| place.blob(cursor))
        })
        .collect();
    let mut glances = HashMap::new();
    if asks.len() >= WORTH_A_GLANCE {
        let ids = sources.github.blobs(&asks, now).await.ids;
        glances.extend(asks.into_iter().zip(ids).filter_map(|(ask, id)| Some((ask, id?))));
    }
    // What nobody looked at meanwhile is old.
    *locked(&sources.glances) = glances;
}

/// Whether a glance found this file as it was. A glance is good for one look.
pub(super) fn is_unchanged(sources: &Sources, place: &Place<'_>, cursor: &Cursor) -> bool {
    let glanced = place.blob(cursor).and_then(|ask| locked(&sources.glances).remove(&ask));
    glanced.is_some() && glanced.as_ref() == cursor.get("blob")
}

impl Place<'_> {
    /// How its file is named in one question about many; known once it was read.
    fn blob(&self, cursor: &Cursor) -> Option<BlobAsk> {
        let configured = format!("{}/{}", self.owner, self.repo);
        let path = cursor.get("path").filter(|_| cursor.get("configured") == Some(&configured))?;
        let full_name = cursor.get("repo").cloned().unwrap_or(configured);
        let same_path = self.path.is_none_or(|wanted| wanted == path);
        let branch = self.branch.map(str::to_owned);
        same_path.then(|| BlobAsk { full_name, branch, path: path.clone() })
    }
}

/// The name git gives to these contents.
pub(super) fn blob_id(bytes: &[u8]) -> Option<String> {
    let id = gix::objs::compute_hash(gix::hash::Kind::Sha1, gix::objs::Kind::Blob, bytes).ok()?;
    Some(id.to_string())
}

fn locked(glances: &Glances) -> MutexGuard<'_, HashMap<BlobAsk, String>> {
    glances.lock().unwrap_or_else(PoisonError::into_inner)
}
