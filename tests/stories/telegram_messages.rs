//! News as it arrives on Telegram: what people read, what becomes of refusals, and that nothing we write is refused.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use serde_json::{Value, json};
use whimbrel_fanout::{
    Bundle, Channel, Content, Destination, Limit, Links, Nonce, Part, Refusal, SendError, Sent, Style, Upload,
};
use whimbrel_news::{CatalogId, Digest, Event, Period};
use whimbrel_telegram::Setup;
use whimbrel_world::telegram::{Fault, Limits, Telegram, Window};

/// Words that try to be something else.
const HOSTILE: [&str; 11] = [
    "</b>",
    "<a href=\"tg://user?id=1\">x</a>",
    "](https://x.y)",
    "\u{202e}gnp.exe",
    "\u{200b}\u{200b}",
    "@everyone",
    "&lt;&#x202e;&",
    "\0\u{7}\r\n",
    "😀👩\u{200d}👩\u{200d}👧",
    "<script>",
    "a < b && c > d",
];

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

fn event(number: usize, more: Value) -> Event {
    let moment = at("2026-11-17T10:00:00Z") + TimeDelta::minutes(i64::try_from(number).unwrap_or(0));
    let mut event = json!({ "seq": number + 1, "epoch": 7, "at": moment, "recorded": moment });
    if let (Value::Object(event), Value::Object(more)) = (&mut event, more) {
        event.extend(more);
    }
    serde_json::from_value(event.clone()).unwrap_or_else(|error| panic!("{error}: {event}"))
}

fn added(number: usize, name: &str, url: &str, description: &str) -> Event {
    event(
        number,
        json!({
            "catalog": "rust", "kind": "added", "name": name, "url": url, "key": format!("example.org/{number}"),
            "section": "Tools", "section_path": ["Tools"], "description": description, "stars": 1234,
            "language": "Rust",
        }),
    )
}

fn released(number: usize, name: &str, version: &str, level: &str, notes: &str) -> Event {
    event(
        number,
        json!({
            "kind": "released", "name": name, "url": format!("https://github.com/x/{name}"),
            "key": format!("github.com/x/{name}"), "project": format!("x/{name}"), "stars": 48_000,
            "catalogs": [{ "id": "rust", "section": "Tools", "section_path": ["Tools"] }, { "id": "cli" }],
            "tag": format!("v{version}"), "version": version, "level": level, "notes": notes,
            "release_url": format!("https://github.com/x/{name}/releases/tag/v{version}"),
            "published": "2026-11-17T09:00:00Z",
        }),
    )
}

fn bundle(content: Content) -> Bundle {
    let id = |text: &str| CatalogId::new(text).expect("a catalog's id");
    Bundle {
        content,
        dropped: 0,
        titles: BTreeMap::from([
            (id("rust"), "Awesome Rust".to_owned()),
            (id("cli"), "Terminal <things>".to_owned()),
        ]),
        links: Links {
            site: Some("https://news.example.org".to_owned()),
            digest: Some("https://news.example.org/digest/weekly/2026-W47".to_owned()),
        },
        picture: None,
    }
}

fn digest(events: &[Event]) -> Bundle {
    let span = Period::Weekly.around(at("2026-11-20T10:00:00Z"));
    let rust = CatalogId::new("rust").expect("a catalog's id");
    bundle(Content::Digest {
        digest: Digest::fold(span, events),
        label: span.label(),
        from: span.start(),
        to: span.end(),
        catch_up: true,
        read: BTreeMap::from([(rust, at("2026-11-22T23:40:00Z"))]),
    })
}

fn channel(telegram: &Telegram) -> whimbrel_telegram::Telegram {
    let setup = Setup {
        api_url: telegram.api_url().parse().expect("an address"),
        token: SecretString::from(telegram.token()),
        user_agent: "whimbrel (story)".to_owned(),
        timeout: Duration::from_millis(400),
    };
    whimbrel_telegram::Telegram::new(setup).expect("a channel")
}

