//! Everything the service can do wrong, switched on by a story for some calls and a number of times.

use std::time::Duration;

/// One kind of trouble.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// This status with a page for people; nothing happens.
    Status(u16),
    /// 500 in the service's own words; nothing happens.
    InternalError,
    /// 401, as if the token were revoked.
    Unauthorized,
    /// 429 with this `retry_after`, whatever was sent before.
    TooManyRequests(Duration),
    /// No answer, as long as the client waits; nothing happens.
    Hang,
    /// The connection is reset; nothing happens.
    Reset,
    /// It is done, and the connection is reset before the answer.
    Lost,
    /// It is done, and the answer never comes.
    LostInSilence,
    /// It is done, and the answer breaks off after the headers.
    BrokenOff,
    /// It is done, and the answer is JSON that breaks off, said to be whole.
    MalformedJson,
    /// The answer comes this much later.
    Latency(Duration),
}

struct Rule {
    id: u64,
    fault: Fault,
    method: Option<String>,
    chat: Option<i64>,
    skip: u32,
    left: Option<u32>,
}

/// The faults that are switched on.
#[derive(Default)]
pub(super) struct Faults {
    rules: Vec<Rule>,
    next: u64,
}

/// What narrows a fault down.
pub(super) enum Narrow {
    Method(String),
    Chat(i64),
    After(u32),
    Times(u32),
}

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) -> u64 {
        self.next += 1;
        self.rules.push(Rule { id: self.next, fault, method: None, chat: None, skip: 0, left: None });
        self.next
    }

    pub(super) fn narrow(&mut self, id: u64, narrow: Narrow) {
        let Some(rule) = self.rules.iter_mut().find(|rule| rule.id == id) else { return };
        match narrow {
            Narrow::Method(method) => rule.method = Some(method.to_lowercase()),
            Narrow::Chat(chat) => rule.chat = Some(chat),
            Narrow::After(calls) => rule.skip = calls,
            Narrow::Times(times) => rule.left = Some(times),
        }
    }

    pub(super) fn remove(&mut self, id: u64) {
        self.rules.retain(|rule| rule.id != id);
    }

    pub(super) fn clear(&mut self) {
        self.rules.clear();
    }

    /// What goes wrong with a call of this method (in lower case) about this chat.
    pub(super) fn meet(&mut self, method: &str, chat: Option<i64>) -> Option<Fault> {
        let rule = self.rules.iter_mut().find(|rule| {
            rule.left != Some(0)
                && rule.method.as_ref().is_none_or(|wanted| wanted == method)
                && (rule.chat.is_none() || rule.chat == chat)
        })?;
        if rule.skip > 0 {
            rule.skip -= 1;
            return None;
        }
        if let Some(left) = &mut rule.left {
            *left -= 1;
        }
        Some(rule.fault.clone())
    }
}
