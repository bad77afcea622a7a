//! Chats: who is in them, and whether the bot may look into them and write.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::answer::Refusal;
use super::message::Message;

/// The topic every forum begins with.
pub(super) const GENERAL: i32 = 1;

/// The kinds of chats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Private,
    Group,
    Supergroup,
    Channel,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Group => "group",
            Self::Supergroup => "supergroup",
            Self::Channel => "channel",
        }
    }
}

/// What somebody is in a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Creator,
    Admin,
    Member,
    /// May read and not write.
    Muted,
    Left,
    Kicked,
}

impl Role {
    pub(super) fn status(self) -> &'static str {
        match self {
            Self::Creator => "creator",
            Self::Admin => "administrator",
            Self::Member => "member",
            Self::Muted => "restricted",
            Self::Left => "left",
            Self::Kicked => "kicked",
        }
    }

    pub(super) fn is_admin(self) -> bool {
        matches!(self, Self::Creator | Self::Admin)
    }

    pub(super) fn is_in(self) -> bool {
        !matches!(self, Self::Left | Self::Kicked)
    }
}

/// Somebody in a chat.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) role: Role,
    pub(super) anonymous: bool,
}

/// A topic of a forum.
#[derive(Clone, Debug)]
pub(super) struct Topic {
    pub(super) name: String,
    pub(super) closed: bool,
    pub(super) deleted: bool,
}

/// A chat. In a private one the bot's role tells whether it is blocked.
pub(super) struct Chat {
    pub(super) id: i64,
    pub(super) kind: Kind,
    pub(super) title: String,
    pub(super) username: Option<String>,
    pub(super) forum: bool,
    pub(super) bot: Role,
    /// Rights the bot lacks although its role would have them, such as `can_manage_topics`.
    pub(super) lacks: BTreeSet<String>,
    pub(super) members: BTreeMap<i64, Member>,
    pub(super) topics: BTreeMap<i32, Topic>,
    pub(super) messages: BTreeMap<i32, Message>,
    pub(super) last_message: i32,
    pub(super) migrated_to: Option<i64>,
    pub(super) deleted: bool,
}

impl Chat {
    pub(super) fn new(id: i64, kind: Kind, title: &str) -> Self {
        Self {
            id,
            kind,
            title: title.to_owned(),
            username: None,
            forum: false,
            bot: Role::Left,
            lacks: BTreeSet::new(),
            members: BTreeMap::new(),
            topics: BTreeMap::new(),
            messages: BTreeMap::new(),
            last_message: 0,
            migrated_to: None,
            deleted: false,
        }
    }

    pub(super) fn json(&self) -> Value {
        let mut value = json!({ "id": self.id, "type": self.kind.name() });
        if self.kind == Kind::Private {
            value["first_name"] = self.title.as_str().into();
            value["username"] = self.title.to_lowercase().into();
        } else {
            value["title"] = self.title.as_str().into();
            if let Some(username) = &self.username {
                value["username"] = username.as_str().into();
            }
        }
        if self.forum {
            value["is_forum"] = true.into();
        }
        value
    }

    /// What it is called in refusals.
    fn noun(&self) -> &'static str {
        match self.kind {
            Kind::Private => "user",
            Kind::Group => "group",
            Kind::Supergroup => "supergroup",
            Kind::Channel => "channel",
        }
    }

    /// Whether the bot may look into it.
    pub(super) fn readable(&self) -> Result<(), Refusal> {
        if let Some(to) = self.migrated_to {
            return Err(Refusal::migrated(to));
        }
        match self.kind {
            Kind::Private => Ok(()),
            Kind::Group if self.deleted => Err(Refusal::forbidden("the group chat was deleted")),
            _ if self.deleted => Err(Refusal::stale("chat not found")),
            _ if self.bot == Role::Kicked => {
                Err(Refusal::forbidden(format!("bot was kicked from the {} chat", self.noun())))
            }
            _ if self.bot == Role::Left => {
                Err(Refusal::forbidden(format!("bot is not a member of the {} chat", self.noun())))
            }
            _ => Ok(()),
        }
    }

    /// Whether the bot may write into it, and into this topic.
    pub(super) fn writable(&self, topic: Option<i32>, what: &str, deactivated: bool) -> Result<(), Refusal> {
        self.readable()?;
        if self.kind == Kind::Private {
            if deactivated {
                return Err(Refusal::forbidden("user is deactivated"));
            }
            if self.bot == Role::Kicked {
                return Err(Refusal::forbidden("bot was blocked by the user"));
            }
        }
        if self.kind == Kind::Channel && (!self.bot.is_admin() || self.lacks.contains("can_post_messages")) {
            return Err(Refusal::stale("need administrator rights in the channel chat"));
        }
        let mute =
            self.kind != Kind::Private && !self.bot.is_admin() && self.lacks.contains("can_send_messages");
        if self.bot == Role::Muted || mute {
            return Err(Refusal::stale(format!("not enough rights to send {what} to the chat")));
        }
        let Some(topic) = topic else { return Ok(()) };
        // "General" has a number, and yet nothing can be sent to it by that number.
        let found = self.topics.get(&topic).filter(|found| topic != GENERAL && !found.deleted && self.forum);
        let Some(found) = found else { return Err(Refusal::stale("message thread not found")) };
        let opens = self.bot.is_admin() && !self.lacks.contains("can_manage_topics");
        if found.closed && !opens {
            return Err(Refusal::stale("TOPIC_CLOSED"));
        }
        Ok(())
    }
}
