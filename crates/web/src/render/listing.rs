//! Pages of a catalog, a section, a kind, a project.

mod about;
mod name;

use askama::Template;

pub(crate) use self::name::{Name, name};
use super::{Failed, Scene, history, home, project, title};
use crate::address::{Base, Form, Listing};
use crate::bots;
use crate::frame::{FeedLinks, Frame, Tab};
use crate::library::Found;
use crate::links::Links;
use crate::page::{ListingPage, Pager};
use crate::row::{Linked, days};

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
    let asked = bots::question(&listing.base, name.project.as_ref());
    let asked = asked.and_then(|question| bots::ask(&scene.facts.status.bots, &question));
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
        ways: Vec::new(),
        facts: Vec::new(),
        current: Some(current.leading_on(&first, &links).asked(asked)),
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
            about::catalog(scene, &mut page, id, &links)?;
            if listing.narrow.is_open() {
                about::standing(scene, &mut page, id, &links)?;
            }
        }
        Base::Section(id, section) => about::section(scene, &mut page, id, section, &links)?,
        Base::Project(_) => {
            if let Some(key) = &name.project {
                about::project(scene, &mut page, key, found, &links)?;
                project::tell(scene, &mut page, key)?;
                page.ways = history::ways_of(key, &links);
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
