//! Which entries of which catalogs lie in which project; kept by whatever writes and deletes entries.
//!
//! Neighbouring projects share a block. What is listed in so many places that others would have to be read with it
//! has rows of its own for the rest.
//!
//! That a project is listed by nobody any more, or again, is written into its block of due times at once: a crash
//! must not leave it due for ever, or never.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use whimbrel_catalog::key::name_from_url;
use whimbrel_catalog::{CatalogId, Entry, EntryKey};
use whimbrel_project::ProjectId;

use crate::engine::Rows;
use crate::keys::{Key, Kind};
use crate::outcome::StoreError;
use crate::packed;
use crate::projects::form::seat;
use crate::projects::rows::{create, named};
use crate::projects::schedule::{AT_ONCE, BLOCK, NEVER, Turn, block_of, read_block, write_block};
use crate::rows::{self, VERSION};
use crate::txn::Txn;
use crate::wide;

/// The host whose repositories are projects.
const HOST: &str = "github.com";

/// Nobody at GitHub has a longer owner and name together.
const LONGEST: usize = 200;

/// So many listings of a project stand in its block.
const IN_BLOCK: usize = 8;

const WHAT: &str = "a block of listings";

/// An entry that lies in a project.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) catalog: CatalogId,
    pub(crate) entry: EntryKey,
}

/// A listing in its block.
#[derive(Debug, Serialize, Deserialize)]
struct Item {
    seat: u8,
    row: Row,
}

/// The key of the project an entry lies in: that of its repository, whatever stands below.
pub(crate) fn project_of(entry: &EntryKey) -> Option<EntryKey> {
    let (host, owner, name) = entry.repository()?;
    let fits = host == HOST && owner.len() + name.len() <= LONGEST;
    fits.then(|| EntryKey::from_stored(&format!("{host}/{owner}/{name}")))
}

/// An entry was written that was not there before.
pub(crate) fn list(
    txn: &mut Txn<'_>,
    catalog: &CatalogId,
    entry: &Entry,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let Some(key) = project_of(&entry.key) else { return Ok(()) };
    let row = Row { catalog: catalog.clone(), entry: entry.key.clone() };
    if let Some(id) = named(txn, &key)? {
        return add(txn, id, &row);
    }
    // As the document spells it, which is mostly how its owner does.
    let bare = key.as_str().trim_start_matches(HOST).trim_start_matches('/');
    let name = name_from_url(&entry.url).filter(|name| name.eq_ignore_ascii_case(bare));
    let id = create(txn, &key, name.unwrap_or_else(|| bare.to_owned()), now)?;
    txn.turn(Turn::Listed(id));
    packed::push(txn, &block_of_listings(id), &Item { seat: seat(id).1, row })
}

/// Makes the project of this key although no entry lies in it: it is not due.
pub(crate) fn create_unlisted(
    txn: &mut Txn<'_>,
    key: &EntryKey,
    now: DateTime<Utc>,
) -> Result<ProjectId, StoreError> {
    let bare = key.as_str().trim_start_matches(HOST).trim_start_matches('/');
    let id = create(txn, key, bare.to_owned(), now)?;
    silence(txn, id)?;
    Ok(id)
}

/// An entry was deleted.
pub(crate) fn unlist(txn: &mut Txn<'_>, catalog: &CatalogId, entry: &EntryKey) -> Result<(), StoreError> {
    let Some(key) = project_of(entry) else { return Ok(()) };
    match named(txn, &key)? {
        Some(id) => remove(txn, id, &Row { catalog: catalog.clone(), entry: entry.clone() }),
        None => Ok(()),
    }
}

/// Gives the listings of one project to another: all of them, or those that lie in this key.
pub(crate) fn hand_over(
    txn: &mut Txn<'_>,
    from: ProjectId,
    to: ProjectId,
    key: Option<&EntryKey>,
) -> Result<(), StoreError> {
    let mut rows = in_block(txn, from)?;
    for (at, row) in txn.all(&range_key(from).range())? {
        let (version, payload) = wide::join(txn, &at, row)?;
        rows.push(read(version, &payload)?);
    }
    for row in rows {
        if key.is_none_or(|key| project_of(&row.entry).as_ref() == Some(key)) {
            remove(txn, from, &row)?;
            add(txn, to, &row)?;
        }
    }
    Ok(())
}