fn to(chat: i64) -> Destination {
    Destination::Telegram { chat, topic: None }
}

async fn tell(channel: &dyn Channel, to: &Destination, bundle: &Bundle, style: Style) -> Vec<Sent> {
    let mut sent = Vec::new();
    for (number, part) in channel.render(to, bundle, style).iter().enumerate() {
        sent.push(channel.send(to, part, Nonce(number as u64)).await);
    }
    sent
}

fn hello() -> Part {
    Part { body: json!({ "text": "hello" }).to_string(), uploads: vec![] }
}

#[tokio::test]
async fn a_week_reads_well() {
    let telegram = Telegram::start();
    let ada = telegram.person("ada");
    ada.says("/start");
    let mut events: Vec<Event> = (0..16)
        .map(|n| added(n, &format!("tool-{n}"), &format!("https://example.org/{n}"), "Does things."))
        .collect();
    events.push(released(20, "ripgrep", "15.0.0", "major", "Everything is <faster>."));
    events.push(released(21, "fd", "10.3.1", "patch", "Mends."));
    let channel = channel(&telegram);
    for sent in tell(&channel, &to(ada.id()), &digest(&events), Style::Rich).await {
        sent.result.expect("it is taken");
    }
    let seen = ada.sees();
    assert_eq!(seen.len(), 2);
    assert_eq!(
        seen[1].to_string(),
        "*Week 47 of 2026 (16–22 November)*\n\
         _What happened while nothing could be told here_\n\
         16 new entries, 2 releases\n\
         \n\
         *Projects*\n\
         _Releases_\n\
         • [ripgrep](https://github.com/x/ripgrep/releases/tag/v15.0.0) 15.0.0 (major) \
         · in Awesome Rust and Terminal <things>\n\
         • [fd](https://github.com/x/fd/releases/tag/v10.3.1) 10.3.1 (patch) \
         · in Awesome Rust and Terminal <things>\n\
         \n\
         *Awesome Rust*\n\
         _New entries — Tools_\n\
         • [tool-0](https://example.org/0) — Does things. · Rust · 1,234 stars\n\
         • [tool-1](https://example.org/1) — Does things. · Rust · 1,234 stars\n\
         • [tool-2](https://example.org/2) — Does things. · Rust · 1,234 stars\n\
         • [tool-3](https://example.org/3) — Does things. · Rust · 1,234 stars\n\
         • [tool-4](https://example.org/4) — Does things. · Rust · 1,234 stars\n\
         • [tool-5](https://example.org/5) — Does things. · Rust · 1,234 stars\n\
         • [tool-6](https://example.org/6) — Does things. · Rust · 1,234 stars\n\
         • [tool-7](https://example.org/7) — Does things. · Rust · 1,234 stars\n\
         • [tool-8](https://example.org/8) — Does things. · Rust · 1,234 stars\n\
         • [tool-9](https://example.org/9) — Does things. · Rust · 1,234 stars\n\
         • [tool-10](https://example.org/10) — Does things. · Rust · 1,234 stars\n\
         • [tool-11](https://example.org/11) — Does things. · Rust · 1,234 stars\n\
         … [and 4 more](https://news.example.org/digest/weekly/2026-W47)\n\
         \n\
         [All of it on one page](https://news.example.org/digest/weekly/2026-W47)\n\
         _Last read: Awesome Rust 22 Nov 23:40 (UTC)_"
    );
    assert!(seen[1].no_preview);
    telegram.expects_no_violations();
}

