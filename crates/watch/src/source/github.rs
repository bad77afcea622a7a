//! A file in a repository on GitHub: raw bytes by conditional requests, renames followed and remembered, limits
//! obeyed. octocrab speaks to GitHub over our own client; retries, cache and redirects are ours, because its own
//! would hide what we must see.

mod client;

use std::sync::atomic::Ordering;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, header};
use http_body_util::BodyExt;
use http_body_util::combinators::BoxBody;
use serde::Deserialize;

pub(super) use self::client::Github;
use super::https::retry_after;
use super::{Cursor, Document, LookError, LookErrorKind, Sight, Sources, Version, fingerprint};

const RAW: &str = "application/vnd.github.raw+json";
const JSON: &str = "application/vnd.github+json";

/// Redirects followed for one question: a rename, and a rename of the rename.
const REDIRECTS: usize = 3;

/// Answers that are no document are small.
const FACTS_BYTES: usize = 4 << 20;

/// Wait after "too many requests" that names no time.
const QUIET_SECS: i64 = 60;

type Answer = Response<BoxBody<Bytes, octocrab::Error>>;

/// The file that is asked for.
pub(super) struct Place<'a> {
    pub(super) owner: &'a str,
    pub(super) repo: &'a str,
    pub(super) path: Option<&'a str>,
    pub(super) branch: Option<&'a str>,
}

/// Looks at a file on GitHub.
pub(super) async fn look(
    sources: &Sources,
    place: &Place<'_>,
    cursor: &Cursor,
    now: DateTime<Utc>,
) -> Result<Sight, LookError> {
    let quiet_until = sources.github.quiet_until.load(Ordering::Relaxed);
    if now.timestamp() < quiet_until {
        return Err(limited(DateTime::from_timestamp(quiet_until, 0).unwrap_or(now)));
    }
    let mut question = Question { sources, place, cursor, now, next: Cursor::new() };
    let answer = question.look().await;
    if let Err(LookError { kind: LookErrorKind::RateLimited { until }, .. }) = &answer {
        sources.github.quiet_until.fetch_max(until.timestamp(), Ordering::Relaxed);
    }
    answer
}

/// One look, with what it learns on the way.
struct Question<'a> {
    sources: &'a Sources,
    place: &'a Place<'a>,
    cursor: &'a Cursor,
    now: DateTime<Utc>,
    next: Cursor,
}

