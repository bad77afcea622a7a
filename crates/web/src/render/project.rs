//! What is known of a followed project: its facts, its stars over time, its releases.

use std::cmp::Reverse;
use std::collections::HashSet;

use chrono::{DateTime, Utc};
use whimbrel_catalog::EntryKey;
use whimbrel_charts::{Chart, Line, Up};
use whimbrel_news::wording::{MAX_LINE, MAX_TITLE, line, number};
use whimbrel_news::{Event, Level, News, Release};
use whimbrel_project::{Project, Standing, StarHistory};

use super::{Failed, Scene};
use crate::library::Followed;
use crate::links::outside;
use crate::page::{Fact, ListingPage, Problem, ProjectPart, ReleaseLine};
use crate::row::{Moment, machine};

/// Releases listed.
const RELEASES: usize = 20;

/// Notes of a release are cut here: the whole of them is one click away.
const NOTES: usize = 280;

/// Tells on a project's page what is known of it; nothing of one that is not followed.
pub(super) fn tell(scene: &Scene<'_>, page: &mut ListingPage<'_>, key: &EntryKey) -> Result<(), Failed> {
    let Some(followed) = scene.library.followed(key, RELEASES)? else { return Ok(()) };
    let Followed { project, stars, releases } = followed;
    page.facts = facts(&project);
    page.problems.extend(problem(&project));
    if page.intro.is_empty()
        && let Some(description) = &project.facts.description
    {
        page.intro = line(description, MAX_LINE);
    }
    let chart = chart(scene, &stars);
    page.project = Some(ProjectPart {
        chart_text: chart.as_ref().map(|(_, text)| text.clone()).unwrap_or_default(),
        chart: chart.map(|(svg, _)| svg),
        growth: growth(scene, &stars),
        releases: self::releases(&project, &releases),
        all_releases: outside(&format!("{}/releases", project.url())).filter(|_| project.node.is_some()),
    });
    Ok(())
}

fn facts(project: &Project) -> Vec<Fact> {
    let its = &project.facts;
    let text = |label, value: Option<&String>| {
        value.map(|value| Fact { label, value: line(value, MAX_TITLE), machine: None })
    };
    let count =
        |label, value: Option<u64>| value.map(|value| Fact { label, value: number(value), machine: None });
    let moment = |label, at: Option<_>| {
        at.map(|at| Fact { label, value: Moment::from(at).human, machine: Some(machine(at)) })
    };
    [
        count("Stars", its.stars),
        count("Forks", its.forks),
        text("Language", its.language.as_ref()),
        text("Licence", its.license.as_ref().filter(|license| *license != "NOASSERTION")),
        moment("Last push", its.pushed_at),
        moment("Begun", its.created_at),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn problem(project: &Project) -> Option<Problem> {
    let since = |at| format!(" since {}", Moment::from(at).human);
    match project.standing {
        Standing::Unresolved => Some(Problem {
            tone: "warm",
            title: "Not looked at yet".to_owned(),
            text: project.last_error.as_ref().map_or_else(
                || "What GitHub knows of it is shown here after the first look.".to_owned(),
                |error| format!("The last look said: {error}."),
            ),
        }),
        Standing::Gone { since: at } => Some(Problem {
            tone: "bad",
            title: "Gone".to_owned(),
            text: format!("The repository cannot be found{}: it was deleted or made private.", since(at)),
        }),
        _ if project.facts.archived => Some(Problem {
            tone: "warm",
            title: "Archived".to_owned(),
            text: format!(
                "Its owner put it away{}: it can be read, but nobody works on it.",
                project.facts.archived_at.map(since).unwrap_or_default()
            ),
        }),
        _ => None,
    }
}

fn chart(scene: &Scene<'_>, stars: &StarHistory) -> Option<(String, String)> {
    let points: Vec<_> = stars.rows().iter().map(|row| (row.at, row.stars)).collect();
    let lines = [Line { name: "Stars", points: &points }];
    let chart =
        Chart { title: "Stars over time", id: "stars", up: Up::More, lines: &lines, until: scene.now };
    Some((chart.svg()?, format!("Stars {}", chart.description()?)))
}

pub(super) fn growth(scene: &Scene<'_>, stars: &StarHistory) -> Vec<Fact> {
    let spans = [("In 7 days", 7), ("In 30 days", 30), ("In 90 days", 90), ("In a year", 365)];
    let grown = spans.into_iter().filter_map(|(label, days)| {
        let growth = stars.growth(days, scene.now)?.stars;
        let sign = if growth < 0 { "−" } else { "+" };
        Some(Fact { label, value: format!("{sign}{}", number(growth.unsigned_abs())), machine: None })
    });
    grown.collect()
}

/// Those that were told, and the newest of which nothing was told because they were there before.
fn releases(project: &Project, told: &[Event]) -> Vec<ReleaseLine> {
    let mut lines: Vec<(DateTime<Utc>, ReleaseLine)> = told.iter().filter_map(release).collect();
    let tags: HashSet<&str> = told.iter().filter_map(|event| Some(told_of(event)?.tag.as_str())).collect();
    for recent in project.recent.iter().filter(|recent| !tags.contains(recent.tag.as_str())) {
        let line = ReleaseLine {
            tag: line(&recent.tag, MAX_TITLE),
            href: outside(&project.release_url(&recent.tag)),
            marks: recent.prerelease.then_some("prerelease").into_iter().collect(),
            published: Moment::from(recent.published),
            notes: String::new(),
        };
        lines.push((recent.published, line));
    }
    lines.sort_by_key(|(published, _)| Reverse(*published));
    lines.into_iter().take(RELEASES).map(|(_, line)| line).collect()
}

fn told_of(event: &Event) -> Option<&Release> {
    match &event.news {
        News::Released { release, .. } | News::ReleasePromoted { release, .. } => Some(release),
        _ => None,
    }
}

fn release(event: &Event) -> Option<(DateTime<Utc>, ReleaseLine)> {
    let release = told_of(event)?;
    let level = match release.level {
        Some(Level::Major) => Some("major"),
        Some(Level::Minor) => Some("minor"),
        Some(Level::Patch | Level::Pre) | None => None,
    };
    let marks = [
        (!release.security.is_empty()).then_some("security"),
        level,
        release.prerelease.then_some("prerelease"),
        release.nightly.then_some("nightly"),
    ];
    let line = ReleaseLine {
        tag: line(&release.tag, MAX_TITLE),
        href: outside(&release.release_url),
        marks: marks.into_iter().flatten().collect(),
        published: Moment::from(release.published),
        notes: line(&release.notes, NOTES),
    };
    Some((release.published, line))
}
