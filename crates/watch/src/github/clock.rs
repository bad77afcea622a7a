//! The time within one step: the `now` it was given, and what has passed since.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

/// A clock that starts at a given moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: DateTime<Utc>,
    begun: Instant,
}

impl Clock {
    pub(crate) fn at(now: DateTime<Utc>) -> Self {
        Self { start: now, begun: Instant::now() }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.start + TimeDelta::from_std(self.passed()).unwrap_or_default()
    }

    /// How long the step runs.
    pub(crate) fn passed(&self) -> Duration {
        self.begun.elapsed()
    }
}
