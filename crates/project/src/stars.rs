//! Stars and forks of a project over time.
//!
//! Every look of a week is kept, the last of each day for 90 days, the last of each week from then on: fine where
//! people look, and at most [`YEAR_BYTES`] for each year.

use chrono::{DateTime, TimeDelta, Timelike as _, Utc};

/// Stars and forks of a project over time, oldest first; a row only where something changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StarHistory {
    rows: Vec<StarRow>,
}

/// What a look counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StarRow {
    /// When.
    pub at: DateTime<Utc>,
    /// Stars.
    pub stars: u64,
    /// Forks.
    pub forks: u64,
}

/// How much stars and forks grew over a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Growth {
    /// Stars; negative when they became fewer.
    pub stars: i64,
    /// Forks.
    pub forks: i64,
    /// When the observation was made that this is measured from.
    pub since: DateTime<Utc>,
}

/// What a history may take for each year it covers.
pub const YEAR_BYTES: usize = 1500;

/// Every look is kept for so long …
const EACH: TimeDelta = TimeDelta::days(7);

/// … and the last of each day for so long.
const DAILY: TimeDelta = TimeDelta::days(90);

/// Rows older than [`DAILY`] are at most this far apart in a history that moves.
const WEEK: TimeDelta = TimeDelta::days(7);

impl StarHistory {
    /// Leaves out what is older and finer than is kept. A lively project looked at every few minutes loses looks of
    /// the last week too, those that lie closest, until it is small enough.
    pub fn thin(&mut self, now: DateTime<Utc>) {
        const DAY: i64 = 86_400;
        self.keep_last_of(|row| match now.signed_duration_since(row.at) {
            age if age <= EACH => row.at.timestamp(),
            age if age <= DAILY => row.at.timestamp().div_euclid(DAY) * DAY,
            _ => row.at.timestamp().div_euclid(7 * DAY) * 7 * DAY,
        });
        let mut spacing = 15 * 60;
        while self.encode().len() > self.allowed_bytes() && spacing < DAY {
            spacing *= 2;
            self.keep_last_of(|row| match now.signed_duration_since(row.at) {
                age if age <= EACH => row.at.timestamp().div_euclid(spacing) * spacing,
                _ => row.at.timestamp(),
            });
        }
    }

    /// What it may take, by the years it covers.
    fn allowed_bytes(&self) -> usize {
        let span = self.rows.first().zip(self.rows.last());
        let days = span.map_or(0, |(first, last)| last.at.signed_duration_since(first.at).num_days());
        YEAR_BYTES * (days as usize / 365 + 1)
    }

    /// Keeps the last row of each bucket, and the first of all: growth is counted from there.
    fn keep_last_of(&mut self, bucket: impl Fn(&StarRow) -> i64) {
        let last = self.rows.len().saturating_sub(1);
        let rows = std::mem::take(&mut self.rows);
        let ends = |at: usize| at == 0 || at == last || bucket(&rows[at]) != bucket(&rows[at + 1]);
        self.rows = (0..rows.len()).filter(|at| ends(*at)).map(|at| rows[at]).collect();
    }

    /// What was counted nearest to a moment; `None` before anything was. Where nothing changed for long, what was
    /// counted before is taken to have stood until a week before the next row.
    pub fn nearest(&self, at: DateTime<Utc>) -> Option<StarRow> {
        let after = self.rows.partition_point(|row| row.at <= at);
        match (after.checked_sub(1).map(|before| self.rows[before]), self.rows.get(after)) {
            (None, first) => first.copied(),
            (Some(before), None) => Some(before),
            (Some(before), Some(next)) => {
                let stood = before.at.max(next.at.checked_sub_signed(WEEK).unwrap_or(before.at));
                let is_before =
                    at <= stood || at.signed_duration_since(stood) <= next.at.signed_duration_since(at);
                Some(if is_before { before } else { *next })
            }
        }
    }

