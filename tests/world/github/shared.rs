//! What the listener's threads and the test both hold: the clock, and everything there is behind one lock.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use super::clock::Clock;
use super::faults::Faults;
use super::hooks::Hooks;
use super::journal::Journal;
use super::limits::{Ledger, Limits};
use super::state::State;
use super::tokens::Tokens;

/// How long GitHub takes for what, and when it gives up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Effort {
    /// Every answer comes this much later, in real time.
    pub(super) latency: Duration,
    /// The processors' time for a query, and for each object it may lead to; counted against the limits, and waited
    /// for where the clock is real.
    pub(super) query: Duration,
    pub(super) node: Duration,
    /// Queries that may lead to more objects are given up with 502 and cost extra in the next hour.
    pub(super) heaviest: Option<u64>,
    pub(super) penalty: u32,
    /// So are those with longer lists of ids, at no further cost.
    pub(super) longest: Option<u64>,
}

#[derive(Default)]
pub(super) struct Everything {
    pub(super) state: State,
    pub(super) tokens: Tokens,
    pub(super) ledger: Ledger,
    pub(super) limits: Limits,
    pub(super) faults: Faults,
    pub(super) journal: Journal,
    pub(super) effort: Effort,
    pub(super) hooks: Hooks,
    pub(super) requests: u64,
}

#[derive(Default)]
pub(super) struct Shared {
    pub(super) clock: Clock,
    /// The API's own address, once it listens.
    pub(super) api: OnceLock<String>,
    everything: Mutex<Everything>,
}

impl Shared {
    pub(super) fn new() -> Arc<Self> {
        Arc::default()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Everything> {
        self.everything.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn api(&self) -> &str {
        self.api.get().map_or("", String::as_str)
    }
}
