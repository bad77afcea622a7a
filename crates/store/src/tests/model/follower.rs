//! Somebody who follows the touched rows, as the look-up index does.

use std::collections::{BTreeMap, BTreeSet};

use whimbrel_catalog::{CatalogId, Entry, EntryKey};
use whimbrel_project::{Project, ProjectId};

use super::expected::Model;
use crate::*;

/// What was seen so far.
#[derive(Default)]
pub(super) struct Follower {
    revision: u64,
    entries: BTreeMap<(CatalogId, EntryKey), Entry>,
    catalogs: BTreeSet<CatalogId>,
    projects: BTreeMap<ProjectId, Project>,
}

impl Follower {
    pub(super) fn follow(&mut self, store: &Store) {
        loop {
            let touched = store.touched_since(self.revision, 3).unwrap();
            let Some((last, _)) = touched.last() else { return };
            self.revision = *last;
            for (_, row) in touched {
                match row {
                    Touched::Catalog(id) => {
                        if store.catalog(&id).unwrap().is_some() {
                            self.catalogs.insert(id);
                        } else {
                            self.entries.retain(|(of, _), _| *of != id);
                            self.catalogs.remove(&id);
                        }
                    }
                    Touched::Entry(id, key) => match store.entry(&id, &key).unwrap() {
                        Some(entry) => {
                            self.entries.insert((id, key), entry);
                        }
                        None => {
                            self.entries.remove(&(id, key));
                        }
                    },
                    Touched::Shape(_) => {}
                    Touched::Project(id) => match store.project(id).unwrap() {
                        Some(project) => {
                            self.projects.insert(id, project);
                        }
                        None => {
                            self.projects.remove(&id);
                        }
                    },
                }
            }
        }
    }

    pub(super) fn check(&self, model: &Model) {
        assert_eq!(self.catalogs, model.catalogs.keys().cloned().collect());
        let entries: BTreeMap<_, _> = model
            .catalogs
            .iter()
            .flat_map(|(id, catalog)| {
                catalog.entries.values().map(|entry| ((id.clone(), entry.key.clone()), entry.clone()))
            })
            .collect();
        assert_eq!(self.entries, entries);
        assert_eq!(self.projects, model.projects.written());
    }
}
