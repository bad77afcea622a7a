//! Reading the journal: in order for lanes, by scope and filter for pages and feeds, by time for digests.

use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use whimbrel_news::{Event, Filter};

use crate::engine::{KeyRange, Order};
use crate::journal::{block, event_key, history_key, scope_key};
use crate::keys::{Key, Kind};
use crate::rows;
use crate::store::{Inner, Store};
use crate::types::{Commit, Cursor, Page, Query, Scope, StoreError};
use crate::wide;

/// Rows read from the engine at a time.
const STRIDE: usize = 128;

/// Events one question may look at: a filter that matches almost nothing must not walk the whole journal at once.
const LONGEST_WALK: usize = 10_000;

impl Store {
    /// Live events after this number, at most `limit`, oldest first. Only durable ones are seen.
    pub fn events_after(&self, seq: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.inner.numbered(seq, self.head(), limit)
    }

    /// Live events recorded after `from` and up to `to`, oldest first, at most `limit`.
    pub fn events_between(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        let times = Key::of(Kind::Time);
        let range = KeyRange { from: after_time(from), to: after_time(to) };
        let _view = self.inner.reading();
        let mut events = Vec::new();
        let mut rest = KeyRange { to: range.to.min(times.range().to), ..range };
        while events.len() < limit {
            let rows = self.inner.engine.scan(&rest, Order::Rising, STRIDE)?;
            let Some((last, _)) = rows.last() else { break };
            rest.from = crate::keys::just_after(last);
            for (_, row) in &rows {
                let commit: Commit = rows::from_json_row(row, "a commit")?;
                let room = limit - events.len();
                events.extend(self.inner.numbered(commit.first - 1, commit.last.min(self.head()), room)?);
                if events.len() >= limit {
                    break;
                }
            }
        }
        Ok(events)
    }

    /// When events were recorded: the commits before this moment, newest first, at most `limit`. It tells which days
    /// and weeks have something to show without reading the events.
    pub fn event_times(&self, before: DateTime<Utc>, limit: usize) -> Result<Vec<Commit>, StoreError> {
        let times = Key::of(Kind::Time);
        let range = times.range_before(&times.clone().time(before));
        let head = self.head();
        let rows = self.inner.engine.scan(&range, Order::Falling, limit)?;
        let commits = rows.iter().map(|(_, row)| rows::from_json_row::<Commit>(row, "a commit"));
        commits.filter(|commit| commit.as_ref().map_or(true, |commit| commit.last <= head)).collect()
    }

    /// An answer from the journal, newest first: live events by falling number, then replayed ones by falling time.
    ///
    /// A page can be shorter than its limit although more follows: a question looks at 10,000 events at most, and
    /// [`Page::next`] says where to go on.
    pub fn events(&self, query: &Query) -> Result<Page, StoreError> {
        let mut picker =
            Picker { filter: &query.filter, limit: query.limit, page: Page::default(), last: None, seen: 0 };
        if query.limit == 0 {
            return Ok(picker.page);
        }
        let _view = self.inner.reading();
        let in_history = query.after.filter(|cursor| cursor.id.history);
        let mut flow = ControlFlow::Continue(());
        if in_history.is_none() {
            let before = query.after.map_or(u64::MAX, |cursor| cursor.id.seq).min(self.head() + 1);
            flow = self.inner.walk_live(&query.scope, before, &mut picker)?;
        }
        if flow.is_continue() {
            flow = self.inner.walk_history(&query.scope, in_history, &mut picker)?;
        }
        if flow.is_continue() {
            picker.page.next = None;
        }
        Ok(picker.page)
    }
}

/// Takes what matches until the page is full.
struct Picker<'a> {
    filter: &'a Filter,
    limit: usize,
    page: Page,
    last: Option<Cursor>,
    seen: usize,
}

