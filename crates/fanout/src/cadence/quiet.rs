//! Hours in which nothing is sent.

use std::fmt;

use chrono::{Days, NaiveDateTime};

use super::clock::At;

/// From one time of day to another, over midnight where the first is the later. The end is outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Quiet {
    from: At,
    to: At,
}

impl Quiet {
    /// `None` if they would never end.
    pub fn new(from: At, to: At) -> Option<Self> {
        (from != to).then_some(Self { from, to })
    }

    /// When they begin.
    pub fn from(self) -> At {
        self.from
    }

    /// When they end.
    pub fn to(self) -> At {
        self.to
    }

    /// The wall times of the beginning and the end, if this one lies between them.
    pub(super) fn around(self, wall: NaiveDateTime) -> Option<(NaiveDateTime, NaiveDateTime)> {
        let (today, time) = (wall.date(), wall.time());
        let (from, to) = (self.from.time(), self.to.time());
        if from < to {
            (from <= time && time < to).then(|| (today.and_time(from), today.and_time(to)))
        } else if time >= from {
            let tomorrow = today.checked_add_days(Days::new(1))?;
            Some((today.and_time(from), tomorrow.and_time(to)))
        } else if time < to {
            let yesterday = today.checked_sub_days(Days::new(1))?;
            Some((yesterday.and_time(from), today.and_time(to)))
        } else {
            None
        }
    }
}

impl fmt::Display for Quiet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from, self.to)
    }
}
