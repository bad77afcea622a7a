//! The walk through the journal: once for all subscriptions.

use chrono::{DateTime, Utc};
use whimbrel_news::Event;
use whimbrel_store::{HubWaiting, Store, StoreError};

use crate::feeds::{Changes, Feeds};
use crate::street::Street;

/// Events read at a time.
const BATCH: usize = 500;

/// Goes on to the end of the journal; who has something waiting by then is not written down yet.
pub(crate) fn walk(
    street: &mut Street,
    store: &Store,
    feeds: &dyn Feeds,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let head = store.head();
    if street.len() == 0 {
        // Nobody is waited for: who comes now hears of what comes after.
        street.matched = street.matched.max(head);
        return Ok(());
    }
    while street.matched < head {
        let events = store.events_after(street.matched, BATCH)?;
        for event in &events {
            meet(street, event, feeds, now);
        }
        street.matched = events.last().map_or(head, |last| last.seq);
    }
    Ok(())
}

fn meet(street: &mut Street, event: &Event, feeds: &dyn Feeds, now: DateTime<Utc>) {
    for (number, due) in street.concerned(event, feeds, now) {
        let Some(held) = street.get(number) else { continue };
        let by_period = matches!(street.changes(&held.row.key.topic), Some(Changes::AfterEach(_)));
        // What is sent is the feed as it is then: one that waits already says all there is to say, unless it is being
        // sent just now.
        let is_known = held.row.waiting.is_some() && !held.is_flying && !by_period;
        if is_known || event.seq <= held.row.told {
            continue;
        }
        street.change(number, |held| {
            let due = held.row.waiting.map_or(due.max(held.rests_until), |waiting| waiting.due);
            held.row.waiting = Some(HubWaiting { newest: event.seq, recorded: event.recorded, due });
        });
    }
}
