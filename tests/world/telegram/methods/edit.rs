//! Changing and deleting what was sent.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::super::answer::{Refusal, Reply};
use super::super::chat::Kind;
use super::super::message::Message;
use super::super::parameters::Parameters;
use super::super::shared::Everything;
use super::super::text;
use super::{buttons, media as pictures};

/// How long the bot may delete what it sent.
const DELETABLE: TimeDelta = TimeDelta::hours(48);

/// `editMessageText`.
pub(super) fn text(all: &mut Everything, ask: &Parameters, now: DateTime<Utc>) -> Reply {
    if ask.text("text").unwrap_or_default().is_empty() {
        return Err(Refusal::bad("message text is empty"));
    }
    let (chat, id) = target(all, ask)?;
    let formatted = text::required(text::read(ask, "text", "entities")?)?;
    let preview = super::send::preview(ask)?;
    let markup = buttons(all, ask, chat)?;
    if message(all, chat, id).photo.is_some() {
        return Err(Refusal::bad("there is no text in the message to edit"));
    }
    change(all, chat, id, now, |message| {
        (message.formatted, message.markup, message.preview) = (formatted, markup, preview);
    })
}

/// `editMessageCaption`.
pub(super) fn caption(all: &mut Everything, ask: &Parameters, now: DateTime<Utc>) -> Reply {
    let (chat, id) = target(all, ask)?;
    let formatted = text::caption(text::read(ask, "caption", "caption_entities")?)?;
    let markup = buttons(all, ask, chat)?;
    if message(all, chat, id).photo.is_none() {
        return Err(Refusal::bad("there is no caption in the message to edit"));
    }
    change(all, chat, id, now, |message| (message.formatted, message.markup) = (formatted, markup))
}

/// `editMessageReplyMarkup`.
pub(super) fn reply_markup(all: &mut Everything, ask: &Parameters, now: DateTime<Utc>) -> Reply {
    let (chat, id) = target(all, ask)?;
    let markup = buttons(all, ask, chat)?;
    change(all, chat, id, now, |message| message.markup = markup)
}

/// `editMessageMedia`.
pub(super) fn media(all: &mut Everything, ask: &Parameters, now: DateTime<Utc>) -> Reply {
    let (chat, id) = target(all, ask)?;
    let item = ask.json("media")?.ok_or_else(|| Refusal::bad("parameter media is required"))?;
    let (photo, caption) = pictures::input(all, ask, &item)?;
    let markup = buttons(all, ask, chat)?;
    let photo = pictures::keep(all, photo);
    change(all, chat, id, now, |message| {
        (message.photo, message.formatted, message.markup) = (Some(photo), caption, markup);
        message.preview = None;
    })
}

/// `deleteMessage`.
pub(super) fn delete(all: &mut Everything, ask: &Parameters, now: DateTime<Utc>) -> Reply {
    let chat = all.state.find(&ask.text("chat_id").unwrap_or_default())?;
    chat.readable()?;
    let chat = chat.id;
    let id = number(ask.number("message_id")?)?;
    remove(all, chat, id, now)?;
    Ok(true.into())
}

/// `deleteMessages`: those that can be deleted are, the others stay without a word.
pub(super) fn delete_several(all: &mut Everything, ask: &Parameters, now: DateTime<Utc>) -> Reply {
    let chat = all.state.find(&ask.text("chat_id").unwrap_or_default())?;
    chat.readable()?;
    let chat = chat.id;
    let ids = ask.json("message_ids")?;
    let ids = ids.as_ref().and_then(Value::as_array).filter(|ids| (1..=100).contains(&ids.len()));
    let ids = ids.ok_or_else(|| Refusal::bad("message identifiers are not specified"))?.clone();
    for id in ids {
        // Said by the documentation: what cannot be found is skipped.
        let _ = remove(all, chat, number(id.as_i64())?, now);
    }
    Ok(true.into())
}

fn remove(all: &mut Everything, chat: i64, id: i32, now: DateTime<Utc>) -> Result<(), Refusal> {
    let bot = all.state.bot.id;
    let place = all.state.at(chat);
    let Some(message) = place.messages.get(&id) else {
        return Err(Refusal::stale("message to delete not found"));
    };
    let own = message.by_bot || message.from == Some(bot);
    let admin = place.bot.is_admin() && !place.lacks.contains("can_delete_messages");
    let others = place.kind == Kind::Private || (admin && place.kind != Kind::Private);
    if message.at + DELETABLE <= now || !(own || others) {
        return Err(Refusal::stale("message can't be deleted"));
    }
    place.messages.remove(&id);
    Ok(())
}

fn number(id: Option<i64>) -> Result<i32, Refusal> {
    let id = id.and_then(|id| i32::try_from(id).ok()).filter(|id| *id > 0);
    id.ok_or_else(|| Refusal::bad("message identifier is not specified"))
}

/// The message a request edits.
fn target(all: &Everything, ask: &Parameters) -> Result<(i64, i32), Refusal> {
    if ask.text("inline_message_id").is_some() {
        return Err(Refusal::bad("MESSAGE_ID_INVALID"));
    }
    let chat = all.state.find(&ask.text("chat_id").unwrap_or_default())?;
    chat.writable(None, "text messages", all.state.deactivated(chat.id))?;
    let id = number(ask.number("message_id")?)?;
    let Some(found) = chat.messages.get(&id) else {
        return Err(Refusal::stale("message to edit not found"));
    };
    if !found.by_bot && found.from != Some(all.state.bot.id) {
        return Err(Refusal::bad("message can't be edited"));
    }
    Ok((chat.id, id))
}

fn message(all: &mut Everything, chat: i64, id: i32) -> &mut Message {
    all.state.at(chat).messages.get_mut(&id).expect("it was just found")
}

/// Changes a message; one that stays the same is refused.
fn change(
    all: &mut Everything,
    chat: i64,
    id: i32,
    now: DateTime<Utc>,
    change: impl FnOnce(&mut Message),
) -> Reply {
    let old = message(all, chat, id).clone();
    let mut new = old.clone();
    change(&mut new);
    let same = (&old.formatted, &old.markup, &old.preview) == (&new.formatted, &new.markup, &new.preview)
        && old.photo.as_ref().map(|photo| &photo.bytes) == new.photo.as_ref().map(|photo| &photo.bytes);
    if same {
        return Err(Refusal::stale(
            "message is not modified: specified new message content and reply markup are exactly the same as a \
             current content and reply markup of the message",
        ));
    }
    if all.limits.edits {
        super::take(all, chat, 1, now)?;
    }
    new.edited = Some(now);
    *message(all, chat, id) = new;
    Ok(all.state.message_json(chat, id))
}
