//! An event as a page shows it: every part plain text, every link checked.

mod badge;
mod told;

use chrono::{DateTime, NaiveDate, Utc};
use whimbrel_catalog::CatalogId;
pub(crate) use whimbrel_news::wording::number;
use whimbrel_news::wording::{MAX_TITLE, line};
use whimbrel_news::{Event, Kind, slug, wording};

use self::badge::{label, tone};
use self::told::told;
use crate::links::{Links, outside};

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
    pub(crate) places: Vec<Vec<Step>>,
    pub(crate) moment: String,
    pub(crate) clock: String,
    pub(crate) history: bool,
}

/// What changed into what.
pub(crate) struct Was {
    pub(crate) old: String,
    pub(crate) new: String,
}

/// A step on the way to a place, linked where it has a page.
pub(crate) struct Step {
    pub(crate) text: String,
    pub(crate) href: Option<String>,
}

/// A text with a link.
#[derive(Clone)]
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
    /// The day alone, for people.
    pub(crate) day: String,
}

impl From<DateTime<Utc>> for Moment {
    fn from(at: DateTime<Utc>) -> Self {
        Self {
            machine: machine(at),
            human: at.format("%-d %b %Y, %H:%M UTC").to_string(),
            day: at.format("%-d %b %Y").to_string(),
        }
    }
}

/// What a page knows about catalogs besides their events.
pub(crate) trait Titles {
    /// The title of a catalog for people.
    fn title<'a>(&'a self, id: &'a CatalogId) -> &'a str;
    /// Whether it has a page.
    fn is_followed(&self, id: &CatalogId) -> bool;
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

fn place(id: &CatalogId, section: &[String], links: &Links, titles: &dyn Titles) -> Vec<Step> {
    let catalog = format!("c/{}/", slug::catalog(id));
    let page = |path: &str| titles.is_followed(id).then(|| links.page(path));
    let mut place = vec![Step { text: titles.title(id).to_owned(), href: page(&catalog) }];
    if !section.is_empty() {
        place.push(Step {
            text: line(&section.join(" / "), MAX_TITLE),
            href: page(&format!("{catalog}s/{}/", slug::section(section))),
        });
    }
    place
}

/// A number with its noun.
pub(crate) fn count(n: u32, one: &str, many: &str) -> String {
    format!("{} {}", number(u64::from(n)), if n == 1 { one } else { many })
}

/// A moment for machines, to the second.
pub(crate) fn machine(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests;
