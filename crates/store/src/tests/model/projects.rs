//! What must be there of projects.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use whimbrel_catalog::{CatalogId, EntryKey};
use whimbrel_project::{Project, ProjectId, RankState, StarHistory};

use super::super::{at, projects::looked};
use crate::*;

/// Is it the store that was written to, or one taken from its export? There, everything is due at once, and of two
/// projects that have yet to be merged the first has the node id.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Copy {
    Own,
    Import,
}

#[derive(Default)]
pub(super) struct Projects {
    newest: u32,
    all: BTreeMap<ProjectId, Project>,
    /// Those that were more than listed.
    written: BTreeSet<ProjectId>,
    keys: BTreeMap<EntryKey, ProjectId>,
    nodes: BTreeMap<String, ProjectId>,
    stars: BTreeMap<ProjectId, StarHistory>,
    pub(super) ranks: BTreeMap<String, RankState>,
    listings: BTreeSet<(CatalogId, EntryKey)>,
    /// Of those that somebody lists; none when it is due at once.
    due: BTreeMap<ProjectId, Option<DateTime<Utc>>>,
}

/// A look at a ranking that only remembers when it was.
pub(super) fn rank(scope: &str, now: DateTime<Utc>) -> RankRecord {
    let state = serde_json::from_value(serde_json::json!({ "at": now })).unwrap();
    RankRecord { scope: scope.to_owned(), state, catalog: None, news: vec![] }
}

/// The repository of an entry of the model.
fn repository(entry: &EntryKey) -> Option<EntryKey> {
    let text = entry.as_str().strip_suffix("/below").unwrap_or(entry.as_str());
    text.starts_with("github.com/").then(|| EntryKey::from_stored(text))
}

impl Projects {
    pub(super) fn put(&mut self, catalog: &CatalogId, entry: &EntryKey, now: DateTime<Utc>) {
        let Some(key) = repository(entry) else { return };
        let id = *self.keys.entry(key.clone()).or_insert_with(|| {
            self.newest += 1;
            let id = ProjectId(self.newest);
            self.all.insert(id, Project::new(id, key, now));
            id
        });
        if self.listings.insert((catalog.clone(), entry.clone())) {
            self.due.entry(id).or_insert(None);
        }
    }

    pub(super) fn delete(&mut self, catalog: &CatalogId, entry: &EntryKey) {
        if self.listings.remove(&(catalog.clone(), entry.clone())) {
            self.drop_unlisted();
        }
    }

    pub(super) fn forget(&mut self, catalog: &CatalogId) {
        self.listings.retain(|(of, _)| of != catalog);
        self.drop_unlisted();
    }

    /// A look at a project; none when there is no such.
    pub(super) fn look(
        &self,
        which: u8,
        name: Option<u8>,
        node: Option<u8>,
        stars: Option<DateTime<Utc>>,
        due: u8,
    ) -> Option<ProjectRecord> {
        let mut project = self.all.get(&ProjectId(which.into()))?.clone();
        if let Some(name) = name {
            project.full_name = format!("o/r{name}");
            project.key = EntryKey::from_stored(&format!("github.com/o/r{name}"));
        }
        project.node = node.map(|node| format!("R_{node}")).or(project.node);
        let id = project.id;
        let mut record = looked(project, due.into());
        record.history = stars.map(|now| {
            let mut history = self.stars.get(&id).cloned().unwrap_or_default();
            history.observe(now, now.timestamp() as u64, 1);
            history
        });
        Some(record)
    }

    pub(super) fn record(&mut self, record: &ProjectRecord) {
        let (project, id) = (&record.project, record.project.id);
        if let Some(stars) = &record.history {
            self.stars.insert(id, stars.clone());
        }
        let old = self.all.insert(id, project.clone()).unwrap();
        if old != *project {
            self.written.insert(id);
            if old.key != project.key {
                self.claim(&project.key, id);
            }
            if old.node != project.node {
                if let Some(node) = old.node.filter(|node| self.nodes.get(node) == Some(&id)) {
                    self.nodes.remove(&node);
                }
                self.lead(project.node.as_ref(), id);
            }
        }
        self.set_due(id, record.due);
    }

    pub(super) fn set_due(&mut self, id: ProjectId, due: DateTime<Utc>) {
        if let Some(time) = self.due.get_mut(&id) {
            *time = Some(due);
        }
    }

    pub(super) fn merge(&mut self, keep: ProjectId, drop: ProjectId) {
        if keep == drop || !self.all.contains_key(&keep) || !self.all.contains_key(&drop) {
            return;
        }
        let dropped = self.all.remove(&drop).unwrap();
        self.written.remove(&drop);
        let keys: Vec<EntryKey> = self.keys.keys().cloned().collect();
        for key in keys.iter().filter(|key| self.keys[*key] == drop).collect::<Vec<_>>() {
            self.claim(key, keep);
        }
        let mut kept = self.all[&keep].clone();
        if let Some(node) = dropped.node.filter(|node| self.nodes.get(node) == Some(&drop)) {
            self.nodes.remove(&node);
            kept.node.get_or_insert(node);
        }
        kept.followed = kept.followed.min(dropped.followed);
        self.lead(kept.node.as_ref(), keep);
        if self.all.insert(keep, kept.clone()).unwrap() != kept {
            self.written.insert(keep);
        }
        let begin = |stars: Option<&StarHistory>| Some(stars?.rows().first()?.at);
        if let Some(other) = self.stars.remove(&drop) {
            let (own, others) = (begin(self.stars.get(&keep)), begin(Some(&other)));
            if others.is_some() && own.is_none_or(|own| others < Some(own)) {
                self.stars.insert(keep, other);
            }
        }
        self.due.remove(&drop);
    }

