//! What was asked and how it was answered, and what a careful client would not have asked.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

/// What calls brought is kept for so many; simulations make millions.
const WITH_PARAMETERS: usize = 20_000;

/// One call and its answer.
#[derive(Clone, Debug)]
pub struct Call {
    /// When it came, by the stand-in's clock, to the microsecond.
    pub at: DateTime<Utc>,
    /// The method as it was asked for, such as `sendMessage`.
    pub method: String,
    /// The chat it is about.
    pub chat: Option<i64>,
    /// What it brought, files apart; empty beyond the first twenty thousand calls.
    pub parameters: BTreeMap<String, Value>,
    /// The status it was answered with; none where there was no answer.
    pub status: Option<u16>,
    /// The service's words, where it refused.
    pub refusal: Option<String>,
    /// How long the answer took, in microseconds of real time.
    pub micros: u64,
    /// Whether a fault was met.
    pub fault: bool,
}

impl Call {
    /// Whether this is that method; capitals do not matter.
    pub fn is(&self, method: &str) -> bool {
        self.method.eq_ignore_ascii_case(method)
    }
}

/// Everything that was asked.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    /// Every call, in the order of their ends.
    pub calls: Vec<Call>,
    /// What a careful client does not do.
    pub violations: Vec<String>,
}

impl Journal {
    /// Whether what calls bring is still kept.
    pub(super) fn with_parameters(&self) -> bool {
        self.calls.len() < WITH_PARAMETERS
    }

    pub(super) fn object(&mut self, violation: impl Into<String>) {
        self.violations.push(violation.into());
    }

    /// The calls of a method.
    pub fn of<'a>(&'a self, method: &'a str) -> impl Iterator<Item = &'a Call> {
        self.calls.iter().filter(move |call| call.is(method))
    }

    /// How many calls were refused because of a limit.
    pub fn limited(&self) -> usize {
        self.calls.iter().filter(|call| call.status == Some(429)).count()
    }

    /// How many calls were refused, for whatever reason.
    pub fn refused(&self) -> usize {
        self.calls.iter().filter(|call| call.refusal.is_some()).count()
    }
}
