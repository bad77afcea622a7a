//! The rows of the state: how catalogs, entries and what belongs to them are written, and what follows from that.
//!
//! Whatever the look-up index follows carries a revision, and is listed under it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use whimbrel_catalog::{CatalogId, Entry, EntryKey, Settling, Tombstone};

use crate::engine::{Order, Rows as _};
use crate::heads::Heads;
use crate::keys::{Key, Kind};
use crate::looks;
use crate::outcome::StoreError;
use crate::projects::listings;
use crate::record::Moves;
use crate::rows::{self, VERSION};
use crate::touches::{self, touch};
use crate::txn::Txn;
use crate::types::{CatalogMeta, DocumentId, Look, Shape, Touched};
use crate::wide;

/// Writes sections, linkless items and rankings.
pub(crate) fn put_shape(
    txn: &mut Txn<'_>,
    heads: &mut Heads,
    id: &CatalogId,
    shape: &Shape,
) -> Result<(), StoreError> {
    let body = rows::json_bytes(shape)?;
    put_stamped(txn, heads, &Key::of(Kind::Shape).catalog(id), &body, &Touched::Shape(id.clone()))
}

/// Writes what is settling.
pub(crate) fn put_settling(txn: &mut Txn<'_>, id: &CatalogId, settling: &Settling) -> Result<(), StoreError> {
    wide::put(txn, &Key::of(Kind::Settling).catalog(id), VERSION, &rows::json_bytes(settling)?)
}

/// Does the look-up index have to follow?
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Follow {
    Yes,
    No,
}

/// Writes the facts of a catalog, its due time and its hold on documents; says whether it was known before.
pub(crate) fn put_meta(
    txn: &mut Txn<'_>,
    heads: &mut Heads,
    meta: &CatalogMeta,
    follow: Follow,
    documents: &mut Moves,
) -> Result<bool, StoreError> {
    let key = Key::of(Kind::Catalog).catalog(&meta.id);
    let body = rows::json_bytes(meta)?;
    let before = match wide::get(txn, key.as_bytes())? {
        None => None,
        Some((version, payload)) => {
            let (revision, old) = rows::unstamp(&payload)?;
            if old == body {
                return Ok(true);
            }
            Some((revision, rows::json::<CatalogMeta>(version, old, "a catalog")?))
        }
    };
    let old = before.as_ref().map(|(_, meta)| meta);
    let old_due = old.and_then(|meta| meta.next_due);
    if old_due != meta.next_due {
        if let Some(due) = old_due {
            txn.remove(due_key(due, &meta.id).as_bytes());
        }
        if let Some(due) = meta.next_due {
            txn.put(due_key(due, &meta.id).as_bytes(), rows::json_row(&(due, &meta.id))?)?;
        }
    }
    let (had, has) = (old.map(documents_of).unwrap_or_default(), documents_of(meta));
    for document in had.difference(&has) {
        txn.remove(document_key(document, &meta.id).as_bytes());
        documents.let_go.insert(document.clone());
    }
    for document in has.difference(&had) {
        wide::put_new(txn, &document_key(document, &meta.id), VERSION, &rows::json_bytes(document)?)?;
        documents.named.push(document.clone());
    }
    let revision = match (&before, follow) {
        (Some((revision, _)), Follow::No) => *revision,
        (before, _) => {
            let old = before.as_ref().map(|(revision, _)| *revision);
            touch(txn, heads, old, &Touched::Catalog(meta.id.clone()))?
        }
    };
    wide::put(txn, &key, VERSION, &rows::stamp(revision, &body))?;
    Ok(before.is_some())
}

/// Writes a look that was noted; a catalog that was forgotten meanwhile stays forgotten.
pub(crate) fn write_look(
    txn: &mut Txn<'_>,
    heads: &mut Heads,
    id: &CatalogId,
    look: &Look,
) -> Result<(), StoreError> {
    let Some((version, payload)) = wide::get(txn, Key::of(Kind::Catalog).catalog(id).as_bytes())? else {
        return Ok(());
    };
    let mut meta: CatalogMeta = rows::json(version, rows::unstamp(&payload)?.1, "a catalog")?;
    if meta.last_look.is_some_and(|last| last > look.at) {
        return Ok(()); // a record was faster, and knows more
    }
    looks::fold(look, &mut meta);
    put_meta(txn, heads, &meta, Follow::No, &mut Moves::default())?;
    Ok(())
}

/// Writes an entry; `known` says that its catalog may have rows already, `now` since when a project it is the first
/// to list is followed.
pub(crate) fn put_entry(
    txn: &mut Txn<'_>,
    heads: &mut Heads,
    id: &CatalogId,
    entry: &Entry,
    known: bool,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let key = Key::of(Kind::Entry).catalog(id).entry(&entry.key);
    let body = rows::entry_bytes(entry)?;
    let row = || Touched::Entry(id.clone(), entry.key.clone());
    // A catalog seen for the first time has no rows that could be in the way.
    if !known && !txn.sets(key.as_bytes()) {
        listings::list(txn, id, entry, now)?;
        let revision = touch(txn, heads, None, &row())?;
        return wide::put_new(txn, &key, VERSION, &rows::stamp(revision, &body));
    }
    if txn.get(key.as_bytes())?.is_none() {
        listings::list(txn, id, entry, now)?;
        remove_gone(txn, id, &entry.key)?;
        wide::remove(txn, &Key::of(Kind::Tombstone).catalog(id).entry(&entry.key))?;
    }
    put_stamped(txn, heads, &key, &body, &row())
}

