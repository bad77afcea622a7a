//! Cron lines, as people know them from Unix.
//!
//! The crate `cron` reads them; it counts weekdays from 1 for Sunday and wants seconds in front, so both are put
//! right before, and when a line is due is said here, on the wall clock.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Weekday};
use cron::{Schedule, TimeUnitSpec};

/// Longer lines are refused: enough for every minute of an hour written out.
const LONGEST: usize = 200;

/// 29 February on one weekday returns within 40 years, even across a century that is no leap year.
const RAREST_YEARS: i32 = 41;

const NICKNAMES: [(&str, &str); 7] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
];

/// A cron line: minute, hour, day of the month, month, day of the week. Weekdays count from 0 or 7 for Sunday; where
/// both days are restricted, either is enough.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cron(Box<Line>);

/// One bit for each value a field takes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Line {
    text: Box<str>,
    minutes: u64,
    hours: u32,
    days: u32,
    months: u16,
    weekdays: u8,
    either_day: bool,
}

/// Why a text is no cron line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CronError {
    /// It has another number of fields.
    #[error(
        "a cron line has five fields (minute, hour, day of the month, month, day of the week) as in `0 9 * * 1`; \
         `{line}` has {found}"
    )]
    Fields {
        /// The line.
        line: String,
        /// How many it has.
        found: usize,
    },
    /// A field cannot be read.
    #[error("`{field}` is no {name} in a cron line: {right}")]
    Field {
        /// What stands there.
        field: String,
        /// What should.
        name: &'static str,
        /// What would be right.
        right: &'static str,
    },
    /// There is no such day in any year.
    #[error("`{0}` never comes: no month it names has such a day")]
    Never(String),
    /// Nobody writes so much by hand.
    #[error("the cron line is longer than {LONGEST} characters")]
    TooLong,
}

impl FromStr for Cron {
    type Err = CronError;

    fn from_str(text: &str) -> Result<Self, CronError> {
        if text.len() > LONGEST {
            return Err(CronError::TooLong);
        }
        let text = text.trim();
        let known = NICKNAMES.iter().find(|(name, _)| text.eq_ignore_ascii_case(name));
        let mut fields: Vec<&str> = known.map_or(text, |(_, line)| line).split_ascii_whitespace().collect();
        // Other programs put the seconds in front.
        if fields.len() == 6 && fields.first() == Some(&"0") {
            fields.remove(0);
        }
        let [minute, hour, day, month, weekday] = fields[..] else {
            return Err(CronError::Fields { line: fields.join(" "), found: fields.len() });
        };
        let weekdays = weekdays(weekday).ok_or_else(|| CronError::Field {
            field: weekday.to_owned(),
            name: "day of the week",
            right: "write 0 to 7 (0 and 7 are Sunday) or sun, mon, tue, wed, thu, fri, sat",
        })?;
        let line = Line {
            minutes: field(0, minute, "minute", "write 0 to 59, `*`, `*/15`, `0,30` or `0-10`")?,
            hours: field(1, hour, "hour", "write 0 to 23, `*`, `*/6`, `9,18` or `9-17`")? as u32,
            days: field(2, day, "day of the month", "write 1 to 31, `*`, `*/10`, `1,15` or `1-7`")? as u32,
            months: field(3, month, "month", "write 1 to 12, `*`, `*/3`, `1,7` or `jan`")? as u16,
            weekdays,
            either_day: !is_open(day) && !is_open(weekday),
            text: fields.join(" ").into(),
        };
        let cron = Self(Box::new(line));
        let start = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default().and_time(NaiveTime::MIN);
        if cron.after(start).is_none() {
            return Err(CronError::Never(cron.to_string()));
        }
        Ok(cron)
    }
}

impl Cron {
    /// The first wall time after this one.
    pub(super) fn after(&self, wall: NaiveDateTime) -> Option<NaiveDateTime> {
        let line = &self.0;
        let mut date = wall.date();
        if line.has(date)
            && let Some(time) = line.time_after(wall.time())
        {
            return Some(date.and_time(time));
        }
        let last_year = date.year() + RAREST_YEARS;
        while date.year() <= last_year {
            date = if line.has_month(date) { date.succ_opt()? } else { next_month(date)? };
            if line.has(date) {
                return Some(date.and_time(line.first_time()?));
            }
        }
        None
    }

    /// The last wall time before this one.
    pub(super) fn before(&self, wall: NaiveDateTime) -> Option<NaiveDateTime> {
        let line = &self.0;
        let mut date = wall.date();
        if line.has(date)
            && let Some(time) = line.time_before(wall.time())
        {
            return Some(date.and_time(time));
        }
        let first_year = date.year() - RAREST_YEARS;
        while date.year() >= first_year {
            date = if line.has_month(date) {
                date.pred_opt()?
            } else {
                date.with_day(1)?.checked_sub_days(Days::new(1))?
            };
            if line.has(date) {
                return Some(date.and_time(line.last_time()?));
            }
        }
        None
    }
}

