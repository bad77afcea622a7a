//! Notices a connection that is there and says nothing. The library does as well, but only when the next heartbeat is
//! due, which may be a minute and a half after the last word.

use std::time::{Duration, Instant};

/// Discord wants a heartbeat every 41 seconds and answers each; longer silence is none of a living connection.
const USUAL: Duration = Duration::from_secs(52);
/// A connection is not given up more often than this, so that a slower heartbeat than usual does not use up the
/// connections of a day.
const MOST: Duration = Duration::from_mins(30);

/// What is seen of a connection: its stage, and how long the last heartbeat took to be answered. Either differs after
/// each sign of life, for the time is told in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sign<S> {
    pub(super) stage: S,
    pub(super) latency: Option<Duration>,
}

/// One connection, watched.
#[derive(Debug)]
pub(super) struct Watchdog<S> {
    last: Sign<S>,
    since: Instant,
    patience: Duration,
}

impl<S: Copy + PartialEq> Watchdog<S> {
    pub(super) fn new(sign: Sign<S>, now: Instant) -> Self {
        Self { last: sign, since: now, patience: USUAL }
    }

    /// Looks again; `true` when the connection is to be made anew.
    pub(super) fn is_dead(&mut self, sign: Sign<S>, now: Instant) -> bool {
        let silent = now.duration_since(self.since);
        if sign != self.last {
            if sign.stage == self.last.stage && self.last.latency.is_some() && silent < USUAL {
                self.patience = USUAL;
            }
            self.last = sign;
            self.since = now;
            return false;
        }
        if silent <= self.patience {
            return false;
        }
        self.since = now;
        self.patience = (self.patience * 2).min(MOST);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(latency: Option<u64>) -> Sign<u8> {
        Sign { stage: 1, latency: latency.map(Duration::from_nanos) }
    }

    #[test]
    fn silence_is_noticed_within_a_minute() {
        let start = Instant::now();
        let after = |seconds: u64| start + Duration::from_secs(seconds);
        let mut dog = Watchdog::new(sign(None), start);
        assert!(!dog.is_dead(sign(Some(7)), after(41)));
        assert!(!dog.is_dead(sign(Some(8)), after(82)));
        assert!(!dog.is_dead(sign(Some(8)), after(134)));
        assert!(dog.is_dead(sign(Some(8)), after(136)));
    }

    #[test]
    fn a_slow_heartbeat_is_not_mistaken_for_silence_for_long() {
        let start = Instant::now();
        let (mut dog, mut deaths, mut latency) = (Watchdog::new(sign(None), start), 0, 0);
        // A heartbeat every ninety seconds, from the beginning of each connection on.
        let mut begun = 0;
        for second in 0..24 * 3_600_u64 {
            let seen = if (second - begun) >= 90 { latency } else { 0 };
            if (second - begun) % 90 == 0 && second > begun {
                latency += 1;
            }
            let seen = if seen == 0 { None } else { Some(latency) };
            if dog.is_dead(sign(seen), start + Duration::from_secs(second)) {
                deaths += 1;
                begun = second;
            }
        }
        assert_eq!(deaths, 1);
    }

    #[test]
    fn what_cannot_be_mended_is_not_tried_all_the_time() {
        let start = Instant::now();
        let mut dog = Watchdog::new(sign(None), start);
        let dead = |second: &u64| dog.is_dead(sign(None), start + Duration::from_secs(*second));
        let deaths = (0..24 * 3_600_u64).filter(dead).count();
        assert!((40..70).contains(&deaths), "{deaths}");
    }
}
