//! Everything there is at the service: the bot, people, chats and what was said in them, as plain data.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use super::answer::Refusal;
use super::chat::{Chat, Kind, Member, Role};
use super::message::Message;

/// Where ids begin, in the ranges the service uses.
const FIRST_PERSON: i64 = 5_000_000_001;
const FIRST_GROUP: i64 = -4_000_000_001;
const FIRST_SUPERGROUP: i64 = -1_002_000_000_001;
/// Writes in the name of a group for admins who stay anonymous.
pub(super) const ANONYMOUS: i64 = 1_087_968_824;

/// The bot.
pub(super) struct Bot {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) username: String,
    pub(super) token: String,
    /// Whether it reads everything in groups, or only what is meant for it.
    pub(super) reads_all: bool,
}

/// A person.
pub(super) struct Human {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) language: Option<String>,
    pub(super) deactivated: bool,
}

impl Human {
    pub(super) fn json(&self) -> Value {
        let mut value = json!({
            "id": self.id, "is_bot": false, "first_name": self.name, "username": self.name.to_lowercase(),
        });
        if let Some(language) = &self.language {
            value["language_code"] = language.as_str().into();
        }
        value
    }
}

/// Everything there is.
pub(super) struct State {
    pub(super) bot: Bot,
    pub(super) people: BTreeMap<i64, Human>,
    pub(super) chats: FxHashMap<i64, Chat>,
    /// Every message of the bot in the order they came, as (chat, message).
    pub(super) sent: Vec<(i64, i32)>,
    groups: i64,
    supergroups: i64,
    /// Private chats and groups count their messages together.
    shared_messages: i32,
    /// Numbers for albums, queries and files.
    numbers: u64,
    pub(super) files: FxHashMap<String, super::message::Photo>,
}

impl State {
    pub(super) fn new(token: &str) -> Self {
        let id = token.split(':').next().and_then(|id| id.parse().ok()).unwrap_or(0);
        let bot = Bot {
            id,
            name: "Whimbrel".to_owned(),
            username: "whimbrel_bot".to_owned(),
            token: token.to_owned(),
            reads_all: false,
        };
        Self {
            bot,
            people: BTreeMap::new(),
            chats: FxHashMap::default(),
            sent: Vec::new(),
            groups: 0,
            supergroups: 0,
            shared_messages: 0,
            numbers: 0,
            files: FxHashMap::default(),
        }
    }

    /// The person of this name, made when there is nobody.
    pub(super) fn person(&mut self, name: &str) -> i64 {
        if let Some(known) = self.people.values().find(|human| human.name == name) {
            return known.id;
        }
        let id = FIRST_PERSON + self.people.len() as i64;
        let human = Human { id, name: name.to_owned(), language: None, deactivated: false };
        self.people.insert(id, human);
        id
    }

    /// Makes the private chat with a person, where there is none.
    pub(super) fn private(&mut self, person: i64) -> &mut Chat {
        let name = self.people.get(&person).map_or_else(String::new, |human| human.name.clone());
        let fresh = || Chat { bot: Role::Member, ..Chat::new(person, Kind::Private, &name) };
        self.chats.entry(person).or_insert_with(fresh)
    }

    /// A new chat.
    pub(super) fn chat(&mut self, kind: Kind, title: &str) -> i64 {
        let id = if kind == Kind::Group {
            self.groups += 1;
            FIRST_GROUP + 1 - self.groups
        } else {
            self.supergroups += 1;
            FIRST_SUPERGROUP + 1 - self.supergroups
        };
        self.chats.insert(id, Chat::new(id, kind, title));
        id
    }

    /// The chat a request names by its id or its `@name`.
    pub(super) fn find(&self, named: &str) -> Result<&Chat, Refusal> {
        if named.is_empty() {
            return Err(Refusal::bad("chat_id is empty"));
        }
        let chat = match (named.strip_prefix('@'), named.parse::<i64>()) {
            (Some(name), _) => self.chats.values().find(|chat| {
                chat.username.as_ref().is_some_and(|username| username.eq_ignore_ascii_case(name))
            }),
            (None, Ok(id)) => self.chats.get(&id),
            (None, Err(_)) => return Err(Refusal::bad("chat not found")),
        };
        chat.ok_or_else(|| Refusal::stale("chat not found"))
    }

    /// A chat that is known to exist.
    pub(super) fn at(&mut self, id: i64) -> &mut Chat {
        self.chats.get_mut(&id).unwrap_or_else(|| panic!("chat {id} was never made"))
    }

