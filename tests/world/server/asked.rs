//! A request as it came in.

use std::collections::BTreeMap;

use axum::body::Body;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use hyper::body::Incoming;

/// More than anybody asks with.
const MOST: usize = 16 << 20;

/// One request as it came in.
#[derive(Clone, Debug)]
pub struct Asked {
    /// When its last byte had come, to the microsecond.
    pub at: DateTime<Utc>,
    /// The verb.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// Header lines, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// What was sent with it.
    pub body: Bytes,
    /// The status it was answered with; none as long as there is no answer.
    pub status: Option<u16>,
}

impl Asked {
    /// Reads a request to its end; hands back the note of it and the request, which carries the note.
    pub(super) async fn take(
        request: http::Request<Incoming>,
    ) -> anyhow::Result<(Self, http::Request<Body>)> {
        let (mut parts, body) = request.into_parts();
        let body = axum::body::to_bytes(Body::new(body), MOST).await?;
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let asked = Self {
            at: Utc::now(),
            method: parts.method.to_string(),
            path: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            headers: parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: body.clone(),
            status: None,
        };
        parts.extensions.insert(asked.clone());
        Ok((asked, http::Request::from_parts(parts, body.into())))
    }
}
