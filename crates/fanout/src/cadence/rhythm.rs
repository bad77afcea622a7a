//! How often, on a wall clock.

use std::fmt;

use chrono::{Datelike, Days, Duration, Months, NaiveDate, NaiveDateTime, Timelike, Weekday};

use super::clock::At;
use super::cron::Cron;

/// How often a lane speaks, on its wall clock.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Rhythm {
    /// As soon as the news has settled.
    Instant,
    /// At every full hour.
    Hourly,
    /// Every day.
    Daily {
        /// The time of day.
        at: At,
    },
    /// Every week.
    Weekly {
        /// The day.
        day: Weekday,
        /// The time of that day.
        at: At,
    },
    /// Every month.
    Monthly {
        /// The day, 1 to 31; in a month that has fewer, its last.
        day: u8,
        /// The time of that day.
        at: At,
    },
    /// As a cron line says.
    Cron(Cron),
}

impl Rhythm {
    /// The first wall time after this one; `None` for [`Rhythm::Instant`] and at the end of the calendar.
    pub(super) fn after(&self, wall: NaiveDateTime) -> Option<NaiveDateTime> {
        let day = match self {
            Self::Instant => return None,
            Self::Hourly => return hour(wall)?.checked_add_signed(Duration::hours(1)),
            Self::Cron(cron) => return cron.after(wall),
            Self::Daily { at } => wall.date().and_time(at.time()),
            Self::Weekly { day, at } => week(wall.date(), *day)?.and_time(at.time()),
            Self::Monthly { day, at } => month(wall.date(), *day)?.and_time(at.time()),
        };
        if day > wall { Some(day) } else { self.step(day, true) }
    }

    /// The last wall time before this one.
    pub(super) fn before(&self, wall: NaiveDateTime) -> Option<NaiveDateTime> {
        let day = match self {
            Self::Instant => return None,
            Self::Hourly => {
                let full = hour(wall)?;
                return if full < wall { Some(full) } else { full.checked_sub_signed(Duration::hours(1)) };
            }
            Self::Cron(cron) => return cron.before(wall),
            Self::Daily { at } => wall.date().and_time(at.time()),
            Self::Weekly { day, at } => week(wall.date(), *day)?.and_time(at.time()),
            Self::Monthly { day, at } => month(wall.date(), *day)?.and_time(at.time()),
        };
        if day < wall { Some(day) } else { self.step(day, false) }
    }

    /// Whether anybody reads a clock to follow it.
    pub(super) fn names_a_time(&self) -> bool {
        !matches!(self, Self::Instant | Self::Hourly)
    }

    /// From one wall time to its neighbour.
    fn step(&self, wall: NaiveDateTime, forward: bool) -> Option<NaiveDateTime> {
        let date = match self {
            Self::Daily { .. } => days(wall.date(), 1, forward)?,
            Self::Weekly { .. } => days(wall.date(), 7, forward)?,
            Self::Monthly { day, .. } => {
                let first = wall.date().with_day(1)?;
                let other = if forward {
                    first.checked_add_months(Months::new(1))
                } else {
                    first.checked_sub_months(Months::new(1))
                };
                month(other?, *day)?
            }
            Self::Instant | Self::Hourly | Self::Cron(_) => return None,
        };
        Some(date.and_time(wall.time()))
    }
}

impl fmt::Display for Rhythm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instant => f.write_str("instant"),
            Self::Hourly => f.write_str("hourly"),
            Self::Daily { at } => write!(f, "daily {at}"),
            Self::Weekly { day, at } => write!(f, "weekly {} {at}", day.to_string().to_lowercase()),
            Self::Monthly { day, at } => write!(f, "monthly {day} {at}"),
            Self::Cron(cron) => write!(f, "cron \"{cron}\""),
        }
    }
}

fn hour(wall: NaiveDateTime) -> Option<NaiveDateTime> {
    wall.date().and_hms_opt(wall.hour(), 0, 0)
}

fn days(date: NaiveDate, days: u64, forward: bool) -> Option<NaiveDate> {
    if forward { date.checked_add_days(Days::new(days)) } else { date.checked_sub_days(Days::new(days)) }
}

/// That day of the week which begins on Monday and has this date in it.
fn week(date: NaiveDate, day: Weekday) -> Option<NaiveDate> {
    let monday = date.checked_sub_days(Days::new(date.weekday().num_days_from_monday().into()))?;
    monday.checked_add_days(Days::new(day.num_days_from_monday().into()))
}

/// That day of the month which has this date in it, or the month's last.
fn month(date: NaiveDate, day: u8) -> Option<NaiveDate> {
    (1..=day.clamp(1, 31)).rev().find_map(|day| date.with_day(day.into()))
}
