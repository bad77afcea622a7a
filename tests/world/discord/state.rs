//! What there is: people, guilds with their channels, messages, webhooks, commands.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::ids::Ids;
use super::permissions::{ALL, USUAL};

pub(super) const TEXT: u8 = 0;
pub(super) const DM: u8 = 1;
pub(super) const VOICE: u8 = 2;
pub(super) const PUBLIC_THREAD: u8 = 11;
pub(super) const FORUM: u8 = 15;

pub(super) const EPHEMERAL: u64 = 1 << 6;

#[derive(Clone, Debug)]
pub(super) struct User {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) bot: bool,
    /// Takes no direct messages from the bot.
    pub(super) closed: bool,
}

impl User {
    pub(super) fn json(&self) -> Value {
        json!({ "id": self.id.to_string(), "username": self.name, "discriminator": "0", "global_name": null,
            "avatar": null, "bot": self.bot, "public_flags": 0, "mfa_enabled": false, "verified": true })
    }
}

#[derive(Clone, Debug)]
pub(super) struct Role {
    pub(super) name: String,
    pub(super) permissions: u64,
    pub(super) mentionable: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Member {
    pub(super) roles: Vec<u64>,
}

#[derive(Clone, Debug)]
pub(super) struct Guild {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) owner: u64,
    /// By id; that of the guild's own id is everybody's.
    pub(super) roles: BTreeMap<u64, Role>,
    pub(super) members: BTreeMap<u64, Member>,
}

