//! Bad days, switched on by the story.

use std::time::Duration;

use serde_json::json;
use whimbrel_world::telegram::{Fault, Limits, Telegram};

use super::{call, send};

fn start() -> (Telegram, i64) {
    let telegram = Telegram::start();
    telegram.limits(|limits| *limits = Limits::none());
    let ada = telegram.person("ada");
    ada.says("/start");
    (telegram, ada.id())
}

/// Sends words; whether there was a whole answer within a moment.
async fn answered(telegram: &Telegram, chat: i64) -> bool {
    let url = format!("{}/bot{}/sendMessage", telegram.api_url(), telegram.token());
    let body = json!({ "chat_id": chat, "text": "x" });
    let client = reqwest::Client::builder().timeout(Duration::from_millis(300)).build().expect("a client");
    let Ok(answer) = client.post(url).json(&body).send().await else { return false };
    answer.text().await.is_ok_and(|text| serde_json::from_str::<serde_json::Value>(&text).is_ok())
}

#[tokio::test]
async fn some_faults_keep_the_message_and_some_only_the_answer() {
    for (fault, delivered) in [
        (Fault::Hang, 0),
        (Fault::Reset, 0),
        (Fault::Status(502), 0),
        (Fault::Lost, 1),
        (Fault::LostInSilence, 1),
        (Fault::BrokenOff, 1),
        (Fault::MalformedJson, 1),
    ] {
        let (telegram, chat) = start();
        telegram.fails(fault.clone()).on("sendMessage").times(1);
        assert!(!answered(&telegram, chat).await, "{fault:?}");
        assert_eq!(telegram.count(), delivered, "{fault:?}");
        assert!(answered(&telegram, chat).await, "{fault:?} is over");
        let journal = telegram.journal();
        assert_eq!((journal.calls.len(), journal.calls[0].fault), (2, true), "{fault:?}");
    }
}

#[tokio::test]
async fn refusals_can_be_staged_for_a_method_and_a_chat() {
    let (telegram, chat) = start();
    let bob = telegram.person("bob");
    bob.says("/start");
    telegram.fails(Fault::InternalError).to(chat).after(1).times(1);
    let mut statuses = Vec::new();
    for to in [chat, bob.id(), chat, chat] {
        statuses.push(send(&telegram, to, "x").await.status);
    }
    assert_eq!(statuses, [200, 200, 500, 200]);

    let failing = telegram.fails(Fault::Unauthorized).on("getMe");
    assert_eq!(call(&telegram, "GETME", json!({})).await.refusal(), "Unauthorized");
    failing.heals();
    assert_eq!(call(&telegram, "getMe", json!({})).await.status, 200);

    telegram.clock().set(super::at("2026-03-01T10:00:00Z"));
    telegram.fails(Fault::TooManyRequests(Duration::from_secs(17))).times(1);
    assert_eq!(send(&telegram, chat, "x").await.retry_after, Some(17));
    assert_eq!(send(&telegram, chat, "x").await.status, 429, "what was said holds");
    telegram.clock().advance(chrono::TimeDelta::seconds(17));
    assert_eq!(send(&telegram, chat, "x").await.status, 200);

    // What is about no chat waits for itself alone.
    telegram.fails(Fault::TooManyRequests(Duration::from_secs(17))).times(1);
    assert_eq!(call(&telegram, "getUpdates", json!({})).await.retry_after, Some(17));
    assert_eq!(send(&telegram, chat, "x").await.status, 200);
    assert_eq!(call(&telegram, "getMe", json!({})).await.status, 200);
    assert_eq!(call(&telegram, "getUpdates", json!({})).await.status, 429, "what was said holds");
    telegram.clock().advance(chrono::TimeDelta::seconds(17));
    assert_eq!(call(&telegram, "getUpdates", json!({})).await.status, 200);
}

#[tokio::test]
async fn it_can_be_away() {
    let (telegram, chat) = start();
    telegram.stop().await;
    assert!(!answered(&telegram, chat).await);
    telegram.start_again();
    assert!(answered(&telegram, chat).await);
    telegram.fails(Fault::Latency(Duration::from_millis(80))).times(1);
    let started = std::time::Instant::now();
    assert!(answered(&telegram, chat).await);
    assert!(started.elapsed() >= Duration::from_millis(80));
}
