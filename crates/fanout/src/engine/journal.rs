//! The journal as lanes read it: many of them the same part at the same time, so what was read is kept for a while.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use whimbrel_news::Event;
use whimbrel_store::{Store, StoreError};

/// Events read at a time.
const CHUNK: u64 = 128;

/// Chunks kept: some megabytes.
const KEPT: usize = 48;

/// What nobody has read for so long is let go of as soon as something new is read: lanes that read the same part do it
/// within moments.
const UNREAD: Duration = Duration::from_mins(1);

/// A reader with a short memory.
pub(crate) struct Journal {
    store: Store,
    /// By their number.
    chunks: Mutex<HashMap<u64, Chunk>>,
}

/// Events that stand together. None of them ever changes; the newest chunk grows, and retention takes the oldest.
struct Chunk {
    /// The journal is known up to this event.
    upto: u64,
    /// Singly shared, so that a chunk that grew shares them with the one others still read.
    events: Arc<Vec<Arc<Event>>>,
    /// When it was last read.
    read: Instant,
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

    /// Retention dropped events, none of them behind this one: what is kept of them is read again.
    pub(crate) fn forget(&self, upto: u64) {
        self.chunks().retain(|number, _| *number > upto / CHUNK);
    }

    fn chunk(&self, number: u64) -> Result<Arc<Vec<Arc<Event>>>, StoreError> {
        let first = number * CHUNK;
        // Asked before: what is recorded while we read may be missing in what we have read.
        let upto = self.store.head().min(first + CHUNK - 1);
        let now = Instant::now();
        let kept = self.chunks().get_mut(&number).map(|chunk| {
            chunk.read = now;
            (chunk.upto, Arc::clone(&chunk.events))
        });
        let (known, events) = kept.unwrap_or_else(|| (first.saturating_sub(1), Arc::default()));
        // A chunk that does not begin yet is known up to where it begins.
        if known >= upto {
            return Ok(events);
        }
        // Lanes that are told at once all ask for the newest part, which grows: only what is new of it is read.
        let new = self.store.events_after(known, CHUNK as usize)?;
        let new = new.into_iter().take_while(|event| event.seq <= upto).map(Arc::new);
        let events = Arc::new(events.iter().cloned().chain(new).collect::<Vec<_>>());
        let mut chunks = self.chunks();
        if chunks.get(&number).is_some_and(|other| other.upto >= upto) {
            // Somebody who asked later was faster.
            return Ok(events);
        }
        chunks.retain(|_, chunk| now.saturating_duration_since(chunk.read) < UNREAD);
        if chunks.len() >= KEPT && !chunks.contains_key(&number) {
            chunks.clear();
        }
        chunks.insert(number, Chunk { upto, events: Arc::clone(&events), read: now });
        Ok(events)
    }

    fn chunks(&self) -> MutexGuard<'_, HashMap<u64, Chunk>> {
        self.chunks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
