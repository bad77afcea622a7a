//! Everything a server can do wrong, switched on by a test for some paths and a number of requests.

use std::time::Duration;

use chrono::TimeDelta;

use super::refusal::Refusal;

/// One kind of trouble.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// 401: the token is not accepted.
    Unauthorized,
    /// A refusal with this code of Discord's, such as 50013, with the status and words that go with it.
    Refuses(u32),
    /// 429: the route's limit, for this long.
    RouteLimit(Duration),
    /// 429: the bot's limit over all routes, for this long.
    GlobalLimit(Duration),
    /// 429: a limit shared with others, which is nobody's fault.
    SharedLimit(Duration),
    /// 429 by the guards in front of the service: a page, and no JSON.
    Cloudflare(Duration),
    /// This status with a page for people.
    Status(u16),
    /// 503 with this `retry-after`.
    Unavailable(Duration),
    /// No answer at all, as long as the client waits; nothing was done.
    Timeout,
    /// The connection is reset before any answer; nothing was done.
    ResetBeforeHeaders,
    /// It is done, and the connection is reset before any answer.
    AnswerLost,
    /// It is done, and no answer comes as long as the client waits.
    AnswerNever,
    /// The connection is reset after the headers and half of the body.
    ResetAfterHeaders,
    /// The body comes in many pieces with this pause before each.
    SlowBody(Duration),
    /// A body that never ends.
    EndlessBody,
    /// JSON that breaks off, said to be whole.
    MalformedJson,
    /// The answer without any word about limits.
    NoLimitHeaders,
    /// Every moment in headers and limits is wrong by this much.
    ClockSkew(TimeDelta),
    /// The answer comes this much later.
    Latency(Duration),
}

impl Fault {
    /// The refusal it is.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Unauthorized => Some(Refusal::unauthorized()),
            Self::Refuses(code) => Some(Refusal::new(*code)),
            _ => None,
        }
    }
}

pub(super) struct Rule {
    id: u64,
    fault: Fault,
    path: Option<String>,
    left: Option<u32>,
}

/// The faults that are switched on.
#[derive(Default)]
pub(super) struct Faults {
    rules: Vec<Rule>,
    next: u64,
}

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) -> u64 {
        self.next += 1;
        self.rules.push(Rule { id: self.next, fault, path: None, left: None });
        self.next
    }

    pub(super) fn change(&mut self, id: u64, change: impl FnOnce(&mut Option<String>, &mut Option<u32>)) {
        if let Some(rule) = self.rules.iter_mut().find(|rule| rule.id == id) {
            change(&mut rule.path, &mut rule.left);
        }
    }

    pub(super) fn remove(&mut self, id: u64) {
        self.rules.retain(|rule| rule.id != id);
    }

    pub(super) fn clear(&mut self) {
        self.rules.clear();
    }

    /// What goes wrong with a request: the first fault switched on for it. `call` is the verb and the path.
    pub(super) fn meet(&mut self, call: &str) -> Option<Fault> {
        let rule = self
            .rules
            .iter_mut()
            .find(|rule| rule.left != Some(0) && rule.path.as_ref().is_none_or(|part| call.contains(part)))?;
        if let Some(left) = &mut rule.left {
            *left -= 1;
        }
        Some(rule.fault.clone())
    }
}
