//! Reading the store: what is known about each thing that can be found.

use std::collections::BTreeSet;

use whimbrel_catalog::{CatalogId, Entry, EntryKey, Metric, SectionPath};
use whimbrel_project::{Facts, Project, ProjectId};
use whimbrel_store::{Store, StoreError};

use super::found::Subject;
use super::places::Place;
use super::weight::{self, Weighed};

/// Something that can be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Doc {
    pub(super) subject: Subject,
    /// What it is called where it is shown.
    pub(super) name: String,
    /// What else it is called.
    pub(super) names: Vec<String>,
    /// What is said about it, the first of which to show.
    pub(super) descriptions: Vec<String>,
    /// Further words that lead to it, such as its language.
    pub(super) marks: Vec<String>,
    pub(super) url: Option<String>,
    pub(super) stars: Option<u64>,
    /// Where it is listed, by catalog.
    pub(super) places: Vec<Place>,
    /// How much it weighs among others that are as good an answer.
    pub(super) weight: u16,
}

/// What an entry is found as.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Thing {
    /// The project of its address.
    Project(ProjectId),
    /// Itself, in whichever catalogs it stands.
    Entry(EntryKey),
}

impl Thing {
    /// What an entry of this key is found as.
    pub(super) fn of(store: &Store, key: &EntryKey) -> Result<Self, StoreError> {
        let project = if is_whole_repository(key) { store.project_named(key)? } else { None };
        Ok(project.map_or_else(|| Self::Entry(key.clone()), Self::Project))
    }
}

/// A catalog, when it is followed.
pub(super) fn catalog(store: &Store, id: &CatalogId) -> Result<Option<Doc>, StoreError> {
    Ok(store.catalog(id)?.map(|meta| Doc {
        subject: Subject::Catalog(id.clone()),
        name: meta.title,
        names: vec![id.to_string()],
        descriptions: Vec::new(),
        marks: Vec::new(),
        url: None,
        stars: None,
        places: Vec::new(),
        weight: weight::of_catalog(meta.entries),
    }))
}

/// The sections of a catalog, those between them and the top included.
pub(super) fn sections(store: &Store, id: &CatalogId) -> Result<Vec<Doc>, StoreError> {
    let shape = store.shape(id)?.unwrap_or_default();
    let mut paths = BTreeSet::new();
    for path in &shape.sections {
        for depth in 1..=path.parts().len() {
            paths.insert(SectionPath::new(&path.parts()[..depth]));
        }
    }
    Ok(paths.into_iter().map(|path| section(id, path)).collect())
}

/// A section.
pub(super) fn section(id: &CatalogId, path: SectionPath) -> Doc {
    Doc {
        name: path.to_string(),
        names: path.parts().last().map(ToString::to_string).into_iter().collect(),
        descriptions: Vec::new(),
        marks: Vec::new(),
        url: None,
        stars: None,
        places: vec![(id.clone(), path.clone())],
        weight: weight::of_section(path.parts().len()),
        subject: Subject::Section(id.clone(), path),
    }
}

/// A listed thing; `None` when no catalog lists it. One that is no project is looked for in these catalogs.
pub(super) fn thing(
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
            listed_entry(store, entries)
        }
    }
}

/// A thing of which one entry is known, and no other.
pub(super) fn first_seen(
    store: &Store,
    thing: &Thing,
    id: &CatalogId,
    entry: Entry,
) -> Result<Option<Doc>, StoreError> {
    let entries = vec![(id.clone(), entry)];
    match thing {
        Thing::Project(project) => {
            Ok(store.project(*project)?.and_then(|project| listed_project(&project, entries)))
        }
        Thing::Entry(_) => listed_entry(store, entries),
    }
}

/// The entries that lie in a project without being its address.
pub(super) fn within(store: &Store, project: ProjectId) -> Result<Vec<(CatalogId, EntryKey)>, StoreError> {
    let listings = store.listings(project)?.into_iter();
    Ok(listings
        .filter(|listing| !is_whole_repository(&listing.entry))
        .map(|listing| (listing.catalog, listing.entry))
        .collect())
}

fn listed_project(project: &Project, entries: Vec<(CatalogId, Entry)>) -> Option<Doc> {
    let mut doc = listed(&project.facts, entries)?;
    doc.subject = Subject::Project(project.id);
    if !project.full_name.is_empty() {
        doc.names.push(std::mem::replace(&mut doc.name, project.full_name.clone()));
        doc.names.extend(project.owner_and_name().map(|(_, name)| name.to_owned()));
    }
    doc.url = Some(project.url());
    if let Some(text) = project.facts.description.as_ref().filter(|text| !text.is_empty()) {
        doc.descriptions.insert(0, text.clone());
    }
    doc.marks.extend(project.facts.language.clone());
    Some(doc)
}

fn listed_entry(store: &Store, entries: Vec<(CatalogId, Entry)>) -> Result<Option<Doc>, StoreError> {
    let Some((_, entry)) = entries.first() else { return Ok(None) };
    let project = match store.project_named(&entry.key)? {
        Some(id) => store.project(id)?,
        None => None,
    };
    Ok(listed(&project.map(|project| project.facts).unwrap_or_default(), entries))
}

/// A thing by what catalogs say about it, with the stars of the project it lies in.
fn listed(facts: &Facts, entries: Vec<(CatalogId, Entry)>) -> Option<Doc> {
    let (first, entry) = entries.first()?;
    let printed = entries.iter().filter_map(|(_, entry)| entry.figure(&Metric::Stars));
    let printed = printed.map(|stars| stars.value).find(|stars| *stars >= 0.0);
    let mut doc = Doc {
        subject: Subject::Entry(first.clone(), entry.key.clone()),
        name: entry.name.clone(),
        names: Vec::new(),
        descriptions: Vec::new(),
        marks: Vec::new(),
        url: Some(entry.url.clone()),
        stars: facts.stars.or_else(|| printed.map(|stars| stars as u64)),
        places: Vec::new(),
        weight: 0,
    };
    let mut catalogs = BTreeSet::new();
    for (id, entry) in entries {
        doc.names.push(entry.name);
        if let Some((_, owner, name)) = entry.key.repository()
            && is_repository(&entry.key)
        {
            doc.names.push(format!("{owner}/{name}"));
            doc.names.push(name.to_owned());
        }
        doc.descriptions.extend((!entry.description.is_empty()).then_some(entry.description));
        doc.marks.extend(entry.marks);
        for place in entry.places {
            if !doc.places.iter().any(|(catalog, section)| *catalog == id && *section == place.section) {
                doc.places.push((id.clone(), place.section));
            }
        }
        catalogs.insert(id);
    }
    doc.weight = weight::of_thing(&Weighed {
        stars: doc.stars,
        pushed: facts.pushed_at,
        put_away: facts.archived,
        catalogs: catalogs.len(),
    });
    Some(doc)
}

/// The address of a repository that projects are made of, not of something within it.
fn is_whole_repository(key: &EntryKey) -> bool {
    key.as_str().starts_with("github.com/") && is_repository(key)
}

/// The address of a repository of any forge.
fn is_repository(key: &EntryKey) -> bool {
    key.repository()
        .is_some_and(|(host, owner, name)| key.as_str().len() == host.len() + owner.len() + name.len() + 2)
}
