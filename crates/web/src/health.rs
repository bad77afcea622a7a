//! Answers for those who watch over the program.

use axum::response::Response;
use http::StatusCode;
use serde_json::json;

use crate::facts::Facts;
use crate::status::StatusFacts;
use crate::trouble::plain;

const JSON: &str = "application/json; charset=utf-8";

/// Whether every loop still makes progress. A 503 says which does not.
pub(crate) fn alive(status: &StatusFacts) -> Response {
    let alive = status.loops.iter().all(|state| state.alive);
    let body = json!({ "alive": alive, "loops": status.loops });
    plain(code(alive), JSON, format!("{body}\n"))
}

/// Whether questions can be answered: the store was read, and every catalog was read at least once or says why not.
pub(crate) fn ready(facts: &Facts) -> Response {
    // One that is followed no longer keeps its news and has no next look; nothing waits for it.
    let followed: Vec<_> = facts.catalogs.iter().filter(|meta| meta.next_due.is_some()).collect();
    let waiting: Vec<_> = followed
        .iter()
        .filter(|meta| meta.last_success.is_none() && meta.last_error.is_none())
        .map(|meta| meta.id.as_str())
        .collect();
    let stale: Vec<_> = followed.iter().filter(|meta| meta.stale).map(|meta| meta.id.as_str()).collect();
    let ready = waiting.is_empty();
    let body = json!({ "ready": ready, "catalogs": followed.len(), "waiting": waiting, "stale": stale });
    plain(code(ready), JSON, format!("{body}\n"))
}

fn code(good: bool) -> StatusCode {
    if good { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}
