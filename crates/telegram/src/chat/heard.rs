//! What an update says, as far as it concerns us.

use serde_json::Value;
use teloxide::types::{
    Chat, ChatMember, ChatMemberKind, MaybeInaccessibleMessage, Message, MessageOrigin, Update, UpdateKind,
    User,
};
use whimbrel_commands::{Command, What as Wanted};
use whimbrel_fanout::Destination;

/// The topic "General" of a forum: it has no number as a destination.
const GENERAL: i32 = 1;

/// Something that happened in a chat.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Heard {
    /// The chat: its updates are handled in their order.
    pub(super) chat: i64,
    pub(super) what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    /// Somebody typed something that is meant for us.
    Typed(Spot, Speaker, String),
    /// Somebody showed us a channel in the private chat.
    Showed(Spot, Speaker, i64),
    /// Somebody pressed a button.
    Pressed(Spot, Speaker, Press),
    /// Somebody typed something after our name in any chat.
    Inline(Speaker, Inline),
    /// The chat has another number now.
    Moved { from: i64, to: i64 },
    /// We may write there, or may not, with the reason.
    Standing(Result<(), &'static str>),
}

/// Where it happened.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spot {
    pub(super) destination: Destination,
    pub(super) title: Option<String>,
    pub(super) private: bool,
}

/// Who it was.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Speaker {
    /// Their number; that of the chat where they speak in its name.
    pub(super) id: i64,
    /// Only admins can be so, or the chat is their own.
    pub(super) trusted: bool,
    pub(super) language: Option<String>,
}

/// A pressed button.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Press {
    /// What is to be answered.
    pub(super) query: String,
    /// The message it stands under, where it can still be changed.
    pub(super) message: Option<i32>,
    pub(super) action: String,
}

/// What was typed after our name.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Inline {
    /// What is to be answered.
    pub(super) query: String,
    pub(super) text: String,
    /// The page that is wanted, from 1.
    pub(super) page: u16,
}

/// Reads an update; `None` for what is none of our business. `name` is the bot's, without `@`.
pub(super) fn read(update: &Value, name: &str) -> Option<Heard> {
    // From text: the library reads field names as borrowed ones, which a value does not give.
    let update: Update = serde_json::from_str(&update.to_string()).ok()?;
    match update.kind {
        UpdateKind::Message(message) | UpdateKind::ChannelPost(message) => said(&message, name),
        UpdateKind::CallbackQuery(query) => {
            let press = |message| Press {
                query: query.id.0.clone(),
                message,
                action: query.data.unwrap_or_default(),
            };
            let (spot, press) = match query.message? {
                // Words cannot take the place of a picture.
                MaybeInaccessibleMessage::Regular(message) => {
                    (spot(&message), press(Some(message.id.0).filter(|_| message.photo().is_none())))
                }
                MaybeInaccessibleMessage::Inaccessible(message) => {
                    (Spot::of(&message.chat, None), press(None))
                }
            };
            let speaker = speaker(&query.from, spot.private);
            Some(Heard { chat: chat_of(&spot), what: What::Pressed(spot, speaker, press) })
        }
        UpdateKind::InlineQuery(query) => {
            let speaker = speaker(&query.from, true);
            let page = query.offset.parse().unwrap_or(1);
            let inline = Inline { query: query.id.0, text: query.query, page };
            Some(Heard { chat: speaker.id, what: What::Inline(speaker, inline) })
        }
        UpdateKind::MyChatMember(change) => {
            let private = change.chat.is_private();
            let what = What::Standing(standing(&change.new_chat_member, private));
            Some(Heard { chat: change.chat.id.0, what })
        }
        _ => None,
    }
}

impl Heard {
    /// Where somebody asks something, who, and what.
    pub(super) fn wanted(&self) -> Option<(&Spot, &Speaker, Wanted)> {
        match &self.what {
            What::Typed(spot, speaker, text) => Some((spot, speaker, Wanted::Typed(text.clone()))),
            What::Pressed(spot, speaker, press) => {
                Some((spot, speaker, Wanted::Pressed(press.action.clone())))
            }
            What::Showed(..) | What::Inline(..) | What::Moved { .. } | What::Standing(_) => None,
        }
    }
}

impl Speaker {
    /// As all services number people.
    pub(super) fn name(&self) -> String {
        format!("telegram:{}", self.id)
    }
}

impl Spot {
    fn of(chat: &Chat, topic: Option<i32>) -> Self {
        Self {
            destination: Destination::Telegram { chat: chat.id.0, topic },
            title: chat.title().map(str::to_owned),
            private: chat.is_private(),
        }
    }
}

