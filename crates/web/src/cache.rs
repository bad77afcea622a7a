//! Rendered answers by address, within a fixed amount of memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use whimbrel_news::EventId;

use crate::facts::Shows;
use crate::library::Reach;
use crate::rendered::Rendered;

/// The state an answer was found right for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// How far the journal had come.
    pub(crate) reach: Reach,
    /// The facts about catalogs and program it shows.
    pub(crate) facts: u64,
    /// Which these are.
    pub(crate) shows: Shows,
    /// The day it was rendered on, for answers that change with the calendar.
    pub(crate) day: Option<i64>,
}

/// An answer and the state it is known to be right for.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) rendered: Arc<Rendered>,
    pub(crate) mark: Mark,
    /// The newest event in it.
    pub(crate) newest: Option<EventId>,
}

/// Answers by address; the least recently used ones leave first.
pub(crate) struct Cache {
    limit_bytes: usize,
    ticks: AtomicU64,
    inner: RwLock<Inner>,
}

#[derive(Default)]
struct Inner {
    slots: HashMap<Box<str>, Slot>,
    bytes: usize,
}

struct Slot {
    kept: Kept,
    used: AtomicU64,
}

impl Cache {
    pub(crate) fn new(limit_bytes: usize) -> Self {
        Self { limit_bytes, ticks: AtomicU64::new(0), inner: RwLock::default() }
    }

    /// The answer kept for an address, right or outdated.
    pub(crate) fn get(&self, address: &str) -> Option<Kept> {
        let inner = self.read();
        let slot = inner.slots.get(address)?;
        // Plain loads and stores: an approximate order is enough, and readers do not fight over one counter.
        let now = self.ticks.load(Ordering::Relaxed);
        if slot.used.load(Ordering::Relaxed) != now {
            slot.used.store(now, Ordering::Relaxed);
        }
        Some(slot.kept.clone())
    }

    /// Keeps an answer. One that is larger than a quarter of the memory is not worth its place.
    pub(crate) fn put(&self, address: &str, kept: Kept) {
        let weight = weight(address, &kept.rendered);
        let now = self.ticks.fetch_add(1, Ordering::Relaxed) + 1;
        let mut inner = self.write();
        inner.remove(address);
        if weight > self.limit_bytes / 4 {
            return;
        }
        if inner.bytes + weight > self.limit_bytes {
            inner.make_room(self.limit_bytes - weight);
        }
        inner.bytes += weight;
        inner.slots.insert(address.into(), Slot { kept, used: AtomicU64::new(now) });
    }

    /// Bytes kept.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.read().bytes
    }

    // A panic while the lock was held cannot leave the map half-changed in a way that matters: at worst the count
    // of bytes is off until the slot leaves.
    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn remove(&mut self, address: &str) {
        if let Some(slot) = self.slots.remove(address) {
            self.bytes -= weight(address, &slot.kept.rendered);
        }
    }

    /// Lets the oldest go until a tenth more than needed is free, so that this work is rare.
    fn make_room(&mut self, target: usize) {
        let target = target - target / 10;
        let mut by_age: Vec<(u64, Box<str>)> = self
            .slots
            .iter()
            .map(|(address, slot)| (slot.used.load(Ordering::Relaxed), address.clone()))
            .collect();
        by_age.sort_unstable();
        for (_, address) in by_age {
            if self.bytes <= target {
                break;
            }
            self.remove(&address);
        }
    }
}

fn weight(address: &str, rendered: &Rendered) -> usize {
    address.len() + rendered.weight()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use whimbrel_news::Epoch;

    use super::*;
    use crate::rendered::Media;

    fn kept(body: &str) -> Kept {
        let rendered = Rendered::new(Media::Html, body.as_bytes(), DateTime::UNIX_EPOCH);
        let reach = Reach { epoch: Epoch(1), head: 1, history: 0, floor: 0 };
        Kept {
            rendered: Arc::new(rendered),
            mark: Mark { reach, facts: 1, shows: Shows::Titles, day: None },
            newest: None,
        }
    }

    #[test]
    fn memory_stays_within_the_limit_and_the_used_ones_stay() {
        let cache = Cache::new(16 * 1024);
        cache.put("/always", kept("a"));
        for n in 0..1000 {
            cache.put(&format!("/{n}"), kept(&format!("page {n}")));
            assert!(cache.get("/always").is_some(), "lost after {n}");
            assert!(cache.bytes() <= 16 * 1024);
        }
        assert!(cache.get("/0").is_none());
        assert!(cache.get("/999").is_some());
    }

    #[test]
    fn replacing_counts_once_and_too_large_is_left_out() {
        let cache = Cache::new(8 * 1024);
        for _ in 0..100 {
            cache.put("/", kept("the same"));
        }
        assert_eq!(cache.bytes(), 1 + kept("the same").rendered.weight());
        let noise: Vec<String> = (0..20_000u32).map(|n| n.wrapping_mul(2_654_435_761).to_string()).collect();
        cache.put("/", kept(&noise.concat()));
        assert_eq!(cache.bytes(), 0);
    }
}
