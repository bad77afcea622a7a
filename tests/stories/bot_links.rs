//! From a page into the chat that answers the same: by the link of the page, once the services have said who the bots are.

use std::fs;

use chrono::{DateTime, Utc};
use whimbrel_world::discord::Discord;
use whimbrel_world::telegram::{Fault, Telegram};
use whimbrel_world::{catalog_of, eventually};

use super::telegram::{CURLEW, GODWIT, PLOVER, end, prepare, start};

const TOKEN: &str = "bWFkZVVw.Zm9y.dGhlTGlua3M";

const PROJECT: &str = "/p/github.com~example~curlew/";

#[tokio::test]
async fn a_page_leads_into_the_chat_that_answers_the_same() {
    let (telegram, discord) = (Telegram::start(), Discord::start());
    discord.token(TOKEN);
    let mut world = prepare(&telegram);
    world.configure(&format!("[discord]\napi_url = \"{}\"", discord.api_url()));
    world.variable("WHIMBREL_TELEGRAM__TOKEN", &telegram.token());
    world.variable("WHIMBREL_DISCORD__TOKEN", TOKEN);
    start(&mut world).await;
    let before = format!("https://t.me/{}?start=", telegram.username());
    let payload = eventually("a link to the bot", || async {
        let page = world.page(PROJECT).await;
        let (_, rest) = page.split_once(&before)?;
        Some(rest.split('"').next().unwrap_or_default().to_owned())
    })
    .await;
    let ada = telegram.person("ada");
    ada.says(&format!("/start {payload}"));
    eventually("the card", || async { ada.sees_last()?.to_string().contains("curlew").then_some(()) }).await;
    eventually("the way to invite the bot", || async {
        let page = world.page("/subscribe/").await;
        page.contains("https://discord.com/oauth2/authorize?client_id=").then_some(())
    })
    .await;
    end(&telegram, world).await;
}

#[tokio::test]
async fn items_of_feeds_stay_as_they_were_read() {
    let telegram = Telegram::start();
    let mut world = prepare(&telegram);
    world.variable("WHIMBREL_TELEGRAM__TOKEN", &telegram.token());
    // Its port is another one after a restart, and feeds name where they are.
    world.variable("WHIMBREL_WEB__PUBLIC_URL", "https://news.example.org");
    let away = || telegram.fails(Fault::Status(502)).on("getMe");
    let silent = away();
    start(&mut world).await;
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT]));
    world.hears("godwit").await;
    let before = world.page("/feed.atom").await;
    silent.heals();
    eventually("the bot counts", || async {
        let leads = fs::read(world.path("whimbrel-data/leads.json")).ok()?;
        let leads: serde_json::Value = serde_json::from_slice(&leads).ok()?;
        let since: DateTime<Utc> = leads[0]["since"].as_str()?.parse().ok()?;
        (since < Utc::now()).then_some(())
    })
    .await;
    assert_eq!(world.page("/feed.atom").await, before, "what was read is no other text");
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT, PLOVER]));
    world.hears("plover").await;
    let feed = world.page("/feed.atom").await;
    assert_eq!(feed.matches(&format!("https://t.me/{}?start=", telegram.username())).count(), 1, "{feed}");
    // A start at which nobody says who the bot is changes nothing, nor does its being known again.
    world.stop().await;
    let silent = away();
    start(&mut world).await;
    assert_eq!(world.page("/feed.atom").await, feed);
    silent.heals();
    eventually("a page with the bot", || async { world.page(PROJECT).await.contains("t.me/").then_some(()) })
        .await;
    assert_eq!(world.page("/feed.atom").await, feed);
    end(&telegram, world).await;
}

#[tokio::test]
async fn a_round_asks_the_services_who_the_bots_are() {
    let telegram = Telegram::start();
    let mut world = prepare(&telegram);
    let once = ["once", "--config", "whimbrel.toml", "--out", "site"];
    let read = |world: &whimbrel_world::World| {
        let output = world.run(&once);
        assert_eq!(output.code, Some(0), "{output:?}");
        fs::read_to_string(world.path("site/c/birds/index.html")).expect("a page")
    };
    assert!(!read(&world).contains("t.me/"));
    world.variable("WHIMBREL_TELEGRAM__TOKEN", &telegram.token());
    let link = format!("https://t.me/{}?start=", telegram.username());
    assert!(read(&world).contains(&link));
    // Nobody knows this token: the pages are written all the same.
    world.variable("WHIMBREL_TELEGRAM__TOKEN", "4200000009:AAnobodyknowsthistokenatall0000000000");
    assert!(!read(&world).contains("t.me/"));
    telegram.expects_no_violations();
}
