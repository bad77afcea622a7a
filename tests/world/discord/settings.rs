//! What a story sets up around guilds and people: tokens, limits, and faults.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::Discord;
use super::faults::Fault;
use super::limits::Limits;
use super::shared::Everything;
use super::state::Webhook;

impl Discord {
    /// Makes a token of the bot known.
    pub fn token(&self, token: &str) {
        self.shared.lock().tokens.insert(token.to_owned());
    }

    /// Takes a token away. Connections to the gateway that were made with it are closed.
    pub fn revoke(&self, token: &str) {
        self.shared.lock().tokens.remove(token);
        self.gateway().closes(4004);
    }

    /// Sets limits.
    pub fn limits(&self, change: impl FnOnce(&mut Limits)) {
        change(&mut self.shared.lock().limits);
    }

    /// Every answer comes this much later, in real time.
    pub fn latency(&self, latency: Duration) {
        self.shared.lock().latency = latency;
    }

    /// Above this many open threads a guild takes no more.
    pub fn most_threads(&self, most: usize) {
        self.shared.lock().state.most_threads = Some(most);
    }

    /// Switches a fault on, for every request until it is switched off; what it returns narrows it down.
    pub fn fails(&self, fault: Fault) -> Failing {
        let id = self.shared.lock().faults.add(fault);
        Failing { discord: self.clone(), id }
    }

    /// Switches every fault off.
    pub fn heals(&self) {
        self.shared.lock().faults.clear();
    }
}

impl Everything {
    /// A new webhook of the channel.
    pub(super) fn webhook(&mut self, channel: u64, name: &str, now: DateTime<Utc>) -> u64 {
        let id = self.state.ids.next(now);
        // As long as real ones.
        let token = format!("w{:x}-{:049x}", id.rotate_left(23), u128::from(id) * 0x9e37_79b9_7f4a_7c15);
        self.state.webhooks.insert(id, Webhook { id, token, channel, name: name.to_owned() });
        id
    }

    /// A channel is gone, with the threads in it and its webhooks.
    pub(super) fn close(&mut self, id: u64) {
        let Some(channel) = self.state.channels.remove(&id) else { return };
        self.state.channels.retain(|_, it| it.parent != Some(id));
        self.state.webhooks.retain(|_, hook| hook.channel != id);
        let event = if channel.is_thread() { "THREAD_DELETE" } else { "CHANNEL_DELETE" };
        let told = json!({ "id": id.to_string(), "type": channel.kind, "name": channel.name,
            "guild_id": channel.guild.map(|id| id.to_string()),
            "parent_id": channel.parent.map(|id| id.to_string()) });
        self.gateway.dispatch(channel.guild, 1, event, &told);
    }
}

/// A fault that is switched on.
pub struct Failing {
    discord: Discord,
    id: u64,
}

#[allow(clippy::return_self_not_must_use, reason = "the fault is switched on either way")]
impl Failing {
    /// Only for requests whose verb and path (`POST /api/v10/channels/…`) contain this.
    pub fn on(self, part: &str) -> Self {
        self.discord.shared.lock().faults.change(self.id, |path, _| *path = Some(part.to_owned()));
        self
    }

    /// Only for this many requests.
    pub fn times(self, times: u32) -> Self {
        self.discord.shared.lock().faults.change(self.id, |_, left| *left = Some(times));
        self
    }

    /// Switches it off.
    pub fn heals(self) {
        self.discord.shared.lock().faults.remove(self.id);
    }
}
