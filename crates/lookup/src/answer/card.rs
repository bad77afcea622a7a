//! `/show`: all about one thing.

use std::cmp::Reverse;
use std::collections::HashSet;

use chrono::{DateTime, Utc};
use whimbrel_catalog::{Entry, EntryKey};
use whimbrel_news::wording::{excerpt, qualities, version};
use whimbrel_news::{Event, Filter, Kind, News};
use whimbrel_project::{Project, Standing, StarHistory};
use whimbrel_store::{CatalogMeta, Listing, Query, Scope, StoreError};

use super::names::{Failed, Thing, shows};
use super::top;
use super::view::{Base, View};
use crate::answer::{Answer, Fact, Hint, Item, Plot, PlotLine, Point};
use crate::lookup::Scene;
use crate::question::{Question, Within};

/// Releases on a card.
const RELEASES: usize = 5;

/// Larger catalogs are not read to find a rank.
const RANKED: u32 = 20_000;

pub(crate) fn show(scene: &Scene<'_>, name: &str) -> Result<Answer, Failed> {
    let (thing, others) = scene.names.thing(name)?;
    let mut answer = of(scene, &thing)?;
    answer.hints.extend(others.iter().map(|hit| {
        let place =
            hit.places.first().map(|(id, _)| format!(" in {}", scene.names.title(id))).unwrap_or_default();
        Hint { text: format!("{}{place}", hit.name), ask: shows(&hit.subject, &hit.name).to_string() }
    }));
    Ok(answer)
}

pub(crate) fn of(scene: &Scene<'_>, thing: &Thing) -> Result<Answer, Failed> {
    Ok(match thing {
        Thing::Project(project) => of_project(scene, project)?,
        Thing::Entry(_, entry) => of_entry(scene, entry)?,
        Thing::Catalog(meta) => of_catalog(meta),
    })
}

fn of_project(scene: &Scene<'_>, project: &Project) -> Result<Answer, StoreError> {
    let stars = scene.store.star_history(project.id)?;
    let listings = scene.store.listings(project.id)?;
    let mut answer = Answer::titled(&project.full_name);
    answer.text.extend(project.facts.description.clone().filter(|text| !text.is_empty()));
    if answer.text.is_empty()
        && let Some(listing) = listings.first()
        && let Some(entry) = scene.store.entry(&listing.catalog, &listing.entry)?
        && !entry.description.is_empty()
    {
        answer.text.push(entry.description);
    }
    answer.text.extend(state(project));
    answer.facts = facts(scene, project, &stars);
    let mut places = Vec::new();
    for listing in &listings {
        places.extend(self::places(scene, project, listing)?);
    }
    answer = answer.list("Listed in", places);
    answer = answer.list("Releases", releases(scene, project, RELEASES)?);
    answer.charts.extend(plot(&project.full_name, &stars));
    let view = View::of(Base::Project(project.key.clone()), &[]);
    answer.links = view.links(view.address(""));
    answer.hints = vec![
        Hint {
            text: "History".to_owned(),
            ask: Question::History { project: project.full_name.clone() }.to_string(),
        },
        Hint {
            text: "Releases".to_owned(),
            ask: Question::Releases { within: Within::catalog(&project.full_name), when: None }.to_string(),
        },
    ];
    Ok(answer)
}

/// What is known of a project: counts, growth, language, licence, dates.
pub(crate) fn facts(scene: &Scene<'_>, project: &Project, stars: &StarHistory) -> Vec<Fact> {
    let its = &project.facts;
    let text = |label, value: Option<&String>| value.map(|value| Fact::text(label, value));
    let grown = [(7, "Stars in 7 days"), (30, "Stars in 30 days"), (365, "Stars in a year")];
    let mut facts: Vec<Fact> = its.stars.map(|count| Fact::count("Stars", count)).into_iter().collect();
    facts.extend(grown.into_iter().filter_map(|(days, label)| {
        stars.growth(days, scene.now).map(|growth| Fact::gain(label, growth.stars))
    }));
    facts.extend(its.forks.map(|count| Fact::count("Forks", count)));
    facts.extend(text("Language", its.language.as_ref()));
    facts.extend(text("Licence", its.license.as_ref().filter(|license| *license != "NOASSERTION")));
    facts.extend(its.pushed_at.map(|at| Fact::moment("Last push", at)));
    facts.extend(its.created_at.map(|at| Fact::moment("Begun", at)));
    facts.push(Fact { url: Some(project.url()), ..Fact::text("Address", &project.url()) });
    facts
}