#[tokio::test]
async fn a_release_is_told_at_once_with_its_page() {
    let telegram = Telegram::start();
    let club = telegram.supergroup("club", &telegram.person("ada"));
    club.adds_bot();
    let news =
        bundle(Content::News(vec![released(1, "ripgrep", "15.0.0", "major", "Faster.\nMuch <faster>.")]));
    let sent = tell(&channel(&telegram), &to(club.id()), &news, Style::Rich).await.remove(0);
    assert_eq!(sent.result.expect("it is taken"), club.sees()[0].id.to_string());
    let seen = &club.sees()[0];
    assert_eq!(
        seen.to_string(),
        "[*ripgrep 15.0.0 released (major)*](https://github.com/x/ripgrep/releases/tag/v15.0.0)\n\
         Faster.\nMuch <faster>.\n_Awesome Rust, Terminal <things>_"
    );
    assert_eq!(seen.preview.as_deref(), Some("https://github.com/x/ripgrep/releases/tag/v15.0.0"));
    telegram.expects_no_violations();
}

#[tokio::test]
async fn nothing_we_write_is_refused_whatever_strangers_write() {
    let telegram = Telegram::start();
    telegram.limits(|limits| *limits = Limits::none());
    let ada = telegram.person("ada");
    ada.says("/start");
    let channel = channel(&telegram);
    let place = to(ada.id());
    let mut seed = 7_u64;
    let mut pick = |most: usize| {
        // Numbers without a pattern that matters here, the same at every run.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap_or(0) % most
    };
    for round in 0..60 {
        let mut words = |most: usize| -> String {
            (0..=pick(most)).map(|_| HOSTILE[pick(HOSTILE.len())]).collect::<Vec<_>>().join(" ")
        };
        let events: Vec<Event> = (0..=round)
            .map(|n| {
                let (name, url, text) = (words(3), words(2), words(if n % 7 == 0 { 900 } else { 20 }));
                if n % 3 == 0 {
                    released(n, &name, "1.2.3", "minor", &text)
                } else {
                    added(n, &name, &format!("https://x.y/{url}"), &text)
                }
            })
            .collect();
        for bundle in [bundle(Content::News(events.clone())), digest(&events)] {
            for style in [Style::Rich, Style::Plain] {
                for sent in tell(&channel, &place, &bundle, style).await {
                    sent.result.expect("it is taken");
                }
            }
        }
    }
    let told = telegram.told();
    assert!(told.len() > 240, "{}", told.len());
    for told in told {
        let read = &told.message.text;
        assert!(!read.contains('\u{202e}') && read.encode_utf16().count() <= 4096);
        assert!(told.message.entities.len() <= 100, "{} marks", told.message.entities.len());
    }
    telegram.expects_no_violations();
}

#[tokio::test]
async fn refusals_are_told_apart_and_never_tell_the_token() {
    let telegram = Telegram::start();
    let ada = telegram.person("ada");
    let channel = channel(&telegram);
    let send = async |to: Destination| {
        let sent = channel.send(&to, &hello(), Nonce(1)).await;
        let shown = format!("{sent:?} {channel:?}");
        assert!(!shown.contains("made-up"), "the token is in {shown}");
        sent
    };
    let refused = |sent: Sent| match sent.result {
        Err(SendError::Refused { refusal, .. }) => refusal,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(send(to(ada.id())).await), Refusal::Gone, "they never wrote to the bot");
    ada.says("/start");
    ada.blocks();
    assert_eq!(refused(send(to(ada.id())).await), Refusal::Blocked);
    ada.unblocks();

    let group = telegram.group("club", &ada);
    assert_eq!(refused(send(to(group.id())).await), Refusal::NoAccess);
    group.adds_bot();
    let grown = group.upgrades();
    let Err(SendError::Moved { to: moved }) = send(to(group.id())).await.result else { panic!("it moved") };
    assert_eq!(moved, to(grown.id()));
    assert!(send(moved).await.result.is_ok());

    let forum = telegram.forum("rust", &ada);
    forum.adds_bot();
    let topic = forum.topic("news");
    let at_topic = |topic| Destination::Telegram { chat: forum.id(), topic: Some(topic) };
    assert!(send(at_topic(topic)).await.result.is_ok());
    assert!(send(at_topic(1)).await.result.is_ok(), "General is reached without its number");
    forum.closes_topic(topic);
    assert_eq!(refused(send(at_topic(topic)).await), Refusal::NoAccess);
    forum.deletes_topic(topic);
    assert_eq!(refused(send(at_topic(topic)).await), Refusal::Gone);

    telegram.clock().set(at("2026-11-20T10:00:00Z"));
    telegram.limits(|limits| limits.private = vec![Window::new(1, 40)]);
    assert!(send(to(ada.id())).await.result.is_ok());
    let hasty = send(to(ada.id())).await;
    assert_eq!(hasty.learned.wait, Some((Limit::Destination, Duration::from_secs(40))));
    assert!(matches!(hasty.result, Err(SendError::Retry { .. })), "{hasty:?}");
    telegram.clock().advance(TimeDelta::seconds(40));

    let fresh = telegram.revokes_token();
    assert!(matches!(send(to(ada.id())).await.result, Err(SendError::Unauthorized { .. })));
    channel.set_token(SecretString::from(fresh));
    assert!(send(to(ada.id())).await.result.is_ok(), "it goes on with the new token");
    let broken = Part { body: json!({ "text": "<b>", "parse_mode": "HTML" }).to_string(), uploads: vec![] };
    telegram.expects_no_violations();
    let sent = channel.send(&to(grown.id()), &broken, Nonce(1)).await;
    assert!(matches!(sent.result, Err(SendError::Content { .. })), "{sent:?}");
}

