//! Sending words.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::super::answer::{Refusal, Reply};
use super::super::chat::Kind;
use super::super::message::Message;
use super::super::parameters::Parameters;
use super::super::shared::Everything;
use super::super::text::{self, Formatted};

/// `sendMessage`.
pub(super) fn message(all: &mut Everything, ask: &Parameters, now: DateTime<Utc>) -> Reply {
    if ask.text("text").unwrap_or_default().is_empty() {
        return Err(Refusal::bad("message text is empty"));
    }
    let (chat, topic) = super::place(all, ask, "text messages")?;
    let formatted = text::required(text::read(ask, "text", "entities")?)?;
    let preview = preview(ask)?;
    let markup = super::buttons(all, ask, chat)?;
    let reply_to = reply_to(all, ask, chat)?;
    super::take(all, chat, 1, now)?;
    let message = Message { topic, markup, preview, reply_to, ..new(all, ask, chat, now, formatted) };
    let id = all.state.add(chat, message);
    Ok(all.state.message_json(chat, id))
}

/// A message of the bot in a chat.
pub(super) fn new(
    all: &mut Everything,
    ask: &Parameters,
    chat: i64,
    now: DateTime<Utc>,
    formatted: Formatted,
) -> Message {
    let id = all.state.next_message(chat);
    let channel = all.state.at(chat).kind == Kind::Channel;
    let from = (!channel).then_some(all.state.bot.id);
    let silent = ask.flag("disable_notification");
    Message { by_bot: true, silent, ..Message::new(id, from, now, formatted) }
}

/// How links are shown, checked.
pub(super) fn preview(ask: &Parameters) -> Result<Option<Value>, Refusal> {
    let Some(options) = ask.json("link_preview_options")? else { return Ok(None) };
    let Value::Object(fields) = &options else {
        return Err(Refusal::bad("can't parse link preview options: expected an Object"));
    };
    for (name, value) in fields {
        let fits = match name.as_str() {
            "is_disabled" | "prefer_small_media" | "prefer_large_media" | "show_above_text" => {
                value.is_boolean()
            }
            "url" => value.as_str().is_some_and(|url| url.is_empty() || url::Url::parse(url).is_ok()),
            _ => false,
        };
        if !fits {
            return Err(Refusal::bad(format!("can't parse link preview options: field \"{name}\"")));
        }
    }
    Ok(Some(options))
}

/// The message a new one answers, checked.
pub(super) fn reply_to(all: &Everything, ask: &Parameters, chat: i64) -> Result<Option<i32>, Refusal> {
    let Some(reply) = ask.json("reply_parameters")? else { return Ok(None) };
    let id =
        reply["message_id"].as_i64().ok_or_else(|| Refusal::bad("message identifier is not specified"))?;
    let id = i32::try_from(id).unwrap_or(0);
    let found = all.state.chats.get(&chat).is_some_and(|chat| chat.messages.contains_key(&id));
    if !found && reply["allow_sending_without_reply"] == true {
        return Ok(None);
    }
    if found { Ok(Some(id)) } else { Err(Refusal::stale("message to be replied not found")) }
}

/// `sendChatAction`.
pub(super) fn action(all: &mut Everything, ask: &Parameters) -> Reply {
    let action = ask.text("action").unwrap_or_default().to_lowercase();
    let known = [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ];
    if !known.contains(&action.as_str()) {
        return Err(Refusal::bad("wrong parameter action in request"));
    }
    super::place(all, ask, "text messages")?;
    Ok(true.into())
}