/// Deletes an entry; the look-up index hears of it.
pub(crate) fn delete_entry(
    txn: &mut Txn<'_>,
    heads: &mut Heads,
    id: &CatalogId,
    key: &EntryKey,
) -> Result<(), StoreError> {
    let at = Key::of(Kind::Entry).catalog(id).entry(key);
    let Some((_, payload)) = wide::get(txn, at.as_bytes())? else { return Ok(()) };
    let old = rows::unstamp(&payload)?.0;
    wide::remove(txn, &at)?;
    listings::unlist(txn, id, key)?;
    let revision = touch(txn, heads, Some(old), &Touched::Entry(id.clone(), key.clone()))?;
    txn.put(gone_key(id, key).as_bytes(), rows::small_bytes(&revision)?)
}

/// Takes back the note that an entry is gone.
fn remove_gone(txn: &mut Txn<'_>, id: &CatalogId, key: &EntryKey) -> Result<(), StoreError> {
    let gone = gone_key(id, key);
    if let Some(row) = txn.get(gone.as_bytes())? {
        touches::forget(txn, rows::small(&row, "a gone entry")?)?;
        txn.remove(gone.as_bytes());
    }
    Ok(())
}

/// Remembers a removed entry.
pub(crate) fn bury(
    txn: &mut Txn<'_>,
    id: &CatalogId,
    key: &EntryKey,
    tombstone: &Tombstone,
) -> Result<(), StoreError> {
    let body = rows::json_bytes(&(key, tombstone))?;
    wide::put(txn, &Key::of(Kind::Tombstone).catalog(id).entry(key), VERSION, &body)
}

/// Removes everything of a catalog but its events.
pub(crate) fn forget(
    txn: &mut Txn<'_>,
    heads: &mut Heads,
    id: &CatalogId,
    documents: &mut Moves,
) -> Result<(), StoreError> {
    let meta_key = Key::of(Kind::Catalog).catalog(id);
    let Some((version, payload)) = wide::get(txn, meta_key.as_bytes())? else { return Ok(()) };
    let (revision, body) = rows::unstamp(&payload)?;
    let meta: CatalogMeta = rows::json(version, body, "a catalog")?;
    if let Some(due) = meta.next_due {
        txn.remove(due_key(due, id).as_bytes());
    }
    for document in documents_of(&meta) {
        txn.remove(document_key(&document, id).as_bytes());
        documents.let_go.insert(document);
    }
    let engine = txn.engine();
    for kind in [Kind::Entry, Kind::Shape, Kind::Settling, Kind::Tombstone, Kind::Gone] {
        for (key, row) in engine.scan(&Key::of(kind).catalog(id).range(), Order::Rising, usize::MAX)? {
            let revision = match kind {
                Kind::Entry => {
                    let (version, payload) = wide::join(engine, &key, row)?;
                    let (revision, body) = rows::unstamp(&payload)?;
                    listings::unlist(txn, id, &rows::entry_key(version, body)?)?;
                    Some(revision)
                }
                Kind::Shape => Some(rows::unstamp(&wide::join(engine, &key, row)?.1)?.0),
                Kind::Gone => Some(rows::small(&row, "a gone entry")?),
                _ => None,
            };
            if let Some(revision) = revision {
                touches::forget(txn, revision)?;
            }
            if kind == Kind::Gone { txn.remove(&key) } else { wide::remove(txn, &Key::from_bytes(key))? }
        }
    }
    wide::remove(txn, &meta_key)?;
    touch(txn, heads, Some(revision), &Touched::Catalog(id.clone()))?;
    Ok(())
}

/// Writes a row that the look-up index follows, unless it stands there already.
fn put_stamped(
    txn: &mut Txn<'_>,
    heads: &mut Heads,
    key: &Key,
    body: &[u8],
    row: &Touched,
) -> Result<(), StoreError> {
    let old = match wide::get(txn, key.as_bytes())? {
        None => None,
        Some((_, payload)) => {
            let (revision, old) = rows::unstamp(&payload)?;
            if old == body {
                return Ok(());
            }
            Some(revision)
        }
    };
    let revision = touch(txn, heads, old, row)?;
    wide::put(txn, key, VERSION, &rows::stamp(revision, body))
}

fn documents_of(meta: &CatalogMeta) -> BTreeSet<DocumentId> {
    meta.accepted_document.iter().chain(&meta.latest_document).cloned().collect()
}

fn due_key(due: DateTime<Utc>, id: &CatalogId) -> Key {
    Key::of(Kind::Due).time(due).catalog(id)
}

fn document_key(document: &DocumentId, id: &CatalogId) -> Key {
    Key::of(Kind::Document).text(&document.0).catalog(id)
}

fn gone_key(id: &CatalogId, key: &EntryKey) -> Key {
    Key::of(Kind::Gone).catalog(id).entry(key)
}