#[tokio::test]
async fn trouble_on_the_way_is_tried_again_and_takes_no_longer_than_it_may() {
    let telegram = Telegram::start();
    let ada = telegram.person("ada");
    ada.says("/start");
    let channel = channel(&telegram);
    for fault in [
        Fault::Status(502),
        Fault::InternalError,
        Fault::Reset,
        Fault::Hang,
        Fault::Lost,
        Fault::BrokenOff,
        Fault::MalformedJson,
    ] {
        telegram.limits(|limits| *limits = Limits::none());
        telegram.fails(fault.clone()).times(1);
        let started = std::time::Instant::now();
        let sent = channel.send(&to(ada.id()), &hello(), Nonce(1)).await;
        assert!(started.elapsed() < Duration::from_secs(5), "{fault:?} took {:?}", started.elapsed());
        assert!(matches!(sent.result, Err(SendError::Retry { .. })), "{fault:?}: {sent:?}");
        assert!(!format!("{sent:?}").contains("made-up"), "{sent:?}");
    }
    assert_eq!(telegram.count(), 3, "of three the answer was lost, not the message");
    telegram.stop().await;
    let sent = channel.send(&to(ada.id()), &hello(), Nonce(1)).await;
    // A connection that was kept may break; a new one is refused.
    let is_trouble =
        |reason: &str| ["cannot connect", "the connection broke"].iter().any(|word| reason.starts_with(word));
    assert!(matches!(&sent.result, Err(SendError::Retry { reason }) if is_trouble(reason)), "{sent:?}");
}

#[tokio::test]
async fn pictures_carry_the_words() {
    let telegram = Telegram::start();
    let ada = telegram.person("ada");
    ada.says("/start");
    let channel = channel(&telegram);
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    png.extend([0, 0, 3, 32, 0, 0, 1, 144, 8, 0, 0, 0, 0]);
    let upload = |name: &str| Upload { name: name.to_owned(), alt: String::new(), png: png.clone() };
    let body = json!({ "text": "<b>ranks</b>", "parse_mode": "HTML", "link_preview_options": { "is_disabled": true } });
    for uploads in [vec![upload("a.png")], vec![upload("b.png"), upload("c.png")]] {
        let part = Part { body: body.to_string(), uploads };
        channel.send(&to(ada.id()), &part, Nonce(1)).await.result.expect("it is taken");
    }
    let seen: Vec<String> = ada.sees().iter().skip(1).map(ToString::to_string).collect();
    assert_eq!(
        seen,
        ["(picture a.png 800×400)\n*ranks*", "(picture b.png 800×400)\n*ranks*", "(picture c.png 800×400)\n"]
    );
    telegram.expects_no_violations();
}