impl Question<'_> {
    async fn look(&mut self) -> Result<Sight, LookError> {
        // The name and README found earlier hold while the configured repository is the one they were found for.
        let configured = format!("{}/{}", self.place.owner, self.place.repo);
        let known = self.cursor.get("configured") == Some(&configured);
        let kept = |key: &str| self.cursor.get(key).filter(|_| known).cloned();
        let repo = kept("repo").unwrap_or_else(|| configured.clone());
        self.next.insert("configured".to_owned(), configured);
        self.next.insert("repo".to_owned(), repo.clone());

        let (path, etag) = match (self.place.path, kept("path")) {
            (Some(path), found) => {
                let etag = kept("etag").filter(|_| found.as_deref() == Some(path));
                (path.to_owned(), etag)
            }
            (None, Some(found)) => (found, kept("etag")),
            (None, None) => (self.find_readme(&repo).await?, None),
        };
        match self.read(&repo, &path, etag).await {
            // The README went to another name.
            Err(error) if error.kind == LookErrorKind::NotFound && self.place.path.is_none() => {
                let path_now = self.find_readme(&repo).await?;
                if path_now == path {
                    return Err(error);
                }
                self.read(&repo, &path_now, None).await
            }
            answer => answer,
        }
    }

    /// Asks for the file's bytes.
    async fn read(&mut self, repo: &str, path: &str, etag: Option<String>) -> Result<Sight, LookError> {
        let route = format!("/repos/{repo}/contents/{}{}", encoded(path), self.branch_query('?', "ref"));
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(RAW));
        if let Some(etag) = etag.and_then(|etag| HeaderValue::from_str(&etag).ok()) {
            headers.insert(header::IF_NONE_MATCH, etag);
        }
        let answer = self.ask(route, headers).await?;
        if answer.status() == StatusCode::NOT_MODIFIED {
            return Ok(Sight::Unchanged { cursor: None });
        }
        let kind =
            answer.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
        if kind.contains("json") && !kind.contains("raw") {
            return Err(LookError::unreadable(format!("{} is a folder: name a file in it", self.shown())));
        }
        if let Some(etag) = answer.headers().get(header::ETAG).and_then(|etag| etag.to_str().ok()) {
            self.next.insert("etag".to_owned(), etag.to_owned());
        }
        self.next.insert("path".to_owned(), path.to_owned());
        let bytes = self.body(answer, self.sources.settings.max_bytes).await?;
        let content = fingerprint(&bytes);
        let same = self.cursor.get("content") == Some(&content);
        self.next.insert("content".to_owned(), content);
        if same {
            let learned = (self.next != *self.cursor).then(|| self.next.clone());
            return Ok(Sight::Unchanged { cursor: learned });
        }
        let (at, commit) = self.newest_commit(path).await.unzip();
        let name = path.rsplit('/').next().unwrap_or(path).to_owned();
        let versions = vec![Version { documents: vec![Document { name, bytes }], at, commit, cursor: None }];
        Ok(Sight::Versions { versions, cursor: self.next.clone(), more: false })
    }

    /// The path of the repository's README.
    async fn find_readme(&mut self, repo: &str) -> Result<String, LookError> {
        #[derive(Deserialize)]
        struct Readme {
            path: String,
        }
        let route = format!("/repos/{repo}/readme{}", self.branch_query('?', "ref"));
        Ok(self.facts::<Readme>(route).await?.path)
    }

    /// When the file was last changed, and by which commit. One more request, so only for whoever has a token and
    /// thousands of them; any trouble only costs the exact time.
    async fn newest_commit(&mut self, path: &str) -> Option<(DateTime<Utc>, String)> {
        #[derive(Deserialize)]
        struct Listed {
            sha: String,
            commit: Commit,
        }
        #[derive(Deserialize)]
        struct Commit {
            committer: Option<Person>,
        }
        #[derive(Deserialize)]
        struct Person {
            date: Option<DateTime<Utc>>,
        }
        self.sources.settings.github.token.as_ref()?;
        let repo = self.next.get("repo")?.clone();
        let query = self.branch_query('&', "sha");
        let route = format!("/repos/{repo}/commits?path={}&per_page=1{query}", encoded(path));
        let listed: Vec<Listed> = self.facts(route).await.ok()?;
        let newest = listed.into_iter().next()?;
        // A commit from a clock that runs ahead did not happen later than now.
        Some((newest.commit.committer?.date?.min(self.now), newest.sha))
    }

    async fn facts<T: serde::de::DeserializeOwned>(&mut self, route: String) -> Result<T, LookError> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(JSON));
        let answer = self.ask(route, headers).await?;
        let bytes = self.body(answer, FACTS_BYTES).await?;
        serde_json::from_slice(&bytes).map_err(|error| {
            LookError::trouble(format!("{}: GitHub's answer was not understood ({error})", self.shown()))
        })
    }

    /// Asks, follows redirects (and learns the new name from permanent ones), turns refusals into errors.
    async fn ask(&mut self, route: String, headers: HeaderMap) -> Result<Answer, LookError> {
        let mut route = route;
        for _ in 0..=REDIRECTS {
            let answer = self
                .sources
                .github
                .api()
                ._get_with_headers(route.as_str(), Some(headers.clone()))
                .await
                .map_err(|error| self.explain(&error))?;
            let status = answer.status();
            if status.is_success() || status == StatusCode::NOT_MODIFIED {
                return Ok(answer);
            }
            if !matches!(status.as_u16(), 301 | 302 | 307 | 308) {
                return Err(self.refuse(answer).await);
            }
            route = self.redirect(&answer)?;
            if matches!(status.as_u16(), 301 | 308) {
                self.learn_name(&route).await;
            }
        }
        Err(LookError::trouble(format!(
            "{}: GitHub redirects in a circle: looking again later",
            self.shown()
        )))
    }

    /// The route of a redirect; only GitHub itself is followed, because the token goes along.
    fn redirect(&self, answer: &Answer) -> Result<String, LookError> {
        let location = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        let target: Option<Uri> = location.and_then(|location| location.parse().ok());
        let base: Option<Uri> = self.sources.settings.github.api_url.parse().ok();
        let home = base.as_ref().and_then(Uri::authority);
        target
            .filter(|target| target.authority().is_none() || target.authority() == home)
            .and_then(|target| target.path_and_query().map(ToString::to_string))
            .ok_or_else(|| {
                LookError::refused(format!(
                    "{}: GitHub redirects to another place: check owner and repository",
                    self.shown()
                ))
            })
    }

    /// A renamed repository is redirected to `/repositories/ID/…`; its new name is one question away. Without an
    /// answer nothing is lost: the redirect works the next time too.
    async fn learn_name(&mut self, route: &str) {
        #[derive(Deserialize)]
        struct Repository {
            full_name: String,
        }
        let Some(id) = route.split_once("/repositories/").map(|(_, rest)| rest) else { return };
        let id: String = id.chars().take_while(char::is_ascii_digit).collect();
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(JSON));
        let answer =
            self.sources.github.api()._get_with_headers(format!("/repositories/{id}"), Some(headers)).await;
        let Ok(answer) = answer else { return };
        if !answer.status().is_success() {
            return;
        }
        let Ok(bytes) = self.body(answer, FACTS_BYTES).await else { return };
        if let Ok(repository) = serde_json::from_slice::<Repository>(&bytes) {
            self.next.insert("repo".to_owned(), repository.full_name);
        }
    }

    async fn body(&self, answer: Answer, limit: usize) -> Result<Vec<u8>, LookError> {
        let mut body = answer.into_body();
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| self.explain(&error))?;
            let Some(data) = frame.data_ref() else { continue };
            if bytes.len() + data.len() > limit {
                return Err(LookError::too_large(&self.shown(), limit));
            }
            bytes.extend_from_slice(data);
        }
        Ok(bytes)
    }

    async fn refuse(&self, answer: Answer) -> LookError {
        let (status, headers) = (answer.status(), answer.headers().clone());
        let said = self.body(answer, FACTS_BYTES).await.unwrap_or_default();
        let said = String::from_utf8_lossy(&said).to_lowercase();
        let shown = self.shown();
        let with_token = self.sources.settings.github.token.is_some();
        let hint = if with_token { "" } else { " (a token raises the limit, see [watch.github])" };
        let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<i64>().ok();
        let too_many = status == StatusCode::TOO_MANY_REQUESTS
            || (status == StatusCode::FORBIDDEN
                && (headers.contains_key(header::RETRY_AFTER)
                    || number("x-ratelimit-remaining") == Some(0)
                    || said.contains("rate limit")));
        match status {
            _ if too_many => {
                let reset = number("x-ratelimit-reset")
                    .filter(|_| number("x-ratelimit-remaining") == Some(0))
                    .and_then(|reset| DateTime::from_timestamp(reset, 0));
                let soonest = self.now + TimeDelta::seconds(1);
                let until = retry_after(&headers, self.now)
                    .or(reset)
                    .unwrap_or(self.now + TimeDelta::seconds(QUIET_SECS))
                    .clamp(soonest, self.now + TimeDelta::days(1));
                let mut error = limited(until);
                error.message.push_str(hint);
                error
            }
            StatusCode::UNAUTHORIZED => {
                LookError::refused("GitHub does not accept the token: make a new one and set it again")
            }
            StatusCode::NOT_FOUND => LookError::not_found(format!(
                "{shown} is not there, or is private: check owner, repository, path and branch{}",
                if with_token { "" } else { "; private ones need a token" }
            )),
            StatusCode::FORBIDDEN | StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS => LookError::refused(format!(
                "GitHub does not show {shown} (it says {}): check what the token may read, or whether it was blocked",
                status.as_u16()
            )),
            _ => LookError::new(
                LookErrorKind::Trouble { until: retry_after(&headers, self.now) },
                format!("GitHub answered {} for {shown}: looking again later", status.as_u16()),
            ),
        }
    }

    fn explain(&self, error: &octocrab::Error) -> LookError {
        let mut root: &dyn std::error::Error = error;
        while let Some(source) = root.source() {
            root = source;
        }
        LookError::trouble(format!(
            "GitHub could not be asked for {} ({root}): check the network",
            self.shown()
        ))
    }

    fn branch_query(&self, joint: char, name: &str) -> String {
        self.place.branch.map_or_else(String::new, |branch| format!("{joint}{name}={}", encoded(branch)))
    }

    fn shown(&self) -> String {
        let path = self.place.path.map_or_else(String::new, |path| format!("/{path}"));
        let branch = self.place.branch.map_or_else(String::new, |branch| format!("@{branch}"));
        format!("github:{}/{}{path}{branch}", self.place.owner, self.place.repo)
    }
}

fn limited(until: DateTime<Utc>) -> LookError {
    LookError::new(
        LookErrorKind::RateLimited { until },
        format!("GitHub wants no more requests until {}", until.format("%Y-%m-%d %H:%M:%S UTC")),
    )
}

/// Percent-encodes all but what is plain in a path or a query; slashes stay.
fn encoded(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
