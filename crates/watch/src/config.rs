//! What is followed and how politely: the `[[catalog]]` and `[watch]` parts of the configuration.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_catalog::{CatalogId, Format, Rules};

use crate::source::{Spec, SpecError};
use crate::span::Span;

/// One followed catalog (`[[catalog]]`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogConfig {
    /// Its short name in addresses and events: 1 to 64 of a-z, 0-9, `.`, `_` and `-`. Never change it: feeds and
    /// history hang on it.
    pub id: CatalogId,
    /// Its title for people. Default: the title of the document, else the id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where it lives: a path (a file, or a folder of files), `file:PATH`, `git:REPOSITORY//PATH[@BRANCH]`,
    /// `https://…`, or `github:OWNER/REPO[/PATH][@BRANCH]`. Relative paths start at the configuration file's folder.
    pub source: String,
    /// The format, when the name of the document does not tell it: `markdown`, `org`, `yaml`, `json` or `csv`.
    /// Default: found out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// Shows news from before it was followed: `"90d"`, `"2w"` or `"all"`. Only git sources can. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backfill: Option<Backfill>,
    /// The shortest time between two looks. Default: 30 s for local files, 1 min for local git, else `interval_min`
    /// of `[watch]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_min: Option<Span>,
    /// The longest time between two looks. Default: 5 min for local files, 30 min for local git, else
    /// `interval_max` of `[watch]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval_max: Option<Span>,
    /// Seconds an added or edited entry must stand before it is told. Default: 0 for local files and folders, else
    /// that of `[watch.rules]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settle_added_secs: Option<u64>,
    /// Seconds a removal or a move must stand before it is told. Default: 0 for local files and folders, else that
    /// of `[watch.rules]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settle_removed_secs: Option<u64>,
    /// Seconds a mass change must stand before it is told in one line. Default: 60 for local files and folders,
    /// else that of `[watch.rules]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_secs: Option<u64>,
    /// Earlier versions with their dates, oldest first, given by the program and not by a file: on first sight
    /// they are replayed as a git source's history would be.
    #[serde(skip)]
    pub history: Vec<Earlier>,
}

/// An earlier version of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Earlier {
    /// When it came to be.
    pub at: DateTime<Utc>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// How much history is shown when a catalog is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Backfill {
    /// All of it.
    All,
    /// What happened within this time before now.
    Last(Span),
}

impl Backfill {
    /// The moment history is shown from; `None` for all of it.
    pub fn since(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::All => None,
            Self::Last(span) => {
                Some(now.checked_sub_signed(span.as_chrono()).unwrap_or(DateTime::<Utc>::MIN_UTC))
            }
        }
    }
}

impl TryFrom<String> for Backfill {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        if text == "all" { Ok(Self::All) } else { text.parse().map(Self::Last) }
    }
}

impl From<Backfill> for String {
    fn from(backfill: Backfill) -> Self {
        match backfill {
            Backfill::All => "all".to_owned(),
            Backfill::Last(span) => span.to_string(),
        }
    }
}

/// How catalogs are read (`[watch]`).
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The shortest time between two looks at a catalog. Default `"10m"`.
    pub interval_min: Span,
    /// The longest time between two looks at a catalog. Default `"12h"`.
    pub interval_max: Span,
    /// How far a look is moved around its time so that looks spread, in percent. Default 10.
    pub jitter_percent: u8,
    /// How many catalogs are looked at at the same time. Default 8.
    pub concurrency: usize,
    /// How long one request may take. Default `"30s"`.
    pub timeout: Span,
    /// The largest document that is read, in bytes (of a folder: all files together). Default 33,554,432 (32 MiB).
    pub max_bytes: usize,
    /// How long a catalog may fail to be read, over at least three looks, before its knowledge is called stale.
    /// Default `"24h"`.
    pub stale_after: Span,
    /// How long after its last write a local file is read a second time, to see that it is complete. Default
    /// `"300ms"`.
    pub second_read: Span,
    /// How the program names itself to servers. Default: name, version and home page.
    pub user_agent: String,
    /// Allows `http://` and addresses in private networks. Default false: a catalog's address, or a redirect of
    /// its server, then cannot reach into your network.
    pub allow_private_addresses: bool,
    /// When a difference becomes news.
    pub rules: Rules,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            interval_min: Span::from_secs(10 * 60),
            interval_max: Span::from_secs(12 * 3600),
            jitter_percent: 10,
            concurrency: 8,
            timeout: Span::from_secs(30),
            max_bytes: 32 << 20,
            stale_after: Span::from_secs(24 * 3600),
            second_read: Span::from_millis(300),
            user_agent: concat!(
                "whimbrel/",
                env!("CARGO_PKG_VERSION"),
                " (+",
                env!("CARGO_PKG_REPOSITORY"),
                ")"
            )
            .to_owned(),
            allow_private_addresses: false,
            rules: Rules::default(),
        }
    }
}

