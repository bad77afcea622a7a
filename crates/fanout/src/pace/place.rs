//! What has a budget of its own.

use crate::destination::{Destination, Service};

use super::limits::{Limits, Window};

/// A destination as far as limits go: all topics of a forum share their chat's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Place {
    Chat(i64),
    Channel(u64),
    Webhook(Box<str>),
}

impl Place {
    pub(super) fn of(to: &Destination) -> Self {
        match to {
            Destination::Telegram { chat, .. } => Self::Chat(*chat),
            Destination::Discord { channel } => Self::Channel(*channel),
            Destination::Webhook { name } => Self::Webhook(name.as_str().into()),
        }
    }

    pub(super) fn service(&self) -> Service {
        match self {
            Self::Chat(_) => Service::Telegram,
            Self::Channel(_) | Self::Webhook(_) => Service::Discord,
        }
    }

    pub(super) fn windows<'a>(&self, limits: &'a Limits) -> &'a [Window] {
        match self {
            Self::Chat(1..) => &limits.private,
            Self::Chat(_) | Self::Channel(_) | Self::Webhook(_) => &limits.group,
        }
    }

    pub(super) fn destination(&self) -> Destination {
        match self {
            Self::Chat(chat) => Destination::Telegram { chat: *chat, topic: None },
            Self::Channel(channel) => Destination::Discord { channel: *channel },
            Self::Webhook(name) => Destination::Webhook { name: name.to_string() },
        }
    }
}
