//! What can be asked, by name.

mod answers;
mod chats;
mod commands;
mod edit;
mod media;
mod send;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

pub(super) use self::answers::{CallbackQuery, InlineQuery};
pub(super) use self::commands::Commands;

use super::answer::{Refusal, Reply};
use super::chat::Kind;
use super::limits::{Scope, TooMuch};
use super::parameters::Parameters;
use super::shared::Everything;
use super::{markup, webhook};

/// Methods and the names of what they may bring.
const KNOWN: &[(&str, &[&str])] = &[
    ("getme", &[]),
    ("logout", &[]),
    ("close", &[]),
    ("getupdates", &["offset", "limit", "timeout", "allowed_updates"]),
    (
        "setwebhook",
        &[
            "url",
            "certificate",
            "ip_address",
            "max_connections",
            "allowed_updates",
            "drop_pending_updates",
            "secret_token",
        ],
    ),
    ("deletewebhook", &["drop_pending_updates"]),
    ("getwebhookinfo", &[]),
    (
        "sendmessage",
        &[
            "business_connection_id",
            "chat_id",
            "message_thread_id",
            "direct_messages_topic_id",
            "text",
            "parse_mode",
            "entities",
            "link_preview_options",
            "disable_notification",
            "protect_content",
            "allow_paid_broadcast",
            "message_effect_id",
            "suggested_post_parameters",
            "reply_parameters",
            "reply_markup",
        ],
    ),
    (
        "sendphoto",
        &[
            "business_connection_id",
            "chat_id",
            "message_thread_id",
            "direct_messages_topic_id",
            "photo",
            "caption",
            "parse_mode",
            "caption_entities",
            "show_caption_above_media",
            "has_spoiler",
            "disable_notification",
            "protect_content",
            "allow_paid_broadcast",
            "message_effect_id",
            "suggested_post_parameters",
            "reply_parameters",
            "reply_markup",
        ],
    ),
    (
        "sendmediagroup",
        &[
            "business_connection_id",
            "chat_id",
            "message_thread_id",
            "direct_messages_topic_id",
            "media",
            "disable_notification",
            "protect_content",
            "allow_paid_broadcast",
            "message_effect_id",
            "reply_parameters",
        ],
    ),
    (
        "editmessagetext",
        &[
            "business_connection_id",
            "chat_id",
            "message_id",
            "inline_message_id",
            "text",
            "parse_mode",
            "entities",
            "link_preview_options",
            "reply_markup",
        ],
    ),
    (
        "editmessagecaption",
        &[
            "business_connection_id",
            "chat_id",
            "message_id",
            "inline_message_id",
            "caption",
            "parse_mode",
            "caption_entities",
            "show_caption_above_media",
            "reply_markup",
        ],
    ),
    (
        "editmessagereplymarkup",
        &["business_connection_id", "chat_id", "message_id", "inline_message_id", "reply_markup"],
    ),
    (
        "editmessagemedia",
        &["business_connection_id", "chat_id", "message_id", "inline_message_id", "media", "reply_markup"],
    ),
    ("deletemessage", &["chat_id", "message_id"]),
    ("deletemessages", &["chat_id", "message_ids"]),
    ("answercallbackquery", &["callback_query_id", "text", "show_alert", "url", "cache_time"]),
    (
        "answerinlinequery",
        &["inline_query_id", "results", "cache_time", "is_personal", "next_offset", "button"],
    ),
    ("sendchataction", &["business_connection_id", "chat_id", "message_thread_id", "action"]),
    ("getchat", &["chat_id"]),
    ("getchatmember", &["chat_id", "user_id"]),
    ("getchatmembercount", &["chat_id"]),
    ("getchatadministrators", &["chat_id"]),
    ("createforumtopic", &["chat_id", "name", "icon_color", "icon_custom_emoji_id"]),
    ("leavechat", &["chat_id"]),
    ("setmycommands", &["commands", "scope", "language_code"]),
    ("getmycommands", &["scope", "language_code"]),
    ("deletemycommands", &["scope", "language_code"]),
    ("setmyname", &["name", "language_code"]),
    ("setmydescription", &["description", "language_code"]),
    ("setmyshortdescription", &["short_description", "language_code"]),
];

