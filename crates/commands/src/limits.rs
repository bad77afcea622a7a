//! How much people may ask, so that nobody is slow for the others.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// Askers remembered; with more of them those that rest are forgotten, then all.
const REMEMBERED: usize = 20_000;

/// Questions that may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// So many at once by who rested.
    pub at_once: u32,
    /// One more after each of these.
    pub one_in: TimeDelta,
}

/// What somebody who asks is to be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// An answer.
    Answer,
    /// A word that it is too much.
    Refusal,
    /// Nothing: they were told.
    Silence,
}

/// What each asker has left, whoever or wherever that is.
pub(crate) struct Limiter {
    quota: Quota,
    purses: Mutex<HashMap<String, Purse>>,
}

#[derive(Clone, Copy)]
struct Purse {
    /// Questions left at this moment.
    left: f64,
    at: DateTime<Utc>,
    /// They were told that it is too much, and did not rest since.
    told: bool,
}

impl Limiter {
    pub(crate) fn new(quota: Quota) -> Self {
        Self { quota, purses: Mutex::default() }
    }

    /// Whether an asker has one left; nothing is taken.
    pub(crate) fn has(&self, who: &str, now: DateTime<Utc>) -> bool {
        let purses = self.purses.lock().unwrap_or_else(PoisonError::into_inner);
        purses.get(who).is_none_or(|purse| self.left(purse, now) >= 1.0)
    }

    fn left(&self, purse: &Purse, now: DateTime<Utc>) -> f64 {
        let pace = self.quota.one_in.as_seconds_f64().max(f64::EPSILON);
        let rested = (now - purse.at).as_seconds_f64().max(0.0) / pace;
        (purse.left + rested).min(f64::from(self.quota.at_once))
    }

    /// Takes one question of an asker.
    pub(crate) fn take(&self, who: &str, now: DateTime<Utc>) -> Admission {
        let most = f64::from(self.quota.at_once);
        let left = |purse: &Purse| self.left(purse, now);
        let mut purses = self.purses.lock().unwrap_or_else(PoisonError::into_inner);
        if purses.len() >= REMEMBERED && !purses.contains_key(who) {
            purses.retain(|_, purse| left(purse) < most);
            if purses.len() >= REMEMBERED {
                purses.clear();
            }
        }
        let purse = purses.entry(who.to_owned()).or_insert(Purse { left: most, at: now, told: false });
        let has = left(purse);
        // Who goes on asking is not told again with every question they get back.
        let told = purse.told && has < most / 2.0;
        let (admission, left) = match (has >= 1.0, told) {
            (true, _) => (Admission::Answer, has - 1.0),
            (false, false) => (Admission::Refusal, has),
            (false, true) => (Admission::Silence, has),
        };
        *purse = Purse { left, at: now, told: told || admission == Admission::Refusal };
        admission
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_much_is_said_once_and_a_rest_helps() {
        let limiter = Limiter::new(Quota { at_once: 20, one_in: TimeDelta::seconds(3) });
        let begin = DateTime::UNIX_EPOCH;
        let count = |who: &str, at: DateTime<Utc>, turn: Admission| {
            (0..1_000).filter(|_| limiter.take(who, at) == turn).count()
        };
        assert_eq!(count("ada", begin, Admission::Answer), 20);
        assert_eq!(limiter.take("ada", begin), Admission::Silence);
        assert_eq!(limiter.take("bob", begin), Admission::Answer, "others are not meant");
        // A minute of 10,000 questions: one in three seconds is answered, and nothing else said.
        let minute = (1..=10_000).map(|step| begin + TimeDelta::milliseconds(6 * step));
        let turns: Vec<Admission> = minute.map(|at| limiter.take("ada", at)).collect();
        assert_eq!(turns.iter().filter(|turn| **turn == Admission::Answer).count(), 20);
        assert_eq!(turns.iter().filter(|turn| **turn == Admission::Refusal).count(), 0);
        let rested = begin + TimeDelta::minutes(3);
        assert_eq!(count("ada", rested, Admission::Answer), 20);
        let again = rested + TimeDelta::minutes(3);
        assert_eq!(
            (count("ada", again, Admission::Refusal), limiter.take("ada", again)),
            (1, Admission::Silence)
        );
    }

    #[test]
    fn a_first_refusal_is_one_word() {
        let limiter = Limiter::new(Quota { at_once: 2, one_in: TimeDelta::seconds(3) });
        let turns = [(); 5].map(|()| limiter.take("ada", DateTime::UNIX_EPOCH));
        assert_eq!(
            turns,
            [
                Admission::Answer,
                Admission::Answer,
                Admission::Refusal,
                Admission::Silence,
                Admission::Silence
            ]
        );
    }

    #[test]
    fn only_so_many_are_remembered() {
        let limiter = Limiter::new(Quota { at_once: 2, one_in: TimeDelta::hours(1) });
        for number in 0..3 * REMEMBERED {
            limiter.take(&number.to_string(), DateTime::UNIX_EPOCH);
        }
        assert!(limiter.purses.lock().unwrap().len() <= REMEMBERED);
    }
}
