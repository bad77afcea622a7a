//! The one row every commit writes: the newest numbers, and a sum over all other rows.
//!
//! The sum is what makes damage visible. Every row counts into it by a hash of its key and value, so a page that
//! came back old, or not at all, does not go unnoticed by [`crate::verify`].

use whimbrel_news::Epoch;

use crate::engine::Rows;
use crate::keys::{Key, Kind};
use crate::outcome::StoreError;
use crate::rows::{damaged, known};

/// The version the row is written in.
const VERSION: u8 = 1;

/// The newest numbers of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Heads {
    /// The life of the store.
    pub(crate) epoch: Epoch,
    /// The newest number given to a live event, in this life or an earlier one.
    pub(crate) seq: u64,
    /// The newest live event that is kept; below `seq` after a restore, 0 when there is none.
    pub(crate) newest: u64,
    /// Live events up to this number were dropped by retention.
    pub(crate) floor: u64,
    /// Live events kept.
    pub(crate) events: u64,
    /// The newest number given to a replayed event.
    pub(crate) history: u64,
    /// The newest revision.
    pub(crate) revision: u64,
    /// Rows, without this one.
    pub(crate) rows: u64,
    /// Their sum.
    pub(crate) sum: u64,
}

impl Heads {
    /// The heads of a store that begins; `seq` is the newest number an earlier life may have used.
    pub(crate) fn first(epoch: Epoch, seq: u64) -> Self {
        Self { epoch, seq, newest: 0, floor: 0, events: 0, history: 0, revision: 0, rows: 0, sum: 0 }
    }

    /// The heads of a store; `None` when it holds nothing.
    pub(crate) fn read(rows: &dyn Rows) -> Result<Option<Self>, StoreError> {
        rows.get(Self::key().as_bytes())?.map(|row| Self::decode(&row)).transpose()
    }

    /// Where they stand.
    pub(crate) fn key() -> Key {
        Key::of(Kind::Heads)
    }

    /// The row.
    pub(crate) fn encode(self) -> Vec<u8> {
        let numbers = [
            self.epoch.0,
            self.seq,
            self.newest,
            self.floor,
            self.events,
            self.history,
            self.revision,
            self.rows,
            self.sum,
        ];
        let mut row = vec![VERSION];
        row.extend(numbers.iter().flat_map(|number| number.to_be_bytes()));
        row
    }

    /// The row read back.
    pub(crate) fn decode(row: &[u8]) -> Result<Self, StoreError> {
        let (version, rest) = row.split_first().ok_or_else(|| damaged("the heads are empty"))?;
        known(*version, "the heads")?;
        let numbers: Vec<u64> =
            rest.chunks(8).filter_map(|bytes| bytes.try_into().ok()).map(u64::from_be_bytes).collect();
        let &[epoch, seq, newest, floor, events, history, revision, rows, sum] = numbers.as_slice() else {
            return Err(damaged("the heads have the wrong length"));
        };
        Ok(Self { epoch: Epoch(epoch), seq, newest, floor, events, history, revision, rows, sum })
    }

    /// A row comes in.
    pub(crate) fn count(&mut self, key: &[u8], value: &[u8]) {
        self.rows = self.rows.wrapping_add(1);
        self.sum = self.sum.wrapping_add(hash(key, value));
    }

    /// A row goes.
    pub(crate) fn discount(&mut self, key: &[u8], value: &[u8]) {
        self.rows = self.rows.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(hash(key, value));
    }
}

/// A hash that is part of the format. FNV-1a over the key's length, the key and the value, eight bytes at a time, stirred at the end. It guards
/// against accidents, not against people: whoever can write the files can write the sum too.
pub(crate) fn hash(key: &[u8], value: &[u8]) -> u64 {
    const PRIME: u64 = 0x0000_0100_0000_01B3;
    let mut hash = 0xCBF2_9CE4_8422_2325 ^ key.len() as u64;
    let mut eat = |bytes: &[u8]| {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            hash = (hash ^ u64::from_le_bytes(*word)).wrapping_mul(PRIME);
            hash ^= hash >> 32;
        }
        for byte in rest {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(PRIME);
        }
    };
    eat(key);
    eat(value);
    hash ^= hash >> 29;
    hash = hash.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The row as version 1 writes it. When this fails, the format changed: give it a new version and keep reading
    /// this one.
    #[test]
    fn the_bytes_of_version_1() {
        let mut heads = Heads::first(Epoch(0x0102), 7);
        (heads.newest, heads.events, heads.history, heads.revision) = (6, 5, 4, 3);
        heads.count(b"key", b"a longer value");
        let row = heads.encode();
        assert_eq!(Heads::decode(&row).unwrap(), heads);
        assert_eq!(
            crate::keys::hex(&row),
            "01000000000000010200000000000000070000000000000006000000000000000000000000000000050000000000000004\
             000000000000000300000000000000015c5cf7e9eb0fa425"
        );
        heads.discount(b"key", b"a longer value");
        assert_eq!((heads.rows, heads.sum), (0, 0));
    }

    #[test]
    fn what_is_no_heads_row_is_refused() {
        let row = Heads::first(Epoch(1), 0).encode();
        assert!(Heads::decode(&row[..row.len() - 1]).is_err());
        assert!(Heads::decode(&[]).is_err());
        assert!(Heads::decode(&[&[9], &row[1..]].concat()).is_err());
    }
}
