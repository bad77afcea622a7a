//! Where news can go.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A service that carries messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// Telegram, through a bot.
    Telegram,
    /// Discord, through a bot or a webhook.
    Discord,
}

impl Service {
    /// A word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Telegram => "telegram",
            Self::Discord => "discord",
        }
    }
}

/// A chat, channel, topic or thread. Its text form (`telegram:-1001234:7`, `discord:81384788765712384`,
/// `webhook:news`) reads back as the same destination.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Destination {
    /// A chat of Telegram; private chats have positive ids, groups and channels negative ones.
    Telegram {
        /// The chat.
        chat: i64,
        /// The topic of a forum; `None` outside forums and for the topic "General".
        topic: Option<i32>,
    },
    /// A channel of Discord: of a server, a thread, a forum (which gets posts) or a direct message.
    Discord {
        /// The channel.
        channel: u64,
    },
    /// A webhook of Discord. Its address is a secret, so it is known by the name the configuration gives it.
    Webhook {
        /// The name.
        name: String,
    },
}

/// A text that is no destination.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no destination: write `telegram:CHAT`, `telegram:CHAT:TOPIC`, `discord:CHANNEL` or `webhook:NAME`"
)]
pub struct BadDestination(pub String);

impl Destination {
    /// The service it belongs to.
    pub fn service(&self) -> Service {
        match self {
            Self::Telegram { .. } => Service::Telegram,
            Self::Discord { .. } | Self::Webhook { .. } => Service::Discord,
        }
    }

    /// Whether a message that comes a second time with the same nonce is left out there.
    pub fn knows_again(&self) -> bool {
        matches!(self, Self::Discord { .. })
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Telegram => "telegram",
            Self::Discord => "discord",
        })
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Telegram { chat, topic: None } => write!(f, "telegram:{chat}"),
            Self::Telegram { chat, topic: Some(topic) } => write!(f, "telegram:{chat}:{topic}"),
            Self::Discord { channel } => write!(f, "discord:{channel}"),
            Self::Webhook { name } => write!(f, "webhook:{name}"),
        }
    }
}

impl FromStr for Destination {
    type Err = BadDestination;

    fn from_str(text: &str) -> Result<Self, BadDestination> {
        let read = || {
            let (kind, place) = text.split_once(':')?;
            Some(match kind {
                "telegram" => match place.split_once(':') {
                    None => Self::Telegram { chat: place.parse().ok()?, topic: None },
                    Some((chat, topic)) => {
                        Self::Telegram { chat: chat.parse().ok()?, topic: Some(topic.parse().ok()?) }
                    }
                },
                "discord" => Self::Discord { channel: place.parse().ok()? },
                "webhook" if is_name(place) => Self::Webhook { name: place.to_owned() },
                _ => return None,
            })
        };
        read().ok_or_else(|| BadDestination(text.to_owned()))
    }
}

impl TryFrom<String> for Destination {
    type Error = BadDestination;

    fn try_from(text: String) -> Result<Self, BadDestination> {
        text.parse()
    }
}

impl From<Destination> for String {
    fn from(destination: Destination) -> Self {
        destination.to_string()
    }
}

/// A name people can type and read in a log.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_read_back_from_their_text() {
        for text in [
            "telegram:7",
            "telegram:-1001234567890",
            "telegram:-100:42",
            "discord:81384788765712384",
            "webhook:my-news",
        ] {
            assert_eq!(text.parse::<Destination>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "telegram",
            "telegram:",
            "telegram:x",
            "telegram:1:y",
            "discord:-1",
            "webhook:",
            "webhook:a b",
            "mail:x",
        ] {
            let error = text.parse::<Destination>().unwrap_err().to_string();
            assert!(error.contains(&format!("`{text}` is no destination")), "{error}");
        }
    }
}
