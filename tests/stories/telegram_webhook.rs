//! Telegram calls us: what people write is delivered, once, and survives what goes wrong.

use serde_json::{Value, json};
use whimbrel_world::telegram::{Fault, Person, Telegram};
use whimbrel_world::{World, catalog_of, eventually};

use crate::telegram::{CURLEW, GODWIT, end, prepare, press, start};

const SECRET: &str = "a-secret_of_Telegram";

/// The program, called by Telegram at a port that stays the same over a restart.
async fn begin(telegram: &Telegram, keys: &str) -> World {
    let mut world = prepare(telegram);
    world.variable("WHIMBREL_TELEGRAM__TOKEN", &telegram.token());
    let port = free_port();
    world.variable("WHIMBREL_WEB__LISTEN", &format!("127.0.0.1:{port}"));
    world.variable("WHIMBREL_WEB__PUBLIC_URL", &format!("http://127.0.0.1:{port}"));
    world.configure(&format!("webhook = true\n{keys}"));
    start(&mut world).await;
    world.logs("Telegram delivers what people write to").await;
    world
}

/// One nobody listens at. Another test could take it before the program does, which the kernel makes unlikely.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

async fn post(world: &World, secret: Option<&str>, body: &str) -> u16 {
    let mut request = reqwest::Client::new().post(world.url("/hooks/telegram")).body(body.to_owned());
    if let Some(secret) = secret {
        request = request.header("x-telegram-bot-api-secret-token", secret);
    }
    request.send().await.expect("it answers").status().as_u16()
}

/// What Telegram delivers when somebody writes to the bot.
fn update(by: &Person, number: i64, text: &str) -> String {
    json!({ "update_id": number, "message": {
        "message_id": 900, "date": 1_700_000_000, "text": text,
        "chat": { "id": by.id(), "type": "private", "first_name": "Ada" },
        "from": { "id": by.id(), "is_bot": false, "first_name": "Ada" },
    }})
    .to_string()
}

/// What the bot has answered.
fn answers(to: &Person) -> Vec<String> {
    to.sees().iter().filter(|seen| seen.by_bot).map(ToString::to_string).collect()
}

#[tokio::test]
async fn people_are_heard_without_asking_for_it() {
    let telegram = Telegram::start();
    let world = begin(&telegram, "").await;
    let ada = telegram.person("ada");
    ada.says("/start");
    for label in ["Subscribe", "Birds", "Next ›", "At once"] {
        press(&ada, label).await;
    }
    ada.waits_for("Subscribed").await;
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT]));
    ada.waits_for("godwit").await;
    let statuses: Vec<u16> = telegram.deliveries().iter().map(|delivery| delivery.status).collect();
    assert_eq!(statuses, [200; 5], "each was delivered once");
    // The secret was made from the token: nobody chose it, and it is not shown.
    let journal = telegram.journal();
    let asked = journal.of("setWebhook").next().expect("it was asked for").clone();
    let secret = asked.parameters["secret_token"].as_str().expect("a secret").to_owned();
    assert_eq!(secret.len(), 64);
    let said = world.process().said();
    assert!(!said.contains(&secret));
    end(&telegram, world).await;
}

#[tokio::test]
async fn only_telegram_is_listened_to_and_each_update_counts_once() {
    let telegram = Telegram::start();
    let world = begin(&telegram, &format!("webhook_secret = \"{SECRET}\"")).await;
    let ada = telegram.person("ada");
    ada.says("/help");
    ada.waits_for("/subscribe").await;
    let update = |number: i64, text: &str| update(&ada, number, text);
    let subscribe = update(7, "/subscribe birds weekly mon 09:00");
    for secret in [None, Some(""), Some("wrong"), Some("a-secret_of_Telegra"), Some("a-secret_of_Telegrams")]
    {
        assert_eq!(post(&world, secret, &subscribe).await, 401, "{secret:?}");
    }
    world.logs("without the secret Telegram shows").await;
    for body in ["", "null", "[]", "{\"update_id\":\"7\"}", "<xml/>"] {
        assert_eq!(post(&world, Some(SECRET), body).await, 400, "{body}");
    }
    let long = update(8, &"x".repeat(2 << 20));
    assert_eq!(post(&world, Some(SECRET), &long).await, 413);
    assert_eq!(world.get("/hooks/telegram").await.0, 405);
    for _ in 0..3 {
        assert_eq!(post(&world, Some(SECRET), &subscribe).await, 200);
    }
    ada.waits_for("Subscribed").await;
    // What concerns nobody here is taken as well: it would come again otherwise.
    let poll = json!({ "update_id": 9, "poll_answer": {} }).to_string();
    assert_eq!(post(&world, Some(SECRET), &poll).await, 200);
    ada.says("/subscriptions");
    ada.waits_for("Subscriptions").await;
    let answers = answers(&ada);
    assert_eq!(answers.len(), 3, "{answers:#?}");
    end(&telegram, world).await;
}

#[tokio::test]
async fn a_kill_loses_nothing_that_was_written() {
    let telegram = Telegram::start();
    let mut world = begin(&telegram, "").await;
    let (ada, bob) = (telegram.person("ada"), telegram.person("bob"));
    ada.says("/subscribe birds instant");
    ada.waits_for("Subscribed").await;
    bob.says("/subscribe birds weekly mon 09:00");
    world.kill();
    ada.says("/subscribe birds daily 09:00");
    eventually("a delivery that nobody takes", || async {
        telegram.deliveries().iter().any(|delivery| delivery.status == 0).then_some(())
    })
    .await;
    start(&mut world).await;
    ada.waits_for("Daily at 09:00").await;
    bob.says("/subscriptions");
    let list = bob.waits_for("Subscriptions").await;
    assert_eq!(list.to_string().matches("Weekly on Monday").count(), 1, "{list}");
    eventually("an empty queue", || async { (telegram.waiting() == 0).then_some(()) }).await;
    end(&telegram, world).await;
}

