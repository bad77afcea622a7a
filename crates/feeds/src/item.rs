//! One piece of news in a feed.

use chrono::{DateTime, SubsecRound as _, Utc};
use whimbrel_news::wording::{self, Told, tell, tell_digest};
use whimbrel_news::{CatalogId, Digest, Event, Level, Release, Span};

use crate::feed::CatalogName;
use crate::html;

/// The longest summary, in characters: what lists of news show below a headline.
const MAX_SUMMARY: usize = 400;

/// One piece of news in a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its identity, the same in every feed that shows it: an absolute URI that never changes.
    pub id: String,
    /// The headline, plain text.
    pub title: String,
    /// Where the headline leads.
    pub link: String,
    /// The body.
    pub html: String,
    /// What the body says in a few words of plain text, where the body is long.
    pub summary: Option<String>,
    /// When it happened.
    pub published: DateTime<Utc>,
    /// When it came into feeds; not before `published`.
    pub updated: DateTime<Utc>,
    /// What it is filed under.
    pub categories: Vec<Category>,
}

/// Something an item is filed under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// Which sort of category: `kind`, `level`, `release`, `catalog`, `section` or `digest`.
    pub scheme: &'static str,
    /// Its name for programs.
    pub term: String,
    /// Its name for people.
    pub label: String,
}

impl Item {
    /// The item an event is in every feed that shows it; `home` is linked where the event itself leads nowhere.
    pub(crate) fn from_event(event: &Event, name_of: &dyn Fn(&CatalogId) -> CatalogName, home: &str) -> Self {
        let places = Place::of(event, name_of);
        let catalog = places.first().map(|place| &place.catalog);
        let Told { title, mut lines, link } = tell(event, catalog.map_or("", |catalog| &catalog.title));
        let notes = event.news.release().map_or("", |release| &release.notes_html);
        if let Some(release) = event.news.release().filter(|release| !release.notes_html.is_empty()) {
            // The notes themselves stand there instead of their beginning.
            lines = wording::before_notes(release);
        }
        // A document from the future does not keep its items at the top for years.
        let published = event.at.min(event.recorded).trunc_subsecs(0);
        Self {
            id: event.id().tag_uri(),
            title,
            link: link.as_deref().and_then(html::link).unwrap_or_else(|| {
                catalog
                    .map(|catalog| &catalog.url)
                    .filter(|url| !url.is_empty())
                    .map_or(home, |url| url)
                    .to_owned()
            }),
            html: html::event(&lines, notes, &places),
            summary: event.news.release().and_then(summary),
            published,
            updated: event.told_at().trunc_subsecs(0).max(published),
            categories: categories(event, &places),
        }
    }

    /// Puts a further way to go at the end of the body.
    pub fn lead_on(&mut self, text: &str, url: &str) {
        self.html.push_str(&html::way(text, url));
    }

    pub(crate) fn from_digest(
        digest: &Digest,
        feed_id: &str,
        name_of: &dyn Fn(&CatalogId) -> CatalogName,
        page_of: &dyn Fn(Span) -> String,
    ) -> Option<Self> {
        let updated = digest.updated.filter(|_| !digest.is_empty())?.trunc_subsecs(0);
        let told = tell_digest(digest, &|id| name_of(id).title);
        let period = digest.span.period;
        let mut categories =
            vec![Category { scheme: "digest", term: period.to_string(), label: format!("{period} digest") }];
        for catalog in &digest.catalogs {
            let term = catalog.catalog.to_string();
            categories.push(Category { scheme: "catalog", term, label: name_of(&catalog.catalog).title });
        }
        Some(Self {
            id: format!("{feed_id}/{}", digest.span),
            title: told.title.clone(),
            link: page_of(digest.span),
            html: html::digest(&told, name_of),
            summary: None,
            published: updated,
            updated,
            categories,
        })
    }
}

/// A place an event belongs to: a section of a catalog; no section for news of a whole catalog.
pub(crate) struct Place {
    pub(crate) id: CatalogId,
    pub(crate) catalog: CatalogName,
    pub(crate) section: String,
}

impl Place {
    /// Where the entry is now, or every place its project is listed in.
    fn of(event: &Event, name_of: &dyn Fn(&CatalogId) -> CatalogName) -> Vec<Self> {
        let mut places = event.places();
        if let Some(catalog) = &event.catalog {
            // Where it stood before is told, but is no place of its own.
            places.truncate(1);
            if places.is_empty() {
                places.push((catalog, &[]));
            }
        }
        let place = |(id, path): (&CatalogId, &[String])| Self {
            id: id.clone(),
            catalog: name_of(id),
            section: path.join(" / "),
        };
        places.into_iter().map(place).collect()
    }
}

/// What an event is filed under: its kind, its catalogs and their sections, each once.
fn categories(event: &Event, places: &[Place]) -> Vec<Category> {
    let kind = event.kind();
    let mut categories =
        vec![Category { scheme: "kind", term: kind.as_str().to_owned(), label: kind.title().to_owned() }];
    if let Some(release) = event.news.release() {
        categories.extend(release.level.map(level));
        categories.extend(qualities(release));
    }
    let of_catalogs = places.iter().map(|place| Category {
        scheme: "catalog",
        term: place.id.to_string(),
        label: place.catalog.title.clone(),
    });
    let sections = places.iter().map(|place| &place.section).filter(|section| !section.is_empty());
    let of_sections =
        sections.map(|section| Category { scheme: "section", term: section.clone(), label: section.clone() });
    for category in of_catalogs.chain(of_sections) {
        if !categories.contains(&category) {
            categories.push(category);
        }
    }
    categories
}

fn level(level: Level) -> Category {
    let label = match level {
        Level::Pre => "Prerelease",
        Level::Patch => "Patch release",
        Level::Minor => "Minor release",
        Level::Major => "Major release",
    };
    Category { scheme: "level", term: level.to_string(), label: label.to_owned() }
}

/// What a release is besides its level.
fn qualities(release: &Release) -> impl Iterator<Item = Category> {
    [
        (!release.security.is_empty(), "security", "Security"),
        (release.is_unfinished(), "prerelease", "Prerelease"),
        (release.nightly, "nightly", "Nightly"),
    ]
    .into_iter()
    .filter(|(is_so, ..)| *is_so)
    .map(|(_, term, label)| Category {
        scheme: "release",
        term: term.to_owned(),
        label: label.to_owned(),
    })
}

/// The beginning of a release's notes on one line; `None` where there is nothing to say.
fn summary(release: &Release) -> Option<String> {
    Some(wording::excerpt(release, MAX_SUMMARY)).filter(|summary| !summary.is_empty())
}