fn chat_of(spot: &Spot) -> i64 {
    match spot.destination {
        Destination::Telegram { chat, .. } => chat,
        Destination::Discord { .. } | Destination::Webhook { .. } => 0,
    }
}

fn said(message: &Message, name: &str) -> Option<Heard> {
    let chat = message.chat.id.0;
    if let Some(to) = message.migrate_to_chat_id() {
        return Some(Heard { chat, what: What::Moved { from: chat, to: to.0 } });
    }
    if let Some(from) = message.migrate_from_chat_id() {
        return Some(Heard { chat, what: What::Moved { from: from.0, to: chat } });
    }
    // What a channel says is repeated in its group; it was no question there.
    if message.is_automatic_forward() || message.via_bot.is_some() {
        return None;
    }
    let spot = spot(message);
    let itself = message.sender_chat.as_ref().is_some_and(|sender| sender.id == message.chat.id);
    let speaker = match &message.from {
        // Only admins can speak in the name of their group or channel.
        _ if itself => Speaker { id: chat, trusted: true, language: None },
        Some(from) => speaker(from, spot.private),
        None => return None,
    };
    if spot.private
        && let Some(MessageOrigin::Channel { chat: shown, .. }) = message.forward_origin()
    {
        return Some(Heard { chat, what: What::Showed(spot, speaker, shown.id.0) });
    }
    let text = message.text()?;
    is_meant(text, name, spot.private)
        .then(|| Heard { chat, what: What::Typed(spot, speaker, text.to_owned()) })
}

fn spot(message: &Message) -> Spot {
    let topic = message.thread_id.filter(|_| message.is_topic_message).map(|thread| thread.0.0);
    Spot::of(&message.chat, topic.filter(|topic| *topic != GENERAL))
}

fn speaker(user: &User, private: bool) -> Speaker {
    let id = i64::try_from(user.id.0).unwrap_or_default();
    Speaker { id, trusted: private, language: user.language_code.clone() }
}

/// In a private chat everything is; among others a command of ours, or one with our name.
fn is_meant(text: &str, name: &str, private: bool) -> bool {
    let Some(rest) = text.strip_prefix('/') else { return private };
    let word = rest.split_whitespace().next().unwrap_or_default();
    if let Some((_, to)) = word.split_once('@') {
        return to.eq_ignore_ascii_case(name);
    }
    let known = |name: &str| name.eq_ignore_ascii_case(word);
    private
        || Command::catalogue().iter().any(|command| known(command.name))
        || Command::questions().any(|form| known(form.name))
}

fn standing(member: &ChatMember, private: bool) -> Result<(), &'static str> {
    match &member.kind {
        ChatMemberKind::Banned(_) | ChatMemberKind::Left if private => Err("the bot was blocked"),
        ChatMemberKind::Banned(_) | ChatMemberKind::Left => Err("the bot was removed"),
        ChatMemberKind::Restricted(restricted) if !restricted.is_member => Err("the bot was removed"),
        ChatMemberKind::Restricted(restricted) if !restricted.can_send_messages => {
            Err("the bot may not write there")
        }
        ChatMemberKind::Administrator(_)
        | ChatMemberKind::Owner(_)
        | ChatMemberKind::Member(_)
        | ChatMemberKind::Restricted(_) => Ok(()),
    }
}

