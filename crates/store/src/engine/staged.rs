//! Commits that are too large for one batch of sled.
//!
//! sled keeps every former version of every page it touches until a batch has ended: a hundred thousand rows take
//! more than a gigabyte. So a large commit is written down first (the changes themselves, in rows of their own), then
//! declared valid by a single row, then applied piece by piece, then struck off. What a crash leaves without that row
//! never happened; what it leaves with it is applied when the database is opened.

use super::{Changes, KeyRange, Order, Row};
use crate::outcome::StoreError;
use crate::rows::damaged;

/// Changes in a batch. Each costs some kilobytes until the batch has ended, and what a thread once needed it keeps: with
/// eight times as many a first reading of ten thousand entries left the idle program twice as large.
const BATCH: usize = 256;

/// Bytes of changes in a row that is written down; a single longer change still fits a row.
const ROW: usize = 2048;

/// Begins the keys of changes that are written down. Above every kind of the store.
const NOTE: u8 = 0xF8;

/// The key of the row that makes them valid.
const VALID: [u8; 1] = [0xF9];

/// A key and its new value.
pub(super) type Change<'a> = (&'a [u8], Option<&'a [u8]>);

/// The plain database below.
pub(super) trait Batches {
    fn scan(&self, range: &KeyRange, order: Order, limit: usize) -> Result<Vec<Row>, StoreError>;
    fn batch(&self, changes: &mut dyn Iterator<Item = Change<'_>>) -> Result<(), StoreError>;
    fn sync(&self) -> Result<(), StoreError>;
}

/// Writes a commit down that needs more than one batch. Nobody sees it yet.
pub(super) fn prepare(below: &dyn Batches, changes: &Changes) -> Result<(), StoreError> {
    if changes.len() <= BATCH {
        return Ok(());
    }
    // What a commit left that failed here must not be taken for a part of this one.
    strike(below)?;
    let mut notes: Vec<Row> = Vec::new();
    let mut index = 0u32;
    let mut text = Vec::new();
    for (key, value) in changes {
        write_change(&mut text, key, value.as_deref());
        if text.len() >= ROW {
            notes.push((note_key(index), std::mem::take(&mut text)));
            index += 1;
        }
        if notes.len() >= BATCH {
            put(below, &std::mem::take(&mut notes))?;
        }
    }
    if !text.is_empty() {
        notes.push((note_key(index), text));
    }
    put(below, &notes)?;
    // The row that makes them valid must not outlive them.
    below.sync()
}

/// Applies a commit that was prepared.
pub(super) fn apply(below: &dyn Batches, changes: &Changes) -> Result<(), StoreError> {
    if changes.len() <= BATCH {
        return below.batch(&mut changes.iter().map(|(key, value)| (key.as_slice(), value.as_deref())));
    }
    put(below, &[(VALID.to_vec(), vec![1])])?;
    let mut rest = changes.iter().map(|(key, value)| (key.as_slice(), value.as_deref())).peekable();
    while rest.peek().is_some() {
        below.batch(&mut rest.by_ref().take(BATCH))?;
    }
    strike(below)
}

/// Finishes, or forgets, what a crash interrupted.
pub(super) fn recover(below: &dyn Batches) -> Result<(), StoreError> {
    let valid = KeyRange { from: VALID.to_vec(), to: vec![VALID[0] + 1] };
    if !below.scan(&valid, Order::Rising, 1)?.is_empty() {
        let mut range = notes();
        loop {
            let rows = below.scan(&range, Order::Rising, 16)?;
            let Some((last, _)) = rows.last() else { break };
            range.from = crate::keys::just_after(last);
            for (_, text) in &rows {
                let changes = read_changes(text)?;
                below.batch(&mut changes.iter().copied())?;
            }
        }
    }
    strike(below)
}

/// Removes what was written down, the row that makes it valid first.
fn strike(below: &dyn Batches) -> Result<(), StoreError> {
    let mut range = KeyRange { from: vec![NOTE], to: vec![VALID[0] + 1] };
    let valid = KeyRange { from: VALID.to_vec(), to: range.to.clone() };
    if !below.scan(&valid, Order::Rising, 1)?.is_empty() {
        below.batch(&mut [(VALID.as_slice(), None)].into_iter())?;
    }
    loop {
        let rows = below.scan(&range, Order::Rising, BATCH)?;
        let Some((last, _)) = rows.last() else { return Ok(()) };
        range.from = crate::keys::just_after(last);
        below.batch(&mut rows.iter().map(|(key, _)| (key.as_slice(), None)))?;
    }
}

fn put(below: &dyn Batches, rows: &[Row]) -> Result<(), StoreError> {
    below.batch(&mut rows.iter().map(|(key, value)| (key.as_slice(), Some(value.as_slice()))))
}

fn notes() -> KeyRange {
    KeyRange { from: vec![NOTE], to: VALID.to_vec() }
}

fn note_key(index: u32) -> Vec<u8> {
    [&[NOTE][..], &index.to_be_bytes()].concat()
}

/// A change as bytes: the length of the key, the key, the length of the value plus one, the value; 0 deletes.
fn write_change(text: &mut Vec<u8>, key: &[u8], value: Option<&[u8]>) {
    text.extend((key.len() as u32).to_be_bytes());
    text.extend_from_slice(key);
    text.extend(value.map_or(0, |value| value.len() as u32 + 1).to_be_bytes());
    text.extend_from_slice(value.unwrap_or_default());
}

fn read_changes(mut text: &[u8]) -> Result<Vec<Change<'_>>, StoreError> {
    let mut changes = Vec::new();
    while !text.is_empty() {
        let change = read_change(&mut text);
        changes.push(change.ok_or_else(|| damaged("a large commit that was interrupted is damaged"))?);
    }
    Ok(changes)
}

