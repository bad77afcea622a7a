//! What each listing is called.

use whimbrel_catalog::{CatalogId, EntryKey};
use whimbrel_news::slug;
use whimbrel_news::wording::{MAX_TITLE, line};

use crate::address::{Base, Listing, Wrong};
use crate::library::Found;
use crate::render::{Failed, Scene, title};

/// What a listing is called.
pub(crate) struct Name {
    /// Alone, as in a list of feeds.
    pub(crate) title: String,
    /// On its own page, under the crumbs.
    pub(crate) heading: String,
    /// The thing a project's page is about.
    pub(crate) project: Option<EntryKey>,
}

/// What a listing is called; an error when there is no such thing.
pub(crate) fn name(scene: &Scene<'_>, listing: &Listing, found: &Found) -> Result<Name, Failed> {
    let plain = |text: String| Name { heading: text.clone(), title: text, project: None };
    Ok(match &listing.base {
        Base::All => plain("All news".into()),
        Base::Catalog(id) => plain(title(scene, id).to_owned()),
        Base::Kind(kind) => plain(kind.title().to_owned()),
        Base::Section(id, section) => {
            let heading = section_name(scene, id, section, listing, found)?;
            Name { title: format!("{heading} · {}", title(scene, id)), heading, project: None }
        }
        Base::Project(project) => {
            let missing =
                || Wrong::missing("No project of this name is listed here, and no news is about it.");
            let key = scene.library.project(project)?.ok_or_else(missing)?;
            let text = project_name(scene, &key, listing, found)?.ok_or_else(missing)?;
            Name { heading: text.clone(), title: text, project: Some(key) }
        }
    })
}

/// The headings of a section: as they stand now, else as the news remembers them.
fn section_name(
    scene: &Scene<'_>,
    id: &CatalogId,
    section: &str,
    listing: &Listing,
    found: &Found,
) -> Result<String, Failed> {
    for path in scene.library.sections(id)? {
        // A heading may hold nothing but further headings, so a part of a path counts too.
        for depth in 1..=path.parts().len() {
            if slug::section(&path.parts()[..depth]) == section {
                return Ok(line(&path.parts()[..depth].join(" / "), MAX_TITLE));
            }
        }
    }
    if section == slug::ROOT_SECTION {
        return Ok("All sections".to_owned());
    }
    let remembered = |events: &[whimbrel_news::Event]| {
        let its = |(at, path)| (at == id).then_some(path);
        events.iter().flat_map(whimbrel_news::Event::places).filter_map(its).find_map(|path| {
            let depth = (1..=path.len()).find(|depth| slug::section(&path[..*depth]) == section)?;
            Some(line(&path[..depth].join(" / "), MAX_TITLE))
        })
    };
    if let Some(name) = remembered(&found.events) {
        return Ok(name);
    }
    // The choice may hold nothing where the section itself does.
    let all = scene.library.find(&Listing::of(listing.base.clone()), 1)?;
    remembered(&all.events)
        .ok_or_else(|| Wrong::missing("The catalog has no such section, and no news is about one.").into())
}

/// What a project is called: by where it is listed now, else by its newest news.
fn project_name(
    scene: &Scene<'_>,
    key: &EntryKey,
    listing: &Listing,
    found: &Found,
) -> Result<Option<String>, Failed> {
    if let Some((_, entry)) = scene.library.places(key)?.into_iter().next() {
        return Ok(Some(line(&entry.name, MAX_TITLE)));
    }
    let all;
    let events = if found.events.is_empty() {
        all = scene.library.find(&Listing::of(listing.base.clone()), 1)?;
        &all.events
    } else {
        &found.events
    };
    let named =
        events.iter().filter_map(|event| event.news.subject()).find(|subject| subject.key == key.as_str());
    let any = (!events.is_empty()).then(|| key.to_string());
    Ok(named.map(|subject| line(&subject.name, MAX_TITLE)).or(any))
}