#[cfg(test)]
#[path = "../../../../tests/world/mangled.rs"]
mod mangled;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(chat: &Value, more: &Value) -> Option<Heard> {
        let mut message = json!({
            "message_id": 5, "date": 1_700_000_000, "chat": chat,
            "from": { "id": 42, "is_bot": false, "first_name": "Ada", "language_code": "de" },
        });
        message.as_object_mut()?.extend(more.as_object()?.clone());
        read(&json!({ "update_id": 7, "message": message }), "whimbrel_bot")
    }

    fn private() -> Value {
        json!({ "id": 42, "type": "private", "first_name": "Ada" })
    }

    fn group() -> Value {
        json!({ "id": -1_001_234, "type": "supergroup", "title": "Rust & co" })
    }

    #[test]
    fn what_is_meant_for_us_is_heard() {
        for (text, alone, among) in [
            ("/help", true, true),
            ("/Help", true, true),
            ("/help@whimbrel_bot", true, true),
            ("/help@Whimbrel_Bot now", true, true),
            ("/help@other_bot", false, false),
            ("/find raft", true, true),
            ("/dance", true, false),
            ("/dance@whimbrel_bot", true, true),
            ("hello", true, false),
            ("/", true, false),
        ] {
            assert_eq!(message(&private(), &json!({ "text": text })).is_some(), alone, "{text} alone");
            assert_eq!(message(&group(), &json!({ "text": text })).is_some(), among, "{text} among others");
        }
    }

    #[test]
    fn topics_and_who_speaks() {
        let Some(What::Typed(spot, who, _)) =
            message(&group(), &json!({ "text": "/help", "message_thread_id": 9, "is_topic_message": true }))
                .map(|heard| heard.what)
        else {
            panic!("it is heard")
        };
        assert_eq!(spot.destination.to_string(), "telegram:-1001234:9");
        assert_eq!((spot.title.as_deref(), who.id, who.trusted), (Some("Rust & co"), 42, false));
        for more in [
            json!({ "text": "/help", "message_thread_id": 9 }),
            json!({ "text": "/help", "message_thread_id": 1, "is_topic_message": true }),
        ] {
            let Some(What::Typed(spot, ..)) = message(&group(), &more).map(|heard| heard.what) else {
                panic!("it is heard")
            };
            assert_eq!(spot.destination.to_string(), "telegram:-1001234");
        }
        let hidden = message(&group(), &json!({ "text": "/help", "sender_chat": group() }));
        let Some(What::Typed(_, who, _)) = hidden.map(|heard| heard.what) else { panic!("it is heard") };
        assert!(who.trusted, "an anonymous admin");
        let other = json!({ "id": -1_009, "type": "channel", "title": "Other" });
        let posing = message(&group(), &json!({ "text": "/help", "sender_chat": other }));
        let Some(What::Typed(_, who, _)) = posing.map(|heard| heard.what) else { panic!("it is heard") };
        assert!(!who.trusted, "somebody in the name of a channel");
    }

    #[test]
    fn moves_and_oddities() {
        let moved = message(&private(), &json!({ "migrate_to_chat_id": -1_005 }));
        assert_eq!(moved.map(|heard| heard.what), Some(What::Moved { from: 42, to: -1_005 }));
        let moved = message(&group(), &json!({ "migrate_from_chat_id": -5 }));
        assert_eq!(moved.map(|heard| heard.what), Some(What::Moved { from: -5, to: -1_001_234 }));
        for odd in [json!({}), json!(null), json!({ "update_id": 1, "message": {} }), json!([1])] {
            assert_eq!(read(&odd, "whimbrel_bot"), None);
        }
    }

    #[test]
    fn mangled_updates_never_panic() {
        let (ada, group) = (private(), group());
        let message = json!({ "message_id": 5, "date": 1_700_000_000, "chat": group, "text": "/help@whimbrel_bot now",
            "entities": [{ "type": "bot_command", "offset": 0, "length": 18 }], "message_thread_id": 9,
            "is_topic_message": true, "from": { "id": 42, "is_bot": false, "first_name": "Ada", "language_code": "de" } });
        let samples = [
            json!({ "update_id": 7, "message": message }),
            json!({ "update_id": 8, "message": { "message_id": 6, "date": 1_700_000_000, "chat": ada,
                "from": { "id": 42, "is_bot": false, "first_name": "Ada" },
                "forward_origin": { "type": "channel", "date": 1_700_000_000, "message_id": 3,
                    "chat": { "id": -1_009, "type": "channel", "title": "Other" } } } }),
            json!({ "update_id": 9, "callback_query": { "id": "1", "chat_instance": "2", "data": "c.0", "message": message,
                "from": { "id": 42, "is_bot": false, "first_name": "Ada" } } }),
            json!({ "update_id": 10, "inline_query": { "id": "1", "query": "raft", "offset": "2",
                "from": { "id": 42, "is_bot": false, "first_name": "Ada" } } }),
            json!({ "update_id": 11, "message": { "message_id": 7, "date": 0, "chat": group, "migrate_to_chat_id": -1_005 } }),
        ];
        let mut heard = 0;
        for case in 0..mangled::cases(8_000) {
            let bytes = mangled::mangled(case, &samples);
            let Ok(update) = serde_json::from_slice::<Value>(&bytes) else { continue };
            if let Some(one) = read(&update, "whimbrel_bot") {
                heard += 1;
                if let Some((_, _, wanted)) = one.wanted() {
                    wanted.changes();
                }
            }
        }
        assert!(heard > 100, "{heard}: many are nearly right");
    }
}
