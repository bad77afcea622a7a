//! JSON Feed 1.1.

use std::borrow::Cow;

use serde::Serialize;

use crate::feed;
use crate::xml::{clean, date};

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    title: Cow<'a, str>,
    home_page_url: Cow<'a, str>,
    feed_url: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_url: Option<Cow<'a, str>>,
    authors: [Author; 1],
    #[serde(skip_serializing_if = "str::is_empty")]
    language: Cow<'a, str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hubs: Vec<Hub<'a>>,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Hub<'a> {
    r#type: &'static str,
    url: Cow<'a, str>,
}

#[derive(Serialize)]
struct Author {
    name: &'static str,
}

#[derive(Serialize)]
struct Item<'a> {
    id: Cow<'a, str>,
    url: Cow<'a, str>,
    title: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<Cow<'a, str>>,
    content_html: Cow<'a, str>,
    date_published: String,
    date_modified: String,
    tags: Vec<Cow<'a, str>>,
}

pub(crate) fn write(feed: &feed::Feed) -> String {
    let head = &feed.head;
    let json = Document {
        version: "https://jsonfeed.org/version/1.1",
        title: clean(&head.title),
        home_page_url: clean(&head.home),
        feed_url: clean(&head.self_url),
        description: clean(&head.description),
        // A reader that follows it to itself would never stop.
        next_url: head.older.as_deref().filter(|older| *older != head.self_url).map(clean),
        authors: [Author { name: "Whimbrel" }],
        language: clean(&head.language),
        hubs: head.hubs.iter().map(|hub| Hub { r#type: "WebSub", url: clean(hub) }).collect(),
        items: feed.items.iter().map(item).collect(),
    };
    serde_json::to_string(&json).expect("strings, lists and structs with text keys always have a JSON form")
}

fn item(item: &crate::Item) -> Item<'_> {
    let rfc3339 = |at| date(at).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    Item {
        id: clean(&item.id),
        url: clean(&item.link),
        title: clean(&item.title),
        summary: item.summary.as_deref().map(clean),
        content_html: clean(&item.html),
        date_published: rfc3339(item.published),
        date_modified: rfc3339(item.updated),
        tags: item.categories.iter().map(|category| clean(&category.term)).collect(),
    }
}
