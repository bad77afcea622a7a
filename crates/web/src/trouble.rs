//! Answers when something is wrong: they say what, and what to do.

use std::any::Any;

use axum::body::Body;
use axum::response::Response;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::address::Wrong;
use crate::answer::guard;
use crate::render;
use crate::settings::Settings;

/// A page for people, JSON for those who asked for JSON, a line of text for feed readers.
pub(crate) fn answer(settings: &Settings, wrong: &Wrong, path: &str, headers: &HeaderMap) -> Response {
    let code = wrong.status.as_u16();
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    let (media, body) = if ending == "json" || (accept.contains("json") && !accept.contains("html")) {
        let body = serde_json::json!({ "error": { "status": code, "message": wrong.text } });
        ("application/json; charset=utf-8", body.to_string())
    } else if ["rss", "atom", "xml"].contains(&ending) {
        ("text/plain; charset=utf-8", format!("{}\n", wrong.text))
    } else {
        let body = render::trouble(settings, path, code, heading(wrong.status), &wrong.text);
        ("text/html; charset=utf-8", body)
    };
    plain(wrong.status, media, body)
}

/// The answer to a request during which the program failed.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over so")]
pub(crate) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let what = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    tracing::error!("a request made the program panic: {what}");
    let text = "Something went wrong in the program. Its log says what; please report it.\n".to_owned();
    plain(StatusCode::INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", text)
}

/// A short answer that nobody keeps.
pub(crate) fn plain(status: StatusCode, media: &'static str, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("accept"));
    guard(headers, media.starts_with("text/html"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("60"));
    }
    response
}

fn heading(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "That cannot be asked",
        StatusCode::NOT_FOUND => "Nothing here",
        StatusCode::METHOD_NOT_ALLOWED => "Only for reading",
        StatusCode::SERVICE_UNAVAILABLE => "Too busy just now",
        _ => "Something went wrong",
    }
}
