//! What the bot can learn of chats and their members, and the few things it can do to them.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::answer::{Refusal, Reply};
use super::super::chat::{Chat, Kind, Role, Topic};
use super::super::message::Message;
use super::super::parameters::Parameters;
use super::super::shared::Everything;
use super::super::state::PERMISSIONS;
use super::super::text::{self, Formatted};

/// The colour of a topic's icon where none is wished for.
const COLOUR: i64 = 0x6F_B9F0;

fn named<'a>(all: &'a Everything, ask: &Parameters) -> Result<&'a Chat, Refusal> {
    let chat = all.state.find(&ask.text("chat_id").unwrap_or_default())?;
    chat.readable()?;
    Ok(chat)
}

/// `getChat`.
pub(super) fn get(all: &mut Everything, ask: &Parameters) -> Reply {
    let chat = named(all, ask)?;
    let mut value = chat.json();
    value["accent_color_id"] = 0.into();
    value["max_reaction_count"] = 11.into();
    value["accepted_gift_types"] = json!({
        "unlimited_gifts": false, "limited_gifts": false, "unique_gifts": false, "premium_subscription": false,
    });
    if matches!(chat.kind, Kind::Group | Kind::Supergroup) {
        let allowed = |name: &&str| ((*name).to_owned(), Value::from(**name != *"can_change_info"));
        value["permissions"] = PERMISSIONS.iter().map(allowed).collect::<serde_json::Map<_, _>>().into();
        value["join_to_send_messages"] = true.into();
    }
    Ok(value)
}

/// `getChatMember`.
pub(super) fn member(all: &mut Everything, ask: &Parameters) -> Reply {
    let chat = named(all, ask)?;
    let user = ask.number("user_id")?.filter(|user| *user > 0);
    let user = user.ok_or_else(|| Refusal::bad("invalid user_id specified"))?;
    let itself = user == all.state.bot.id;
    if !itself && !all.state.people.contains_key(&user) {
        return Err(Refusal::stale("user not found"));
    }
    // In a channel the members are shown to admins only.
    if chat.kind == Kind::Channel && !chat.bot.is_admin() {
        return Err(Refusal::stale("member list is inaccessible"));
    }
    Ok(all.state.member_json(chat, user))
}

/// `getChatMemberCount`.
pub(super) fn count(all: &mut Everything, ask: &Parameters) -> Reply {
    let chat = named(all, ask)?;
    let members = chat.members.values().filter(|member| member.role.is_in()).count();
    Ok((members + 1).into())
}

/// `getChatAdministrators`.
pub(super) fn administrators(all: &mut Everything, ask: &Parameters) -> Reply {
    let chat = named(all, ask)?;
    if chat.kind == Kind::Private {
        return Err(Refusal::bad("there are no administrators in the private chat"));
    }
    let mut admins: Vec<Value> = chat
        .members
        .iter()
        .filter(|(_, member)| member.role.is_admin())
        .map(|(user, _)| all.state.member_json(chat, *user))
        .collect();
    if chat.bot.is_admin() {
        admins.push(all.state.member_json(chat, all.state.bot.id));
    }
    Ok(admins.into())
}

/// `createForumTopic`.
pub(super) fn create_topic(all: &mut Everything, ask: &Parameters, now: DateTime<Utc>) -> Reply {
    let chat = named(all, ask)?;
    if !chat.forum {
        return Err(Refusal::bad("the chat is not a forum"));
    }
    if !chat.bot.is_admin() || chat.lacks.contains("can_manage_topics") {
        return Err(Refusal::stale("not enough rights to create a topic"));
    }
    let chat = chat.id;
    let name = ask.text("name").unwrap_or_default().trim().to_owned();
    if name.is_empty() {
        return Err(Refusal::bad("TOPIC_TITLE_EMPTY"));
    }
    if text::length(&name) > 128 {
        return Err(Refusal::bad("TOPIC_TITLE_TOO_LONG"));
    }
    let colour = ask.number("icon_color")?.unwrap_or(COLOUR);
    let bot = all.state.bot.id;
    let topic = all.topic(chat, &name, bot, now);
    Ok(json!({ "message_thread_id": topic, "name": name, "icon_color": colour }))
}

impl Everything {
    /// Begins a topic; its number is that of the message that says so.
    pub(in super::super) fn topic(&mut self, chat: i64, name: &str, by: i64, now: DateTime<Utc>) -> i32 {
        let id = self.state.next_message(chat);
        let service = json!({ "forum_topic_created": { "name": name, "icon_color": COLOUR } });
        let message = Message {
            topic: Some(id),
            service: Some(service),
            ..Message::new(id, Some(by), now, Formatted::default())
        };
        let place = self.state.at(chat);
        place.messages.insert(id, message);
        place.topics.insert(id, Topic { name: name.to_owned(), closed: false, deleted: false });
        id
    }
}

/// `leaveChat`.
pub(super) fn leave(all: &mut Everything, ask: &Parameters) -> Reply {
    let chat = named(all, ask)?;
    if chat.kind == Kind::Private {
        return Err(Refusal::bad("chat member status can't be changed in private chats"));
    }
    let chat = chat.id;
    all.state.at(chat).bot = Role::Left;
    Ok(true.into())
}
