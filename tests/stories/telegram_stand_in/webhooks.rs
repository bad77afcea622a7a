//! Updates delivered to an address: checked, in order, again after a failure.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use chrono::TimeDelta;
use serde_json::{Value, json};
use whimbrel_world::eventually;
use whimbrel_world::server::Server;
use whimbrel_world::telegram::Telegram;

use super::{at, call};

/// A bot's own server: what came in, and the statuses it answers with, the last one for ever.
struct Hook {
    server: Server,
    statuses: Arc<Mutex<Vec<u16>>>,
}

impl Hook {
    fn start(reply: &'static str) -> Self {
        let statuses = Arc::new(Mutex::new(vec![200]));
        let shared = Arc::clone(&statuses);
        let server = Server::start(move |_| {
            Router::new().route(
                "/hook",
                post(move |_: HeaderMap| async move {
                    let mut statuses = shared.lock().expect("nobody panics with it");
                    let status = if statuses.len() > 1 { statuses.remove(0) } else { statuses[0] };
                    (StatusCode::from_u16(status).expect("a status"), reply)
                }),
            )
        });
        Self { server, statuses }
    }

    fn answers(&self, statuses: &[u16]) {
        *self.statuses.lock().expect("nobody panics with it") = statuses.to_vec();
    }

    fn texts(&self) -> Vec<String> {
        let bodies = self.server.asked().into_iter().map(|asked| serde_json::from_slice(&asked.body));
        let bodies = bodies.map(|body: Result<Value, _>| body.expect("an update is JSON"));
        bodies.map(|body| body["message"]["text"].as_str().unwrap_or("?").to_owned()).collect()
    }

    async fn hears(&self, count: usize) {
        eventually("deliveries", || async { (self.texts().len() == count).then_some(()) }).await;
    }
}

async fn set(telegram: &Telegram, hook: &Hook) {
    let ask = json!({ "url": hook.server.url("/hook"), "secret_token": "s3cret_-" });
    call(telegram, "setWebhook", ask).await.result();
}

#[tokio::test]
async fn updates_are_delivered_with_the_secret_and_the_answer_may_carry_a_call() {
    let telegram = Telegram::start();
    let hook = Hook::start(r#"{"method":"sendMessage","chat_id":5000000001,"text":"welcome"}"#);
    set(&telegram, &hook).await;
    let ada = telegram.person("ada");
    ada.says("/start");
    hook.hears(1).await;
    assert_eq!(hook.server.asked()[0].headers["x-telegram-bot-api-secret-token"], "s3cret_-");
    ada.waits_for("welcome").await;
    assert_eq!((telegram.waiting(), telegram.deliveries()[0].status), (0, 200));

    let polling = call(&telegram, "getUpdates", json!({})).await;
    let words = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the \
                 webhook first";
    assert_eq!((polling.status, polling.refusal()), (409, words));
    call(&telegram, "deleteWebhook", json!({})).await.result();
    assert_eq!(call(&telegram, "getWebhookInfo", json!({})).await.result()["url"], "");
    call(&telegram, "getUpdates", json!({})).await.result();
}

#[tokio::test]
async fn what_fails_comes_again_later_and_in_order_for_each_chat() {
    let telegram = Telegram::start();
    telegram.clock().set(at("2026-03-01T10:00:00Z"));
    let hook = Hook::start("");
    set(&telegram, &hook).await;
    hook.answers(&[500, 500, 503, 200]);
    let (ada, bob) = (telegram.person("ada"), telegram.person("bob"));
    ada.says("one");
    // Once more at once, then after a delay that doubles.
    hook.hears(2).await;
    eventually("the second refusal", || async { (telegram.deliveries().len() == 2).then_some(()) }).await;
    ada.says("two");
    hook.answers(&[200]);
    bob.says("three");
    hook.hears(3).await;
    hook.answers(&[503, 200]);
    let info = call(&telegram, "getWebhookInfo", json!({})).await.result().clone();
    assert_eq!(info["last_error_message"], "Wrong response from the webhook: 500 Internal Server Error");
    telegram.clock().advance(TimeDelta::seconds(2));
    hook.hears(4).await;
    telegram.clock().advance(TimeDelta::seconds(4));
    hook.hears(6).await;
    assert_eq!(hook.texts(), ["one", "one", "three", "one", "one", "two"]);
    eventually("an empty queue", || async { (telegram.waiting() == 0).then_some(()) }).await;
}

#[tokio::test]
async fn addresses_and_secrets_are_checked() {
    let telegram = Telegram::start();
    telegram.only_https_webhooks();
    telegram.limits(|limits| limits.webhook.clear());
    let set = async |url: &str, secret: &str| {
        let answer = call(&telegram, "setWebhook", json!({ "url": url, "secret_token": secret })).await;
        if answer.status == 200 { "set".to_owned() } else { answer.refusal().to_owned() }
    };
    let bad = "Bad Request: bad webhook: ";
    let https = format!("{bad}An HTTPS URL must be provided for webhook");
    assert_eq!(set("http://example.org/", "").await, https);
    let ports = format!("{bad}Webhook can be set up only on ports 80, 88, 443 or 8443");
    assert_eq!(set("https://example.org:8080/", "").await, ports);
    assert_eq!(set("https://10.0.0.1/", "").await, format!("{bad}IP address 10.0.0.1 is reserved"));
    let secret = "Bad Request: secret token contains unallowed characters";
    assert_eq!(set("https://example.org/", "a b").await, secret);
    assert_eq!(set("https://example.org:8443/x", "ok").await, "set");
}