impl Picker<'_> {
    fn take(&mut self, event: Event) -> ControlFlow<()> {
        if self.seen >= LONGEST_WALK {
            self.page.next = self.last;
            return ControlFlow::Break(());
        }
        self.seen += 1;
        let here = Cursor { id: event.id(), at: event.at };
        if self.filter.matches(&event) {
            if self.page.events.len() == self.limit {
                // One more than the page holds: so there is a next page, and it begins after the last event shown.
                self.page.next = self.page.events.last().map(|event| Cursor { id: event.id(), at: event.at });
                return ControlFlow::Break(());
            }
            self.page.events.push(event);
        }
        self.last = Some(here);
        ControlFlow::Continue(())
    }
}

impl Inner {
    fn numbered(&self, after: u64, last: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        let range = KeyRange {
            from: event_key(after.saturating_add(1)).as_bytes().to_vec(),
            to: event_key(last.saturating_add(1)).as_bytes().to_vec(),
        };
        let rows = self.engine.scan(&range, Order::Rising, limit)?;
        rows.into_iter().map(|(key, row)| self.event(&key, row)).collect()
    }

    fn event(&self, key: &[u8], row: Vec<u8>) -> Result<Event, StoreError> {
        let (version, body) = wide::join(&*self.engine, key, row)?;
        rows::event(version, &body)
    }

    /// Live events of a scope with numbers below `before`, newest first.
    fn walk_live(
        &self,
        scope: &Scope,
        before: u64,
        picker: &mut Picker<'_>,
    ) -> Result<ControlFlow<()>, StoreError> {
        let start = scope_key(if *scope == Scope::All { Kind::Event } else { Kind::Posting }, scope);
        let mut range = start.range_before(&start.clone().number(before));
        loop {
            let rows = self.engine.scan(&range, Order::Falling, STRIDE)?;
            let Some((last, _)) = rows.last() else { return Ok(ControlFlow::Continue(())) };
            range.to.clone_from(last);
            for (key, row) in rows {
                if *scope == Scope::All {
                    if picker.take(self.event(&key, row)?).is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                    continue;
                }
                for seq in block(&row)?.into_iter().rev().filter(|seq| *seq < before) {
                    let key = event_key(seq);
                    // Retention removes events before the blocks that number them.
                    let Some((version, body)) = wide::get(&*self.engine, key.as_bytes())? else { continue };
                    if picker.take(rows::event(version, &body)?).is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
            }
        }
    }

    /// Replayed events of a scope after `cursor`, newest first.
    fn walk_history(
        &self,
        scope: &Scope,
        cursor: Option<Cursor>,
        picker: &mut Picker<'_>,
    ) -> Result<ControlFlow<()>, StoreError> {
        let start = scope_key(if *scope == Scope::All { Kind::History } else { Kind::HistoryPosting }, scope);
        let mut range = match cursor {
            Some(cursor) => start.range_before(&start.clone().time(cursor.at).number(cursor.id.seq)),
            None => start.range(),
        };
        let head = self.history_head();
        loop {
            let rows = self.engine.scan(&range, Order::Falling, STRIDE)?;
            let Some((last, _)) = rows.last() else { return Ok(ControlFlow::Continue(())) };
            range.to.clone_from(last);
            for (key, row) in rows {
                let event = if *scope == Scope::All {
                    self.event(&key, row)?
                } else {
                    let (micros, seq): (i64, u64) = rows::small(&row, "an index row")?;
                    let at = DateTime::from_timestamp_micros(micros).unwrap_or_default();
                    let Some((version, body)) = wide::get(&*self.engine, history_key(at, seq).as_bytes())?
                    else {
                        return Err(rows::damaged("a replayed event is missing"));
                    };
                    rows::event(version, &body)?
                };
                if event.seq <= head && picker.take(event).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
    }
}

/// The first key of commits recorded after this moment.
fn after_time(at: DateTime<Utc>) -> Vec<u8> {
    crate::keys::just_after(Key::of(Kind::Time).time(at).number(u64::MAX).as_bytes())
}
