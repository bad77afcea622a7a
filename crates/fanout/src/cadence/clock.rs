//! Times of day, and the way from a wall clock to a moment.

use std::fmt;

use chrono::{DateTime, Duration, NaiveDateTime, NaiveTime, Offset, TimeZone, Timelike, Utc};
use whimbrel_news::Zone;

/// A time of day, to the minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct At {
    hour: u8,
    minute: u8,
}

impl At {
    /// The time of day unless somebody says another.
    pub const NINE: Self = Self { hour: 9, minute: 0 };

    /// A time from 00:00 to 23:59.
    pub fn new(hour: u8, minute: u8) -> Option<Self> {
        (hour < 24 && minute < 60).then_some(Self { hour, minute })
    }

    #[cfg(test)]
    pub(super) fn of(time: NaiveTime) -> Self {
        Self { hour: time.hour() as u8, minute: time.minute() as u8 }
    }

    pub(super) fn time(self) -> NaiveTime {
        NaiveTime::from_hms_opt(self.hour.into(), self.minute.into(), 0).unwrap_or_default()
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

/// What the wall clock of a zone shows.
pub(super) fn wall(zone: Zone, at: DateTime<Utc>) -> NaiveDateTime {
    let offset = zone.offset_from_utc_datetime(&at.naive_utc()).fix();
    at.naive_utc().checked_add_offset(offset).unwrap_or(at.naive_utc())
}

/// When a wall clock shows a time for the first time; where it skips it, the first moment after the skip.
pub(super) fn first(zone: Zone, wall: NaiveDateTime) -> DateTime<Utc> {
    let found = zone.from_local_datetime(&wall);
    match (found.earliest(), found.latest()) {
        (Some(one), Some(other)) => one.min(other).with_timezone(&Utc),
        _ => after_skip(zone, wall),
    }
}

/// When a wall clock shows a time for the last time; where it skips it, the first moment after the skip.
pub(super) fn last(zone: Zone, wall: NaiveDateTime) -> DateTime<Utc> {
    let found = zone.from_local_datetime(&wall);
    match (found.earliest(), found.latest()) {
        (Some(one), Some(other)) => one.max(other).with_timezone(&Utc),
        _ => after_skip(zone, wall),
    }
}

/// The moment at which the clock jumps over a time. Zones are at most 15 hours from UTC and skip at most a day, so
/// the jump lies within 40 hours of the same digits in UTC.
fn after_skip(zone: Zone, wanted: NaiveDateTime) -> DateTime<Utc> {
    let middle = wanted.and_utc();
    let shows = |seconds: i64| {
        let at = middle + Duration::seconds(seconds);
        wall(zone, at) >= wanted
    };
    let (mut before, mut since) = (-40 * 3600, 40 * 3600);
    while since - before > 1 {
        let half = before + (since - before) / 2;
        if shows(half) { since = half } else { before = half }
    }
    let fraction = Duration::nanoseconds(i64::from(wanted.nanosecond()));
    middle + Duration::seconds(since) - fraction
}
