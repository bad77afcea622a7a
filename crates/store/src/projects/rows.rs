//! How projects are written, together with the keys and the node ids that lead to them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_catalog::EntryKey;
use whimbrel_project::{Project, ProjectId, RankState};

use crate::engine::Rows;
use crate::heads::Heads;
use crate::keys::{Key, Kind};
use crate::outcome::StoreError;
use crate::projects::leads::{self, Lead};
use crate::projects::{form, listings};
use crate::rows::{self, VERSION, damaged};
use crate::touches;
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
    leads::find(rows, Lead::Key(key))
}

/// The project of this node id.
pub(crate) fn of_node(rows: &dyn Rows, node: &str) -> Result<Option<ProjectId>, StoreError> {
    leads::find(rows, Lead::Node(node))
}

/// A project and the revision it was last written at; as it was written, also when it is behind.
pub(crate) fn get(rows: &dyn Rows, id: ProjectId) -> Result<Option<(u64, Project)>, StoreError> {
    let Some(form) = form::find(rows, id)? else { return Ok(None) };
    Ok(Some((form.revision(), form.project()?)))
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
    form::put_unseen(txn, &Project { full_name, ..Project::new(id, key.clone(), now) })?;
    leads::set(txn, Lead::Key(key), id)?;
    Ok(id)
}

/// Writes a project as an export has it: under its number, which must have been given and be free.
pub(crate) fn restore(txn: &mut Txn<'_>, heads: &mut Heads, project: &Project) -> Result<bool, StoreError> {
    let mut census = Census::read(txn)?.unwrap_or_default();
    let given = (1..=census.newest).contains(&project.id.0);
    let repository = is_repository(&project.key);
    if !given || form::find(txn, project.id)?.is_some() || (repository && named(txn, &project.key)?.is_some())
    {
        return Ok(false);
    }
    census.count += 1;
    census.write(txn)?;
    if *project == bare(project.clone()) {
        form::put_unseen(txn, project)?;
    } else {
        let revision = touches::touch(txn, heads, None, &Touched::Project(project.id))?;
        form::put(txn, project, revision)?;
    }
    if repository {
        leads::set(txn, Lead::Key(&project.key), project.id)?;
    }
    put_node(txn, project)?;
    Ok(true)
}

/// Writes a project over its row; what leads to it follows. A row that would not differ is not written, unless it is
/// one that came back older than it was. Says whether there is a row.
pub(crate) fn put(txn: &mut Txn<'_>, heads: &mut Heads, project: &Project) -> Result<bool, StoreError> {
    let id = project.id;
    let Some(form) = form::find(txn, id)? else { return Ok(false) };
    let behind = Census::read(txn)?.unwrap_or_default().behind;
    if form.revision() >= behind && form.holds(project)? {
        return Ok(true);
    }
    let old = form.project()?;
    write(txn, heads, project, form.revision())?;
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
            leads::clear(txn, Lead::Node(node))?;
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
        Some(node) if of_node(txn, node)?.is_none() => leads::set(txn, Lead::Node(node), project.id),
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
    if *key == project.key || !is_repository(key) {
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
        if let Some((revision, mut before)) = get(txn, owner)?.filter(|(_, before)| before.key == *key) {
            // No two projects have one key: this one is told apart by its number until it says where it is.
            before.key = key.with_name(&owner.0.to_string());
            write(txn, heads, &before, revision)?;
        } else {
            touch(txn, heads, owner)?;
        }
        touch(txn, heads, id)?;
    }
    if owner != Some(id) && is_repository(key) { leads::set(txn, Lead::Key(key), id) } else { Ok(()) }
}

/// Is this the key of a repository, that entries may lie in?
fn is_repository(key: &EntryKey) -> bool {
    listings::project_of(key).as_ref() == Some(key)
}

/// Lets the look-up index hear of a project whose listings are others than before. Of one that nobody looked at it has
/// not heard yet.
pub(crate) fn touch(txn: &mut Txn<'_>, heads: &mut Heads, id: ProjectId) -> Result<(), StoreError> {
    match get(txn, id)? {
        Some((revision, project)) if revision > 0 => write(txn, heads, &project, revision),
        _ => Ok(()),
    }
}

fn write(txn: &mut Txn<'_>, heads: &mut Heads, project: &Project, before: u64) -> Result<(), StoreError> {
    let touched = Touched::Project(project.id);
    let revision = touches::touch(txn, heads, (before > 0).then_some(before), &touched)?;
    form::put(txn, project, revision)
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

/// Forgets a ranking.
pub(crate) fn drop_ranked(txn: &mut Txn<'_>, scope: &str) -> Result<(), StoreError> {
    wide::remove(txn, &Key::of(Kind::Ranks).text(scope))
}

/// Such a value that was read.
pub(crate) fn read_ranked(version: u8, payload: &[u8]) -> Result<Ranked, StoreError> {
    rows::json(version, payload, "a ranking")
}

/// Where its further keys stand.
pub(crate) fn aliases_of(id: ProjectId) -> Key {
    Key::of(Kind::Alias).number(id.0.into())
}

fn alias_key(id: ProjectId, key: &EntryKey) -> Key {
    aliases_of(id).entry(key)
}
