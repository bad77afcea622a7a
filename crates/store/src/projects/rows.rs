//! How projects are written: the row itself, and the keys and the node id that lead to it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_catalog::EntryKey;
use whimbrel_project::{Project, ProjectId, RankState, StarHistory};

use crate::engine::Rows;
use crate::heads::Heads;
use crate::keys::{Key, Kind};
use crate::outcome::StoreError;
use crate::projects::listings;
use crate::rows::{self, VERSION, damaged};
use crate::state::next_revision;
use crate::txn::Txn;
use crate::types::Touched;
use crate::wide;

/// What is known about all projects together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Census {
    /// The newest number given.
    pub(crate) newest: u32,
    /// How many projects there are.
    pub(crate) count: u32,
    /// Rows of a lower revision came back older than they were: what changed since may have been told.
    pub(crate) behind: u64,
    /// Every entry was asked for its project.
    pub(crate) complete: bool,
}

impl Default for Census {
    fn default() -> Self {
        Self { newest: 0, count: 0, behind: 0, complete: true }
    }
}

impl Census {
    /// The census of a store; `None` before the first project.
    pub(crate) fn read(rows: &dyn Rows) -> Result<Option<Self>, StoreError> {
        rows.get(Key::of(Kind::Census).as_bytes())?.map(|row| rows::small(&row, "the census")).transpose()
    }

    pub(crate) fn write(self, txn: &mut Txn<'_>) -> Result<(), StoreError> {
        txn.put(Key::of(Kind::Census).as_bytes(), rows::small_bytes(&self)?)
    }
}

/// The project of this key, now or formerly.
pub(crate) fn named(rows: &dyn Rows, key: &EntryKey) -> Result<Option<ProjectId>, StoreError> {
    number(rows, &Key::of(Kind::ProjectKey).entry(key))
}

/// The project of this node id.
pub(crate) fn of_node(rows: &dyn Rows, node: &str) -> Result<Option<ProjectId>, StoreError> {
    number(rows, &node_key(node))
}

/// A project and the revision it was last written at; as it was written, also when it is behind.
pub(crate) fn get(rows: &dyn Rows, id: ProjectId) -> Result<Option<(u64, Project)>, StoreError> {
    let Some((version, payload)) = wide::get(rows, project_key(id).as_bytes())? else { return Ok(None) };
    read(version, &payload).map(Some)
}

/// Such a row that a scan found.
pub(crate) fn read(version: u8, payload: &[u8]) -> Result<(u64, Project), StoreError> {
    let (revision, body) = rows::unstamp(payload)?;
    Ok((revision, rows::json(version, body, "a project")?))
}

/// Makes a project of a repository that was never seen before. It has nothing to show yet, so the look-up index
/// does not hear of it.
pub(crate) fn create(
    txn: &mut Txn<'_>,
    key: &EntryKey,
    full_name: String,
    now: DateTime<Utc>,
) -> Result<ProjectId, StoreError> {
    let mut census = Census::read(txn)?.unwrap_or_default();
    census.newest = census.newest.checked_add(1).ok_or_else(|| damaged("there are no numbers left"))?;
    census.count += 1;
    census.write(txn)?;
    let id = ProjectId(census.newest);
    let project = Project { full_name, ..Project::new(id, key.clone(), now) };
    wide::put_new(txn, &project_key(id), VERSION, &rows::stamp(0, &rows::json_bytes(&project)?))?;
    lead(txn, key, id)?;
    Ok(id)
}

/// Writes a project as an export has it: under its number, which must have been given and be free.
pub(crate) fn restore(txn: &mut Txn<'_>, heads: &mut Heads, project: &Project) -> Result<bool, StoreError> {
    let at = project_key(project.id);
    let mut census = Census::read(txn)?.unwrap_or_default();
    let given = (1..=census.newest).contains(&project.id.0);
    let leads = leads(&project.key);
    if !given || txn.get(at.as_bytes())?.is_some() || (leads && named(txn, &project.key)?.is_some()) {
        return Ok(false);
    }
    census.count += 1;
    census.write(txn)?;
    let revision = next_revision(txn, heads, None, &Touched::Project(project.id))?;
    wide::put_new(txn, &at, VERSION, &rows::stamp(revision, &rows::json_bytes(project)?))?;
    if leads {
        lead(txn, &project.key, project.id)?;
    }
    put_node(txn, project)?;
    Ok(true)
}

/// Writes a project over its row; what leads to it follows. A row that would not differ is not written, unless it is
/// one that came back older than it was. Says whether there is a row.
pub(crate) fn put(txn: &mut Txn<'_>, heads: &mut Heads, project: &Project) -> Result<bool, StoreError> {
    let id = project.id;
    let at = project_key(id);
    let Some((version, payload)) = wide::get(txn, at.as_bytes())? else {
        return Ok(false);
    };
    let (revision, old) = rows::unstamp(&payload)?;
    let body = rows::json_bytes(project)?;
    let behind = Census::read(txn)?.unwrap_or_default().behind;
    if old == body && revision >= behind {
        return Ok(true);
    }
    let old: Project = rows::json(version, old, "a project")?;
    write(txn, heads, project, revision)?;
    if old.key != project.key {
        claim(txn, heads, &project.key, id)?;
        wide::remove(txn, &alias_key(id, &project.key))?;
        // Another one may have the former key by now.
        if named(txn, &old.key)? == Some(id) {
            put_alias(txn, heads, project, &old.key)?;
        }
    }
    if old.node != project.node {
        if let Some(node) = &old.node
            && of_node(txn, node)? == Some(id)
        {
            txn.remove(node_key(node).as_bytes());
        }
        put_node(txn, project)?;
    }
    Ok(true)
}

