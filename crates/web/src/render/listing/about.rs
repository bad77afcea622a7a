//! What the pages of a catalog, a section and a project say about it, besides its news.

use chrono::{DateTime, Utc};
use whimbrel_catalog::{CatalogId, Entry, EntryKey};
use whimbrel_news::wording::{MAX_LINE, MAX_TITLE, line, number};
use whimbrel_news::{Kind, slug};
use whimbrel_store::CatalogMeta;

use crate::address::{Base, Listing};
use crate::library::Found;
use crate::links::{Links, outside};
use crate::page::{EntryLine, Fact, ListingPage, NewLine};
use crate::render::{Failed, Scene, problems, rankings, title};
use crate::row::{Linked, Moment, count, machine};
use crate::standings::{Health, Measure};

/// Entries shown on the page of a section.
const ENTRIES: usize = 80;

/// Sections and new entries named on the page of a catalog, and places of its ranking.
const SECTIONS: usize = 150;
const NEW: usize = 5;
const PLACES: usize = 5;

pub(super) fn catalog(
    scene: &Scene<'_>,
    page: &mut ListingPage<'_>,
    id: &CatalogId,
    links: &Links,
) -> Result<(), Failed> {
    let Some(meta) = scene.facts.catalog(id) else { return Ok(()) };
    match outside(&meta.source) {
        Some(href) => page.outside = Some(Linked { text: meta.source.clone(), href }),
        None => page.intro = format!("Read from {}", meta.source),
    }
    page.facts = catalog_facts(scene, meta);
    page.problems = problems(scene.facts, std::iter::once(meta));
    let sections = scene.library.sections(id)?;
    let folder = Base::Catalog(id.clone()).folder();
    page.places_title = count(sections.len() as u32, "section", "sections");
    page.places = sections
        .iter()
        .filter(|path| !path.is_root())
        .take(SECTIONS)
        .map(|path| Linked {
            text: line(&path.to_string(), MAX_TITLE),
            href: links.page(&format!("{folder}s/{}/", slug::section(path.parts()))),
        })
        .collect();
    Ok(())
}

/// Its ranking, what came in last, how its projects are.
pub(super) fn standing(
    scene: &Scene<'_>,
    page: &mut ListingPage<'_>,
    id: &CatalogId,
    links: &Links,
) -> Result<(), Failed> {
    let standings = scene.library.standings(Some(id), Measure::Stars, scene.now)?;
    page.short = rankings::short(scene, id, &standings, PLACES, links);
    page.health = standings.health.as_ref().map(health).unwrap_or_default();
    let mut added = Listing::of(Base::Catalog(id.clone()));
    added.narrow.kinds = vec![Kind::Added];
    let found = scene.library.find(&added, NEW)?;
    page.new = found
        .events
        .iter()
        .filter_map(|event| {
            let subject = event.news.subject().filter(|subject| !subject.key.is_empty())?;
            let href = links.page(&Base::Project(slug::project(&subject.key)).folder());
            let link = Linked { text: line(&subject.name, MAX_TITLE), href };
            Some(NewLine { link, at: Moment::from(event.at) })
        })
        .collect();
    Ok(())
}

fn health(health: &Health) -> Vec<Fact> {
    let known = [
        ("Projects", health.projects),
        ("Archived", health.archived),
        ("Gone", health.gone),
        ("Without a push for a year", health.quiet),
        ("Not looked at yet", health.unseen),
    ];
    let told = known.into_iter().filter(|(_, n)| *n > 0).filter(|_| known[1..].iter().any(|(_, n)| *n > 0));
    told.map(|(label, n)| Fact { label, value: number(n as u64), machine: None }).collect()
}

fn catalog_facts(scene: &Scene<'_>, meta: &CatalogMeta) -> Vec<Fact> {
    let number = |label, n: u32| Fact { label, value: number(u64::from(n)), machine: None };
    let moment = |label, at: Option<DateTime<Utc>>| {
        at.map(|at| Fact { label, value: Moment::from(at).human, machine: Some(machine(at)) })
    };
    let mut facts = vec![number("Entries", meta.entries)];
    if meta.listings != meta.entries {
        facts.push(number("Listings", meta.listings));
    }
    facts.extend(
        [
            moment("Followed since", Some(meta.followed)),
            moment("Last change", meta.last_change),
            moment("Last read", meta.last_success),
            moment("Next look", scene.facts.next_look(meta)),
        ]
        .into_iter()
        .flatten(),
    );
    facts
}

pub(super) fn section(
    scene: &Scene<'_>,
    page: &mut ListingPage<'_>,
    id: &CatalogId,
    section: &str,
    links: &Links,
) -> Result<(), Failed> {
    let (entries, more) = scene.library.entries_in(id, section, ENTRIES)?;
    page.entries_total = number((entries.len() + more) as u64);
    page.entries = entries.iter().map(listed).collect();
    page.entries_more = more;
    let folder = Base::Catalog(id.clone()).folder();
    let sections = scene.library.sections(id)?;
    let below = sections
        .iter()
        .filter(|path| slug::section(path.parts()) != section && slug::is_below(path.parts(), section));
    page.places = below
        .take(SECTIONS)
        .map(|path| Linked {
            text: line(&path.to_string(), MAX_TITLE),
            href: links.page(&format!("{folder}s/{}/", slug::section(path.parts()))),
        })
        .collect();
    page.places_title = "Sections in it".into();
    Ok(())
}

pub(super) fn project(
    scene: &Scene<'_>,
    page: &mut ListingPage<'_>,
    key: &EntryKey,
    found: &Found,
    links: &Links,
) -> Result<(), Failed> {
    let places = scene.library.places(key)?;
    let address = match places.first() {
        Some((_, entry)) => Some(entry.url.clone()),
        None => found.events.iter().find_map(|event| Some(event.news.subject()?.url.clone())),
    };
    page.outside =
        address.as_deref().and_then(outside).map(|href| Linked { text: line(&href, MAX_TITLE), href });
    page.intro = match places.first() {
        Some((_, entry)) if !entry.description.is_empty() => line(&entry.description, MAX_LINE),
        Some(_) => String::new(),
        None => "It is listed in none of the catalogs followed here any more.".to_owned(),
    };
    page.places_title = if places.is_empty() { String::new() } else { "Listed in".into() };
    for (id, entry) in &places {
        let folder = Base::Catalog(id.clone()).folder();
        for place in &entry.places {
            let (text, path) = if place.section.is_root() {
                (title(scene, id).to_owned(), folder.clone())
            } else {
                let section = slug::section(place.section.parts());
                (format!("{} › {}", title(scene, id), place.section), format!("{folder}s/{section}/"))
            };
            page.places.push(Linked { text, href: links.page(&path) });
        }
    }
    Ok(())
}

fn listed(entry: &Entry) -> EntryLine {
    EntryLine {
        href: outside(&entry.url),
        name: line(&entry.name, MAX_TITLE),
        text: line(&entry.description, MAX_LINE),
    }
}
