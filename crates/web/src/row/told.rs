//! What an event says on a page, kind by kind.

use std::fmt::Write as _;

use whimbrel_catalog::{Metric, Mover};
use whimbrel_news::wording::{MAX_LINE, MAX_TITLE, line, number};
use whimbrel_news::{Event, Facts, News, Release, wording};

use super::{Moment, Titles, Was, count};

/// The beginning of a release's notes on a page; the rest is behind the link.
const MAX_EXCERPT: usize = 400;

/// What differs from kind to kind.
#[derive(Default)]
pub(super) struct Told {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) was: Option<Was>,
    pub(super) notes: Vec<String>,
}

pub(super) fn told(event: &Event, titles: &dyn Titles) -> Told {
    // Names and texts come from strangers' documents and can be of any length.
    let name = event.news.subject().map_or_else(String::new, |subject| line(&subject.name, MAX_TITLE));
    let text = line(event.news.description(), MAX_LINE);
    let told = Told { name, text, ..Told::default() };
    let catalog =
        || event.catalog.as_ref().map_or_else(|| "All catalogs".to_owned(), |id| titles.title(id).to_owned());
    match &event.news {
        News::Added { in_place_of, returned, facts, .. } => {
            let mut notes = known(facts);
            if let Some(old) = in_place_of {
                notes.push(format!("In the place of {}", line(&old.name, MAX_TITLE)));
            }
            if *returned {
                notes.push("It was listed before".to_owned());
            }
            Told { notes, ..told }
        }
        News::Removed { .. } | News::Restored { .. } => told,
        News::Moved { subject, old_section, .. } => {
            Told { was: was(place_name(old_section), place_name(&subject.section)), ..told }
        }
        News::Renamed { subject, old_name, old_url, .. } => {
            let was = if *old_name == subject.name {
                was(old_url, &subject.url)
            } else {
                was(old_name, &subject.name)
            };
            Told { was, ..told }
        }
        News::Edited { description, old_description, .. } => {
            Told { text: String::new(), was: was(old_description, description), ..told }
        }
        News::SectionRenamed { section, old_section, entries, .. } => Told {
            name: line(section, MAX_TITLE),
            was: was(old_section, section),
            notes: vec![format!("{} went with it", count(*entries, "entry", "entries"))],
            ..told
        },
        News::Released { release, .. } | News::ReleasePromoted { release, .. } => {
            let mut told = released(event, release);
            told.notes.extend(event.news.facts().map(known).unwrap_or_default());
            told
        }
        News::ProjectRenamed { project, old_project, transferred, .. } => Told {
            was: was(old_project, &project.project),
            notes: if *transferred { vec!["It has another owner now".to_owned()] } else { Vec::new() },
            ..told
        },
        News::LicenseChanged { project, old_license } => Told {
            was: was(old_license.as_deref().unwrap_or(""), project.facts.license.as_deref().unwrap_or("")),
            ..told
        },
        News::ReleasesBackfilled { .. }
        | News::Archived { .. }
        | News::Unarchived { .. }
        | News::Gone { .. }
        | News::Back { .. }
        | News::LinkDead { .. }
        | News::LinkBack { .. } => {
            let mut lines = wording::tell(event, "").lines.into_iter();
            Told { text: lines.next().unwrap_or_default(), notes: lines.collect(), ..told }
        }
        News::RanksMoved { metric, scope, movers, .. } => {
            Told { name: ranking(metric, scope), notes: movers.iter().map(mover).collect(), ..told }
        }
        News::EnteredTop { metric, scope, rank, top, .. } => Told {
            notes: vec![format!("Now number {rank}, in the top {top}: {}", ranking(metric, scope))],
            ..told
        },
        News::LeftTop { metric, scope, rank, top, .. } => Told {
            notes: vec![format!("Now {rank}, out of the top {top} of {}", ranking(metric, scope))],
            ..told
        },
        News::Milestone { metric, value, .. } => {
            Told { notes: vec![format!("Passed {} {}", number(*value), wording::metric(metric))], ..told }
        }
        News::Followed { entries, sections, .. } => Told {
            name: catalog(),
            text: format!(
                "Followed from here on, with {} in {}.",
                count(*entries, "entry", "entries"),
                count(*sections, "section", "sections")
            ),
            ..told
        },
        News::Reshaped { detail, added, removed, moved, renamed, edited, .. } => {
            let parts = [
                (*added, "added"),
                (*removed, "removed"),
                (*moved, "moved"),
                (*renamed, "renamed"),
                (*edited, "edited"),
            ];
            let parts: Vec<String> = parts
                .iter()
                .filter(|(n, _)| *n > 0)
                .map(|(n, what)| format!("{} {what}", number(u64::from(*n))))
                .collect();
            let notes = if parts.is_empty() { Vec::new() } else { vec![parts.join(", ")] };
            Told { name: catalog(), text: line(detail, MAX_LINE), notes, ..told }
        }
        News::Stale { since, error } => Told {
            name: catalog(),
            text: format!("Could not be read since {}.", Moment::from(*since).human),
            notes: if error.is_empty() { Vec::new() } else { vec![line(error, MAX_LINE)] },
            ..told
        },
        News::Recovered { since, .. } => Told {
            name: catalog(),
            text: format!("Is read again; before that last on {}.", Moment::from(*since).human),
            ..told
        },
    }
}

/// A release: its version beside the name, a hint at a mended weakness, then the beginning of its notes.
fn released(event: &Event, release: &Release) -> Told {
    let name = event.news.subject().map_or("", |subject| &subject.name);
    let qualities = wording::qualities(release).join(", ");
    let notes = if qualities.is_empty() { Vec::new() } else { vec![qualities] };
    Told {
        name: line(&format!("{name} {}", wording::version(release)), MAX_TITLE),
        text: wording::excerpt(release, MAX_EXCERPT),
        notes,
        ..Told::default()
    }
}

/// What is known about a project, as a note.
fn known(facts: &Facts) -> Vec<String> {
    let facts = wording::facts(facts);
    if facts.is_empty() { Vec::new() } else { vec![facts] }
}

fn was(old: &str, new: &str) -> Option<Was> {
    let show = |text: &str| if text.is_empty() { "nothing".to_owned() } else { line(text, MAX_LINE) };
    (old != new).then(|| Was { old: show(old), new: show(new) })
}

fn place_name(section: &str) -> &str {
    if section.is_empty() { "before the first heading" } else { section }
}

/// A ranking by its list and metric; the catalog's name stands beside the news anyway.
fn ranking(metric: &Metric, scope: &str) -> String {
    let metric = wording::metric(metric);
    if scope.is_empty() {
        format!("Ranking by {metric}")
    } else {
        format!("{}, by {metric}", line(scope, MAX_TITLE))
    }
}

fn mover(mover: &Mover) -> String {
    const SHOWN: usize = 5;
    let mut text = format!("{}: {} → {}", mover.name, mover.from, mover.to);
    if !mover.overtook.is_empty() {
        text.push_str(", past ");
        text.push_str(&mover.overtook.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", "));
        if mover.overtook.len() > SHOWN {
            let _ = write!(text, " and {} more", mover.overtook.len() - SHOWN);
        }
    }
    line(&text, MAX_LINE)
}
