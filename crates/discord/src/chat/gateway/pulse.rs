//! The heartbeat of a connection, and when its silence means that it is dead: pure.

use std::time::Duration;

use tokio::time::Instant;

/// Announced intervals outside of these are not believed: each heartbeat is a message, and only so many are taken.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(10);
/// A network that is merely slow has answered by then.
const SLOW: Duration = Duration::from_secs(5);

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Nothing.
    Wait,
    /// A heartbeat goes out.
    Beat,
    /// Nobody is at the other end any more.
    Dead,
}

/// The heartbeat of one connection.
///
/// It is dead when it says nothing at all for a quarter of the interval after a heartbeat, or has not acknowledged one
/// by the next. With Discord's 41.25 seconds a connection that falls silent is left after 52 seconds at most.
#[derive(Debug)]
pub(super) struct Pulse {
    interval: Duration,
    patience: Duration,
    next: Instant,
    /// The last heartbeat …
    last: Option<Instant>,
    /// … and the oldest one that was not acknowledged.
    waiting: Option<Instant>,
    /// Something was heard since that heartbeat.
    heard: bool,
}

impl Pulse {
    /// As announced. The first heartbeat comes after a fraction of the interval, so that not everybody's comes at once.
    pub(super) fn new(interval: Duration, fraction: f64, now: Instant) -> Self {
        let interval = interval.clamp(SHORTEST, LONGEST);
        let first = interval.mul_f64(fraction.clamp(0.0, 1.0));
        let patience = (interval / 4).max(SLOW);
        Self { interval, patience, next: now + first, last: None, waiting: None, heard: false }
    }

    /// When to look again.
    pub(super) fn due(&self) -> Instant {
        self.given_up().map_or(self.next, |at| at.min(self.next))
    }

    /// Looks; whoever is told to beat does.
    pub(super) fn look(&mut self, now: Instant) -> Look {
        if self.given_up().is_some_and(|at| now >= at) {
            return Look::Dead;
        }
        if now < self.next {
            return Look::Wait;
        }
        // With an interval shorter than the patience, several heartbeats may be under way.
        if let Some(since) = self.waiting
            && now - since >= self.patience
        {
            return Look::Dead;
        }
        if self.waiting.is_none() {
            self.waiting = Some(now);
            self.heard = false;
        }
        self.last = Some(now);
        self.next = now + self.interval;
        Look::Beat
    }

    /// Discord asks for a heartbeat now. Where there was one just before, the next has to do.
    pub(super) fn asked(&mut self, now: Instant) {
        if self.last.is_none_or(|last| now - last >= SHORTEST) {
            self.next = self.next.min(now);
        }
    }

    /// Something came.
    pub(super) fn hears(&mut self) {
        self.heard = true;
    }

    /// The heartbeat was acknowledged.
    pub(super) fn acknowledged(&mut self) {
        self.waiting = None;
    }

    fn given_up(&self) -> Option<Instant> {
        self.waiting.filter(|_| !self.heard).map(|since| since + self.patience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Duration = Duration::from_millis(41_250);

    /// What is done in each half second of this long, by what Discord does at a heartbeat: (acknowledges, says more).
    fn lived(
        interval: Duration,
        long: u64,
        answers: impl Fn(u64) -> (bool, bool),
    ) -> (Vec<f64>, Option<f64>) {
        let start = Instant::now();
        let (mut pulse, mut beats) = (Pulse::new(interval, 0.5, start), Vec::new());
        for half in 0..long * 2 {
            let second = half as f64 / 2.0;
            let now = start + Duration::from_secs_f64(second);
            match pulse.look(now) {
                Look::Wait => assert!(pulse.due() > now, "nothing is looked at twice"),
                Look::Beat => beats.push(second),
                Look::Dead => return (beats, Some(second)),
            }
            let (acknowledges, says_more) = answers(half / 2);
            if acknowledges {
                pulse.acknowledged();
            }
            if acknowledges || says_more {
                pulse.hears();
            }
        }
        (beats, None)
    }

    #[test]
    fn it_beats_as_announced_and_lives() {
        let (beats, dead) = lived(USUAL, 200, |_| (true, false));
        assert_eq!((beats, dead), (vec![21.0, 62.5, 104.0, 145.5, 187.0], None));
    }

    #[test]
    fn silence_is_noticed_long_before_seventy_seconds() {
        for silent_from in 0..180 {
            let (_, dead) = lived(USUAL, 300, |second| (second < silent_from, false));
            let noticed = dead.expect("it is dead") - silent_from as f64;
            assert!(noticed <= 52.5, "silent from {silent_from}, noticed after {noticed}");
        }
        let (_, dead) = lived(Duration::from_secs(1), 300, |second| (second < 20, false));
        assert!((25.0..=26.0).contains(&dead.unwrap()), "{dead:?}");
    }

    #[test]
    fn who_talks_and_never_acknowledges_is_left_at_the_next_heartbeat() {
        let (beats, dead) = lived(USUAL, 300, |_| (false, true));
        assert_eq!((beats, dead), (vec![21.0], Some(62.5)));
    }

    #[test]
    fn a_late_acknowledgement_is_one() {
        let (_, dead) = lived(USUAL, 300, |second| (second % 10 == 0, false));
        assert_eq!(dead, None);
    }

    #[test]
    fn heartbeats_that_are_asked_for_come_once_a_second_at_most() {
        let start = Instant::now();
        let mut pulse = Pulse::new(USUAL, 1.0, start);
        let mut beats = 0;
        for step in 0..1_000 {
            let now = start + Duration::from_millis(step * 10);
            pulse.asked(now);
            if pulse.look(now) == Look::Beat {
                beats += 1;
                pulse.acknowledged();
            }
        }
        assert_eq!(beats, 10);
    }

    #[test]
    fn what_is_announced_is_not_believed_beyond_reason() {
        for (announced, most) in [(Duration::ZERO, 61), (Duration::from_secs(1 << 40), 1)] {
            let (beats, dead) = lived(announced, 60, |_| (true, false));
            assert!(beats.len() <= most && dead.is_none(), "{announced:?}: {}", beats.len());
        }
    }
}
