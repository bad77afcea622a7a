//! A time people mean when they write `7d`, `last week`, `since June` or `2026-11`.
//!
//! [`When`] keeps what was written, not what it came to: `last week` asked again tomorrow is tomorrow's last week. Only
//! names that would mean another time later, such as `June` or `monday`, are read as dates at once.

mod read;

use std::fmt;

use chrono::{
    DateTime, Datelike as _, Days, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc, Weekday,
};
use whimbrel_news::Zone;

/// A time, as people say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// So many hours, days … up to now.
    Last(u32, Unit),
    /// Since midnight.
    Today,
    /// The day before.
    Yesterday,
    /// The week, month or year that is now.
    This(Unit),
    /// The one before.
    Previous(Unit),
    /// A day.
    Day(NaiveDate),
    /// An ISO week: the year it belongs to, and its number.
    Week(i32, u32),
    /// A month of a year.
    Month(i32, u32),
    /// A year.
    Year(i32),
    /// From the beginning of a day up to now.
    Since(NaiveDate),
    /// From a day to another, both of them whole.
    Days(NaiveDate, NaiveDate),
}

/// A measure of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// 60 minutes.
    Hour,
    /// 24 hours.
    Day,
    /// Seven days, from Monday on.
    Week,
    /// A month of the calendar.
    Month,
    /// A year of the calendar.
    Year,
}

/// The moments a time comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The first moment of it.
    pub from: DateTime<Utc>,
    /// The first moment after it.
    pub to: DateTime<Utc>,
}

/// A text that is no time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no time I know: write `7d`, `today`, `last week`, `since June`, `2026-11`, or `2026-11-01..2026-11-15`"
)]
pub struct NoTime(pub String);

/// Years that are taken for years.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2200;

/// Hours, days … that are looked back at most: twenty years.
const FARTHEST_DAYS: u32 = 20 * 366;

impl When {
    /// Reads what somebody wrote. Names of months and weekdays are those that began last.
    pub fn parse(text: &str, now: DateTime<Utc>, zone: Zone) -> Result<Self, NoTime> {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        read::when(&words, now.with_timezone(&zone).date_naive())
            .ok_or_else(|| NoTime(text.trim().to_owned()))
    }

    /// Whether a word can be part of a written time, so that who means it as a name has to quote it.
    pub(crate) fn uses(word: &str) -> bool {
        read::is_known(&word.to_lowercase())
    }

    /// The moments it comes to, for people of a time zone.
    pub fn bounds(self, now: DateTime<Utc>, zone: Zone) -> Bounds {
        let today = now.with_timezone(&zone).date_naive();
        let back = |from: Option<DateTime<Utc>>| (from.unwrap_or(DateTime::UNIX_EPOCH), now);
        let days = |first: NaiveDate, last: NaiveDate| (begin(first, zone), begin(after(last), zone));
        let (from, to) = match self {
            Self::Last(count, unit) => back(match unit {
                Unit::Hour => now.checked_sub_signed(TimeDelta::hours(count.into())),
                Unit::Day => now.checked_sub_signed(TimeDelta::days(count.into())),
                Unit::Week => now.checked_sub_signed(TimeDelta::weeks(count.into())),
                Unit::Month => now.checked_sub_months(Months::new(count)),
                Unit::Year => now.checked_sub_months(Months::new(count.saturating_mul(12))),
            }),
            Self::Today => days(today, today),
            Self::Yesterday => days(before(today), before(today)),
            Self::This(unit) => {
                let (first, last) = around(unit, today);
                days(first, last)
            }
            Self::Previous(unit) => {
                let (first, last) = around(unit, before(around(unit, today).0));
                days(first, last)
            }
            Self::Day(day) => days(day, day),
            Self::Week(year, week) => {
                let monday = NaiveDate::from_isoywd_opt(year, week, Weekday::Mon).unwrap_or(today);
                days(monday, monday.checked_add_days(Days::new(6)).unwrap_or(monday))
            }
            Self::Month(year, month) => {
                let (first, last) =
                    around(Unit::Month, NaiveDate::from_ymd_opt(year, month, 1).unwrap_or(today));
                days(first, last)
            }
            Self::Year(year) => {
                let (first, last) = around(Unit::Year, NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(today));
                days(first, last)
            }
            Self::Since(day) => (begin(day, zone), now.max(begin(day, zone))),
            Self::Days(first, last) => days(first, last),
        };
        Bounds { from, to }
    }

