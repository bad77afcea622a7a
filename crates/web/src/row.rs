//! An event as a page shows it: every part plain text, every link checked.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, Utc};
use whimbrel_catalog::{CatalogId, Metric, Mover};
use whimbrel_news::wording::{MAX_LINE, MAX_TITLE, line, number};
use whimbrel_news::{Event, Facts, Kind, News, Release, slug, wording};

use crate::links::{Links, outside};

/// The beginning of a release's notes on a page; the rest is behind the link.
const MAX_EXCERPT: usize = 400;

/// A line of news.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) kind_href: String,
    pub(crate) label: &'static str,
    pub(crate) tone: &'static str,
    /// News about the watching itself: told on one line, so that it does not push the rest off the screen.
    pub(crate) quiet: bool,
    pub(crate) name: String,
    pub(crate) href: Option<String>,
    pub(crate) project: Option<String>,
    pub(crate) text: String,
    pub(crate) was: Option<Was>,
    pub(crate) notes: Vec<String>,
    /// Where it is listed: for each place the catalog and, where there is one, the section.
    pub(crate) places: Vec<Vec<Linked>>,
    pub(crate) moment: String,
    pub(crate) clock: String,
    pub(crate) history: bool,
}

/// What changed into what.
pub(crate) struct Was {
    pub(crate) old: String,
    pub(crate) new: String,
}

/// A text with a link.
pub(crate) struct Linked {
    pub(crate) text: String,
    pub(crate) href: String,
}

/// The events of one day that follow each other.
pub(crate) struct Day {
    pub(crate) anchor: String,
    pub(crate) date: String,
    pub(crate) title: String,
    pub(crate) history_begins: bool,
    pub(crate) rows: Vec<Row>,
}

/// A moment for machines and for people.
pub(crate) struct Moment {
    pub(crate) machine: String,
    pub(crate) human: String,
}

impl From<DateTime<Utc>> for Moment {
    fn from(at: DateTime<Utc>) -> Self {
        Self { machine: machine(at), human: at.format("%-d %b %Y, %H:%M UTC").to_string() }
    }
}

/// What a page knows about catalogs besides their events.
pub(crate) trait Titles {
    /// The title of a catalog for people.
    fn title<'a>(&'a self, id: &'a CatalogId) -> &'a str;
}

/// The events under the headings of their days, in the order they come.
pub(crate) fn days(events: &[Event], links: &Links, titles: &dyn Titles) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    let mut last: Option<(NaiveDate, bool)> = None;
    for event in events {
        let place = (event.at.date_naive(), event.history);
        if last != Some(place) {
            let begins = event.history && !last.is_some_and(|(_, history)| history);
            days.push(Day {
                anchor: format!("d{}", days.len() + 1),
                date: place.0.to_string(),
                title: place.0.format("%A, %-d %B %Y").to_string(),
                history_begins: begins,
                rows: Vec::new(),
            });
            last = Some(place);
        }
        if let Some(day) = days.last_mut() {
            day.rows.push(row(event, links, titles));
        }
    }
    days
}

fn row(event: &Event, links: &Links, titles: &dyn Titles) -> Row {
    let kind = event.kind();
    let told = told(event, titles);
    let subject = event.news.subject();
    Row {
        id: event.id().to_string(),
        kind_href: links.page(&format!("k/{kind}/")),
        label: label(kind),
        tone: tone(kind),
        quiet: matches!(kind, Kind::Followed | Kind::Recovered),
        href: wording::link(&event.news).as_deref().and_then(outside),
        project: subject
            .filter(|subject| !subject.key.is_empty())
            .map(|subject| links.page(&format!("p/{}/", slug::project(&subject.key)))),
        name: told.name,
        text: told.text,
        was: told.was,
        notes: told.notes,
        places: listings(event).into_iter().map(|(id, path)| place(id, path, links, titles)).collect(),
        moment: machine(event.at),
        clock: event.at.format("%H:%M UTC").to_string(),
        history: event.history,
    }
}

