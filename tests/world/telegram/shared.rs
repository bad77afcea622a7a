//! What the listener's threads and the test both hold: the clock, and everything there is behind one lock.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Clock;
use super::faults::Faults;
use super::journal::Journal;
use super::limits::{Ledger, Limits};
use super::methods::{CallbackQuery, Commands, InlineQuery};
use super::state::State;
use super::updates::Updates;
use super::webhook::{Delivery, Webhook};

pub(super) struct Everything {
    pub(super) state: State,
    pub(super) updates: Updates,
    pub(super) webhook: Option<Webhook>,
    pub(super) deliveries: Vec<Delivery>,
    /// Whether web hooks may go to this machine without TLS, as they have to in a test.
    pub(super) plain_webhooks: bool,
    pub(super) commands: Commands,
    /// Pressed buttons and typed queries, by the id the bot answers to.
    pub(super) queries: BTreeMap<String, CallbackQuery>,
    pub(super) inline: BTreeMap<String, InlineQuery>,
    pub(super) ledger: Ledger,
    pub(super) limits: Limits,
    pub(super) faults: Faults,
    pub(super) journal: Journal,
    pub(super) latency: Duration,
}

pub(super) struct Shared {
    pub(super) clock: Clock,
    everything: Mutex<Everything>,
}

impl Shared {
    pub(super) fn new(token: &str) -> Arc<Self> {
        let everything = Everything {
            state: State::new(token),
            updates: Updates::default(),
            webhook: None,
            deliveries: Vec::new(),
            plain_webhooks: true,
            commands: Commands::default(),
            queries: BTreeMap::new(),
            inline: BTreeMap::new(),
            ledger: Ledger::default(),
            limits: Limits::default(),
            faults: Faults::default(),
            journal: Journal::default(),
            latency: Duration::ZERO,
        };
        Arc::new(Self { clock: Clock::default(), everything: Mutex::new(everything) })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Everything> {
        self.everything.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
