//! From a page into the chat that answers the same: by the link of the page, once the services have said who the bots are.

use std::fs;

use whimbrel_world::discord::Discord;
use whimbrel_world::eventually;
use whimbrel_world::telegram::Telegram;

use super::telegram::{end, prepare, start};

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
