//! A file in a repository on GitHub: raw bytes by conditional requests, renames followed and remembered, limits
//! obeyed. Where many files are due at once, one question tells beforehand which of them changed.

mod glance;

use chrono::{DateTime, Utc};
use http::{StatusCode, header};
use serde::Deserialize;

pub(super) use self::glance::{Glances, glance};

use self::glance::blob_id;
use super::https::retry_after;
use super::{Cursor, Document, LookError, LookErrorKind, Sight, Sources, Version, fingerprint};
use crate::github::{Clock, Found, Get, JSON, Keep, RAW, Refusal, Reply, Silence, Why, encoded};

/// Answers that are no document are small.
const FACTS_BYTES: usize = 4 << 20;

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
    if glance::is_unchanged(sources, place, cursor) {
        return Ok(Sight::Unchanged { cursor: None });
    }
    Question { sources, place, cursor, clock: sources.github.clock(now), now, next: Cursor::new() }
        .look()
        .await
}

/// One look, with what it learns on the way.
struct Question<'a> {
    sources: &'a Sources,
    place: &'a Place<'a>,
    cursor: &'a Cursor,
    clock: Clock,
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
        let cap = self.sources.settings.max_bytes;
        let get = Get { route: &route, accept: RAW, etag: etag.as_deref(), cap, keep: Keep::Nothing };
        let answer = self.ask(get).await?;
        if answer.status == StatusCode::NOT_MODIFIED {
            return Ok(Sight::Unchanged { cursor: None });
        }
        let kind = answer.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
        if kind.contains("json") && !kind.contains("raw") {
            return Err(LookError::unreadable(format!("{} is a folder: name a file in it", self.shown())));
        }
        if let Some(etag) = answer.headers.get(header::ETAG).and_then(|etag| etag.to_str().ok()) {
            self.next.insert("etag".to_owned(), etag.to_owned());
        }
        self.next.insert("path".to_owned(), path.to_owned());
        let bytes = answer.body;
        if let Some(blob) = blob_id(&bytes) {
            self.next.insert("blob".to_owned(), blob);
        }
        let content = fingerprint(&bytes);
        let same = self.cursor.get("content") == Some(&content);
        self.next.insert("content".to_owned(), content);
        if same {
            let learned = (self.next != *self.cursor).then(|| self.next.clone());
            return Ok(Sight::Unchanged { cursor: learned });
        }
        let (at, commit) = self.newest_commit(path).await.unzip();
        let name = path.rsplit('/').next().unwrap_or(path).to_owned();
        let versions = vec![Version {
            documents: vec![Document { name, bytes }],
            unread: Vec::new(),
            at,
            commit,
            cursor: None,
        }];
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
        if self.sources.github.is_anonymous() {
            return None;
        }
        let repo = self.next.get("repo")?.clone();
        let query = self.branch_query('&', "sha");
        let route = format!("/repos/{repo}/commits?path={}&per_page=1{query}", encoded(path));
        let listed: Vec<Listed> = self.facts(route).await.ok()?;
        let newest = listed.into_iter().next()?;
        // A commit from a clock that runs ahead did not happen later than now.
        Some((newest.commit.committer?.date?.min(self.now), newest.sha))
    }

    async fn facts<T: serde::de::DeserializeOwned>(&mut self, route: String) -> Result<T, LookError> {
        let answer = self.ask(facts(&route)).await?;
        serde_json::from_slice(&answer.body).map_err(|error| {
            LookError::trouble(format!("{}: GitHub's answer was not understood ({error})", self.shown()))
        })
    }

    /// Asks, learns the new name from permanent redirects, turns refusals into errors.
    async fn ask(&mut self, get: Get<'_>) -> Result<Reply, LookError> {
        let found = self.sources.github.find(get, self.clock).await;
        let Found { reply, moved_to } = found.map_err(|refusal| self.explain(refusal, get.cap))?;
        if !reply.status.is_success() && reply.status != StatusCode::NOT_MODIFIED {
            return Err(self.refuse(&reply));
        }
        if let Some(route) = moved_to {
            self.learn_name(&route).await;
        }
        Ok(reply)
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
        let route = format!("/repositories/{id}");
        let Ok(answer) = self.sources.github.get(facts(&route), self.clock).await else { return };
        if !answer.status.is_success() {
            return;
        }
        if let Ok(repository) = serde_json::from_slice::<Repository>(&answer.body) {
            self.next.insert("repo".to_owned(), repository.full_name);
        }
    }

    /// An answer that is no success, and has nothing to do with limits.
    fn refuse(&self, answer: &Reply) -> LookError {
        let (status, shown) = (answer.status, self.shown());
        let with_token = !self.sources.github.is_anonymous();
        match status {
            StatusCode::NOT_FOUND => LookError::not_found(format!(
                "{shown} is not there, or is private: check owner, repository, path and branch{}",
                if with_token { "" } else { "; private ones need a token" }
            )),
            StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED | StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS => {
                LookError::refused(format!(
                    "GitHub does not show {shown} (it says {}): check what the token may read, or whether it was blocked",
                    status.as_u16()
                ))
            }
            _ => LookError::new(
                LookErrorKind::Trouble { until: retry_after(&answer.headers, self.now) },
                format!("GitHub answered {} for {shown}: looking again later", status.as_u16()),
            ),
        }
    }

    /// Why there is no answer.
    fn explain(&self, refusal: Refusal, cap: usize) -> LookError {
        let shown = self.shown();
        match refusal {
            Refusal::Wait(wait) => self.held_back(wait.until, wait.why),
            Refusal::Silence(Silence::TooLarge) => LookError::too_large(&shown, cap),
            Refusal::Silence(Silence::Away(root) | Silence::Broken(root)) => LookError::trouble(format!(
                "GitHub could not be asked for {shown} ({root}): check the network"
            )),
            Refusal::Silence(Silence::Late) => {
                LookError::trouble(format!("GitHub did not answer in time for {shown}: looking again later"))
            }
            Refusal::Elsewhere => LookError::refused(format!(
                "{shown}: GitHub redirects to another place: check owner and repository"
            )),
            Refusal::Circle => {
                LookError::trouble(format!("{shown}: GitHub redirects in a circle: looking again later"))
            }
        }
    }

    /// Limits: GitHub's, and our own way of keeping to them.
    fn held_back(&self, until: DateTime<Utc>, why: Why) -> LookError {
        let anonymous = self.sources.github.is_anonymous();
        let hint = if anonymous { " (a token raises the limit, see [github])" } else { "" };
        let at = until.format("%Y-%m-%d %H:%M:%S UTC");
        match why {
            Why::Rejected | Why::NoToken => {
                LookError::refused("GitHub does not accept the token: make a new one and set it again")
            }
            Why::Quiet | Why::UsedUp => LookError::new(
                LookErrorKind::RateLimited { until },
                format!("GitHub wants no more requests until {at}{hint}"),
            ),
            Why::Busy | Why::Spread => LookError::new(
                LookErrorKind::PutOff { until },
                format!("requests to GitHub are spread over the hour: looking again after {at}{hint}"),
            ),
        }
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

/// A question whose answer is JSON.
fn facts(route: &str) -> Get<'_> {
    Get { route, accept: JSON, etag: None, cap: FACTS_BYTES, keep: Keep::Nothing }
}
