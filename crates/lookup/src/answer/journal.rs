//! Reading the journal for an answer: a part of it, of a time, page by page.

use whimbrel_news::{Event, EventId, Filter};
use whimbrel_store::{Cursor, Query, Scope, Store, StoreError};

use crate::when::Bounds;

/// Questions to the store for one answer. Each looks at some thousand events at most; a condition that hardly anything
/// meets gives a short answer, and holds nobody up.
const QUESTIONS: usize = 5;

/// Events read at a time.
const STRIDE: usize = 200;

/// The events of a scope and a time that a filter lets through, newest first: so many after those that are skipped, and
/// whether there are more.
pub(crate) fn events(
    store: &Store,
    scope: &Scope,
    filter: &Filter,
    bounds: Option<Bounds>,
    skip: usize,
    take: usize,
) -> Result<(Vec<Event>, bool), StoreError> {
    let wanted = skip + take + 1;
    let mut found: Vec<Event> = Vec::new();
    let mut query =
        Query { scope: scope.clone(), filter: filter.clone(), after: begin(store, bounds)?, limit: STRIDE };
    for _ in 0..QUESTIONS.max(wanted.div_ceil(STRIDE)) {
        let page = store.events(&query)?;
        let mut leap = false;
        for event in page.events {
            match bounds {
                Some(bounds) if event.told_at() < bounds.from => {
                    if event.history {
                        // History is in the order of time: all that follows is older.
                        return Ok(cut(found, skip, take));
                    }
                    leap = true;
                    break;
                }
                Some(bounds) if event.told_at() >= bounds.to => {}
                _ => found.push(event),
            }
        }
        if found.len() >= wanted {
            break;
        }
        query.after = if leap { bounds.map(|bounds| history(store, bounds)) } else { page.next };
        if query.after.is_none() {
            break;
        }
    }
    Ok(cut(found, skip, take))
}

fn cut(found: Vec<Event>, skip: usize, take: usize) -> (Vec<Event>, bool) {
    let more = found.len() > skip + take;
    (found.into_iter().skip(skip).take(take).collect(), more)
}

/// The place in the journal where a time that is over ends; the newest event else.
fn begin(store: &Store, bounds: Option<Bounds>) -> Result<Option<Cursor>, StoreError> {
    let Some(bounds) = bounds else { return Ok(None) };
    let last = store.event_times(bounds.to, 1)?.pop();
    Ok(Some(match last {
        Some(commit) => {
            let seq = commit.last + 1;
            Cursor { id: EventId { epoch: store.epoch(), history: false, seq }, at: bounds.to }
        }
        None => history(store, bounds),
    }))
}

/// The place where the history of a time begins.
fn history(store: &Store, bounds: Bounds) -> Cursor {
    Cursor { id: EventId { epoch: store.epoch(), history: true, seq: u64::MAX }, at: bounds.to }
}
