//! A pretend GitHub: contents, READMEs and the newest commit of a file, with conditional requests, renames and limits
//! as the real one has them. Whatever it does not know it refuses and remembers as unexpected.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Request, State};
use axum::response::Response;
use axum::{Extension, Router};
use serde_json::json;

use crate::server::{Asked, Server, build, etag};

/// How requests are refused for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The hourly budget is used up until this second since 1970: status 403, nothing remaining.
    Hourly(i64),
    /// Too much at once: status 429 with this many seconds to wait.
    Burst(u64),
}

struct Repository {
    full_name: String,
    files: BTreeMap<String, String>,
}

#[derive(Default)]
struct Inner {
    /// Where it is reached.
    base: String,
    repositories: BTreeMap<u64, Repository>,
    /// Every name a repository has or had, in lower case.
    names: BTreeMap<String, u64>,
    limit: Option<Limit>,
    unexpected: Vec<String>,
}

/// What it knows, shared with the server.
#[derive(Clone, Default)]
struct Known(Arc<Mutex<Inner>>);

/// A running pretend GitHub.
pub struct Github {
    server: Server,
    known: Known,
}

impl Github {
    /// Starts it on a free port of this machine.
    pub fn start() -> Self {
        let known = Known::default();
        let server = Server::start(|base| {
            base.clone_into(&mut known.inner().base);
            Router::new().fallback(answer).with_state(known.clone())
        });
        Self { server, known }
    }

    /// Its base address, for `api_url`.
    pub fn api_url(&self) -> String {
        self.server.url("")
    }

    /// Commits a file; the repository is made when it is new.
    pub fn commit(&self, repository: &str, path: &str, text: impl Into<String>) {
        let mut inner = self.known.inner();
        let next = inner.repositories.len() as u64 + 1;
        let id = *inner.names.entry(repository.to_lowercase()).or_insert(next);
        let found = inner
            .repositories
            .entry(id)
            .or_insert_with(|| Repository { full_name: repository.to_owned(), files: BTreeMap::new() });
        found.files.insert(path.to_owned(), text.into());
    }

    /// Removes a file.
    pub fn remove(&self, repository: &str, path: &str) {
        let mut inner = self.known.inner();
        let id = inner.names[&repository.to_lowercase()];
        inner.repositories.get_mut(&id).expect("a name has a repository").files.remove(path);
    }

    /// Gives a repository a new name; the old one redirects.
    pub fn rename(&self, from: &str, to: &str) {
        let mut inner = self.known.inner();
        let id = inner.names[&from.to_lowercase()];
        inner.names.insert(to.to_lowercase(), id);
        to.clone_into(&mut inner.repositories.get_mut(&id).expect("a name has a repository").full_name);
    }

    /// Refuses requests, or no longer.
    pub fn limit(&self, limit: Option<Limit>) {
        self.known.inner().limit = limit;
    }

    /// Every request so far, oldest first.
    pub fn asked(&self) -> Vec<Asked> {
        self.server.asked()
    }

    /// Fails when something was asked that GitHub does not have here.
    pub fn expects_no_more(&self) {
        let unexpected = self.known.inner().unexpected.clone();
        assert!(unexpected.is_empty(), "unexpected requests: {unexpected:?}");
    }
}

async fn answer(
    State(known): State<Known>,
    Extension(asked): Extension<Asked>,
    request: Request,
) -> Response {
    known.respond(request.uri().path(), request.uri().query().unwrap_or_default(), &asked.headers)
}

impl Known {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn respond(&self, path: &str, query: &str, headers: &BTreeMap<String, String>) -> Response {
        let mut inner = self.inner();
        if !headers.contains_key("user-agent") {
            return refuse(403, "Request forbidden by administrative rules: a user agent is needed");
        }
        match inner.limit {
            Some(Limit::Hourly(until)) => {
                let until = until.to_string();
                let limits = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", until.as_str())];
                return build(403, &limits, r#"{"message":"API rate limit exceeded"}"#);
            }
            Some(Limit::Burst(secs)) => {
                let secs = secs.to_string();
                let text = r#"{"message":"You have exceeded a secondary rate limit"}"#;
                return build(429, &[("retry-after", secs.as_str())], text);
            }
            None => {}
        }
        let mut parts = path.trim_start_matches('/').splitn(4, '/');
        let (kind, first) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let (repository, rest) = match kind {
            "repositories" => {
                let rest = path.splitn(4, '/').nth(3).unwrap_or_default();
                (first.parse().ok().and_then(|id: u64| inner.repositories.get(&id)), rest)
            }
            "repos" => {
                let name = format!("{first}/{}", parts.next().unwrap_or_default()).to_lowercase();
                let rest = parts.next().unwrap_or_default();
                let id = inner.names.get(&name).copied();
                let found = id.and_then(|id| inner.repositories.get(&id));
                if let (Some(id), Some(found)) = (id, found)
                    && found.full_name.to_lowercase() != name
                {
                    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
                    let rest = if rest.is_empty() { String::new() } else { format!("/{rest}") };
                    let to = format!("{}/repositories/{id}{rest}{query}", inner.base);
                    return build(301, &[("location", &to)], r#"{"message":"Moved Permanently"}"#);
                }
                (found, rest)
            }
            _ => {
                inner.unexpected.push(path.to_owned());
                return refuse(404, "Not Found");
            }
        };
        let Some(repository) = repository else { return refuse(404, "Not Found") };
        let response = repository.respond(rest, query, headers);
        response.unwrap_or_else(|| {
            inner.unexpected.push(format!("{path}?{query}"));
            refuse(404, "Not Found")
        })
    }
}

impl Repository {
    fn respond(&self, rest: &str, query: &str, headers: &BTreeMap<String, String>) -> Option<Response> {
        if rest.is_empty() {
            return Some(facts(&json!({ "full_name": self.full_name })));
        }
        if rest == "readme" {
            let readme = self.files.keys().find(|path| path.to_lowercase().starts_with("readme"));
            return Some(
                readme.map_or_else(|| refuse(404, "Not Found"), |path| facts(&json!({ "path": path }))),
            );
        }
        if rest == "commits" {
            let path = query.split('&').find_map(|pair| pair.strip_prefix("path="))?;
            let text = self.files.get(path)?;
            let sha = etag(text).trim_matches('"').repeat(3);
            let when = json!({ "date": "2026-11-01T10:00:00Z" });
            return Some(facts(&json!([{ "sha": &sha[..40], "commit": { "committer": when } }])));
        }
        let path = rest.strip_prefix("contents/")?;
        let Some(text) = self.files.get(path) else { return Some(refuse(404, "Not Found")) };
        let etag = etag(text);
        if headers.get("if-none-match") == Some(&etag) {
            return Some(build(304, &[("etag", &etag)], ""));
        }
        let raw = headers.get("accept").is_some_and(|accept| accept.contains("raw"));
        raw.then(|| {
            let kind = "application/vnd.github.raw+json; charset=utf-8";
            build(200, &[("etag", &etag), ("content-type", kind)], text.clone())
        })
    }
}

fn facts(value: &serde_json::Value) -> Response {
    build(200, &[("content-type", "application/json; charset=utf-8")], value.to_string())
}

fn refuse(status: u16, message: &str) -> Response {
    build(status, &[("content-type", "application/json")], json!({ "message": message }).to_string())
}
