//! What a story sets up around the chats: the token, limits, faults.

use std::time::Duration;

use super::Telegram;
use super::faults::{Fault, Narrow};
use super::limits::Limits;

impl Telegram {
    /// The token of the bot.
    pub fn token(&self) -> String {
        self.shared.lock().state.bot.token.clone()
    }

    /// The name of the bot, without `@`.
    pub fn username(&self) -> String {
        self.shared.lock().state.bot.username.clone()
    }

    /// The old token is good no more; the new one.
    pub fn revokes_token(&self) -> String {
        let mut all = self.shared.lock();
        let number = all.state.number();
        all.state.bot.token = format!("{}:made-up-{number}", all.state.bot.id);
        all.state.bot.token.clone()
    }

    /// The bot reads everything in groups, not only what is meant for it.
    pub fn reads_all(&self) {
        self.shared.lock().state.bot.reads_all = true;
    }

    /// Web hooks go nowhere without TLS, as with the real service.
    pub fn only_https_webhooks(&self) {
        self.shared.lock().plain_webhooks = false;
    }

    /// Sets limits; what was sent before is forgotten.
    pub fn limits(&self, change: impl FnOnce(&mut Limits)) {
        let mut all = self.shared.lock();
        change(&mut all.limits);
        all.ledger.forget();
    }

    /// Every answer comes this much later, in real time.
    pub fn latency(&self, latency: Duration) {
        self.shared.lock().latency = latency;
    }

    /// Switches a fault on, for every call until it is switched off; what it returns narrows it down.
    pub fn fails(&self, fault: Fault) -> Failing {
        let id = self.shared.lock().faults.add(fault);
        Failing { telegram: self.clone(), id }
    }

    /// Switches every fault off.
    pub fn heals(&self) {
        self.shared.lock().faults.clear();
    }
}

/// A fault that is switched on.
pub struct Failing {
    telegram: Telegram,
    id: u64,
}

#[allow(clippy::return_self_not_must_use, reason = "the fault is switched on either way")]
impl Failing {
    /// Only for this method.
    pub fn on(self, method: &str) -> Self {
        self.narrow(Narrow::Method(method.to_owned()))
    }

    /// Only for calls about this chat.
    pub fn to(self, chat: i64) -> Self {
        self.narrow(Narrow::Chat(chat))
    }

    /// Only after this many calls that it would have met.
    pub fn after(self, calls: u32) -> Self {
        self.narrow(Narrow::After(calls))
    }

    /// Only for this many calls.
    pub fn times(self, times: u32) -> Self {
        self.narrow(Narrow::Times(times))
    }

    /// Switches it off.
    pub fn heals(self) {
        self.telegram.shared.lock().faults.remove(self.id);
    }

    fn narrow(self, narrow: Narrow) -> Self {
        self.telegram.shared.lock().faults.narrow(self.id, narrow);
        self
    }
}