/// Calls a method, whose name is in lower case. Polling waits, so it is elsewhere.
pub(super) fn call(all: &mut Everything, method: &str, ask: &Parameters, now: DateTime<Utc>) -> Reply {
    let Some((_, known)) = KNOWN.iter().find(|(name, _)| *name == method) else {
        return Err(Refusal::not_found("method not found"));
    };
    for name in ask.unknown(known) {
        all.journal.object(format!("{method} has no `{name}`"));
    }
    if ask.flag("allow_paid_broadcast") {
        all.journal.object("allow_paid_broadcast costs money");
    }
    match method {
        "getme" => Ok(get_me(all)),
        "setwebhook" => {
            let windows = all.limits.webhook.clone();
            within(all, &[(Scope::Method(method.to_owned()), &windows)], 1, now)?;
            webhook::set(all, ask)
        }
        "deletewebhook" => Ok(webhook::delete(all, ask)),
        "getwebhookinfo" => Ok(webhook::info(all)),
        "sendmessage" => send::message(all, ask, now),
        "sendphoto" => media::photo(all, ask, now),
        "sendmediagroup" => media::group(all, ask, now),
        "editmessagetext" => edit::text(all, ask, now),
        "editmessagecaption" => edit::caption(all, ask, now),
        "editmessagereplymarkup" => edit::reply_markup(all, ask, now),
        "editmessagemedia" => edit::media(all, ask, now),
        "deletemessage" => edit::delete(all, ask, now),
        "deletemessages" => edit::delete_several(all, ask, now),
        "answercallbackquery" => answers::callback(all, ask, now),
        "answerinlinequery" => answers::inline(all, ask, now),
        "sendchataction" => send::action(all, ask),
        "getchat" => chats::get(all, ask),
        "getchatmember" => chats::member(all, ask),
        "getchatmembercount" => chats::count(all, ask),
        "getchatadministrators" => chats::administrators(all, ask),
        "createforumtopic" => chats::create_topic(all, ask, now),
        "leavechat" => chats::leave(all, ask),
        "setmycommands" => commands::set(all, ask),
        "getmycommands" => commands::get(all, ask),
        "deletemycommands" => commands::delete(all, ask),
        // Names and descriptions are taken and shown to nobody.
        _ => Ok(true.into()),
    }
}

fn get_me(all: &Everything) -> Value {
    let mut me = all.state.bot_json();
    let more = json!({
        "can_join_groups": true,
        "can_read_all_group_messages": all.state.bot.reads_all,
        "supports_inline_queries": true,
        "can_connect_to_business": false,
        "has_main_web_app": false,
    });
    if let (Value::Object(me), Value::Object(more)) = (&mut me, more) {
        me.extend(more);
    }
    me
}

/// Refuses a call of a method that is about no chat, in lower case, while the client was told to wait with it.
pub(super) fn patient(all: &mut Everything, method: &str, now: DateTime<Utc>) -> Result<(), Refusal> {
    let may = all.ledger.may(&Scope::Method(method.to_owned()), now);
    may.map_err(|much| refuse(all, much))
}

/// Counts messages against limits.
fn within(
    all: &mut Everything,
    scopes: &[(Scope, &[super::limits::Window])],
    messages: u32,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let taken = all.ledger.take(scopes, messages, now);
    taken.map_err(|much| refuse(all, much))
}

fn refuse(all: &mut Everything, much: TooMuch) -> Refusal {
    if let Some(scope) = much.told {
        all.journal.object(format!("told to wait for {scope:?} and asked before that"));
    }
    Refusal::too_many(much.wait)
}

/// Counts messages to a chat against its limit and everybody's.
fn take(all: &mut Everything, chat: i64, messages: u32, now: DateTime<Utc>) -> Result<(), Refusal> {
    let limits = all.limits.clone();
    let windows = match all.state.at(chat).kind {
        Kind::Private => &limits.private,
        Kind::Group | Kind::Supergroup => &limits.group,
        Kind::Channel => &limits.channel,
    };
    within(all, &[(Scope::Overall, &limits.overall), (Scope::Chat(chat), windows)], messages, now)
}

/// The chat a request is about, where the bot may write, with the topic.
fn place(all: &Everything, ask: &Parameters, what: &str) -> Result<(i64, Option<i32>), Refusal> {
    let chat = all.state.find(&ask.text("chat_id").unwrap_or_default())?;
    let topic = ask.number("message_thread_id")?.filter(|topic| *topic != 0);
    let topic = topic.map(|topic| i32::try_from(topic).map_err(|_| Refusal::bad("message thread not found")));
    let topic = topic.transpose()?;
    chat.writable(topic, what, all.state.deactivated(chat.id))?;
    Ok((chat.id, topic))
}

/// The buttons a request brings.
fn buttons(all: &Everything, ask: &Parameters, chat: i64) -> Result<Option<Value>, Refusal> {
    let kind = all.state.chats.get(&chat).map_or(Kind::Private, |chat| chat.kind);
    markup::read(ask.json("reply_markup")?, kind)
}
