//! Where axes begin and end, and the round places on them.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};

/// The value axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Values {
    /// The lowest value with room below.
    pub(crate) low: u64,
    /// The highest value with room above.
    pub(crate) high: u64,
    /// Round values from low to high.
    pub(crate) ticks: Vec<u64>,
}

/// Steps between ticks are one of these times a power of ten.
const STEPS: [u64; 3] = [1, 2, 5];

/// More ticks than this crowd a small picture.
const MOST_TICKS: u64 = 5;

impl Values {
    /// An axis that holds all values from `least` to `most`; whole numbers only.
    pub(crate) fn around(least: u64, most: u64) -> Self {
        // One value alone stands in the middle.
        let (least, most) =
            if least == most { (least.saturating_sub(1), most.saturating_add(1)) } else { (least, most) };
        let step = step(most - least);
        let low = least / step * step;
        let high = most.div_ceil(step).saturating_mul(step);
        let ticks = std::iter::successors(Some(low), |tick| tick.checked_add(step));
        Self { low, high, ticks: ticks.take_while(|tick| *tick <= high).collect() }
    }

    /// An axis of ranks, which begin at 1.
    pub(crate) fn ranks(best: u64, worst: u64) -> Self {
        let mut values = Self::around(best.max(1), worst.max(1));
        values.low = values.low.max(1);
        values.ticks.retain(|tick| *tick >= values.low);
        if values.ticks.first() != Some(&values.low) {
            values.ticks.insert(0, values.low);
        }
        values
    }

    /// How far up a value stands, from 0 to 1.
    pub(crate) fn share(&self, value: u64) -> f64 {
        let span = (self.high - self.low).max(1);
        value.saturating_sub(self.low) as f64 / span as f64
    }
}

/// The smallest round step that needs no more ticks than fit.
fn step(span: u64) -> u64 {
    let mut power = 1u64;
    loop {
        for factor in STEPS {
            let step = power.saturating_mul(factor);
            if span / step < MOST_TICKS || step == u64::MAX {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// A value as people say it: `950`, `12.5k`, `1.2M`.
pub(crate) fn short(value: u64) -> String {
    let with_unit = |unit: u64, name: &str| {
        let tenths = value / (unit / 10);
        let (whole, rest) = (tenths / 10, tenths % 10);
        if rest == 0 { format!("{whole}{name}") } else { format!("{whole}.{rest}{name}") }
    };
    match value {
        0..10_000 => value.to_string(),
        10_000..1_000_000 => with_unit(1_000, "k"),
        _ => with_unit(1_000_000, "M"),
    }
}

/// A value with its thousands apart: `20,308`.
pub(crate) fn whole(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The labels of ticks: short, unless two would look the same.
pub(crate) fn labels(ticks: &[u64]) -> Vec<String> {
    let shortened: Vec<String> = ticks.iter().map(|tick| short(*tick)).collect();
    let told_apart = shortened.windows(2).all(|pair| pair[0] != pair[1]);
    if told_apart { shortened } else { ticks.iter().map(|tick| whole(*tick)).collect() }
}

/// A place on the time axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tick {
    pub(crate) at: DateTime<Utc>,
    pub(crate) label: String,
}

/// More dates than this overlap on a phone.
const MOST_DATES: i64 = 5;

/// Round dates within a span of time, with labels as short as the distance between them allows.
pub(crate) fn dates(from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<Tick> {
    let days = (until - from).num_days().max(1);
    let first = from.date_naive();
    let last = until.date_naive();
    let walk = |start: Option<NaiveDate>, next: &dyn Fn(NaiveDate) -> Option<NaiveDate>, format: &str| {
        std::iter::successors(start, |date| next(*date))
            .skip_while(|date| *date < first)
            .take_while(|date| *date <= last)
            .filter_map(|date| {
                let at = date.and_hms_opt(0, 0, 0)?.and_utc();
                (at >= from && at <= until).then(|| Tick { at, label: date.format(format).to_string() })
            })
            .collect()
    };
    let january = NaiveDate::from_ymd_opt(first.year(), 1, 1);
    for months in [1, 2, 3, 6] {
        if days < 45 {
            break;
        }
        if days / (months * 30) <= MOST_DATES {
            let next = move |date: NaiveDate| date.checked_add_months(Months::new(months as u32));
            return walk(january, &next, "%b %Y");
        }
    }
    if days >= 45 {
        let years = (days / 365 + MOST_DATES - 1).div_euclid(MOST_DATES).clamp(1, 100) as u32;
        let next = move |date: NaiveDate| date.checked_add_months(Months::new(12 * years));
        return walk(january, &next, "%Y");
    }
    let step = (days / MOST_DATES + 1) as u64;
    walk(Some(first), &move |date: NaiveDate| date.checked_add_days(Days::new(step)), "%-d %b")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> DateTime<Utc> {
        format!("{text}T12:00:00Z").parse().unwrap()
    }

    #[test]
    fn round_values_hold_what_is_shown() {
        let axis = |least, most| {
            let values = Values::around(least, most);
            (values.low, values.high, values.ticks.len())
        };
        assert_eq!(axis(0, 10), (0, 10, 3));
        assert_eq!(axis(46_800, 48_120), (46_500, 48_500, 5));
        assert_eq!(axis(7, 7), (6, 8, 3));
        assert_eq!(axis(0, 0), (0, 1, 2));
        assert_eq!(Values::ranks(1, 12).ticks, [1, 5, 10, 15]);
    }

    #[test]
    fn values_are_said_shortly() {
        let said: Vec<_> = [0, 999, 9_999, 12_000, 12_549, 999_999, 1_200_000].map(short).into();
        assert_eq!(said, ["0", "999", "9999", "12k", "12.5k", "999.9k", "1.2M"]);
    }

    #[test]
    fn labels_of_ticks_differ() {
        assert_eq!(labels(&[12_000, 12_500]), ["12k", "12.5k"]);
        assert_eq!(labels(&[20_307, 20_308, 20_309]), ["20,307", "20,308", "20,309"]);
        assert_eq!([0, 999, 1_000, 1_234_567].map(whole), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn dates_are_as_fine_as_the_span_is_short() {
        let labels = |from, until| -> Vec<String> {
            dates(day(from), day(until)).into_iter().map(|tick| tick.label).collect()
        };
        assert_eq!(labels("2026-11-01", "2026-11-05"), ["2 Nov", "3 Nov", "4 Nov", "5 Nov"]);
        assert_eq!(labels("2026-08-10", "2026-11-20"), ["Sep 2026", "Oct 2026", "Nov 2026"]);
        assert_eq!(labels("2020-08-10", "2026-11-20"), ["2022", "2024", "2026"]);
        assert!(labels("2026-11-05", "2026-11-05").len() <= 1);
    }

    proptest! {
        #[test]
        fn every_span_has_few_ticks_and_holds_its_values(a: u64, b: u64) {
            let (least, most) = (a.min(b) >> 1, a.max(b) >> 1);
            let values = Values::around(least, most);
            prop_assert!(values.low <= least && values.high >= most);
            prop_assert!((2..=7).contains(&values.ticks.len()), "{values:?}");
            prop_assert!((0.0..=1.0).contains(&values.share(most)));
        }

        #[test]
        fn dates_never_crowd(from in 0i64..4_000_000_000, length in 0i64..2_000_000_000) {
            let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
            let ticks = dates(at(from), at(from + length));
            prop_assert!(ticks.len() <= 9, "{ticks:?}");
        }
    }
}
