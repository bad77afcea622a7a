use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use whimbrel_fanout::Links;
use whimbrel_news::{CatalogId, Digest, Event, Period, wording};

use super::*;

mod generated;

fn event(more: Value) -> Event {
    let mut event = json!({
        "seq": 1, "epoch": 7, "at": "2026-11-20T10:00:00Z", "recorded": "2026-11-20T10:00:00Z",
    });
    if let (Value::Object(event), Value::Object(more)) = (&mut event, more) {
        event.extend(more);
    }
    serde_json::from_value(event.clone()).unwrap_or_else(|error| panic!("{error}: {event}"))
}

fn added(number: usize, name: &str, url: &str, description: &str) -> Event {
    event(json!({
        "seq": number + 1, "catalog": "rust", "kind": "added", "name": name, "url": url,
        "key": format!("example.org/{number}"), "section": "Tools", "section_path": ["Tools"],
        "description": description, "stars": 1234, "language": "Rust",
    }))
}

fn bundle(content: Content) -> Bundle {
    Bundle {
        content,
        dropped: 0,
        titles: BTreeMap::from([(id("rust"), "Awesome Rust".to_owned())]),
        links: Links {
            site: Some("https://news.example.org".to_owned()),
            digest: Some("https://news.example.org/digest/weekly/2026-W47".to_owned()),
        },
        picture: None,
    }
}

fn id(text: &str) -> CatalogId {
    CatalogId::new(text).expect("a catalog's id")
}

fn digest(events: &[Event]) -> Bundle {
    let span = Period::Weekly.around("2026-11-20T10:00:00Z".parse().expect("a moment"));
    bundle(Content::Digest {
        digest: Digest::fold(span, events),
        label: "Week 47 of 2026 (16–22 November)".to_owned(),
        from: span.start(),
        to: span.end(),
        catch_up: false,
        read: BTreeMap::from([(id("rust"), "2026-11-22T23:40:00Z".parse().expect("a moment"))]),
    })
}

/// The text of each message, after checks that hold for all of them.
fn texts(bundle: &Bundle, style: Style) -> Vec<String> {
    let parts = render(bundle, style);
    assert_eq!(parts, render(bundle, style), "the same bundle gives the same messages");
    let text = |part: &Part| {
        let body: Value = serde_json::from_str(&part.body).expect("JSON");
        assert!(body.get("chat_id").is_none() && part.uploads.is_empty());
        assert_eq!(body["parse_mode"], if style == Style::Rich { json!("HTML") } else { Value::Null });
        let text = body["text"].as_str().expect("a text").to_owned();
        let read = if style == Style::Rich { read(&text) } else { text.clone() };
        let units = read.encode_utf16().count();
        assert!((1..=TEXT_UNITS).contains(&units), "{units} units: {read}");
        assert!(!read.trim().is_empty());
        text
    };
    parts.iter().map(text).collect()
}

/// What is read of a message: fails on any tag or reference that we do not write, and on tags that cross.
fn read(html: &str) -> String {
    let (mut text, mut open, mut rest) = (String::new(), Vec::new(), html);
    let mut marks = 0;
    while let Some(at) = rest.find(['<', '&']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&'), ("&quot;", '"')];
        if let Some((reference, character)) = known.iter().find(|(reference, _)| rest.starts_with(reference))
        {
            text.push(*character);
            rest = &rest[reference.len()..];
            continue;
        }
        let end = rest.find('>').unwrap_or_else(|| panic!("a tag without an end: {rest}"));
        let tag = &rest[1..end];
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{html}"),
            None if tag == "b" || tag == "i" => open.push(tag),
            None => {
                let href = tag.strip_prefix("a href=\"").and_then(|rest| rest.strip_suffix('"'));
                let href = href.unwrap_or_else(|| panic!("an unknown tag <{tag}>: {html}"));
                assert!(href.starts_with("http") && !href.contains(['"', '<']), "{href}");
                open.push("a");
            }
        }
        marks += usize::from(!tag.starts_with('/'));
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "{open:?} in {html}");
    assert!(marks <= ENTITIES, "{marks} marks");
    text.push_str(rest);
    text
}

#[test]
fn one_event_is_told_at_length_with_its_preview() {
    let news =
        bundle(Content::News(vec![added(0, "rip<grep>", "https://example.org/rg", "Fast & \"good\".")]));
    let body: Value = serde_json::from_str(&render(&news, Style::Rich)[0].body).expect("JSON");
    assert_eq!(
        body,
        json!({
            "text": "<b><a href=\"https://example.org/rg\">Added: rip&lt;grep&gt; — Tools</a></b>\n\
                     Fast &amp; \"good\".\nRust · 1,234 stars\n<i>Awesome Rust</i>",
            "parse_mode": "HTML",
            "link_preview_options": { "url": "https://example.org/rg", "prefer_small_media": true },
        })
    );
    assert_eq!(
        texts(&news, Style::Plain),
        [
            "Added: rip<grep> — Tools https://example.org/rg\nFast & \"good\".\nRust · 1,234 stars\nAwesome Rust"
        ]
    );
}

