//! Web hooks that go out.

use std::sync::{Arc, Mutex};

use axum::Router;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use whimbrel_world::github::Github;

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
