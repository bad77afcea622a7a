//! Reading the journal: in order for lanes, by scope and filter for pages and feeds, by time for digests.

use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use whimbrel_news::{Event, Filter};

use crate::engine::{KeyRange, Order, Row};
use crate::journal::{block, event_key, history_key, scope_key, scopes};
use crate::keys::{Key, Kind, just_after};
use crate::outcome::StoreError;
use crate::rows;
use crate::store::{Inner, Store};
use crate::types::{Commit, Cursor, Page, Query, Scope};
use crate::wide;

/// Rows read from the engine at a time.
const STRIDE: usize = 128;

/// Events one question may look at: a filter that matches almost nothing must not walk the whole journal at once.
const LONGEST_WALK: usize = 10_000;

/// A pattern takes as much as this many events more: it takes many times as long as any other condition.
const PATTERN_WEIGHT: usize = 20;

/// How many events asking this filter about one counts for.
pub(crate) fn weight(filter: &Filter) -> usize {
    1 + PATTERN_WEIGHT * filter.patterns()
}

impl Store {
    /// Live events after this number, at most `limit`, oldest first. Only durable ones are seen.
    pub fn events_after(&self, seq: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        // A long event has several rows, and retention must not take some of them meanwhile.
        let _view = self.inner.reading();
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
            rest.from = just_after(last);
            for (_, row) in &rows {
                let commit: Commit = rows::from_json_row(row, "a commit")?;
                let room = limit - events.len();
                events.extend(self.inner.numbered(
                    commit.first.saturating_sub(1),
                    commit.last.min(self.head()),
                    room,
                )?);
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
    /// A page can be shorter than its limit although more follows: a question looks at 10,000 events at most (a
    /// few hundred with a pattern), and
    /// [`Page::next`] says where to go on.
    pub fn events(&self, query: &Query) -> Result<Page, StoreError> {
        let weight = weight(&query.filter);
        let mut picker = Picker {
            filter: &query.filter,
            limit: query.limit,
            page: Page::default(),
            last: None,
            seen: 0,
            weight,
        };
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
    /// How many events asking the filter about one counts for.
    weight: usize,
}

impl Picker<'_> {
    fn take(&mut self, event: Event) -> ControlFlow<()> {
        if self.seen >= LONGEST_WALK {
            self.page.next = self.last;
            return ControlFlow::Break(());
        }
        self.seen += self.weight;
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
    /// Live events with numbers after `after` and up to `last`, rising.
    fn numbered(&self, after: u64, last: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        let next = event_key(after.saturating_add(1));
        let mut range = KeyRange {
            // The first of them may stand in the middle of a row.
            from: self.row_at(&next)?.map_or_else(|| next.as_bytes().to_vec(), |(key, _)| key),
            to: event_key(last.saturating_add(1)).as_bytes().to_vec(),
        };
        let mut events = Vec::new();
        while events.len() < limit {
            let rows = self.engine.scan(&range, Order::Rising, (limit - events.len()).min(STRIDE))?;
            let Some((key, _)) = rows.last() else { break };
            range.from = just_after(key);
            for (key, row) in rows {
                let row = EventRow::read(self, &key, row)?;
                let room = limit - events.len();
                let wanted = row.numbered().filter(|(seq, _)| (after + 1..=last).contains(seq)).take(room);
                for (seq, line) in wanted {
                    events.push(row.parse(seq, line)?);
                }
            }
        }
        Ok(events)
    }

    /// The row that begins at this key, or the last one before it.
    fn row_at(&self, key: &Key) -> Result<Option<Row>, StoreError> {
        let range = KeyRange { from: Key::of(Kind::Event).range().from, to: just_after(key.as_bytes()) };
        Ok(self.engine.scan(&range, Order::Falling, 1)?.pop())
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
        let mut near: Option<EventRow> = None;
        loop {
            let rows = self.engine.scan(&range, Order::Falling, picker.limit.min(STRIDE))?;
            let Some((last, _)) = rows.last() else { return Ok(ControlFlow::Continue(())) };
            range.to.clone_from(last);
            for (key, row) in rows {
                let seqs = if *scope == Scope::All {
                    let lines = EventRow::read(self, &key, row)?;
                    let seqs = (lines.first..lines.first + lines.count()).collect();
                    near = Some(lines);
                    seqs
                } else {
                    block(&row)?
                };
                for seq in seqs.into_iter().rev().filter(|seq| *seq < before) {
                    if near.as_ref().is_none_or(|row| !row.holds(seq)) {
                        near = match self.row_at(&event_key(seq))? {
                            Some((key, row)) => Some(EventRow::read(self, &key, row)?),
                            None => None,
                        };
                    }
                    // Retention removes events before the blocks that number them.
                    let Some(event) = near.as_ref().map(|row| row.event(seq)).transpose()?.flatten() else {
                        continue;
                    };
                    if is_of(scope, &event) && picker.take(event).is_break() {
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
            let rows = self.engine.scan(&range, Order::Falling, picker.limit.min(STRIDE))?;
            let Some((last, _)) = rows.last() else { return Ok(ControlFlow::Continue(())) };
            range.to.clone_from(last);
            for (key, row) in rows {
                let event: Event = if *scope == Scope::All {
                    let (version, body) = wide::join(&*self.engine, &key, row)?;
                    rows::json(version, &body, "an event")?
                } else {
                    let (micros, seq): (i64, u64) = rows::small(&row, "an index row")?;
                    let at = DateTime::from_timestamp_micros(micros).unwrap_or_default();
                    let Some((version, body)) = wide::get(&*self.engine, history_key(at, seq).as_bytes())?
                    else {
                        return Err(rows::damaged("a replayed event is missing"));
                    };
                    rows::json(version, &body, "an event")?
                };
                if event.seq <= head && is_of(scope, &event) && picker.take(event).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
    }
}

/// A row of live events; single lines are read when they are wanted.
pub(crate) struct EventRow {
    version: u8,
    /// The number of the first line; each further line has the next number.
    pub(crate) first: u64,
    body: Vec<u8>,
}

impl EventRow {
    /// A row as a scan found it.
    pub(crate) fn read(inner: &Inner, key: &[u8], row: Vec<u8>) -> Result<Self, StoreError> {
        let (version, body) = wide::join(&*inner.engine, key, row)?;
        Ok(Self { version, first: key.last_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes)), body })
    }

    /// How many events it holds.
    pub(crate) fn count(&self) -> u64 {
        self.lines().count() as u64
    }

    fn holds(&self, seq: u64) -> bool {
        (self.first..self.first + self.count()).contains(&seq)
    }

    /// The event of this number, if it is one of the row's.
    pub(crate) fn event(&self, seq: u64) -> Result<Option<Event>, StoreError> {
        let Some(index) = seq.checked_sub(self.first) else { return Ok(None) };
        let line = self.lines().nth(usize::try_from(index).unwrap_or(usize::MAX));
        line.map(|line| self.parse(seq, line)).transpose()
    }

    fn parse(&self, seq: u64, line: &[u8]) -> Result<Event, StoreError> {
        let event: Event = rows::json(self.version, line, "an event")?;
        if event.seq != seq {
            return Err(rows::damaged("an event stands under the number of another"));
        }
        Ok(event)
    }

    fn numbered(&self) -> impl Iterator<Item = (u64, &[u8])> {
        (self.first..).zip(self.lines())
    }

    fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.body.split(|byte| *byte == b'\n')
    }
}

/// Index keys are hashes, so an event may stand in an index it does not belong to.
fn is_of(scope: &Scope, event: &Event) -> bool {
    *scope == Scope::All || scopes(event).contains(scope)
}

/// The first key of commits recorded after this moment.
fn after_time(at: DateTime<Utc>) -> Vec<u8> {
    just_after(Key::of(Kind::Time).time(at).number(u64::MAX).as_bytes())
}
