//! Refusals in Discord's words: a status, a code, a sentence, and for forms the place of every mistake.

use serde_json::{Map, Value, json};

/// Why something is not done.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: u32,
    pub(super) message: String,
    /// Mistakes of a form, nested like the form.
    errors: Option<Value>,
    /// How long to wait, for refusals of that kind.
    pub(super) retry_after: Option<f64>,
}

impl Refusal {
    /// The refusal with this code, in the service's words.
    pub(super) fn new(code: u32) -> Self {
        let (status, message) = words(code);
        Self { status, code, message: message.to_owned(), errors: None, retry_after: None }
    }

    /// A refusal without a code of its own.
    pub(super) fn plain(status: u16, message: &str) -> Self {
        Self { status, code: 0, message: message.to_owned(), errors: None, retry_after: None }
    }

    pub(super) fn not_found() -> Self {
        Self::plain(404, "404: Not Found")
    }

    pub(super) fn unauthorized() -> Self {
        Self::plain(401, "401: Unauthorized")
    }

    /// A form with mistakes.
    pub(super) fn form(errors: Value) -> Self {
        Self { errors: Some(errors), ..Self::new(50035) }
    }

    /// A form with one mistake at this place, its parts set apart by points.
    pub(super) fn at(place: &str, code: &str, message: &str) -> Self {
        let mut form = super::form::Form::default();
        form.bad(place, code, message);
        form.refusal()
    }

    /// A refusal for a while.
    pub(super) fn after(self, seconds: f64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// The mistakes of a form that stands within another.
    pub(super) fn inside(mut self, name: &str) -> Self {
        self.errors = self.errors.map(|errors| json!({ name: errors }));
        self
    }

    pub(super) fn json(&self) -> Value {
        let mut body = Map::new();
        body.insert("message".to_owned(), json!(self.message));
        body.insert("code".to_owned(), json!(self.code));
        if let Some(errors) = &self.errors {
            body.insert("errors".to_owned(), errors.clone());
        }
        if let Some(after) = self.retry_after {
            body.insert("retry_after".to_owned(), json!(after));
            body.insert("global".to_owned(), json!(false));
        }
        Value::Object(body)
    }
}

fn words(code: u32) -> (u16, &'static str) {
    match code {
        10002 => (404, "Unknown Application"),
        10003 => (404, "Unknown Channel"),
        10004 => (404, "Unknown Guild"),
        10007 => (404, "Unknown Member"),
        10008 => (404, "Unknown Message"),
        10013 => (404, "Unknown User"),
        10015 => (404, "Unknown Webhook"),
        10062 => (404, "Unknown interaction"),
        10063 => (404, "Unknown application command"),
        20016 => (429, "This action cannot be performed due to slowmode rate limit."),
        20028 => (429, "The channel you are writing has hit the write rate limit."),
        30034 => (400, "Max number of daily application command creates has been reached (200)"),
        30046 => (429, "Maximum number of edits to messages older than 1 hour reached. Try again later."),
        40005 => (413, "Request entity too large"),
        40060 => (400, "Interaction has already been acknowledged."),
        40067 => (400, "A tag is required to create a forum post in this channel"),
        40333 => (403, "internal network error"),
        50001 => (403, "Missing Access"),
        50005 => (403, "Cannot edit a message authored by another user"),
        50006 => (400, "Cannot send an empty message"),
        50007 => (403, "Cannot send messages to this user"),
        50008 => (400, "Cannot send messages in a non-text channel"),
        50013 => (403, "Missing Permissions"),
        50024 => (400, "Cannot execute action on this channel type"),
        50027 => (401, "Invalid Webhook Token"),
        50033 => (400, "Invalid Recipient(s)"),
        50035 => (400, "Invalid Form Body"),
        50041 => (400, "Invalid API version provided"),
        50083 => (400, "Thread is archived"),
        50109 => (400, "The request body contains invalid JSON."),
        130_000 => (503, "API resource is currently overloaded. Try again a little later"),
        160_004 => (400, "A thread has already been created for this message"),
        160_005 => (400, "This thread is locked"),
        160_006 => (400, "Maximum number of active threads reached"),
        200_000 => (400, "Message was blocked by automatic moderation"),
        200_001 => (400, "Title was blocked by automatic moderation"),
        220_001 => (400, "Webhooks posted to forum channels must have a thread_name or thread_id"),
        220_002 => (400, "Webhooks posted to forum channels cannot have both a thread_name and thread_id"),
        220_003 => (400, "Webhooks can only create threads in forum channels"),
        240_000 => (400, "Message blocked by harmful links filter"),
        _ => (400, "Bad Request"),
    }
}