fn read_change<'a>(text: &mut &'a [u8]) -> Option<Change<'a>> {
    let key = number(text)?;
    let key = text.split_off(..key)?;
    let value = number(text)?;
    let bytes = text.split_off(..value.saturating_sub(1))?;
    Some((key, (value > 0).then_some(bytes)))
}

fn number(text: &mut &[u8]) -> Option<usize> {
    let bytes = text.split_off(..4)?.try_into().ok()?;
    usize::try_from(u32::from_be_bytes(bytes)).ok()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::super::Engine as _;
    use super::super::memory::Memory;
    use super::*;

    /// A database that dies after so many batches.
    struct Mortal {
        rows: Memory,
        batches: Cell<usize>,
    }

    impl Batches for Mortal {
        fn scan(&self, range: &KeyRange, order: Order, limit: usize) -> Result<Vec<Row>, StoreError> {
            self.rows.scan(range, order, limit)
        }

        fn batch(&self, changes: &mut dyn Iterator<Item = Change<'_>>) -> Result<(), StoreError> {
            let left = self.batches.get().checked_sub(1).ok_or_else(|| damaged("dead"))?;
            self.batches.set(left);
            self.rows.apply(&changes.map(|(key, value)| (key.to_vec(), value.map(<[u8]>::to_vec))).collect())
        }

        fn sync(&self) -> Result<(), StoreError> {
            Ok(())
        }
    }

    fn rows(memory: &Memory) -> Vec<Row> {
        memory.scan(&KeyRange { from: vec![], to: vec![0xFF; 2] }, Order::Rising, usize::MAX).unwrap()
    }

    #[test]
    fn a_large_commit_happens_whole_or_not_at_all_wherever_it_dies() {
        let old: Changes = (0..500u32).map(|n| (n.to_be_bytes().to_vec(), Some(vec![1; 40]))).collect();
        let new: Changes = (0..9000u32)
            .map(|n| (n.to_be_bytes().to_vec(), (n % 3 > 0).then(|| vec![2; n as usize % 300])))
            .collect();
        let build = |all: &[&Changes]| {
            let memory = Memory::default();
            for changes in all {
                memory.apply(changes).unwrap();
            }
            rows(&memory)
        };
        let smaller: Changes = (0..3000u32).map(|n| (n.to_be_bytes().to_vec(), Some(vec![3; 9]))).collect();
        let (other, both) = (build(&[&old, &smaller]), build(&[&old, &new, &smaller]));
        let (before, after) = (build(&[&old]), build(&[&old, &new]));
        let mut ends = [0, 0];
        for life in 0..30 {
            let below = Mortal { rows: Memory::default(), batches: Cell::new(usize::MAX) };
            below.rows.apply(&old).unwrap();
            below.batches.set(life);
            let done = prepare(&below, &new).and_then(|()| apply(&below, &new));
            if life % 2 == 0 && done.is_err() {
                // A commit that was given up before it was valid is not mixed into the next one.
                let valid = KeyRange { from: VALID.to_vec(), to: vec![VALID[0] + 1] };
                if below.scan(&valid, Order::Rising, 1).unwrap().is_empty() {
                    below.batches.set(usize::MAX);
                    prepare(&below, &smaller).unwrap();
                    apply(&below, &smaller).unwrap();
                    recover(&below).unwrap();
                    let found = rows(&below.rows);
                    // It was not valid yet, or it was applied whole and only not struck off.
                    assert!(found == other || found == both, "after {life} batches");
                    ends[0] += 1;
                    continue;
                }
            }
            // And it may die again while it recovers.
            for again in 0..4 {
                below.batches.set(again * 40);
                let _ = recover(&below);
            }
            below.batches.set(usize::MAX);
            recover(&below).unwrap();
            let found = rows(&below.rows);
            let whole = found == after;
            assert!(whole || found == before, "after {life} batches");
            assert!(whole || done.is_err());
            ends[usize::from(whole)] += 1;
        }
        assert!(ends[0] > 0 && ends[1] > 0, "{ends:?}");
    }

    #[test]
    fn damaged_notes_are_refused() {
        let mut text = Vec::new();
        write_change(&mut text, b"key", Some(b"value"));
        write_change(&mut text, b"gone", None);
        let expected: [(&[u8], Option<&[u8]>); 2] = [(b"key", Some(b"value")), (b"gone", None)];
        assert_eq!(read_changes(&text).unwrap(), expected);
        for cut in 1..text.len() {
            assert!(read_changes(&text[..cut]).map_or(0, |changes| changes.len()) < 2);
        }
    }
}
