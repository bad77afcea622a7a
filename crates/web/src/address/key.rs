//! Under which name an answer is kept.

use http::Uri;
use http::uri::PathAndQuery;

use crate::sheet::{Sheet, first_asked};

/// What the answer to a request is kept under. Where a query asks for nothing it is left out: else everybody could have
/// the same picture drawn again under as many names as they like.
pub(crate) fn key(uri: &Uri) -> &str {
    match uri.query() {
        Some(query) if !is_asked(uri.path(), query) => uri.path(),
        _ => uri.path_and_query().map_or_else(|| uri.path(), PathAndQuery::as_str),
    }
}

/// True where the query can make a difference to what `parse` makes of this path.
fn is_asked(path: &str, query: &str) -> bool {
    let parts: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
    match parts.as_slice() {
        ["sitemap.xml" | "robots.txt" | "card.png" | "status" | "status.json"]
        | ["c" | "p", _, "card.png"]
        | ["digest", _, _] => false,
        // These refuse to be asked for anything, and a refusal is never kept.
        ["c", _, "rankings", ""]
        | ["c", _, "rankings", _, ""]
        | ["rankings", _, ""]
        | ["p", _, "history", ""] => first_asked(Some(query)).is_some(),
        [name, ""] if Sheet::named(name).is_some() => first_asked(Some(query)).is_some(),
        _ => true,
    }
}
