//! A strict stand-in for Discord: its REST API, its gateway and its signed interactions, with everything its limits,
//! validators, rights and bad days do to a client, and people who use commands, press buttons and read.
//!
//! ```no_run
//! # async fn story() {
//! use serde_json::json;
//! use whimbrel_world::discord::{Discord, Fault};
//!
//! let discord = Discord::start();
//! discord.token("made.up.token");
//! let ada = discord.guild("Readers").member("ada");
//! discord.fails(Fault::AnswerLost).on("POST /api/v10/channels").times(1);
//! // … let a bot loose on `discord.api_url()` …
//! let used = ada.uses("/subscribe add", json!({ "catalog": "awesome-go" })).await;
//! println!("{}", used.reads().await);
//! ada.presses("Weekly").await;
//! println!("{}", ada.sees().join("\n"));
//! discord.expects_no_violations();
//! # }
//! ```
//!
//! Guilds, channels and people are what the story makes them; the clock is real until the story sets it. What a client
//! does wrong is refused in the service's words. The journal has every call with who was pinged by it, and objects to
//! what a well-behaved client would not do.

mod answer;
mod body;
mod components;
mod draft;
mod embed;
mod endpoint;
mod exchange;
mod faults;
mod form;
mod gateway;
mod ids;
mod interaction;
mod journal;
mod limits;
mod mentions;
mod people;
mod permissions;
mod places;
mod reads;
mod refusal;
mod rest;
mod serve;
mod settings;
mod shared;
mod signed;
mod state;

use std::sync::Arc;

pub use self::faults::Fault;
pub use self::gateway::GatewayHandle;
pub use self::journal::{Call, Journal};
pub use self::limits::Limits;
pub use self::people::{Person, Used};
pub use self::places::{Guild, Hook, Place};
pub use self::reads::reads;
pub use self::settings::Failing;
use self::shared::Shared;
pub use self::signed::Forged;
pub use self::state::Message;
pub use crate::github::Clock;
use crate::listener::Listener;

/// A running pretend Discord. Clones are the same one; it ends with the last.
#[derive(Clone)]
pub struct Discord {
    shared: Arc<Shared>,
    server: Arc<Listener>,
}

impl Discord {
    /// Starts it on a free port of this machine.
    pub fn start() -> Self {
        Self::start_on(0).expect("a free port")
    }

    /// Starts it on this port.
    pub fn start_on(port: u16) -> std::io::Result<Self> {
        let shared = Shared::new();
        let server = serve::start(&shared, port)?;
        shared.api.set(format!("http://{}", server.address)).expect("it was just made");
        Ok(Self { shared, server: Arc::new(server) })
    }

    /// Its base address, without `/api/v10`.
    pub fn api_url(&self) -> String {
        self.shared.api().to_owned()
    }

    /// What time it is there.
    pub fn clock(&self) -> Clock {
        self.shared.clock.clone()
    }

    /// The application's id.
    pub fn application(&self) -> u64 {
        self.shared.lock().state.application
    }

    /// The bot's own id.
    pub fn bot(&self) -> u64 {
        self.shared.lock().state.bot
    }

    /// Breaks every connection and answers no more, as if the network were gone.
    pub async fn stop(&self) {
        self.gateway().breaks();
        self.server.stop().await;
    }

    /// Answers again, on the same port.
    pub fn start_again(&self) {
        self.server.start_again().expect("the port is still ours");
    }

    /// Every call so far, oldest first.
    pub fn asked(&self) -> Vec<Call> {
        self.shared.lock().journal.calls.clone()
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

    /// How many requests of the last ten minutes were answered with 401, 403 or 429, as the service counts them.
    pub fn wrong_requests(&self) -> usize {
        let now = self.shared.clock.now();
        self.shared.lock().ledger.wrongs(now)
    }

    /// Every message that ever came and still stands, in the order they came, wherever they stand.
    pub fn messages(&self) -> Vec<Message> {
        let all = self.shared.lock();
        let state = &all.state;
        state.arrived.iter().filter_map(|(channel, id)| state.message(*channel, *id).cloned()).collect()
    }

    /// Fails where a client did what a well-behaved one does not.
    pub fn expects_no_violations(&self) {
        let violations = self.shared.lock().journal.violations.clone();
        assert!(violations.is_empty(), "a client misbehaved: {violations:#?}");
    }

    /// Its gateway.
    pub fn gateway(&self) -> GatewayHandle {
        GatewayHandle(self.clone())
    }

    /// Sends interactions to this address from now on, if the application there proves that it looks at signatures:
    /// it has to answer a ping, and to refuse every forged one. Says what it did not do.
    pub async fn interactions_endpoint(&self, url: &str) -> Result<(), String> {
        let now = self.shared.clock.now().timestamp();
        let application = self.application().to_string();
        let ping = serde_json::json!({ "id": "1", "application_id": application, "type": 1, "version": 1,
            "token": "ping", "user": null })
        .to_string();
        let heard = signed::send(url, ping.clone(), now, None).await.ok_or("no answer to a ping")?;
        let pong: serde_json::Value = serde_json::from_slice(&heard.body).unwrap_or_default();
        if heard.status != 200 || pong["type"] != 1 || !heard.kind.starts_with("application/json") {
            return Err(format!("a ping was answered with {}: {pong}", heard.status));
        }
        self.forges(url, &ping).await?;
        self.shared.lock().endpoint = Some(signed::Endpoint { url: url.to_owned(), twice: false });
        Ok(())
    }

    /// The key applications know it by, in hexadecimal.
    pub fn public_key() -> String {
        signed::public_key()
    }

    /// From now on everything that is sent to an application's address is sent twice, signature and all, as if somebody
    /// had overheard it.
    pub fn is_overheard(&self) {
        if let Some(endpoint) = &mut self.shared.lock().endpoint {
            endpoint.twice = true;
        }
    }

    /// Sends everything forged; an application that takes any of it gets no more interactions.
    pub async fn checks_signatures(&self) -> Result<(), String> {
        let Some(endpoint) = self.shared.lock().endpoint.clone() else { return Ok(()) };
        let ping = serde_json::json!({ "type": 1, "version": 1 }).to_string();
        let checked = self.forges(&endpoint.url, &ping).await;
        if let Err(why) = &checked {
            let mut all = self.shared.lock();
            all.endpoint = None;
            all.journal.object(why.clone());
        }
        checked
    }

    async fn forges(&self, url: &str, body: &str) -> Result<(), String> {
        for forged in Forged::ALL {
            let now = self.shared.clock.now().timestamp();
            let heard = signed::send(url, body.to_owned(), now, Some(forged)).await;
            let status = heard.map(|heard| heard.status);
            if status != Some(401) {
                return Err(format!("a bad signature ({forged:?}) was answered with {status:?}"));
            }
        }
        Ok(())
    }
}