    /// How many whole days it reaches back from now, at least one: what growth is counted over.
    pub fn days_back(self, now: DateTime<Utc>, zone: Zone) -> u32 {
        let span = now.signed_duration_since(self.bounds(now, zone).from);
        u32::try_from(span.num_days()).unwrap_or(0).max(1)
    }

    /// What people call it, as the end of a sentence: `in the last 7 days`, `since 1 June 2026`.
    pub fn label(self) -> String {
        const DAY: &str = "%-d %B %Y";
        match self {
            Self::Last(1, unit) => format!("in the last {}", unit.name()),
            Self::Last(count, unit) => format!("in the last {count} {}s", unit.name()),
            Self::Today => "today".to_owned(),
            Self::Yesterday => "yesterday".to_owned(),
            Self::This(unit) => format!("this {}", unit.name()),
            Self::Previous(unit) => format!("last {}", unit.name()),
            Self::Day(day) => format!("on {}", day.format(DAY)),
            Self::Week(year, week) => format!("in week {week} of {year}"),
            Self::Month(year, month) => {
                let first = NaiveDate::from_ymd_opt(year, month, 1).unwrap_or_default();
                format!("in {}", first.format("%B %Y"))
            }
            Self::Year(year) => format!("in {year}"),
            Self::Since(day) => format!("since {}", day.format(DAY)),
            Self::Days(first, last) => format!("from {} to {}", first.format(DAY), last.format(DAY)),
        }
    }
}

impl Bounds {
    /// Whether a moment lies in it.
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && at < self.to
    }
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    fn short(self) -> &'static str {
        match self {
            Self::Hour => "h",
            Self::Day => "d",
            Self::Week => "w",
            Self::Month => "mo",
            Self::Year => "y",
        }
    }

    /// As many of them as are looked back at most.
    fn most(self) -> u32 {
        match self {
            Self::Hour => FARTHEST_DAYS * 24,
            Self::Day => FARTHEST_DAYS,
            Self::Week => FARTHEST_DAYS / 7,
            Self::Month => FARTHEST_DAYS / 30,
            Self::Year => FARTHEST_DAYS / 365,
        }
    }
}

impl fmt::Display for When {
    /// The shortest text that reads back as the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Last(count, unit) => write!(f, "{count}{}", unit.short()),
            Self::Today => f.write_str("today"),
            Self::Yesterday => f.write_str("yesterday"),
            Self::This(unit) => write!(f, "this {}", unit.name()),
            Self::Previous(unit) => write!(f, "last {}", unit.name()),
            Self::Day(day) => write!(f, "{day}"),
            Self::Week(year, week) => write!(f, "{year}-w{week:02}"),
            Self::Month(year, month) => write!(f, "{year}-{month:02}"),
            Self::Year(year) => write!(f, "{year}"),
            Self::Since(day) => write!(f, "since {day}"),
            Self::Days(first, last) => write!(f, "{first}..{last}"),
        }
    }
}

/// The week, month or year a day lies in: its first and its last day.
fn around(unit: Unit, day: NaiveDate) -> (NaiveDate, NaiveDate) {
    let first = match unit {
        Unit::Hour | Unit::Day => return (day, day),
        Unit::Week => day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into())),
        Unit::Month => day.with_day(1),
        Unit::Year => day.with_ordinal(1),
    };
    let first = first.unwrap_or(day);
    let next = match unit {
        Unit::Hour | Unit::Day => return (day, day),
        Unit::Week => first.checked_add_days(Days::new(7)),
        Unit::Month => first.checked_add_months(Months::new(1)),
        Unit::Year => first.checked_add_months(Months::new(12)),
    };
    (first, next.map_or(first, before))
}

fn before(day: NaiveDate) -> NaiveDate {
    day.pred_opt().unwrap_or(day)
}

fn after(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}

/// The first moment of a day. Where the clocks skip midnight it is the first one they show.
fn begin(day: NaiveDate, zone: Zone) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    (0..=4)
        .find_map(|hours| zone.from_local_datetime(&(midnight + TimeDelta::hours(hours))).earliest())
        .map_or_else(|| midnight.and_utc(), |moment| moment.to_utc())
}

#[cfg(test)]
pub(crate) mod tests;
