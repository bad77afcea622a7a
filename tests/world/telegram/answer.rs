//! Answers as the service words them: an envelope with a result, or with a code and a description.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

/// What a method comes to.
pub(super) type Reply = Result<Value, Refusal>;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: u16,
    /// The service's words, without what the code puts in front of them.
    pub(super) text: String,
    pub(super) retry_after: Option<u64>,
    pub(super) migrate_to: Option<i64>,
    /// Whether a careful client would not have asked.
    pub(super) violation: bool,
}

impl Refusal {
    fn new(code: u16, text: impl Into<String>, violation: bool) -> Self {
        Self { code, text: text.into(), retry_after: None, migrate_to: None, violation }
    }

    /// The request is wrong, and the client could have known.
    pub(super) fn bad(text: impl Into<String>) -> Self {
        Self::new(400, text, true)
    }

    /// The request does not fit how things stand; the client could not know.
    pub(super) fn stale(text: impl Into<String>) -> Self {
        Self::new(400, text, false)
    }

    /// The place refuses the bot.
    pub(super) fn forbidden(text: impl Into<String>) -> Self {
        Self::new(403, text, false)
    }

    /// The token is not one.
    pub(super) fn unauthorized() -> Self {
        Self::new(401, "", false)
    }

    /// There is no such method, or no such address at all.
    pub(super) fn not_found(text: impl Into<String>) -> Self {
        Self::new(404, text, true)
    }

    /// Somebody else does the same, or it contradicts the settings.
    pub(super) fn conflict(text: impl Into<String>) -> Self {
        Self::new(409, text, true)
    }

    /// The group has another id now.
    pub(super) fn migrated(to: i64) -> Self {
        let text = "group chat was upgraded to a supergroup chat";
        Self { migrate_to: Some(to), ..Self::new(400, text, false) }
    }

    /// Too much.
    pub(super) fn too_many(wait: Duration) -> Self {
        let secs = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let secs = secs.max(1);
        Self { retry_after: Some(secs), ..Self::new(429, format!("retry after {secs}"), false) }
    }

    /// The whole description, as clients see it.
    pub(super) fn description(&self) -> String {
        let before = match self.code {
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            409 => "Conflict",
            429 => "Too Many Requests",
            _ => "Internal Server Error",
        };
        if self.text.is_empty() {
            before.to_owned()
        } else {
            format!("{before}: {}", uncapitalized(&self.text))
        }
    }
}

/// The service lowers the first letter of its sentences, and leaves its codes (`TOPIC_CLOSED`) alone.
fn uncapitalized(text: &str) -> String {
    let mut letters = text.chars();
    let (first, second) = (letters.next(), letters.next());
    match first {
        Some(first) if !second.is_some_and(char::is_uppercase) => {
            first.to_lowercase().chain(text[first.len_utf8()..].chars()).collect()
        }
        _ => text.to_owned(),
    }
}

/// An answer on its way.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Bytes,
    /// The service's words, where it refused.
    pub(super) refusal: Option<String>,
}

impl Answer {
    /// The envelope around a reply.
    pub(super) fn of(reply: Reply) -> Self {
        let kind = ("content-type", "application/json".to_owned());
        let refusal = match reply {
            Ok(result) => {
                let body = json!({ "ok": true, "result": result }).to_string().into();
                return Self { status: 200, headers: vec![kind], body, refusal: None };
            }
            Err(refusal) => refusal,
        };
        let description = refusal.description();
        let mut body = json!({ "ok": false, "error_code": refusal.code, "description": description });
        let mut headers = vec![kind];
        if let Some(secs) = refusal.retry_after {
            body["parameters"] = json!({ "retry_after": secs });
            headers.push(("retry-after", secs.to_string()));
        }
        if let Some(to) = refusal.migrate_to {
            body["parameters"] = json!({ "migrate_to_chat_id": to });
        }
        Self { status: refusal.code, headers, body: body.to_string().into(), refusal: Some(description) }
    }

    /// A page for people, as machines in front of the service send it.
    pub(super) fn page(status: u16) -> Self {
        let title =
            http::StatusCode::from_u16(status).map_or("", |status| status.canonical_reason().unwrap_or(""));
        let body =
            format!("<html><head><title>{status} {title}</title></head><body>{status} {title}</body></html>");
        let headers = vec![("content-type", "text/html".to_owned())];
        Self { status, headers, body: body.into(), refusal: Some(format!("{status} {title}")) }
    }
}