/// The state of a project, where there is something to say.
pub(crate) fn state(project: &Project) -> Option<String> {
    let since = |at: DateTime<Utc>| format!(" since {}", whimbrel_news::wording::date(at));
    match project.standing {
        Standing::Unresolved => Some("It was not looked at yet.".to_owned()),
        Standing::Gone { since: at } => Some(format!("It cannot be found{}.", since(at))),
        _ if project.facts.archived => {
            Some(format!("It is archived{}.", project.facts.archived_at.map(since).unwrap_or_default()))
        }
        _ => None,
    }
}

/// Where it is listed, with its rank by stars there.
fn places(scene: &Scene<'_>, project: &Project, listing: &Listing) -> Result<Vec<Item>, StoreError> {
    let title = scene.names.title(&listing.catalog);
    let small = scene.names.catalogs.iter().any(|meta| meta.id == listing.catalog && meta.entries <= RANKED);
    let board = if small { Some(scene.boards.of(scene.store, Some(&listing.catalog))?) } else { None };
    let rank = |section| {
        let (rank, of) = board.as_ref()?.rank(project.id, section)?;
        let fact = Fact::text("", &format!("{rank} of {}", whimbrel_news::wording::number(of as u64)));
        Some(Fact { number: Some(i64::from(rank)), ..fact })
    };
    let mut items = Vec::new();
    for section in &listing.sections {
        let path = section.parts().join(" / ");
        let shown = if section.is_root() { title.to_owned() } else { format!("{title} / {path}") };
        let whole = rank(None).map(|fact| Fact { label: "Rank in catalog".to_owned(), ..fact });
        let part = Some(section).filter(|section| !section.is_root()).and_then(|section| rank(Some(section)));
        let part = part.map(|fact| Fact { label: "Rank in section".to_owned(), ..fact });
        let under = (!section.is_root()).then(|| path.replace('"', " "));
        let item = Item::new(&shown).with(whole).with(part);
        items.push(item.asking(&top::asking(listing.catalog.as_str(), under)));
    }
    Ok(items)
}

/// The newest releases: those that were told, and those that were there before.
pub(crate) fn releases(scene: &Scene<'_>, project: &Project, most: usize) -> Result<Vec<Item>, StoreError> {
    let query = Query {
        scope: Scope::Project(project.key.clone()),
        filter: Filter::any([Kind::Released, Kind::ReleasePromoted].map(Filter::kind)),
        after: None,
        limit: most,
    };
    let told = scene.store.events(&query)?.events;
    let tags: HashSet<&str> =
        told.iter().filter_map(|event| Some(event.news.release()?.tag.as_str())).collect();
    let before = project.recent.iter().filter(|recent| !tags.contains(recent.tag.as_str())).map(|recent| {
        let unfinished = recent.prerelease.then(|| Fact::text("Quality", "prerelease"));
        let item = Item::new(&recent.tag).leading(&project.release_url(&recent.tag));
        (recent.published, item.with([Fact::moment("Published", recent.published)]).with(unfinished))
    });
    let told_items = told.iter().filter_map(|event| Some((event.news.release()?.published, release(event)?)));
    let mut all: Vec<(DateTime<Utc>, Item)> = told_items.chain(before).collect();
    all.sort_by_key(|(published, _)| Reverse(*published));
    Ok(all.into_iter().take(most).map(|(_, item)| item).collect())
}

/// A release as an item, by its version.
fn release(event: &Event) -> Option<Item> {
    let (News::Released { release, .. } | News::ReleasePromoted { release, .. }) = &event.news else {
        return None;
    };
    let qualities = qualities(release).join(", ");
    let quality = (!qualities.is_empty()).then(|| Fact::text("Quality", &qualities));
    let item = Item::new(&version(release)).leading(&release.release_url).saying(&excerpt(release, 200));
    Some(item.with([Fact::moment("Published", release.published)]).with(quality))
}

