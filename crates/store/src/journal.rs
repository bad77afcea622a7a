//! Writing the journal: numbered events and the indexes they are found by.
//!
//! Events are lines of JSON; those of one commit share rows, as many as fit, under the number of the first. Their
//! numbers stand in the index of every scope they belong to: live ones in blocks, one per scope and commit, because
//! a thousand events of one catalog should not cost a thousand index rows; replayed ones singly by time, because
//! replays of several catalogs interleave.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use whimbrel_catalog::CatalogId;
use whimbrel_news::{Dated, Event, EventId, slug};

use crate::heads::{self, Heads};
use crate::keys::{Key, Kind};
use crate::outcome::StoreError;
use crate::rows::{self, VERSION};
use crate::txn::Txn;
use crate::types::{Commit, Scope};
use crate::wide;

/// Bytes of events that share a row. A longer event has rows of its own.
const ROW: usize = wide::LONGEST - wide::HEAD;

/// Numbers in a block of an index: 256 differences of any size fit a row.
const BLOCK: usize = 256;

/// The events of one commit.
pub(crate) struct Journal {
    before: u64,
    postings: BTreeMap<Scope, Vec<u64>>,
    /// Lines of events that share a row, and their numbers from first to last.
    lines: Vec<u8>,
    first: u64,
    last: u64,
}

impl Journal {
    /// Nothing yet; `head` is the newest number so far.
    pub(crate) fn new(head: u64) -> Self {
        Self { before: head, postings: BTreeMap::new(), lines: Vec::new(), first: 0, last: 0 }
    }

    /// Numbers and writes live news; of no catalog when it is about projects or all catalogs.
    pub(crate) fn append(
        &mut self,
        txn: &mut Txn<'_>,
        heads: &mut Heads,
        catalog: Option<&CatalogId>,
        news: &[Dated],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        for dated in news {
            heads.seq += 1;
            heads.events += 1;
            heads.newest = heads.seq;
            let id = EventId { epoch: heads.epoch, history: false, seq: heads.seq };
            self.append_event(txn, &dated.clone().numbered(id, now, catalog.cloned()))?;
        }
        Ok(())
    }

    /// Writes a live event that has its number.
    pub(crate) fn append_event(&mut self, txn: &mut Txn<'_>, event: &Event) -> Result<(), StoreError> {
        for scope in scopes(event) {
            self.postings.entry(scope).or_default().push(event.seq);
        }
        let line = rows::json_bytes(event)?;
        if self.lines.len() + 1 + line.len() > ROW || event.seq != self.last + 1 {
            self.write_lines(txn)?;
        }
        if self.lines.is_empty() {
            self.first = event.seq;
        } else {
            self.lines.push(b'\n');
        }
        self.lines.extend(line);
        self.last = event.seq;
        Ok(())
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
        self.write(txn)?;
        Ok(Some(seqs))
    }

    /// Writes what was gathered so far.
    pub(crate) fn write(&mut self, txn: &mut Txn<'_>) -> Result<(), StoreError> {
        self.write_lines(txn)?;
        for (scope, seqs) in std::mem::take(&mut self.postings) {
            let scope = scope_key(Kind::Posting, &scope);
            for block in seqs.chunks(BLOCK) {
                txn.put_new(scope.clone().number(block[0]).as_bytes(), block_bytes(block)?)?;
            }
        }
        Ok(())
    }

    fn write_lines(&mut self, txn: &mut Txn<'_>) -> Result<(), StoreError> {
        if !self.lines.is_empty() {
            wide::put_new(txn, &event_key(self.first), VERSION, &self.lines)?;
            self.lines.clear();
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
        append_history_event(txn, &dated.clone().numbered(id, now, Some(catalog.clone())))?;
    }
    Ok(())
}

/// Writes a replayed event that has its number.
pub(crate) fn append_history_event(txn: &mut Txn<'_>, event: &Event) -> Result<(), StoreError> {
    for scope in scopes(event) {
        let key = scope_key(Kind::HistoryPosting, &scope).time(event.at).number(event.seq);
        txn.put_new(key.as_bytes(), rows::small_bytes(&(event.at.timestamp_micros(), event.seq))?)?;
    }
    wide::put_new(txn, &history_key(event.at, event.seq), VERSION, &rows::json_bytes(event)?)
}

/// Writes which events a commit recorded.
pub(crate) fn put_commit(txn: &mut Txn<'_>, commit: &Commit) -> Result<(), StoreError> {
    let key = Key::of(Kind::Time).time(commit.recorded).number(commit.first);
    txn.put_new(key.as_bytes(), rows::json_row(commit)?)
}

/// Where a row of live events stands that begins with this number.
pub(crate) fn event_key(seq: u64) -> Key {
    Key::of(Kind::Event).number(seq)
}

/// Where a replayed event stands.
pub(crate) fn history_key(at: DateTime<Utc>, seq: u64) -> Key {
    Key::of(Kind::History).time(at).number(seq)
}

/// Where the index of a scope begins. The scope's name is hashed: short keys make the index half as large and twice
/// as fast. Readers check that an event is of the scope they asked for, so two names of one hash do no harm.
pub(crate) fn scope_key(kind: Kind, scope: &Scope) -> Key {
    let name = match scope {
        Scope::All => return Key::of(kind),
        Scope::Catalog(id) => Key::of(kind).mark(b'c').catalog(id),
        Scope::Section(id, slug) => Key::of(kind).mark(b's').catalog(id).text(slug),
        Scope::Project(project) => Key::of(kind).mark(b'p').entry(project),
        Scope::Kind(kind) => Key::of(Kind::Posting).mark(b'k').text(kind.as_str()),
    };
    Key::of(kind).number(heads::hash(name.as_bytes(), &[]))
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
    let mut scopes = BTreeSet::from([Scope::Kind(event.kind())]);
    scopes.extend(event.catalog_ids().into_iter().cloned().map(Scope::Catalog));
    for (catalog, path) in event.places() {
        scopes.extend(slug::lineage(path).into_iter().map(|slug| Scope::Section(catalog.clone(), slug)));
    }
    scopes.extend(event.projects().into_iter().map(Scope::Project));
    scopes
}
