//! Answers as plain data: a status, header lines, a body.

use bytes::Bytes;
use serde_json::{Value, json};

/// Where GitHub's documentation of an error is said to be.
const DOCUMENTATION: &str = "https://docs.github.com/rest";

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Bytes,
}

impl Answer {
    /// A JSON document.
    pub(super) fn json(status: u16, value: &Value) -> Self {
        Self::text(status, "application/json; charset=utf-8", value.to_string())
    }

    /// Bytes of this type.
    pub(super) fn text(status: u16, kind: &str, body: impl Into<Bytes>) -> Self {
        Self { status, headers: vec![("content-type", kind.to_owned())], body: body.into() }
    }

    /// An error as the REST API words it.
    pub(super) fn error(status: u16, message: &str) -> Self {
        let text =
            json!({ "message": message, "documentation_url": DOCUMENTATION, "status": status.to_string() });
        Self::json(status, &text)
    }

    /// What is not there, or not for the one who asks.
    pub(super) fn not_found() -> Self {
        Self::error(404, "Not Found")
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}