/// Stars over time; nothing where there is but one moment.
pub(crate) fn plot(name: &str, stars: &StarHistory) -> Option<Plot> {
    let line = PlotLine { name: name.to_owned(), points: Point::of(stars) };
    (line.points.len() > 1).then(|| Plot {
        title: "Stars over time".to_owned(),
        ranks: false,
        lines: vec![line],
    })
}

/// A project as an item of a list.
pub(crate) fn brief(project: &Project) -> Item {
    let description = project.facts.description.as_deref().unwrap_or_default();
    let item = Item::new(&project.full_name).leading(&project.url()).saying(description);
    item.asking(&Question::Show { project: project.full_name.clone() })
}

/// Stars, then forks; or the other way round.
pub(crate) fn counts(project: &Project, forks_first: bool) -> Vec<Fact> {
    let mut facts: Vec<Fact> =
        project.facts.stars.map(|count| Fact::count("Stars", count)).into_iter().collect();
    facts.extend(project.facts.forks.map(|count| Fact::count("Forks", count)));
    if forks_first {
        facts.reverse();
    }
    facts
}

/// A listed thing that is no project: what the documents say about it.
fn of_entry(scene: &Scene<'_>, entry: &Entry) -> Result<Answer, StoreError> {
    let mut answer = Answer::titled(&entry.name);
    if !entry.description.is_empty() {
        answer = answer.say(&entry.description);
    }
    answer.facts = entry
        .figures
        .iter()
        .map(|figure| Fact::text(whimbrel_news::wording::metric(&figure.metric), &figure.shown))
        .collect();
    if !entry.marks.is_empty() {
        answer.facts.push(Fact::text("Marks", &entry.marks.join(", ")));
    }
    answer.facts.push(Fact::text("Address", &entry.url).leading(&entry.url));
    let mut places = Vec::new();
    for meta in &scene.names.catalogs {
        if let Some(listed) = scene.store.entry(&meta.id, &entry.key)? {
            places.extend(listed.places.iter().map(|place| in_section(meta, place.section.parts())));
        }
    }
    answer = answer.list("Listed in", places);
    let view = View::of(Base::Project(EntryKey::from_stored(entry.key.as_str())), &[]);
    answer.links = view.links(view.address(""));
    Ok(answer)
}

fn in_section(meta: &CatalogMeta, parts: &[Box<str>]) -> Item {
    let path = parts.join(" / ");
    let shown = if parts.is_empty() { meta.title.clone() } else { format!("{} / {path}", meta.title) };
    let under = (!parts.is_empty()).then(|| path.replace('"', " "));
    Item::new(&shown).asking(&top::asking(meta.id.as_str(), under))
}

fn of_catalog(meta: &CatalogMeta) -> Answer {
    let mut answer = Answer::titled(&meta.title);
    answer.facts = catalog_facts(meta);
    answer.facts.push(Fact::text("Source", &meta.source));
    answer.facts.push(Fact::moment("Followed since", meta.followed));
    if meta.stale {
        answer = answer.say("It is out of reach; what is known of it is old.");
    }
    let view = View::of(Base::Catalog(meta.id.clone()), &[]);
    answer.links = view.links(view.address(""));
    let within = Within::catalog(meta.id.as_str());
    let new = Question::New { within: within.clone(), when: None }.to_string();
    answer.hints = vec![
        Hint { text: "Top".to_owned(), ask: top::asking(meta.id.as_str(), None).to_string() },
        Hint { text: "New".to_owned(), ask: new },
        Hint { text: "Movers".to_owned(), ask: Question::Movers { within, when: None }.to_string() },
    ];
    answer
}

/// The size of a catalog, and when it last changed.
pub(crate) fn catalog_facts(meta: &CatalogMeta) -> Vec<Fact> {
    let mut facts = vec![
        Fact::count("Entries", u64::from(meta.entries)),
        Fact::count("Sections", u64::from(meta.sections)),
    ];
    facts.extend(meta.last_change.map(|at| Fact::moment("Last change", at)));
    if meta.stale || meta.failures > 0 {
        facts.push(Fact::text("State", if meta.stale { "out of reach" } else { "the last look failed" }));
    }
    facts
}
