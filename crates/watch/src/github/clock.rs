//! The time within one step: the `now` it was given, and what has passed since.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

/// A step that begins late in a long round still has the round's `now`. What GitHub was told to be waited for is
/// measured from when it said so, so that such a step must not live in the past. More than this is a clock set back.
const LAG: TimeDelta = TimeDelta::minutes(5);

/// A clock that starts at a given moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: DateTime<Utc>,
    begun: Instant,
}

/// Hands out clocks that agree with each other.
#[derive(Debug, Default)]
pub(super) struct Clocks {
    last: Option<Clock>,
}

impl Clock {
    fn at(now: DateTime<Utc>) -> Self {
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

impl Clocks {
    /// The clock of a step that was told it is `now`.
    pub(super) fn at(&mut self, now: DateTime<Utc>) -> Clock {
        let known = self.last.map(|last| last.now());
        let clock = Clock::at(known.filter(|known| now < *known && *known - now <= LAG).unwrap_or(now));
        self.last = Some(clock);
        clock
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_begins_late_does_not_live_in_the_past_and_a_clock_may_be_set() {
        let noon: DateTime<Utc> = "2026-05-01T12:00:00Z".parse().unwrap();
        let mut clocks = Clocks::default();
        let first = clocks.at(noon).now();
        assert!(first >= noon && first < noon + TimeDelta::seconds(30));
        let mut at = |secs: i64| clocks.at(noon + TimeDelta::seconds(secs)).now() - noon;
        assert!(at(60) >= TimeDelta::seconds(60));
        let late = at(0);
        assert!(late >= TimeDelta::seconds(60) && late < TimeDelta::seconds(90), "{late}");
        assert!(at(-3600) < TimeDelta::seconds(-3500), "set back by an hour");
        assert!(at(86_400) >= TimeDelta::days(1), "and forward by a day");
    }
}
