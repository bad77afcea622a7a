//! Reading projects: one by one, by name, by catalog, and what belongs to each.

use whimbrel_catalog::{CatalogId, EntryKey};
use whimbrel_project::{Project, ProjectId, RankState, StarHistory};

use crate::engine::KeyRange;
use crate::keys::{Key, Kind};
use crate::outcome::StoreError;
use crate::projects::by_number::ByNumber;
use crate::projects::form::{self, Found};
use crate::projects::types::Listing;
use crate::projects::{listings, rows};
use crate::store::{Inner, Store};
use crate::wide;

impl Store {
    /// A project by its number.
    pub fn project(&self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        let _view = self.inner.reading();
        self.inner.project(id)
    }

    /// Projects by their numbers, in that order; those that are not there are left out.
    pub fn projects_by(&self, ids: &[ProjectId]) -> Result<Vec<Project>, StoreError> {
        let _view = self.inner.reading();
        ids.iter().filter_map(|id| self.inner.project(*id).transpose()).collect()
    }

    /// All projects after this one, at most `limit`, by their numbers.
    pub fn projects(&self, after: Option<ProjectId>, limit: usize) -> Result<Vec<Project>, StoreError> {
        let inner = &self.inner;
        let all = Key::of(Kind::Project).range();
        let range = KeyRange { from: form::scan_after(after).as_bytes().to_vec(), ..all };
        let _view = inner.reading();
        let mut scan = ByNumber::default();
        let mut found: Vec<Project> = Vec::new();
        let mut take = |project: Found| {
            if after.is_none_or(|id| project.project.id > id) {
                found.push(inner.as_known(project.revision, project.project));
            }
            found.len() < limit
        };
        if limit > 0 {
            inner.walk(range, |key, row| {
                let (version, payload) = wide::join(&*inner.engine, key, row)?;
                Ok(scan.meet(key, version, &payload)?.into_iter().all(&mut take))
            })?;
            scan.rest().all(take);
        }
        found.truncate(limit);
        Ok(found)
    }

    /// How many projects there are, listed or not.
    pub fn project_count(&self) -> Result<usize, StoreError> {
        let census = rows::Census::read(&*self.inner.engine)?;
        Ok(census.unwrap_or_default().count as usize)
    }

    /// The project of this address, as it is now or once was, or of whatever lies below it.
    pub fn project_named(&self, key: &EntryKey) -> Result<Option<ProjectId>, StoreError> {
        match listings::project_of(key) {
            Some(key) => rows::named(&*self.inner.engine, &key),
            None => Ok(None),
        }
    }

    /// The project that GitHub knows by this node id.
    pub fn project_of_node(&self, node: &str) -> Result<Option<ProjectId>, StoreError> {
        rows::of_node(&*self.inner.engine, node)
    }

    /// Every key of a project: the one it has now, then those it had.
    pub fn project_keys(&self, id: ProjectId) -> Result<Vec<EntryKey>, StoreError> {
        let inner = &self.inner;
        let _view = inner.reading();
        let mut keys = Vec::new();
        keys.extend(rows::get(&*inner.engine, id)?.map(|(_, project)| project.key));
        inner.walk(rows::aliases_of(id).range(), |key, row| {
            let (version, payload) = wide::join(&*inner.engine, key, row)?;
            keys.push(rows::alias(version, &payload)?.key);
            Ok(true)
        })?;
        Ok(keys)
    }

    /// Where a project is listed, by catalog.
    pub fn listings(&self, id: ProjectId) -> Result<Vec<Listing>, StoreError> {
        let inner = &self.inner;
        let _view = inner.reading();
        let mut listed = listings::in_block(&*inner.engine, id)?;
        inner.walk(listings::range_key(id).range(), |key, row| {
            let (version, payload) = wide::join(&*inner.engine, key, row)?;
            listed.push(listings::read(version, &payload)?);
            Ok(true)
        })?;
        let mut found = Vec::new();
        for row in listed {
            if let Some(entry) = inner.accepted(&row.catalog, &row.entry)? {
                let mut sections = Vec::new();
                for place in entry.places {
                    if !sections.contains(&place.section) {
                        sections.push(place.section);
                    }
                }
                found.push(Listing { catalog: row.catalog, entry: row.entry, name: entry.name, sections });
            }
        }
        found.sort_by(|a, b| (&a.catalog, &a.entry).cmp(&(&b.catalog, &b.entry)));
        Ok(found)
    }

    /// Entries of a catalog that lie in a project, after this entry, at most `limit`, in the order of [`Store::entries`],
    /// each with its project. A project with several entries comes several times.
    pub fn projects_of(
        &self,
        catalog: &CatalogId,
        after: Option<&EntryKey>,
        limit: usize,
    ) -> Result<Vec<(EntryKey, ProjectId)>, StoreError> {
        let inner = &self.inner;
        let all = Key::of(Kind::Entry).catalog(catalog);
        let range = after.map_or_else(|| all.range(), |key| all.range_after(&all.clone().entry(key)));
        let _view = inner.reading();
        let mut found = Vec::new();
        if limit > 0 {
            inner.walk(range, |key, row| {
                let (version, payload) = wide::join(&*inner.engine, key, row)?;
                let entry = crate::rows::entry_key(version, crate::rows::unstamp(&payload)?.1)?;
                if let Some(key) = listings::project_of(&entry)
                    && let Some(project) = rows::named(&*inner.engine, &key)?
                {
                    found.push((entry, project));
                }
                Ok(found.len() < limit)
            })?;
        }
        Ok(found)
    }

    /// The stars of a project over time; empty when none were recorded.
    pub fn star_history(&self, id: ProjectId) -> Result<StarHistory, StoreError> {
        let _view = self.inner.reading();
        form::stars(&*self.inner.engine, id)
    }

    /// The names of all rankings of which something is remembered.
    pub fn rank_scopes(&self) -> Result<Vec<String>, StoreError> {
        let inner = &self.inner;
        let _view = inner.reading();
        let mut scopes = Vec::new();
        inner.walk(Key::of(Kind::Ranks).range(), |key, row| {
            let (version, payload) = wide::join(&*inner.engine, key, row)?;
            scopes.push(rows::read_ranked(version, &payload)?.scope);
            Ok(true)
        })?;
        Ok(scopes)
    }

    /// What is remembered of a ranking.
    pub fn rank_state(&self, scope: &str) -> Result<Option<RankState>, StoreError> {
        let _view = self.inner.reading();
        let found = wide::get(&*self.inner.engine, Key::of(Kind::Ranks).text(scope).as_bytes())?;
        found.map(|(version, payload)| Ok(rows::read_ranked(version, &payload)?.state)).transpose()
    }
}

impl Inner {
    fn project(&self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        let found = rows::get(&*self.engine, id)?;
        Ok(found.map(|(revision, project)| self.as_known(revision, project)))
    }

    /// What may be taken for known of a project: of one that came back older than it was only its name, because what
    /// changed since may have been told. Its next look is a first one, and silent.
    pub(crate) fn as_known(&self, revision: u64, project: Project) -> Project {
        if revision < self.behind { rows::bare(project) } else { project }
    }
}
