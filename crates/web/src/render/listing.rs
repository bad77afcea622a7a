//! Pages of a catalog, a section, a kind, a project; and what each listing is called.

use askama::Template;
use chrono::{DateTime, Utc};
use whimbrel_catalog::{CatalogId, Entry, EntryKey};
use whimbrel_news::wording::{MAX_LINE, MAX_TITLE, line, number};
use whimbrel_news::{Kind, slug};
use whimbrel_store::CatalogMeta;

use super::{Failed, Scene, home, problems, project, rankings, title};
use crate::address::{Base, Form, Listing, Wrong};
use crate::frame::{FeedLinks, Frame, Tab};
use crate::library::Found;
use crate::links::{Links, outside};
use crate::page::{EntryLine, Fact, ListingPage, NewLine, Pager};
use crate::row::{Linked, Moment, count, days, machine};
use crate::standings::Health;

/// Entries shown on the page of a section.
const ENTRIES: usize = 80;

/// Sections and new entries named on the page of a catalog, and places of its ranking.
const SECTIONS: usize = 150;
const NEW: usize = 5;
const PLACES: usize = 5;

/// The page of a listing. Below its first page it shows nothing but news, so that it stays as it is.
pub(super) fn page(
    scene: &Scene<'_>,
    listing: &Listing,
    found: &Found,
    pager: Pager,
    older: bool,
) -> Result<String, Failed> {
    let folder = if older && scene.files {
        format!("{}page/1/", listing.base.folder())
    } else {
        listing.base.folder()
    };
    let links = Links::from(&format!("/{folder}"), scene.files);
    let name = name(scene, listing, found)?;
    let first = listing.first();
    let current = FeedLinks::of(name.title.clone(), &first, &links);
    let mut feeds = vec![current.clone()];
    if let Base::Section(id, _) = &listing.base {
        feeds.push(FeedLinks::of(title(scene, id), &Listing::of(Base::Catalog(id.clone())), &links));
    }
    feeds.push(FeedLinks::of("All news", &Listing::default(), &links));
    let tab = if matches!(listing.base, Base::Catalog(_)) { Tab::Catalogs } else { Tab::None };
    let frame =
        Frame::new(scene.settings, &name.title, &links, tab).about(&format!("What changes: {}.", name.title));
    let mut page = ListingPage {
        frame: Frame {
            feeds,
            narrowed: !listing.narrow.is_open(),
            // Pages of files have names of their own further down.
            ..if older && scene.files {
                frame
            } else {
                pictured(frame.at(&listing.address(Form::Page)), scene, listing)
            }
        },
        crumbs: vec![Linked { text: "News".into(), href: links.page("") }],
        here: name.heading.clone(),
        heading: name.heading,
        outside: None,
        intro: String::new(),
        facts: Vec::new(),
        current: Some(current.leading_on(&first, &links)),
        problems: Vec::new(),
        places_title: String::new(),
        places: Vec::new(),
        days: days(&found.events, &links, scene.facts),
        pager,
        entries: Vec::new(),
        entries_more: 0,
        entries_total: String::new(),
        entries_search: links.search(),
        short: None,
        new: Vec::new(),
        health: Vec::new(),
        project: None,
    };
    if let Base::Section(id, _) = &listing.base {
        let folder = Base::Catalog(id.clone()).folder();
        page.crumbs.push(Linked { text: title(scene, id).to_owned(), href: links.page(&folder) });
    }
    if let Some(showing) = home::showing(scene, listing) {
        page.intro = format!("Only {}.", showing.join(", "));
    }
    if older {
        page.intro =
            if page.intro.is_empty() { "Older news.".into() } else { format!("Older news. {}", page.intro) };
        return Ok(page.render()?);
    }
    match &listing.base {
        Base::All => {}
        Base::Kind(_) => page.intro = "Of all catalogs followed here.".into(),
        Base::Catalog(id) => {
            about_catalog(scene, &mut page, id, &links)?;
            if listing.narrow.is_open() {
                standing(scene, &mut page, id, &links)?;
            }
        }
        Base::Section(id, section) => about_section(scene, &mut page, id, section, &links)?,
        Base::Project(_) => {
            if let Some(key) = &name.project {
                about_project(scene, &mut page, key, found, &links)?;
                project::tell(scene, &mut page, key)?;
            }
        }
    }
    Ok(page.render()?)
}

/// Pages with a picture of their own show it to those who pass on links; in files only catalogs have one.
fn pictured<'a>(frame: Frame<'a>, scene: &Scene<'_>, listing: &Listing) -> Frame<'a> {
    match &listing.base {
        Base::Section(id, _) => frame.pictured(&Base::Catalog(id.clone()).folder()),
        base @ Base::Catalog(_) => frame.pictured(&base.folder()),
        base @ Base::Project(_) if !scene.files => frame.pictured(&base.folder()),
        _ => frame,
    }
}

/// What a listing is called.
pub(crate) struct Name {
    /// Alone, as in a list of feeds.
    pub(crate) title: String,
    /// On its own page, under the crumbs.
    pub(crate) heading: String,
    pub(super) project: Option<EntryKey>,
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

fn about_catalog(
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
fn standing(
    scene: &Scene<'_>,
    page: &mut ListingPage<'_>,
    id: &CatalogId,
    links: &Links,
) -> Result<(), Failed> {
    let standings = scene.library.standings(Some(id), scene.now)?;
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

fn about_section(
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

fn about_project(
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
