//! A destination in use, as the pace sees it; and how long a way there and back takes.

use std::collections::VecDeque;
use std::time::Duration;

use super::budget::Budget;
use super::limits::Limits;
use super::pacer::{Class, Ticket};
use super::place::Place;

/// Round trips are compared with the shortest of this many or twice as many before.
const ROUND_TRIPS: u32 = 256;

/// A destination in use.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) budget: Budget,
    pub(super) said: Option<Said>,
    pub(super) waiting: [VecDeque<Ticket>; 2],
    pub(super) state: [State; 2],
    pub(super) under_way: [u32; 2],
}

/// What a destination says of itself: so many more until then.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub(super) left: u32,
    pub(super) until: Duration,
}

/// Where a destination stands with one class of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    Out,
    Ready,
    Asleep(Duration),
}

/// The shortest way there and back, of late.
#[derive(Debug, Default)]
pub(super) struct RoundTrip {
    pub(super) this: Option<Duration>,
    pub(super) before: Option<Duration>,
    pub(super) count: u32,
}

impl Entry {
    /// When it takes one more; `None` while that hangs on an answer. Broadcasts go one by one, so that they arrive
    /// in order and each answer can speak before the next.
    pub(super) fn ready_at(
        &self,
        place: &Place,
        limits: &Limits,
        class: Class,
        now: Duration,
    ) -> Option<Duration> {
        if class == Class::Broadcast && self.under_way[class.index()] > 0 {
            return None;
        }
        let windows = self.budget.ready_at(place.windows(limits), class, false, now);
        match self.said {
            Some(said) if said.until > now && said.left == 0 => {
                Some(self.budget.ready_at(&[], class, false, said.until))
            }
            Some(said) if said.until > now => Some(self.budget.ready_at(&[], class, false, now)),
            // What it said has run out: one message goes ahead and asks anew.
            Some(_) if self.under_way.iter().any(|under_way| *under_way > 0) => None,
            _ => Some(windows),
        }
    }

    pub(super) fn is_at_rest(&self) -> bool {
        self.waiting.iter().all(VecDeque::is_empty) && self.under_way == [0, 0]
    }

    pub(super) fn idle_at(&self, place: &Place, limits: &Limits) -> Duration {
        let said = self.said.map_or(Duration::ZERO, |said| said.until);
        self.budget.idle_at(place.windows(limits)).max(said)
    }
}

impl RoundTrip {
    /// The shortest, this one included.
    pub(super) fn quickest(&mut self, took: Duration) -> Duration {
        self.count += 1;
        if self.count > ROUND_TRIPS {
            (self.before, self.this, self.count) = (self.this, None, 1);
        }
        let this = self.this.map_or(took, |this| this.min(took));
        self.this = Some(this);
        self.before.map_or(this, |before| this.min(before))
    }
}
