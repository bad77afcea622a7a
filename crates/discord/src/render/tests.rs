use chrono::{DateTime, Utc};
use proptest::prelude::*;
use serde_json::{Value, json};
use whimbrel_fanout::Links;
use whimbrel_news::{CatalogId, Digest, Event, Period};

use super::*;

mod generated;

/// One event of every kind.
const EVENTS: &str = include_str!("../../../news/src/event/golden.jsonl");

fn at() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

/// Every kind of event, so often, with these words where strangers write.
fn events(rounds: usize, words: &dyn Fn(usize) -> String) -> Vec<Event> {
    let mut count = 0;
    let mut events = Vec::new();
    for _ in 0..rounds {
        for line in EVENTS.lines() {
            let mut json: Value = serde_json::from_str(line).unwrap();
            count += 1;
            json["seq"] = json!(count);
            replace(&mut json, &|| words(count));
            events.push(serde_json::from_value(json).unwrap());
        }
    }
    events
}

fn replace(json: &mut Value, words: &dyn Fn() -> String) {
    let strangers = [
        "name",
        "old_name",
        "description",
        "old_description",
        "section",
        "old_section",
        "scope",
        "title",
        "notes",
        "error",
        "detail",
        "tag",
        "version",
        "language",
    ];
    match json {
        Value::Object(fields) => {
            for (name, value) in fields {
                if strangers.contains(&name.as_str()) && value.is_string() {
                    *value = json!(words());
                } else {
                    replace(value, words);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|it| replace(it, words)),
        _ => {}
    }
}

fn bundle(content: Content) -> Bundle {
    let digest = Some("https://news.example/digest/weekly/#2026-W47".to_owned());
    let links = Links { site: Some("https://news.example".to_owned()), digest };
    let titles = [(CatalogId::new("systems").unwrap(), "Awesome Systems".to_owned())].into();
    Bundle { content, dropped: 0, titles, links, picture: None }
}

fn digest_of(events: &[Event]) -> Content {
    let span = Period::Weekly.around(at());
    Content::Digest {
        digest: Digest::fold(span, events),
        label: "16 to 22 November 2026".to_owned(),
        from: span.start(),
        to: span.end(),
        catch_up: false,
        read: [(CatalogId::new("systems").unwrap(), at())].into(),
    }
}

fn bodies(parts: &[Part]) -> Vec<Value> {
    parts.iter().map(|part| serde_json::from_str(&part.body).unwrap()).collect()
}

/// Fails where Discord would refuse the message, or a stranger's words would mean something.
fn check(parts: &[Part]) {
    assert!(!parts.is_empty());
    let units = |value: &Value| value.as_str().map_or(0, escape::units);
    for body in bodies(parts) {
        assert_eq!(body["allowed_mentions"], json!({ "parse": [] }));
        assert!((1..=100).contains(&body[POST_NAME].as_str().map_or(0, |name| name.trim().chars().count())));
        let embeds = body["embeds"].as_array().cloned().unwrap_or_default();
        assert!(units(&body["content"]) <= 2_000 && embeds.len() <= 10);
        let mut sum = 0;
        let mut texts = vec![body["content"].clone()];
        for embed in &embeds {
            let parts = [&embed["title"], &embed["description"], &embed["footer"]["text"]];
            assert!(units(parts[0]) <= 256 && units(parts[1]) <= 4_096 && units(parts[2]) <= 2_048);
            assert!(parts.iter().any(|part| part.as_str().is_some_and(|text| !text.trim().is_empty())));
            sum += parts.iter().map(|part| units(part)).sum::<usize>();
            texts.extend([embed["title"].clone(), embed["description"].clone()]);
        }
        assert!(sum <= 6_000, "{sum}");
        assert!(units(&body["content"]) > 0 || sum > 0, "an empty message");
        texts.iter().filter_map(Value::as_str).for_each(harmless);
    }
}

/// Only our own emphasis and links mean anything in the text.
fn harmless(text: &str) {
    assert!(!text.contains("@everyone") && !text.contains("@here") && !text.contains("@&"), "{text}");
    assert!(!text.contains(['\u{202e}', '\u{2066}', '\u{e0041}', '\0']), "{text}");
    let mut bare = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            assert!(chars.next().is_some(), "an escape of nothing: {text}");
            bare.push('x');
        } else {
            bare.push(c);
        }
    }
    for sign in ["||", "`", "~", "_", "<", ">"] {
        let found = bare.split("](http").enumerate().any(|(number, piece)| {
            // Within an address a sign means nothing.
            let words = if number == 0 { piece } else { piece.split_once(')').map_or("", |it| it.1) };
            words.contains(sign)
        });
        assert!(!found, "{sign} in {text}");
    }
    let links = bare.matches("](http").count();
    assert_eq!((bare.matches('[').count(), bare.matches(']').count()), (links, links), "{text}");
    assert_eq!(bare.matches("**").count() % 2, 0, "{text}");
    for line in bare.lines() {
        assert!(!line.starts_with(['#', '-', '>']), "{line}");
    }
}

#[test]
fn one_event_is_one_embed_with_its_link() {
    let events = &events(1, &|_| "etcd".to_owned())[..1];
    let parts = render(&bundle(Content::News(events.to_vec())), Style::Rich, &[]);
    check(&parts);
    let body = &bodies(&parts)[0];
    let embed = &body["embeds"][0];
    assert_eq!(embed["title"], "Added: etcd — etcd");
    assert_eq!(embed["url"], "https://github.com/etcd-io/etcd");
    assert_eq!(embed["footer"]["text"], "Awesome Systems");
    assert_eq!(body[POST_NAME], "Added: etcd — etcd");
    assert_eq!(body.get("attachments"), None);
    assert_eq!((parts.len(), body.get(CONTINUES)), (1, None));
}

