//! The services news goes out through, as the configuration has them.

use std::sync::Arc;

use anyhow::Context;
use whimbrel_discord::{Credentials, Discord};
use whimbrel_fanout::{Channel, Limits, Pace};
use whimbrel_telegram::{Setup, Telegram};

use crate::config::Config;

/// The services that were switched on at the start. Other tokens are taken over while the program runs; a service
/// that was off is switched on at the next start.
#[derive(Clone)]
pub(crate) struct Chats {
    pub(crate) telegram: Option<Telegram>,
    pub(crate) discord: Option<Arc<Discord>>,
    pub(crate) pace: Pace,
    /// Messages a second to Telegram that the pace was made for.
    per_second: u32,
}

impl Chats {
    /// Ready to write; nothing is asked yet.
    pub(crate) fn new(config: &Config) -> anyhow::Result<Self> {
        let telegram = config.telegram.token().map(|token| {
            let setup = Setup {
                api_url: config.telegram.api_url.parse().with_context(|| {
                    format!("`{}`, the `api_url` of [telegram], is no address", config.telegram.api_url)
                })?,
                token: token.clone(),
                user_agent: config.watch.user_agent.clone(),
                timeout: Setup::TIMEOUT,
            };
            Telegram::new(setup).context("preparing [telegram]")
        });
        let discord = config.discord.is_on().then(|| {
            Discord::new(Some(&config.discord.api_url), credentials(config)).context("preparing [discord]")
        });
        Ok(Self {
            telegram: telegram.transpose()?,
            discord: discord.transpose()?.map(Arc::new),
            pace: Pace::new(Limits::telegram_at(config.telegram.per_second), Limits::discord()),
            per_second: config.telegram.per_second,
        })
    }

    /// What lanes write through.
    pub(crate) fn channels(&self) -> Vec<Arc<dyn Channel>> {
        let telegram = self.telegram.clone().map(|telegram| Arc::new(telegram) as Arc<dyn Channel>);
        let discord = self.discord.clone().map(|discord| discord as Arc<dyn Channel>);
        telegram.into_iter().chain(discord).collect()
    }

    /// Goes on with the tokens of another configuration; what has to wait for the next start is handed back.
    pub(crate) fn follow(&self, config: &Config) -> anyhow::Result<Vec<&'static str>> {
        let mut later = Vec::new();
        match (&self.telegram, config.telegram.token()) {
            (Some(telegram), Some(token)) => telegram.set_token(token.clone()),
            (None, None) => {}
            _ => later.push("[telegram]"),
        }
        if self.telegram.is_some() && self.per_second != config.telegram.per_second {
            later.push("`per_second` of [telegram]");
        }
        match &self.discord {
            Some(discord) if config.discord.is_on() => {
                discord.replace(credentials(config)).context("taking over [discord]")?;
            }
            None if !config.discord.is_on() => {}
            _ => later.push("[discord]"),
        }
        Ok(later)
    }
}

fn credentials(config: &Config) -> Credentials {
    let discord = &config.discord;
    Credentials {
        token: discord.token().cloned(),
        public_key: discord.public_key().map(str::to_owned),
        webhooks: discord.webhooks.clone(),
    }
}
