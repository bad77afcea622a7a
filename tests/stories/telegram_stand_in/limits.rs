//! The pace the service allows, on a clock the story moves.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use whimbrel_world::telegram::{Telegram, Window};

use super::{at, call, send};

#[tokio::test]
async fn more_than_the_limit_is_429_with_the_time_to_wait_in_body_and_header() {
    let telegram = Telegram::start();
    telegram.clock().set(at("2026-03-01T10:00:00Z"));
    let ada = telegram.person("ada");
    let club = telegram.group("club", &ada);
    club.adds_bot();
    for second in 0..20 {
        assert_eq!(send(&telegram, club.id(), &format!("{second}")).await.status, 200);
        telegram.clock().advance(TimeDelta::seconds(1));
    }
    let refused = send(&telegram, club.id(), "one too many").await;
    assert_eq!((refused.status, refused.refusal()), (429, "Too Many Requests: retry after 40"));
    assert_eq!((refused.retry_after, &refused.body["parameters"]), (Some(40), &json!({ "retry_after": 40 })));
    telegram.expects_no_violations();

    // Others are not held.
    ada.says("/start");
    assert_eq!(send(&telegram, ada.id(), "hello").await.status, 200);
    // Whoever does not wait is noted.
    telegram.clock().advance(TimeDelta::seconds(39));
    tokio::time::sleep(Duration::from_millis(30)).await; // an answer that crossed the request would be forgiven
    assert_eq!(send(&telegram, club.id(), "too early").await.retry_after, Some(1));
    assert_eq!(telegram.journal().violations.len(), 1, "{:?}", telegram.journal().violations);
    telegram.clock().advance(TimeDelta::seconds(1));
    assert_eq!(send(&telegram, club.id(), "in time").await.status, 200);
    assert_eq!((telegram.journal().limited(), telegram.count()), (2, 22));
}

#[tokio::test]
async fn everybody_together_has_a_limit_too_and_each_can_be_set() {
    let telegram = Telegram::start();
    telegram.clock().set(at("2026-03-01T10:00:00Z"));
    telegram.limits(|limits| limits.overall = vec![Window::new(5, 1)]);
    let mut statuses = Vec::new();
    for number in 0..6 {
        let person = telegram.person(&format!("p{number}"));
        person.says("/start");
        statuses.push(send(&telegram, person.id(), "hello").await.status);
    }
    assert_eq!(statuses, [200, 200, 200, 200, 200, 429]);
    telegram.clock().advance(TimeDelta::seconds(1));
    assert_eq!(send(&telegram, telegram.person("p5").id(), "hello").await.status, 200);
}

#[tokio::test]
async fn an_album_counts_its_pictures_and_web_hooks_are_set_once_a_second() {
    let telegram = Telegram::start();
    telegram.clock().set(at("2026-03-01T10:00:00Z"));
    let url = json!({ "url": "https://example.org/hook" });
    assert_eq!(call(&telegram, "setWebhook", url.clone()).await.status, 200);
    let again = call(&telegram, "setWebhook", url).await;
    assert_eq!((again.status, again.retry_after), (429, Some(1)));
    call(&telegram, "deleteWebhook", json!({})).await.result();

    let ada = telegram.person("ada");
    ada.says("/start");
    let base = format!("{}/bot{}/sendMediaGroup", telegram.api_url(), telegram.token());
    let media: Vec<_> = (0..3).map(|_| json!({ "type": "photo", "media": "attach://a" })).collect();
    let form = reqwest::multipart::Form::new()
        .text("chat_id", ada.id().to_string())
        .text("media", serde_json::Value::from(media).to_string())
        .part("a", reqwest::multipart::Part::bytes(super::png(9, 9)).file_name("a.png"));
    super::read(reqwest::Client::new().post(base).multipart(form)).await.result();
    assert_eq!(send(&telegram, ada.id(), "x").await.status, 429);
}
