//! The program as the WebSub hub of its own feeds: readers subscribe, and get what changes sent.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::ToSocketAddrs as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use whimbrel_world::server::Fault;
use whimbrel_world::subscriber::{Mail, Manners, Subscriber, Wish};
use whimbrel_world::{World, catalog_of, eventually};

const SITE: &str = "https://news.example.org";

const SECRET: &str = "a-canary-in-the-mail-0123456789";

/// A program with a hub and a list of one bird.
fn prepare(private: bool) -> World {
    let mut world = World::new();
    world.variable("WHIMBREL_WEB__PUBLIC_URL", SITE);
    world.variable("WHIMBREL_WEB__OWN_HUB", "true");
    world.variable("WHIMBREL_WEB__HUB_PRIVATE", if private { "true" } else { "false" });
    world.hurry();
    birds(&world, 1);
    world.follow("birds", "birds.md");
    world
}

/// Saves the list with so many birds.
fn birds(world: &World, count: usize) {
    let birds: Vec<(String, String)> =
        (0..count).map(|n| (format!("bird{n:03}"), format!("https://github.com/example/bird{n}"))).collect();
    let entries = birds.iter().map(|(name, url)| (name.as_str(), url.as_str()));
    world.write("birds.md", catalog_of("Birds", entries));
}

async fn start(world: &mut World) {
    world.start_with(&["run", "--config", "whimbrel.toml", "--log-format", "json", "--log", "trace"]).await;
    world.is_ready().await;
}

