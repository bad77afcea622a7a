//! Web hooks that go out, and the tokens of installed apps.

use std::sync::{Arc, Mutex};

use axum::Router;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use whimbrel_world::github::Github;

use super::{at, client, get_with, read};

type Heard = Arc<Mutex<Vec<(HeaderMap, Value)>>>;

/// A listener that keeps what it hears.
async fn listener() -> (String, Heard) {
    let heard = Heard::default();
    let keep = Arc::clone(&heard);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let url = format!("http://{}/hooks/github", listener.local_addr().expect("it listens"));
    let router = Router::new().fallback(async move |headers: HeaderMap, body: axum::body::Bytes| {
        let body = serde_json::from_slice(&body).unwrap_or_default();
        keep.lock().expect("nobody panics with it").push((headers, body));
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, heard)
}

#[tokio::test]
async fn what_happens_to_a_repository_is_told() {
    let github = Github::start();
    let (url, heard) = listener().await;
    github.hook(&url, "secret");
    let project = github.repository("o/r").stars(1).push("a.md", "a").release("v1");
    project.draft("v2").archive().rename("o/new");
    github.hooks_settled().await;
    let heard = heard.lock().expect("nobody panics with it").clone();
    let told: Vec<String> = heard
        .iter()
        .map(|(headers, body)| {
            let event = headers["x-github-event"].to_str().unwrap_or_default();
            format!("{event} {}", body["action"].as_str().unwrap_or_default())
        })
        .collect();
    let expected = [
        "star created",
        "push ",
        "release created",
        "release published",
        "release released",
        "release created",
        "repository archived",
        "repository renamed",
    ];
    assert_eq!(told, expected);
    let (headers, body) = &heard[3];
    assert_eq!(body["release"]["tag_name"], "v1");
    assert_eq!(body["repository"]["node_id"], json!(project.node_id()));
    assert!(headers["x-hub-signature-256"].to_str().is_ok_and(|line| line.len() == 7 + 64));
    let ids: std::collections::BTreeSet<_> = heard
        .iter()
        .map(|(headers, _)| headers["x-github-delivery"].clone().to_str().map(str::to_owned).ok())
        .collect();
    assert_eq!(ids.len(), heard.len(), "each has its number");
}

#[tokio::test]
async fn a_delivery_can_be_sent_again_and_forged() {
    let github = Github::start();
    let (url, heard) = listener().await;
    github.repository("o/other").hook(&url, "other").stars(3);
    github.repository("o/r").stars(2);
    github.hooks_settled().await;
    let delivery = github.deliveries().remove(0);
    assert_eq!((delivery.event.as_str(), delivery.status), ("star", Some(200)), "only its own");
    assert_eq!(github.deliver(&delivery).await, 200);
    let mut forged = delivery.clone();
    forged.secret = "guessed".to_owned();
    github.deliver(&forged).await;
    let heard = heard.lock().expect("nobody panics with it");
    let lines: Vec<[&str; 2]> = heard
        .iter()
        .map(|(headers, _)| {
            ["x-github-delivery", "x-hub-signature-256"]
                .map(|name| headers[name].to_str().unwrap_or_default())
        })
        .collect();
    assert_eq!(lines[0], lines[1], "sent again as it was");
    assert_ne!(lines[0][1], lines[2][1], "signed by somebody else");
}

fn claim(app: u64, from: i64, until: i64) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(json!({ "alg": "RS256", "typ": "JWT" }));
    format!("{head}.{}.c2lnbmVk", part(json!({ "iat": from, "exp": until, "iss": app.to_string() })))
}

#[tokio::test]
async fn an_installed_app_gets_a_token_for_an_hour() {
    let github = Github::start();
    github.clock().set(at("2026-03-01T10:00:00Z"));
    github.repository("o/r");
    github.install(77, 1234);
    let now = at("2026-03-01T10:00:00Z").timestamp();
    let path =
        |installation: u64| format!("{}/app/installations/{installation}/access_tokens", github.api_url());
    for (app, installation, from, until, status) in [
        (77, 1234, now - 60, now + 540, 201),
        (77, 9999, now - 60, now + 540, 404),
        (78, 1234, now - 60, now + 540, 401),
        (77, 1234, now - 7200, now - 60, 401),
        (77, 1234, now, now + 86_400, 401),
    ] {
        let line = format!("Bearer {}", claim(app, from, until));
        let answer = read(client().post(path(installation)).header("authorization", line)).await;
        assert_eq!(answer.status, status, "{app} {installation}");
        if status != 201 {
            continue;
        }
        let handed_out = answer.json();
        assert_eq!(handed_out["expires_at"], "2026-03-01T11:00:00Z");
        let line = format!("Bearer {}", handed_out["token"].as_str().unwrap_or_default());
        let asked = async || get_with(&github, "/repos/o/r", &[("authorization", &line)]).await;
        assert_eq!(asked().await.number("x-ratelimit-remaining"), 4_999);
        github.clock().set(at("2026-03-01T11:00:00Z"));
        assert_eq!(asked().await.status, 401, "the hour is over");
        github.clock().set(at("2026-03-01T10:00:00Z"));
    }
}
