mod releases;
mod strict;

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use serde_json::{Value, json};
use whimbrel_news::{CatalogId, Digest, Event, Period};

use self::strict::assert_strict;
use super::*;

fn head() -> Head {
    Head {
        title: "Systems: what is new".to_owned(),
        description: "New, moved and removed entries of Systems.".to_owned(),
        home: "https://news.example.org/c/systems/".to_owned(),
        hubs: Vec::new(),
        self_url: "https://news.example.org/c/systems/feed?page=2".to_owned(),
        id: feed_id("/c/systems"),
        language: "en".to_owned(),
        older: Some("https://news.example.org/c/systems/feed?page=3&kind=added".to_owned()),
        previous: Some("https://news.example.org/c/systems/feed".to_owned()),
        first: Some("https://news.example.org/c/systems/feed".to_owned()),
        last: None,
    }
}

fn name(id: &CatalogId) -> CatalogName {
    CatalogName { title: format!("The {id} list"), url: format!("https://news.example.org/c/{id}/") }
}

fn event(seq: u64, news: Value) -> Event {
    let mut event = json!({
        "seq": seq, "epoch": 7, "catalog": "systems",
        "at": format!("2026-11-20T12:00:{seq:02}.123456789Z"),
        "recorded": format!("2026-11-20T12:30:{seq:02}.987654321Z"),
    });
    let Value::Object(facts) = news else { panic!("news is an object") };
    event.as_object_mut().unwrap().extend(facts);
    serde_json::from_value(event).unwrap()
}

fn added(seq: u64, name: &str, description: &str) -> Event {
    event(
        seq,
        json!({
            "kind": "added", "name": name, "url": "https://github.com/etcd-io/etcd", "key": "github.com/etcd-io/etcd",
            "section": "Databases / Key-Value", "section_path": ["Databases", "Key-Value"], "description": description,
        }),
    )
}

fn events() -> Vec<Event> {
    vec![
        event(
            3,
            json!({
                "kind": "ranks_moved", "metric": "stars", "scope": "Databases", "scope_path": ["Databases"],
                "movers": [
                    {"name": "etcd", "url": "https://github.com/etcd-io/etcd", "from": 5, "to": 3, "overtook": ["badger"]},
                    {"name": "bolt", "url": "https://github.com/boltdb/bolt", "from": 2, "to": 4, "overtook": []},
                ],
            }),
        ),
        event(2, json!({"kind": "followed", "entries": 131, "listings": 133, "sections": 20})),
        added(1, "etcd & friends", "Keeps <small> things \"safe\"."),
    ]
}

fn feed() -> Feed {
    Feed::from_events(head(), &events(), &name)
}