#[test]
fn many_events_are_few_messages_with_all_of_them() {
    let events = events(10, &|number| format!("thing {number}"));
    let count = events.len();
    let parts = render(&bundle(Content::News(events)), Style::Rich, &[]);
    check(&parts);
    let text: String = parts.iter().map(|part| part.body.as_str()).collect();
    assert_eq!(text.matches("• ").count(), count);
    let sum: usize = text.chars().count();
    assert!(parts.len() <= sum / 4_500 + 1, "{} messages of {sum} characters", parts.len());
    let continues: Vec<bool> = bodies(&parts).iter().map(|body| body.get(CONTINUES).is_some()).collect();
    assert!(!continues[0] && continues[1..].iter().all(|it| *it));
}

#[test]
fn a_digest_is_one_message_and_counts_what_it_leaves_out() {
    for rounds in [1, 3, 40] {
        let events = events(rounds, &|number| format!("thing {number} {}", "long ".repeat(number % 30)));
        let parts = render(&bundle(digest_of(&events)), Style::Rich, &[]);
        check(&parts);
        assert_eq!(parts.len(), 1);
        let body = &bodies(&parts)[0];
        let head = &body["embeds"][0];
        assert!(head["title"].as_str().unwrap().starts_with("16 to 22 November 2026: "), "{head}");
        assert_eq!(head["url"], "https://news.example/digest/weekly/#2026-W47");
        assert_eq!(head["footer"]["text"], "Last read 20 Nov 2026, 12:00 UTC");
        let text = body["embeds"].to_string();
        assert_eq!(
            text.contains(" more](https://news.example/digest/weekly/#2026-W47)"),
            rounds == 40,
            "{text}"
        );
        if rounds == 40 {
            assert!(text.chars().count() > 5_000, "there was room: {}", text.chars().count());
        }
    }
}

#[test]
fn an_empty_week_is_one_short_line() {
    let parts = render(&bundle(digest_of(&[])), Style::Rich, &[]);
    check(&parts);
    let body = &bodies(&parts)[0];
    assert_eq!(body["content"], "16 to 22 November 2026: nothing new");
    assert_eq!(body.get("embeds"), None);
}

#[test]
fn what_is_no_longer_kept_is_said() {
    for content in [digest_of(&[]), Content::News(events(1, &|_| "a".to_owned()))] {
        for style in [Style::Rich, Style::Plain] {
            let parts = render(&Bundle { dropped: 1_234, ..bundle(content.clone()) }, style, &[]);
            check(&parts);
            assert!(parts.iter().any(|part| part.body.contains("1,234 older events are no longer kept.")));
        }
    }
}

#[test]
fn pictures_go_with_the_first_message() {
    let chart = Upload { name: "ranks.png".to_owned(), alt: "Ranks".to_owned(), png: vec![1] };
    let parts = render(
        &bundle(digest_of(&events(1, &|_| "a".to_owned()))),
        Style::Rich,
        std::slice::from_ref(&chart),
    );
    let body = &bodies(&parts)[0];
    assert_eq!(body["embeds"][0]["image"]["url"], "attachment://ranks.png");
    assert_eq!(body["attachments"], json!([{ "id": 0, "filename": "ranks.png", "description": "Ranks" }]));
    assert_eq!(parts[0].uploads, [chart]);
}

#[test]
fn plain_messages_are_words_only() {
    for content in
        [digest_of(&events(30, &|_| "a *b*".to_owned())), Content::News(events(9, &|_| "c".to_owned()))]
    {
        let parts = render(&bundle(content), Style::Plain, &[]);
        check(&parts);
        for body in bodies(&parts) {
            assert!(body.get("embeds").is_none() && body["content"].is_string());
            assert!(!body["content"].as_str().unwrap().contains("]("));
        }
    }
}

#[test]
fn hostile_words_neither_ping_nor_break() {
    let hostile = [
        "@everyone",
        "@here <@1> <@&2> <#3> </x:4> <t:5> <:e:6>",
        "](https://evil.example)",
        "[a](https://b.c)",
        "||hidden||",
        "\u{202e}drow",
        "\u{200b}\u{200b}",
        "```",
        "\\",
        "\\\\](x)",
        "> quote",
        "# head",
        "- list",
        "1. list",
        "</b>",
        "~~gone~~",
        "\0\u{1}",
        "🦀\u{fe0f}\u{200d}",
        "\u{e0041}\u{e0042}",
        "",
    ];
    for words in hostile {
        for length in [1, 40, 2_000] {
            let words = words.repeat(length);
            let news = events(2, &|_| words.clone());
            for content in [Content::News(news[..1].to_vec()), Content::News(news.clone()), digest_of(&news)]
            {
                for style in [Style::Rich, Style::Plain] {
                    check(&render(&bundle(content.clone()), style, &[]));
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_message_is_ever_refused(
        words in proptest::collection::vec("(\\PC|[*_~`|<>@#\\[\\]()\\\\\\-. ]|@everyone|\\]\\(https://x\\.y\\)|\u{202e}|\u{200b}){0,80}", 1..40),
        rounds in 1_usize..6,
        dropped in 0_u64..3,
        titled in "\\PC{0,300}",
    ) {
        let news = events(rounds, &|number| words[number % words.len()].clone());
        for content in [Content::News(news.clone()), digest_of(&news)] {
            let mut bundle = Bundle { dropped, ..bundle(content) };
            for title in bundle.titles.values_mut() {
                title.clone_from(&titled);
            }
            for style in [Style::Rich, Style::Plain] {
                let parts = render(&bundle, style, &[]);
                check(&parts);
                prop_assert_eq!(parts, render(&bundle, style, &[]), "the same bundle, the same messages");
            }
        }
    }
}
