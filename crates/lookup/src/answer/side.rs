//! `/compare`: things side by side.

use super::names::{Failed, Thing};
use crate::answer::{Answer, Fact, Item, Plot, PlotLine, Point, card};
use crate::lookup::Scene;

pub(crate) fn compare(scene: &Scene<'_>, names: &[String]) -> Result<Answer, Failed> {
    let mut items = Vec::new();
    let mut lines = Vec::new();
    let mut seen = Vec::new();
    for name in names {
        let (thing, _) = scene.names.thing(name)?;
        let key = thing.key().cloned();
        if seen.contains(&key) && key.is_some() {
            continue;
        }
        seen.push(key);
        let card = card::of(scene, &thing)?;
        let mut item = Item::new(thing.name()).saying(card.text.first().map_or("", String::as_str));
        if let Some(address) = card.fact("Address").and_then(|fact| fact.url.clone()) {
            item = item.leading(&address);
        }
        let plain = card.facts.iter().filter(|fact| fact.label != "Address").cloned();
        item = item.with(plain);
        if let Thing::Project(project) = &thing {
            let newest = card::releases(scene, project, 1)?.into_iter().next();
            item = item.with(newest.map(|release| {
                let at = release.fact("Published").and_then(|fact| fact.at);
                Fact { at, url: release.url.clone(), ..Fact::text("Newest release", &release.name) }
            }));
            item = item.with(card::state(project).map(|state| Fact::text("State", &state)));
            let stars = scene.store.star_history(project.id)?;
            let points = Point::of(&stars);
            if !points.is_empty() {
                lines.push(PlotLine { name: project.full_name.clone(), points });
            }
        }
        let listed =
            card.parts.iter().find(|part| part.title == "Listed in").map_or(0, |part| part.items.len());
        item = item.with([Fact::count("Places", listed as u64)]);
        item.ask = Some(crate::Question::Show { project: thing.name().to_owned() }.to_string());
        items.push(item);
    }
    let shown: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
    let mut answer = Answer::titled(shown.join(" and "));
    if lines.iter().any(|line| line.points.len() > 1) {
        answer.charts.push(Plot { title: "Stars over time".to_owned(), ranks: false, lines });
    }
    Ok(answer.list("", items))
}
