//! Interactions by HTTP are signed, and forged on purpose to see who looks.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::{Value, json};
use whimbrel_world::server::Server;

use super::{ask, discord};

#[derive(Clone)]
struct Bot {
    key: Vec<u8>,
    looks: bool,
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (0..text.len()).step_by(2).map(digits).collect()
}

async fn heard(State(bot): State<Bot>, headers: HeaderMap, body: Bytes) -> Response {
    let line = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let signed = [line("x-signature-timestamp").as_bytes(), &body].concat();
    let signature = unhex(line("x-signature-ed25519")).unwrap_or_default();
    let good = UnparsedPublicKey::new(&ED25519, &bot.key).verify(&signed, &signature).is_ok();
    if bot.looks && !good {
        return axum::http::StatusCode::UNAUTHORIZED.into_response();
    }
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let answer = match asked["type"].as_u64() {
        Some(1) => json!({ "type": 1 }),
        _ => json!({ "type": 4, "data": { "content": "by HTTP", "flags": 64 } }),
    };
    ([("content-type", "application/json")], answer.to_string()).into_response()
}

#[tokio::test]
async fn an_endpoint_proves_that_it_looks_at_signatures() {
    let discord = discord();
    let application = ask(&discord, "GET", "/applications/@me", json!(null)).await.json();
    let key = application["verify_key"].as_str().and_then(unhex).expect("a key");
    let serve = |looks| {
        let bot = Bot { key: key.clone(), looks };
        Server::start(|_| Router::new().route("/hook", post(heard)).with_state(bot))
    };
    let careless = serve(false);
    let refused = discord.interactions_endpoint(&careless.url("/hook")).await;
    assert_eq!(refused, Err("a bad signature (Key) was answered with Some(200)".to_owned()));
    let careful = serve(true);
    assert_eq!(discord.interactions_endpoint(&careful.url("/hook")).await, Ok(()));
    let path = format!("/applications/{}/commands", discord.application());
    ask(&discord, "PUT", &path, json!([{ "name": "help", "description": "Says what there is" }])).await;
    let ada = discord.guild("Readers").member("ada");
    let used = ada.uses("/help", json!({})).await;
    assert_eq!((used.reads().await.as_str(), used.is_ephemeral()), ("by HTTP", true));
    assert_eq!(ada.sees(), ["by HTTP"]);
    assert!(ada.place().messages().is_empty(), "nobody else sees it");
    assert_eq!(discord.checks_signatures().await, Ok(()));
    discord.expects_no_violations();
}
