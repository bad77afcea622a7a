//! The page about the program itself, and the same as JSON.

use askama::Template;
use serde_json::json;
use whimbrel_news::wording::number;
use whimbrel_store::CatalogMeta;

use super::{Failed, Scene, problems};
use crate::address::Base;
use crate::frame::{Frame, Tab};
use crate::links::Links;
use crate::page::{BudgetLine, Fact, LoopLine, Problem, StatusLine, StatusPage};
use crate::row::{Linked, Moment, machine};

/// The page.
pub(super) fn page(scene: &Scene<'_>) -> Result<String, askama::Error> {
    let own = if scene.files { "status/" } else { "status" };
    let links = Links::from(&format!("/{own}"), scene.files);
    let status = &scene.facts.status;
    let catalogs = scene.facts.catalogs.iter().map(|meta| StatusLine {
        link: Linked { text: meta.title.clone(), href: links.page(&Base::Catalog(meta.id.clone()).folder()) },
        entries: number(u64::from(meta.entries)),
        seen: meta.last_success.map(Moment::from),
        next: scene.facts.next_look(meta).map(Moment::from),
        state: state(meta),
    });
    let budgets = status.budgets.iter().map(|budget| BudgetLine {
        who: budget.who.clone(),
        what: budget.what.clone(),
        left: format!(
            "{} of {}, {} kept back",
            number(u64::from(budget.remaining)),
            number(u64::from(budget.limit)),
            number(u64::from(budget.reserve))
        ),
        reset: Moment::from(budget.reset),
        waiting: budget.waiting_until.map(Moment::from),
    });
    let loops = status.loops.iter().map(|part| LoopLine {
        name: part.name.clone(),
        alive: part.alive,
        last: part.last_progress.map(Moment::from),
    });
    let mut troubles = problems(scene.facts, scene.facts.catalogs.iter());
    troubles.extend(status.remarks.iter().map(|remark| Problem {
        tone: "warm",
        title: "Worth knowing".to_owned(),
        text: remark.clone(),
    }));
    StatusPage {
        made: scene.files.then(|| Moment::from(scene.now)),
        facts: facts(scene),
        problems: troubles,
        catalogs: catalogs.collect(),
        budgets: budgets.collect(),
        loops: loops.collect(),
        off: status.off.clone(),
        frame: Frame::new(scene.settings, "Status", &links, Tab::Status)
            .at(own)
            .about(&format!("How {} is doing.", scene.settings.title)),
    }
    .render()
}

/// What is wrong with a catalog; empty when all is well.
fn state(meta: &CatalogMeta) -> String {
    let what = meta.last_error.iter().chain(&meta.held).next();
    what.into_iter().chain(&meta.unread).map(String::as_str).collect::<Vec<_>>().join("; ")
}

fn facts(scene: &Scene<'_>) -> Vec<Fact> {
    let count = |label, value: u64| Fact { label, value: number(value), machine: None };
    let mut facts = vec![
        count("Catalogs", scene.facts.catalogs.len() as u64),
        count("Events", scene.library.reach().head),
    ];
    if let Some(projects) = &scene.facts.status.projects {
        facts.push(count("Projects followed", projects.followed as u64));
        let moments = [
            ("Projects last looked at", projects.last_look),
            ("Next", projects.next_look),
            ("GitHub rests until", projects.waiting_until),
        ];
        facts.extend(moments.into_iter().filter_map(|(label, at)| {
            let at = at?;
            Some(Fact { label, value: Moment::from(at).human, machine: Some(machine(at)) })
        }));
    }
    if let Some(hub) = &scene.facts.status.hub {
        facts.push(count("Feeds sent to", hub.subscriptions as u64));
        facts.push(count("Sent so far", hub.delivered));
        facts.push(count("Waiting", hub.waiting as u64));
        facts.push(count("Last sent in vain", hub.failing as u64));
    }
    facts
}

/// The same for machines.
pub(super) fn json(scene: &Scene<'_>) -> Result<String, Failed> {
    let catalogs: Vec<_> = scene
        .facts
        .catalogs
        .iter()
        .map(|meta| {
            json!({
                "id": meta.id,
                "title": meta.title,
                "source": meta.source,
                "entries": meta.entries,
                "last_look": meta.last_look,
                "last_success": meta.last_success,
                "last_change": meta.last_change,
                "next_look": scene.facts.next_look(meta),
                "failures": meta.failures,
                "error": meta.last_error,
                "stale": meta.stale,
                "held": meta.held,
                "unread": meta.unread,
            })
        })
        .collect();
    let mut whole = serde_json::to_value(&scene.facts.status)?;
    if let Some(fields) = whole.as_object_mut() {
        fields.insert("catalogs".to_owned(), catalogs.into());
        if scene.files {
            fields.insert("made".to_owned(), machine(scene.now).into());
        }
        fields.insert("events".to_owned(), scene.library.reach().head.into());
    }
    Ok(serde_json::to_string(&whole)? + "\n")
}