/// The listings of a project that stand in its block.
pub(crate) fn in_block(rows: &dyn Rows, id: ProjectId) -> Result<Vec<Row>, StoreError> {
    let items: Vec<Item> = packed::read(rows, &block_of_listings(id), WHAT)?;
    Ok(items.into_iter().filter(|item| item.seat == seat(id).1).map(|item| item.row).collect())
}

/// Where the further listings of a project stand.
pub(crate) fn range_key(id: ProjectId) -> Key {
    Key::of(Kind::Listing).number(id.0.into())
}

/// Such a row that a scan found.
pub(crate) fn read(version: u8, payload: &[u8]) -> Result<Row, StoreError> {
    rows::from_postcard(version, payload, "a listing")
}

fn block_of_listings(id: ProjectId) -> Key {
    Key::of(Kind::Listed).number(seat(id).0.into())
}

/// Where a block of due times stands.
pub(crate) fn block_key(block: u32) -> Key {
    Key::of(Kind::Schedule).number(block.into())
}

/// A listing comes to a project that is there.
pub(crate) fn add(txn: &mut Txn<'_>, id: ProjectId, row: &Row) -> Result<(), StoreError> {
    let near = in_block(txn, id)?;
    if near.contains(row) {
        return Ok(());
    }
    let at = row_key(id, row);
    if near.is_empty() && !txn.any(&range_key(id).range())? {
        // A block that was not written yet says "due at once" for everybody.
        if let Some(block) = txn.get(block_key(block_of(id)).as_bytes())?
            && read_block(&block)?.get(slot(id)) == Some(&NEVER)
        {
            write_slot(txn, id, AT_ONCE)?;
        }
        txn.turn(Turn::Listed(id));
    } else if txn.get(at.as_bytes())?.is_some() {
        return Ok(());
    }
    if near.len() < IN_BLOCK {
        packed::push(txn, &block_of_listings(id), &Item { seat: seat(id).1, row: row.clone() })
    } else {
        wide::put(txn, &at, VERSION, &rows::postcard_bytes(row)?)
    }
}

fn remove(txn: &mut Txn<'_>, id: ProjectId, row: &Row) -> Result<(), StoreError> {
    let (key, at) = (block_of_listings(id), row_key(id, row));
    let mut items: Vec<Item> = packed::read(txn, &key, WHAT)?;
    let before = items.len();
    items.retain(|item| item.seat != seat(id).1 || item.row != *row);
    if items.len() < before {
        packed::write(txn, &key, &items)?;
    } else if txn.get(at.as_bytes())?.is_some() {
        wide::remove(txn, &at)?;
    } else {
        return Ok(());
    }
    if items.iter().all(|item| item.seat != seat(id).1) && !txn.any(&range_key(id).range())? {
        silence(txn, id)?;
    }
    Ok(())
}

/// A project is not due any more.
pub(crate) fn silence(txn: &mut Txn<'_>, id: ProjectId) -> Result<(), StoreError> {
    txn.turn(Turn::Unlisted(id));
    write_slot(txn, id, NEVER)
}

fn write_slot(txn: &mut Txn<'_>, id: ProjectId, due: u32) -> Result<(), StoreError> {
    let key = block_key(block_of(id));
    let mut times = match txn.get(key.as_bytes())? {
        Some(row) => read_block(&row)?,
        None => Vec::new(),
    };
    if times.len() <= slot(id) {
        times.resize(slot(id) + 1, AT_ONCE);
    }
    times[slot(id)] = due;
    txn.put(key.as_bytes(), write_block(&times))
}

fn slot(id: ProjectId) -> usize {
    (id.0.saturating_sub(1) % BLOCK) as usize
}

/// The listing's own words stand in the value; a checksum of them tells it apart from the project's others.
fn row_key(id: ProjectId, row: &Row) -> Key {
    let mut sum = Sha256::new();
    sum.update(row.catalog.as_str());
    sum.update([0]);
    sum.update(row.entry.as_str());
    let sum = sum.finalize();
    let word = |at: usize| sum[at..at + 8].iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
    range_key(id).number(word(0)).number(word(8))
}