#[tokio::test]
async fn a_delivery_that_comes_again_after_a_kill_is_seen_to_once() {
    let telegram = Telegram::start();
    let mut world = begin(&telegram, &format!("webhook_secret = \"{SECRET}\"")).await;
    let ada = telegram.person("ada");
    let update = |number: i64, text: &str| update(&ada, number, text);
    ada.says("/help");
    ada.waits_for("What you can ask").await;
    let (made, asked) = (update(7, "/subscribe birds weekly mon 09:00"), update(8, "/settings"));
    assert_eq!(post(&world, Some(SECRET), &made).await, 200);
    ada.waits_for("Subscribed").await;
    assert_eq!(post(&world, Some(SECRET), &asked).await, 200);
    ada.waits_for("Settings").await;
    world.kill();
    start(&mut world).await;
    // As it does where our answer was lost.
    for update in [&made, &asked, &made] {
        assert_eq!(post(&world, Some(SECRET), update).await, 200);
    }
    assert_eq!(post(&world, Some(SECRET), &update(9, "/subscriptions")).await, 200);
    ada.waits_for("*Subscriptions*").await;
    let answers = answers(&ada);
    assert_eq!(answers.len(), 4, "{answers:#?}");
    end(&telegram, world).await;
}

#[tokio::test]
async fn what_was_fetched_before_a_kill_and_not_confirmed_is_seen_to_once() {
    let telegram = Telegram::start();
    let mut world = prepare(&telegram);
    world.variable("WHIMBREL_TELEGRAM__TOKEN", &telegram.token());
    start(&mut world).await;
    let ada = telegram.person("ada");
    ada.says("/help");
    ada.waits_for("What you can ask").await;
    eventually("the next poll", || async { (telegram.waiting() == 0).then_some(()) }).await;
    // The poll that is open, which confirmed that, brings what she writes; the one after it would confirm that.
    let unconfirmed = telegram.fails(Fault::Status(502)).on("getUpdates");
    ada.says("/subscribe birds weekly mon 09:00");
    ada.waits_for("Subscribed").await;
    world.kill();
    unconfirmed.heals();
    assert!(telegram.waiting() > 0, "it comes again");
    start(&mut world).await;
    ada.says("/subscriptions");
    ada.waits_for("*Subscriptions*").await;
    let answers = answers(&ada);
    assert_eq!(answers.len(), 3, "{answers:#?}");
    end(&telegram, world).await;
}

#[tokio::test]
async fn asking_and_being_called_are_exchanged_without_a_restart() {
    let telegram = Telegram::start();
    let world = begin(&telegram, "").await;
    let hook = async || -> Value {
        let url = format!("{}/bot{}/getWebhookInfo", telegram.api_url(), telegram.token());
        let answer = reqwest::get(url).await.expect("an answer").json::<Value>().await.expect("JSON");
        answer["result"]["url"].clone()
    };
    assert_eq!(hook().await, world.url("/hooks/telegram"));
    let file = std::fs::read_to_string(world.path("whimbrel.toml")).expect("it is there");
    world.write("whimbrel.toml", file.replace("webhook = true", "webhook = false"));
    eventually("asking", || async { (hook().await == "").then_some(()) }).await;
    assert_eq!(post(&world, Some(SECRET), "{}").await, 404);
    let ada = telegram.person("ada");
    ada.says("/subscribe birds instant");
    ada.waits_for("Subscribed").await;
    assert_eq!(telegram.deliveries().len(), 0);
    world.write("whimbrel.toml", file);
    eventually("being called", || async { (hook().await == world.url("/hooks/telegram")).then_some(()) })
        .await;
    ada.says("/subscriptions");
    ada.waits_for("Subscriptions").await;
    eventually("a delivery", || async { (telegram.deliveries().len() == 1).then_some(()) }).await;
    end(&telegram, world).await;
}

#[tokio::test]
async fn a_web_hook_that_is_refused_is_said_and_tried_again() {
    let telegram = Telegram::start();
    let refusing = telegram.fails(Fault::Status(502)).on("setWebhook").times(2);
    let world = begin(&telegram, "").await;
    refusing.heals();
    assert!(world.process().said().contains("Telegram cannot be asked what people write"));
    let ada = telegram.person("ada");
    ada.says("/help");
    ada.waits_for("/subscribe").await;
    end(&telegram, world).await;
}

#[test]
fn a_web_hook_needs_an_address() {
    let world = World::new();
    world.write("whimbrel.toml", "[telegram]\nwebhook = true\n");
    let said = world.run(&["lanes", "--config", "whimbrel.toml"]);
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.stderr.contains("whimbrel.toml, line 2") && said.stderr.contains("public_url"), "{said:?}");
    world.write("whimbrel.toml", "[telegram]\nwebhook_secret = \"häh?\"\n");
    let said = world.run(&["lanes", "--config", "whimbrel.toml"]);
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.stderr.contains("letters, digits") && !said.stderr.contains("häh"), "{said:?}");
}