    /// The growth over the last so many days, from the observation nearest to their beginning. `None` when the history
    /// is so short that it would be that of less than three quarters of the time.
    pub fn growth(&self, days: u32, now: DateTime<Utc>) -> Option<Growth> {
        let time = TimeDelta::days(i64::from(days));
        let begin = now.checked_sub_signed(time)?;
        let (first, latest) = (self.rows.first()?, self.rows.last()?);
        if first.at > begin + time / 4 {
            return None;
        }
        let from = self.nearest(begin)?;
        let difference = |new: u64, old: u64| new.wrapping_sub(old).cast_signed();
        Some(Growth {
            stars: difference(latest.stars, from.stars),
            forks: difference(latest.forks, from.forks),
            since: from.at,
        })
    }

    /// The rows, oldest first.
    pub fn rows(&self) -> &[StarRow] {
        &self.rows
    }

    /// What a look counted, to the second; nothing when it is what the last one counted. A look that is not later than
    /// the last one is passed over: a clock went back.
    pub fn observe(&mut self, at: DateTime<Utc>, stars: u64, forks: u64) {
        let row = StarRow { at: at.with_nanosecond(0).unwrap_or(at), stars, forks };
        let news = |last: &StarRow| last.at < row.at && (last.stars, last.forks) != (stars, forks);
        if self.rows.last().is_none_or(news) {
            self.rows.push(row);
        }
    }

    /// The rows as bytes: each as its differences from the one before, about five bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut before = StarRow::default();
        for row in &self.rows {
            write(&mut bytes, zigzag(row.at.timestamp().wrapping_sub(before.at.timestamp())));
            write(&mut bytes, zigzag(row.stars.wrapping_sub(before.stars).cast_signed()));
            write(&mut bytes, zigzag(row.forks.wrapping_sub(before.forks).cast_signed()));
            before = *row;
        }
        bytes
    }

    /// The rows read back; `None` for bytes that are not of ours.
    pub fn decode(mut bytes: &[u8]) -> Option<Self> {
        let mut rows = Vec::new();
        let mut before = StarRow::default();
        while !bytes.is_empty() {
            let seconds = before.at.timestamp().wrapping_add(unzigzag(read(&mut bytes)?));
            let row = StarRow {
                at: DateTime::from_timestamp(seconds, 0)?,
                stars: before.stars.wrapping_add(unzigzag(read(&mut bytes)?).cast_unsigned()),
                forks: before.forks.wrapping_add(unzigzag(read(&mut bytes)?).cast_unsigned()),
            };
            if rows.last().is_some_and(|last: &StarRow| last.at >= row.at) {
                return None;
            }
            rows.push(row);
            before = row;
        }
        Some(Self { rows })
    }
}

