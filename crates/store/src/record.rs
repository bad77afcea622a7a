//! `record`: state, the news it caused and the next due time in one durable transaction.

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, Utc};
use tracing::{Span, info_span};
use whimbrel_catalog::CatalogId;

use crate::engine::Order;
use crate::heads::Heads;
use crate::journal::{Journal, append_history};
use crate::keys::{Key, Kind};
use crate::outcome::StoreError;
use crate::state::{self, Follow};
use crate::store::{Inner, Store};
use crate::txn::Txn;
use crate::types::{DocumentId, Record, Recorded};

impl Store {
    /// Writes these records as one durable transaction and numbers their news in the order given.
    ///
    /// When it returns, everything is on the disk and the news may leave; when it fails, nothing of it happened.
    /// Rows that would not differ are not written. Several callers at once share one flush.
    pub fn record(&self, records: &[Record], now: DateTime<Utc>) -> Result<Recorded, StoreError> {
        let events: usize = records.iter().map(|record| record.news.len()).sum();
        let _span = span(Rows::Catalogs, records.len(), events).entered();
        let inner = &self.inner;
        let ids: HashSet<&CatalogId> = records.iter().map(|record| &record.meta.id).collect();
        let riders = inner.looks().riders(&ids);
        let mut documents = Moves::default();
        let recorded = inner.commit(|txn, heads| {
            let mut journal = Journal::new(heads.seq);
            for record in records {
                write(txn, heads, record, &mut documents, now)?;
                journal.append(txn, heads, Some(&record.meta.id), &record.news, now)?;
                append_history(txn, heads, &record.meta.id, &record.history, now)?;
            }
            for (id, look) in &riders {
                state::write_look(txn, heads, id, look)?;
            }
            let seqs = journal.close(txn, heads, now)?;
            Ok(Recorded { seqs, revision: heads.revision })
        })?;
        {
            let mut looks = inner.looks();
            looks.written(&riders);
            for id in ids {
                looks.overtaken(id);
            }
        }
        inner.settle_documents(documents);
        Ok(recorded)
    }

    /// Forgets a catalog with everything but its events, which stay in the journal.
    pub fn forget_catalog(&self, id: &CatalogId) -> Result<(), StoreError> {
        let mut documents = Moves::default();
        self.inner.commit(|txn, heads| state::forget(txn, heads, id, &mut documents))?;
        self.inner.looks().overtaken(id);
        self.inner.settle_documents(documents);
        Ok(())
    }

    /// Keeps a document's bytes and names them. The next [`Store::record`] of a catalog should refer to the name: the
    /// file stays at least until as many catalogs came to name it as have put it.
    pub fn put_document(&self, bytes: &[u8]) -> Result<DocumentId, StoreError> {
        self.inner.documents.put(bytes)
    }

    /// The bytes of a document that a catalog still refers to.
    pub fn document(&self, id: &DocumentId) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.documents.get(id)
    }
}

/// What is written in one piece, for a collector.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rows {
    Catalogs,
    Projects,
    Lanes,
}

/// What a collector is told of a record.
pub(crate) fn span(of: Rows, rows: usize, events: usize) -> Span {
    let of = match of {
        Rows::Catalogs => "catalogs",
        Rows::Projects => "projects",
        Rows::Lanes => "lanes",
    };
    info_span!(target: "span", "record", of, rows, events)
}

/// Documents that a commit named and let go.
#[derive(Default)]
pub(crate) struct Moves {
    /// Once for each catalog.
    pub(crate) named: Vec<DocumentId>,
    pub(crate) let_go: BTreeSet<DocumentId>,
}

impl Inner {
    /// Is there a row that needs this document?
    pub(crate) fn needs_document(&self, id: &DocumentId) -> Result<bool, StoreError> {
        let range = Key::of(Kind::Document).text(&id.0).range();
        Ok(!self.engine.scan(&range, Order::Rising, 1)?.is_empty())
    }

    /// After a commit: files follow the rows. The commit stands whatever becomes of them; a file that could not be
    /// removed now is swept up at the next start.
    fn settle_documents(&self, moves: Moves) {
        self.documents.named(&moves.named);
        if !moves.let_go.is_empty()
            && let Err(error) =
                self.documents.let_go(moves.let_go, |id| self.needs_document(id), || self.engine.sync())
        {
            tracing::warn!(%error, "a document that nobody needs could not be removed");
        }
    }
}

fn write(
    txn: &mut Txn<'_>,
    heads: &mut Heads,
    record: &Record,
    documents: &mut Moves,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let id = &record.meta.id;
    let known = state::put_meta(txn, heads, &record.meta, Follow::Yes, documents)?;
    for key in &record.delete {
        state::delete_entry(txn, heads, id, key)?;
    }
    for entry in &record.put {
        state::put_entry(txn, heads, id, entry, known, now)?;
    }
    for (key, tombstone) in &record.bury {
        state::bury(txn, id, key, tombstone)?;
    }
    if let Some(shape) = &record.shape {
        state::put_shape(txn, heads, id, shape)?;
    }
    if let Some(settling) = &record.settling {
        state::put_settling(txn, id, settling)?;
    }
    Ok(())
}
