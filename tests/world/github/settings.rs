//! What a story sets up around the repositories: tokens, limits, effort, and faults.

use std::time::Duration;

use super::Github;
use super::faults::Fault;
use super::limits::Limits;

impl Github {
    /// Makes a token known, of a user of its own.
    pub fn token(&self, token: &str) {
        let mut all = self.shared.lock();
        let login = format!("user-{}", all.state.owners.len() + 1);
        all.state.user(&login);
        all.tokens.add(token, &login);
    }

    /// Makes a token of this user known: several of one user share that user's limits.
    pub fn token_of(&self, token: &str, login: &str) {
        let mut all = self.shared.lock();
        all.state.user(login);
        all.tokens.add(token, login);
    }

    /// Forgets a token.
    pub fn revoke(&self, token: &str) {
        self.shared.lock().tokens.revoke(token);
    }

    /// Installs an app: whoever signs with its private key (PEM, as GitHub hands it out) may ask for the installation's
    /// tokens, which hold for an hour.
    pub fn install(&self, app: u64, installation: u64, key: &str) {
        self.shared.lock().tokens.install(app, installation, key);
    }

    /// Removes an app from where it is installed.
    pub fn uninstall(&self, installation: u64) {
        self.shared.lock().tokens.uninstall(installation);
    }

    /// Ends the tokens of an installation before their time; it may ask for others.
    pub fn revoke_lent(&self, installation: u64) {
        self.shared.lock().tokens.revoke_lent(installation);
    }

    /// Sets limits.
    pub fn limits(&self, change: impl FnOnce(&mut Limits)) {
        change(&mut self.shared.lock().limits);
    }

    /// Every answer comes this much later, in real time.
    pub fn latency(&self, latency: Duration) {
        self.shared.lock().effort.latency = latency;
    }

    /// How long GitHub's processors work on a query, and on each object it may lead to. Counted against the limits;
    /// the answer waits for it where the clock is real. Beyond ten seconds the query is given up with 502.
    pub fn effort(&self, query: Duration, node: Duration) {
        let mut all = self.shared.lock();
        (all.effort.query, all.effort.node) = (query, node);
    }

    /// Gives up queries that may lead to more objects than this with 502, and takes `penalty` points of the next hour
    /// for each. Objects are the ids asked for and what all their connections may bring.
    pub fn gives_up_beyond(&self, objects: u64, penalty: u32) {
        let mut all = self.shared.lock();
        (all.effort.heaviest, all.effort.penalty) = (Some(objects), penalty);
    }

    /// Gives up queries with more ids in their lists than this with 502.
    pub fn gives_up_on_lists_beyond(&self, ids: u64) {
        self.shared.lock().effort.longest = Some(ids);
    }

    /// Gives up on no query any more.
    pub fn gives_up_on_nothing(&self) {
        let mut all = self.shared.lock();
        (all.effort.heaviest, all.effort.longest) = (None, None);
    }

    /// Switches a fault on, for every request until it is switched off; what it returns narrows it down.
    pub fn fails(&self, fault: Fault) -> Failing {
        let id = self.shared.lock().faults.add(fault);
        Failing { github: self.clone(), id }
    }

    /// Switches every fault off.
    pub fn heals(&self) {
        self.shared.lock().faults.clear();
    }
}

/// A fault that is switched on.
pub struct Failing {
    github: Github,
    id: u64,
}

#[allow(clippy::return_self_not_must_use, reason = "the fault is switched on either way")]
impl Failing {
    /// Only for requests whose path and query contain this.
    pub fn on(self, part: &str) -> Self {
        self.github.shared.lock().faults.change(self.id, |path, _| *path = Some(part.to_owned()));
        self
    }

    /// Only for this many requests.
    pub fn times(self, times: u32) -> Self {
        self.github.shared.lock().faults.change(self.id, |_, left| *left = Some(times));
        self
    }

    /// Switches it off.
    pub fn heals(self) {
        self.github.shared.lock().faults.remove(self.id);
    }
}
