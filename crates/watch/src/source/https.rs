//! A document on the web: asked for conditionally, never more of it than allowed, redirects judged one by one.

use chrono::{DateTime, Utc};
use http::{HeaderMap, StatusCode, header};
use reqwest::{Client, Response};
use url::Url;

use super::net::{self, Private};
use super::spec::without_secrets;
use super::{Cursor, Document, LookError, LookErrorKind, Sight, Version, fingerprint};
use crate::config::Settings;

/// Redirects followed in one look.
const REDIRECTS: usize = 5;

/// A server's "come back later" is believed up to a day.
const LONGEST_WAIT_SECS: i64 = 86_400;

/// The one client for all web catalogs.
pub(super) fn client(settings: &Settings) -> anyhow::Result<Client> {
    Ok(net::client(settings).https_only(!settings.allow_private_addresses).build()?)
}

/// Looks at an address.
pub(super) async fn look(
    client: &Client,
    url: &Url,
    cursor: &Cursor,
    settings: &Settings,
    now: DateTime<Utc>,
) -> Result<Sight, LookError> {
    // A permanent redirect learned earlier holds for as long as the configured address is the one it came from.
    let moved =
        cursor.get("moved_to").filter(|_| cursor.get("moved_from").map(String::as_str) == Some(url.as_str()));
    let start = moved.and_then(|moved| Url::parse(moved).ok()).unwrap_or_else(|| url.clone());
    match ask(client, &start, url, cursor, settings, now).await {
        // What it moved to is gone: the configured address may know better.
        Err(error) if start != *url && error.kind == LookErrorKind::NotFound => {
            ask(client, url, url, &Cursor::new(), settings, now).await
        }
        answer => answer,
    }
}

async fn ask(
    client: &Client,
    start: &Url,
    configured: &Url,
    cursor: &Cursor,
    settings: &Settings,
    now: DateTime<Utc>,
) -> Result<Sight, LookError> {
    let shown = without_secrets(configured);
    let mut url = start.clone();
    let mut permanent_to = (start != configured).then(|| start.clone());
    let mut all_permanent = true;
    for _ in 0..=REDIRECTS {
        if !settings.allow_private_addresses && net::names_private_number(&url) {
            return Err(private(&shown));
        }
        let mut request = client.get(url.clone());
        for (kept, header) in [("etag", header::IF_NONE_MATCH), ("last_modified", header::IF_MODIFIED_SINCE)]
        {
            if let Some(value) = cursor.get(kept) {
                request = request.header(header, value);
            }
        }
        let response = request.send().await.map_err(|error| explain(&shown, &error))?;
        let status = response.status();
        if status == StatusCode::NOT_MODIFIED {
            return Ok(Sight::Unchanged { cursor: None });
        }
        if let Some(next) = redirect(&response, &url, &shown)? {
            all_permanent &= matches!(status, StatusCode::MOVED_PERMANENTLY | StatusCode::PERMANENT_REDIRECT);
            if all_permanent {
                permanent_to = Some(next.clone());
            }
            url = next;
            continue;
        }
        if !status.is_success() {
            return Err(refuse(&shown, status, response.headers(), now));
        }
        return read(response, &url, configured, permanent_to, cursor, settings).await;
    }
    Err(LookError::trouble(format!(
        "{shown} redirects more than {REDIRECTS} times: use the address it ends at"
    )))
}

