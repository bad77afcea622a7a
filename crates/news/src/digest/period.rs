//! Days and weeks of UTC.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, Utc, Weekday};

/// The length of a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Period {
    /// A day of UTC.
    Daily,
    /// Monday to Sunday, UTC.
    Weekly,
}

/// One day or one week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Which of the two.
    pub period: Period,
    /// Its first day.
    first: NaiveDate,
}

/// A word that is no period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no period: use `daily` or `weekly`")]
pub struct UnknownPeriod(pub String);

impl Period {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Daily, Self::Weekly];

    /// Its spelling in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
        }
    }

    /// The day or week this moment is in.
    pub fn around(self, at: DateTime<Utc>) -> Span {
        let day = at.date_naive();
        let first = match self {
            Self::Daily => day,
            Self::Weekly => day.week(Weekday::Mon).checked_first_day().unwrap_or(day),
        };
        Span { period: self, first }
    }

    fn days(self) -> Days {
        Days::new(match self {
            Self::Daily => 1,
            Self::Weekly => 7,
        })
    }
}

impl Span {
    /// The one of this name: `2026-11-20`, `2026-W47`.
    pub fn named(name: &str) -> Option<Self> {
        let span = match name.split_once("-W") {
            Some((year, week)) => {
                let first = NaiveDate::from_isoywd_opt(year.parse().ok()?, week.parse().ok()?, Weekday::Mon)?;
                Self { period: Period::Weekly, first }
            }
            None => Self { period: Period::Daily, first: name.parse().ok()? },
        };
        (span.to_string() == name).then_some(span)
    }

    /// Its first moment.
    pub fn start(self) -> DateTime<Utc> {
        self.first.and_time(NaiveTime::MIN).and_utc()
    }

    /// The first moment after it.
    pub fn end(self) -> DateTime<Utc> {
        self.next().start()
    }

    /// Whether this moment is in it.
    pub fn contains(self, at: DateTime<Utc>) -> bool {
        self.period.around(at) == self
    }

    /// The one after it; at the end of the calendar itself.
    #[must_use]
    pub fn next(self) -> Self {
        let first = self.first.checked_add_days(self.period.days()).unwrap_or(self.first);
        Self { first, ..self }
    }

    /// The one before it; at the beginning of the calendar itself.
    #[must_use]
    pub fn previous(self) -> Self {
        let first = self.first.checked_sub_days(self.period.days()).unwrap_or(self.first);
        Self { first, ..self }
    }

    /// Its name for people: `20 November 2026`, `Week 47 of 2026 (16–22 November)`.
    pub fn label(self) -> String {
        let first = self.first;
        if self.period == Period::Daily {
            return first.format("%-d %B %Y").to_string();
        }
        let last = first.checked_add_days(Days::new(6)).unwrap_or(first);
        let week = first.iso_week();
        let from = if first.month() == last.month() { "%-d" } else { "%-d %B" };
        let days = format!("{}–{}", first.format(from), last.format("%-d %B"));
        format!("Week {} of {} ({days})", week.week(), week.year())
    }
}

impl fmt::Display for Span {
    /// Its name in addresses and ids: `2026-11-20`, `2026-W47`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.period {
            Period::Daily => write!(f, "{}", self.first),
            Period::Weekly => write!(f, "{}", self.first.format("%G-W%V")),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Period {
    type Err = UnknownPeriod;
    fn from_str(word: &str) -> Result<Self, UnknownPeriod> {
        Self::ALL
            .into_iter()
            .find(|period| period.as_str() == word)
            .ok_or_else(|| UnknownPeriod(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn days_and_weeks_of_utc() {
        for (period, moment, name, label) in [
            (Period::Daily, "2026-11-20T23:59:59Z", "2026-11-20", "20 November 2026"),
            (Period::Weekly, "2026-11-22T23:59:59Z", "2026-W47", "Week 47 of 2026 (16–22 November)"),
            (Period::Weekly, "2026-11-23T00:00:00Z", "2026-W48", "Week 48 of 2026 (23–29 November)"),
            (Period::Weekly, "2026-12-01T12:00:00Z", "2026-W49", "Week 49 of 2026 (30 November–6 December)"),
            (Period::Weekly, "2027-01-01T00:00:00Z", "2026-W53", "Week 53 of 2026 (28 December–3 January)"),
        ] {
            let span = period.around(at(moment));
            assert_eq!((span.to_string().as_str(), span.label().as_str()), (name, label));
            assert!(span.contains(at(moment)) && !span.next().contains(at(moment)));
        }
    }

    #[test]
    fn only_two_words_are_periods() {
        assert_eq!("weekly".parse(), Ok(Period::Weekly));
        assert_eq!(
            "monthly".parse::<Period>().unwrap_err().to_string(),
            "`monthly` is no period: use `daily` or `weekly`"
        );
    }

    proptest! {
        #[test]
        fn every_moment_is_in_one_span(seconds in -62_000_000_000i64..250_000_000_000) {
            let moment = DateTime::from_timestamp(seconds, 0).unwrap();
            for period in Period::ALL {
                let span = period.around(moment);
                prop_assert!(span.start() <= moment && moment < span.end());
                prop_assert_eq!(span.next().previous(), span);
            }
        }
    }
}
