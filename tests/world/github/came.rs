//! A request from its arrival to its end, and what the journal keeps of it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::request::Parts;

use super::answer::Answer;
use super::faults::Fault;
use super::journal::Call;
use super::limits::{Asker, Resource};
use super::shared::Shared;
use super::tokens::Identity;

/// A request that came in.
pub(super) struct Came {
    pub(super) shared: Arc<Shared>,
    pub(super) head: Parts,
    pub(super) body: Bytes,
    address: String,
    port: u16,
    pub(super) now: DateTime<Utc>,
    started: Instant,
    pub(super) resource: Resource,
    pub(super) who: Option<Identity>,
    /// Whether it counts as being under way, and what it took of GitHub's time.
    pub(super) under_way: bool,
    pub(super) busy: Duration,
    pub(super) cost: u32,
    pub(super) limited: bool,
    /// Ids and names a query asks for.
    pub(super) roots: u64,
    fault: bool,
}

impl Came {
    pub(super) fn new(shared: Arc<Shared>, head: Parts, body: Bytes, peer: SocketAddr) -> Self {
        let now = shared.clock.now();
        let graphql = head.uri.path() == "/graphql";
        let resource = if graphql { Resource::Graphql } else { Resource::Core };
        Self {
            shared,
            head,
            body,
            address: peer.ip().to_string(),
            port: peer.port(),
            now,
            started: Instant::now(),
            resource,
            who: None,
            under_way: false,
            busy: Duration::ZERO,
            cost: 0,
            limited: false,
            roots: 0,
            fault: false,
        }
    }

    /// What goes wrong with it.
    pub(super) fn meet(&mut self) -> Option<Fault> {
        let shared = Arc::clone(&self.shared);
        let mut all = shared.lock();
        let path = self.head.uri.path_and_query().map_or("/", |path| path.as_str());
        let fault = all.faults.meet(path);
        self.fault = fault.is_some();
        self.who = all.tokens.identify(self.line("authorization"), &self.address, self.now);
        fault
    }

    /// How long the answer waits before it goes.
    pub(super) fn wait(&self, fault: Option<&Fault>) -> Duration {
        let more = match fault {
            Some(Fault::Latency(more)) => *more,
            _ => Duration::ZERO,
        };
        let busy = if self.shared.clock.is_virtual() { Duration::ZERO } else { self.busy };
        self.shared.lock().effort.latency + busy + more
    }

    /// Enters the call into the journal.
    pub(super) fn done(&self, answer: &Answer) {
        self.note(Some(answer.status), answer.body.len());
    }

    /// Enters a call that gets no answer.
    pub(super) fn lost(&self) {
        self.note(None, 0);
    }

    fn note(&self, status: Option<u16>, bytes: usize) {
        let mut all = self.shared.lock();
        let kept = self.head.headers.iter().filter(|_| all.journal.with_headers());
        let headers: BTreeMap<String, String> = kept
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        all.journal.calls.push(Call {
            at: self.now,
            method: self.head.method.to_string(),
            path: self.head.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            who: self.who.as_ref().map_or_else(|| "unknown".to_owned(), |who| who.who.clone()),
            headers,
            status,
            cost: self.cost,
            roots: self.roots,
            limited: self.limited,
            bytes,
            micros: u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX),
            fault: self.fault,
        });
    }

    /// Whose limits it counts against.
    pub(super) fn asker<'a>(&self, who: &'a Identity) -> Asker<'a> {
        Asker { account: &who.account, anonymous: who.anonymous, resource: self.resource, port: self.port }
    }

    pub(super) fn line(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name)?.to_str().ok()
    }
}

impl Drop for Came {
    /// However it ended, also by a client that went away, it is no longer under way.
    fn drop(&mut self) {
        if let Some(who) = self.who.as_ref().filter(|_| self.under_way) {
            let asker = self.asker(who);
            let now = self.shared.clock.now();
            self.shared.lock().ledger.end(asker, self.busy, now);
        }
    }
}