async fn read(
    mut response: Response,
    url: &Url,
    configured: &Url,
    permanent_to: Option<Url>,
    cursor: &Cursor,
    settings: &Settings,
) -> Result<Sight, LookError> {
    let shown = without_secrets(configured);
    let limit = settings.max_bytes;
    if response.content_length().is_some_and(|length| length > limit as u64) {
        return Err(LookError::too_large(&shown, limit));
    }
    // Of a packing that was asked for, the client has taken the header away with the packing.
    if let Some(packed) =
        response.headers().get(header::CONTENT_ENCODING).filter(|packed| *packed != "identity")
    {
        let packed: String = packed.to_str().unwrap_or("?").chars().take(20).collect();
        return Err(LookError::trouble(format!(
            "{shown} was sent packed as `{packed}`, which was not asked for: tell its owner, or use another address"
        )));
    }
    let mut next = Cursor::new();
    for (kept, header) in [("etag", header::ETAG), ("last_modified", header::LAST_MODIFIED)] {
        if let Some(value) = response.headers().get(header).and_then(|value| value.to_str().ok()) {
            next.insert(kept.to_owned(), value.to_owned());
        }
    }
    if let Some(moved) = permanent_to.filter(|moved| moved != configured) {
        next.insert("moved_to".to_owned(), moved.to_string());
        next.insert("moved_from".to_owned(), configured.to_string());
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| explain(&shown, &error))? {
        // The limit counts unpacked bytes: a small packed answer can be a large document.
        if bytes.len() + chunk.len() > limit {
            return Err(LookError::too_large(&shown, limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    let content = fingerprint(&bytes);
    let same = cursor.get("content") == Some(&content);
    next.insert("content".to_owned(), content);
    if same {
        return Ok(Sight::Unchanged { cursor: (next != *cursor).then_some(next) });
    }
    let name = url.path().rsplit('/').next().unwrap_or_default().to_owned();
    let versions = vec![Version {
        documents: vec![Document { name, bytes }],
        unread: Vec::new(),
        at: None,
        commit: None,
        cursor: None,
    }];
    Ok(Sight::Versions { versions, cursor: next, more: false })
}

/// Where a redirect leads; `None` when the answer is none.
fn redirect(response: &Response, url: &Url, shown: &str) -> Result<Option<Url>, LookError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    let next = location.and_then(|location| url.join(location).ok()).ok_or_else(|| {
        LookError::trouble(format!("{shown} redirects to nowhere: tell its owner, or use another address"))
    })?;
    if next.scheme() != "https" && (url.scheme() == "https" || next.scheme() != "http") {
        return Err(LookError::refused(format!(
            "{shown} redirects to {}, which is not https: use an address that stays on https",
            without_secrets(&next)
        )));
    }
    Ok(Some(next))
}

/// An answer that is no success.
fn refuse(shown: &str, status: StatusCode, headers: &HeaderMap, now: DateTime<Utc>) -> LookError {
    let until = retry_after(headers, now);
    match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => LookError::not_found(format!(
            "{shown} is not there (the server says {}): check the address",
            status.as_u16()
        )),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => LookError::refused(format!(
            "{shown} may not be read (the server says {}): use an address that is open to everybody",
            status.as_u16()
        )),
        StatusCode::TOO_MANY_REQUESTS => {
            let until = until.unwrap_or(now + chrono::TimeDelta::minutes(1));
            LookError::new(
                LookErrorKind::RateLimited { until },
                format!(
                    "{shown} wants fewer requests: looking again after {}",
                    until.format("%Y-%m-%d %H:%M:%S UTC")
                ),
            )
        }
        _ => LookError::new(
            LookErrorKind::Trouble { until },
            format!("{shown} answered {}: looking again later", status.as_u16()),
        ),
    }
}

/// The server's wish, in seconds or as a date; within reason.
pub(super) fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let until = match text.parse::<i64>() {
        Ok(secs) => now + chrono::TimeDelta::seconds(secs.clamp(0, LONGEST_WAIT_SECS)),
        Err(_) => DateTime::parse_from_rfc2822(text).ok()?.with_timezone(&Utc),
    };
    Some(until.clamp(now, now + chrono::TimeDelta::seconds(LONGEST_WAIT_SECS)))
}

fn private(shown: &str) -> LookError {
    LookError::refused(format!(
        "{shown} leads into a private network: set allow_private_addresses = true in [watch] if that is meant"
    ))
}

/// What went wrong on the way, without the address reqwest would print (it may hold a secret).
fn explain(shown: &str, error: &reqwest::Error) -> LookError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    let mut root = String::new();
    while let Some(current) = cause {
        if current.is::<Private>() {
            return private(shown);
        }
        cause = current.source();
        if cause.is_none() {
            root = current.to_string();
        }
    }
    if error.is_timeout() {
        LookError::trouble(format!("{shown} did not answer in time: looking again later"))
    } else if error.is_connect() {
        LookError::trouble(format!("no connection to {shown} ({root}): check the network and the address"))
    } else {
        LookError::trouble(format!("{shown} could not be read ({root}): looking again later"))
    }
}