/// What is left of a project of which only the name may be taken for known.
pub(crate) fn bare(project: Project) -> Project {
    let Project { id, key, full_name, followed, .. } = project;
    Project { full_name, ..Project::new(id, key, followed) }
}

/// Lets the node id of a project lead to it. Another project that has it keeps it: the two are one, and are to be
/// merged.
pub(crate) fn put_node(txn: &mut Txn<'_>, project: &Project) -> Result<(), StoreError> {
    match &project.node {
        Some(node) if of_node(txn, node)?.is_none() => {
            txn.put(node_key(node).as_bytes(), rows::small_bytes(&project.id.0)?)
        }
        _ => Ok(()),
    }
}

/// Lets a further key lead to a project.
pub(crate) fn put_alias(
    txn: &mut Txn<'_>,
    heads: &mut Heads,
    project: &Project,
    key: &EntryKey,
) -> Result<(), StoreError> {
    if *key == project.key || !leads(key) {
        return Ok(());
    }
    claim(txn, heads, key, project.id)?;
    let row = Alias { project: project.id, key: key.clone() };
    wide::put(txn, &alias_key(project.id, key), VERSION, &rows::json_bytes(&row)?)
}

/// Lets a key lead to a project. A project that had it before loses it, and with it the listings that lie in it: an
/// address is whoever has it now.
fn claim(txn: &mut Txn<'_>, heads: &mut Heads, key: &EntryKey, id: ProjectId) -> Result<(), StoreError> {
    let owner = named(txn, key)?;
    if let Some(owner) = owner.filter(|owner| *owner != id) {
        wide::remove(txn, &alias_key(owner, key))?;
        listings::hand_over(txn, owner, id, Some(key))?;
        if let Some((revision, mut before)) = get(txn, owner)?
            && before.key == *key
        {
            // No two projects have one key: this one is told apart by its number until it says where it is.
            before.key = key.with_name(&owner.0.to_string());
            write(txn, heads, &before, revision)?;
        }
    }
    if owner != Some(id) && leads(key) { lead(txn, key, id) } else { Ok(()) }
}

/// Is this the key of a repository, that entries may lie in?
fn leads(key: &EntryKey) -> bool {
    listings::project_of(key).as_ref() == Some(key)
}

fn write(txn: &mut Txn<'_>, heads: &mut Heads, project: &Project, before: u64) -> Result<(), StoreError> {
    let touched = Touched::Project(project.id);
    let revision = next_revision(txn, heads, (before > 0).then_some(before), &touched)?;
    let payload = rows::stamp(revision, &rows::json_bytes(project)?);
    wide::put(txn, &project_key(project.id), VERSION, &payload)
}

/// A further key of a project, as it is kept and exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Alias {
    pub(crate) project: ProjectId,
    pub(crate) key: EntryKey,
}

/// Such a row that a scan found.
pub(crate) fn alias(version: u8, payload: &[u8]) -> Result<Alias, StoreError> {
    rows::json(version, payload, "a further key of a project")
}

/// The stars of a project.
pub(crate) fn stars(rows: &dyn Rows, id: ProjectId) -> Result<StarHistory, StoreError> {
    match wide::get(rows, stars_key(id).as_bytes())? {
        None => Ok(StarHistory::default()),
        Some((version, payload)) => read_stars(version, &payload),
    }
}

/// Such a value that was read.
pub(crate) fn read_stars(version: u8, payload: &[u8]) -> Result<StarHistory, StoreError> {
    rows::known(version, "a history of stars")?;
    StarHistory::decode(payload).ok_or_else(|| damaged("a history of stars cannot be read"))
}

/// Writes the stars of a project.
pub(crate) fn put_stars(txn: &mut Txn<'_>, id: ProjectId, stars: &StarHistory) -> Result<(), StoreError> {
    wide::put(txn, &stars_key(id), VERSION, &stars.encode())
}

/// What is remembered of a ranking, as it is kept and exported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ranked {
    pub(crate) scope: String,
    pub(crate) state: RankState,
}

/// Writes what is remembered of a ranking.
pub(crate) fn put_ranked(txn: &mut Txn<'_>, ranked: &Ranked) -> Result<(), StoreError> {
    wide::put(txn, &Key::of(Kind::Ranks).text(&ranked.scope), VERSION, &rows::json_bytes(ranked)?)
}

/// Such a value that was read.
pub(crate) fn read_ranked(version: u8, payload: &[u8]) -> Result<Ranked, StoreError> {
    rows::json(version, payload, "a ranking")
}

/// Where a project stands.
pub(crate) fn project_key(id: ProjectId) -> Key {
    Key::of(Kind::Project).number(id.0.into())
}

/// Where its stars stand.
pub(crate) fn stars_key(id: ProjectId) -> Key {
    Key::of(Kind::Stars).number(id.0.into())
}

/// Where its further keys stand.
pub(crate) fn aliases_of(id: ProjectId) -> Key {
    Key::of(Kind::Alias).number(id.0.into())
}

fn alias_key(id: ProjectId, key: &EntryKey) -> Key {
    aliases_of(id).entry(key)
}

/// Where a node id leads.
pub(crate) fn node_key(node: &str) -> Key {
    Key::of(Kind::ProjectNode).text(node)
}

fn lead(txn: &mut Txn<'_>, key: &EntryKey, id: ProjectId) -> Result<(), StoreError> {
    txn.put(Key::of(Kind::ProjectKey).entry(key).as_bytes(), rows::small_bytes(&id.0)?)
}

fn number(rows: &dyn Rows, key: &Key) -> Result<Option<ProjectId>, StoreError> {
    let row = rows.get(key.as_bytes())?;
    row.map(|row| rows::small(&row, "the number of a project").map(ProjectId)).transpose()
}
