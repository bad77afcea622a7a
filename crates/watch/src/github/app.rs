//! Asking as an installation of a GitHub App: a signed statement who we are is exchanged for a token that holds an hour.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde::Deserialize;
use serde_json::json;

/// A statement is valid from a minute ago, because clocks differ …
const ISSUED_BEFORE: TimeDelta = TimeDelta::seconds(60);

/// … for less than the ten minutes GitHub allows.
const VALID: TimeDelta = TimeDelta::minutes(9);

/// A token is renewed so long before its end that no request meets it.
const RENEWED_BEFORE: TimeDelta = TimeDelta::minutes(5);

/// What GitHub says a token holds for, when it does not say.
const USUAL_LIFE: TimeDelta = TimeDelta::hours(1);

/// An app, its installation, and its key.
pub(crate) struct App {
    pub(crate) id: u64,
    pub(crate) installation: u64,
    key: RsaKeyPair,
}

/// The token of an installation.
#[derive(Clone)]
pub(crate) struct Lent {
    pub(crate) token: String,
    until: DateTime<Utc>,
}

/// What GitHub hands out.
#[derive(Deserialize)]
pub(crate) struct Grant {
    token: String,
    #[serde(default)]
    expires_at: Option<DateTime<Utc>>,
}

impl App {
    /// Reads the key, as GitHub hands it out (`RSA PRIVATE KEY`) or converted (`PRIVATE KEY`).
    pub(crate) fn new(id: u64, installation: u64, pem: &str) -> anyhow::Result<Self> {
        let (kind, der) = unpem(pem)
            .ok_or_else(|| anyhow::anyhow!("it is no PEM file: download the private key of the app again"))?;
        let key = match kind {
            "RSA PRIVATE KEY" => RsaKeyPair::from_der(&der),
            "PRIVATE KEY" => RsaKeyPair::from_pkcs8(&der),
            _ => anyhow::bail!("it holds no unencrypted RSA key: download the private key of the app again"),
        };
        let key = key.map_err(|error| {
            anyhow::anyhow!("the key cannot be used ({error}): download the private key of the app again")
        })?;
        Ok(Self { id, installation, key })
    }

    /// The route that exchanges a statement for a token.
    pub(crate) fn route(&self) -> String {
        format!("/app/installations/{}/access_tokens", self.installation)
    }

    /// Who we are, signed, by the server's clock.
    pub(crate) fn statement(&self, server_now: DateTime<Utc>) -> Option<String> {
        let encode = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let claims = json!({
            "iat": (server_now - ISSUED_BEFORE).timestamp(),
            "exp": (server_now + VALID).timestamp(),
            "iss": self.id.to_string(),
        });
        let signed = format!("{}.{}", encode(json!({ "alg": "RS256", "typ": "JWT" })), encode(claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).ok()?;
        Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl Grant {
    /// The token, with its end by our own clock.
    pub(crate) fn lent(self, server_now: DateTime<Utc>, now: DateTime<Utc>) -> Lent {
        let life = self.expires_at.map_or(USUAL_LIFE, |end| end - server_now);
        Lent { token: self.token, until: now + life.clamp(TimeDelta::zero(), USUAL_LIFE) }
    }
}

impl Lent {
    /// Whether it may still be used.
    pub(crate) fn holds(&self, now: DateTime<Utc>) -> bool {
        // A clock that was set back by more than a token lives makes any end look far away.
        now + RENEWED_BEFORE < self.until && self.until - now <= USUAL_LIFE
    }
}

/// The first block of a PEM file: what it is, and its bytes.
fn unpem(pem: &str) -> Option<(&str, Vec<u8>)> {
    let (_, rest) = pem.split_once("-----BEGIN ")?;
    let (kind, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once("-----END ")?;
    let packed: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    Some((kind, STANDARD.decode(packed).ok()?))
}