/// A difference as a number that is small when the difference is, whichever way it goes.
fn zigzag(difference: i64) -> u64 {
    (difference << 1 ^ difference >> 63).cast_unsigned()
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

/// Appends a number, seven bits a byte, the lowest first.
fn write(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for place in 0..10 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7F) << (7 * place);
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            looks in prop::collection::vec((0..4_000_000_000i64, any::<u64>(), 0..9u64), 0..40)
        ) {
            let mut history = StarHistory::default();
            for (seconds, stars, forks) in looks {
                history.observe(at(seconds), stars, forks);
            }
            prop_assert_eq!(StarHistory::decode(&history.encode()), Some(history));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            if let Some(history) = StarHistory::decode(&bytes) {
                prop_assert_eq!(StarHistory::decode(&history.encode()), Some(history));
            }
        }
    }

    #[test]
    fn a_row_only_where_something_changed_and_few_bytes_for_each() {
        let mut history = StarHistory::default();
        for (seconds, stars) in [(100, 5), (200, 5), (300, 6), (250, 9), (300, 9), (400, 5)] {
            history.observe(at(1_790_000_000 + seconds), stars, 2);
        }
        let rows: Vec<_> = history.rows().iter().map(|row| (row.at.timestamp() % 1000, row.stars)).collect();
        assert_eq!(rows, [(100, 5), (300, 6), (400, 5)]);
        assert_eq!(history.encode().len(), 7 + 4 + 4);
        assert_eq!(StarHistory::decode(&[1]), None);
    }

    /// A project looked at every ten minutes for so many days, whose stars grow at each look.
    fn lively(days: i64, step: u64) -> StarHistory {
        let mut history = StarHistory::default();
        for look in 0..days * 144 {
            let look_u = look.cast_unsigned();
            history.observe(at(1_700_000_000 + look * 600), 90_000 + look_u * step, look_u * step / 9);
            if look % 36 == 0 {
                history.thin(at(1_700_000_000 + look * 600));
            }
        }
        history.thin(at(1_700_000_000 + days * 86_400));
        history
    }

    #[test]
    fn old_rows_become_coarse() {
        let mut history = StarHistory::default();
        let hour = 3600;
        for look in 0..400 * 24 {
            // once an hour on the first ten days, later once a day
            if look < 240 || look % 24 == 0 {
                history.observe(at(look * hour), look.cast_unsigned(), 0);
            }
        }
        let now = at(400 * 24 * hour);
        let mut thin = history.clone();
        thin.thin(now);
        let age = |row: &StarRow| (now - row.at).num_days();
        let count =
            |days: std::ops::Range<i64>| thin.rows().iter().filter(|row| days.contains(&age(row))).count();
        assert_eq!((count(0..8), count(8..90)), (7, 82));
        assert_eq!(thin.rows()[0], history.rows()[0]);
        assert!((44..=48).contains(&count(90..500)), "{}", count(90..500));
        let again = thin.clone();
        thin.thin(now);
        assert_eq!(thin, again);
    }

    #[test]
    fn a_lively_project_stays_small() {
        for (days, step) in [(1, 1), (8, 3), (100, 2), (365, 1), (365, 40), (800, 7)] {
            let history = lively(days, step);
            let bytes = history.encode().len();
            assert!(
                bytes <= YEAR_BYTES * (days as usize / 365 + 1),
                "{days} days, {step} a look: {bytes} bytes"
            );
            let growth = history.growth(7, at(1_700_000_000 + days * 86_400)).map(|growth| growth.stars);
            let expected = (days >= 7).then(|| i64::try_from(7 * 144 * step).expect("small"));
            let near = growth.zip(expected).is_none_or(|(is, should)| (is - should).abs() * 20 <= should);
            assert!(near && growth.is_some() == expected.is_some(), "{growth:?} {expected:?}");
        }
    }

    #[test]
    fn growth_is_measured_from_the_nearest_observation() {
        let day = |days: i64| at(1_700_000_000 + days * 86_400);
        let mut history = StarHistory::default();
        assert_eq!(history.growth(7, day(9)), None);
        assert_eq!(history.nearest(day(9)), None);
        for (days, stars) in [(0, 100), (30, 160), (93, 400), (100, 450)] {
            history.observe(day(days), stars, stars / 2);
        }
        let stars = |days| history.growth(days, day(100)).map(|growth| growth.stars);
        assert_eq!((stars(7), stars(30), stars(90), stars(365)), (Some(50), Some(290), Some(350), None));
        // nothing changed for long: what was counted stood until shortly before the next
        let near = |days| history.nearest(day(days)).map(|row| row.stars);
        assert_eq!(
            [near(-5), near(20), near(26), near(28), near(80), near(92), near(500)].map(Option::unwrap),
            [100, 100, 100, 160, 160, 400, 450]
        );
        // fewer is a growth below zero
        history.observe(day(101), 300, 9);
        assert_eq!(
            history.growth(1, day(101)).map(|growth| (growth.stars, growth.forks)),
            Some((-150, -216))
        );
    }

    proptest! {
        #[test]
        fn thinning_keeps_the_ends_and_the_order(
            looks in prop::collection::vec((0..90_000i64, 0..50u64), 0..200), later in 0..40_000_000i64,
        ) {
            let mut history = StarHistory::default();
            let mut time = 1_700_000_000;
            for (wait, stars) in looks {
                time += wait;
                history.observe(at(time), stars, 0);
            }
            let before = history.clone();
            history.thin(at(time + later));
            prop_assert_eq!(history.rows().first(), before.rows().first());
            prop_assert_eq!(history.rows().last(), before.rows().last());
            prop_assert!(history.rows().iter().all(|row| before.rows().contains(row)));
            prop_assert!(history.rows().is_sorted_by(|a, b| a.at < b.at));
            let again = history.clone();
            history.thin(at(time + later));
            prop_assert_eq!(history, again);
        }
    }
}
