//! A strict stand-in for GitHub: REST, GraphQL and web hooks over HTTP, with everything its limits, validators,
//! redirects and bad days do to a client.
//!
//! ```no_run
//! # async fn story() {
//! use whimbrel_world::github::{Fault, Github};
//!
//! let github = Github::start();
//! let etcd = github.repository("etcd-io/etcd").stars(48_000).release("v3.5.0");
//! github.clock().set("2026-06-01T12:00:00Z".parse().expect("a moment"));
//! etcd.release("v3.6.0").rename("etcd-project/etcd");
//! github.fails(Fault::Status(502)).on("/graphql").times(3);
//! // … let a client loose on `github.api_url()` …
//! github.expects_no_violations();
//! # }
//! ```
//!
//! Repositories are what the story makes them; the clock is real until the story sets it; tokens are refused unless the
//! story made them known. GraphQL is read, validated and executed against GitHub's own schema. The journal has every
//! call, and objects to what a well-behaved client would not do.

mod answer;
mod came;
mod clock;
mod condition;
mod exchange;
mod faults;
mod git;
mod graphql;
mod hooks;
mod ids;
mod journal;
mod licenses;
mod limits;
mod made_up;
mod notes;
mod project;
mod refusal;
mod release;
mod rest;
mod serve;
mod settings;
mod shared;
mod state;
mod tokens;

use std::sync::Arc;

use serde_json::Value;

pub use self::clock::Clock;
pub use self::faults::Fault;
pub use self::hooks::Delivery;
pub use self::journal::{Call, Journal};
pub use self::limits::{Limits, Resource};
pub use self::project::{Bytes, Repository};
pub use self::release::NewRelease;
pub use self::settings::Failing;
use self::shared::Shared;
pub use self::state::{Block, Release};
use crate::listener::Listener;

/// A running pretend GitHub. Clones are the same one; it ends with the last.
#[derive(Clone)]
pub struct Github {
    shared: Arc<Shared>,
    server: Arc<Listener>,
}

impl Github {
    /// Starts it on a free port of this machine.
    pub fn start() -> Self {
        Self::start_on(0).expect("a free port")
    }

    /// Starts it on this port.
    pub fn start_on(port: u16) -> std::io::Result<Self> {
        let shared = Shared::new();
        let server = serve::start(&shared, port)?;
        shared.api.set(format!("http://{}", server.address)).expect("it was just made");
        let (queue, mut queued) = tokio::sync::mpsc::unbounded_channel();
        shared.lock().hooks.queue = Some(queue);
        // The last handle takes the queue along, and the task ends.
        let weak = Arc::downgrade(&shared);
        server.spawn(async move {
            let client = reqwest::Client::new();
            while let Some(number) = queued.recv().await {
                let Some(shared) = weak.upgrade() else { return };
                let delivery = shared.lock().hooks.deliveries[number].clone();
                let status = hooks::send(&client, &delivery).await;
                shared.lock().hooks.deliveries[number].status = Some(status);
            }
        });
        Ok(Self { shared, server: Arc::new(server) })
    }

    /// Its base address, for `api_url`.
    pub fn api_url(&self) -> String {
        self.shared.api().to_owned()
    }

    /// What time it is there.
    pub fn clock(&self) -> Clock {
        self.shared.clock.clone()
    }

    /// The repository with this name, made when there is none. A name somebody had before is a new repository's.
    pub fn repository(&self, full_name: &str) -> Repository {
        let now = self.shared.clock.now();
        let index = self.shared.lock().state.repository(full_name, now);
        Repository::new(self.clone(), index)
    }

    /// Breaks every connection and answers no more, as if the network were gone.
    pub async fn stop(&self) {
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

    /// Fails where a client did what a well-behaved one does not.
    pub fn expects_no_violations(&self) {
        let violations = self.shared.lock().journal.violations.clone();
        assert!(violations.is_empty(), "a client misbehaved: {violations:#?}");
    }

    /// Sends web hooks of every repository to this address, signed with this secret.
    pub fn hook(&self, url: &str, secret: &str) {
        self.shared.lock().hooks.add(url, secret, None);
    }

    /// Every web hook made so far, oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.shared.lock().hooks.deliveries.clone()
    }

    /// Waits until every web hook made so far was answered, or found nobody.
    pub async fn hooks_settled(&self) {
        crate::eventually("the last web hook", || async {
            self.deliveries().iter().all(|delivery| delivery.status.is_some()).then_some(())
        })
        .await;
    }

    /// Sends a delivery as it stands: one of [`Github::deliveries`] again, with its number, or a forged one. The status
    /// it was answered with, 0 where nobody answered.
    pub async fn deliver(&self, delivery: &Delivery) -> u16 {
        hooks::send(&reqwest::Client::new(), delivery).await
    }

    fn tell(&self, repo: usize, event: &str, action: Option<&str>, more: Value) {
        hooks::tell(&mut self.shared.lock(), self.shared.api(), repo, event, action, more);
    }
}
