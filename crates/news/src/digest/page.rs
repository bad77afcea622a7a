//! The address of the page that shows all of a digest.
//!
//! Chats link to it, so it says everything the page needs: the period, and which news.

use std::fmt::{self, Write as _};

use chrono::{DateTime, NaiveDateTime, SubsecRound as _, TimeDelta, Utc};

use super::period::{Period, Span};
use crate::filter::Filter;

/// Longer filters than this are left out of addresses: the page then shows all news of the period.
const LONGEST_FILTER: usize = 1_000;

/// Moments in addresses: no colons, which some programs take for the end of a name.
const MOMENT: &str = "%Y%m%dT%H%M%SZ";

/// The page of one digest.
#[derive(Clone, Debug, PartialEq)]
pub struct DigestPage {
    /// Whose news.
    pub time: Time,
    /// Which news; `None` for all.
    pub filter: Option<Filter>,
}

/// The time a digest is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Time {
    /// A day or week of UTC.
    Span(Span),
    /// After a moment and up to another, both in whole seconds.
    Between {
        /// After this one …
        from: DateTime<Utc>,
        /// … and up to this one.
        to: DateTime<Utc>,
    },
}

impl Time {
    /// The time after a moment and up to another: a day or week of UTC where it is one, else both moments widened to
    /// whole seconds.
    pub fn between(from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        let is_whole = |span: &Span| span.start() == from && span.end() == to;
        if let Some(span) = Period::ALL.map(|period| period.around(from)).into_iter().find(is_whole) {
            return Self::Span(span);
        }
        let ceiling = to.trunc_subsecs(0);
        let to = if ceiling < to { ceiling + TimeDelta::seconds(1) } else { ceiling };
        Self::Between { from: from.trunc_subsecs(0), to }
    }

    /// The moment it begins with, as people see it.
    pub fn begin(self) -> DateTime<Utc> {
        match self {
            Self::Span(span) => span.start(),
            Self::Between { from, .. } => from,
        }
    }

    /// After this moment …
    pub fn after(self) -> DateTime<Utc> {
        match self {
            // Spans are closed at their beginning.
            Self::Span(span) => span.start() - TimeDelta::microseconds(1),
            Self::Between { from, .. } => from,
        }
    }

    /// … and up to this one.
    pub fn up_to(self) -> DateTime<Utc> {
        match self {
            Self::Span(span) => span.end() - TimeDelta::microseconds(1),
            Self::Between { to, .. } => to,
        }
    }

    /// The span it is, or the one it is nearest to.
    pub fn span(self) -> Span {
        match self {
            Self::Span(span) => span,
            Self::Between { from, to } => {
                let period = if to - from > TimeDelta::hours(26) { Period::Weekly } else { Period::Daily };
                period.around(from + (to - from) / 2)
            }
        }
    }

    /// What people call it, in UTC.
    pub fn label(self) -> String {
        let Self::Between { from, to } = self else { return self.span().label() };
        let midnight = |at: DateTime<Utc>| at.time() == chrono::NaiveTime::MIN;
        let form = if midnight(from) && midnight(to) { "%-d %B %Y" } else { "%-d %B %Y, %H:%M" };
        let utc = if midnight(from) && midnight(to) { "" } else { " UTC" };
        format!("{} to {}{utc}", from.format(form), to.format(form))
    }

    /// The time an address names, by its last two parts: `weekly` and `2026-w47`, or `range` and
    /// `20261116T080000Z..20261123T080000Z`.
    pub fn of_address(period: &str, key: &str) -> Option<Self> {
        if let Ok(period) = period.parse::<Period>() {
            return Span::named(&key.to_uppercase()).filter(|span| span.period == period).map(Self::Span);
        }
        let moment = |text: &str| {
            let moment = NaiveDateTime::parse_from_str(text, MOMENT).ok()?.and_utc();
            (moment.format(MOMENT).to_string() == text).then_some(moment)
        };
        let (from, to) = key.split_once("..").filter(|_| period == RANGE)?;
        let (from, to) = (moment(from)?, moment(to)?);
        (from < to).then_some(Self::Between { from, to })
    }
}

/// Stands where a period would in addresses of other times.
const RANGE: &str = "range";

impl fmt::Display for Time {
    /// As in addresses: `weekly/2026-w47`. Small letters, since not every file system tells them from large ones.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Span(span) => write!(f, "{}/{}", span.period, span.to_string().to_lowercase()),
            Self::Between { from, to } => {
                write!(f, "{RANGE}/{}..{}", from.format(MOMENT), to.format(MOMENT))
            }
        }
    }
}

