//! Answers from the journal: `/new`, `/releases`, `/history`.

use std::collections::BTreeMap;

use whimbrel_news::wording::{excerpt, qualities, tell, version};
use whimbrel_news::{Event, Filter, Kind, News, slug};
use whimbrel_store::Scope;

use super::journal;
use super::names::{Failed, Part, Thing};
use super::view::{Base, View};
use crate::answer::card;
use crate::answer::{Answer, Fact, Hint, Item, Plot, PlotLine, Point};
use crate::lookup::Scene;
use crate::question::{Question, Within};
use crate::when::When;

/// Events looked at for the ranks of one project over time.
const RANK_EVENTS: usize = 500;

pub(crate) fn new(scene: &Scene<'_>, within: &Within, when: Option<When>) -> Result<Answer, Failed> {
    let part = scene.names.part(within)?;
    let view = View::of(part.base(), &[Kind::Added]);
    let during = when.map(|when| format!(" {}", when.label())).unwrap_or_default();
    let answer = Answer::titled(format!("New{}{during}", part.label()));
    told(scene, answer, &scope(&part, Kind::Added), &view, when, |event| added(scene, event))
}

pub(crate) fn releases(scene: &Scene<'_>, within: &Within, when: Option<When>) -> Result<Answer, Failed> {
    const KINDS: [Kind; 2] = [Kind::Released, Kind::ReleasePromoted];
    let during = when.map(|when| format!(" {}", when.label())).unwrap_or_default();
    let project = match (&within.catalog, scene.names.part(within)) {
        (Some(name), Err(Failed::Missing(_))) if within.section.is_none() => Some(scene.names.thing(name)?.0),
        (_, part) => part.map(|_| None)?,
    };
    let Some(thing) = project else {
        let part = scene.names.part(within)?;
        let view = View::of(part.base(), &KINDS);
        let answer = Answer::titled(format!("Releases{}{during}", part.label()));
        return told(scene, answer, &scope(&part, Kind::Released), &view, when, |event| {
            release(scene, event)
        });
    };
    let view = View::of(thing.base(), &KINDS);
    let answer = Answer::titled(format!("Releases of {}{during}", thing.name()));
    if let (Thing::Project(project), None) = (&thing, when) {
        // Also those that were there before it was followed.
        let most = scene.skipped() + scene.size + 1;
        let (items, paging) = scene.page_of(card::releases(scene, project, most)?);
        let paging = paging.map(|paging| crate::answer::Paging { pages: None, ..paging });
        let answer = empty(answer, items.is_empty(), "No release of it was seen yet.");
        return Ok(Answer { links: view.links(view.address("")), paging, ..answer }.list("", items));
    }
    let scope =
        Scope::Project(thing.key().cloned().unwrap_or_else(|| whimbrel_catalog::EntryKey::from_stored("")));
    told(scene, answer, &scope, &view, when, |event| release(scene, event))
}

pub(crate) fn history(scene: &Scene<'_>, name: &str) -> Result<Answer, Failed> {
    let (thing, _) = scene.names.thing(name)?;
    let view = View::of(thing.base(), &[]);
    let answer = Answer::titled(format!("History of {}", thing.name()));
    let scope = match &thing {
        Thing::Catalog(meta) => Scope::Catalog(meta.id.clone()),
        Thing::Project(project) => Scope::Project(project.key.clone()),
        Thing::Entry(_, entry) => Scope::Project(entry.key.clone()),
    };
    let mut answer = told(scene, answer, &scope, &view, None, |event| Some(line(scene, event)))?;
    if !matches!(thing, Thing::Catalog(_)) {
        answer.links.page = Some(view.address("history/"));
    }
    if let Thing::Project(project) = &thing {
        let stars = scene.store.star_history(project.id)?;
        answer.charts.extend(card::plot(&project.full_name, &stars));
        answer.charts.extend(ranks(scene, &scope, project.key.as_str())?);
        answer.hints.push(Hint {
            text: "All about it".to_owned(),
            ask: Question::Show { project: project.full_name.clone() }.to_string(),
        });
    }
    Ok(answer)
}

/// The events of a view and a time as an answer.
fn told(
    scene: &Scene<'_>,
    answer: Answer,
    scope: &Scope,
    view: &View,
    when: Option<When>,
    item: impl Fn(&Event) -> Option<Item>,
) -> Result<Answer, Failed> {
    let bounds = when.map(|when| when.bounds(scene.now, scene.zone));
    let filter = View { base: Base::All, ..view.clone() }.filter();
    let filter = if view.kinds.is_empty() { Filter::default() } else { filter };
    let (events, more) = journal::events(scene.store, scope, &filter, bounds, scene.skipped(), scene.size)?;
    let items: Vec<Item> = events.iter().filter_map(item).collect();
    let answer = empty(answer, items.is_empty(), "Nothing was told.");
    let paging = scene.paging(more, None);
    Ok(Answer { links: view.links(view.address("")), paging, ..answer }.list("", items))
}

