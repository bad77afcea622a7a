//! Where news goes besides page and feeds: `[fanout]`, `[telegram]`, `[discord]` and a `[[destination]]` for each place
//! the configuration itself subscribes.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use whimbrel_fanout::{Cadence, Destination, New};
use whimbrel_news::Filter;
use whimbrel_store::Origin;
use whimbrel_telegram::Webhook;
use whimbrel_watch::Span;

/// Messages a second that Telegram takes from an ordinary bot.
const PER_SECOND: u32 = 30;

/// Where Telegram delivers, below the address of the site. It never changes.
pub(crate) const TELEGRAM_HOOK: &str = "/hooks/telegram";
/// Where Discord calls, if it is told to. It never changes either.
pub(crate) const DISCORD_HOOK: &str = "/hooks/discord";

/// How news goes out (`[fanout]`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct FanoutSettings {
    /// How long news settles before it is told where it is wanted at once. Default `"10s"`.
    pub(crate) settle: Span,
    /// A place that comes back, or is slow, gets a digest when more events than this wait. Default 50.
    pub(crate) catch_up_above: usize,
    /// Digests say in one line that a period brought nothing. Default false.
    pub(crate) tell_empty: bool,
    /// How many subscriptions one place may have. Default 100.
    pub(crate) subscriptions_each: usize,
}

/// The bot on Telegram (`[telegram]`).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TelegramSettings {
    /// Base address of the Bot API. Default `"https://api.telegram.org"`.
    pub(crate) api_url: String,
    /// The bot's token. Better kept out of the file. Default: none.
    #[serde(skip_serializing)]
    pub(crate) token: Option<SecretString>,
    /// Messages a second to all chats together. Default 30, which is what Telegram takes from an ordinary bot.
    pub(crate) per_second: u32,
    /// Telegram calls us at `public_url`, instead of us asking it. Default false.
    pub(crate) webhook: bool,
    /// What Telegram shows when it calls. Default: one made from the token.
    #[serde(skip_serializing)]
    pub(crate) webhook_secret: Option<SecretString>,
}

/// The bot and the webhooks on Discord (`[discord]`).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct DiscordSettings {
    /// Base address of Discord. Default `"https://discord.com"`.
    pub(crate) api_url: String,
    /// The bot's token. Better kept out of the file. Default: none.
    #[serde(skip_serializing)]
    pub(crate) token: Option<SecretString>,
    /// The application's public key: Discord may call us at `/hooks/discord`. Default: none.
    pub(crate) public_key: Option<String>,
    /// Addresses of webhooks by the names destinations call them. Default: none.
    #[serde(skip_serializing)]
    pub(crate) webhooks: BTreeMap<String, SecretString>,
}

/// A place the configuration subscribes (`[[destination]]`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DestinationConfig {
    /// The place: `telegram:CHAT`, `telegram:CHAT:TOPIC`, `discord:CHANNEL` or `webhook:NAME`.
    pub(crate) to: Destination,
    /// When: `instant`, `hourly`, `daily 09:00`, `weekly mon 09:00`, `monthly 1 09:00` or `cron "0 9 * * 1"`, with a
    /// time zone and `quiet 22:00-07:00` behind it if wanted. Default `weekly mon 09:00`.
    #[serde(default)]
    pub(crate) cadence: Cadence,
    /// Which news. Default: everything.
    #[serde(default)]
    pub(crate) filter: Filter,
}

impl Default for FanoutSettings {
    fn default() -> Self {
        let usual = whimbrel_fanout::Settings::default();
        Self {
            settle: Span::from_secs(usual.settle.as_secs()),
            catch_up_above: usual.catch_up_above,
            tell_empty: usual.tell_empty,
            subscriptions_each: usual.subscriptions_each,
        }
    }
}

impl FanoutSettings {
    /// The same for the fan-out, with the address of our own site.
    pub(crate) fn for_fanout(&self, site: Option<&str>) -> whimbrel_fanout::Settings {
        whimbrel_fanout::Settings {
            settle: self.settle.as_std(),
            catch_up_above: self.catch_up_above,
            tell_empty: self.tell_empty,
            subscriptions_each: self.subscriptions_each,
            site: site.map(|site| site.trim_end_matches('/').to_owned()),
            ..whimbrel_fanout::Settings::default()
        }
    }
}

