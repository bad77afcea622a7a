//! Keys whose byte order is the order they are read in.
//!
//! One byte says what the row is; numbers follow as fixed-width big-endian; texts are escaped (`00` becomes
//! `00 FF`) and closed with `00 00`, so that no text is a prefix of another and "everything of this catalog" is a
//! range. Keys are only made, never taken apart: what a reader needs stands in the value.

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use whimbrel_catalog::{CatalogId, EntryKey};

use crate::engine::KeyRange;

/// What a row is. The numbers are the store's format: never re-used, never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// The newest numbers: epoch, event, history event, revision.
    Heads = 0x01,
    /// What is known about all projects together.
    Census = 0x02,
    /// A project; those nobody has looked at yet in blocks.
    Project = 0x04,
    /// Keys a project had, or has besides its own.
    Alias = 0x05,
    /// The stars of a project over time, when they are too long for the project's own row.
    Stars = 0x06,
    /// What is remembered of a ranking.
    Ranks = 0x07,
    /// Projects by their keys, a row each: until format 2.
    OldProjectKey = 0x08,
    /// Projects by their node ids, a row each: until format 2.
    OldProjectNode = 0x09,
    /// Entries by the project they lie in, as far as their block has no room.
    Listing = 0x0A,
    /// Due times of projects, in blocks.
    Schedule = 0x0B,
    /// Links that were found dead.
    Link = 0x0C,
    /// How far the walk over links is.
    LinkPlace = 0x0D,
    /// Projects by hashes of their keys and node ids.
    Lead = 0x0E,
    /// Entries by the projects they lie in, in blocks.
    Listed = 0x0F,
    /// Small facts of a catalog.
    Catalog = 0x10,
    /// An accepted entry.
    Entry = 0x11,
    /// Sections, linkless items, rankings.
    Shape = 0x12,
    /// What is settling.
    Settling = 0x13,
    /// A removed entry.
    Tombstone = 0x14,
    /// An entry that is no longer there, with the revision of its going.
    Gone = 0x15,
    /// Catalogs by the time they are due.
    Due = 0x18,
    /// Rows by revision, a row each: until format 2.
    OldTouched = 0x19,
    /// Catalogs that need a document.
    Document = 0x1A,
    /// Rows by revision, in blocks.
    Touched = 0x1B,
    /// A live event.
    Event = 0x20,
    /// Numbers of live events by scope, in blocks.
    Posting = 0x21,
    /// Commits with events, by the time they were recorded.
    Time = 0x22,
    /// A replayed event, by its time.
    History = 0x28,
    /// Replayed events by scope and time.
    HistoryPosting = 0x29,
    /// What is wanted in a lane.
    Lane = 0x30,
    /// How far a lane is.
    LaneCourse = 0x31,
    /// How far the matcher is, and the newest numbers of lanes and dead letters.
    LaneMark = 0x32,
    /// What could not be told.
    DeadLetter = 0x33,
    /// A subscription at the hub.
    HubSubscription = 0x38,
    /// What somebody asked the hub for and has not confirmed yet.
    HubRequest = 0x39,
    /// How far the hub is in the journal.
    HubMark = 0x3A,
    /// Further parts of values that are too long for one row.
    Part = 0xF0,
}

/// Longer texts are cut here and told apart by their checksum: a page of the engine must hold many keys.
const LONGEST_TEXT: usize = 512;

/// A key being built.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(Vec<u8>);

impl Key {
    /// The beginning of all keys of this kind.
    pub(crate) fn of(kind: Kind) -> Self {
        Self(vec![kind as u8])
    }

    /// Appends a text.
    pub(crate) fn text(mut self, text: &str) -> Self {
        let bytes = text.as_bytes();
        if bytes.len() <= LONGEST_TEXT {
            escape(&mut self.0, bytes);
        } else {
            escape(&mut self.0, &bytes[..LONGEST_TEXT]);
            // Above the end mark `00 00` and below an escaped zero: longer texts sort after the shorter.
            self.0.extend_from_slice(&[0x00, 0x01]);
            self.0.extend_from_slice(hex(&Sha256::digest(bytes)).as_bytes());
        }
        self.0.extend_from_slice(&[0x00, 0x00]);
        self
    }