fn empty(answer: Answer, is_empty: bool, text: &str) -> Answer {
    if is_empty { answer.say(text) } else { answer }
}

/// The index of the journal that fits best.
fn scope(part: &Part, kind: Kind) -> Scope {
    match part.base() {
        Base::Catalog(id) => Scope::Catalog(id),
        Base::Section(id, path) => Scope::Section(id, slug::section(path.parts())),
        Base::All | Base::Project(_) => Scope::Kind(kind),
    }
}

/// A new entry.
fn added(scene: &Scene<'_>, event: &Event) -> Option<Item> {
    let News::Added { subject, description, facts, .. } = &event.news else { return None };
    let place = event.catalog.as_ref().map(|id| {
        let title = scene.names.title(id);
        let under =
            if subject.section.is_empty() { String::new() } else { format!(" / {}", subject.section) };
        Fact::text("In", &format!("{title}{under}"))
    });
    let item = Item::new(&subject.name).leading(&subject.url).saying(description);
    let item = item.with([Fact::moment("Added", event.told_at())]).with(place);
    let item = item.with(facts.stars.map(|stars| Fact::count("Stars", stars)));
    Some(item.asking(&Question::Show { project: subject.url.clone() }))
}

/// A release, by the name of its project.
fn release(scene: &Scene<'_>, event: &Event) -> Option<Item> {
    let (project, release) = (event.news.project()?, event.news.release()?);
    let qualities = qualities(release).join(", ");
    let quality = (!qualities.is_empty()).then(|| Fact::text("Quality", &qualities));
    let name = format!("{} {}", project.subject.name, version(release));
    let place = event.catalog_ids().first().map(|id| Fact::text("In", scene.names.title(id)));
    let item = Item::new(&name).leading(&release.release_url).saying(&excerpt(release, 200));
    let item = item.with([Fact::moment("Published", release.published)]).with(quality).with(place);
    Some(item.asking(&Question::Show { project: project.project.clone() }))
}

/// Any event, in one line.
pub(crate) fn line(scene: &Scene<'_>, event: &Event) -> Item {
    let title = event.catalog_ids().first().map_or("", |id| scene.names.title(id)).to_owned();
    let told = tell(event, &title);
    let item = Item::new(&told.title).saying(told.lines.first().map_or("", String::as_str));
    let item = item.with([Fact::moment("When", event.told_at()), Fact::text("Kind", event.kind().as_str())]);
    let item = if title.is_empty() { item } else { item.with([Fact::text("In", &title)]) };
    let item = Item { name: told.title, ..item }.asking(&Question::Why { about: event.id().to_string() });
    match told.link {
        Some(link) => item.leading(&link),
        None => item,
    }
}

/// The ranks of a project over time, by the rankings it moved in.
fn ranks(scene: &Scene<'_>, scope: &Scope, key: &str) -> Result<Option<Plot>, Failed> {
    let moved = Filter::kind(Kind::RanksMoved);
    let (events, _) = journal::events(scene.store, scope, &moved, None, 0, RANK_EVENTS)?;
    let mut lines: BTreeMap<String, Vec<Point>> = BTreeMap::new();
    for event in events.iter().rev() {
        let News::RanksMoved { metric, scope, movers, .. } = &event.news else { continue };
        let is_ours =
            |url: &str| whimbrel_catalog::EntryKey::from_url(url).is_some_and(|one| one.as_str() == key);
        let Some(mover) = movers.iter().find(|mover| is_ours(&mover.url)) else { continue };
        let list = event.catalog.as_ref().map_or("all", |id| scene.names.title(id));
        let under = if scope.is_empty() { String::new() } else { format!(" / {scope}") };
        let name = format!("{list}{under}, by {}", whimbrel_news::wording::metric(metric));
        let points = lines.entry(name).or_default();
        if points.is_empty() {
            points.push(Point { at: event.at - chrono::TimeDelta::days(1), value: mover.from.into() });
        }
        points.push(Point { at: event.at, value: mover.to.into() });
    }
    let lines: Vec<PlotLine> = lines.into_iter().map(|(name, points)| PlotLine { name, points }).collect();
    Ok((!lines.is_empty()).then(|| Plot { title: "Rank over time".to_owned(), ranks: true, lines }))
}
