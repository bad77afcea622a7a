//! What a feed is before it is written: the same for all formats.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use whimbrel_news::{CatalogId, Digest, Event, Span, TAG_AUTHORITY};

use crate::item::Item;

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
    /// WebSub hubs that pass it on at once.
    pub hubs: Vec<String>,
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

/// What people call a catalog, and where they read about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogName {
    /// Its title.
    pub title: String,
    /// Its page, absolute.
    pub url: String,
}

impl Head {
    /// The links among pages by their names in RFC 5005, the document itself and its hubs first; none leads from a page to
    /// itself but `self`, `first` and `last`.
    pub(crate) fn links(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let other = |url: &&str| *url != self.self_url;
        let hubs = self.hubs.iter().map(|hub| ("hub", hub.as_str()));
        let pages = [
            ("first", self.first.as_deref()),
            ("previous", self.previous.as_deref().filter(other)),
            ("next", self.older.as_deref().filter(other)),
            ("last", self.last.as_deref()),
        ];
        let pages = pages.into_iter().filter_map(|(rel, url)| Some((rel, url?)));
        [("self", self.self_url.as_str())].into_iter().chain(hubs).chain(pages)
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
    /// people read the digest of a period, `way_of` where else it leads: words and address.
    pub fn from_digests<'a>(
        head: Head,
        digests: impl IntoIterator<Item = &'a Digest>,
        name_of: &dyn Fn(&CatalogId) -> CatalogName,
        page_of: &dyn Fn(Span) -> String,
        way_of: &dyn Fn(Span) -> Option<(String, String)>,
    ) -> Self {
        let item = |digest: &Digest| {
            let mut item = Item::from_digest(digest, &head.id, name_of, page_of)?;
            if let Some((text, url)) = way_of(digest.span) {
                item.lead_on(&text, &url);
            }
            Some(item)
        };
        let items: Vec<_> = digests.into_iter().filter_map(item).collect();
        Self::of(head, items)
    }

    /// A feed of ready items.
    pub fn of(head: Head, items: Vec<Item>) -> Self {
        let updated = items.iter().map(|item| item.updated).max().unwrap_or(DateTime::UNIX_EPOCH);
        Self { head, updated, items }
    }
}
