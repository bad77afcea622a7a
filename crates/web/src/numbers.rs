//! The numbers behind a chart as a table: for those who listen, and for those who want to know exactly.

use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Utc};
use whimbrel_news::wording::number;

use crate::page::{Numbers, NumbersRow};

/// Rows of a table: of days where there are few of them, else of weeks, months, or years.
const ROWS: i64 = 36;

/// A line of a chart: its name, and what was counted, in the order of time.
pub(crate) type Line<'a> = (&'a str, Vec<(DateTime<Utc>, u64)>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Day,
    Week,
    Month,
    Year,
}

impl Step {
    /// The finest of which so many days fit into a table.
    fn of(days: i64) -> Self {
        match days {
            ..ROWS => Self::Day,
            days if days < ROWS * 7 => Self::Week,
            days if days < ROWS * 28 => Self::Month,
            _ => Self::Year,
        }
    }

    /// The first day of the step in which a day lies.
    fn begin(self, day: NaiveDate) -> NaiveDate {
        let first = match self {
            Self::Day => Some(day),
            Self::Week => {
                day.checked_sub_signed(TimeDelta::days(day.weekday().num_days_from_monday().into()))
            }
            Self::Month => day.with_day(1),
            Self::Year => day.with_ordinal(1),
        };
        first.unwrap_or(day)
    }

    /// Its name in a table, by its first day.
    fn label(self, begin: NaiveDate) -> String {
        match self {
            Self::Day | Self::Week => begin.format("%-d %b %Y").to_string(),
            Self::Month => begin.format("%B %Y").to_string(),
            Self::Year => begin.format("%Y").to_string(),
        }
    }

    /// What stands above these names.
    fn heading(self) -> &'static str {
        match self {
            Self::Day => "Day",
            Self::Week => "Week of",
            Self::Month => "Month",
            Self::Year => "Year",
        }
    }

    /// Its name for programs.
    fn machine(self, begin: NaiveDate) -> String {
        match self {
            Self::Day => begin.to_string(),
            Self::Week => begin.format("%G-W%V").to_string(),
            Self::Month => begin.format("%Y-%m").to_string(),
            Self::Year => begin.format("%Y").to_string(),
        }
    }
}

/// The table of these lines up to a moment, newest first: what stood at the end of each step, and with one line alone what
/// that was more than at the end of the step before. Nothing where nothing was counted.
pub(crate) fn table(lines: &[Line<'_>], until: DateTime<Utc>) -> Option<Numbers> {
    let first = lines.iter().filter_map(|(_, points)| points.first()).map(|(at, _)| *at).min()?;
    let step = Step::of((until - first).num_days());
    let mut ends = Vec::new(); // of each step: its first day, and the moment it ends
    let (mut begin, mut end) = (step.begin(until.date_naive()), until);
    while ends.len() < ROWS as usize * 2 {
        ends.push((begin, end));
        let start = begin.and_time(chrono::NaiveTime::MIN).and_utc();
        if start <= first {
            break;
        }
        end = start - TimeDelta::seconds(1);
        begin = step.begin(end.date_naive());
    }
    let at = |points: &[(DateTime<Utc>, u64)], end: DateTime<Utc>| {
        let after = points.partition_point(|(at, _)| *at <= end);
        after.checked_sub(1).map(|last| points[last].1)
    };
    let rows = ends.iter().enumerate().map(|(index, (begin, end))| {
        let mut values: Vec<Option<String>> =
            lines.iter().map(|(_, points)| at(points, *end).map(number)).collect();
        if let [(_, points)] = lines {
            let before = ends.get(index + 1).and_then(|(_, end)| at(points, *end));
            let change = at(points, *end).zip(before).map(|(now, before)| signed(now, before));
            values.push(change);
        }
        NumbersRow { label: step.label(*begin), machine: step.machine(*begin), values }
    });
    let rows = rows.collect();
    let mut names: Vec<String> = lines.iter().map(|(name, _)| (*name).to_owned()).collect();
    if lines.len() == 1 {
        names.push("Change".to_owned());
    }
    Some(Numbers { step: step.heading(), names, rows })
}

fn signed(now: u64, before: u64) -> String {
    match now.cmp(&before) {
        std::cmp::Ordering::Equal => "±0".to_owned(),
        std::cmp::Ordering::Greater => format!("+{}", number(now - before)),
        std::cmp::Ordering::Less => format!("−{}", number(before - now)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}T12:00:00Z").parse().unwrap()
    }

    fn rows(lines: &[Line<'_>], until: &str) -> Vec<String> {
        let table = table(lines, at(until)).unwrap();
        let row = |row: &NumbersRow| {
            let values: Vec<_> = row.values.iter().map(|value| value.as_deref().unwrap_or("–")).collect();
            format!("{}: {}", row.label, values.join(" "))
        };
        table.rows.iter().map(row).collect()
    }

    #[test]
    fn what_stood_at_the_end_of_each_step() {
        let one =
            [("Stars", vec![(at("2026-09-20"), 100), (at("2026-11-02"), 1_300), (at("2026-11-18"), 1_290)])];
        assert_eq!(
            rows(&one, "2026-11-20")[..3],
            ["16 Nov 2026: 1,290 −10", "9 Nov 2026: 1,300 ±0", "2 Nov 2026: 1,300 +1,200"]
        );
        assert_eq!(rows(&one, "2026-11-20").last().unwrap(), "14 Sep 2026: 100 –");
        assert_eq!(rows(&one, "2028-01-01")[..2], ["January 2028: 1,290 ±0", "December 2027: 1,290 ±0"]);
        let two = [("a", vec![(at("2026-11-17"), 5)]), ("b", vec![(at("2026-11-19"), 7)])];
        assert_eq!(
            rows(&two, "2026-11-20"),
            ["20 Nov 2026: 5 7", "19 Nov 2026: 5 7", "18 Nov 2026: 5 –", "17 Nov 2026: 5 –"]
        );
    }

    #[test]
    fn a_table_is_never_long() {
        assert!(
            table(&[], at("2026-11-20")).is_none() && table(&[("a", vec![])], at("2026-11-20")).is_none()
        );
        for (from, many) in [
            ("2026-11-20", 1),
            ("2026-10-16", 36),
            ("2026-10-15", 6),
            ("2026-03-15", 37),
            ("2024-03-01", 33),
            ("2000-01-01", 27),
            ("2026-11-25", 1),
        ] {
            assert_eq!(rows(&[("a", vec![(at(from), 1)])], "2026-11-20").len(), many, "{from}");
        }
    }
}
