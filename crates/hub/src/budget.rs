//! How often something may happen: whoever used up their share waits until it has grown again.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

/// Names remembered; with more of them nobody new is let in until some have rested.
const REMEMBERED: usize = 20_000;

/// How often it is seen who has rested, when there are too many.
const SWEEP_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Shares by name, each as large as an hour's growth.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    shares: HashMap<String, Share>,
    /// When those who rested were last forgotten: it takes a look at all.
    swept: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug)]
struct Share {
    /// What was used and has not grown again, in parts of an hour's share.
    used: f64,
    at: DateTime<Utc>,
}

impl Share {
    fn used(&self, now: DateTime<Utc>) -> f64 {
        let hours = (now - self.at).as_seconds_f64().max(0.0) / 3_600.0;
        (self.used - hours).max(0.0)
    }
}

impl Budget {
    /// Takes one of so many in an hour; the error is how long to wait for it.
    pub(crate) fn take(&mut self, name: &str, an_hour: u32, now: DateTime<Utc>) -> Result<(), TimeDelta> {
        let wait = self.wait(name, an_hour, now);
        if wait > TimeDelta::zero() {
            return Err(wait);
        }
        let used = self.shares.get(name).map_or(0.0, |share| share.used(now));
        self.shares.insert(name.to_owned(), Share { used: used + 1.0 / f64::from(an_hour), at: now });
        Ok(())
    }

    /// How long to wait until one can be taken.
    pub(crate) fn wait(&mut self, name: &str, an_hour: u32, now: DateTime<Utc>) -> TimeDelta {
        let Some(share) = self.shares.get_mut(name) else {
            let is_time = self.swept.is_none_or(|last| now < last || now - last >= SWEEP_EVERY);
            if self.shares.len() >= REMEMBERED && is_time {
                self.shares.retain(|_, share| share.used(now) > 0.0);
                self.swept = Some(now);
            }
            return if self.shares.len() >= REMEMBERED { TimeDelta::minutes(5) } else { TimeDelta::zero() };
        };
        // After a clock was set back, time goes on from there.
        share.at = share.at.min(now);
        let over = share.used(now) + 1.0 / f64::from(an_hour) - 1.0;
        // What is left of rounding is no wait.
        if over > 1e-6 {
            TimeDelta::milliseconds((over * 3_600_000.0).ceil() as i64)
        } else {
            TimeDelta::zero()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + secs, 0).unwrap()
    }

    #[test]
    fn so_many_an_hour_and_then_one_at_a_time() {
        let mut budget = Budget::default();
        let taken = |budget: &mut Budget, name: &str, now| {
            (0..100).filter(|_| budget.take(name, 6, now).is_ok()).count()
        };
        assert_eq!(taken(&mut budget, "a", at(0)), 6);
        assert_eq!(budget.take("a", 6, at(0)), Err(TimeDelta::minutes(10)));
        assert_eq!(taken(&mut budget, "b", at(0)), 6, "each has its own");
        assert_eq!(taken(&mut budget, "a", at(599)), 0);
        assert_eq!(taken(&mut budget, "a", at(600)), 1);
        assert_eq!(taken(&mut budget, "a", at(3_000)), 4);
        assert_eq!(taken(&mut budget, "a", at(86_400)), 6, "no more than an hour's");
        // In any hour there are never more than twice as many, whatever the clock does.
        assert_eq!(taken(&mut budget, "a", at(0)), 0);
        assert_eq!(taken(&mut budget, "a", at(600)), 1);
    }

    #[test]
    fn names_nobody_can_count_do_not_fill_the_memory_or_push_others_out() {
        let mut budget = Budget::default();
        for name in 0..2 * REMEMBERED {
            let _ = budget.take(&name.to_string(), 1, at(0));
        }
        assert_eq!(budget.shares.len(), REMEMBERED);
        assert!(budget.take("0", 1, at(1)).is_err(), "who was first is remembered");
        assert!(budget.take("somebody", 1, at(1)).is_err());
        assert!(budget.take("somebody", 1, at(3_700)).is_ok());
    }
}
