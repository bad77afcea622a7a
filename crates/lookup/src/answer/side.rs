//! `/compare`: things side by side.

use whimbrel_news::Zone;
use whimbrel_project::Project;
use whimbrel_store::StoreError;

use super::names::{Failed, Thing};
use crate::answer::{Answer, Fact, Hint, Item, Plot, PlotLine, Point, card};
use crate::lookup::Scene;
use crate::question::Question;

pub(crate) fn compare(scene: &Scene<'_>, names: &[String]) -> Result<Answer, Failed> {
    let mut items = Vec::new();
    let mut lines = Vec::new();
    let mut seen = Vec::new();
    let mut asked = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let (thing, _) = scene.names.thing(name).map_err(|failed| instead(scene, failed, names, at))?;
        let key = thing.key().cloned();
        if seen.contains(&key) && key.is_some() {
            continue;
        }
        seen.push(key);
        asked.push(named(&thing));
        items.push(match &thing {
            Thing::Project(project) => {
                let stars = scene.store.star_history(project.id)?;
                let points = Point::of(&stars);
                let item = of_project(scene, project, &stars)?;
                if !points.is_empty() {
                    lines.push(PlotLine { name: project.full_name.clone(), points });
                }
                item
            }
            Thing::Entry(..) | Thing::Catalog(_) => of_other(scene, &thing)?,
        });
    }
    let shown: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
    let mut answer = Answer::titled(shown.join(" and "));
    if lines.iter().any(|line| line.points.len() > 1) {
        answer.charts.push(Plot { title: "Stars over time".to_owned(), ranks: false, lines });
    }
    answer.links.page = Some(Question::Compare { projects: asked }.page());
    Ok(answer.list("", items))
}

/// The name by which a thing is found again, whatever else is called so.
fn named(thing: &Thing) -> String {
    match thing {
        Thing::Project(project) => project.full_name.clone(),
        Thing::Entry(_, entry) => format!("https://{}", entry.key.address()),
        Thing::Catalog(meta) => meta.id.to_string(),
    }
}

/// Where one of the names is not known, what may have been meant is compared instead.
fn instead(scene: &Scene<'_>, failed: Failed, names: &[String], at: usize) -> Failed {
    let Failed::Missing(mut answer) = failed else { return failed };
    let other = |hint: Hint| match Question::parse(&hint.ask, scene.now, Zone::UTC) {
        Ok(Question::Show { project }) => {
            let mut projects = names.to_vec();
            projects[at] = project;
            Some(Hint { ask: Question::Compare { projects }.to_string(), ..hint })
        }
        _ => None,
    };
    answer.hints = std::mem::take(&mut answer.hints).into_iter().filter_map(other).collect();
    Failed::Missing(answer)
}

fn of_project(
    scene: &Scene<'_>,
    project: &Project,
    stars: &whimbrel_project::StarHistory,
) -> Result<Item, StoreError> {
    let listings = scene.store.listings(project.id)?;
    let places: usize = listings.iter().map(|listing| listing.sections.len()).sum();
    let mut text = project.facts.description.clone().unwrap_or_default();
    if text.is_empty()
        && let Some(listing) = listings.first()
        && let Some(entry) = scene.store.entry(&listing.catalog, &listing.entry)?
    {
        text = entry.description;
    }
    let item = Item::new(&project.full_name).saying(&text).leading(&project.url());
    let facts = card::facts(scene, project, stars).into_iter().filter(|fact| fact.label != "Address");
    let newest = card::releases(scene, project, 1)?.into_iter().next().map(|release| {
        let at = release.fact("Published").and_then(|fact| fact.at);
        Fact { at, url: release.url.clone(), ..Fact::text("Newest release", &release.name) }
    });
    let state = card::state(project).map(|state| Fact::text("State", &state));
    let item = item.with(facts).with(newest).with(state).with([Fact::count("Places", places as u64)]);
    Ok(item.asking(&Question::Show { project: project.full_name.clone() }))
}

/// A listed thing that is no project, or a catalog: what its card says.
fn of_other(scene: &Scene<'_>, thing: &Thing) -> Result<Item, Failed> {
    let card = card::of(scene, thing)?;
    let mut item = Item::new(thing.name()).saying(card.text.first().map_or("", String::as_str));
    if let Some(address) = card.fact("Address").and_then(|fact| fact.url.clone()) {
        item = item.leading(&address);
    }
    let listed = card.parts.iter().find(|part| part.title == "Listed in").map_or(0, |part| part.items.len());
    let facts = card.facts.iter().filter(|fact| fact.label != "Address").cloned();
    let item = item.with(facts).with([Fact::count("Places", listed as u64)]);
    Ok(item.asking(&Question::Show { project: thing.name().to_owned() }))
}
