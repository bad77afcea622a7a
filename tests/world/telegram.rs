//! A strict stand-in for Telegram's Bot API: methods over HTTP, polling and web hooks, its limits and its words when it
//! refuses, and people who type, press buttons and read.
//!
//! ```no_run
//! # async fn story() {
//! use whimbrel_world::telegram::{Fault, Telegram};
//!
//! let telegram = Telegram::start();
//! let ada = telegram.person("ada");
//! ada.says("/start");
//! telegram.fails(Fault::Lost).on("sendMessage").times(1);
//! // … let a bot loose on `telegram.api_url()` with `telegram.token()` …
//! let menu = ada.waits_for("How often?").await;
//! assert_eq!(menu.labels(), [["Weekly", "Daily"]]);
//! ada.presses("Weekly");
//! telegram.expects_no_violations();
//! # }
//! ```
//!
//! There is one bot. Its clock is real until the story sets it; only waiting polls wait in real time. The journal has
//! every call, and objects to what a careful client does not ask: texts and buttons that the service does not take,
//! parameters that a method does not have, two pollers, asking again before the time to wait was over. Refusals that a
//! client could not foresee, such as a person who blocked the bot, are no violations.

mod answer;
mod came;
mod chat;
pub mod demo;
mod faults;
mod html;
mod journal;
mod limits;
mod markup;
mod message;
mod methods;
mod parameters;
mod people;
mod places;
mod serve;
mod settings;
mod shared;
mod state;
mod text;
mod updates;
mod webhook;

use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use self::faults::Fault;
pub use self::journal::{Call, Journal};
pub use self::limits::{Limits, Window};
pub use self::message::{Action, Button, Photo, Seen, Toast};
pub use self::people::Person;
pub use self::places::Place;
pub use self::settings::Failing;
use self::shared::Shared;
pub use self::text::{Entity, Formatted};
pub use self::webhook::Delivery;
pub use crate::github::Clock;
use crate::listener::Listener;

/// The bot's first token.
pub const TOKEN: &str = "4200000001:made-up-for-the-stand-in";

/// A running pretend Telegram. Clones are the same one; it ends with the last.
#[derive(Clone)]
pub struct Telegram {
    shared: Arc<Shared>,
    server: Arc<Listener>,
}

/// A message the bot sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Where.
    pub chat: i64,
    /// What.
    pub message: Seen,
}

impl Telegram {
    /// Starts it on a free port of this machine.
    pub fn start() -> Self {
        Self::start_on(0).expect("a free port")
    }

    /// Starts it on this port.
    pub fn start_on(port: u16) -> std::io::Result<Self> {
        Self::start_with(port, TOKEN)
    }

    /// Starts it on this port, with a bot that has this token.
    pub fn start_with(port: u16, token: &str) -> std::io::Result<Self> {
        let shared = Shared::new(token);
        let server = serve::start(&shared, port)?;
        // The last handle takes what it looks at along, and the task ends.
        server.spawn(webhook::deliver(Arc::downgrade(&shared)));
        Ok(Self { shared, server: Arc::new(server) })
    }

    /// Its base address, for `api_url`.
    pub fn api_url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// What time it is there.
    pub fn clock(&self) -> Clock {
        self.shared.clock.clone()
    }

    /// Breaks every connection and answers no more, as if the network were gone.
    pub async fn stop(&self) {
        self.server.stop().await;
    }

    /// Answers again, on the same port.
    pub fn start_again(&self) {
        self.server.start_again().expect("the port is still ours");
    }

    /// Every message of the bot in the order they came, as they read now; deleted ones are left out.
    pub fn told(&self) -> Vec<Told> {
        let all = self.shared.lock();
        let bot = all.state.bot.id;
        let find = |(chat, id): &(i64, i32)| {
            let message = all.state.chats.get(chat)?.messages.get(id)?;
            Some(Told { chat: *chat, message: Seen::of(message, bot) })
        };
        all.state.sent.iter().filter_map(find).collect()
    }

    /// How many messages the bot sent.
    pub fn count(&self) -> usize {
        self.shared.lock().state.sent.len()
    }

    /// How many updates wait to be fetched.
    pub fn waiting(&self) -> usize {
        self.shared.lock().updates.waiting.len()
    }

    /// When the oldest update that still waits was made.
    pub fn oldest_waiting(&self) -> Option<DateTime<Utc>> {
        self.shared.lock().updates.waiting.front().map(|update| update.at)
    }

    /// Every delivery to a web hook so far, oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.shared.lock().deliveries.clone()
    }

    /// The journal so far.
    pub fn journal(&self) -> Journal {
        self.shared.lock().journal.clone()
    }

    /// The journal so far; a new one begins.
    pub fn take_journal(&self) -> Journal {
        std::mem::take(&mut self.shared.lock().journal)
    }

    /// How many calls there were.
    pub fn requests(&self) -> usize {
        self.shared.lock().journal.calls.len()
    }

    /// Fails where a client did what a careful one does not.
    pub fn expects_no_violations(&self) {
        let violations = self.shared.lock().journal.violations.clone();
        assert!(violations.is_empty(), "a client misbehaved: {violations:#?}");
    }
}