/// Sends a form to the hub: status and text.
async fn ask(world: &World, fields: &[(&str, &str)]) -> (u16, String) {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    let request = reqwest::Client::new()
        .post(world.url("/hub"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.finish());
    let answer = request.send().await.expect("the program answers");
    (answer.status().as_u16(), answer.text().await.expect("the answer is whole"))
}

/// A mailbox subscribes to a feed, and confirms it; hands back the answer.
async fn subscribe(
    world: &World,
    reader: &Subscriber,
    mailbox: &str,
    feed: &str,
    secret: &str,
    lease: &str,
) -> (u16, String) {
    let topic = format!("{SITE}{feed}");
    reader.wishes(
        mailbox,
        Wish {
            topic: topic.clone(),
            hub: format!("{SITE}/hub"),
            secret: Some(secret.to_owned()).filter(|secret| !secret.is_empty()),
            mode: "subscribe".to_owned(),
            manners: Manners::Good,
        },
    );
    let callback = reader.url(mailbox);
    ask(
        world,
        &[
            ("hub.mode", "subscribe"),
            ("hub.topic", &topic),
            ("hub.callback", &callback),
            ("hub.secret", secret),
            ("hub.lease_seconds", lease),
        ],
    )
    .await
}

/// What the program says of its hub.
async fn state(world: &World, what: &str) -> u64 {
    let text = world.page("/status.json").await;
    let status: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    status["hub"][what].as_u64().unwrap_or_else(|| panic!("no {what} in {text}"))
}

/// Waits until the program says this of its hub.
async fn says(world: &World, what: &str, number: u64) {
    eventually(&format!("{what} is {number}"), || async {
        (state(world, what).await == number).then_some(())
    })
    .await;
}

/// Waits for mail with this in it; hands back all of that mailbox.
async fn arrives(reader: &Subscriber, mailbox: &str, part: &str) -> Vec<Mail> {
    eventually(&format!("{part} for {mailbox}"), || async {
        let mail: Vec<Mail> = reader.mail().into_iter().filter(|mail| mail.to == mailbox).collect();
        mail.iter().any(|mail| mail.text.contains(part)).then_some(mail)
    })
    .await
}

#[tokio::test]
async fn an_edit_is_sent_once_to_whoever_subscribed() {
    let (mut world, reader) = (prepare(true), Subscriber::start());
    start(&mut world).await;
    let feed = reqwest::get(world.url("/c/birds/feed.atom")).await.expect("the program answers");
    let link = feed.headers()["link"].to_str().expect("a text").to_owned();
    assert_eq!(link, format!("<{SITE}/hub>; rel=\"hub\", <{SITE}/c/birds/feed.atom>; rel=\"self\""));

    let wanted = [
        ("/in/1?key=canary-of-a-callback", "/c/birds/feed.atom", SECRET),
        ("/in/2", "/feed.json?q=bird002", ""),
        ("/in/3", "/feed.rss", SECRET),
        ("/in/4", "/feed.json?kind=removed", ""),
    ];
    for (mailbox, feed, secret) in wanted {
        let answer = subscribe(&world, &reader, mailbox, feed, secret, "").await;
        assert_eq!(answer.0, 202, "{answer:?}");
    }
    says(&world, "subscriptions", 4).await;
    assert_eq!(reader.mail().len(), 0, "what was there before is no news");

    birds(&world, 2);
    let mail = arrives(&reader, "/in/1?key=canary-of-a-callback", "bird001").await;
    arrives(&reader, "/in/3", "bird001").await;
    let (_, served) = world.get("/c/birds/feed.atom").await;
    assert_eq!(mail[0].text, served, "it is the feed itself");
    birds(&world, 3);
    arrives(&reader, "/in/2", "bird002").await;
    arrives(&reader, "/in/1?key=canary-of-a-callback", "bird002").await;
    arrives(&reader, "/in/3", "bird002").await;
    says(&world, "waiting", 0).await;
    let sent = |mailbox: &str| reader.mail().iter().filter(|mail| mail.to == mailbox).count();
    assert_eq!(wanted.map(|(mailbox, ..)| sent(mailbox)), [2, 1, 2, 0]);
    reader.expects_no_violations();
    assert_eq!(reader.questions(), 4);

    let metrics = world.page("/metrics").await;
    assert!(metrics.contains("whimbrel_hub_subscriptions{state=\"all\"} 4"), "{metrics}");
    assert!(metrics.contains("whimbrel_hub_deliveries_total{result=\"accepted\"} 5"), "{metrics}");
    assert!(metrics.contains("whimbrel_loop_alive{loop=\"websub\"} 1"), "{metrics}");
    assert!(world.page("/status").await.contains("Feeds sent to <b>4</b>"));
    let (_, publish) = ask(&world, &[("hub.mode", "publish"), ("hub.url", "https://other.example/")]).await;
    assert!(publish.contains("nothing has to be published"), "{publish}");

    // Secrets stay where they are needed, also at the loudest log.
    let export = world.run(&["export", "--config", "whimbrel.toml", "-"]).stdout;
    let pages = [world.page("/status.json").await, metrics, export];
    let said = world.stop().await;
    for text in pages.iter().chain([&said]) {
        assert!(!text.contains(SECRET) && !text.contains("canary-of-a-callback"), "a secret is told");
    }
    assert!(said.len() > 1_000);
}

#[tokio::test]
async fn subscriptions_end_when_the_reader_says_so_or_is_gone_or_their_time_is_over() {
    let (mut world, reader) = (prepare(true), Subscriber::start());
    world.own_clock();
    start(&mut world).await;
    for (mailbox, lease) in [("/stays", "2592000"), ("/leaves", ""), ("/gone", ""), ("/short", "1")] {
        assert_eq!(subscribe(&world, &reader, mailbox, "/feed.atom", SECRET, lease).await.0, 202);
    }
    says(&world, "subscriptions", 4).await;

    let topic = format!("{SITE}/feed.atom");
    let leave = [("hub.mode", "unsubscribe"), ("hub.topic", topic.as_str())];
    let of = |mailbox: &str| reader.url(mailbox);
    // Somebody else says that the reader leaves; the reader has not said so.
    let stranger = ask(&world, &[leave[0], leave[1], ("hub.callback", &of("/stays"))]).await;
    assert_eq!(stranger.0, 202, "{stranger:?}");
    let wish = Wish { topic: topic.clone(), mode: "unsubscribe".to_owned(), ..Wish::default() };
    reader.wishes("/leaves", wish);
    assert_eq!(ask(&world, &[leave[0], leave[1], ("hub.callback", &of("/leaves"))]).await.0, 202);
    says(&world, "unconfirmed", 0).await;
    says(&world, "subscriptions", 3).await;

    reader.behaves("/gone", Manners::Answers(410, String::new()));
    birds(&world, 2);
    for mailbox in ["/stays", "/gone", "/short"] {
        arrives(&reader, mailbox, "bird001").await;
    }
    says(&world, "subscriptions", 2).await;

    world.turn_clock(TimeDelta::hours(2));
    says(&world, "subscriptions", 1).await;
    birds(&world, 3);
    arrives(&reader, "/stays", "bird002").await;
    world.turn_clock(TimeDelta::days(30));
    says(&world, "subscriptions", 0).await;
    birds(&world, 4);
    world.hears("bird003").await;
    assert!(reader.mail().iter().all(|mail| !mail.text.contains("bird003") && mail.to != "/leaves"));
    reader.expects_no_violations();
    world.stop().await;
}

#[tokio::test]
async fn who_does_not_confirm_or_sends_elsewhere_gets_nothing() {
    let (mut world, reader, elsewhere) = (prepare(true), Subscriber::start(), Subscriber::start());
    start(&mut world).await;
    reader.behaves("/lies", Manners::Lies);
    let topic = format!("{SITE}/feed.atom");
    for mailbox in ["/lies", "/nobody"] {
        if mailbox == "/lies" {
            let wish = Wish {
                topic: topic.clone(),
                mode: "subscribe".into(),
                manners: Manners::Lies,
                ..Wish::default()
            };
            reader.wishes(mailbox, wish);
        }
        let callback = reader.url(mailbox);
        let fields =
            [("hub.mode", "subscribe"), ("hub.topic", topic.as_str()), ("hub.callback", callback.as_str())];
        assert_eq!(ask(&world, &fields).await.0, 202);
    }
    eventually("both are asked", || async { (reader.questions() == 2).then_some(()) }).await;
    says(&world, "unconfirmed", 0).await;
    assert_eq!(state(&world, "subscriptions").await, 0);

    assert_eq!(subscribe(&world, &reader, "/moved", "/feed.atom", "", "").await.0, 202);
    says(&world, "subscriptions", 1).await;
    reader.behaves("/moved", Manners::Answers(307, elsewhere.url("/there")));
    birds(&world, 2);
    arrives(&reader, "/moved", "bird001").await;
    says(&world, "failing", 1).await;
    assert_eq!(elsewhere.requests().len(), 0, "a redirect is not followed");
    reader.expects_no_violations();
    world.stop().await;
}

/// Killed at any moment, the program tells every subscriber in the end.
#[tokio::test]
async fn a_kill_between_recording_and_sending_loses_nothing() {
    let (mut world, reader) = (prepare(true), Subscriber::start());
    start(&mut world).await;
    assert_eq!(subscribe(&world, &reader, "/in", "/c/birds/feed.json", SECRET, "").await.0, 202);
    says(&world, "subscriptions", 1).await;
    // While it is being sent.
    reader.fails("/in", Fault::Delay(Duration::from_mins(1)));
    let before = reader.requests().len();
    birds(&world, 2);
    eventually("it is sent", || async { (reader.requests().len() > before).then_some(()) }).await;
    world.kill();
    assert_eq!(reader.mail().len(), 0);
    reader.heals();
    start(&mut world).await;
    arrives(&reader, "/in", "bird001").await;
    // As soon as it is recorded, and a little later each time.
    for (round, count) in (3..13).enumerate() {
        birds(&world, count);
        world.logs("\"message\":\"recorded ").await;
        tokio::time::sleep(Duration::from_millis(17 * round as u64)).await;
        world.kill();
        start(&mut world).await;
        arrives(&reader, "/in", &format!("bird{:03}", count - 1)).await;
    }
    says(&world, "waiting", 0).await;
    let mail = reader.mail().len();
    assert!((11..=22).contains(&mail), "{mail} times");
    reader.expects_no_violations();
    world.stop().await;
}

#[tokio::test]
async fn readers_that_never_answer_keep_nobody_waiting() {
    let (mut world, deaf) = (prepare(true), Subscriber::start());
    let reader = Subscriber::start().known_as("localhost");
    start(&mut world).await;
    for number in 0..10 {
        let mailbox = format!("/deaf/{number}");
        assert_eq!(subscribe(&world, &deaf, &mailbox, "/feed.atom", "", "").await.0, 202);
        says(&world, "subscriptions", number + 1).await;
    }
    assert_eq!(subscribe(&world, &reader, "/in", "/feed.atom", "", "").await.0, 202);
    says(&world, "subscriptions", 11).await;
    deaf.fails("/deaf", Fault::Delay(Duration::from_mins(1)));
    birds(&world, 2);
    world.hears("bird001").await;
    let begun = Instant::now();
    arrives(&reader, "/in", "bird001").await;
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(5), "it took {took:?}");
    says(&world, "failing", 4).await;
    world.stop().await;
}

