//! Writing the journal: numbered events and the indexes they are found by.
//!
//! An event is one row. Its numbers stand in the index of every scope it belongs to: live ones in blocks, one per
//! scope and commit, because a thousand events of one catalog should not cost a thousand index rows; replayed ones
//! singly by time, because replays of several catalogs interleave.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use whimbrel_catalog::CatalogId;
use whimbrel_news::{Dated, Event, EventId, slug};

use crate::keys::{Key, Kind};
use crate::rows::{self, Heads, VERSION};
use crate::txn::Txn;
use crate::types::{Commit, Scope, StoreError};
use crate::wide;

/// Numbers in a block of an index: 256 differences of any size fit a row.
const BLOCK: usize = 256;

/// The events of one commit.
pub(crate) struct Journal {
    before: u64,
    postings: BTreeMap<Key, Vec<u64>>,
}

impl Journal {
    /// Nothing yet; `head` is the newest number so far.
    pub(crate) fn new(head: u64) -> Self {
        Self { before: head, postings: BTreeMap::new() }
    }

    /// Numbers and writes live news.
    pub(crate) fn append(
        &mut self,
        txn: &mut Txn<'_>,
        heads: &mut Heads,
        catalog: &CatalogId,
        news: &[Dated],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        for dated in news {
            heads.seq += 1;
            let id = EventId { epoch: heads.epoch, history: false, seq: heads.seq };
            self.append_event(txn, &dated.clone().numbered(id, now, catalog.clone()))?;
        }
        Ok(())
    }

    /// Writes a live event that has its number.
    pub(crate) fn append_event(&mut self, txn: &mut Txn<'_>, event: &Event) -> Result<(), StoreError> {
        for scope in scopes(event) {
            self.postings.entry(scope_key(Kind::Posting, &scope)).or_default().push(event.seq);
        }
        wide::put_new(txn, &event_key(event.seq), VERSION, &rows::event_bytes(event)?)
    }

    /// Writes the indexes; says which numbers were given.
    pub(crate) fn close(
        mut self,
        txn: &mut Txn<'_>,
        heads: &Heads,
        recorded: DateTime<Utc>,
    ) -> Result<Option<(u64, u64)>, StoreError> {
        if heads.seq == self.before {
            return Ok(None);
        }
        let seqs = (self.before + 1, heads.seq);
        put_commit(txn, &Commit { recorded, first: seqs.0, last: seqs.1 })?;
        self.write_postings(txn)?;
        Ok(Some(seqs))
    }

    /// Writes the index blocks gathered so far.
    pub(crate) fn write_postings(&mut self, txn: &mut Txn<'_>) -> Result<(), StoreError> {
        for (scope, seqs) in std::mem::take(&mut self.postings) {
            for block in seqs.chunks(BLOCK) {
                txn.put(scope.clone().number(block[0]).as_bytes(), block_bytes(block)?)?;
            }
        }
        Ok(())
    }
}

/// Numbers and writes replayed news.
pub(crate) fn append_history(
    txn: &mut Txn<'_>,
    heads: &mut Heads,
    catalog: &CatalogId,
    news: &[Dated],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for dated in news {
        heads.history += 1;
        let id = EventId { epoch: heads.epoch, history: true, seq: heads.history };
        append_history_event(txn, &dated.clone().numbered(id, now, catalog.clone()))?;
    }
    Ok(())
}

/// Writes a replayed event that has its number.
pub(crate) fn append_history_event(txn: &mut Txn<'_>, event: &Event) -> Result<(), StoreError> {
    for scope in scopes(event) {
        let key = scope_key(Kind::HistoryPosting, &scope).time(event.at).number(event.seq);
        txn.put(key.as_bytes(), rows::small_bytes(&(event.at.timestamp_micros(), event.seq))?)?;
    }
    wide::put_new(txn, &history_key(event.at, event.seq), VERSION, &rows::event_bytes(event)?)
}

/// Writes which events a commit recorded.
pub(crate) fn put_commit(txn: &mut Txn<'_>, commit: &Commit) -> Result<(), StoreError> {
    let key = Key::of(Kind::Time).time(commit.recorded).number(commit.first);
    txn.put(key.as_bytes(), rows::json_row(commit)?)
}

/// Where a live event stands.
pub(crate) fn event_key(seq: u64) -> Key {
    Key::of(Kind::Event).number(seq)
}

/// Where a replayed event stands.
pub(crate) fn history_key(at: DateTime<Utc>, seq: u64) -> Key {
    Key::of(Kind::History).time(at).number(seq)
}

/// Where the index of a scope begins.
pub(crate) fn scope_key(kind: Kind, scope: &Scope) -> Key {
    let key = Key::of(kind);
    match scope {
        Scope::All => key,
        Scope::Catalog(id) => key.mark(b'c').catalog(id),
        Scope::Section(id, slug) => key.mark(b's').catalog(id).text(slug),
        Scope::Project(project) => key.mark(b'p').entry(project),
        Scope::Kind(kind) => key.mark(b'k').text(kind.as_str()),
    }
}

/// The numbers of a block, rising.
pub(crate) fn block(row: &[u8]) -> Result<Vec<u64>, StoreError> {
    let steps: Vec<u64> = rows::small(row, "an index block")?;
    let mut seq = 0u64;
    Ok(steps
        .into_iter()
        .map(|step| {
            seq = seq.wrapping_add(step);
            seq
        })
        .collect())
}

fn block_bytes(seqs: &[u64]) -> Result<Vec<u8>, StoreError> {
    let mut before = 0;
    let steps: Vec<u64> = seqs.iter().map(|seq| seq - std::mem::replace(&mut before, *seq)).collect();
    rows::small_bytes(&steps)
}

/// Every scope an event belongs to, but "all of it".
pub(crate) fn scopes(event: &Event) -> BTreeSet<Scope> {
    let mut scopes = BTreeSet::from([Scope::Kind(event.kind()), Scope::Catalog(event.catalog.clone())]);
    for path in event.section_paths() {
        scopes
            .extend(slug::lineage(path).into_iter().map(|slug| Scope::Section(event.catalog.clone(), slug)));
    }
    scopes.extend(event.projects().into_iter().map(Scope::Project));
    scopes
}
