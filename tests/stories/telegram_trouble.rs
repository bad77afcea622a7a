//! The service does not want us as we are: another program with our token, a token that was taken back.

use std::time::Duration;

use serde_json::{Value, json};
use whimbrel_world::telegram::Telegram;
use whimbrel_world::{World, catalog_of, eventually};

use crate::telegram::{CURLEW, GODWIT, begin, end, prepare, start};

/// Waits until the status page says this, or does not any more.
async fn status(world: &World, words: &str, says: bool) {
    eventually(&format!("`{words}` on /status: {says}"), || async {
        let told = world.page("/status").await.contains(words);
        (told == says).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_second_program_with_the_same_token_is_noticed_and_outlived() {
    let telegram = Telegram::start();
    let world = begin(&telegram).await;
    let ada = telegram.person("ada");
    ada.says("/help");
    eventually("an answer", || async { ada.sees_last() }).await;
    let other = async || -> Value {
        let url = format!("{}/bot{}/getUpdates", telegram.api_url(), telegram.token());
        let asked = reqwest::Client::new().post(url).json(&json!({ "timeout": 50 })).send();
        // It asks without end, as such a program does; what it got is of no interest.
        match tokio::time::timeout(Duration::from_secs(2), asked).await {
            Ok(answer) => answer.expect("an answer").json().await.unwrap_or_default(),
            Err(_) => Value::Null,
        }
    };
    let told = async {
        world.logs("another program asks Telegram for this bot's messages").await;
        status(&world, "another program asks Telegram", true).await;
    };
    tokio::select! {
        () = told => {}
        () = async { loop { other().await; } } => unreachable!("it asks without end"),
    }
    // It is gone.
    world.logs("Telegram tells again what people write").await;
    status(&world, "another program asks Telegram", false).await;
    ada.says("/subscribe birds instant");
    ada.waits_for("Subscribed").await;
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT]));
    ada.waits_for("godwit").await;
    let violations = telegram.journal().violations;
    assert!(
        violations
            .iter()
            .all(|violation| violation.contains("two pollers") || violation.contains("Conflict")),
        "{violations:#?}"
    );
}

#[tokio::test]
async fn a_token_that_was_taken_back_is_shown_seldom_and_the_next_one_at_once() {
    let telegram = Telegram::start();
    let mut world = prepare(&telegram);
    world.write("token", telegram.token());
    world.variable("WHIMBREL_TELEGRAM__TOKEN_FILE", &world.path("token").display().to_string());
    start(&mut world).await;
    let ada = telegram.person("ada");
    ada.says("/subscribe birds instant");
    ada.waits_for("Subscribed").await;

    let token = telegram.revokes_token();
    telegram.take_journal();
    // A poll that was begun with the old token ends by this, unanswered.
    ada.says("/subscriptions");
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT]));
    world.logs("Telegram refuses the token of the bot").await;
    status(&world, "Telegram refuses the token of the bot", true).await;
    let refused = || telegram.journal().calls.iter().filter(|call| call.status == Some(401)).count();
    let begun = std::time::Instant::now();
    eventually("some seconds without a question", || async {
        assert!(refused() <= 3, "{} calls with a refused token", refused());
        (begun.elapsed() > Duration::from_secs(12)).then_some(())
    })
    .await;

    world.write("token", format!("{token}\n"));
    ada.waits_for("godwit").await;
    ada.says("/help");
    ada.waits_for("/subscribe").await;
    status(&world, "Telegram refuses", false).await;
    end(&telegram, world).await;
}
