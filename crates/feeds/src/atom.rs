//! Atom (RFC 4287) with paging (RFC 5005).

use atom_syndication::{Category, Content, Entry, Feed, Generator, Link, Person, Text};
use whimbrel_news::TAG_AUTHORITY;

use crate::xml::{clean, date};
use crate::{Format, Item, feed};

pub(crate) fn write(feed: &feed::Feed) -> String {
    let head = &feed.head;
    let mut links = vec![link("alternate", &head.home, "text/html")];
    links.extend(head.links().map(|(rel, href)| link(rel, href, Format::Atom.media_type())));
    let atom = Feed {
        title: Text::plain(text(&head.title)),
        subtitle: Some(Text::plain(text(&head.description))).filter(|subtitle| !subtitle.value.is_empty()),
        id: text(&head.id),
        updated: date(feed.updated).fixed_offset(),
        // One author for all entries: without any, each entry would need one.
        authors: vec![Person { name: "Whimbrel".to_owned(), ..Person::default() }],
        generator: Some(Generator { value: "Whimbrel".to_owned(), ..Generator::default() }),
        links,
        lang: Some(text(&head.language)).filter(|language| !language.is_empty()),
        entries: feed.items.iter().map(entry).collect(),
        ..Feed::default()
    };
    atom.to_string()
}

fn entry(item: &Item) -> Entry {
    let category = |category: &crate::Category| Category {
        term: text(&category.term),
        scheme: Some(format!("tag:{TAG_AUTHORITY}:{}", category.scheme)),
        label: Some(text(&category.label)),
    };
    Entry {
        title: Text::plain(text(&item.title)),
        id: text(&item.id),
        updated: date(item.updated).fixed_offset(),
        published: Some(date(item.published).fixed_offset()),
        links: vec![link("alternate", &item.link, "text/html")],
        categories: item.categories.iter().map(category).collect(),
        summary: item.summary.as_deref().map(|summary| Text::plain(text(summary))),
        content: Some(Content {
            value: Some(text(&item.html)),
            content_type: Some("html".to_owned()),
            ..Content::default()
        }),
        ..Entry::default()
    }
}

fn link(rel: &str, href: &str, media_type: &str) -> Link {
    Link { rel: rel.to_owned(), href: text(href), mime_type: Some(media_type.to_owned()), ..Link::default() }
}

fn text(text: &str) -> String {
    clean(text).into_owned()
}
