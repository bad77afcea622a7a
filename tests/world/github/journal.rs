//! What was asked and how it was answered, and what a well-behaved client would not have done.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

/// Whole header lines are kept for this many calls; simulations make millions.
const WITH_HEADERS: usize = 20_000;

/// One request and its answer.
#[derive(Clone, Debug)]
pub struct Call {
    /// When, by the stand-in's clock.
    pub at: DateTime<Utc>,
    /// GET, POST …
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// Who asked: the token's label, or `anonymous`.
    pub who: String,
    /// Header lines of the request, names in lower case; empty beyond the first twenty thousand calls.
    pub headers: BTreeMap<String, String>,
    /// The status it was answered with; none where there was no answer.
    pub status: Option<u16>,
    /// What it took from the hourly budget.
    pub cost: u32,
    /// Ids and names its query asks for, also where it is given up.
    pub roots: u64,
    /// Refused because of a limit.
    pub limited: bool,
    /// Bytes of the answer's body.
    pub bytes: usize,
    /// How long the answer took, in microseconds of real time.
    pub micros: u64,
    /// The fault it met, if any.
    pub fault: bool,
}

impl Call {
    /// Whether the answer was 304.
    pub fn not_modified(&self) -> bool {
        self.status == Some(304)
    }
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
    /// Whether header lines are still kept.
    pub(super) fn with_headers(&self) -> bool {
        self.calls.len() < WITH_HEADERS
    }

    pub(super) fn object(&mut self, violation: impl Into<String>) {
        self.violations.push(violation.into());
    }

    /// How many calls were refused because of a limit.
    pub fn refused(&self) -> usize {
        self.calls.iter().filter(|call| call.limited).count()
    }

    /// How many calls were answered with 304.
    pub fn not_modified(&self) -> usize {
        self.calls.iter().filter(|call| call.not_modified()).count()
    }

    /// The calls whose path contains this.
    pub fn to<'a>(&'a self, part: &'a str) -> impl Iterator<Item = &'a Call> {
        self.calls.iter().filter(move |call| call.path.contains(part))
    }

    /// What all calls took from hourly budgets.
    pub fn cost(&self) -> u64 {
        self.calls.iter().map(|call| u64::from(call.cost)).sum()
    }

    /// Bytes of all bodies.
    pub fn bytes(&self) -> usize {
        self.calls.iter().map(|call| call.bytes).sum()
    }
}
