//! The configuration: one section for each concern, each kept in the crate it configures.
//!
//! `config/whimbrel.toml` is the same thing in words, with every key and its default; it is compiled in, and a test
//! compares it with these structs. Where a configuration comes from and how values from outside the file override it
//! stands in [`mod@load`]; what is said about a wrong one in [`error`].

mod admin;
mod chats;
pub(crate) mod error;
pub(crate) mod load;
mod telemetry;

use serde::{Deserialize, Serialize};
use whimbrel_watch::CatalogConfig;

pub(crate) use admin::AdminSettings;
pub(crate) use chats::{
    DISCORD_HOOK, DestinationConfig, DiscordSettings, FanoutSettings, TELEGRAM_HOOK, TelegramSettings,
};
pub(crate) use error::ConfigError;
#[allow(unused_imports)]
pub(crate) use load::{Environment, Loaded, load};
pub(crate) use telemetry::TelemetrySettings;

/// The default configuration as a file people can read and start from.
pub(crate) const COMMENTED: &str = include_str!("../../../config/whimbrel.toml");

/// Everything that can be configured.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// What is followed.
    #[serde(rename = "catalog", skip_serializing_if = "Vec::is_empty")]
    pub(crate) catalogs: Vec<CatalogConfig>,
    /// How catalogs are read.
    pub(crate) watch: whimbrel_watch::Settings,
    /// How GitHub is asked.
    pub(crate) github: whimbrel_watch::GithubSettings,
    /// How links of entries that are no GitHub repositories are checked.
    pub(crate) links: whimbrel_watch::LinkSettings,
    /// How news goes out to chats.
    pub(crate) fanout: FanoutSettings,
    /// The bot on Telegram.
    pub(crate) telegram: TelegramSettings,
    /// The bot and the webhooks on Discord.
    pub(crate) discord: DiscordSettings,
    /// Places the configuration itself subscribes.
    #[serde(rename = "destination", skip_serializing_if = "Vec::is_empty")]
    pub(crate) destinations: Vec<DestinationConfig>,
    /// Who is told that something needs them.
    pub(crate) admin: AdminSettings,
    /// How page and feeds are served.
    pub(crate) web: whimbrel_web::Settings,
    /// Where the state lies and how it is kept.
    pub(crate) store: whimbrel_store::Settings,
    /// What is logged.
    pub(crate) log: Log,
    /// Where spans of the work go.
    pub(crate) telemetry: TelemetrySettings,
}

/// What is logged (`[log]`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Log {
    /// How much: error, warn, info, debug, trace, or a filter such as `info,whimbrel_watch=debug`. Default `info`.
    pub(crate) level: String,
    /// `text` or `json`. Default `text`.
    pub(crate) format: LogFormat,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".into(), format: LogFormat::Text }
    }
}

#[cfg(test)]
mod tests;