/// Texts that break feeds made carelessly.
fn hostile() -> Vec<String> {
    let mut texts: Vec<String> = [
        "& < > ]]> \" ' <![CDATA[ <!-- --> &amp; &#0; &nbsp; <?xml ?>",
        "]]\u{0}>]]\u{b}>",
        "\u{0}\u{1}\u{8}\u{b}\u{c}\u{e}\u{1f}\u{7f}\u{85}\u{fffe}\u{ffff}",
        "🦀 👩‍👩‍👧 e\u{301} \u{1f3f3}\u{fe0f}",
        "\u{202e}txt.exe\u{2066} שלום عليكم",
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "line\r\nline\u{2028}line\ttab",
        "",
        "   ",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push("Very long title ".repeat(313));
    texts
}

#[test]
fn the_documents_stay_as_they_are() {
    let golden = [
        (Format::Rss, include_str!("tests/feed.rss")),
        (Format::Atom, include_str!("tests/feed.atom")),
        (Format::Json, include_str!("tests/feed.json")),
    ];
    for (format, expected) in golden {
        let written = feed().write(format);
        assert_strict(format, &written);
        assert_eq!(written, expected.trim_end(), "{format}");
    }
}

#[test]
fn another_reader_understands_them_alike() {
    for format in Format::ALL {
        let written = feed().write(format);
        let read = feed_rs::parser::parse(written.as_bytes()).unwrap();
        assert_eq!(read.title.unwrap().content, "Systems: what is new");
        assert_eq!(read.description.unwrap().content, "New, moved and removed entries of Systems.");
        let ids: Vec<_> = read.entries.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(
            ids,
            [3, 2, 1].map(|seq| format!("tag:whimbrel-rs.github.io,2026-11:7-{seq}")),
            "{format}: the same ids, which are no addresses"
        );
        let last = &read.entries[2];
        assert_eq!(last.title.as_ref().unwrap().content, "Added: etcd & friends — Databases / Key-Value");
        assert_eq!(last.links[0].href, "https://github.com/etcd-io/etcd");
        assert_eq!(last.published, Some("2026-11-20T12:00:01Z".parse().unwrap()), "{format}");
        let body = last.content.as_ref().and_then(|content| content.body.as_ref());
        let body = body.or(last.summary.as_ref().map(|summary| &summary.content)).unwrap();
        assert!(body.contains("<p>Keeps &lt;small&gt; things &quot;safe&quot;.</p>"), "{format}: {body}");
        let categories: Vec<_> = last.categories.iter().map(|category| category.term.as_str()).collect();
        assert_eq!(categories, ["added", "systems", "Databases / Key-Value"], "{format}");
        assert_eq!(read.entries[1].links[0].href, "https://news.example.org/c/systems/", "{format}");
    }
}

#[test]
fn rss_keeps_its_rules() {
    let rss = feed().to_rss();
    for expected in [
        "<guid isPermaLink=\"false\">tag:whimbrel-rs.github.io,2026-11:7-1</guid>",
        "<pubDate>Fri, 20 Nov 2026 12:00:01 +0000</pubDate>",
        "<lastBuildDate>Fri, 20 Nov 2026 12:30:03 +0000</lastBuildDate>",
        "xmlns:atom=\"http://www.w3.org/2005/Atom\"",
        "rel=\"self\"",
        "page=3&amp;kind=added",
    ] {
        assert!(rss.contains(expected), "{expected} in {rss}");
    }
    assert_eq!(rss.matches("rel=\"self\"").count(), 1);
}

#[test]
fn atom_keeps_its_rules() {
    let atom = feed().to_atom();
    let read = atom.parse::<atom_syndication::Feed>().unwrap();
    assert_eq!(read.id, "tag:whimbrel-rs.github.io,2026-11:feed/c/systems");
    assert_eq!(read.updated.to_rfc3339(), "2026-11-20T12:30:03+00:00", "the newest item, in whole seconds");
    assert_eq!(read.authors.len(), 1);
    let links: Vec<_> = read.links.iter().map(|link| link.rel.as_str()).collect();
    assert_eq!(links, ["alternate", "self", "first", "previous", "next"]);
    for entry in &read.entries {
        assert!(entry.published.unwrap() <= entry.updated);
    }
}

#[test]
fn json_keeps_its_rules() {
    let json: Value = serde_json::from_str(&feed().to_json()).unwrap();
    assert_eq!(json["version"], "https://jsonfeed.org/version/1.1");
    assert_eq!(json["feed_url"], "https://news.example.org/c/systems/feed?page=2");
    assert_eq!(json["next_url"], "https://news.example.org/c/systems/feed?page=3&kind=added");
    assert!(json["items"][0]["id"].is_string());
    assert_eq!(json["items"][0]["date_published"], "2026-11-20T12:00:03Z");
    let mut circle = feed();
    circle.head.older = Some(circle.head.self_url.clone());
    for format in Format::ALL {
        let written = circle.write(format);
        assert!(!written.contains("next"), "no page leads to itself: {written}");
    }
}

#[test]
fn an_empty_feed_is_a_feed() {
    let empty = Feed::from_events(Head { older: None, ..head() }, [], &name);
    for format in Format::ALL {
        let written = empty.write(format);
        assert_strict(format, &written);
        assert!(feed_rs::parser::parse(written.as_bytes()).unwrap().entries.is_empty());
    }
    let bare = Feed::of(Head::default(), vec![]);
    for format in Format::ALL {
        assert_strict(format, &bare.write(format));
    }
}

#[test]
fn strangers_texts_break_nothing() {
    for text in hostile() {
        let events = [
            added(1, &text, &text),
            event(2, json!({"kind": "stale", "since": "2026-11-20T00:00:00Z", "error": text})),
        ];
        let name = |_: &CatalogId| CatalogName { title: text.clone(), url: text.clone() };
        let head = Head { title: text.clone(), description: text.clone(), ..head() };
        let feed = Feed::from_events(head, &events, &name);
        for format in Format::ALL {
            let written = feed.write(format);
            assert_strict(format, &written);
            let read = feed_rs::parser::parse(written.as_bytes()).unwrap();
            assert_eq!(read.entries.len(), 2);
        }
        assert!(!feed.items[0].html.contains("<script") && !feed.items[0].html.contains("<img"));
        assert!(feed.items[0].title.chars().count() <= 250);
    }
}

#[test]
fn a_text_comes_back_as_it_was() {
    let title = "& < > ]]> \" ' &amp; <b>";
    let mut feed = feed();
    feed.items.truncate(1);
    feed.items[0].title = title.to_owned();
    feed.items[0].html = format!("<p>{}</p>", html::escape(title));
    for format in Format::ALL {
        let read = feed_rs::parser::parse(feed.write(format).as_bytes()).unwrap();
        assert_eq!(read.entries[0].title.as_ref().unwrap().content, title, "{format}");
    }
    let rss = ::rss::Channel::read_from(feed.to_rss().as_bytes()).unwrap();
    assert_eq!(rss.items[0].description.as_deref(), Some(feed.items[0].html.as_str()));
}

#[test]
fn dates_out_of_every_range_are_survived() {
    let mut feed = feed();
    feed.items[0].published = DateTime::<Utc>::MAX_UTC;
    feed.items[1].published = DateTime::<Utc>::MIN_UTC;
    feed.items[1].updated = DateTime::<Utc>::MAX_UTC;
    let feed = Feed::of(feed.head, feed.items);
    for format in Format::ALL {
        assert_strict(format, &feed.write(format));
    }
}

#[test]
fn equal_events_give_equal_bytes_and_other_pages_the_same_ids() {
    let (one, two) = (feed(), feed());
    let elsewhere =
        Feed::from_events(Head { self_url: "https://other.example/".to_owned(), ..head() }, &events(), &name);
    for format in Format::ALL {
        assert_eq!(one.write(format), two.write(format));
    }
    let ids = |feed: &Feed| feed.items.iter().map(|item| item.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&one), ids(&elsewhere));
    let mut replayed = events();
    replayed[0].history = true;
    let replayed = Feed::from_events(head(), &replayed, &name);
    assert_ne!(ids(&one)[0], ids(&replayed)[0], "replayed history has ids of its own");
}

