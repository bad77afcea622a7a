//! What a collector is told of a request: which kind of address it was for, never which address.

use http::{Method, Request, StatusCode};
use tracing::field::Empty;
use tracing::{Span, info_span};

/// A span for a request.
pub(crate) fn span<B>(request: &Request<B>) -> Span {
    let (method, route) = (word(request.method()), route(request.uri().path()));
    info_span!(
        target: "span",
        "request",
        otel.kind = "server",
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        error = Empty
    )
}

/// It was answered.
pub(crate) fn answered(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("error", "failed");
    }
}

fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "_OTHER",
    }
}

/// Strangers choose addresses; of these there are few.
fn route(path: &str) -> &'static str {
    let mut parts = path.strip_prefix('/').unwrap_or(path).split('/');
    match (parts.next().unwrap_or_default(), parts.next().is_some()) {
        ("", false) => "/",
        ("c", true) => "/c/{catalog}",
        ("k", true) => "/k/{kind}",
        ("p", true) => "/p/{project}",
        ("digest", true) => "/digest/{period}",
        ("rankings", true) => "/rankings/",
        ("search", true) => "/search/",
        ("subscribe", true) => "/subscribe/",
        ("api", true) => "/api/{question}",
        ("hooks", true) => "/hooks/{service}",
        ("ask", false) => "/ask",
        ("hub", false) => "/hub",
        ("feed.rss" | "feed.atom" | "feed.json", false) => "/feed",
        ("events.json", false) => "/events.json",
        ("opml.xml", false) => "/opml.xml",
        ("status" | "status.json", false) => "/status",
        ("healthz", false) => "/healthz",
        ("readyz", false) => "/readyz",
        ("metrics", false) => "/metrics",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_few_whatever_is_asked() {
        for (path, expected) in [
            ("/", "/"),
            ("/feed.atom", "/feed"),
            ("/c/birds/feed.json", "/c/{catalog}"),
            ("/p/owner~repo/", "/p/{project}"),
            ("/api/find", "/api/{question}"),
            ("/c", "other"),
            ("/wp-login.php", "other"),
            ("", "/"),
            ("//", "other"),
            ("*", "other"),
        ] {
            assert_eq!(route(path), expected, "{path}");
        }
    }
}
