//! The REST API: what each path answers, before limits and conditions have their say.

mod apps;
mod contents;
mod paging;
mod releases;
mod repository;

use chrono::{DateTime, Utc};
use http::HeaderMap;
use serde_json::{Value, json};

use super::answer::Answer;
use super::state::{Block, Found, State};
use super::tokens::Identity;

pub(super) use self::apps::answer as answer_app;
pub(super) use self::releases::json as release_json;
pub(super) use self::repository::owner_json;

/// A repository as web hooks show it.
pub(super) fn repository_json(state: &State, api: &str, index: usize) -> Value {
    repository::json(state, api, index, false)
}

/// A request as the API sees it.
pub(super) struct Ask<'a> {
    pub(super) method: &'a str,
    /// The path without its query, as it was sent.
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) who: &'a Identity,
    /// The API's own address, for links to itself.
    pub(super) api: &'a str,
    pub(super) now: DateTime<Utc>,
}

impl Ask<'_> {
    /// A value of the query.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        let mut pairs = url::form_urlencoded::parse(self.query.as_bytes());
        pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    /// A header line.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The form of the answer that is asked for: `raw`, `object`, `html`, or plain JSON.
    pub(super) fn media(&self) -> &'static str {
        let accepts = self.header("accept").unwrap_or_default();
        let wanted = accepts.split(',').filter_map(|kind| kind.trim().strip_prefix("application/vnd.github"));
        for kind in wanted {
            for form in ["raw", "object", "html"] {
                if kind.split(['.', '+', ';']).any(|part| part == form) {
                    return form;
                }
            }
        }
        "json"
    }
}

/// The answer, and whether the path is one the stand-in does not know.
pub(super) fn answer(state: &State, ask: &Ask<'_>) -> (Answer, bool) {
    // The root folder is named by nothing; no other path ends with a slash.
    let path = ask.path.strip_suffix("/contents/").map_or(ask.path, |_| ask.path.trim_end_matches('/'));
    if path.len() > 1 && path.ends_with('/') {
        return (Answer::not_found(), false);
    }
    let segments: Vec<String> = path.trim_start_matches('/').split('/').map(decoded).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    if ask.method != "GET" && ask.method != "HEAD" {
        return (Answer::not_found(), true);
    }
    let answer = match segments.as_slice() {
        ["user"] if ask.who.anonymous => Answer::error(401, "Requires authentication"),
        ["user"] if ask.who.installation => Answer::error(403, "Resource not accessible by integration"),
        ["user"] => user(state, ask),
        ["zen"] => Answer::text(200, "text/plain;charset=utf-8", "Keep it logically awesome."),
        ["users" | "orgs", login] => owner(state, ask, login),
        ["repositories", id, rest @ ..] => {
            let index = id.parse().ok().and_then(|id| state.by_id(id));
            return index.map_or((Answer::not_found(), false), |index| about(state, ask, index, rest));
        }
        ["repos", owner, name, rest @ ..] => match state.find(owner, name) {
            None => Answer::not_found(),
            Some(Found::Here(index)) => return about(state, ask, index, rest),
            Some(Found::Renamed(index)) => moved(state, ask, index, rest),
        },
        _ => return (Answer::not_found(), true),
    };
    (answer, false)
}

/// What is asked about a repository.
fn about(state: &State, ask: &Ask<'_>, index: usize, rest: &[&str]) -> (Answer, bool) {
    let repo = &state.repos[index];
    let answer = match (repo.blocked, repo.private) {
        (Some(reason), _) => blocked(reason, repo.created),
        (None, true) => Answer::not_found(),
        (None, false) => match rest {
            [] => repository::repository(state, ask, index),
            ["releases"] => releases::list(state, ask, index),
            ["releases", "latest"] => releases::latest(state, ask, index),
            ["releases", "tags", tag @ ..] => releases::by_tag(state, ask, index, &tag.join("/")),
            ["releases", id] => releases::by_id(state, ask, index, id),
            ["tags"] => repository::tags(state, ask, index),
            ["commits"] => repository::commits(state, ask, index),
            ["readme", folder @ ..] => contents::readme(repo, ask, &folder.join("/")),
            ["contents", path @ ..] => contents::contents(repo, ask, &path.join("/")),
            ["license"] => contents::license(repo, ask),
            ["topics"] => Answer::json(200, &json!({ "names": repo.topics })),
            _ => return (Answer::not_found(), true),
        },
    };
    (answer, false)
}

/// A repository with another name: permanently elsewhere, by its number.
fn moved(state: &State, ask: &Ask<'_>, index: usize, rest: &[&str]) -> Answer {
    let repo = &state.repos[index];
    if repo.private {
        return Answer::not_found();
    }
    // What stands behind the name goes along as it was sent, escapes and all.
    let rest = match rest {
        [] => "",
        _ => ask.path.splitn(5, '/').nth(4).unwrap_or_default(),
    };
    let joint = if rest.is_empty() { "" } else { "/" };
    let query = if ask.query.is_empty() { String::new() } else { format!("?{}", ask.query) };
    let to = format!("{}/repositories/{}{joint}{rest}{query}", ask.api, repo.id);
    let text = json!({
        "message": "Moved Permanently",
        "url": to,
        "documentation_url": "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects",
    });
    Answer::json(301, &text).with("location", to)
}

/// What members hear who have not signed on.
pub(super) const SIGN_ON: &str = "Resource protected by organization SAML enforcement. You must grant your Personal \
    Access token access to this organization.";

fn blocked(reason: Block, since: DateTime<Utc>) -> Answer {
    let (status, reason) = match reason {
        Block::Dmca => (451, "dmca"),
        Block::Terms => (403, "tos"),
        Block::SignOn => return Answer::error(403, SIGN_ON),
    };
    let block =
        json!({ "reason": reason, "created_at": since, "html_url": "https://github.com/contact/dmca" });
    Answer::json(status, &json!({ "message": "Repository access blocked", "block": block }))
}

fn user(state: &State, ask: &Ask<'_>) -> Answer {
    let known = state.owners.iter().position(|owner| owner.login == ask.who.who);
    known.map_or_else(Answer::not_found, |index| Answer::json(200, &repository::owner(state, ask, index)))
}

fn owner(state: &State, ask: &Ask<'_>, login: &str) -> Answer {
    let known = state.owners.iter().position(|owner| owner.login.eq_ignore_ascii_case(login));
    known.map_or_else(Answer::not_found, |index| Answer::json(200, &repository::owner(state, ask, index)))
}

/// A moment as GitHub writes it.
fn moment(at: DateTime<Utc>) -> Value {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string().into()
}

/// Percent-decodes one part of a path.
fn decoded(segment: &str) -> String {
    // A plus is a plus in a path.
    let kept = segment.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(kept.as_bytes()).map(|(name, _)| name.into_owned()).next().unwrap_or_default()
}
