//! Ten thousand deliveries that are not quite one of GitHub's: none wakes anybody.

use http::HeaderValue;
use proptest::prelude::*;
use ring::hmac;

use super::{Heard, Hooks};

const SECRET: &str = "the secret both know";
const BODY: &str = r#"{"action":"created","starred_at":"2026-11-20T10:00:00Z","repository":{"full_name":"o/r","node_id":"R_1"}}"#;

/// What somebody without the secret does to a delivery they overheard.
#[derive(Clone, Debug)]
enum Forgery {
    /// One bit of the body is another.
    Bit(usize, u8),
    /// The body ends early.
    Cut(usize),
    /// Something stands within the body that was not there.
    Put(usize, String),
    /// One digit of the signature is another.
    Digit(usize, u8),
    /// The signature ends early.
    Short(usize),
    /// The signature is this.
    Signature(String),
    /// It is signed with another secret.
    Secret(String),
    /// The signature's method is this.
    Method(&'static str),
    /// Nothing but what is not signed is another: the id, and which event it is.
    Replay(String, &'static str),
    /// Another signature stands before the right one.
    Twice(String),
}

fn forgery() -> impl Strategy<Value = Forgery> {
    let hex = "[0-9a-f]{64}";
    let events = prop::sample::select(vec!["star", "push", "release", "repository", "ping"]);
    prop_oneof![
        4 => (0..BODY.len(), 0..8u8).prop_map(|(at, bit)| Forgery::Bit(at, bit)),
        1 => (0..BODY.len()).prop_map(Forgery::Cut),
        2 => (0..=BODY.len(), "[ -~]{1,40}").prop_map(|(at, text)| Forgery::Put(at, text)),
        4 => (0..64usize, 1..16u8).prop_map(|(at, by)| Forgery::Digit(at, by)),
        1 => (0..64usize).prop_map(Forgery::Short),
        2 => prop_oneof![hex, "[ -~]{0,80}"].prop_map(Forgery::Signature),
        2 => ".{0,40}".prop_filter("not the secret", |text| text != SECRET).prop_map(Forgery::Secret),
        1 => prop::sample::select(vec!["sha1=", "SHA256=", "", "sha256", "sha512=", " sha256="])
            .prop_map(Forgery::Method),
        2 => ("[a-f0-9-]{1,140}", events).prop_map(|(id, event)| Forgery::Replay(id, event)),
        1 => hex.prop_map(Forgery::Twice),
    ]
}

fn signature(secret: &str, body: &[u8]) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), body);
    tag.as_ref().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// Whether it wakes somebody.
fn wakes(hooks: &mut Hooks, signatures: &[String], id: &str, event: &str, body: &[u8]) -> bool {
    let mut headers = http::HeaderMap::new();
    for signature in signatures {
        headers.append("x-hub-signature-256", HeaderValue::from_bytes(signature.as_bytes()).unwrap());
    }
    headers.insert("x-github-delivery", HeaderValue::from_str(id).unwrap());
    headers.insert("x-github-event", HeaderValue::from_str(event).unwrap());
    matches!(hooks.hear(&headers, body), Ok(Heard::Wake(_)))
}

fn is_taken(forgery: Forgery) -> bool {
    let mut hooks = Hooks::new(Some(&SECRET.into()));
    let (mut body, right) = (BODY.as_bytes().to_vec(), signature(SECRET, BODY.as_bytes()));
    assert!(wakes(&mut hooks, &[format!("sha256={right}")], "1", "star", &body), "GitHub's own");
    let (mut method, mut signatures, mut id, mut event) = ("sha256=", vec![right], "2".to_owned(), "star");
    match forgery {
        Forgery::Bit(at, bit) => body[at] ^= 1 << bit,
        Forgery::Cut(at) => body.truncate(at),
        Forgery::Put(at, text) => drop(body.splice(at..at, text.into_bytes())),
        Forgery::Digit(at, by) => {
            let digit = char::from(signatures[0].as_bytes()[at]).to_digit(16).unwrap();
            let other = char::from_digit((digit + u32::from(by)) % 16, 16).unwrap();
            signatures[0].replace_range(at..=at, &other.to_string());
        }
        Forgery::Short(to) => signatures[0].truncate(to),
        Forgery::Signature(text) => signatures[0] = text,
        Forgery::Secret(secret) => signatures[0] = signature(&secret, &body),
        Forgery::Method(name) => method = name,
        Forgery::Replay(other, name) => (id, event) = (other, name),
        Forgery::Twice(text) => signatures.insert(0, text),
    }
    let signatures: Vec<String> = signatures.iter().map(|text| format!("{method}{text}")).collect();
    wakes(&mut hooks, &signatures, &id, event, &body)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn no_forged_delivery_wakes_anybody(forgery in forgery()) {
        prop_assert!(!is_taken(forgery));
    }
}
