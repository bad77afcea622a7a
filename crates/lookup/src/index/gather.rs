//! Reading the store: what is known about each thing that can be found.

use std::collections::BTreeSet;

use whimbrel_catalog::{CatalogId, Entry, EntryKey, Metric, SectionPath};
use whimbrel_project::{Project, ProjectId};
use whimbrel_store::{Store, StoreError};

use super::found::Subject;

/// Something that can be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Doc {
    pub(crate) subject: Subject,
    /// What it is called where it is shown.
    pub(crate) name: String,
    /// What else it is called.
    pub(crate) names: Vec<String>,
    /// What is said about it, the text to show first.
    pub(crate) texts: Vec<String>,
    pub(crate) url: Option<String>,
    pub(crate) stars: Option<u64>,
    /// Where it is listed, by catalog.
    pub(crate) places: Vec<(CatalogId, SectionPath)>,
}

/// What an entry is found as.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Thing {
    /// The project of its address.
    Project(ProjectId),
    /// Itself, in whichever catalogs it stands.
    Entry(EntryKey),
}

impl Thing {
    /// What an entry of this key is found as.
    pub(crate) fn of(store: &Store, key: &EntryKey) -> Result<Self, StoreError> {
        let project = if is_whole_repository(key) { store.project_named(key)? } else { None };
        Ok(project.map_or_else(|| Self::Entry(key.clone()), Self::Project))
    }
}

/// A catalog, when it is followed.
pub(crate) fn catalog(store: &Store, id: &CatalogId) -> Result<Option<Doc>, StoreError> {
    Ok(store.catalog(id)?.map(|meta| Doc {
        subject: Subject::Catalog(id.clone()),
        name: meta.title,
        names: vec![id.to_string()],
        texts: Vec::new(),
        url: None,
        stars: None,
        places: Vec::new(),
    }))
}

/// The sections of a catalog, those between them and the top included.
pub(crate) fn sections(store: &Store, id: &CatalogId) -> Result<Vec<Doc>, StoreError> {
    let shape = store.shape(id)?.unwrap_or_default();
    let mut paths = BTreeSet::new();
    for path in &shape.sections {
        for depth in 1..=path.parts().len() {
            paths.insert(SectionPath::new(&path.parts()[..depth]));
        }
    }
    let doc = |path: SectionPath| Doc {
        name: path.to_string(),
        names: path.parts().last().map(ToString::to_string).into_iter().collect(),
        texts: Vec::new(),
        url: None,
        stars: None,
        places: vec![(id.clone(), path.clone())],
        subject: Subject::Section(id.clone(), path),
    };
    Ok(paths.into_iter().map(doc).collect())
}

/// A listed thing; `None` when no catalog lists it. One that is no project is looked for in these catalogs.
pub(crate) fn thing(
    store: &Store,
    thing: &Thing,
    catalogs: &BTreeSet<CatalogId>,
) -> Result<Option<Doc>, StoreError> {
    match thing {
        Thing::Project(id) => {
            let Some(project) = store.project(*id)? else { return Ok(None) };
            let mut entries = Vec::new();
            for listing in store.listings(*id)? {
                if is_whole_repository(&listing.entry)
                    && let Some(entry) = store.entry(&listing.catalog, &listing.entry)?
                {
                    entries.push((listing.catalog, entry));
                }
            }
            Ok(listed_project(&project, entries))
        }
        Thing::Entry(key) => {
            let mut entries = Vec::new();
            for id in catalogs {
                if let Some(entry) = store.entry(id, key)? {
                    entries.push((id.clone(), entry));
                }
            }
            let stars = match store.project_named(key)? {
                Some(id) => store.project(id)?.and_then(|project| project.facts.stars),
                None => None,
            };
            Ok(listed_entry(stars, entries))
        }
    }
}

fn listed_project(project: &Project, entries: Vec<(CatalogId, Entry)>) -> Option<Doc> {
    let mut doc = listed_entry(project.facts.stars, entries)?;
    doc.subject = Subject::Project(project.id);
    if !project.full_name.is_empty() {
        doc.names.insert(0, std::mem::replace(&mut doc.name, project.full_name.clone()));
        doc.names.extend(project.owner_and_name().map(|(_, name)| name.to_owned()));
    }
    doc.url = Some(project.url());
    if let Some(text) = &project.facts.description {
        doc.texts.insert(0, text.clone());
    }
    Some(doc)
}

fn listed_entry(stars: Option<u64>, entries: Vec<(CatalogId, Entry)>) -> Option<Doc> {
    let (first, entry) = entries.first()?;
    let printed = entries.iter().find_map(|(_, entry)| entry.figure(&Metric::Stars));
    let mut doc = Doc {
        subject: Subject::Entry(first.clone(), entry.key.clone()),
        name: entry.name.clone(),
        names: Vec::new(),
        texts: Vec::new(),
        url: Some(entry.url.clone()),
        stars: stars.or_else(|| printed.filter(|stars| stars.value >= 0.0).map(|stars| stars.value as u64)),
        places: Vec::new(),
    };
    for (id, entry) in entries {
        doc.names.push(entry.name);
        if let Some((_, owner, name)) = entry.key.repository() {
            doc.names.push(format!("{owner}/{name}"));
            doc.names.extend(is_whole_repository(&entry.key).then(|| name.to_owned()));
        }
        doc.texts.extend((!entry.description.is_empty()).then_some(entry.description));
        doc.texts.extend((!entry.marks.is_empty()).then(|| entry.marks.join(" ")));
        for place in entry.places {
            if !doc.places.iter().any(|(catalog, section)| *catalog == id && *section == place.section) {
                doc.places.push((id.clone(), place.section));
            }
        }
    }
    Some(doc)
}

/// The address of a repository, not of something within it.
fn is_whole_repository(key: &EntryKey) -> bool {
    key.repository().is_some_and(|(host, owner, name)| {
        key.as_str().len() == host.len() + owner.len() + name.len() + 2 && host == "github.com"
    })
}
