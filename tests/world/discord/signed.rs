//! Interactions by HTTP: each is signed, and now and then one is signed wrongly on purpose, to see whether the
//! application looks.

use std::fmt::Write as _;
use std::time::Duration;

use ring::signature::{Ed25519KeyPair, KeyPair};

/// The application's key, made up for the stand-in.
const SEED: [u8; 32] = *b"whimbrel stand-in of Discord key";

/// Where interactions are sent.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    pub(super) url: String,
    /// Everything is sent twice, as if somebody had overheard it.
    pub(super) twice: bool,
}

/// What is wrong with a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forged {
    /// It is of another key.
    Key,
    /// The body was changed after it was signed.
    Body,
    /// The time was changed after it was signed.
    Time,
    /// It is shorter than signatures are.
    Short,
    /// It is no hexadecimal text.
    Text,
    /// There is none.
    Missing,
}

impl Forged {
    /// Every one of them.
    pub const ALL: [Self; 6] = [Self::Key, Self::Body, Self::Time, Self::Short, Self::Text, Self::Missing];
}

fn key(seed: &[u8; 32]) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(seed).expect("thirty-two bytes are a seed")
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The key the application knows, in hexadecimal.
pub(super) fn public_key() -> String {
    hex(key(&SEED).public_key().as_ref())
}

/// What the application answered.
pub(super) struct Heard {
    pub(super) status: u16,
    pub(super) kind: String,
    pub(super) body: Vec<u8>,
}

/// Sends a body with its signature, or with a wrong one. None where no answer came in time.
pub(super) async fn send(url: &str, body: String, at: i64, forged: Option<Forged>) -> Option<Heard> {
    let time = at.to_string();
    let seed = if forged == Some(Forged::Key) { [7; 32] } else { SEED };
    let mut signature = hex(key(&seed).sign(format!("{time}{body}").as_bytes()).as_ref());
    let (mut time, mut body) = (time, body);
    match forged {
        Some(Forged::Body) => body.push(' '),
        Some(Forged::Time) => time = (at + 1).to_string(),
        Some(Forged::Short) => signature.truncate(32),
        Some(Forged::Text) => signature = "z".repeat(128),
        _ => {}
    }
    let client = reqwest::Client::builder().timeout(Duration::from_secs(3)).no_proxy();
    let client = client.user_agent("Discord-Interactions/1.0 (+https://discord.com)").build().ok()?;
    let mut request = client.post(url).header("content-type", "application/json");
    request = request.header("x-signature-timestamp", time);
    if forged != Some(Forged::Missing) {
        request = request.header("x-signature-ed25519", signature);
    }
    let answer = request.body(body).send().await.ok()?;
    let status = answer.status().as_u16();
    let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().to_owned();
    Some(Heard { status, kind, body: answer.bytes().await.ok()?.to_vec() })
}
