//! Stars and forks of a project over time.

use chrono::{DateTime, Timelike as _, Utc};

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

impl StarHistory {
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
}