impl Line {
    fn has_month(&self, date: NaiveDate) -> bool {
        self.months >> date.month() & 1 == 1
    }

    fn has(&self, date: NaiveDate) -> bool {
        let day = self.days >> date.day() & 1 == 1;
        let weekday = self.weekdays >> date.weekday().num_days_from_sunday() & 1 == 1;
        self.has_month(date) && if self.either_day { day || weekday } else { day && weekday }
    }

    fn time_after(&self, time: NaiveTime) -> Option<NaiveTime> {
        let this_hour = self.hours >> time.hour() & 1 == 1;
        if let Some(minute) = at_least(self.minutes, time.minute() + 1).filter(|_| this_hour) {
            return NaiveTime::from_hms_opt(time.hour(), minute, 0);
        }
        NaiveTime::from_hms_opt(at_least(self.hours.into(), time.hour() + 1)?, at_least(self.minutes, 0)?, 0)
    }

    fn time_before(&self, time: NaiveTime) -> Option<NaiveTime> {
        let this_hour = self.hours >> time.hour() & 1 == 1;
        // Within a minute that has begun, its beginning is before.
        let begun = time.second() > 0 || time.nanosecond() > 0;
        if let Some(minute) = below(self.minutes, time.minute() + u32::from(begun)).filter(|_| this_hour) {
            return NaiveTime::from_hms_opt(time.hour(), minute, 0);
        }
        NaiveTime::from_hms_opt(below(self.hours.into(), time.hour())?, below(self.minutes, 60)?, 0)
    }

    fn first_time(&self) -> Option<NaiveTime> {
        NaiveTime::from_hms_opt(at_least(self.hours.into(), 0)?, at_least(self.minutes, 0)?, 0)
    }

    fn last_time(&self) -> Option<NaiveTime> {
        NaiveTime::from_hms_opt(below(self.hours.into(), 24)?, below(self.minutes, 60)?, 0)
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

/// The lowest bit that is set from this one on.
fn at_least(bits: u64, from: u32) -> Option<u32> {
    let rest = bits.checked_shr(from)?;
    (rest != 0).then(|| from + rest.trailing_zeros())
}

/// The highest bit that is set below this one.
fn below(bits: u64, end: u32) -> Option<u32> {
    let rest = bits & 1_u64.checked_shl(end)?.wrapping_sub(1);
    rest.checked_ilog2()
}

fn next_month(date: NaiveDate) -> Option<NaiveDate> {
    date.with_day(1)?.checked_add_months(chrono::Months::new(1))
}

/// Open fields leave the choice of the day to the other one.
fn is_open(field: &str) -> bool {
    field.starts_with(['*', '?'])
}

/// The values of one of the first four fields, read by the crate with every other field open.
fn field(place: usize, field: &str, name: &'static str, right: &'static str) -> Result<u64, CronError> {
    let wrong = || CronError::Field { field: field.to_owned(), name, right };
    // The crate would take these for steps of nothing, lists of nothing, or words of other programs.
    let odd = |c: char| !(c.is_ascii_alphanumeric() || "*?,-/".contains(c));
    if field.contains(odd) || field.split(',').any(|part| part.is_empty() || is_zero_step(part)) {
        return Err(wrong());
    }
    let mut line = ["*"; 4];
    *line.get_mut(place).ok_or_else(wrong)? = field;
    let schedule = Schedule::from_str(&format!("0 {} * *", line.join(" "))).map_err(|_| wrong())?;
    let bits = |values: &mut dyn Iterator<Item = u32>| values.fold(0_u64, |bits, value| bits | 1 << value);
    Ok(match place {
        0 => bits(&mut schedule.minutes().iter()),
        1 => bits(&mut schedule.hours().iter()),
        2 => bits(&mut schedule.days_of_month().iter()),
        _ => bits(&mut schedule.months().iter()),
    })
}

fn is_zero_step(part: &str) -> bool {
    part.split_once('/').is_some_and(|(_, step)| step.parse::<u8>().map_or(true, |step| step == 0))
}

/// The weekdays of a field, Sunday as bit 0. Ranges may go over the end of the week.
fn weekdays(field: &str) -> Option<u8> {
    let mut bits = 0;
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => {
                (range, Some(step.parse::<u8>().ok().filter(|step| (1..=7).contains(step))?))
            }
            None => (part, None),
        };
        let (first, last) = match range.split_once('-') {
            Some((first, last)) => (weekday(first)?, weekday(last)?),
            None if range == "*" || range == "?" => (0, 6),
            None if step.is_some() => (weekday(range)?, 6),
            None => (weekday(range)?, weekday(range)?),
        };
        let last = if last < first { last + 7 } else { last };
        for day in (first..=last).step_by(step.unwrap_or(1).into()) {
            bits |= 1 << (day % 7);
        }
    }
    Some(bits)
}

fn weekday(text: &str) -> Option<u8> {
    if let Ok(number) = text.parse::<u8>() {
        return (number <= 7 && text.len() == 1).then_some(number);
    }
    text.parse::<Weekday>().ok().map(|day| day.num_days_from_sunday() as u8)
}
