//! Keeps away from the number of wrong requests at which Discord closes the door for everybody at our address.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What Discord looks at.
const WINDOW: Duration = Duration::from_mins(10);
/// Discord's limit is 10,000; whoever shares our address should have their part, and nothing good needs this many.
const MOST: usize = 500;

/// The wrong requests of the last while.
#[derive(Default)]
pub(super) struct Guard(Mutex<VecDeque<Instant>>);

impl Guard {
    pub(super) fn wrong(&self, now: Instant) {
        let mut wrong = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        wrong.push_back(now);
        // More are not needed to know that it is too many.
        if wrong.len() > MOST {
            wrong.pop_front();
        }
    }

    pub(super) fn count(&self, now: Instant) -> usize {
        let mut wrong = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while wrong.front().is_some_and(|at| now.duration_since(*at) >= WINDOW) {
            wrong.pop_front();
        }
        wrong.len()
    }

    pub(super) fn is_closed(&self, now: Instant) -> bool {
        self.count(now) >= MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_closes_long_before_the_door_does_and_opens_again() {
        let (guard, start) = (Guard::default(), Instant::now());
        for number in 0..2 * MOST {
            assert_eq!(guard.is_closed(start), number >= MOST, "{number}");
            guard.wrong(start);
        }
        assert_eq!(guard.count(start), MOST);
        assert!(guard.is_closed(start + WINDOW.saturating_sub(Duration::from_nanos(1))));
        assert!(!guard.is_closed(start + WINDOW));
    }
}
