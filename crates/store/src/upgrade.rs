//! Stores of format 2 and before, where everything had a row of its own: what shares rows now is put together, once.
//!
//! It happens when such a store is opened, in pieces that each leave the store whole; what a crash interrupted goes
//! on at the next start. Older programs refuse the folder from the first piece on.

use whimbrel_catalog::EntryKey;
use whimbrel_project::{Project, ProjectId};

use crate::engine::{Order, Row, Rows as _};
use crate::keys::{Key, Kind, just_after};
use crate::outcome::StoreError;
use crate::projects::leads::{self, Lead};
use crate::projects::rows::{alias, bare};
use crate::projects::{form, listings};
use crate::rows::{self, VERSION};
use crate::store::Inner;
use crate::touches;
use crate::txn::Txn;
use crate::wide;

/// Rows that are put together in one commit.
pub(crate) const STRIDE: usize = 2000;

/// How the rows of a kind are brought up to date.
type Pass = (Kind, fn(&mut Txn<'_>, Row) -> Result<(), StoreError>);

/// Touched rows come last: as long as there are old ones, it is not finished.
const PASSES: [Pass; 4] = [
    (Kind::Project, project),
    (Kind::Alias, further_key),
    (Kind::Listing, listing),
    (Kind::OldTouched, touched),
];

impl Inner {
    /// Brings a store of an older format up to date, so many rows in each of at most so many commits; says whether that
    /// was all.
    pub(crate) fn upgrade(&self, stride: usize, mut commits: usize) -> Result<bool, StoreError> {
        let old = self.engine.scan(&Key::of(Kind::OldTouched).range(), Order::Rising, 1)?;
        if old.is_empty() {
            return Ok(true);
        }
        let rows = self.alone().rows;
        tracing::info!(rows, "bringing the store to the newest format: a minute for each million rows or so");
        for (kind, pass) in PASSES {
            let mut range = Key::of(kind).range();
            loop {
                let found = self.engine.scan(&range, Order::Rising, stride)?;
                let Some((last, _)) = found.last() else { break };
                if commits == 0 {
                    return Ok(false);
                }
                commits -= 1;
                range.from = just_after(last);
                self.commit(|txn, _| found.into_iter().try_for_each(|row| pass(txn, row)))?;
            }
        }
        Ok(true)
    }
}

/// Its key and its node id lead to it in the new way; a row that says no more than its name goes into a block, any
/// other gets its stars.
fn project(txn: &mut Txn<'_>, (key, row): Row) -> Result<(), StoreError> {
    let (version, payload) = wide::join(txn, &key, row)?;
    if version != VERSION || form::is_block(&key) {
        return Ok(()); // of the new format
    }
    let (revision, body) = rows::unstamp(&payload)?;
    let project: Project = rows::json(version, body, "a project")?;
    lead(txn, &project.key, project.id)?;
    if let Some(node) = &project.node {
        let at = Key::of(Kind::OldProjectNode).text(node);
        if let Some(id) = take(txn, &at, project.id)? {
            leads::set(txn, Lead::Node(node), id)?;
        }
    }
    let has_stars = txn.get(form::stars_key(project.id).as_bytes())?.is_some();
    if revision == 0 && !has_stars && project == bare(project.clone()) {
        wide::remove(txn, &Key::from_bytes(key))?;
        form::put_unseen(txn, &project)
    } else {
        form::put(txn, &project, revision)
    }
}

fn further_key(txn: &mut Txn<'_>, (key, row): Row) -> Result<(), StoreError> {
    let (version, payload) = wide::join(txn, &key, row)?;
    let alias = alias(version, &payload)?;
    lead(txn, &alias.key, alias.project)
}

fn listing(txn: &mut Txn<'_>, (key, row): Row) -> Result<(), StoreError> {
    let id = key.get(1..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u64::from_be_bytes(*bytes));
    let (version, payload) = wide::join(txn, &key, row)?;
    wide::remove(txn, &Key::from_bytes(key))?;
    listings::add(txn, ProjectId(id as u32), &listings::read(version, &payload)?)
}

fn touched(txn: &mut Txn<'_>, (key, row): Row) -> Result<(), StoreError> {
    let revision = key.last_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    let (version, payload) = wide::join(txn, &key, row)?;
    wide::remove(txn, &Key::from_bytes(key))?;
    touches::note(txn, revision, &rows::json(version, &payload, "a touched row")?)
}

fn lead(txn: &mut Txn<'_>, key: &EntryKey, id: ProjectId) -> Result<(), StoreError> {
    match take(txn, &Key::of(Kind::OldProjectKey).entry(key), id)? {
        Some(id) => leads::set(txn, Lead::Key(key), id),
        None => Ok(()),
    }
}

/// Removes the row that led from a name to this project; none when the name belongs to another one.
fn take(txn: &mut Txn<'_>, at: &Key, id: ProjectId) -> Result<Option<ProjectId>, StoreError> {
    let Some(row) = txn.get(at.as_bytes())? else { return Ok(None) };
    if rows::small::<u32>(&row, "the number of a project")? != id.0 {
        return Ok(None);
    }
    txn.remove(at.as_bytes());
    Ok(Some(id))
}
