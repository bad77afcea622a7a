//! Which rows were touched at which revision: what the look-up index follows.
//!
//! A row stands at its newest revision only. Neighbouring revisions share a block; what was touched again leaves its
//! old one.

use serde::{Deserialize, Serialize};

use crate::engine::{Engine, Order};
use crate::heads::Heads;
use crate::keys::{Key, Kind};
use crate::outcome::StoreError;
use crate::packed;
use crate::txn::Txn;
use crate::types::Touched;
use crate::wide;

/// Revisions that share a block: about a kilobyte.
const TOGETHER: u64 = 16;

/// Blocks read at a time.
const STRIDE: usize = 64;

/// What is wrong when a block is not what it should be.
const WHAT: &str = "touched rows";

/// A revision and the row that was last touched there.
#[derive(Debug, Serialize, Deserialize)]
struct Item(u64, Touched);

/// Gives a row its new revision and lists it under that, no longer under the old one.
pub(crate) fn touch(
    txn: &mut Txn<'_>,
    heads: &mut Heads,
    old: Option<u64>,
    row: &Touched,
) -> Result<u64, StoreError> {
    if let Some(old) = old {
        forget(txn, old)?;
    }
    heads.revision += 1;
    note(txn, heads.revision, row)?;
    Ok(heads.revision)
}

/// Lists a row under a revision above all that its block has.
pub(crate) fn note(txn: &mut Txn<'_>, revision: u64, row: &Touched) -> Result<(), StoreError> {
    packed::push(txn, &block_key(revision), &Item(revision, row.clone()))
}

/// Nothing stands at this revision any more.
pub(crate) fn forget(txn: &mut Txn<'_>, revision: u64) -> Result<(), StoreError> {
    let key = block_key(revision);
    let mut items: Vec<Item> = packed::read(txn, &key, WHAT)?;
    let before = items.len();
    items.retain(|item| item.0 != revision);
    if items.len() < before { packed::write(txn, &key, &items) } else { Ok(()) }
}

/// Rows touched after this revision, at most `limit`, in the order they were touched, each with its revision.
pub(crate) fn since(
    engine: &dyn Engine,
    revision: u64,
    limit: usize,
) -> Result<Vec<(u64, Touched)>, StoreError> {
    let mut range = Key::of(Kind::Touched).range();
    range.from = block_key(revision.saturating_add(1)).as_bytes().to_vec();
    let mut found = Vec::new();
    while found.len() < limit {
        let blocks = engine.scan(&range, Order::Rising, STRIDE.min(limit))?;
        let Some((last, _)) = blocks.last() else { break };
        range.from = crate::keys::just_after(last);
        for (key, row) in blocks {
            let (version, payload) = wide::join(engine, &key, row)?;
            let items = packed::items::<Item>(version, &payload, WHAT)?.into_iter();
            found.extend(items.filter(|item| item.0 > revision).map(|item| (item.0, item.1)));
        }
    }
    found.truncate(limit);
    Ok(found)
}

/// The newest revision that is listed.
pub(crate) fn newest(engine: &dyn Engine) -> Result<Option<u64>, StoreError> {
    let last = |kind| Ok::<_, StoreError>(engine.scan(&Key::of(kind).range(), Order::Falling, 1)?.pop());
    let newest = match last(Kind::Touched)? {
        None => None,
        Some((key, row)) => {
            let (version, payload) = wide::join(engine, &key, row)?;
            packed::items::<Item>(version, &payload, WHAT)?.last().map(|item| item.0)
        }
    };
    // As long as a store of an older format is not brought up to date.
    let old = last(Kind::OldTouched)?.and_then(|(key, _)| key.last_chunk().copied()).map(u64::from_be_bytes);
    Ok(newest.max(old))
}

fn block_key(revision: u64) -> Key {
    Key::of(Kind::Touched).number(revision / TOGETHER)
}
