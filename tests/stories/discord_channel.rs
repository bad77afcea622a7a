//! News goes out to Discord: to every kind of place, once, and what the service says is understood.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use whimbrel_discord::{Credentials, Discord as Channel};
use whimbrel_fanout::channel::Channel as _;
use whimbrel_fanout::{
    Bundle, Content, Destination, Learned, Limit, Links, Nonce, Part, Refusal, SendError, Sent, Style, Upload,
};
use whimbrel_news::Event;
use whimbrel_world::discord::{Discord, Fault, Hook, Place};

const TOKEN: &str = "bWFkZVVw.Zm9y.c2VuZGluZw";

fn credentials(token: &str, hooks: &[(&str, &Hook)]) -> Credentials {
    let webhooks = hooks.iter().map(|(name, hook)| ((*name).to_owned(), hook.url().into())).collect();
    Credentials { token: Some(token.to_owned().into()), webhooks, ..Credentials::default() }
}

fn start(hooks: impl Fn(&Discord) -> Vec<(&'static str, Hook)>) -> (Discord, Channel) {
    let discord = Discord::start();
    discord.token(TOKEN);
    let hooks = hooks(&discord);
    let hooks: Vec<_> = hooks.iter().map(|(name, hook)| (*name, hook)).collect();
    let channel = Channel::new(Some(&discord.api_url()), credentials(TOKEN, &hooks)).expect("it is set up");
    (discord, channel)
}

fn bundle(names: &[&str]) -> Bundle {
    let event = |(number, name): (usize, &&str)| -> Event {
        let json = json!({ "seq": number + 1, "epoch": 7, "at": "2026-11-20T12:00:00Z", "catalog": "systems",
            "recorded": "2026-11-20T12:00:01Z", "kind": "added", "name": name, "section": "Databases",
            "section_path": ["Databases"], "url": format!("https://example.org/{number}"),
            "key": format!("example.org/{number}"), "description": "A store." });
        serde_json::from_value(json).expect("an event")
    };
    let content = Content::News(names.iter().enumerate().map(event).collect());
    Bundle { content, dropped: 0, titles: BTreeMap::new(), links: Links::default(), picture: None }
}

fn to(place: &Place) -> Destination {
    Destination::Discord { channel: place.id() }
}

fn by(name: &str) -> Destination {
    Destination::Webhook { name: name.to_owned() }
}

/// Sends the first message there is to say about a thing of this name.
async fn send(channel: &Channel, to: &Destination, name: &str, nonce: u64) -> Sent {
    let part = channel.render(to, &bundle(&[name]), Style::Rich).remove(0);
    channel.send(to, &part, Nonce(nonce)).await
}

const READS: &str = "│ Added: etcd — Databases\n│ A store.\n│ systems";

#[tokio::test]
async fn news_reaches_every_kind_of_place() {
    let hooks = |discord: &Discord| {
        let guild = discord.guild("Readers");
        vec![
            ("plain", guild.channel("hooked").webhook("News")),
            ("forum", guild.forum("posts", &[]).webhook("News")),
        ]
    };
    let (discord, channel) = start(hooks);
    let guild = discord.guild("Readers");
    let ada = guild.member("ada");
    let (general, forum) = (guild.channel("general"), guild.forum("news", &["talk", "Releases"]));
    forum.needs_tag();
    let private = ada.in_private().place();
    for (number, place) in
        [to(&general), to(&forum), to(&private), by("plain"), by("forum")].iter().enumerate()
    {
        let sent = send(&channel, place, "etcd", number as u64).await;
        assert!(sent.result.is_ok(), "{place}: {sent:?}");
    }
    assert_eq!((general.reads(), ada.in_private().sees()), (vec![READS.to_owned()], vec![READS.to_owned()]));
    assert_eq!(guild.channel("hooked").reads(), [READS]);
    let posts = guild.threads();
    let named: Vec<_> = posts.iter().map(|post| (post.name(), post.tags(), post.reads())).collect();
    let name = "Added: etcd — Databases".to_owned();
    let told = |tags: &[&str]| {
        (name.clone(), tags.iter().map(|tag| (*tag).to_owned()).collect(), vec![READS.to_owned()])
    };
    assert_eq!(named, [told(&["Releases"]), told(&[])]);
    discord.expects_no_violations();
}

#[tokio::test]
async fn what_belongs_together_stays_in_one_post() {
    let (discord, channel) =
        start(|discord| vec![("hook", discord.guild("Readers").forum("b", &[]).webhook("N"))]);
    let guild = discord.guild("Readers");
    let forum = to(&guild.forum("a", &[]));
    let names: Vec<String> = (0..120).map(|it| format!("thing {it} {}", "x".repeat(80))).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for place in [forum, by("hook")] {
        let parts = channel.render(&place, &bundle(&names), Style::Rich);
        assert!(parts.len() > 2, "{}", parts.len());
        for (number, part) in parts.iter().enumerate() {
            discord.limits(|limits| (limits.webhooks.0, limits.messages.0) = (100, 100));
            let sent = channel.send(&place, part, Nonce(number as u64)).await;
            assert!(sent.result.is_ok(), "{sent:?}");
        }
        let post = guild.threads().pop().expect("a post");
        assert_eq!(post.messages().len(), parts.len());
    }
    assert_eq!(guild.threads().len(), 2);
    discord.expects_no_violations();
}

#[tokio::test]
async fn a_message_whose_answer_was_lost_comes_once() {
    let (discord, channel) = start(|_| Vec::new());
    let general = discord.guild("Readers").channel("general");
    for fault in
        [Fault::AnswerLost, Fault::ResetAfterHeaders, Fault::MalformedJson, Fault::ResetBeforeHeaders]
    {
        discord.fails(fault).times(1);
        let nonce = discord.requests() as u64;
        let first = send(&channel, &to(&general), "etcd", nonce).await;
        assert!(matches!(first.result, Err(SendError::Retry { .. })), "{first:?}");
        discord.limits(|limits| limits.messages.0 = 100);
        let again = send(&channel, &to(&general), "etcd", nonce).await;
        assert!(again.result.is_ok(), "{again:?}");
    }
    assert_eq!(general.messages().len(), 4, "one for each");
    discord.expects_no_violations();
}

fn refusal(sent: &Sent) -> Option<Refusal> {
    match &sent.result {
        Err(SendError::Refused { refusal, .. }) => Some(*refusal),
        _ => None,
    }
}

#[tokio::test]
async fn places_that_refuse_us_are_told_apart() {
    let (discord, channel) = start(|discord| {
        let guild = discord.guild("Readers");
        vec![("gone", guild.channel("hooked").webhook("News"))]
    });
    let guild = discord.guild("Readers");
    let (hidden, mute, plain) = (guild.channel("hidden"), guild.channel("mute"), guild.channel("plain"));
    hidden.denies(1 << 10);
    mute.denies(1 << 11);
    plain.denies(1 << 14);
    let ada = guild.member("ada");
    ada.closes_private(true);
    let closed = guild.channel("closed");
    closed.closes();
    guild.channel("hooked").closes();
    for (place, expected) in [
        (to(&hidden), Refusal::NoAccess),
        (to(&mute), Refusal::NoAccess),
        (to(&plain), Refusal::NoAccess),
        (to(&ada.in_private().place()), Refusal::Blocked),
        (to(&closed), Refusal::Gone),
        (by("gone"), Refusal::Gone),
        (by("unknown"), Refusal::Gone),
    ] {
        let sent = send(&channel, &place, "etcd", 1).await;
        assert_eq!(refusal(&sent), Some(expected), "{place}: {sent:?}");
    }
    discord.expects_no_violations();
    assert_eq!(channel.wrong_requests(), discord.wrong_requests());
    let rude = Part { body: json!({ "content": "x".repeat(2001) }).to_string(), uploads: Vec::new() };
    let refused = channel.send(&to(&guild.channel("general")), &rude, Nonce(1)).await.result;
    let Err(SendError::Content { reason }) = refused else { panic!("{refused:?}") };
    assert_eq!(reason, "Invalid Form Body (50035): content: Must be 2000 or fewer in length.");
}

#[tokio::test]
async fn answers_say_how_fast_it_may_go() {
    let (discord, channel) = start(|_| Vec::new());
    discord.clock().set("2026-11-20T12:00:00Z".parse().expect("a moment"));
    let general = to(&discord.guild("Readers").channel("general"));
    let five = Some(Duration::from_secs(5));
    for left in (0..5).rev() {
        let learned = send(&channel, &general, "etcd", left).await.learned;
        let remaining = u32::try_from(left).ok();
        assert_eq!(learned, Learned { remaining, reset_after: five, wait: None });
    }
    discord.expects_no_violations();
    let wait = Duration::from_millis(7_500);
    for (fault, limit, learned) in [
        (Fault::RouteLimit(wait), Limit::Destination, wait),
        (Fault::SharedLimit(wait), Limit::Destination, wait),
        (Fault::GlobalLimit(wait), Limit::Service, wait),
        (Fault::Cloudflare(wait), Limit::Service, Duration::from_secs(7)),
        (Fault::Unavailable(wait), Limit::Nobodys, Duration::from_secs(7)),
    ] {
        discord.clock().advance(chrono::TimeDelta::minutes(1));
        discord.fails(fault.clone()).times(1);
        let sent = send(&channel, &general, "etcd", 100).await;
        assert!(matches!(sent.result, Err(SendError::Retry { .. })), "{fault:?}: {sent:?}");
        assert_eq!(sent.learned.wait, Some((limit, learned)), "{fault:?}");
    }
}

#[tokio::test]
async fn a_new_token_works_at_once() {
    let (discord, channel) = start(|_| Vec::new());
    let general = to(&discord.guild("Readers").channel("general"));
    discord.revoke(TOKEN);
    let refused = send(&channel, &general, "etcd", 1).await.result;
    assert!(matches!(refused, Err(SendError::Unauthorized { .. })), "{refused:?}");
    discord.token("another");
    channel.replace(credentials("another", &[])).expect("they are well");
    assert!(send(&channel, &general, "etcd", 1).await.result.is_ok());
    channel.replace(Credentials::default()).expect("they are well");
    let refused = send(&channel, &general, "etcd", 1).await.result;
    assert!(matches!(refused, Err(SendError::Unauthorized { .. })), "{refused:?}");
}

#[tokio::test]
async fn secrets_are_in_no_error() {
    let (discord, channel) =
        start(|discord| vec![("hook", discord.guild("Readers").channel("general").webhook("News"))]);
    let general = discord.guild("Readers").channel("general");
    let secret = general.webhook("other").url();
    let secret = secret.rsplit('/').next().expect("a token").to_owned();
    let mut said = Vec::new();
    for fault in [
        Fault::ResetBeforeHeaders,
        Fault::ResetAfterHeaders,
        Fault::MalformedJson,
        Fault::Status(502),
        Fault::Unauthorized,
        Fault::Refuses(10015),
        Fault::Cloudflare(Duration::from_secs(1)),
    ] {
        discord.clock().advance(chrono::TimeDelta::minutes(1));
        discord.fails(fault).times(2);
        for place in [to(&general), by("hook")] {
            let sent = send(&channel, &place, "etcd", 1).await;
            said.push(format!("{sent:?} {:?}", sent.result.as_ref().map_err(ToString::to_string)));
        }
    }
    discord.stop().await;
    let error = send(&channel, &by("hook"), "etcd", 1).await.result.expect_err("nobody answers");
    said.push(format!("{error} {error:?}"));
    let wrong = Credentials {
        webhooks: [("x".to_owned(), format!("{secret}!").into())].into(),
        ..Credentials::default()
    };
    said.push(format!("{wrong:?}"));
    let error = channel.replace(wrong).expect_err("no address");
    said.push(format!("{error} {error:?}"));
    let said = said.join("\n");
    assert!(!said.contains(TOKEN) && !said.contains(&secret) && !said.contains("/webhooks/w"), "{said}");
    assert!(!said.contains("127.0.0.1"), "{said}");
}

#[tokio::test]
async fn pictures_and_hostile_words_arrive() {
    let (discord, channel) = start(|_| Vec::new());
    let guild = discord.guild("Readers");
    let ada = guild.member("ada");
    let general = guild.channel("general");
    general.allows(1 << 17);
    let chart = Upload { name: "ranks.png".to_owned(), alt: "Ranks".to_owned(), png: vec![137, 80, 13, 10] };
    let part = whimbrel_discord::render::render(&bundle(&["etcd"]), Style::Rich, &[chart]).remove(0);
    assert!(channel.send(&to(&general), &part, Nonce(1)).await.result.is_ok());
    assert_eq!(general.messages()[0].files[0].0, "ranks.png");
    let hostile = format!("@everyone @here <@{}> ](https://evil.example) ||x|| \u{202e}abc", ada.id());
    for (number, style) in [(2, Style::Rich), (3, Style::Plain)] {
        let part = channel.render(&to(&general), &bundle(&[&hostile]), style).remove(0);
        let sent = channel.send(&to(&general), &part, Nonce(number)).await;
        assert!(sent.result.is_ok(), "{sent:?}");
    }
    let read = general.reads().pop().expect("a message").replace('\u{200b}', "");
    let written = hostile.replace('\u{202e}', "");
    assert_eq!(read, format!("Added: {written} — Databases"));
    assert!(general.messages().iter().all(|message| message.pinged.is_empty()));
    discord.expects_no_violations();
}
