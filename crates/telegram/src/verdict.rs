//! What the service's answers mean. Its words are judged, not a library's list of them: new ones appear without notice,
//! and the codes before them are said to change.

use std::time::Duration;

use serde::Deserialize;
use whimbrel_fanout::{Destination, Learned, Limit, Refusal, SendError, Sent};

/// The most of the service's words that is kept.
const REASON_CHARS: usize = 300;
/// How long to wait where it is not said.
const WAIT: Duration = Duration::from_secs(5);

/// The envelope of every answer.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Envelope {
    #[serde(default)]
    pub(crate) ok: bool,
    #[serde(default)]
    pub(crate) error_code: u16,
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) parameters: Parameters,
    #[serde(default)]
    pub(crate) result: serde_json::Value,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Parameters {
    pub(crate) retry_after: Option<u64>,
    migrate_to_chat_id: Option<i64>,
}

/// Words that say a place is gone.
const GONE: &[&str] = &[
    "chat not found",
    "message thread not found",
    "the group chat was deleted",
    "group is deactivated",
    "chat was deleted",
    "topic_deleted",
    "topic_id_invalid",
    "peer_id_invalid",
    "channel_invalid",
    "user not found",
];
/// Words that say a person does not want us, or is none any more.
const BLOCKED: &[&str] =
    &["blocked by the user", "user is deactivated", "user_is_blocked", "input_user_deactivated"];
/// Words that say the bot may not write in a place.
const NO_ACCESS: &[&str] = &[
    "have no rights",
    "not enough rights",
    "need administrator rights",
    "topic_closed",
    "chat_write_forbidden",
    "chat_send_",
    "chat_restricted",
    "chat_admin_required",
    "channel_private",
    "user_banned_in_channel",
    "bot is not a member",
    "bot was kicked",
    "can't initiate conversation",
    "can't send messages to",
];

/// What an answer comes to, whatever its status.
pub(crate) fn judge(
    to: &Destination,
    status: u16,
    retry_after: Option<u64>,
    envelope: Option<Envelope>,
) -> Sent {
    let Some(envelope) = envelope else {
        // Also a success whose answer broke off: what was sent may be there, and may come twice.
        return failed(SendError::Retry {
            reason: format!("an answer that cannot be read, status {status}"),
        });
    };
    if envelope.ok && (200..300).contains(&status) {
        let message = envelope.result.get(0).unwrap_or(&envelope.result);
        let id = message["message_id"].as_i64().map_or_else(String::new, |id| id.to_string());
        return Sent { result: Ok(id), learned: Learned::default() };
    }
    let code = if envelope.error_code == 0 { status } else { envelope.error_code };
    let reason = reason(&envelope.description, code);
    if let (Some(chat), Destination::Telegram { topic, .. }) = (envelope.parameters.migrate_to_chat_id, to) {
        return failed(SendError::Moved { to: Destination::Telegram { chat, topic: *topic } });
    }
    let told = envelope.parameters.retry_after.or(retry_after).map(Duration::from_secs);
    if code == 429 {
        let wait = Some((Limit::Destination, told.unwrap_or(WAIT)));
        let learned = Learned { wait, ..Learned::default() };
        return Sent { result: Err(SendError::Retry { reason }), learned };
    }
    let words = envelope.description.to_lowercase();
    let says = |known: &[&str]| known.iter().any(|known| words.contains(known));
    failed(match code {
        // A token of the wrong shape is not found; a revoked one is refused.
        401 | 404 => SendError::Unauthorized { reason },
        400 | 403 if says(GONE) => SendError::Refused { refusal: Refusal::Gone, reason },
        400 | 403 if says(BLOCKED) => SendError::Refused { refusal: Refusal::Blocked, reason },
        400 if says(NO_ACCESS) => SendError::Refused { refusal: Refusal::NoAccess, reason },
        403 => SendError::Refused { refusal: Refusal::NoAccess, reason },
        400 | 413 => SendError::Content { reason },
        _ => SendError::Retry { reason },
    })
}

