//! News for many chats of the pretend Telegram, in real time over HTTP: how long it takes beside what the limits permit,
//! how long people who ask something meanwhile wait, and how fast it goes where nobody limits anything.

use std::time::Duration;

use whimbrel_world::telegram::{Limits, Person, Seen, Telegram};
use whimbrel_world::{World, catalog_of, eventually};

use super::report::{Limit, Report, at};

/// Messages a second that the pretend service takes from one bot.
const PERMITTED: f64 = 30.0;

/// Somebody asks this often while the news goes out; the service takes a message a second in one chat.
const ASKED_EVERY: Duration = Duration::from_millis(1100);

/// How often it is looked whether everything has arrived.
const GLANCE: Duration = Duration::from_millis(5);

const CURLEW: (&str, &str) = ("curlew", "https://github.com/example/curlew");
const GODWIT: (&str, &str) = ("godwit", "https://github.com/example/godwit");

/// Adds the figures of this group.
pub(crate) fn measure(report: &mut Report) {
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    for chats in [300, 3_000] {
        let told = runtime.block_on(broadcast(chats, None));
        let permitted = chats as f64 / PERMITTED;
        let note = format!("the limits permit it in {permitted:.0} s; the program beside the stand-in");
        let name = format!("one event for {chats} chats, from the first message to the last");
        report.add(&name, "s", told.secs, Limit::AtMost(1.05 * permitted + 1.0), note);
        let name = format!("refused while {chats} chats were told");
        report.add(&name, "messages", told.refused as f64, Limit::AtMost(0.0), "");
        let name = format!("an answer to somebody who asks meanwhile ({chats} chats), p99");
        let note = format!("{} answers, median {:.0} ms", told.answers.len(), at(&told.answers, 0.5));
        report.add(&name, "ms", at(&told.answers, 0.99), Limit::AtMost(300.0), note);
    }
    let chats = 3_000;
    let told = runtime.block_on(broadcast(chats, Some(Limits::none())));
    let note = format!("{chats} chats, {:.2} s, both sides on this machine", told.secs);
    report.add(
        "messages where nothing is limited",
        "1/s",
        chats as f64 / told.secs,
        Limit::AtLeast(1000.0),
        note,
    );
}

/// What came of telling everybody.
struct Told {
    /// From the first message to the last.
    secs: f64,
    refused: usize,
    /// How long people waited who asked meanwhile: milliseconds, the shortest first.
    answers: Vec<f64>,
}

/// Everybody is told of one new entry.
async fn broadcast(chats: usize, limits: Option<Limits>) -> Told {
    let telegram = Telegram::start();
    let ceiling = if limits.is_some() { "per_second = 100000" } else { "" };
    if let Some(none) = limits {
        telegram.limits(|limits| *limits = none);
    }
    let readers: Vec<Person> =
        (0..chats).map(|number| telegram.person(&format!("reader-{number}"))).collect();
    for reader in &readers {
        reader.says("hello");
    }
    let asker = telegram.person("asker");
    forget_updates(&telegram).await;

    let mut world = World::new();
    world.hurry();
    world.write("birds.md", catalog_of("Birds", [CURLEW]));
    world.follow("birds", "birds.md");
    world.configure(&format!(
        "[fanout]\nsettle = \"0s\"\n[telegram]\napi_url = \"{}\"\n{ceiling}",
        telegram.api_url()
    ));
    for reader in &readers {
        world
            .configure(&format!("[[destination]]\nto = \"telegram:{}\"\ncadence = \"instant\"", reader.id()));
    }
    world.variable("WHIMBREL_TELEGRAM__TOKEN", &telegram.token());
    world.start().await;
    world.is_ready().await;
    eventually("every chat is subscribed", || async {
        let output = world.run(&["lanes", "--config", "whimbrel.toml", "--format", "json"]);
        (output.code == Some(0) && output.json()["lanes"] == chats).then_some(())
    })
    .await;
    asker.says("/help");
    asker.waits_for("/subscribe").await;

    let before = telegram.count();
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT]));
    let answered = || asker.sees().iter().filter(|seen| seen.by_bot).count();
    let known = answered();
    // The answer before this one was a moment ago, and one chat takes a message a second.
    let mut next = tokio::time::Instant::now() + ASKED_EVERY;
    while telegram.count() - before < chats + answered() - known {
        // Only while the news goes out.
        let idle = asker.sees_last().is_some_and(|last| last.by_bot);
        if idle && telegram.count() > before && tokio::time::Instant::now() >= next {
            next = tokio::time::Instant::now() + ASKED_EVERY;
            asker.says("/help");
        }
        tokio::time::sleep(GLANCE).await;
    }
    let talk = asker.sees();
    let turns = talk[2..].windows(2).filter(|turn| !turn[0].by_bot && turn[1].by_bot);
    let millis = |turn: &[Seen]| (turn[1].at - turn[0].at).num_microseconds().unwrap_or(0) as f64 / 1000.0;
    let mut answers: Vec<f64> = turns.map(millis).collect();
    let told = telegram.told();
    let news = told.iter().filter(|told| told.chat != asker.id()).map(|told| told.message.at);
    let (first, last) = (news.clone().min().expect("news"), news.max().expect("news"));
    answers.sort_by(f64::total_cmp);
    world.stop().await;
    telegram.expects_no_violations();
    Told {
        secs: (last - first).num_microseconds().unwrap_or(0) as f64 / 1e6,
        refused: telegram.journal().limited(),
        answers,
    }
}

/// What people said before the program was there is not answered by it: their chats are open, and that is all.
async fn forget_updates(telegram: &Telegram) {
    let ask = async |offset: i64| -> serde_json::Value {
        let url = format!("{}/bot{}/getUpdates?offset={offset}", telegram.api_url(), telegram.token());
        let answer = reqwest::get(url).await.expect("the stand-in answers");
        serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON")
    };
    let newest = ask(-1).await["result"][0]["update_id"].as_i64().expect("an update");
    ask(newest + 1).await;
}
