//! The first page: the latest news of everything, and every choice from it.

use std::cmp::Reverse;

use askama::Template;
use whimbrel_news::{Group, Period};
use whimbrel_store::CatalogMeta;

use super::{Scene, problems, title};
use crate::address::{Base, Form, Listing, digest_folder};
use crate::feed;
use crate::frame::{FeedLinks, Frame, Tab};
use crate::library::Found;
use crate::links::Links;
use crate::page::{Card, Choice, ChoiceGroup, DigestCard, FilterForm, Home, Pager, Problem};
use crate::row::{Moment, count, days};
use crate::sheet::Sheet;

/// Catalogs named beside the news; all of them have a page.
const CATALOGS: usize = 6;

/// The page.
pub(super) fn page(
    scene: &Scene<'_>,
    listing: &Listing,
    found: &Found,
    pager: Pager,
) -> Result<String, askama::Error> {
    let links = Links::from("/", scene.files);
    let narrowed = !listing.narrow.is_open();
    let all = FeedLinks::of("All news", &Listing::default(), &links);
    let current = if narrowed { FeedLinks::of("This choice of news", listing, &links) } else { all.clone() };
    let heading = if narrowed { "A choice of news" } else { "Latest news" };
    let frame = Frame::new(scene.settings, heading, &links, Tab::News).at(&listing.address(Form::Page));
    let nearest = nearest(scene);
    let mut feeds = if narrowed { vec![current.clone(), all] } else { vec![all] };
    if !narrowed {
        feeds.extend(nearest.iter().map(|meta| {
            FeedLinks::of(meta.title.clone(), &Listing::of(Base::Catalog(meta.id.clone())), &links)
        }));
    }
    let cards = nearest.iter().map(|meta| Card {
        title: meta.title.clone(),
        href: links.page(&Base::Catalog(meta.id.clone()).folder()),
        counts: format!(
            "{} in {}",
            count(meta.entries, "entry", "entries"),
            count(meta.sections, "section", "sections")
        ),
        seen: meta.last_success.map(Moment::from),
        feed: FeedLinks::of(meta.title.clone(), &Listing::of(Base::Catalog(meta.id.clone())), &links),
    });
    let mut troubles = problems(scene.facts, scene.facts.catalogs.iter());
    troubles.extend(scene.facts.status.loops.iter().filter(|state| !state.alive).map(|state| Problem {
        tone: "bad",
        title: format!("{} stands still", state.name),
        text: "It is being restarted; until then news may be late.".to_owned(),
    }));
    let intro = intro(scene);
    Home {
        heading,
        current: Some(current.leading_on(listing, &links)),
        form: (!scene.files).then(|| form(scene, listing)),
        days: days(&found.events, &links, scene.facts),
        pager,
        problems: troubles,
        catalogs: cards.collect(),
        more: (nearest.len() < scene.facts.catalogs.len()).then(|| links.page(Sheet::Catalogs.folder())),
        digests: vec![digest(Period::Daily, &links), digest(Period::Weekly, &links)],
        off: scene.facts.status.off.clone(),
        frame: Frame { feeds, narrowed, ..frame.about(&intro) },
        intro,
    }
    .render()
}

/// The catalogs named beside the news: all when they are few, else those that changed last.
fn nearest<'a>(scene: &Scene<'a>) -> Vec<&'a CatalogMeta> {
    let mut nearest: Vec<_> = scene.facts.catalogs.iter().collect();
    if nearest.len() > CATALOGS {
        nearest.sort_by_key(|meta| Reverse(meta.last_change));
        nearest.truncate(CATALOGS);
        nearest.sort_by_key(|meta| meta.title.to_lowercase());
    }
    nearest
}

fn digest(period: Period, links: &Links) -> DigestCard {
    let title = match period {
        Period::Daily => "Daily digest",
        Period::Weekly => "Weekly digest",
    };
    DigestCard {
        title,
        href: links.page(&digest_folder(period)),
        per: feed::per(period),
        feed: FeedLinks::of_digest(title, period, links),
    }
}

fn intro(scene: &Scene<'_>) -> String {
    let catalogs = &scene.facts.catalogs;
    let entries = catalogs.iter().map(|meta| meta.entries).sum();
    format!(
        "What changes in {} with {}, as it happens.",
        count(catalogs.len() as u32, "catalog", "catalogs"),
        count(entries, "entry", "entries")
    )
}

fn form(scene: &Scene<'_>, listing: &Listing) -> FilterForm {
    let narrow = &listing.narrow;
    let catalogs = scene.facts.catalogs.iter().map(|meta| Choice {
        value: meta.id.to_string(),
        text: meta.title.clone(),
        chosen: narrow.catalogs == [meta.id.clone()],
    });
    let kinds = Group::ALL.into_iter().map(|group| ChoiceGroup {
        title: group.title(),
        choices: group
            .kinds()
            .map(|kind| Choice {
                value: kind.to_string(),
                text: kind.title().to_owned(),
                chosen: narrow.kinds == [kind],
            })
            .collect(),
    });
    FilterForm {
        catalogs: catalogs.collect(),
        kinds: kinds.collect(),
        words: narrow.words.clone(),
        showing: showing(scene, listing),
    }
}

/// What a listing is narrowed to, part by part; `None` when it shows everything.
pub(crate) fn showing(scene: &Scene<'_>, listing: &Listing) -> Option<Vec<String>> {
    let narrow = &listing.narrow;
    let mut showing: Vec<String> = narrow.catalogs.iter().map(|id| title(scene, id).to_owned()).collect();
    showing.extend(narrow.kinds.iter().map(|kind| kind.title().to_lowercase()));
    showing.extend(narrow.sections.iter().map(|section| format!("section {}", section.replace('~', " / "))));
    showing.extend(narrow.projects.iter().map(|project| format!("project {}", project.replace('~', "/"))));
    if !narrow.words.is_empty() {
        showing.push(format!("“{}”", narrow.words));
    }
    (!showing.is_empty()).then_some(showing)
}
