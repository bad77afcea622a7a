//! Web hooks GitHub sends: signed, numbered, once; a redelivery carries the number of the first.

use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc::UnboundedSender;

use super::ids;
use super::rest;
use super::shared::Everything;

/// Where news of a repository, or of all, is sent.
#[derive(Clone, Debug)]
struct Hook {
    url: String,
    secret: String,
    repo: Option<usize>,
}

/// One message, as it goes out.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// `X-GitHub-Delivery`.
    pub id: String,
    /// `X-GitHub-Event`.
    pub event: String,
    /// The body.
    pub body: Bytes,
    /// Where it goes.
    pub url: String,
    /// What it is signed with.
    pub secret: String,
    /// The status it was answered with; 0 where nobody answered, nothing before it was sent.
    pub status: Option<u16>,
}

#[derive(Default)]
pub(super) struct Hooks {
    wanted: Vec<Hook>,
    pub(super) deliveries: Vec<Delivery>,
    pub(super) queue: Option<UnboundedSender<usize>>,
}

impl Hooks {
    pub(super) fn add(&mut self, url: &str, secret: &str, repo: Option<usize>) {
        self.wanted.push(Hook { url: url.to_owned(), secret: secret.to_owned(), repo });
    }

    /// Whether anybody wants to hear of this repository.
    pub(super) fn wanted(&self, repo: usize) -> bool {
        self.wanted.iter().any(|hook| hook.repo.is_none_or(|of| of == repo))
    }
}

/// Tells everybody who wants to hear of it.
pub(super) fn tell(
    all: &mut Everything,
    api: &str,
    repo: usize,
    event: &str,
    action: Option<&str>,
    more: Value,
) {
    if !all.hooks.wanted(repo) {
        return;
    }
    let known = &all.state.repos[repo];
    let mut body = json!({
        "repository": rest::repository_json(&all.state, api, repo),
        "sender": rest::owner_json(&all.state, api, known.owner),
    });
    if let Some(action) = action {
        body["action"] = action.into();
    }
    if let Value::Object(more) = more {
        body.as_object_mut().expect("it was made as an object").extend(more);
    }
    let body = Bytes::from(body.to_string());
    let wanted = all.hooks.wanted.iter().filter(|hook| hook.repo.is_none_or(|of| of == repo));
    for hook in wanted.cloned().collect::<Vec<_>>() {
        let number = all.hooks.deliveries.len();
        let oid = ids::hex(&ids::made_up_oid(repo as u64, event, number as u64));
        let id = format!("{}-{}-11ef-8{}-{}", &oid[..8], &oid[8..12], &oid[12..15], &oid[15..27]);
        let (url, secret, event, body) = (hook.url, hook.secret, event.to_owned(), body.clone());
        all.hooks.deliveries.push(Delivery { id, event, body, url, secret, status: None });
        if let Some(queue) = &all.hooks.queue {
            // Without a listener nobody is told, and the delivery stays unsent.
            let _ = queue.send(number);
        }
    }
}

/// Sends a delivery; the status it was answered with, 0 where nobody answered.
pub(super) async fn send(client: &reqwest::Client, delivery: &Delivery) -> u16 {
    let signature = ids::hex(&hmac(delivery.secret.as_bytes(), &delivery.body));
    let sent = client
        .post(&delivery.url)
        .header("content-type", "application/json")
        .header("user-agent", "GitHub-Hookshot/0000000")
        .header("x-github-event", &delivery.event)
        .header("x-github-delivery", &delivery.id)
        .header("x-github-hook-id", "1")
        .header("x-hub-signature-256", format!("sha256={signature}"))
        .body(delivery.body.clone())
        .send();
    sent.await.map_or(0, |answer| answer.status().as_u16())
}

/// HMAC-SHA256 (RFC 2104).
fn hmac(secret: &[u8], body: &[u8]) -> [u8; 32] {
    let mut key = [0_u8; 64];
    if secret.len() > key.len() {
        key[..32].copy_from_slice(&Sha256::digest(secret));
    } else {
        key[..secret.len()].copy_from_slice(secret);
    }
    let inner = Sha256::new().chain_update(key.map(|byte| byte ^ 0x36)).chain_update(body).finalize();
    Sha256::new().chain_update(key.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_githubs() {
        // The example in GitHub's documentation of web hooks.
        let signature = ids::hex(&hmac(b"It's a Secret to Everybody", b"Hello, World!"));
        assert_eq!(signature, "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
    }
}
