//! How a connection ended and what comes after it: pure.

use std::time::Duration;

/// What comes after a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The session goes on over another connection: what was missed is told there.
    Resume,
    /// Another session is begun.
    Anew,
    /// Discord does not know the token.
    Token,
    /// Discord wants no such bot, for this reason; the same again would end the same.
    Refused(&'static str),
}

/// How a connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) next: Next,
    /// What happened, in words.
    pub(super) reason: String,
    /// Discord wants to be left alone for a moment.
    pub(super) rest: Option<Duration>,
}

impl Ending {
    pub(super) fn resume(reason: &str) -> Self {
        Self { next: Next::Resume, reason: reason.to_owned(), rest: None }
    }

    /// Discord closed the connection, with a code or without.
    pub(super) fn closed(code: Option<u16>) -> Self {
        let Some(code) = code else { return Self::resume("the connection broke") };
        let next = match code {
            4004 => Next::Token,
            4010 => Next::Refused("it counts its shards otherwise"),
            4011 => Next::Refused("the bot is on too many servers for so few shards"),
            4012 => Next::Refused("it does not speak this version any more"),
            4013 | 4014 => Next::Refused("the bot may not hear what it wants to hear"),
            // Without being known, with a number that was never told, or too late: that session is gone.
            4003 | 4007 | 4009 => Next::Anew,
            // What else has a code is over soon, and so are codes that do not exist yet.
            _ => Next::Resume,
        };
        Self { next, reason: format!("Discord closed it with {code}"), rest: None }
    }

    /// Discord says that the session is none; it may be another time. Wants one to five seconds.
    pub(super) fn invalid(resumable: bool, fraction: f64) -> Self {
        let rest = Duration::from_secs(1) + Duration::from_secs(4).mul_f64(fraction.clamp(0.0, 1.0));
        let next = if resumable { Next::Resume } else { Next::Anew };
        Self { next, reason: "Discord declared the session invalid".to_owned(), rest: Some(rest) }
    }
}

/// A connection that lived this long was a good one.
const GOOD: Duration = Duration::from_secs(30);
/// Pauses double up to this one.
const LONGEST: Duration = Duration::from_mins(1);

/// The pauses between connections that fail one after the other.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    failures: u32,
}

impl Pauses {
    /// The pause after a connection that lived this long: none after a good one, so that nothing is missed.
    pub(super) fn after(&mut self, lived: Duration, fraction: f64) -> Duration {
        if lived >= GOOD {
            self.failures = 0;
        }
        let pause = match self.failures {
            0 => Duration::ZERO,
            failures => Duration::from_secs(1 << (failures - 1).min(6)).min(LONGEST),
        };
        self.failures = self.failures.saturating_add(1);
        // Everybody lost their connection at the same time, perhaps; not everybody comes back at the same time.
        pause.mul_f64(1.0 + 0.25 * fraction.clamp(0.0, 1.0))
    }

    /// Whether it has been said often enough that it does not work.
    pub(super) fn are_longest(&self) -> bool {
        self.failures > 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_apart() {
        let resume = [1000, 1001, 1006, 1011, 1012, 4000, 4001, 4002, 4005, 4008, 4900, 5000];
        for code in resume {
            assert_eq!(Ending::closed(Some(code)).next, Next::Resume, "{code}");
        }
        for code in [4003, 4007, 4009] {
            assert_eq!(Ending::closed(Some(code)).next, Next::Anew, "{code}");
        }
        assert_eq!(Ending::closed(Some(4004)).next, Next::Token);
        for code in 4010..=4014 {
            assert!(matches!(Ending::closed(Some(code)).next, Next::Refused(_)), "{code}");
        }
        assert_eq!(Ending::closed(None).next, Next::Resume);
    }

    #[test]
    fn an_invalid_session_rests_one_to_five_seconds() {
        for (fraction, rest) in [(0.0, 1), (0.5, 3), (1.0, 5), (7.0, 5)] {
            let ending = Ending::invalid(false, fraction);
            assert_eq!((ending.next, ending.rest), (Next::Anew, Some(Duration::from_secs(rest))));
        }
        assert_eq!(Ending::invalid(true, 0.0).next, Next::Resume);
    }

    #[test]
    fn pauses_grow_to_a_minute_and_begin_again_after_a_good_connection() {
        let mut pauses = Pauses::default();
        let next = |pauses: &mut Pauses, lived| pauses.after(Duration::from_secs(lived), 0.0).as_secs();
        let grown: Vec<u64> = (0..10).map(|_| next(&mut pauses, 1)).collect();
        assert_eq!(grown, [0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert!(pauses.are_longest());
        assert_eq!((next(&mut pauses, 30), next(&mut pauses, 0)), (0, 1));
        assert!(!pauses.are_longest());
        assert_eq!(Pauses { failures: u32::MAX }.after(Duration::ZERO, 1.0), Duration::from_secs(75));
    }

    #[test]
    fn a_gateway_that_closes_at_once_takes_few_connections() {
        let (mut pauses, mut at, mut connections) = (Pauses::default(), Duration::ZERO, 0);
        while at < Duration::from_hours(1) {
            at += pauses.after(Duration::ZERO, 0.0);
            connections += 1;
        }
        assert!(connections < 70, "{connections}");
    }
}
