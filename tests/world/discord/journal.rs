//! What was asked and how it was answered, and what a well-behaved client would not have done.

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, Utc};

/// Whole header lines and bodies are kept for this many calls; simulations make millions.
const WITH_BODIES: usize = 20_000;

/// One request and its answer.
#[derive(Clone, Debug)]
pub struct Call {
    /// When, by the stand-in's clock, to the microsecond.
    pub at: DateTime<Utc>,
    /// GET, POST …
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// Header lines of the request, names in lower case; empty beyond the first twenty thousand calls.
    pub headers: BTreeMap<String, String>,
    /// What was sent; empty beyond the first twenty thousand calls.
    pub body: Bytes,
    /// The status it was answered with; none where there was no answer.
    pub status: Option<u16>,
    /// The code of the refusal, where it has one.
    pub code: Option<u32>,
    /// Refused because of a limit of this scope: `user`, `global`, `shared` or `cloudflare`.
    pub limited: Option<&'static str>,
    /// The message it made, or changed, or got again because of its nonce.
    pub message: Option<u64>,
    /// The nonce was known: the message is an old one.
    pub repeated: bool,
    /// Who was pinged by it: `everyone`, `here`, names of people, `@` and names of roles.
    pub pinged: Vec<String>,
    /// How long the stand-in worked on it, in microseconds of real time.
    pub micros: u64,
    /// The fault it met, if any.
    pub fault: bool,
}

/// Everything that was asked.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    /// Every call, oldest first.
    pub calls: Vec<Call>,
    /// What a well-behaved client does not do.
    pub violations: Vec<String>,
}

impl Journal {
    /// Whether header lines and bodies are still kept.
    pub(super) fn with_bodies(&self) -> bool {
        self.calls.len() < WITH_BODIES
    }

    pub(super) fn object(&mut self, violation: impl Into<String>) {
        self.violations.push(violation.into());
    }

    /// How many calls were refused because of a limit.
    pub fn refused(&self) -> usize {
        self.calls.iter().filter(|call| call.limited.is_some()).count()
    }

    /// The calls whose path contains this.
    pub fn to<'a>(&'a self, part: &'a str) -> impl Iterator<Item = &'a Call> {
        self.calls.iter().filter(move |call| call.path.contains(part))
    }

    /// How many messages were made: not counting edits and messages given again for a known nonce.
    pub fn delivered(&self) -> usize {
        let made = |call: &&Call| call.method == "POST" && call.message.is_some() && !call.repeated;
        self.calls.iter().filter(made).count()
    }
}