    /// The next message's number in a chat.
    pub(super) fn next_message(&mut self, chat: i64) -> i32 {
        let known = self.at(chat);
        if matches!(known.kind, Kind::Supergroup | Kind::Channel) {
            known.last_message += 1;
            return known.last_message;
        }
        self.shared_messages += 1;
        self.shared_messages
    }

    /// A number nobody had before.
    pub(super) fn number(&mut self) -> u64 {
        self.numbers += 1;
        7_000_000_000_000_000_000 + self.numbers
    }

    /// The bot as a user.
    pub(super) fn bot_json(&self) -> Value {
        json!({
            "id": self.bot.id, "is_bot": true, "first_name": self.bot.name, "username": self.bot.username,
        })
    }

    /// A user: a person, the bot, or the one who writes for anonymous admins.
    pub(super) fn user_json(&self, id: i64) -> Value {
        if id == self.bot.id {
            return self.bot_json();
        }
        if id == ANONYMOUS {
            return json!({ "id": id, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot" });
        }
        self.people.get(&id).map_or(Value::Null, Human::json)
    }

    /// Adds a message to a chat. The bot's own are remembered in order.
    pub(super) fn add(&mut self, chat: i64, message: Message) -> i32 {
        let id = message.id;
        if message.from == Some(self.bot.id) || message.by_bot {
            self.sent.push((chat, id));
        }
        self.at(chat).messages.insert(id, message);
        id
    }

    /// A message as the API tells it.
    pub(super) fn message_json(&self, chat: i64, id: i32) -> Value {
        let Some(place) = self.chats.get(&chat) else { return Value::Null };
        let Some(message) = place.messages.get(&id) else { return Value::Null };
        let mut value = message.json();
        value["chat"] = place.json();
        if let Some(from) = message.from {
            value["from"] = self.user_json(from);
        }
        if message.from == Some(ANONYMOUS) || message.from.is_none() {
            value["sender_chat"] = place.json();
        }
        if let Some(topic) = message.topic {
            value["message_thread_id"] = topic.into();
            value["is_topic_message"] = true.into();
        }
        if let Some(to) = message.reply_to.and_then(|to| place.messages.get(&to)) {
            let mut inner = to.json();
            inner["chat"] = place.json();
            if let Some(from) = to.from {
                inner["from"] = self.user_json(from);
            }
            value["reply_to_message"] = inner;
        }
        value
    }

    /// A member as the API tells it.
    pub(super) fn member_json(&self, chat: &Chat, user: i64) -> Value {
        let member = if user == self.bot.id {
            Member { role: chat.bot, anonymous: false }
        } else {
            chat.members.get(&user).copied().unwrap_or(Member { role: Role::Left, anonymous: false })
        };
        let mut value = json!({ "user": self.user_json(user), "status": member.role.status() });
        match member.role {
            Role::Creator => value["is_anonymous"] = member.anonymous.into(),
            Role::Admin => {
                let lacks = if user == self.bot.id { &chat.lacks } else { &BTreeSet::new() };
                value["is_anonymous"] = member.anonymous.into();
                value["can_be_edited"] = false.into();
                for right in RIGHTS {
                    let not_here = match *right {
                        "can_post_messages" | "can_edit_messages" => chat.kind != Kind::Channel,
                        "can_manage_topics" | "can_pin_messages" => chat.kind == Kind::Channel,
                        _ => false,
                    };
                    if !not_here {
                        value[*right] = (!lacks.contains(*right) && *right != "can_promote_members").into();
                    }
                }
            }
            Role::Muted => {
                value["is_member"] = true.into();
                value["until_date"] = 0.into();
                for right in PERMISSIONS {
                    value[*right] = false.into();
                }
            }
            Role::Kicked => value["until_date"] = 0.into(),
            Role::Member | Role::Left => {}
        }
        value
    }

    /// Whether the person behind a private chat left the service.
    pub(super) fn deactivated(&self, chat: i64) -> bool {
        self.people.get(&chat).is_some_and(|human| human.deactivated)
    }

    /// The moment as the API tells it: seconds.
    pub(super) fn date(now: DateTime<Utc>) -> i64 {
        now.timestamp()
    }
}

/// An admin's rights.
const RIGHTS: &[&str] = &[
    "can_manage_chat",
    "can_change_info",
    "can_post_messages",
    "can_edit_messages",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
];

/// What everybody may do, and muted ones may not.
pub(super) const PERMISSIONS: &[&str] = &[
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
];
