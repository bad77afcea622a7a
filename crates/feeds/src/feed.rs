//! What a feed is before it is written: the same for all formats.

use std::fmt::Write as _;

use chrono::{DateTime, SubsecRound as _, Utc};
use whimbrel_news::wording::{Told, tell, tell_digest};
use whimbrel_news::{CatalogId, Digest, Event, Span, TAG_AUTHORITY};

use crate::html;

/// A feed in no format yet. Texts may hold anything; the writers leave out what their format cannot carry.
#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    /// What it is and where.
    pub head: Head,
    /// The newest of its items' times, so that equal items give equal bytes; the beginning of 1970 without items.
    pub updated: DateTime<Utc>,
    /// The items, newest first.
    pub items: Vec<Item>,
}

/// What a feed says about itself. Addresses are absolute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Its title.
    pub title: String,
    /// One sentence about what it holds.
    pub description: String,
    /// The page that shows the same for people.
    pub home: String,
    /// Where this very document is served.
    pub self_url: String,
    /// Its identity, the same for all formats and pages, unchanged by moves: see [`feed_id`].
    pub id: String,
    /// Its language, such as `en`.
    pub language: String,
    /// The page with older items (RFC 5005 `next`).
    pub older: Option<String>,
    /// The page with newer items (RFC 5005 `previous`), where known.
    pub previous: Option<String>,
    /// The page with the newest items (RFC 5005 `first`), where known.
    pub first: Option<String>,
    /// The page with the oldest items (RFC 5005 `last`), where known.
    pub last: Option<String>,
}

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
    /// Which sort of category: `kind`, `catalog`, `section` or `digest`.
    pub scheme: &'static str,
    /// Its name for programs.
    pub term: String,
    /// Its name for people.
    pub label: String,
}

/// What people call a catalog, and where they read about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogName {
    /// Its title.
    pub title: String,
    /// Its page, absolute.
    pub url: String,
}

impl Head {
    /// The links among pages by their names in RFC 5005, the document itself first; none leads from a page to itself
    /// but `self`, `first` and `last`.
    pub(crate) fn links(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let other = |url: &&str| *url != self.self_url;
        [
            ("self", Some(self.self_url.as_str())),
            ("first", self.first.as_deref()),
            ("previous", self.previous.as_deref().filter(other)),
            ("next", self.older.as_deref().filter(other)),
            ("last", self.last.as_deref()),
        ]
        .into_iter()
        .filter_map(|(rel, url)| Some((rel, url?)))
    }
}

/// The identity of the feed at this path, without host and format: `/c/awesome-go`, or `/?kind=added` for a query.
pub fn feed_id(path: &str) -> String {
    let mut id = format!("tag:{TAG_AUTHORITY}:feed");
    for byte in path.bytes() {
        // What RFC 4151 allows without further thought; the rest is percent-encoded, `%` too.
        if byte.is_ascii_alphanumeric() || b"/?-._~=&:,;@".contains(&byte) {
            id.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(id, "%{byte:02X}");
        }
    }
    id
}

impl Feed {
    /// A feed of these events, an item each, in the order given. `name_of` says what people call their catalogs.
    pub fn from_events<'a>(
        head: Head,
        events: impl IntoIterator<Item = &'a Event>,
        name_of: &dyn Fn(&CatalogId) -> CatalogName,
    ) -> Self {
        let items: Vec<_> =
            events.into_iter().map(|event| Item::from_event(event, name_of, &head.home)).collect();
        Self::of(head, items)
    }

    /// A feed of these digests, an item each, in the order given; empty ones are left out. `page_of` says where
    /// people read the digest of a period.
    pub fn from_digests<'a>(
        head: Head,
        digests: impl IntoIterator<Item = &'a Digest>,
        name_of: &dyn Fn(&CatalogId) -> CatalogName,
        page_of: &dyn Fn(Span) -> String,
    ) -> Self {
        let items: Vec<_> = digests
            .into_iter()
            .filter_map(|digest| Item::from_digest(digest, &head.id, name_of, page_of))
            .collect();
        Self::of(head, items)
    }

    /// A feed of ready items.
    pub fn of(head: Head, items: Vec<Item>) -> Self {
        let updated = items.iter().map(|item| item.updated).max().unwrap_or(DateTime::UNIX_EPOCH);
        Self { head, updated, items }
    }
}

impl Item {
    /// The item an event is in every feed that shows it; `home` is linked where the event itself leads nowhere.
    fn from_event(event: &Event, name_of: &dyn Fn(&CatalogId) -> CatalogName, home: &str) -> Self {
        let places = Place::of(event, name_of);
        let catalog = places.first().map(|place| &place.catalog);
        let Told { title, lines, link } = tell(event, catalog.map_or("", |catalog| &catalog.title));
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
            html: html::event(&lines, &places),
            published,
            updated: event.told_at().trunc_subsecs(0).max(published),
            categories: categories(event, &places),
        }
    }

    fn from_digest(
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
