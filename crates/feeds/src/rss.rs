//! RSS 2.0.

use rss::extension::atom::{AtomExtension, Link};
use rss::{Category, Channel, Guid, Item};
use whimbrel_news::TAG_AUTHORITY;

use crate::html::escape;
use crate::xml::{clean, date};
use crate::{Feed, Format, feed};

/// Minutes a reader may keep its copy: as long as our answers say, and no shorter than news settles.
const TTL_MINUTES: u32 = 15;

pub(crate) fn write(feed: &Feed) -> String {
    let head = &feed.head;
    let channel = Channel {
        title: text(&head.title),
        link: text(&head.home),
        description: text(&head.description),
        language: Some(text(&head.language)).filter(|language| !language.is_empty()),
        last_build_date: (!feed.items.is_empty()).then(|| date(feed.updated).to_rfc2822()),
        generator: Some("Whimbrel".to_owned()),
        docs: Some("https://www.rssboard.org/rss-specification".to_owned()),
        ttl: Some(TTL_MINUTES.to_string()),
        items: feed.items.iter().map(item).collect(),
        atom_ext: Some(AtomExtension { links: links(head) }),
        ..Channel::default()
    };
    channel.to_string()
}

fn item(item: &crate::Item) -> Item {
    let category = |category: &crate::Category| Category {
        name: text(&category.term),
        domain: Some(format!("tag:{TAG_AUTHORITY}:{}", category.scheme)),
    };
    Item {
        title: Some(text(&item.title)),
        link: Some(text(&item.link)),
        // Readers take a description for HTML. The body moves to `content:encoded` where it is not the description.
        description: Some(text(&item.summary.as_deref().map_or(item.html.as_str().into(), escape))),
        content: item.summary.as_ref().map(|_| text(&item.html)),
        categories: item.categories.iter().map(category).collect(),
        // Ids are no addresses, and readers take them for such unless told.
        guid: Some(Guid { value: text(&item.id), permalink: false }),
        pub_date: Some(date(item.published).to_rfc2822()),
        ..Item::default()
    }
}

fn links(head: &feed::Head) -> Vec<Link> {
    let link = |rel: &str, href: &str| Link {
        rel: rel.to_owned(),
        href: text(href),
        mime_type: Some(Format::Rss.media_type().to_owned()),
        ..Link::default()
    };
    head.links().map(|(rel, href)| link(rel, href)).collect()
}

fn text(text: &str) -> String {
    clean(text).into_owned()
}
