//! What is shown of what was found: the name from the index, the rest from the store.

use whimbrel_store::Store;

use super::found::{Hit, Named, Subject};
use super::gather::{self, Doc, Thing};
use super::id::Id;
use super::search::Found;
use super::view::View;

/// The name of a doc.
pub(super) fn named(view: &View, found: Found) -> Named {
    let segment = &view.parts[found.part].segment;
    let catalog = || {
        let first = segment.places(found.doc).next();
        first.and_then(|place| view.places.catalog(place)).cloned()
    };
    let subject = match Id::read(segment.id(found.doc)) {
        Some(Id::Catalog(id)) => Some(Subject::Catalog(id)),
        Some(Id::Section(id, path)) => Some(Subject::Section(id, path)),
        Some(Id::Thing(Thing::Project(id))) => Some(Subject::Project(id)),
        Some(Id::Thing(Thing::Entry(key))) => catalog().map(|catalog| Subject::Entry(catalog, key)),
        None => None,
    };
    Named {
        subject: subject.expect("ids are written by this crate, and an entry is listed somewhere"),
        name: segment.name(found.doc).to_owned(),
    }
}

/// All that is shown of a doc. What is gone from the store since, or cannot be read, is shown by its name alone.
pub(super) fn of(view: &View, store: Option<&Store>, found: Found) -> Hit {
    let Named { subject, name } = named(view, found);
    let places: Vec<_> =
        view.parts[found.part].segment.places(found.doc).filter_map(|place| view.places.get(place)).collect();
    let read = store.and_then(|store| {
        let catalogs = places.iter().map(|(catalog, _)| catalog.clone()).collect();
        match &subject {
            Subject::Catalog(id) => gather::catalog(store, id),
            Subject::Section(id, path) => Ok(Some(gather::section(id, path.clone()))),
            Subject::Entry(_, key) => gather::thing(store, &Thing::Entry(key.clone()), &catalogs),
            Subject::Project(id) => gather::thing(store, &Thing::Project(*id), &catalogs),
        }
        .ok()?
    });
    let how = found.how;
    match read {
        Some(Doc { subject, name, descriptions, url, stars, places, .. }) => {
            let description = descriptions.into_iter().next().unwrap_or_default();
            Hit { subject, name, description, url, stars, places, how }
        }
        None => Hit { subject, name, description: String::new(), url: None, stars: None, places, how },
    }
}
