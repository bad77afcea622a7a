//! A store that refuses what was seen of projects: GitHub is not asked in vain meanwhile.

use chrono::{DateTime, TimeDelta, Utc};
use tracing::{debug, error, info};

/// The first wait; it doubles up to the longest.
const FIRST: TimeDelta = TimeDelta::seconds(30);
const LONGEST: TimeDelta = TimeDelta::minutes(15);

/// How long the store has refused.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    until: Option<DateTime<Utc>>,
    times: u32,
}

impl Refusals {
    /// Nothing is asked before this moment.
    pub(super) fn until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        // A clock that was set back makes any moment look far away.
        self.until.filter(|until| now < *until && *until - now <= LONGEST)
    }

    /// It refused, for this reason: when to try again. That is said once.
    pub(super) fn again(&mut self, now: DateTime<Utc>, why: &str) -> DateTime<Utc> {
        let until = now + (FIRST * (1 << self.times.min(5))).min(LONGEST);
        self.until = Some(until);
        self.times = self.times.saturating_add(1);
        if self.times == 1 {
            error!("what was seen of projects could not be written down: {why}");
        } else {
            debug!("what was seen of projects could still not be written down: {why}");
        }
        until
    }

    /// It took what was seen.
    pub(super) fn over(&mut self) {
        if std::mem::take(self).times > 0 {
            info!("what is seen of projects is written down again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_and_ends() {
        let now = DateTime::UNIX_EPOCH;
        let mut refusals = Refusals::default();
        let waits: Vec<i64> = (0..8).map(|_| (refusals.again(now, "full") - now).num_seconds()).collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 900, 900, 900]);
        assert_eq!(refusals.until(now + TimeDelta::seconds(899)), Some(now + LONGEST));
        assert_eq!(refusals.until(now + LONGEST), None);
        assert_eq!(refusals.until(now - TimeDelta::hours(1)), None, "the clock was set back");
        refusals.over();
        assert_eq!(refusals.until(now), None);
        assert_eq!(refusals.again(now, "full"), now + FIRST);
    }
}
