//! Who asks: tokens of users, tokens of installed apps that last an hour, and the apps' own signed claims.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use rustc_hash::FxHashMap;
use serde_json::Value;

/// How long an installation's token lasts.
const LASTS: TimeDelta = TimeDelta::hours(1);

/// What clocks may differ by, and how long an app's claim may be good for.
const SKEW_SECS: i64 = 60;
const CLAIM_SECS: i64 = 600;

/// Who asks, as far as GitHub cares.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    /// Shown in the journal.
    pub(super) who: String,
    /// Whose limits count: a user's, an installation's, or an address.
    pub(super) account: String,
    pub(super) anonymous: bool,
    pub(super) installation: bool,
    /// The app that claims to be itself; it may ask for installations only.
    pub(super) app: Option<u64>,
}

struct Token {
    login: String,
    account: String,
    installation: bool,
    until: Option<DateTime<Utc>>,
}

/// Every token GitHub handed out.
#[derive(Default)]
pub(super) struct Tokens {
    known: FxHashMap<String, Token>,
    /// The apps, each with its public key.
    apps: FxHashMap<u64, Vec<u8>>,
    installations: FxHashMap<u64, u64>,
    handed_out: u64,
}

impl Tokens {
    /// A user's token. Several of one user share that user's limits.
    pub(super) fn add(&mut self, token: &str, login: &str) {
        let account = format!("user {login}");
        let token_of = Token { login: login.to_owned(), account, installation: false, until: None };
        self.known.insert(token.to_owned(), token_of);
    }

    pub(super) fn revoke(&mut self, token: &str) {
        self.known.remove(token);
    }

    /// An app with one installation more, and the private key it signs with: the public half of it is kept.
    pub(super) fn install(&mut self, app: u64, installation: u64, key: &str) {
        let body: String = key.lines().filter(|line| !line.starts_with('-')).collect();
        let der = STANDARD.decode(body).expect("a PEM file");
        let key = RsaKeyPair::from_der(&der).expect("a key as GitHub hands it out");
        self.apps.insert(app, key.public().as_ref().to_vec());
        self.installations.insert(installation, app);
    }

    /// The app is not installed there any more: the tokens of the installation end with it.
    pub(super) fn uninstall(&mut self, installation: u64) {
        self.installations.remove(&installation);
        self.revoke_lent(installation);
    }

    /// Ends the tokens of an installation before their time.
    pub(super) fn revoke_lent(&mut self, installation: u64) {
        let account = format!("installation {installation}");
        self.known.retain(|_, token| token.account != account);
    }

    /// How often an app is installed.
    pub(super) fn installations(&self, app: u64) -> usize {
        self.installations.values().filter(|owner| **owner == app).count()
    }

    /// A token for an installation, for an hour; nothing where it is not this app's.
    pub(super) fn hand_out(
        &mut self,
        app: u64,
        installation: u64,
        now: DateTime<Utc>,
    ) -> Option<(String, DateTime<Utc>)> {
        self.installations.get(&installation).filter(|owner| **owner == app)?;
        self.handed_out += 1;
        let (text, until) = (format!("ghs_{installation}x{:032}", self.handed_out), now + LASTS);
        let account = format!("installation {installation}");
        let token = Token { login: account.clone(), account, installation: true, until: Some(until) };
        self.known.insert(text.clone(), token);
        Some((text, until))
    }

    /// Who this header line names; nothing where GitHub does not believe it.
    pub(super) fn identify(
        &self,
        authorization: Option<&str>,
        address: &str,
        now: DateTime<Utc>,
    ) -> Option<Identity> {
        let Some(line) = authorization else {
            let (who, account) = ("anonymous".to_owned(), format!("address {address}"));
            return Some(Identity { who, account, anonymous: true, installation: false, app: None });
        };
        let (scheme, text) = line.split_once(' ')?;
        let text = text.trim();
        let basic = scheme.eq_ignore_ascii_case("basic");
        if basic || !(scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token")) {
            return None;
        }
        if let Some(app) = self.claimed(text, now) {
            let account = format!("app {app}");
            return Some(Identity {
                who: account.clone(),
                account,
                anonymous: false,
                installation: false,
                app: Some(app),
            });
        }
        let token = self.known.get(text).filter(|token| token.until.is_none_or(|until| now < until))?;
        let (who, account) = (token.login.clone(), token.account.clone());
        Some(Identity { who, account, anonymous: false, installation: token.installation, app: None })
    }

    /// The app a claim names, where that app signed it and its times are such as GitHub accepts.
    fn claimed(&self, text: &str, now: DateTime<Utc>) -> Option<u64> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (head, claims) = signed.split_once('.')?;
        let part = |part: &str| -> Option<Value> {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
        };
        let (head, claims) = (part(head)?, part(claims)?);
        let (from, until) = (claims["iat"].as_i64()?, claims["exp"].as_i64()?);
        let issuer = claims["iss"].as_u64().or_else(|| claims["iss"].as_str()?.parse().ok())?;
        let now = now.timestamp();
        let timely = from <= now + SKEW_SECS && now < until && until <= now + CLAIM_SECS + SKEW_SECS;
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.apps.get(&issuer)?);
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let genuine = head["alg"] == "RS256" && key.verify(signed.as_bytes(), &signature).is_ok();
        (genuine && timely).then_some(issuer)
    }
}
