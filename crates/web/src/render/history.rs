//! The past of a project on one page: its stars, forks and ranks over time, and what happened to it.

use std::collections::BTreeMap;

use askama::Template;
use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use whimbrel_catalog::EntryKey;
use whimbrel_charts::{Chart, Line, Up};
use whimbrel_news::wording::{MAX_TITLE, line, metric, tell};
use whimbrel_news::{Event, Kind, News, slug};
use whimbrel_project::StarHistory;

use super::{Failed, Scene, listing, project, title};
use crate::address::{Base, Form, Listing};
use crate::bots;
use crate::frame::{FeedLinks, Frame, Tab};
use crate::library::Followed;
use crate::links::{Links, outside};
use crate::numbers;
use crate::page::{ChartPart, Fact, HistoryPage, MonthPart, Numbers, Pager, PastLine};
use crate::row::{Linked, Moment, machine};

/// Events told of: more of them are on the pages of its news.
const EVENTS: usize = 120;

/// Events looked at for its ranks.
const RANK_EVENTS: usize = 200;

/// Rankings drawn: more lines cannot be told apart.
const RANKINGS: usize = 6;

/// A name and its values over time.
type Way = (String, Vec<(DateTime<Utc>, u64)>);

/// The folder of the page of a project's past, without the leading slash; the project by its name in addresses.
pub(crate) fn folder(project: &str) -> String {
    format!("{}history/", Base::Project(project.to_owned()).folder())
}

/// The page.
pub(super) fn page(scene: &Scene<'_>, slug: &str) -> Result<String, Failed> {
    let folder = folder(slug);
    let links = Links::from(&format!("/{folder}"), scene.files);
    let listing = Listing::of(Base::Project(slug.to_owned()));
    let found = scene.library.find(&listing, EVENTS)?;
    let named = listing::name(scene, &listing, &found)?;
    let followed = match &named.project {
        Some(key) => scene.library.followed(key, 0)?,
        None => None,
    };
    let stars = followed.as_ref().map(|followed| &followed.stars);
    let mut charts = Vec::new();
    if let Some(history) = stars {
        charts.extend(counted(scene, history));
    }
    if let Some(key) = &named.project {
        charts.extend(ranks(scene, &listing, key)?);
    }
    let own = links.page(&listing.base.folder());
    let older = found.older.filter(|_| !scene.files);
    let feed = FeedLinks::of(named.title.clone(), &listing, &links);
    Ok(HistoryPage {
        frame: Frame {
            feeds: vec![feed],
            ..Frame::new(scene.settings, &format!("History of {}", named.title), &links, Tab::None)
                .at(&folder)
                .about(&format!("How the stars of {0} grew, and what happened to {0}.", named.title))
        },
        crumbs: vec![
            Linked { text: "News".into(), href: links.page("") },
            Linked { text: named.heading.clone(), href: own.clone() },
        ],
        facts: facts(scene, followed.as_ref(), &found.events),
        ways: ways(scene, named.project.as_ref(), own, &links),
        numbers: stars.and_then(|stars| table(scene, stars)),
        months: months(scene, &found.events),
        pager: Pager {
            older: older.map(|older| links.page(&listing.from(older).address(Form::Page))),
            ..Pager::default()
        },
        name: named.heading,
        charts,
    }
    .render()?)
}

fn facts(scene: &Scene<'_>, followed: Option<&Followed>, events: &[Event]) -> Vec<Fact> {
    let moment =
        |label, at: DateTime<Utc>| Fact { label, value: Moment::from(at).day, machine: Some(machine(at)) };
    let mut facts = Vec::new();
    if let Some(Followed { project, stars, .. }) = followed {
        facts.extend(project.facts.created_at.map(|at| moment("Begun", at)));
        facts.extend(stars.rows().first().map(|row| moment("Counted since", row.at)));
        facts.extend(project::growth(scene, stars));
    }
    facts.extend(events.first().map(|event| moment("Last news", event.at)));
    facts
}

fn ways(scene: &Scene<'_>, key: Option<&EntryKey>, own: String, links: &Links) -> Vec<Linked> {
    let mut ways = vec![Linked { text: "All about it".into(), href: own }];
    if let Some(key) = key {
        ways.extend(compare_with(key, links));
        let question = whimbrel_lookup::Question::History { project: bots::named(key) };
        ways.extend(bots::ask(&scene.facts.status.bots, &question));
    }
    ways
}

