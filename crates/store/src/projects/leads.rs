//! What leads to a project's number: its keys and its node id.
//!
//! Both are hashed into a fixed number of buckets, so that a million of them are some ten thousand pages of the engine
//! and not a hundred thousand. The name itself is not kept: 128 bits of its SHA-256 stand for it.

use sha2::{Digest as _, Sha256};
use whimbrel_catalog::EntryKey;
use whimbrel_project::ProjectId;

use crate::engine::Rows;
use crate::keys::{Key, Kind};
use crate::outcome::StoreError;
use crate::rows::{VERSION, damaged, known};
use crate::txn::Txn;
use crate::wide;

/// Bytes of the hash that choose the bucket: 65,536 buckets, about fifteen names in each for a million projects.
const CHOICE: usize = 2;

/// Bytes of the hash that stand in the bucket.
const REST: usize = 14;

/// A name in its bucket: the rest of its hash, and the number.
const SLOT: usize = REST + 4;

/// A name of a project.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lead<'a> {
    /// An address it has, or had.
    Key(&'a EntryKey),
    /// What GitHub knows it by.
    Node(&'a str),
}

/// The project of this name.
pub(crate) fn find(rows: &dyn Rows, lead: Lead<'_>) -> Result<Option<ProjectId>, StoreError> {
    let (key, rest) = place(lead);
    let bucket = bucket(rows, &key)?;
    Ok(position(&bucket, &rest).ok().map(|at| number(&bucket[at])))
}

/// Lets a name lead to a project, whoever had it before.
pub(crate) fn set(txn: &mut Txn<'_>, lead: Lead<'_>, id: ProjectId) -> Result<(), StoreError> {
    let (key, rest) = place(lead);
    let mut bucket = bucket(txn, &key)?;
    let mut slot = [0; SLOT];
    slot[..REST].copy_from_slice(&rest);
    slot[REST..].copy_from_slice(&id.0.to_be_bytes());
    match position(&bucket, &rest) {
        Ok(at) => bucket[at] = slot,
        Err(at) => bucket.insert(at, slot),
    }
    wide::put(txn, &key, VERSION, bucket.as_flattened())
}

/// Lets a name lead nowhere.
pub(crate) fn clear(txn: &mut Txn<'_>, lead: Lead<'_>) -> Result<(), StoreError> {
    let (key, rest) = place(lead);
    let mut bucket = bucket(txn, &key)?;
    let Ok(at) = position(&bucket, &rest) else { return Ok(()) };
    bucket.remove(at);
    if bucket.is_empty() {
        wide::remove(txn, &key)
    } else {
        wide::put(txn, &key, VERSION, bucket.as_flattened())
    }
}

/// The bucket of a name, and what it is known by there.
fn place(lead: Lead<'_>) -> (Key, [u8; REST]) {
    let mut sum = Sha256::new();
    match lead {
        Lead::Key(key) => {
            sum.update(b"k");
            sum.update(key.as_str());
        }
        Lead::Node(node) => {
            sum.update(b"n");
            sum.update(node);
        }
    }
    let sum = sum.finalize();
    let mut rest = [0; REST];
    rest.copy_from_slice(&sum[CHOICE..CHOICE + REST]);
    (Key::of(Kind::Lead).mark(sum[0]).mark(sum[1]), rest)
}

fn bucket(rows: &dyn Rows, key: &Key) -> Result<Vec<[u8; SLOT]>, StoreError> {
    let Some((version, payload)) = wide::get(rows, key.as_bytes())? else { return Ok(Vec::new()) };
    known(version, "names of projects")?;
    let (slots, rest) = payload.as_chunks::<SLOT>();
    if rest.is_empty() { Ok(slots.to_vec()) } else { Err(damaged("names of projects have the wrong length")) }
}

fn position(bucket: &[[u8; SLOT]], rest: &[u8; REST]) -> Result<usize, usize> {
    bucket.binary_search_by(|slot| slot[..REST].cmp(rest))
}

fn number(slot: &[u8; SLOT]) -> ProjectId {
    ProjectId(slot.last_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::memory::Memory;

    #[test]
    fn names_are_set_and_cleared_and_kept_apart() {
        let engine = Memory::default();
        let mut txn = Txn::new(&engine);
        let keys: Vec<EntryKey> =
            (0..2000).map(|n| EntryKey::from_stored(&format!("github.com/o/{n}"))).collect();
        for (id, key) in (1..).zip(&keys) {
            set(&mut txn, Lead::Key(key), ProjectId(id)).unwrap();
        }
        set(&mut txn, Lead::Node(keys[0].as_str()), ProjectId(7)).unwrap();
        set(&mut txn, Lead::Key(&keys[1]), ProjectId(5000)).unwrap();
        assert_eq!(find(&txn, Lead::Key(&keys[0])).unwrap(), Some(ProjectId(1)));
        assert_eq!(find(&txn, Lead::Node(keys[0].as_str())).unwrap(), Some(ProjectId(7)));
        assert_eq!(find(&txn, Lead::Key(&keys[1])).unwrap(), Some(ProjectId(5000)));
        assert_eq!(find(&txn, Lead::Node(keys[1].as_str())).unwrap(), None);
        for key in &keys[2..] {
            clear(&mut txn, Lead::Key(key)).unwrap();
            clear(&mut txn, Lead::Key(key)).unwrap();
            assert_eq!(find(&txn, Lead::Key(key)).unwrap(), None);
        }
        assert_eq!(find(&txn, Lead::Key(&keys[0])).unwrap(), Some(ProjectId(1)));
        let left = txn.all(&Key::of(Kind::Lead).range()).unwrap().len();
        assert!((1..=3).contains(&left), "an empty bucket is no row: {left}");
    }
}
