//! Webhooks of GitHub: is this one from GitHub, was it here before, and which repository does it wake? They only wake
//! the poller; what it then sees is the truth, so a forged or lost one can do no harm beyond a request.

use std::collections::{HashSet, VecDeque};

use http::HeaderMap;
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// The largest body that is read. GitHub sends up to 25 MB; what we need of an event comes in far less.
pub const HOOK_BYTES: usize = 4 << 20;

/// Deliveries remembered, to know one that comes again.
const REMEMBERED: usize = 4096;

/// What a body is known by: GitHub signs it, and not the headers, in which an overheard delivery could be given
/// another id. One that GitHub sends again has the same body, and others differ at least in their times.
type Signature = [u8; 32];

/// A repository somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wake {
    /// Its identity at GitHub.
    pub node: Option<String>,
    /// `Owner/Repo`, its present name.
    pub full_name: String,
}

/// Why a webhook is not acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is no secret to check it with.
    #[error("no webhook_secret is set in [github]")]
    NoSecret,
    /// It is larger than any we need.
    #[error("the body is too large")]
    TooLarge,
    /// It is not signed, or by somebody else.
    #[error(
        "the signature is not GitHub's: is the same secret set at GitHub and as webhook_secret in [github]?"
    )]
    Signature,
    /// It is not what GitHub sends: no event, no delivery, no JSON.
    #[error("it is no webhook of GitHub: is its content type set to application/json?")]
    Malformed,
}

/// What became of a webhook that is from GitHub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A repository may have changed.
    Wake(Wake),
    /// It was here before.
    Again,
    /// It says nothing that matters here.
    Ignored,
}

/// Judges webhooks; remembers which were here.
#[derive(Debug)]
pub struct Hooks {
    key: Option<hmac::Key>,
    known: HashSet<Signature>,
    order: VecDeque<Signature>,
}

impl Hooks {
    /// Accepts what is signed with this secret; without one, nothing.
    pub fn new(secret: Option<&SecretString>) -> Self {
        let secret = secret.map(ExposeSecret::expose_secret).filter(|secret| !secret.is_empty());
        let key = secret.map(|secret| hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()));
        Self { key, known: HashSet::new(), order: VecDeque::new() }
    }

    /// What a request says, with its body as it came.
    pub fn hear(&mut self, headers: &HeaderMap, body: &[u8]) -> Result<Heard, Refused> {
        let key = self.key.as_ref().ok_or(Refused::NoSecret)?;
        if body.len() > HOOK_BYTES {
            return Err(Refused::TooLarge);
        }
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let signature = text("x-hub-signature-256").and_then(|text| unhex(text.strip_prefix("sha256=")?));
        let signature: Signature = signature.ok_or(Refused::Signature)?;
        // Compares in a time that does not depend on where two signatures differ.
        hmac::verify(key, body, &signature).map_err(|_| Refused::Signature)?;

        let event = text("x-github-event").ok_or(Refused::Malformed)?;
        text("x-github-delivery").filter(|id| !id.is_empty()).ok_or(Refused::Malformed)?;
        let payload: Payload = serde_json::from_slice(body).map_err(|_| Refused::Malformed)?;
        if !self.is_first(signature) {
            return Ok(Heard::Again);
        }
        Ok(payload.wakes(event).map_or(Heard::Ignored, Heard::Wake))
    }

    fn is_first(&mut self, signature: Signature) -> bool {
        if !self.known.insert(signature) {
            return false;
        }
        self.order.push_back(signature);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

#[derive(Deserialize)]
struct Payload {
    #[serde(default)]
    action: Option<String>,
    #[serde(default, rename = "ref")]
    reference: Option<String>,
    #[serde(default)]
    repository: Option<Repository>,
}

#[derive(Deserialize)]
struct Repository {
    full_name: String,
    #[serde(default)]
    node_id: Option<String>,
    #[serde(default)]
    default_branch: Option<String>,
}

impl Payload {
    /// The repository to look at, if this kind of event can have changed what we know of it.
    fn wakes(self, event: &str) -> Option<Wake> {
        let repository = self.repository?;
        let action = self.action.as_deref().unwrap_or_default();
        let matters = match event {
            "release" => matches!(action, "published" | "released" | "prereleased" | "edited" | "deleted"),
            "repository" => !matches!(action, "created"),
            "star" => true,
            // Tags make releases, the default branch holds catalogs; work on other branches is nobody's news.
            "push" => self.reference.as_deref().is_some_and(|reference| {
                reference.starts_with("refs/tags/")
                    || repository
                        .default_branch
                        .as_deref()
                        .is_none_or(|branch| reference.strip_prefix("refs/heads/") == Some(branch))
            }),
            _ => false,
        };
        matters.then_some(Wake { node: repository.node_id, full_name: repository.full_name })
    }
}

/// A signature written as hexadecimal digits.
fn unhex(text: &str) -> Option<Signature> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect();
    let bytes: Vec<u8> = digits?.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0)).collect();
    (text.len() == 64).then(|| bytes.try_into().ok())?
}