#[test]
fn no_two_events_share_an_id() {
    let mut events: Vec<Event> = (1..=40).map(|seq| added(seq, "x", "")).collect();
    let replayed: Vec<Event> = events.iter().map(|event| Event { history: true, ..event.clone() }).collect();
    let restored: Vec<Event> =
        events.iter().map(|event| Event { epoch: whimbrel_news::Epoch(71), ..event.clone() }).collect();
    events.extend(replayed);
    events.extend(restored);
    let feed = Feed::from_events(head(), &events, &name);
    let ids: std::collections::HashSet<_> = feed.items.iter().map(|item| &item.id).collect();
    assert_eq!(ids.len(), 120);
    let valid = |id: &str| {
        // RFC 4151: `tag:` authority `,` date `:` specific, of the characters of an address.
        let rest = id.strip_prefix("tag:whimbrel-rs.github.io,2026-11:").unwrap_or_default();
        !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    assert!(ids.into_iter().all(|id| valid(id)));
}

#[test]
fn digests_are_items_too() {
    let week = Period::Weekly.around("2026-11-20T12:00:00Z".parse().unwrap());
    let events = events();
    let digests = [Digest::fold(week.next(), &events), Digest::fold(week, &events)];
    let head = Head { id: feed_id("/digest/weekly"), ..head() };
    let feed = Feed::from_digests(
        head,
        &digests,
        &name,
        &|span| format!("https://news.example.org/digest/{span}"),
        &|_| None,
    );
    let [item] = feed.items.as_slice() else { panic!("empty digests are left out: {:?}", feed.items) };
    assert_eq!(item.id, "tag:whimbrel-rs.github.io,2026-11:feed/digest/weekly/2026-W47");
    assert_eq!(item.link, "https://news.example.org/digest/2026-W47");
    assert_eq!(
        item.title,
        "Week 47 of 2026 (16–22 November): 1 new entry, 1 ranking changed and 1 more kind of news"
    );
    assert_eq!(
        item.html,
        "<p>1 new entry, 1 ranking changed, 1 catalog newly followed.</p>\
         <h2><a href=\"https://news.example.org/c/systems/\">The systems list</a></h2>\
         <h3>New entries — Databases / Key-Value</h3><ul>\
         <li><a href=\"https://github.com/etcd-io/etcd\">etcd &amp; friends</a> — Keeps &lt;small&gt; things &quot;safe&quot;.</li></ul>\
         <h3>Rank changes — Databases, by stars</h3><ul>\
         <li><a href=\"https://github.com/etcd-io/etcd\">etcd</a> overtook badger: 5 → 3</li>\
         <li><a href=\"https://github.com/boltdb/bolt\">bolt</a> fell: 2 → 4</li></ul>\
         <h3>Newly followed catalogs</h3><ul><li>131 entries</li></ul>"
    );
    assert_eq!(feed.updated, "2026-11-20T12:30:03Z".parse::<DateTime<Utc>>().unwrap());
    for format in Format::ALL {
        assert_strict(format, &feed.write(format));
    }
}

#[test]
fn fifty_items_keep_a_reader_friendly_size() {
    let events: Vec<_> =
        (0..50).map(|seq| added(seq, "a project with a name", &"What it does. ".repeat(10))).collect();
    let feed = Feed::from_events(head(), &events, &name);
    for format in Format::ALL {
        let bytes = feed.write(format).len();
        assert!(bytes < 100_000, "{format}: {bytes} bytes");
    }
}

#[test]
fn feed_ids_are_uris_without_host() {
    assert_eq!(feed_id(""), "tag:whimbrel-rs.github.io,2026-11:feed");
    assert_eq!(
        feed_id("/?kind=added&q=a b\"%é"),
        "tag:whimbrel-rs.github.io,2026-11:feed/?kind=added&q=a%20b%22%25%C3%A9"
    );
}

fn outlines() -> Vec<OutlineGroup> {
    let outline = |title: &str| Outline {
        title: title.to_owned(),
        xml_url: "https://news.example.org/feed.atom?a=1&b=2".to_owned(),
        html_url: "https://news.example.org/".to_owned(),
    };
    vec![
        OutlineGroup { title: None, outlines: vec![outline("Everything")] },
        OutlineGroup {
            title: Some("Catalogs & \"lists\"".to_owned()),
            outlines: vec![outline("A < B"), outline("C")],
        },
        OutlineGroup { title: Some("Nothing here".to_owned()), outlines: vec![] },
    ]
}

#[test]
fn the_list_of_feeds_is_opml() {
    let xml = opml("Whimbrel's feeds", &outlines());
    strict::assert_xml(&xml);
    assert_eq!(xml, include_str!("tests/feeds.opml"));
    strict::assert_xml(&opml("", &[]));
    for text in hostile() {
        let mut groups = outlines();
        groups[1].title = Some(text.clone());
        groups[1].outlines[0].title.clone_from(&text);
        strict::assert_xml(&opml(&text, &groups));
    }
}

proptest! {
    #[test]
    fn any_text_at_all_makes_a_strict_feed(title in any::<String>(), html in any::<String>(), url in any::<String>()) {
        let mut feed = feed();
        feed.head.title.clone_from(&title);
        feed.head.self_url.clone_from(&url);
        feed.items[0] = Item { title, html: html.clone(), link: url, ..feed.items[0].clone() };
        feed.items[0].categories[0].label = html;
        for format in Format::ALL {
            assert_strict(format, &feed.write(format));
        }
    }

    #[test]
    fn any_event_text_makes_a_strict_feed(name_text in any::<String>(), text in any::<String>()) {
        let events = [added(1, &name_text, &text)];
        let feed = Feed::from_events(head(), &events, &name);
        for format in Format::ALL {
            let written = feed.write(format);
            assert_strict(format, &written);
            prop_assert_eq!(feed_rs::parser::parse(written.as_bytes()).unwrap().entries.len(), 1);
        }
    }
}