/// Ways from the page of a project.
pub(super) fn ways_of(key: &EntryKey, links: &Links) -> Vec<Linked> {
    let past = Linked { text: "History".into(), href: links.page(&folder(&slug::project(key.as_str()))) };
    std::iter::once(past).chain(compare_with(key, links)).collect()
}

/// The way to a page that compares a project with others; pages kept as files have none.
fn compare_with(key: &EntryKey, links: &Links) -> Option<Linked> {
    let question = whimbrel_lookup::Question::Compare { projects: vec![bots::named(key)] };
    let page = question.page();
    (!links.is_files())
        .then(|| Linked { text: "Compare with…".into(), href: links.file(page.trim_start_matches('/')) })
}

/// Stars and forks over time.
fn counted(scene: &Scene<'_>, history: &StarHistory) -> Vec<ChartPart> {
    let rows = history.rows();
    let stars = rows.iter().map(|row| (row.at, row.stars)).collect();
    let forks = rows.iter().map(|row| (row.at, row.forks)).collect();
    [("Stars", "stars", stars), ("Forks", "forks", forks)]
        .into_iter()
        .filter_map(|(name, id, points): (&str, &str, Vec<_>)| {
            draw(scene, name, id, Up::More, &[(name.to_owned(), points)])
        })
        .collect()
}

/// Its places in the rankings in which it moved.
fn ranks(scene: &Scene<'_>, listing: &Listing, key: &EntryKey) -> Result<Option<ChartPart>, Failed> {
    let mut moved = listing.clone();
    moved.narrow.kinds = vec![Kind::RanksMoved];
    let found = scene.library.find(&moved, RANK_EVENTS)?;
    let mut ways: BTreeMap<String, Vec<(DateTime<Utc>, u64)>> = BTreeMap::new();
    for event in found.events.iter().rev() {
        let News::RanksMoved { metric: by, scope, movers, .. } = &event.news else { continue };
        let is_it = |url: &str| EntryKey::from_url(url).is_some_and(|other| other == *key);
        let Some(mover) = movers.iter().find(|mover| is_it(&mover.url)) else { continue };
        let list = event.catalog.as_ref().map_or("All catalogs", |id| title(scene, id));
        let under = if scope.is_empty() { String::new() } else { format!(" / {scope}") };
        let name = line(&format!("{list}{under}, by {}", metric(by)), MAX_TITLE);
        let points = ways.entry(name).or_default();
        if points.is_empty() {
            points.push((event.at - TimeDelta::days(1), mover.from.into()));
        }
        points.push((event.at, mover.to.into()));
    }
    let ways: Vec<Way> = ways.into_iter().take(RANKINGS).collect();
    Ok(draw(scene, "Rank", "rank", Up::Rank, &ways))
}

fn draw(scene: &Scene<'_>, name: &str, id: &str, up: Up, ways: &[Way]) -> Option<ChartPart> {
    let lines: Vec<Line<'_>> = ways.iter().map(|(name, points)| Line { name, points }).collect();
    let title = format!("{name} over time");
    let chart = Chart { title: &title, id, up, lines: &lines, until: scene.now };
    Some(ChartPart {
        id: id.to_owned(),
        title: name.to_owned(),
        svg: chart.svg()?,
        text: format!("{name} {}", chart.description()?),
    })
}

fn table(scene: &Scene<'_>, history: &StarHistory) -> Option<Numbers> {
    let points = history.rows().iter().map(|row| (row.at, row.stars)).collect();
    numbers::table(&[("Stars", points)], scene.now)
}

fn months(scene: &Scene<'_>, events: &[Event]) -> Vec<MonthPart> {
    let mut months: Vec<MonthPart> = Vec::new();
    let mut last = None;
    for event in events {
        // History that was replayed comes after all live news, and begins another row of months.
        let month = (event.at.year(), event.at.month(), event.history);
        if last.replace(month) != Some(month) {
            months.push(MonthPart {
                anchor: format!("m{}", months.len() + 1),
                title: event.at.format("%B %Y").to_string(),
                lines: Vec::new(),
            });
        }
        let catalog = event.catalog_ids().first().map_or("", |id| title(scene, id)).to_owned();
        let told = tell(event, &catalog);
        let past = PastLine {
            machine: machine(event.at),
            day: event.at.format("%-d %b").to_string(),
            text: told.title,
            href: told.link.as_deref().and_then(outside),
        };
        if let Some(month) = months.last_mut() {
            month.lines.push(past);
        }
    }
    months
}
