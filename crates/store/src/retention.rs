//! Forgetting old events, when the settings ask for it.
//!
//! Events go by whole rows, oldest first, in small commits; the entries of indexes and times that only name what is
//! gone go with them.

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_news::Event;

use crate::engine::{KeyRange, Order};
use crate::heads::Heads;
use crate::journal::{block, scope_key, scopes};
use crate::keys::{Key, Kind, just_after};
use crate::outcome::StoreError;
use crate::rows;
use crate::store::Store;
use crate::txn::Txn;
use crate::types::Commit;
use crate::wide;

/// Rows of events that go in one commit.
const STRIDE: usize = 16;

impl Store {
    /// Drops events that are older than the settings allow, some hundred at most; says how many. To be called again
    /// while it drops some. Events from `waiting` on stay whatever their age: somebody has not been told yet.
    pub fn prune(&self, now: DateTime<Utc>, waiting: Option<u64>) -> Result<u64, StoreError> {
        match self.keeps_from(now) {
            Some(before) => self.drop_events(before, waiting),
            None => Ok(0),
        }
    }

    /// The newest event that is older than the settings allow, which [`Store::prune`] may therefore drop.
    pub fn outdated(&self, now: DateTime<Utc>) -> Result<Option<u64>, StoreError> {
        let Some(before) = self.keeps_from(now) else { return Ok(None) };
        let floor = self.inner.alone().floor;
        let newest = self.event_times(before, 1)?.first().map(|commit| commit.last);
        Ok(newest.filter(|newest| *newest > floor))
    }

    /// Since when events are kept; `None` when all are.
    fn keeps_from(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let days = self.inner.home.as_ref().map_or(0, |home| home.settings.journal_days);
        let age = i64::try_from(days).ok().filter(|days| *days > 0).and_then(TimeDelta::try_days)?;
        now.checked_sub_signed(age)
    }

    pub(crate) fn drop_events(&self, before: DateTime<Utc>, waiting: Option<u64>) -> Result<u64, StoreError> {
        let stop = waiting.unwrap_or(u64::MAX);
        self.inner.commit(|txn, heads| {
            let rows = txn.engine().scan(&Key::of(Kind::Event).range(), Order::Rising, STRIDE)?;
            let mut dropped = 0;
            for (key, row) in rows {
                let (version, body) = wide::join(txn, &key, row)?;
                let events = rows::events(version, &body)?;
                // The newest row stays: it is where the journal is seen to end.
                let keep = |event: &Event| {
                    event.recorded >= before || event.seq >= stop || event.seq == heads.newest
                };
                let Some(last) = events.last().filter(|_| !events.iter().any(keep)) else { break };
                wide::remove(txn, &Key::from_bytes(key))?;
                dropped += events.len() as u64;
                let floor = last.seq;
                for event in &events {
                    forget_postings(txn, event, floor)?;
                }
                heads.floor = floor;
                heads.events = heads.events.saturating_sub(events.len() as u64);
            }
            if dropped > 0 {
                forget_times(txn, heads)?;
            }
            Ok(dropped)
        })
    }
}

/// Removes index blocks of the event's scopes that number nothing above the floor.
fn forget_postings(txn: &mut Txn<'_>, event: &Event, floor: u64) -> Result<(), StoreError> {
    for scope in scopes(event) {
        let start = scope_key(Kind::Posting, &scope);
        let found = txn.engine().scan(
            &start.range_before(&start.clone().number(event.seq + 1)),
            Order::Falling,
            1,
        )?;
        for (key, row) in found {
            if block(&row)?.last().is_none_or(|last| *last <= floor) {
                txn.remove(&key);
            }
        }
    }
    Ok(())
}

/// Removes the times of commits whose events are all gone.
fn forget_times(txn: &mut Txn<'_>, heads: &Heads) -> Result<(), StoreError> {
    let mut range: KeyRange = Key::of(Kind::Time).range();
    loop {
        let rows = txn.engine().scan(&range, Order::Rising, STRIDE)?;
        let Some((last, _)) = rows.last() else { return Ok(()) };
        range.from = just_after(last);
        for (key, row) in rows {
            let commit: Commit = rows::from_json_row(&row, "a commit")?;
            if commit.first > heads.floor {
                return Ok(());
            }
            if commit.last <= heads.floor {
                txn.remove(&key);
            }
        }
    }
}
