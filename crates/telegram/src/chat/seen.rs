//! Updates that came already: the service delivers one again when it did not hear that we have it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many are remembered. The service tries the same ones again first.
const REMEMBERED: usize = 4_096;

/// Whether an update came before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// It is new; whoever is told so sees to it.
    New,
    /// Somebody sees to it.
    UnderWay,
    /// It was seen to.
    Done,
}

/// The newest updates, by their numbers.
#[derive(Default)]
pub(super) struct Seen(Mutex<Known>);

#[derive(Default)]
struct Known {
    done: HashMap<i64, bool>,
    order: VecDeque<i64>,
}

impl Seen {
    /// An update comes.
    pub(super) fn begin(&self, number: i64) -> Came {
        let mut known = self.lock();
        match known.done.get(&number) {
            Some(true) => return Came::Done,
            Some(false) => return Came::UnderWay,
            None => {}
        }
        if known.order.len() >= REMEMBERED
            && let Some(oldest) = known.order.pop_front()
        {
            known.done.remove(&oldest);
        }
        known.done.insert(number, false);
        known.order.push_back(number);
        Came::New
    }

    /// What an update asked for is written down.
    pub(super) fn done(&self, number: i64) {
        if let Some(done) = self.lock().done.get_mut(&number) {
            *done = true;
        }
    }

    /// Another bot counts its own.
    pub(super) fn forget(&self) {
        *self.lock() = Known::default();
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_seen_to_once_and_the_oldest_are_forgotten() {
        let seen = Seen::default();
        assert_eq!((seen.begin(1), seen.begin(1)), (Came::New, Came::UnderWay));
        seen.done(1);
        assert_eq!(seen.begin(1), Came::Done);
        for number in 2..=REMEMBERED as i64 + 1 {
            assert_eq!(seen.begin(number), Came::New);
        }
        assert_eq!(seen.begin(1), Came::New, "it came too long ago");
        assert_eq!(seen.lock().done.len(), REMEMBERED);
        seen.forget();
        assert_eq!(seen.begin(1), Came::New);
    }
}