impl Guild {
    pub(super) fn json(&self) -> Value {
        let roles = self.roles.iter().map(|(id, role)| {
            json!({ "id": id.to_string(), "name": role.name, "permissions": role.permissions.to_string(),
                "color": 0, "colors": { "primary_color": 0, "secondary_color": null, "tertiary_color": null },
                "hoist": false, "managed": false, "mentionable": role.mentionable, "position": 0,
                "flags": 0, "icon": null, "unicode_emoji": null })
        });
        json!({ "id": self.id.to_string(), "name": self.name, "owner_id": self.owner.to_string(),
            "icon": null, "splash": null, "afk_timeout": 300, "afk_channel_id": null, "verification_level": 0,
            "default_message_notifications": 0, "explicit_content_filter": 0, "mfa_level": 0,
            "roles": roles.collect::<Vec<_>>(), "emojis": [], "features": ["COMMUNITY"], "stickers": [],
            "application_id": null, "system_channel_id": null, "system_channel_flags": 0,
            "rules_channel_id": null, "vanity_url_code": null, "description": null, "banner": null,
            "premium_tier": 0, "preferred_locale": "en-US", "public_updates_channel_id": null,
            "nsfw_level": 0, "premium_progress_bar_enabled": false })
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Thread {
    pub(super) archived: bool,
    pub(super) locked: bool,
    pub(super) tags: Vec<u64>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Channel {
    pub(super) id: u64,
    pub(super) kind: u8,
    pub(super) guild: Option<u64>,
    pub(super) parent: Option<u64>,
    pub(super) name: String,
    pub(super) owner: Option<u64>,
    /// The person a direct channel is shared with.
    pub(super) recipient: Option<u64>,
    /// What is allowed and denied, by role or person.
    pub(super) overwrites: BTreeMap<u64, (u64, u64)>,
    pub(super) thread: Option<Thread>,
    /// A forum's tags.
    pub(super) tags: Vec<(u64, String)>,
    pub(super) needs_tag: bool,
    /// Seconds between two messages of one author.
    pub(super) slow: u32,
    pub(super) messages: BTreeMap<u64, Message>,
}

impl Channel {
    pub(super) fn is_thread(&self) -> bool {
        self.thread.is_some()
    }

    pub(super) fn json(&self, state: &State) -> Value {
        let mut json = json!({ "id": self.id.to_string(), "type": self.kind,
            "last_message_id": self.messages.keys().next_back().map(ToString::to_string), "flags": 0 });
        if let Some(recipient) = self.recipient.and_then(|id| state.users.get(&id)) {
            json["recipients"] = json!([recipient.json()]);
            return json;
        }
        let overwrites = self.overwrites.iter().map(|(id, (allow, deny))| {
            let kind = u8::from(state.users.contains_key(id));
            json!({ "id": id.to_string(), "type": kind, "allow": allow.to_string(), "deny": deny.to_string() })
        });
        json["name"] = json!(self.name);
        json["guild_id"] = json!(self.guild.map(|id| id.to_string()));
        json["parent_id"] = json!(self.parent.map(|id| id.to_string()));
        json["rate_limit_per_user"] = json!(self.slow);
        json["position"] = json!(0);
        json["nsfw"] = json!(false);
        if let Some(thread) = &self.thread {
            json["thread_metadata"] = json!({ "archived": thread.archived, "locked": thread.locked,
                "auto_archive_duration": 4320, "archive_timestamp": "2026-01-01T00:00:00.000000+00:00" });
            json["owner_id"] = json!(self.owner.map(|id| id.to_string()));
            json["applied_tags"] = json!(thread.tags.iter().map(ToString::to_string).collect::<Vec<_>>());
            json["message_count"] = json!(self.messages.len());
            json["member_count"] = json!(1);
        } else {
            json["permission_overwrites"] = overwrites.collect();
            json["topic"] = Value::Null;
        }
        if self.kind == FORUM {
            let tag = |(id, name): &(u64, String)| {
                json!({ "id": id.to_string(), "name": name, "moderated": false, "emoji_id": null,
                    "emoji_name": null })
            };
            json["available_tags"] = self.tags.iter().map(tag).collect();
            json["flags"] = json!(u32::from(self.needs_tag) << 4);
        }
        json
    }
}

/// A message, as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its id.
    pub id: u64,
    /// Where it stands.
    pub channel: u64,
    /// The name of who wrote it.
    pub author: String,
    pub(super) author_id: u64,
    /// The webhook it came by.
    pub webhook: Option<u64>,
    /// Its text, as it was sent.
    pub content: String,
    /// Its embeds, as they were sent.
    pub embeds: Vec<Value>,
    /// Its rows of buttons and selects, as they were sent.
    pub components: Vec<Value>,
    /// Names and bytes of its files.
    pub files: Vec<(String, bytes::Bytes)>,
    /// Its flags.
    pub flags: u64,
    /// The nonce it was sent with.
    pub nonce: Option<String>,
    /// When it came, by the stand-in's clock, to the microsecond.
    pub at: DateTime<Utc>,
    /// When it was last changed.
    pub edited: Option<DateTime<Utc>>,
    /// Who was pinged by it.
    pub pinged: Vec<String>,
    /// The only one who sees it.
    pub only_for: Option<u64>,
    pub(super) loading: bool,
}

impl Message {
    pub(super) fn json(&self, state: &State) -> Value {
        let author = match state.users.get(&self.author_id) {
            Some(user) => user.json(),
            None => {
                json!({ "id": self.author_id.to_string(), "username": self.author, "discriminator": "0000",
                "avatar": null, "bot": true, "global_name": null })
            }
        };
        let time = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string();
        let files = self.files.iter().enumerate().map(|(number, (name, bytes))| {
            let url = format!("http://files.invalid/{}/{}/{name}", self.channel, self.id);
            json!({ "id": (self.id + number as u64).to_string(), "filename": name, "size": bytes.len(),
                "url": url, "proxy_url": url, "content_type": "application/octet-stream" })
        });
        let mut json = json!({ "id": self.id.to_string(), "channel_id": self.channel.to_string(), "type": 0,
            "author": author, "content": self.content, "embeds": self.embeds, "attachments": [],
            "components": self.components, "flags": self.flags | if self.loading { 128 } else { 0 },
            "timestamp": time(self.at), "edited_timestamp": self.edited.map(time), "pinned": false,
            "tts": false, "mention_everyone": self.pinged.iter().any(|who| who == "everyone"),
            "mentions": [], "mention_roles": [] });
        json["attachments"] = files.collect();
        if let Some(webhook) = self.webhook {
            json["webhook_id"] = json!(webhook.to_string());
        }
        if let Some(nonce) = &self.nonce {
            json["nonce"] = json!(nonce);
        }
        json
    }
}

#[derive(Clone, Debug)]
pub(super) struct Webhook {
    pub(super) id: u64,
    pub(super) token: String,
    pub(super) channel: u64,
    pub(super) name: String,
}

impl Webhook {
    pub(super) fn json(&self, state: &State, api: &str) -> Value {
        let guild = state.channels.get(&self.channel).and_then(|channel| channel.guild);
        json!({ "id": self.id.to_string(), "type": 1, "channel_id": self.channel.to_string(),
            "guild_id": guild.map(|id| id.to_string()), "name": self.name, "avatar": null,
            "token": self.token, "application_id": null,
            "url": format!("{api}/api/webhooks/{}/{}", self.id, self.token) })
    }
}

/// Everything there is.
#[derive(Default)]
pub(super) struct State {
    pub(super) ids: Ids,
    pub(super) application: u64,
    pub(super) bot: u64,
    pub(super) owner: u64,
    pub(super) users: BTreeMap<u64, User>,
    pub(super) guilds: BTreeMap<u64, Guild>,
    pub(super) channels: BTreeMap<u64, Channel>,
    pub(super) webhooks: BTreeMap<u64, Webhook>,
    /// Commands of the application, by guild; those without are everybody's.
    pub(super) commands: BTreeMap<Option<u64>, Vec<Value>>,
    /// Every message there ever was, as it came, in order.
    pub(super) arrived: Vec<(u64, u64)>,
    pub(super) threads_made: u64,
    /// Above this many threads that are not archived a guild takes no more.
    pub(super) most_threads: Option<usize>,
}

impl State {
    pub(super) fn set_up(&mut self, now: DateTime<Utc>) {
        self.application = self.ids.next(now);
        self.bot = self.user("whimbrel", true, now);
        self.owner = self.user("owner", false, now);
    }

    fn user(&mut self, name: &str, bot: bool, now: DateTime<Utc>) -> u64 {
        let id = self.ids.next(now);
        self.users.insert(id, User { id, name: name.to_owned(), bot, closed: false });
        id
    }

    /// The person with this name, made when there is none.
    pub(super) fn person(&mut self, name: &str, now: DateTime<Utc>) -> u64 {
        match self.users.values().find(|user| user.name == name) {
            Some(user) => user.id,
            None => self.user(name, false, now),
        }
    }

    /// The guild with this name, made when there is none, with the bot in it and a channel `general`.
    pub(super) fn guild(&mut self, name: &str, now: DateTime<Utc>) -> u64 {
        if let Some(guild) = self.guilds.values().find(|guild| guild.name == name) {
            return guild.id;
        }
        let id = self.ids.next(now);
        let everyone = Role { name: "@everyone".to_owned(), permissions: USUAL, mentionable: false };
        let members = [self.bot, self.owner].map(|user| (user, Member::default()));
        self.guilds.insert(
            id,
            Guild {
                id,
                name: name.to_owned(),
                owner: self.owner,
                roles: BTreeMap::from([(id, everyone)]),
                members: BTreeMap::from(members),
            },
        );
        self.channel(id, "general", TEXT, now);
        id
    }

    /// The channel with this name in the guild, made when there is none.
    pub(super) fn channel(&mut self, guild: u64, name: &str, kind: u8, now: DateTime<Utc>) -> u64 {
        let found = self.channels.values().find(|it| it.guild == Some(guild) && it.name == name);
        if let Some(channel) = found {
            return channel.id;
        }
        let id = self.ids.next(now);
        let channel = Channel { id, kind, guild: Some(guild), name: name.to_owned(), ..Channel::default() };
        self.channels.insert(id, channel);
        id
    }

    /// The direct channel with this person, made when there is none.
    pub(super) fn direct(&mut self, person: u64, now: DateTime<Utc>) -> u64 {
        if let Some(channel) = self.channels.values().find(|it| it.recipient == Some(person)) {
            return channel.id;
        }
        let id = self.ids.next(now);
        let channel = Channel { id, kind: DM, recipient: Some(person), ..Channel::default() };
        self.channels.insert(id, channel);
        id
    }

    /// A new thread.
    pub(super) fn thread(&mut self, parent: u64, name: &str, tags: Vec<u64>, owner: u64, id: u64) -> u64 {
        let guild = self.channels.get(&parent).and_then(|channel| channel.guild);
        let channel = Channel {
            id,
            kind: PUBLIC_THREAD,
            guild,
            parent: Some(parent),
            name: name.to_owned(),
            owner: Some(owner),
            thread: Some(Thread { tags, ..Thread::default() }),
            ..Channel::default()
        };
        self.channels.insert(id, channel);
        self.threads_made += 1;
        id
    }

    /// What somebody may do in a channel: everything in a direct one; none for who does not see it.
    pub(super) fn may(&self, channel: &Channel, user: u64) -> u64 {
        match channel.guild.and_then(|guild| self.guilds.get(&guild)) {
            None if channel.recipient == Some(user) || user == self.bot => ALL,
            None => 0,
            Some(guild) => super::permissions::in_channel(self, guild, channel, user).unwrap_or(0),
        }
    }

    pub(super) fn message(&self, channel: u64, message: u64) -> Option<&Message> {
        self.channels.get(&channel)?.messages.get(&message)
    }

    pub(super) fn member_json(&self, guild: &Guild, user: u64) -> Value {
        let member = guild.members.get(&user).cloned().unwrap_or_default();
        json!({ "user": self.users.get(&user).map(User::json), "nick": null, "avatar": null,
            "roles": member.roles.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "joined_at": "2026-01-01T00:00:00.000000+00:00", "premium_since": null, "deaf": false,
            "mute": false, "flags": 0, "pending": false })
    }

    /// The guild with everything in it, as the gateway tells it.
    pub(super) fn guild_whole(&self, guild: &Guild) -> Value {
        let mut json = guild.json();
        let here = || self.channels.values().filter(|channel| channel.guild == Some(guild.id));
        json["joined_at"] = json!("2026-01-01T00:00:00.000000+00:00");
        json["large"] = json!(false);
        json["unavailable"] = json!(false);
        json["member_count"] = json!(guild.members.len());
        json["members"] = json!([self.member_json(guild, self.bot)]);
        let (threads, channels): (Vec<_>, Vec<_>) = here().partition(|channel| channel.is_thread());
        json["channels"] = channels.iter().map(|channel| channel.json(self)).collect();
        json["threads"] = threads.iter().map(|channel| channel.json(self)).collect();
        for none in ["voice_states", "presences", "stage_instances", "guild_scheduled_events"] {
            json[none] = json!([]);
        }
        json
    }
}
