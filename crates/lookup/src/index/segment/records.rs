//! What a doc is known by, where it is listed and what it is called, in one block of memory for all docs.

use super::postings::{put, take};

/// Records by the number of their doc.
#[derive(Default)]
pub(super) struct Records {
    bytes: Box<[u8]>,
    ends: Box<[u32]>,
    /// Bytes of names and ids.
    text: usize,
}

/// The record of a doc.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Record<'a> {
    pub(super) id: &'a [u8],
    /// The numbers of its places, packed.
    pub(super) places: &'a [u8],
    pub(super) name: &'a [u8],
}

impl Records {
    /// Of these, numbered in this order.
    pub(super) fn of<'a>(records: impl Iterator<Item = Record<'a>>) -> Self {
        let (mut bytes, mut ends, mut text) = (Vec::new(), Vec::new(), 0);
        for Record { id, places, name } in records {
            put(&mut bytes, id.len() as u64);
            put(&mut bytes, places.len() as u64);
            bytes.extend_from_slice(&[id, places, name].concat());
            ends.push(bytes.len() as u32);
            text += id.len() + name.len();
        }
        Self { bytes: bytes.into(), ends: ends.into(), text }
    }

    /// The record of this number; an empty one for a number that is not there.
    pub(super) fn get(&self, number: u32) -> Record<'_> {
        self.find(number as usize).unwrap_or_default()
    }

    fn find(&self, number: usize) -> Option<Record<'_>> {
        let begin = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        let mut rest = self.bytes.get(begin as usize..*self.ends.get(number)? as usize)?;
        let (id, places) = (take(&mut rest)?, take(&mut rest)?);
        let (id, rest) = rest.split_at_checked(id as usize)?;
        let (places, name) = rest.split_at_checked(places as usize)?;
        Some(Record { id, places, name })
    }

    /// Bytes of memory, and those of them that are the text of names and ids.
    pub(super) fn bytes(&self) -> (usize, usize) {
        (self.bytes.len() + size_of_val(&*self.ends), self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_as_they_were_written() {
        let long = vec![7; 300];
        let all = [
            Record { id: b"ea", places: &[1, 2], name: b"A" },
            Record::default(),
            Record { id: &long, places: &long, name: &long },
        ];
        let records = Records::of(all.into_iter());
        assert_eq!([0, 1, 2].map(|number| records.get(number)), all);
        assert_eq!(records.get(3), Record::default());
    }
}
