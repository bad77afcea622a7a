//! One reading of the configuration: where GitHub is, and as whom it is asked.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use http::HeaderValue;
use secrecy::ExposeSecret;
use tokio::sync::Mutex;
use whimbrel_project::Rules;

use super::app::{App, Lent};
use super::settings::GithubSettings;
use super::transport::Transport;
use crate::config::Settings;

/// Where GitHub is, and as whom it is asked.
pub(crate) struct Setup {
    pub(crate) transport: Transport,
    pub(crate) bearers: Vec<Bearer>,
    /// When projects are looked at, which says how far down as well.
    pub(crate) rules: Rules,
    api_url: String,
    /// It is a GitHub Enterprise, where the projects of github.com are not.
    pub(crate) is_enterprise: bool,
}

/// Somebody GitHub knows.
pub(crate) struct Bearer {
    /// For people; never the secret.
    pub(crate) label: String,
    pub(crate) proof: Proof,
}

/// How somebody proves who they are.
pub(crate) enum Proof {
    /// A token, as it is sent.
    Token(HeaderValue),
    /// An installation of an app, with the token it was lent last.
    App(Box<App>, Mutex<Option<Lent>>),
}

impl Setup {
    pub(crate) fn new(settings: &GithubSettings, watch: &Settings, base_dir: &Path) -> anyhow::Result<Self> {
        settings.check()?;
        let transport = Transport::new(&settings.api_url, watch)?;
        let mut bearers = Vec::new();
        for token in settings.all_tokens() {
            let value = bearer(token.expose_secret())
                .context("the GitHub token contains characters no token has: check where it comes from")?;
            if bearers.iter().any(|known: &Bearer| known.proof.is_token(&value)) {
                continue; // the same twice is one with one limit
            }
            let label = match settings.all_tokens().count() {
                1 => "the token".to_owned(),
                _ => format!("token {}", bearers.len() + 1),
            };
            bearers.push(Bearer { label, proof: Proof::Token(value) });
        }
        match (settings.app_id, settings.app_installation, &settings.app_key_file) {
            (None, None, None) => {}
            (Some(id), Some(installation), Some(file)) => {
                let file = base_dir.join(file);
                let shown = || format!("app_key_file in [github]: {}", file.display());
                let pem = fs::read_to_string(&file).with_context(shown)?;
                let app = App::new(id, installation, &pem).with_context(shown)?;
                let label = format!("the key of app {id}");
                bearers.push(Bearer { label, proof: Proof::App(Box::new(app), Mutex::default()) });
            }
            _ => anyhow::bail!(
                "a GitHub App needs all of app_id, app_installation and app_key_file in [github]: set the missing ones"
            ),
        }
        Ok(Self {
            transport,
            bearers,
            rules: settings.project_rules(),
            api_url: settings.api_url.trim_end_matches('/').to_owned(),
            is_enterprise: settings.is_enterprise(),
        })
    }

    pub(crate) fn is_anonymous(&self) -> bool {
        self.bearers.is_empty()
    }

    pub(crate) fn labels(&self) -> Vec<String> {
        self.bearers.iter().map(|bearer| bearer.label.clone()).collect()
    }

    /// For each of our bearers its place in another setup of the same GitHub.
    pub(crate) fn places_in(&self, before: &Self) -> Vec<Option<usize>> {
        let same_place = self.api_url == before.api_url;
        let place = |bearer: &Bearer| before.bearers.iter().position(|known| known.proof.is(&bearer.proof));
        self.bearers.iter().map(|bearer| place(bearer).filter(|_| same_place)).collect()
    }
}

impl Proof {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Token(_), Self::Token(token)) => self.is_token(token),
            (Self::App(one, _), Self::App(other, _)) => {
                (one.id, one.installation) == (other.id, other.installation)
            }
            _ => false,
        }
    }

    fn is_token(&self, token: &HeaderValue) -> bool {
        matches!(self, Self::Token(known) if known == token)
    }
}

/// A token as it is sent; it never shows itself.
pub(crate) fn bearer(token: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.trim())).ok()?;
    value.set_sensitive(true);
    Some(value)
}
