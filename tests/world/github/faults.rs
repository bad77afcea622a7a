//! Everything a server can do wrong, switched on by a test for some paths and a number of requests.

use std::time::Duration;

use chrono::TimeDelta;

/// One kind of trouble.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// 401: the token is not accepted.
    Unauthorized,
    /// The hourly budget is said to be used up for this long.
    PrimaryLimit(Duration),
    /// 403 with the text of a secondary limit and this `retry-after`.
    SecondaryLimit(Duration),
    /// 403 with the text of a secondary limit and no `retry-after`.
    SecondaryLimitSilent,
    /// 429 with this `retry-after`.
    TooManyRequests(Duration),
    /// 404 for what is there.
    NotFound,
    /// This status with a page for people.
    Status(u16),
    /// 503 with this `retry-after`.
    Unavailable(Duration),
    /// GraphQL: 200 with errors and no data.
    Errors,
    /// GraphQL: 200 with the data of every other node, nulls and resource-limit errors for the others.
    PartialData,
    /// GraphQL: 200, and no id and no name leads anywhere, as if everything were gone.
    NothingThere,
    /// No answer at all, as long as the client waits.
    Timeout,
    /// The connection is reset before any answer.
    ResetBeforeHeaders,
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

    /// What goes wrong with a request for this path: the first fault switched on for it.
    pub(super) fn meet(&mut self, path: &str) -> Option<Fault> {
        let rule = self
            .rules
            .iter_mut()
            .find(|rule| rule.left != Some(0) && rule.path.as_ref().is_none_or(|part| path.contains(part)))?;
        if let Some(left) = &mut rule.left {
            *left -= 1;
        }
        Some(rule.fault.clone())
    }
}