/// Where pages link an event to: the place it is at now, or every place its project is listed in.
pub(crate) fn listings(event: &Event) -> Vec<(&CatalogId, &[String])> {
    let mut places = event.places();
    if let Some(catalog) = &event.catalog {
        // Where it stood before is told, but is no place of its own.
        places.truncate(1);
        if places.is_empty() {
            places.push((catalog, &[]));
        }
    }
    places
}

fn place(id: &CatalogId, section: &[String], links: &Links, titles: &dyn Titles) -> Vec<Linked> {
    let catalog = format!("c/{}/", slug::catalog(id));
    let mut place = vec![Linked { text: titles.title(id).to_owned(), href: links.page(&catalog) }];
    if !section.is_empty() {
        place.push(Linked {
            text: line(&section.join(" / "), MAX_TITLE),
            href: links.page(&format!("{catalog}s/{}/", slug::section(section))),
        });
    }
    place
}

/// What differs from kind to kind.
#[derive(Default)]
struct Told {
    name: String,
    text: String,
    was: Option<Was>,
    notes: Vec<String>,
}

fn told(event: &Event, titles: &dyn Titles) -> Told {
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

/// A release: its version beside the name, what matters most first, then the beginning of its notes.
fn released(event: &Event, release: &Release) -> Told {
    let name = event.news.subject().map_or("", |subject| &subject.name);
    let qualities = wording::qualities(release);
    let mut notes: Vec<String> = wording::security(release).into_iter().collect();
    if !qualities.is_empty() {
        notes.push(qualities.join(", "));
    }
    notes.extend(wording::own_title(release));
    Told {
        name: line(&format!("{name} {}", wording::version(release)), MAX_TITLE),
        text: line(&release.notes, MAX_EXCERPT),
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

/// A number with its noun.
pub(crate) fn count(n: u32, one: &str, many: &str) -> String {
    format!("{} {}", number(u64::from(n)), if n == 1 { one } else { many })
}

/// A moment for machines, to the second.
pub(crate) fn machine(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// One short word on the badge.
fn label(kind: Kind) -> &'static str {
    match kind {
        Kind::Added => "new",
        Kind::Removed => "removed",
        Kind::Restored => "restored",
        Kind::Moved => "moved",
        Kind::Renamed => "renamed",
        Kind::Edited => "edited",
        Kind::SectionRenamed => "section renamed",
        Kind::Released => "release",
        Kind::ReleasePromoted => "release promoted",
        Kind::ReleasesBackfilled => "earlier releases",
        Kind::RanksMoved => "ranks",
        Kind::EnteredTop => "in the top",
        Kind::LeftTop => "left the top",
        Kind::Milestone => "milestone",
        Kind::Archived => "archived",
        Kind::Unarchived => "active again",
        Kind::ProjectRenamed => "project renamed",
        Kind::Gone => "gone",
        Kind::Back => "back",
        Kind::LicenseChanged => "licence",
        Kind::LinkDead => "dead link",
        Kind::LinkBack => "link works",
        Kind::Followed => "followed",
        Kind::Reshaped => "reshaped",
        Kind::Stale => "out of reach",
        Kind::Recovered => "in reach again",
    }
}

/// The colour of the badge; colour never says what the word does not.
fn tone(kind: Kind) -> &'static str {
    match kind {
        Kind::Added
        | Kind::Restored
        | Kind::Released
        | Kind::ReleasePromoted
        | Kind::Unarchived
        | Kind::Back
        | Kind::LinkBack
        | Kind::Recovered => "good",
        Kind::Removed | Kind::Archived | Kind::Gone | Kind::LinkDead | Kind::Stale => "bad",
        Kind::RanksMoved | Kind::EnteredTop | Kind::LeftTop | Kind::Milestone => "warm",
        _ => "calm",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stands_with_its_noun() {
        assert_eq!(count(1, "entry", "entries"), "1 entry");
        assert_eq!(count(0, "entry", "entries"), "0 entries");
        assert_eq!(count(24_800, "entry", "entries"), "24,800 entries");
    }
}
