//! The gateway: sessions that are told what happens, over WebSockets that break.

mod connection;
mod control;

use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

pub(super) use connection::upgrade;
pub use control::GatewayHandle;

use super::limits::Limits;

/// What a connection is told to do.
#[derive(Clone, Debug)]
pub(super) enum Order {
    /// Sends this.
    Send(String),
    /// Closes with this code.
    Close(u16),
    /// Says nothing more and hears nothing more, and stays.
    Silent,
    /// Breaks off.
    Break,
}

/// A connection.
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) orders: UnboundedSender<Order>,
}

/// What an application was told since it identified itself.
pub(super) struct Session {
    pub(super) id: String,
    pub(super) shard: (u64, u64),
    pub(super) intents: u64,
    pub(super) seq: u64,
    /// Everything told, for those who come back.
    pub(super) sent: VecDeque<(u64, String)>,
    /// The connection it is on, if it is.
    pub(super) line: Option<u64>,
}

/// The gateway's side of everything.
pub(super) struct Gateway {
    pub(super) heartbeat: Duration,
    pub(super) shards: u64,
    pub(super) lines: Vec<Line>,
    pub(super) sessions: Vec<Session>,
    pub(super) next: u64,
    /// When sessions were begun.
    pub(super) begun: VecDeque<DateTime<Utc>>,
    /// What was heard from applications, by name.
    pub(super) heard: Vec<String>,
    /// New connections are refused.
    pub(super) closed: bool,
    /// Intents that are privileged and not granted.
    pub(super) privileged: u64,
}

impl Default for Gateway {
    fn default() -> Self {
        Self {
            heartbeat: Duration::from_millis(41_250),
            shards: 1,
            lines: Vec::new(),
            sessions: Vec::new(),
            next: 0,
            begun: VecDeque::new(),
            heard: Vec::new(),
            closed: false,
            privileged: 1 << 1 | 1 << 8 | 1 << 15,
        }
    }
}

/// So much is kept for those who come back.
const KEPT: usize = 1_000;

impl Gateway {
    /// Whether anybody listens, or will come back.
    pub(super) fn is_up(&self) -> bool {
        !self.sessions.is_empty()
    }

    /// How many sessions were begun in the last while.
    pub(super) fn begun_within(&self, long: TimeDelta, now: DateTime<Utc>) -> usize {
        self.begun.iter().filter(|at| now - **at < long).count()
    }

    pub(super) fn recommended(&self, url: &str, limits: &Limits, now: DateTime<Utc>) -> Value {
        let day = TimeDelta::days(1);
        let used = u32::try_from(self.begun_within(day, now)).unwrap_or(u32::MAX);
        let first = self.begun.iter().find(|at| now - **at < day);
        let reset = first.map_or(0, |at| (*at + day - now).num_milliseconds());
        json!({ "url": url, "shards": self.shards, "session_start_limit": {
            "total": limits.sessions, "remaining": limits.sessions.saturating_sub(used),
            "reset_after": reset, "max_concurrency": limits.identifies } })
    }

    /// Tells an event to the sessions it concerns; intent 0 concerns all. Says whether anybody was.
    pub(super) fn dispatch(&mut self, guild: Option<u64>, intent: u64, name: &str, data: &Value) -> bool {
        let mut told = false;
        for place in 0..self.sessions.len() {
            let session = &self.sessions[place];
            let (shard, of) = session.shard;
            let its = guild.map_or(0, |guild| (guild >> 22) % of) == shard;
            if its && (intent == 0 || session.intents & intent != 0) {
                self.tell(place, name, data);
                told = true;
            }
        }
        told
    }

    /// Tells an event to one session.
    pub(super) fn tell(&mut self, place: usize, name: &str, data: &Value) {
        let session = &mut self.sessions[place];
        session.seq += 1;
        let text = json!({ "op": 0, "t": name, "s": session.seq, "d": data }).to_string();
        session.sent.push_back((session.seq, text.clone()));
        if session.sent.len() > KEPT {
            session.sent.pop_front();
        }
        if let Some(line) = session.line {
            self.order(line, Order::Send(text));
        }
    }

    pub(super) fn order(&self, line: u64, order: Order) {
        if let Some(line) = self.lines.iter().find(|it| it.number == line) {
            // A connection that is gone hears nothing.
            let _ = line.orders.send(order);
        }
    }
}