impl DigestPage {
    /// The page of the news after a moment and up to another that a filter lets through; `None` for all news.
    pub fn new(from: DateTime<Utc>, to: DateTime<Utc>, filter: Option<&Filter>) -> Self {
        let filter = filter.filter(|filter| **filter != Filter::default());
        let short = |filter: &&Filter| filter.to_string().len() <= LONGEST_FILTER;
        Self { time: Time::between(from, to), filter: filter.filter(short).cloned() }
    }

    /// Its address below the site's, without a slash at the beginning.
    pub fn path(&self) -> String {
        let mut path = format!("digest/{}/", self.time);
        if let Some(filter) = &self.filter {
            path.push_str("?q=");
            for byte in filter.to_string().bytes() {
                match byte {
                    b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                        path.push(byte.into());
                    }
                    b' ' => path.push('+'),
                    // Writing to a string does not fail.
                    byte => drop(write!(path, "%{byte:02X}")),
                }
            }
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn path(from: &str, to: &str, filter: &str) -> String {
        let filter = Filter::parse(filter).unwrap();
        DigestPage::new(at(from), at(to), Some(&filter)).path()
    }

    #[test]
    fn addresses_say_the_time_and_the_news() {
        for (from, to, filter, expected) in [
            ("2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z", "", "digest/weekly/2026-w47/"),
            ("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", "", "digest/daily/2026-11-20/"),
            (
                "2026-11-16T08:00:00Z",
                "2026-11-23T08:00:00.000001Z",
                "",
                "digest/range/20261116T080000Z..20261123T080001Z/",
            ),
            (
                "2026-11-16T00:00:00Z",
                "2026-11-23T00:00:00Z",
                "catalog:go kind:released -\"a & b\"",
                "digest/weekly/2026-w47/?q=catalog%3Ago+kind%3Areleased+-%22a+%26+b%22",
            ),
        ] {
            assert_eq!(path(from, to, filter), expected);
        }
        let long = format!("\"{}\"", "x".repeat(LONGEST_FILTER + 1));
        assert_eq!(
            path("2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z", &long),
            "digest/weekly/2026-w47/",
            "the page then shows more, and is right"
        );
    }

    #[test]
    fn only_our_own_addresses_name_a_time() {
        for (period, key) in [
            ("weekly", "2026-11-20"),
            ("daily", "2026-W47"),
            ("weekly", "2026-W54"),
            ("weekly", "2026-W4"),
            ("daily", "2026-02-30"),
            ("range", "20261116T080000Z..20261116T080000Z"),
            ("range", "20261116T080000Z"),
            ("range", "20261316T080000Z..20261323T080000Z"),
            ("monthly", "2026-11"),
            ("range", ""),
        ] {
            assert_eq!(Time::of_address(period, key), None, "{period}/{key}");
        }
    }

    #[test]
    fn times_have_names() {
        let label = |from, to| Time::between(at(from), at(to)).label();
        assert_eq!(label("2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"), "Week 47 of 2026 (16–22 November)");
        assert_eq!(
            label("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
            "1 November 2026 to 1 December 2026"
        );
        assert_eq!(
            label("2026-11-16T08:00:00Z", "2026-11-23T08:00:00Z"),
            "16 November 2026, 08:00 to 23 November 2026, 08:00 UTC"
        );
    }

    proptest! {
        #[test]
        fn addresses_read_back(from in 0i64..4_000_000_000, length in 1i64..40_000_000, micros in 0u32..1_000_000) {
            let from = DateTime::from_timestamp(from, micros * 1_000).unwrap();
            let time = Time::between(from, from + TimeDelta::seconds(length));
            let text = time.to_string();
            let (period, key) = text.split_once('/').unwrap();
            prop_assert_eq!(Time::of_address(period, key), Some(time));
            prop_assert!(time.after() <= from && time.up_to() >= from + TimeDelta::seconds(length) - TimeDelta::microseconds(1));
        }

        #[test]
        fn every_span_is_found_by_its_name(seconds in -60_000_000_000i64..250_000_000_000) {
            let moment = DateTime::from_timestamp(seconds, 0).unwrap();
            for period in Period::ALL {
                let span = period.around(moment);
                prop_assert_eq!(Span::named(&span.to_string()), Some(span));
            }
        }

        #[test]
        fn any_text_is_read_without_fear(period: String, key: String) {
            let _ = Time::of_address(&period, &key);
            let _ = Time::of_address("range", &key);
            let _ = Time::of_address("weekly", &key);
        }
    }
}
