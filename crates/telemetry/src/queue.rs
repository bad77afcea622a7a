//! Spans that have ended and wait to be sent. Whoever ends one never waits: where there is no room, it is lost.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::span::Ended;

/// So many wait at most; each takes a few hundred bytes.
const LONGEST: usize = 2048;

/// So many go in one message.
pub(crate) const BATCH: usize = 512;

#[derive(Debug, Default)]
pub(crate) struct Queue {
    waiting: Mutex<VecDeque<Ended>>,
    enough: Notify,
    lost: AtomicU64,
}

impl Queue {
    pub(crate) fn push(&self, ended: Ended) {
        let mut waiting = self.waiting();
        if waiting.len() >= LONGEST {
            drop(waiting);
            return self.lose(1);
        }
        waiting.push_back(ended);
        if waiting.len() == BATCH {
            self.enough.notify_one();
        }
    }

    /// The oldest, for one message.
    pub(crate) fn take(&self) -> Vec<Ended> {
        let mut waiting = self.waiting();
        let count = waiting.len().min(BATCH);
        waiting.drain(..count).collect()
    }

    /// Waits until there are enough for a message.
    pub(crate) async fn enough(&self) {
        self.enough.notified().await;
    }

    pub(crate) fn lose(&self, count: u64) {
        self.lost.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Ended>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