#[test]
fn many_events_share_messages() {
    let events: Vec<Event> = (0..40)
        .map(|n| added(n, &format!("tool-{n}"), "https://example.org/x", &"word ".repeat(100)))
        .collect();
    let mut news = bundle(Content::News(events));
    news.dropped = 7;
    let texts = texts(&news, Style::Rich);
    assert_eq!(texts.len(), 4, "{texts:#?}");
    assert!(texts[0].starts_with("<i>7 older events were waiting too long"), "{}", texts[0]);
    let whole = texts.concat();
    assert!((0..40).all(|n| whole.contains(&format!("Added: tool-{n} "))));
}

#[test]
fn a_digest_is_one_message_that_folds_what_does_not_fit() {
    let few: Vec<Event> =
        (0..3).map(|n| added(n, &format!("tool-{n}"), "https://example.org/x", "Good.")).collect();
    assert_eq!(
        texts(&digest(&few), Style::Rich),
        ["<b>Week 47 of 2026 (16–22 November)</b>\n3 new entries\n\n<b>Awesome Rust</b>\n\
          <i>New entries — Tools</i>\n\
          • <a href=\"https://example.org/x\">tool-0</a> — Good. · Rust · 1,234 stars\n\
          • <a href=\"https://example.org/x\">tool-1</a> — Good. · Rust · 1,234 stars\n\
          • <a href=\"https://example.org/x\">tool-2</a> — Good. · Rust · 1,234 stars\n\n\
          <a href=\"https://news.example.org/digest/weekly/2026-W47\">All of it on one page</a>\n\
          <i>Last read: Awesome Rust 22 Nov 23:40 (UTC)</i>"]
    );
    let many: Vec<Event> = (0..900)
        .map(|n| added(n, &format!("tool-{n}"), "https://example.org/x", &"word ".repeat(60)))
        .collect();
    let texts = texts(&digest(&many), Style::Rich);
    assert_eq!(texts.len(), 1);
    assert!(texts[0].contains("900 new entries") && texts[0].contains("888 more</a>"), "{}", texts[0]);
    let nothing = digest(&[]);
    assert_eq!(super::render(&nothing, Style::Plain).len(), 1);
    assert_eq!(self::texts(&nothing, Style::Plain), ["Week 47 of 2026 (16–22 November): nothing new."]);
}

/// Words that try to be something else.
const HOSTILE: [&str; 12] = [
    "</b>",
    "<a href=\"tg://x\">",
    "](https://x.y)",
    "\u{202e}gnp.exe",
    "\u{200b}\u{200b}",
    "@everyone",
    "&lt;",
    "&#x202e;",
    "]]>",
    "\0\u{7}\r\n",
    "😀👩‍👩‍👧",
    "<script>alert(1)</script>",
];

#[test]
fn hostile_words_are_only_words() {
    for word in HOSTILE {
        let long = format!("{word} ").repeat(5_000 / word.len() + 1);
        let events = vec![
            added(0, word, &format!("https://x.y/{word}"), &long),
            added(1, &long, word, word),
            added(2, "", "", ""),
        ];
        for style in [Style::Rich, Style::Plain] {
            let texts = texts(&bundle(Content::News(events.clone())), style).concat();
            let rings = style == Style::Plain && texts.split_whitespace().any(|word| word == "@everyone");
            assert!(!texts.contains('\u{202e}') && !rings, "{texts}");
            self::texts(&digest(&events), style);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn whatever_is_told_is_taken(
        words in prop::collection::vec(("\\PC{0,80}", "\\PC{0,400}", "[a-z<>\"'&/:.]{0,30}", 0..12_usize), 0..60),
        dropped in 0..3_u64,
    ) {
        let events: Vec<Event> = words
            .iter()
            .enumerate()
            .map(|(n, (name, text, url, hostile))| {
                let word = HOSTILE[*hostile];
                added(n, &format!("{name}{word}"), &format!("https://{url}"), &format!("{word}{text}"))
            })
            .collect();
        for style in [Style::Rich, Style::Plain] {
            for mut bundle in [bundle(Content::News(events.clone())), digest(&events)] {
                bundle.dropped = dropped;
                texts(&bundle, style);
            }
        }
    }
}

#[test]
fn the_service_and_we_count_alike() {
    // The longest headline and line that wording allows stay within a message of their own.
    let units = wording::MAX_TITLE.max(wording::MAX_LINE) * 2;
    assert!(units <= TEXT_UNITS);
}