impl Default for TelegramSettings {
    fn default() -> Self {
        let api_url = "https://api.telegram.org".to_owned();
        Self { api_url, token: None, per_second: PER_SECOND, webhook: false, webhook_secret: None }
    }
}

impl Default for DiscordSettings {
    fn default() -> Self {
        let api_url = "https://discord.com".to_owned();
        Self { api_url, token: None, public_key: None, webhooks: BTreeMap::new() }
    }
}

impl TelegramSettings {
    /// The token, if there is one.
    pub(crate) fn token(&self) -> Option<&SecretString> {
        given(self.token.as_ref())
    }

    /// What Telegram shows when it calls, where somebody chose it.
    pub(crate) fn webhook_secret(&self) -> Option<&SecretString> {
        given(self.webhook_secret.as_ref())
    }

    /// Where Telegram calls us, if it shall.
    pub(crate) fn hook(&self, site: Option<&str>) -> Option<Webhook> {
        let site = site.filter(|_| self.webhook)?;
        let url = format!("{}{TELEGRAM_HOOK}", site.trim_end_matches('/'));
        Some(Webhook { url, secret: self.webhook_secret().cloned() })
    }

    /// The key that is wrong, and why.
    pub(crate) fn wrong(&self, site: Option<&str>) -> Option<(&'static str, &'static str)> {
        if self.per_second == 0 {
            let why = "at this pace nothing is ever sent: write how many messages a second Telegram takes from your bot, or \
                       leave it out and it is 30";
            return Some(("per_second", why));
        }
        if self.webhook && site.is_none() {
            let why = "Telegram can only call an address it can reach: set `public_url` in [web] to the https address \
                       people reach the site under, or leave this off and Telegram is asked";
            return Some(("webhook", why));
        }
        let secret = self.webhook_secret()?.expose_secret();
        let of_it = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let fits = secret.len() <= 256 && secret.bytes().all(of_it);
        let why = "the secret may have at most 256 letters, digits, _ and -; without one, one is made from the token";
        (!fits).then_some(("webhook_secret", why))
    }
}

impl DiscordSettings {
    /// The token, if there is one.
    pub(crate) fn token(&self) -> Option<&SecretString> {
        given(self.token.as_ref())
    }

    /// The public key, if there is one.
    pub(crate) fn public_key(&self) -> Option<&str> {
        self.public_key.as_deref().map(str::trim).filter(|key| !key.is_empty())
    }

    /// Whether anything could be written to.
    pub(crate) fn is_on(&self) -> bool {
        self.token().is_some() || !self.webhooks.is_empty()
    }
}

impl DestinationConfig {
    /// The subscription it stands for.
    pub(crate) fn wanted(&self) -> New {
        New {
            destination: self.to.clone(),
            cadence: self.cadence.clone(),
            filter: self.filter.clone(),
            origin: Origin::Configuration { name: self.to.to_string() },
            since: None,
        }
    }
}

/// An empty token is none: that is how a variable is switched off.
fn given(token: Option<&SecretString>) -> Option<&SecretString> {
    token.filter(|token| !token.expose_secret().trim().is_empty())
}

impl PartialEq for TelegramSettings {
    fn eq(&self, other: &Self) -> bool {
        self.api_url == other.api_url
            && same(self.token(), other.token())
            && self.per_second == other.per_second
            && self.webhook == other.webhook
            && same(self.webhook_secret(), other.webhook_secret())
    }
}

impl PartialEq for DiscordSettings {
    fn eq(&self, other: &Self) -> bool {
        let webhooks = |settings: &Self| -> Vec<(String, String)> {
            let exposed = |(name, address): (&String, &SecretString)| {
                (name.clone(), address.expose_secret().to_owned())
            };
            settings.webhooks.iter().map(exposed).collect()
        };
        self.api_url == other.api_url
            && same(self.token(), other.token())
            && self.public_key() == other.public_key()
            && webhooks(self) == webhooks(other)
    }
}

fn same(one: Option<&SecretString>, other: Option<&SecretString>) -> bool {
    one.map(ExposeSecret::expose_secret) == other.map(ExposeSecret::expose_secret)
}