#[cfg(test)]
mod forged;

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const SECRET: &str = "It's a Secret to Everybody";

    fn signed(event: &'static str, delivery: &str, body: &str) -> HeaderMap {
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
        let tag = hmac::sign(&key, body.as_bytes());
        let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap();
        let hex: String = tag.as_ref().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
        let mut headers = HeaderMap::new();
        headers.insert("x-hub-signature-256", HeaderValue::from_str(&format!("sha256={hex}")).unwrap());
        headers.insert("x-github-event", HeaderValue::from_static(event));
        headers.insert("x-github-delivery", HeaderValue::from_str(delivery).unwrap());
        headers
    }

    fn hooks() -> Hooks {
        Hooks::new(Some(&SECRET.into()))
    }

    #[test]
    fn githubs_published_vector_is_accepted_and_nothing_near_it() {
        let hear = |signature: &str, body: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-hub-signature-256", HeaderValue::from_str(signature).unwrap());
            hooks().hear(&headers, body.as_bytes())
        };
        let right = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        let body = "Hello, World!";
        // The signature passes; that this is no webhook is found out after it.
        assert_eq!(hear(&format!("sha256={right}"), body), Err(Refused::Malformed));
        for (signature, body) in [
            (format!("sha256={right}"), "Hello, World?"),
            (format!("sha256={}", right.replace('7', "8")), body),
            (format!("sha1={right}"), body),
            (right.to_owned(), body),
            (format!("sha256={}", &right[..62]), body),
            (format!("sha256={right}00"), body),
            ("sha256=".to_owned(), body),
            (format!("sha256={}", "ä".repeat(32)), body),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-hub-signature-256", HeaderValue::from_bytes(signature.as_bytes()).unwrap());
            assert_eq!(hooks().hear(&headers, body.as_bytes()), Err(Refused::Signature), "{signature}");
        }
        assert_eq!(hooks().hear(&HeaderMap::new(), b"{}"), Err(Refused::Signature));
        assert_eq!(Hooks::new(None).hear(&signed("star", "1", "{}"), b"{}"), Err(Refused::NoSecret));
        assert_eq!(
            Hooks::new(Some(&"".into())).hear(&signed("star", "1", "{}"), b"{}"),
            Err(Refused::NoSecret)
        );
        let large = "x".repeat(HOOK_BYTES + 1);
        assert_eq!(hooks().hear(&signed("star", "1", &large), large.as_bytes()), Err(Refused::TooLarge));
    }

    #[test]
    fn what_can_have_changed_a_project_wakes_it() {
        let repository = r#""repository":{"full_name":"o/r","node_id":"R_1","default_branch":"main"}"#;
        for (event, rest, wakes) in [
            ("release", r#""action":"published""#, true),
            ("release", r#""action":"deleted""#, true),
            ("release", r#""action":"created""#, false),
            ("star", r#""action":"created""#, true),
            ("repository", r#""action":"renamed""#, true),
            ("repository", r#""action":"archived""#, true),
            ("repository", r#""action":"created""#, false),
            ("push", r#""ref":"refs/heads/main""#, true),
            ("push", r#""ref":"refs/heads/other""#, false),
            ("push", r#""ref":"refs/tags/v1""#, true),
            ("push", r#""after":"x""#, false),
            ("ping", r#""zen":"Keep it logically awesome.""#, false),
            ("issues", r#""action":"opened""#, false),
        ] {
            let body = format!("{{{rest},{repository}}}");
            let heard = hooks().hear(&signed(event, "1", &body), body.as_bytes()).unwrap();
            let wake = Wake { node: Some("R_1".into()), full_name: "o/r".into() };
            assert_eq!(heard, if wakes { Heard::Wake(wake) } else { Heard::Ignored }, "{event} {rest}");
        }
        for body in ["", "7", "null", "{\"repository\":7}", "payload=%7B%7D"] {
            let heard = hooks().hear(&signed("star", "1", body), body.as_bytes());
            assert_eq!(heard, Err(Refused::Malformed), "{body}");
        }
        let nobody = hooks().hear(&signed("star", "1", "{}"), b"{}");
        assert_eq!(nobody, Ok(Heard::Ignored));
    }

    #[test]
    fn a_delivery_that_comes_again_wakes_nobody_and_memory_has_an_end() {
        let mut hooks = hooks();
        let body = |at: usize| {
            format!(r#"{{"action":"created","starred_at":"{at}","repository":{{"full_name":"o/r"}}}}"#)
        };
        let mut hear = |delivery: &str, at: usize| {
            hooks.hear(&signed("star", delivery, &body(at)), body(at).as_bytes()).unwrap()
        };
        assert!(matches!(hear("first", 0), Heard::Wake(_)));
        assert_eq!(hear("first", 0), Heard::Again);
        assert_eq!(hear("second", 0), Heard::Again, "the id of a delivery is not signed");
        for number in 1..=REMEMBERED {
            assert!(matches!(hear(&number.to_string(), number), Heard::Wake(_)));
        }
        assert!(matches!(hear("first", 0), Heard::Wake(_)), "forgotten by now");
        assert_eq!((hooks.known.len(), hooks.order.len()), (REMEMBERED, REMEMBERED));
        let body = "{}";
        assert_eq!(hooks.hear(&signed("star", "", body), body.as_bytes()), Err(Refused::Malformed));
    }
}
