//! Who asks: tokens of users, tokens of installed apps that last an hour, and the apps' own signed claims.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
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
    apps: Vec<u64>,
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

    /// An app with one installation.
    pub(super) fn install(&mut self, app: u64, installation: u64) {
        self.apps.push(app);
        self.installations.insert(installation, app);
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

    /// The app a signed claim names, where its times are such as GitHub accepts. The signature is taken on trust: the
    /// stand-in has no key to check it with.
    fn claimed(&self, text: &str, now: DateTime<Utc>) -> Option<u64> {
        let part = |index: usize| -> Option<Value> {
            let bytes = URL_SAFE_NO_PAD.decode(text.split('.').nth(index)?).ok()?;
            serde_json::from_slice(&bytes).ok()
        };
        let (head, claims) = (part(0)?, part(1)?);
        let signed = text.split('.').nth(2).is_some_and(|signature| !signature.is_empty());
        let (from, until) = (claims["iat"].as_i64()?, claims["exp"].as_i64()?);
        let issuer = claims["iss"].as_u64().or_else(|| claims["iss"].as_str()?.parse().ok())?;
        let now = now.timestamp();
        let timely = from <= now + SKEW_SECS && now < until && until <= now + CLAIM_SECS + SKEW_SECS;
        (head["alg"] == "RS256" && signed && timely && self.apps.contains(&issuer)).then_some(issuer)
    }
}
