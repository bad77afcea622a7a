//! Answers as plain data: a status, header lines, a body.

use bytes::Bytes;
use serde_json::Value;

use super::refusal::Refusal;

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Bytes,
    /// The code of a refusal.
    pub(super) code: Option<u32>,
}

impl Answer {
    /// A JSON document.
    pub(super) fn json(status: u16, value: &Value) -> Self {
        Self::text(status, "application/json", value.to_string())
    }

    /// A document with 200.
    pub(super) fn ok(value: &Value) -> Self {
        Self::json(200, value)
    }

    /// Done, and there is nothing to say.
    pub(super) fn done() -> Self {
        Self { status: 204, headers: Vec::new(), body: Bytes::new(), code: None }
    }

    /// Bytes of this type.
    pub(super) fn text(status: u16, kind: &str, body: impl Into<Bytes>) -> Self {
        Self { status, headers: vec![("content-type", kind.to_owned())], body: body.into(), code: None }
    }

    pub(super) fn refused(refusal: &Refusal) -> Self {
        let answer = Self { code: Some(refusal.code), ..Self::json(refusal.status, &refusal.json()) };
        match refusal.retry_after {
            Some(after) => answer.with("retry-after", after.ceil().to_string()),
            None => answer,
        }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}