/// A try that came to nothing, without a word about the pace.
pub(crate) fn failed(error: SendError) -> Sent {
    Sent { result: Err(error), learned: Learned::default() }
}

pub(crate) fn reason(description: &str, code: u16) -> String {
    let words = whimbrel_news::wording::line(description, REASON_CHARS);
    if words.is_empty() { format!("status {code}") } else { words }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16, body: &str) -> Sent {
        let to = Destination::Telegram { chat: -5, topic: Some(7) };
        judge(&to, status, None, serde_json::from_str(body).ok())
    }

    fn verdict(status: u16, description: &str) -> String {
        let body = serde_json::json!({ "ok": false, "error_code": status, "description": description });
        match judged(status, &body.to_string()).result {
            Ok(id) => id,
            Err(SendError::Retry { .. }) => "retry".to_owned(),
            Err(SendError::Refused { refusal, .. }) => format!("{refusal:?}"),
            Err(SendError::Moved { to }) => to.to_string(),
            Err(SendError::Content { .. }) => "content".to_owned(),
            Err(SendError::Unauthorized { .. }) => "unauthorized".to_owned(),
        }
    }

    #[test]
    fn the_words_decide() {
        for (status, words, meaning) in [
            (403, "Forbidden: bot was blocked by the user", "Blocked"),
            (403, "Forbidden: user is deactivated", "Blocked"),
            (403, "Forbidden: bot was kicked from the group chat", "NoAccess"),
            (403, "Forbidden: bot is not a member of the channel chat", "NoAccess"),
            (403, "Forbidden: something new", "NoAccess"),
            (403, "Forbidden: the group chat was deleted", "Gone"),
            (400, "Bad Request: chat not found", "Gone"),
            (400, "Bad Request: message thread not found", "Gone"),
            (400, "Bad Request: TOPIC_CLOSED", "NoAccess"),
            (400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN", "NoAccess"),
            (400, "Bad Request: need administrator rights in the channel chat", "NoAccess"),
            (400, "Bad Request: not enough rights to send text messages to the chat", "NoAccess"),
            (
                400,
                "Bad Request: can't parse entities: Unsupported start tag \"br\" at byte offset 3",
                "content",
            ),
            (400, "Bad Request: message is too long", "content"),
            (413, "Request Entity Too Large", "content"),
            (401, "Unauthorized", "unauthorized"),
            (404, "Not Found", "unauthorized"),
            (409, "Conflict: terminated by other getUpdates request", "retry"),
            (500, "Internal Server Error", "retry"),
            (502, "Bad Gateway", "retry"),
        ] {
            assert_eq!(verdict(status, words), meaning, "{words}");
        }
    }

    #[test]
    fn successes_moves_and_waits() {
        let one = judged(200, r#"{"ok":true,"result":{"message_id":12}}"#);
        let album = judged(200, r#"{"ok":true,"result":[{"message_id":13},{"message_id":14}]}"#);
        assert_eq!((one.result.unwrap(), album.result.unwrap()), ("12".to_owned(), "13".to_owned()));
        let moved = r#"{"ok":false,"error_code":400,"description":"x","parameters":{"migrate_to_chat_id":-1001234567890}}"#;
        let Err(SendError::Moved { to }) = judged(400, moved).result else { panic!("it moved") };
        assert_eq!(to.to_string(), "telegram:-1001234567890:7");
        let wait = r#"{"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":35}}"#;
        assert_eq!(judged(429, wait).learned.wait, Some((Limit::Destination, Duration::from_secs(35))));
        let silent = judged(429, r#"{"ok":false,"error_code":429}"#);
        assert_eq!(silent.learned.wait, Some((Limit::Destination, WAIT)));
        for (status, body) in [(200, "{\"ok\":true,"), (502, "<html>"), (200, "{\"ok\":false}")] {
            assert!(matches!(judged(status, body).result, Err(SendError::Retry { .. })), "{body}");
        }
    }
}
