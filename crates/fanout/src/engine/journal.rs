//! The journal as lanes read it: many of them the same part at the same time, so what was read is kept for a while.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use whimbrel_news::Event;
use whimbrel_store::{Store, StoreError};

/// Events read at a time.
const CHUNK: u64 = 128;

/// Chunks kept: some megabytes.
const KEPT: usize = 48;

/// A reader with a short memory.
pub(crate) struct Journal {
    store: Store,
    /// By their number.
    chunks: Mutex<HashMap<u64, Chunk>>,
}

/// Events that stand together. None of them ever changes; the newest chunk grows.
#[derive(Clone)]
struct Chunk {
    /// The journal is known up to this event.
    upto: u64,
    events: Arc<Vec<Event>>,
}

impl Journal {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, chunks: Mutex::default() }
    }

    /// Hands over the events from `from` to `to`, oldest first, until `each` has seen enough.
    pub(crate) fn walk(
        &self,
        from: u64,
        to: u64,
        mut each: impl FnMut(&Event) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let from = from.max(1);
        if from > to {
            return Ok(());
        }
        for number in from / CHUNK..=to / CHUNK {
            for event in self.chunk(number)?.iter().filter(|event| (from..=to).contains(&event.seq)) {
                if each(event).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The last event up to `upto` that was recorded by this moment; `floor` where there is none above it.
    pub(crate) fn last_by(&self, at: DateTime<Utc>, floor: u64, upto: u64) -> Result<u64, StoreError> {
        let mut number = upto / CHUNK;
        loop {
            let chunk = self.chunk(number)?;
            let found = chunk.iter().rfind(|event| event.seq <= upto && event.recorded <= at);
            if let Some(event) = found {
                return Ok(event.seq.max(floor));
            }
            if number == 0 || number * CHUNK <= floor {
                return Ok(floor);
            }
            number -= 1;
        }
    }

    /// An event by its number.
    pub(crate) fn event(&self, seq: u64) -> Result<Option<Event>, StoreError> {
        let mut found = None;
        self.walk(seq, seq, |event| {
            found = Some(event.clone());
            ControlFlow::Break(())
        })?;
        Ok(found)
    }

    fn chunk(&self, number: u64) -> Result<Arc<Vec<Event>>, StoreError> {
        let first = number * CHUNK;
        // Asked before: what is recorded while we read may be missing in what we have read.
        let head = self.store.head().min(first + CHUNK - 1);
        let kept = self.chunks.lock().unwrap_or_else(PoisonError::into_inner).get(&number).cloned();
        let Chunk { upto, events } = match kept {
            Some(chunk) if chunk.upto >= head => return Ok(chunk.events),
            Some(chunk) => chunk,
            None => Chunk { upto: first.saturating_sub(1), events: Arc::default() },
        };
        // Lanes that are told at once all ask for the newest part, which grows: only what is new of it is read.
        let mut new = self.store.events_after(upto, CHUNK as usize)?;
        new.retain(|event| event.seq / CHUNK == number);
        let upto = new.last().map_or(head, |event| event.seq.max(head));
        let mut events = Arc::unwrap_or_clone(events);
        events.append(&mut new);
        let chunk = Chunk { upto, events: Arc::new(events) };
        let mut chunks = self.chunks.lock().unwrap_or_else(PoisonError::into_inner);
        if chunks.len() >= KEPT && !chunks.contains_key(&number) {
            chunks.clear();
        }
        chunks.insert(number, chunk.clone());
        Ok(chunk.events)
    }
}