    /// Appends a number.
    pub(crate) fn number(mut self, number: u64) -> Self {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    /// Appends a moment, to the microsecond; moments before 1970 sort before it.
    pub(crate) fn time(self, at: DateTime<Utc>) -> Self {
        self.number(at.timestamp_micros().cast_unsigned() ^ (1 << 63))
    }

    /// Appends a catalog.
    pub(crate) fn catalog(self, id: &CatalogId) -> Self {
        self.text(id.as_str())
    }

    /// Appends an entry's key.
    pub(crate) fn entry(self, key: &EntryKey) -> Self {
        self.text(key.as_str())
    }

    /// Where the parts of this key's value stand.
    pub(crate) fn part(key: &[u8], index: u32) -> Self {
        let mut bytes = vec![Kind::Part as u8];
        bytes.extend_from_slice(key);
        bytes.extend_from_slice(&index.to_be_bytes());
        Self(bytes)
    }

    /// The key's bytes.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// A key as a scan found it.
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Appends a mark that keeps rows of one kind apart.
    pub(crate) fn mark(mut self, mark: u8) -> Self {
        self.0.push(mark);
        self
    }

    /// Everything that begins with this key.
    pub(crate) fn range(&self) -> KeyRange {
        KeyRange { from: self.0.clone(), to: after_all(&self.0) }
    }

    /// What begins with this key and stands after `bound`.
    pub(crate) fn range_after(&self, bound: &Self) -> KeyRange {
        KeyRange { from: just_after(&bound.0), to: after_all(&self.0) }
    }

    /// What begins with this key and stands before `bound`.
    pub(crate) fn range_before(&self, bound: &Self) -> KeyRange {
        KeyRange { from: self.0.clone(), to: bound.0.clone() }
    }
}

/// Where the rows of the store end. What stands after belongs to the engine.
pub(crate) fn end() -> Vec<u8> {
    vec![Kind::Part as u8 + 1]
}

/// The smallest key after this one.
pub(crate) fn just_after(key: &[u8]) -> Vec<u8> {
    let mut bytes = key.to_vec();
    bytes.push(0);
    bytes
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // writing to a string does not fail
        text
    })
}

/// The smallest key after everything that begins with this one.
fn after_all(prefix: &[u8]) -> Vec<u8> {
    let mut bytes = prefix.to_vec();
    while let Some(last) = bytes.pop() {
        if last < 0xFF {
            bytes.push(last + 1);
            return bytes;
        }
    }
    vec![0xFF; 2] // only for a prefix of FF alone; no kind is FF
}

fn escape(into: &mut Vec<u8>, bytes: &[u8]) {
    for &byte in bytes {
        into.push(byte);
        if byte == 0x00 {
            into.push(0xFF);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text() -> impl Strategy<Value = String> {
        proptest::collection::vec(prop_oneof![Just('\0'), Just('\u{1}'), Just('a'), any::<char>()], 0..12)
            .prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn texts_sort_as_their_bytes_do(a in text(), b in text(), x: u64, y: u64) {
            let key = |text: &str, number| Key::of(Kind::Entry).text(text).number(number);
            prop_assert_eq!(key(&a, x).cmp(&key(&b, y)), (a, x).cmp(&(b, y)));
        }

        #[test]
        fn moments_sort_as_time_does(a in -1_000_000_000_000_000i64..4_000_000_000_000_000, b in -1_000_000_000_000_000i64..4_000_000_000_000_000) {
            let at = |micros| DateTime::from_timestamp_micros(micros).unwrap();
            let key = |micros| Key::of(Kind::Due).time(at(micros));
            prop_assert_eq!(key(a).cmp(&key(b)), a.cmp(&b));
        }

        #[test]
        fn a_range_holds_what_begins_with_it(a in text(), b in text(), rest in text()) {
            let range = Key::of(Kind::Entry).text(&a).range();
            let inside = |key: &Key| range.from.as_slice() <= key.as_bytes() && key.as_bytes() < range.to.as_slice();
            prop_assert!(inside(&Key::of(Kind::Entry).text(&a).text(&rest)));
            prop_assert_eq!(inside(&Key::of(Kind::Entry).text(&b).text(&rest)), a == b);
        }
    }

    #[test]
    fn long_texts_stay_apart_and_in_order() {
        let long = "x".repeat(5_000);
        let key = |text: &str| Key::of(Kind::Entry).text(text);
        assert!(key(&long).as_bytes().len() < 700);
        assert_ne!(key(&long), key(&format!("{long}y")));
        assert!(key(&long[..LONGEST_TEXT]) < key(&long));
        assert!(key(&long) < key("y"));
    }

    #[test]
    fn the_end_of_a_range_carries_over() {
        assert_eq!(after_all(&[0x11, 0xFF, 0xFF]), [0x12]);
        assert_eq!(after_all(&[0x11, 0x00]), [0x11, 0x01]);
    }
}