impl CatalogConfig {
    /// A catalog of this id at this place, everything else as by default.
    pub fn new(id: CatalogId, source: impl Into<String>) -> Self {
        Self {
            id,
            title: None,
            source: source.into(),
            format: None,
            backfill: None,
            interval_min: None,
            interval_max: None,
            settle_added_secs: None,
            settle_removed_secs: None,
            hold_secs: None,
            history: Vec::new(),
        }
    }

    /// Where it lives, checked; relative paths start at `base_dir`.
    pub fn spec(&self, base_dir: &Path, settings: &Settings) -> Result<Spec, SpecError> {
        Spec::parse(&self.source, base_dir, settings.allow_private_addresses)
    }

    /// The rules for this catalog: its own, else those of its kind of source, else the general ones.
    pub fn rules(&self, spec: &Spec, general: &Rules) -> Rules {
        let mut rules = general.clone();
        if matches!(spec, Spec::Local(_)) {
            // Whoever saves a local file means it; only a mass change waits, long enough to save once more.
            rules = Rules { hold_secs: 60, ..rules }.at_once();
        }
        rules.settle_added_secs = self.settle_added_secs.unwrap_or(rules.settle_added_secs);
        rules.settle_removed_secs = self.settle_removed_secs.unwrap_or(rules.settle_removed_secs);
        rules.hold_secs = self.hold_secs.unwrap_or(rules.hold_secs);
        rules
    }

    /// The shortest and the longest time between two looks; never zero, never crossed.
    pub fn intervals(&self, spec: &Spec, settings: &Settings) -> (Duration, Duration) {
        // What lies on this machine costs nobody anything, and edits should be seen even where the system does not
        // tell of them.
        let (min, max) = match spec {
            Spec::Local(_) => (Span::from_secs(30), Span::from_secs(5 * 60)),
            Spec::Git { .. } => (Span::from_secs(60), Span::from_secs(30 * 60)),
            Spec::Web(_) | Spec::Github { .. } => (settings.interval_min, settings.interval_max),
        };
        let min =
            self.interval_min.unwrap_or(min.min(settings.interval_min)).as_std().max(Duration::from_secs(1));
        let max = self.interval_max.unwrap_or(max.min(settings.interval_max)).as_std();
        (min, max.max(min))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_catalog_reads_from_toml_and_unknown_keys_are_refused() {
        let catalog: CatalogConfig = toml::from_str(
            "id = 'raft'\nsource = 'github:etcd-io/raft'\nbackfill = '90d'\ninterval_min = '5m'",
        )
        .unwrap();
        assert_eq!(catalog.backfill, Some(Backfill::Last(Span::from_secs(90 * 86_400))));
        assert_eq!(catalog.interval_min, Some(Span::from_secs(300)));
        let error =
            toml::from_str::<CatalogConfig>("id = 'raft'\nsource = 'x'\nintervall = '5m'").unwrap_err();
        assert!(error.to_string().contains("intervall"), "{error}");
        let error =
            toml::from_str::<CatalogConfig>("id = 'raft'\nsource = 'x'\nbackfill = 'ninety'").unwrap_err();
        assert!(error.to_string().contains("90d"), "{error}");
    }

    #[test]
    fn settings_have_defaults() {
        let settings: Settings = toml::from_str("").unwrap();
        assert_eq!(settings.max_bytes, 33_554_432);
        assert!(settings.user_agent.contains("whimbrel") && settings.user_agent.contains("https://"));
    }

    #[test]
    fn local_files_settle_at_once_unless_told_otherwise() {
        let mut catalog = CatalogConfig::new(CatalogId::new("a").unwrap(), "list.md");
        let local = Spec::Local("list.md".into());
        let rules = catalog.rules(&local, &Rules::default());
        assert_eq!((rules.settle_added_secs, rules.settle_removed_secs, rules.hold_secs), (0, 0, 60));
        catalog.settle_added_secs = Some(7);
        assert_eq!(catalog.rules(&local, &Rules::default()).settle_added_secs, 7);
    }
}