#[tokio::test]
async fn no_spelling_of_this_machine_is_called() {
    let mut world = prepare(false);
    start(&mut world).await;
    let canary = tokio::net::TcpListener::bind("0.0.0.0:0").await.expect("a free port");
    let port = canary.local_addr().expect("it listens").port();
    let heard = Arc::new(AtomicUsize::new(0));
    let counting = tokio::spawn({
        let heard = Arc::clone(&heard);
        async move {
            while canary.accept().await.is_ok() {
                heard.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    let topic = format!("{SITE}/feed.atom");
    let (mut taken, mut unknown, mut said) = (0, BTreeSet::new(), String::new());
    let spellings = include_str!("../../crates/watch/src/source/here.txt");
    assert_eq!(spellings.lines().count(), 86);
    for host in spellings.lines() {
        let callback = format!("http://{host}:{port}/in");
        let (status, text) =
            ask(&world, &[("hub.mode", "subscribe"), ("hub.topic", &topic), ("hub.callback", &callback)])
                .await;
        // A name is looked up before it is refused.
        assert!(status == 400 || status == 202 || status == 429, "{host}: {status} {text}");
        if status == 202 {
            taken += 1;
            let url = url::Url::parse(&callback).expect("it was taken");
            let name = url.host_str().unwrap_or_default().to_owned();
            // What this machine does not know by name is asked for again later.
            if (name.as_str(), port).to_socket_addrs().is_err() {
                unknown.insert(url);
            }
        }
        let _ = writeln!(said, "{host}: {status} {text}");
    }
    assert!(taken > 0, "some are names: {said}");
    says(&world, "unconfirmed", unknown.len() as u64).await;
    let denied = world.page("/metrics").await;
    assert!(!denied.contains("whimbrel_hub_requests_total{result=\"denied\"} 0"), "{denied}");
    assert_eq!(heard.load(Ordering::SeqCst), 0, "somebody came: {said}");
    assert_eq!(state(&world, "subscriptions").await, 0);
    counting.abort();
    world.stop().await;
}

#[tokio::test]
async fn it_is_off_until_it_is_switched_on() {
    let mut world = World::new();
    birds(&world, 1);
    world.follow("birds", "birds.md");
    world.start().await;
    world.is_ready().await;
    let (status, text) = ask(&world, &[("hub.mode", "subscribe")]).await;
    assert_eq!(
        (status, text.as_str()),
        (404, "There is no hub here. Readers find what is new by asking for the feed.\n")
    );
    assert!(!world.page("/feed.json").await.contains("\"hubs\""));
    assert!(!world.page("/status.json").await.contains("\"subscriptions\""));
    let written = std::fs::read_to_string(world.path("whimbrel.toml")).expect("it is there");
    let on = written.replace("[web]\n", &format!("[web]\npublic_url = \"{SITE}\"\nown_hub = true\n"));
    world.write("whimbrel.toml", on);
    eventually("feeds name the hub", || async {
        world.page("/feed.json").await.contains("/hub\"}]").then_some(())
    })
    .await;
    eventually("the hub answers", || async { (ask(&world, &[]).await.0 == 400).then_some(()) }).await;
    let page = world.page("/hub").await;
    assert!(page.starts_with("This is the WebSub hub"), "{page}");
    world.stop().await;
}
