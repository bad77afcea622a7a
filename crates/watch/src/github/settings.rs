//! How GitHub is asked: the `[github]` part of the configuration.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use whimbrel_project::Rules;

use crate::span::Span;

/// How GitHub is asked (`[github]`).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct GithubSettings {
    /// Base address of the API. Default `"https://api.github.com"`.
    pub api_url: String,
    /// A token; without one GitHub answers 60 requests an hour. Better kept out of the file: see the environment
    /// variables in the manual. Default: none.
    #[serde(skip_serializing)]
    pub token: Option<SecretString>,
    /// Further tokens; the one with most room is used. Default: none.
    #[serde(skip_serializing)]
    pub tokens: Vec<SecretString>,
    /// The number of a GitHub App to ask as, instead of or beside tokens. Default: none.
    pub app_id: Option<u64>,
    /// The number of the installation of that app. Default: none.
    pub app_installation: Option<u64>,
    /// The file with the app's private key, as GitHub hands it out (PEM). Default: none.
    pub app_key_file: Option<PathBuf>,
    /// Follow the listed projects: releases, stars and whether they are still there. Default true.
    pub projects: bool,
    /// Points of each hourly limit that are never used, given for a limit of 5,000; of a smaller one the same share.
    /// Default 500.
    pub reserve: u32,
    /// The shortest time between two looks at a project. Default `"15m"`.
    pub interval_min: Span,
    /// The longest time between two looks at a project. Default `"1d"`.
    pub interval_max: Span,
    /// The secret GitHub signs its webhooks with; without one they are not accepted. Default: none.
    #[serde(skip_serializing)]
    pub webhook_secret: Option<SecretString>,
    /// When what is seen of a project becomes news.
    pub rules: Rules,
}

impl Default for GithubSettings {
    fn default() -> Self {
        Self {
            api_url: "https://api.github.com".to_owned(),
            token: None,
            tokens: Vec::new(),
            app_id: None,
            app_installation: None,
            app_key_file: None,
            projects: true,
            reserve: 500,
            interval_min: Span::from_secs(15 * 60),
            interval_max: Span::from_secs(24 * 3600),
            webhook_secret: None,
            rules: Rules::default(),
        }
    }
}

impl GithubSettings {
    /// Every token, the first one first; empty ones are none.
    pub(crate) fn all_tokens(&self) -> impl Iterator<Item = &SecretString> {
        let all = self.token.iter().chain(&self.tokens);
        all.filter(|token| !token.expose_secret().trim().is_empty())
    }

    /// Whether GitHub is asked as anybody may: 60 requests an hour.
    pub fn is_anonymous(&self) -> bool {
        self.all_tokens().next().is_none() && self.app_id.is_none()
    }

    /// Whether the API is one of GitHub Enterprise, which knows nothing of what lives on github.com: of an own server its
    /// path ends so, of one that GitHub runs the name does.
    pub(crate) fn is_enterprise(&self) -> bool {
        url::Url::parse(&self.api_url).is_ok_and(|url| {
            url.path().trim_end_matches('/').ends_with("/api/v3")
                || url.host_str().is_some_and(|host| host.ends_with(".ghe.com"))
        })
    }

    /// How changes of projects are judged, with the intervals of this section.
    pub fn project_rules(&self) -> Rules {
        let min = self.interval_min.as_std().as_secs().max(1);
        Rules {
            interval_min_secs: min,
            interval_max_secs: self.interval_max.as_std().as_secs().max(min),
            ..self.rules.clone()
        }
    }

    /// Refuses what contradicts itself.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let (min, max) = (self.interval_min, self.interval_max);
        anyhow::ensure!(
            min.as_std() <= max.as_std(),
            "interval_min in [github] is longer than interval_max ({min} and {max}): make it the shorter one"
        );
        anyhow::ensure!(
            self.rules.top > 0,
            "top in [github.rules] is 0, and a ranking has no top of no ranks: set at least 1"
        );
        Ok(())
    }

    /// What equality is about.
    fn parts(&self) -> (impl PartialEq, impl PartialEq, impl PartialEq) {
        let open = |secret: &SecretString| secret.expose_secret().to_owned();
        let secrets = (self.token.as_ref().map(open), self.tokens.iter().map(open).collect::<Vec<_>>());
        let app = (self.app_id, self.app_installation, self.app_key_file.clone());
        let numbers = (self.projects, self.reserve, self.interval_min, self.interval_max, self.rules.clone());
        (secrets, app, (self.api_url.clone(), self.webhook_secret.as_ref().map(open), numbers))
    }
}

impl PartialEq for GithubSettings {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enterprise_is_told_by_its_address() {
        for (api_url, enterprise) in [
            ("https://api.github.com", false),
            ("http://127.0.0.1:8080", false),
            ("https://proxy.example.org/github", false),
            ("https://code.example.org/api/v3", true),
            ("https://code.example.org/api/v3/", true),
            ("https://api.octocorp.ghe.com", true),
            ("nonsense", false),
        ] {
            let settings = GithubSettings { api_url: api_url.to_owned(), ..GithubSettings::default() };
            assert_eq!(settings.is_enterprise(), enterprise, "{api_url}");
        }
    }

    #[test]
    fn what_contradicts_itself_is_refused_with_the_names_of_the_settings() {
        for (text, names) in [
            ("", None),
            ("interval_min = '2h'\ninterval_max = '2h'", None),
            ("interval_min = '2d'", Some("interval_min in [github]")),
            ("interval_max = '1m'", Some("interval_max")),
            ("[rules]\ntop = 1", None),
            ("[rules]\ntop = 0", Some("top in [github.rules]")),
        ] {
            let settings: GithubSettings = toml::from_str(text).unwrap();
            let made = crate::github::Github::new(
                &settings,
                &crate::config::Settings::default(),
                std::path::Path::new("."),
                chrono::DateTime::UNIX_EPOCH,
            );
            let refused = made.err().map(|error| error.to_string());
            assert_eq!(refused.is_some(), names.is_some(), "{text}: {refused:?}");
            assert!(refused.unwrap_or_default().contains(names.unwrap_or_default()), "{text}");
        }
    }
}
