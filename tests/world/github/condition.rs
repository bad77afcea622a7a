//! Conditional requests: an ETag that depends on who asks and for which form, and 304 where nothing changed.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;

use super::answer::Answer;
use super::rest::Ask;

/// Puts validators on an answer, or says that nothing changed.
pub(super) fn apply(answer: Answer, ask: &Ask<'_>) -> Answer {
    if answer.status != 200 || !matches!(ask.method, "GET" | "HEAD") {
        return answer;
    }
    let etag = etag(&answer, ask);
    let modified =
        answer.headers.iter().find(|(name, _)| *name == "last-modified").map(|(_, value)| value.clone());
    let same = match (ask.header("if-none-match"), ask.header("if-modified-since"), &modified) {
        (Some(known), ..) => {
            known.split(',').any(|known| strong(known.trim()) == strong(&etag) || known.trim() == "*")
        }
        (None, Some(since), Some(modified)) => !later(modified, since),
        _ => false,
    };
    let cache = if ask.who.anonymous {
        "public, max-age=60, s-maxage=60"
    } else {
        "private, max-age=60, s-maxage=60"
    };
    let varies = "Accept, Authorization, Cookie, Accept-Encoding, X-Requested-With";
    let mut answer = answer.with("etag", etag).with("cache-control", cache).with("vary", varies);
    if same {
        answer.status = 304;
        answer.body = Bytes::new();
        answer.headers.retain(|(name, _)| *name != "content-type");
    }
    answer
}

/// A weak validator over everything the answer depends on: another token or another form is another document.
fn etag(answer: &Answer, ask: &Ask<'_>) -> String {
    let mut out = String::from("W/\"");
    for salt in 0..4_u8 {
        let mut hasher = DefaultHasher::new();
        salt.hash(&mut hasher);
        for header in ["accept", "authorization", "cookie"] {
            ask.header(header).hash(&mut hasher);
        }
        answer.body.hash(&mut hasher);
        // Writing to a String cannot fail.
        let _ = write!(out, "{:016x}", hasher.finish());
    }
    out.push('"');
    out
}

fn strong(etag: &str) -> &str {
    etag.strip_prefix("W/").unwrap_or(etag)
}

fn later(modified: &str, since: &str) -> bool {
    let read = |text: &str| chrono::NaiveDateTime::parse_from_str(text, "%a, %d %b %Y %H:%M:%S GMT").ok();
    match (read(modified), read(since)) {
        (Some(modified), Some(since)) => modified > since,
        _ => true,
    }
}
