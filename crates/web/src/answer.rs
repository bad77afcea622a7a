//! From a kept answer and a request's headers to a response: compression, validators, HEAD.

use axum::body::Body;
use axum::response::Response;
use chrono::{DateTime, NaiveDateTime, Utc};
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LINK, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use crate::rendered::{Media, Rendered};

/// Nothing from elsewhere, no script but our own file, no frames: hostile text that slipped through would still do
/// nothing.
pub(crate) const CONTENT_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// Answers with what is kept.
pub(crate) fn answer(kept: &Rendered, method: &Method, request: &HeaderMap) -> Response {
    let gzip = accepts_gzip(request);
    let etag = if gzip { &kept.gzip_etag } else { &kept.plain_etag };
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.reserve(12);
    headers.insert(ETAG, etag.clone());
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(kept.media.cache_control()));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(LAST_MODIFIED, kept.modified_header.clone());
    if not_modified(request, etag, kept.modified) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kept.media.content_type()));
    if let Some(link) = &kept.link {
        headers.insert(LINK, link.clone());
    }
    guard(headers, kept.media == Media::Html);
    if gzip {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        headers.insert(CONTENT_LENGTH, kept.gzip_length.clone());
    } else {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(kept.plain_length));
    }
    if *method != Method::HEAD {
        *response.body_mut() = if gzip { Body::from(kept.gzip.clone()) } else { Body::from(kept.plain()) };
    }
    response
}

/// The headers that keep browsers from guessing and from telling others.
pub(crate) fn guard(headers: &mut HeaderMap, page: bool) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if page {
        headers.insert(CONTENT_SECURITY_POLICY, CONTENT_POLICY);
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    }
}

/// True when the client already has this representation. `If-None-Match` decides alone when it is there.
fn not_modified(request: &HeaderMap, etag: &HeaderValue, modified: DateTime<Utc>) -> bool {
    if request.contains_key(IF_NONE_MATCH) {
        return request.get_all(IF_NONE_MATCH).iter().any(|list| names(list.as_bytes(), etag.as_bytes()));
    }
    request
        .get(IF_MODIFIED_SINCE)
        .and_then(|value| http_date(value.to_str().ok()?))
        .is_some_and(|since| modified.timestamp() <= since.timestamp())
}

/// True when a list of entity tags names this one (compared weakly, as conditional reads are) or is `*`.
fn names(list: &[u8], etag: &[u8]) -> bool {
    if list == etag {
        return true; // nearly always
    }
    let mut rest = list.trim_ascii();
    if rest == b"*" {
        return true;
    }
    // A tag may hold commas, so the list is read tag by tag and not split.
    loop {
        rest = rest.trim_ascii_start();
        rest = rest.strip_prefix(b",").unwrap_or(rest).trim_ascii_start();
        let tag = rest.strip_prefix(b"W/").unwrap_or(rest);
        let Some(inner) = tag.strip_prefix(b"\"") else { return false };
        let Some(end) = inner.iter().position(|byte| *byte == b'"') else { return false };
        if &tag[..end + 2] == etag {
            return true;
        }
        rest = &inner[end + 1..];
    }
}

/// A date as HTTP writes it, in today's form or one of the two old ones.
fn http_date(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .map(|moment| moment.and_utc())
}

/// True when the client takes gzip: named (or `*`) and not with a weight of zero.
fn accepts_gzip(request: &HeaderMap) -> bool {
    let mut star = false;
    for value in request.get_all(ACCEPT_ENCODING) {
        let Ok(value) = value.to_str() else { continue };
        for item in value.split(',') {
            let (coding, parameters) = item.split_once(';').unwrap_or((item, ""));
            let coding = coding.trim();
            let wanted = parameters
                .split(';')
                .filter_map(|parameter| parameter.trim().strip_prefix("q="))
                .all(|weight| weight.trim().parse::<f32>().is_ok_and(|weight| weight > 0.0));
            if coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip") {
                return wanted;
            }
            star |= coding == "*" && wanted;
        }
    }
    star
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn gzip_is_sent_only_to_those_who_take_it() {
        for (value, expected) in [
            ("gzip", true),
            ("gzip, deflate, br", true),
            ("br;q=1.0, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip; q=0.000, *", false),
            ("*", true),
            ("*;q=0", false),
            ("br", false),
            ("", false),
            ("identity", false),
            ("gzip;q=x", false),
        ] {
            assert_eq!(accepts_gzip(&headers(&[(ACCEPT_ENCODING, value)])), expected, "{value}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }

    #[test]
    fn entity_tags_are_compared_weakly_and_decide_alone() {
        let etag = HeaderValue::from_static("\"abc-gz\"");
        let modified = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let now = "Fri, 20 Nov 2026 10:00:00 GMT";
        for (list, expected) in [
            ("\"abc-gz\"", true),
            ("W/\"abc-gz\"", true),
            ("\"x\", W/\"y\" ,\"abc-gz\"", true),
            ("\"a,b\",\"abc-gz\"", true),
            ("*", true),
            ("\"abc\"", false),
            ("abc-gz", false),
            ("\"abc-gz", false),
            ("", false),
            (",,", false),
        ] {
            let request = headers(&[(IF_NONE_MATCH, list), (IF_MODIFIED_SINCE, now)]);
            assert_eq!(not_modified(&request, &etag, modified), expected, "{list}");
        }
        let two = headers(&[(IF_NONE_MATCH, "\"x\""), (IF_NONE_MATCH, "\"abc-gz\"")]);
        let mut both = HeaderMap::new();
        for (_, value) in &two {
            both.append(IF_NONE_MATCH, value.clone());
        }
        assert!(not_modified(&both, &etag, modified));
    }

    #[test]
    fn dates_are_read_in_the_three_forms_of_http() {
        let etag = HeaderValue::from_static("\"abc\"");
        let modified = http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        assert_eq!(modified.to_rfc3339(), "1994-11-06T08:49:37+00:00");
        for (date, expected) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", true),
            ("Sunday, 06-Nov-94 08:49:37 GMT", true),
            ("Sun Nov  6 08:49:37 1994", true),
            ("Sun, 06 Nov 1994 08:49:36 GMT", false),
            ("Fri, 20 Nov 2026 10:00:00 GMT", true),
            ("yesterday", false),
        ] {
            let request = headers(&[(IF_MODIFIED_SINCE, date)]);
            assert_eq!(not_modified(&request, &etag, modified), expected, "{date}");
        }
        assert!(!not_modified(&HeaderMap::new(), &etag, modified));
    }
}