    /// What a follower of touched rows has to know.
    pub(super) fn written(&self) -> BTreeMap<ProjectId, Project> {
        self.written.iter().map(|id| (*id, self.all[id].clone())).collect()
    }

    fn lead(&mut self, node: Option<&String>, id: ProjectId) {
        if let Some(node) = node {
            self.nodes.entry(node.clone()).or_insert(id);
        }
    }

    fn owner(&self, entry: &EntryKey) -> Option<ProjectId> {
        self.keys.get(&repository(entry)?).copied()
    }

    fn claim(&mut self, key: &EntryKey, id: ProjectId) {
        let before = self.keys.insert(key.clone(), id);
        if before == Some(id) {
            return;
        }
        if let Some(before) = before
            && let Some(loser) = self.all.get_mut(&before)
            && loser.key == *key
        {
            loser.key = key.with_name(&before.to_string());
            self.written.insert(before);
        }
        if self.listings.iter().any(|(_, entry)| repository(entry).as_ref() == Some(key)) {
            self.due.entry(id).or_insert(None);
        }
        self.drop_unlisted();
    }

    fn drop_unlisted(&mut self) {
        let listed: BTreeSet<ProjectId> =
            self.listings.iter().filter_map(|(_, entry)| self.owner(entry)).collect();
        self.due.retain(|id, _| listed.contains(id));
    }

    pub(super) fn check(&self, store: &Store, copy: Copy) {
        assert_eq!(store.project_count().unwrap(), self.all.len());
        let mut paged: Vec<Project> = Vec::new();
        loop {
            let page = store.projects(paged.last().map(|project| project.id), 2).unwrap();
            if page.is_empty() {
                break;
            }
            paged.extend(page);
        }
        assert_eq!(paged, self.all.values().cloned().collect::<Vec<_>>());
        for id in (1..=self.newest).map(ProjectId) {
            assert_eq!(store.project(id).unwrap().as_ref(), self.all.get(&id));
            let keys: BTreeSet<EntryKey> = store.project_keys(id).unwrap().into_iter().collect();
            let own = self.all.get(&id).map(|project| project.key.clone());
            let theirs = self.keys.iter().filter(|(_, owner)| **owner == id).map(|(key, _)| key.clone());
            assert_eq!(keys, theirs.chain(own).collect());
            let listed: Vec<_> =
                store.listings(id).unwrap().into_iter().map(|row| (row.catalog, row.entry)).collect();
            let expected: Vec<_> =
                self.listings.iter().filter(|(_, entry)| self.owner(entry) == Some(id)).cloned().collect();
            assert_eq!(listed, expected);
            let stars = self.stars.get(&id).cloned().unwrap_or_default();
            assert_eq!(store.star_history(id).unwrap(), stars);
        }
        for (key, id) in &self.keys {
            assert_eq!(store.project_named(key).unwrap(), Some(*id));
        }
        for node in ["R_0", "R_1", "R_2"] {
            let first = self.all.values().find(|project| project.node.as_deref() == Some(node));
            let expected =
                if copy == Copy::Own { self.nodes.get(node) } else { first.map(|project| &project.id) };
            assert_eq!(store.project_of_node(node).unwrap().as_ref(), expected);
        }
        for (scope, state) in &self.ranks {
            assert_eq!(store.rank_state(scope).unwrap().as_ref(), Some(state));
        }
        for catalog in ["a", "a.b", "b"].map(|name| CatalogId::new(name).unwrap()) {
            let mut paged: Vec<(EntryKey, ProjectId)> = Vec::new();
            loop {
                let after = paged.last().map(|(key, _)| key.clone());
                let page = store.projects_of(&catalog, after.as_ref(), 2).unwrap();
                if page.is_empty() {
                    break;
                }
                paged.extend(page);
            }
            let of_catalog = self.listings.iter().filter(|(of, _)| *of == catalog);
            let expected: Vec<_> =
                of_catalog.filter_map(|(_, entry)| Some((entry.clone(), self.owner(entry)?))).collect();
            assert_eq!(paged, expected);
        }
        self.check_due(store, copy);
    }

    fn check_due(&self, store: &Store, copy: Copy) {
        let time = |time: &Option<DateTime<Utc>>| time.filter(|_| copy == Copy::Own);
        let mut due: Vec<_> = self.due.iter().map(|(id, due)| (time(due), *id)).collect();
        due.sort();
        let first = due.first().map(|(time, _)| time.unwrap_or_default());
        assert_eq!(store.next_project_due(), first);
        assert_eq!(store.projects_scheduled(), due.len());
        let now = at(25);
        due.retain(|(due, _)| due.is_none_or(|due| due <= now));
        assert_eq!(store.projects_due(now, 100), due.into_iter().map(|(_, id)| id).collect::<Vec<_>>());
    }
}
