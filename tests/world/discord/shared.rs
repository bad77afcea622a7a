//! What the listener's threads and the test both hold: the clock, and everything there is behind one lock.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::faults::Faults;
use super::gateway::Gateway;
use super::interaction::Interaction;
use super::journal::Journal;
use super::limits::{Ledger, Limits};
use super::signed::Endpoint;
use super::state::State;
use crate::github::Clock;

/// A message that was made with a nonce.
#[derive(Clone, Debug)]
pub(super) struct Remembered {
    pub(super) channel: u64,
    pub(super) message: u64,
    pub(super) at: DateTime<Utc>,
}

#[derive(Default)]
pub(super) struct Everything {
    pub(super) state: State,
    pub(super) tokens: BTreeSet<String>,
    pub(super) ledger: Ledger,
    pub(super) limits: Limits,
    pub(super) faults: Faults,
    pub(super) journal: Journal,
    pub(super) gateway: Gateway,
    pub(super) interactions: BTreeMap<u64, Interaction>,
    pub(super) nonces: HashMap<(u64, String), Remembered>,
    /// Where interactions are sent to, if not through the gateway.
    pub(super) endpoint: Option<Endpoint>,
    /// Every answer comes this much later, in real time.
    pub(super) latency: Duration,
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
        let shared = Self::default();
        let now = shared.clock.now();
        shared.lock().state.set_up(now);
        Arc::new(shared)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Everything> {
        self.everything.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn api(&self) -> &str {
        self.api.get().map_or("", String::as_str)
    }
}
