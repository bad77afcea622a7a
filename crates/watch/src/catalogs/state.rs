//! A followed catalog as it lies in the store: loaded for a visit, moved on, handed back to be written.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tracing::warn;
use whimbrel_catalog::parse::PARSER_VERSION;
use whimbrel_catalog::{CatalogId, EntryKey, Format, Rules, Snapshot, Tombstone, Tracker};
use whimbrel_store::{CatalogMeta, DocumentId, Store, StoreError};

use super::follower::{Follower, Memory, Written};
use super::reading;
use crate::source::Document;

/// A catalog during a visit.
pub(crate) struct State<'a> {
    follower: Follower<'a>,
    /// The documents behind the accepted state, the last time it was exactly one version.
    accepted: Option<Kept>,
    /// The latest readable documents.
    latest: Option<Kept>,
}

/// Documents that are in the store already, or go there.
#[derive(Clone)]
enum Kept {
    Stored(DocumentId),
    Fresh(Arc<Vec<Document>>),
}

impl<'a> State<'a> {
    /// The catalog as it was left.
    pub(crate) fn load(
        store: &Store,
        meta: &CatalogMeta,
        format: Option<Format>,
        rules: &'a Rules,
        memory: &'a Memory<'a>,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let stored = store.snapshot(&meta.id)?.unwrap_or_default();
        let settling = store.settling(&meta.id)?.unwrap_or_default();
        let read = |id: Option<&DocumentId>| read_stored(store, id, format);
        let latest = if settling.needs_latest() { read(meta.latest_document.as_ref())? } else { None };
        let mut follower = Follower::new(Tracker::restore(stored, latest, settling), rules, memory);
        for (old, new) in renames(store, follower.tracker(), follower.tracker().latest())? {
            follower.learn(old, new);
        }
        if meta.parser != PARSER_VERSION
            && let Some(latest) = read(meta.latest_document.as_ref())?
        {
            let accepted = read(meta.accepted_document.as_ref())?.unwrap_or_else(|| latest.clone());
            follower.reread(accepted, latest, now);
        }
        let kept = |id: &Option<DocumentId>| id.clone().map(Kept::Stored);
        Ok(Self { follower, accepted: kept(&meta.accepted_document), latest: kept(&meta.latest_document) })
    }

    /// A catalog seen for the first time.
    pub(crate) fn begin(follower: Follower<'a>, documents: Vec<Document>) -> Self {
        let latest = Some(Kept::Fresh(Arc::new(documents)));
        Self { follower, accepted: latest.clone(), latest }
    }

    /// The latest readable documents.
    pub(crate) fn documents(&self, store: &Store) -> Result<Vec<Document>, StoreError> {
        match &self.latest {
            None => Ok(Vec::new()),
            Some(Kept::Stored(id)) => stored_documents(store, id),
            Some(Kept::Fresh(documents)) => Ok(documents.to_vec()),
        }
    }

    /// Takes in what is known of the projects this version no longer lists under the address it did.
    pub(crate) fn learn(&mut self, store: &Store, next: &Snapshot) -> Result<(), StoreError> {
        for (old, new) in renames(store, self.tracker(), next)? {
            self.follower.learn(old, new);
        }
        Ok(())
    }

    /// The catalog looks like this from this moment on.
    pub(crate) fn look(&mut self, snapshot: Snapshot, documents: Vec<Document>, at: DateTime<Utc>) {
        self.follower.look(snapshot, at);
        self.latest = Some(Kept::Fresh(Arc::new(documents)));
        self.settle();
    }

    /// Nothing changed up to this moment.
    pub(crate) fn rest_until(&mut self, now: DateTime<Utc>) {
        self.follower.rest_until(now);
        self.settle();
    }

    /// The tracker.
    pub(crate) fn tracker(&self) -> &Tracker {
        self.follower.tracker()
    }

    /// Keeps the documents and notes them, and what is known of the state, in the facts; hands back the rest.
    pub(crate) fn finish(self, store: &Store, meta: &mut CatalogMeta) -> Result<Written, StoreError> {
        let keep = |kept: Option<Kept>| match kept {
            None => Ok(None),
            Some(Kept::Stored(id)) => Ok(Some(id)),
            Some(Kept::Fresh(documents)) => store.put_document(&reading::pack(&documents)).map(Some),
        };
        // Documents that are both are put once, as they are named once.
        let one = matches!((&self.accepted, &self.latest),
            (Some(Kept::Fresh(accepted)), Some(Kept::Fresh(latest))) if Arc::ptr_eq(accepted, latest));
        meta.latest_document = keep(self.latest)?;
        meta.accepted_document = if one { meta.latest_document.clone() } else { keep(self.accepted)? };
        meta.parser = PARSER_VERSION;
        let tracker = self.follower.tracker();
        let accepted = tracker.accepted();
        meta.entries = accepted.entries.len() as u32;
        meta.listings = accepted.listings() as u32;
        meta.sections = accepted.sections.len() as u32;
        meta.held = tracker.settling().held().map(|(hold, _)| hold.detail.clone());
        Ok(self.follower.finish())
    }

    fn settle(&mut self) {
        if self.follower.tracker().is_settled() {
            self.accepted.clone_from(&self.latest);
        }
    }
}

/// Entries that are missing in the next version and whose projects have other addresses now: old and new key.
fn renames(
    store: &Store,
    tracker: &Tracker,
    next: &Snapshot,
) -> Result<Vec<(EntryKey, EntryKey)>, StoreError> {
    let listed: HashSet<&EntryKey> = next.entries.iter().map(|entry| &entry.key).collect();
    let mut renames = Vec::new();
    for entry in tracker.accepted().entries.iter().filter(|entry| !listed.contains(&entry.key)) {
        let Some((host, owner, name)) = entry.key.repository() else { continue };
        let whole = format!("{host}/{owner}/{name}");
        let Some(id) = store.project_named(&EntryKey::from_stored(&whole))? else { continue };
        let Some(project) = store.project(id)?.filter(|project| project.key.as_str() != whole) else {
            continue;
        };
        // An entry below the repository moved along with it.
        if let Some(below) = entry.key.as_str().strip_prefix(&whole) {
            renames.push((
                entry.key.clone(),
                EntryKey::from_stored(&format!("{}{below}", project.key.as_str())),
            ));
        }
    }
    Ok(renames)
}

/// Tells of entries that left a catalog in earlier visits.
pub(crate) fn memory(store: &Store, id: CatalogId) -> impl Fn(&EntryKey) -> Option<Tombstone> + '_ {
    move |key| {
        store.tombstone(&id, key).unwrap_or_else(|error| {
            warn!(catalog = %id, %error, "what was removed from `{id}` earlier cannot be read: {error}");
            None
        })
    }
}

/// What a kept document says; `None` when it is not there or not readable any more.
fn read_stored(
    store: &Store,
    id: Option<&DocumentId>,
    format: Option<Format>,
) -> Result<Option<Snapshot>, StoreError> {
    let Some(id) = id else { return Ok(None) };
    let documents = stored_documents(store, id)?;
    Ok(if documents.is_empty() { None } else { reading::read(&documents, format).ok() })
}

/// The documents kept under a name; none when they are not there or not readable any more.
pub(crate) fn stored_documents(store: &Store, id: &DocumentId) -> Result<Vec<Document>, StoreError> {
    let packed = store.document(id)?;
    Ok(packed.and_then(|packed| reading::unpack(&packed)).unwrap_or_default())
}
