//! By REST: redirects followed with care, and projects looked at without a token, two questions each.

mod shape;

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, Utc};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use whimbrel_project::{Answer, KnownReleases, Project, ProjectId, Reach, reach};

use self::shape::{About, Release};
use super::answer::short;
use super::calls::{ANSWER_BYTES, Get, Refusal};
use super::clock::Clock;
use super::governor::{Keep, Wait, Why};
use super::look::Looked;
use super::page::Page;
use super::query::{NEWEST, PAGE};
use super::transport::{HTML, JSON, Reply, Silence};
use super::{Github, locked};

/// Redirects followed for one question: a rename, and a rename of the rename.
const REDIRECTS: usize = 3;

/// Projects whose last answers are remembered, to ask "anything new?". Without a token GitHub counts these questions
/// like any other, so this saves bytes and not requests, and forgetting costs nothing.
const REMEMBERED: usize = 1000;

/// An answer, and where it came from in the end.
pub(crate) struct Found {
    pub(crate) reply: Reply,
    /// The last permanent redirect on the way.
    pub(crate) moved_to: Option<String>,
}

/// What is remembered of projects between two looks without a token.
#[derive(Default)]
pub(crate) struct Known {
    of: HashMap<ProjectId, Last>,
    order: VecDeque<ProjectId>,
}

#[derive(Clone, Default)]
struct Last {
    about: Option<(String, About)>,
    releases: Option<String>,
}

/// How one project without a token went.
enum Went {
    Answered(Answer),
    /// Not now.
    Wait(DateTime<Utc>),
    /// GitHub cannot be reached.
    Away(String),
}

impl Github {
    /// Asks, and follows redirects within GitHub.
    pub(crate) async fn find(&self, get: Get<'_>, clock: Clock) -> Result<Found, Refusal> {
        let (mut route, mut moved_to) = (get.route.to_owned(), None);
        for _ in 0..=REDIRECTS {
            let reply = self.get(Get { route: &route, ..get }, clock).await?;
            if !matches!(reply.status.as_u16(), 301 | 302 | 307 | 308) {
                return Ok(Found { reply, moved_to });
            }
            let location = reply.headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
            route = location.and_then(|location| self.route_of(location)).ok_or(Refusal::Elsewhere)?;
            if matches!(reply.status.as_u16(), 301 | 308) {
                moved_to = Some(route.clone());
            }
        }
        Err(Refusal::Circle)
    }

    fn route_of(&self, location: &str) -> Option<String> {
        let setup = std::sync::Arc::clone(&self.desk().setup);
        setup.transport.route_of(location)
    }

    /// Looks at as many projects as 60 requests an hour allow, leaving some to catalogs.
    pub(super) async fn look_without_token(&self, projects: &[Project], clock: Clock) -> Looked {
        let mut looked = Looked::default();
        for project in projects {
            if looked.again.is_some() {
                looked.put_off.push(project.id);
                continue;
            }
            match self.look_at_one(project, clock).await {
                Went::Answered(answer) => {
                    self.back();
                    looked.answers.push((project.id, answer));
                }
                Went::Wait(until) => {
                    looked.again = Some(until);
                    looked.put_off.push(project.id);
                }
                Went::Away(why) => {
                    let again = self.gone_away(clock.now(), &why);
                    looked.again = Some(again);
                    looked.put_off.push(project.id);
                }
            }
        }
        looked
    }

    async fn look_at_one(&self, project: &Project, clock: Clock) -> Went {
        let last = locked(&self.inner.known).of.get(&project.id).cloned().unwrap_or_default();
        let route = format!("/repos/{}", encoded(&project.full_name));
        let last_etag = last.about.as_ref().map(|(etag, _)| etag.clone());
        let get = Get {
            route: &route,
            accept: JSON,
            etag: last_etag.as_deref(),
            cap: ANSWER_BYTES,
            keep: Keep::Third,
        };
        let reply = match self.find(get, clock).await {
            Ok(found) => found.reply,
            Err(refusal) => return went(refusal),
        };
        let about = match (reply.status, last.about) {
            (StatusCode::NOT_MODIFIED, Some((_, about))) => about,
            (status, _) if status.is_success() => match serde_json::from_slice::<About>(&reply.body) {
                Ok(about) => about,
                Err(error) => return failed(format!("GitHub's answer was not understood ({error})")),
            },
            _ => return Went::Answered(refused(&reply)),
        };
        let etag_of_about = etag_of(&reply.headers).or(last_etag);

        let rules = self.desk().setup.rules.clone();
        let reach = reach(project, clock.now(), &rules);
        let count = if reach == Reach::Newest { NEWEST } else { PAGE };
        let route = format!("/repos/{}/releases?per_page={count}", encoded(&about.full_name));
        // "Nothing new" would be no answer for a project that waits to tell what was there last time, or knows nothing.
        let is_known = project.releases != KnownReleases::default() && !project.releases.is_settling();
        // The longer page has another, which is not worth remembering; that of the short one is no answer to it.
        let last_etag = last.releases.filter(|_| is_known && reach == Reach::Newest);
        let etag = last_etag.as_deref();
        // The second half of a look that has begun is nobody's to keep back.
        let get = Get { route: &route, accept: HTML, etag, cap: ANSWER_BYTES, keep: Keep::Nothing };
        let reply = match self.find(get, clock).await {
            Ok(found) => found.reply,
            Err(refusal) => return went(refusal),
        };
        let releases = match reply.status {
            StatusCode::NOT_MODIFIED => None,
            status if status.is_success() => match serde_json::from_slice::<Vec<Release>>(&reply.body) {
                Ok(releases) => Some(releases.into_iter().map(Release::seen).collect::<Vec<_>>()),
                Err(error) => return failed(format!("GitHub's answer was not understood ({error})")),
            },
            _ => return Went::Answered(refused(&reply)),
        };
        // What is new has to be written down first: this answer may be put off, or refused by the store.
        let is_new = releases.iter().flatten().any(|release| project.releases.may_tell(release));
        let etag_of_releases =
            etag_of(&reply.headers).or(last_etag).filter(|_| !is_new && reach == Reach::Newest);
        let next =
            Last { about: etag_of_about.map(|etag| (etag, about.clone())), releases: etag_of_releases };
        locked(&self.inner.known).remember(project.id, next);
        // What lies below a hundred would take questions that others need more.
        Went::Answered(Answer::Here(Box::new(about.seen(releases, next_page(&reply.headers).is_none()))))
    }

    pub(super) async fn releases_page_without_token(
        &self,
        project: &Project,
        after: Option<&str>,
        clock: Clock,
    ) -> Page {
        let first = format!("/repos/{}/releases?per_page={PAGE}", encoded(&project.full_name));
        let route = after.unwrap_or(&first);
        // The look it belongs to has begun, and what is told has notes.
        let get = Get { route, accept: HTML, etag: None, cap: ANSWER_BYTES, keep: Keep::Nothing };
        let reply = match self.find(get, clock).await {
            Ok(found) => found.reply,
            // A project that came back for its pages would be the first in the queue again, and use up what they need.
            Err(Refusal::Wait(Wait { why: Why::Spread | Why::UsedUp, .. })) => return Page::Unasked,
            Err(refusal) => {
                return match went(refusal) {
                    Went::Wait(until) => Page::Later(until),
                    Went::Away(why) => Page::Later(self.gone_away(clock.now(), &why)),
                    Went::Answered(Answer::Failed(why) | Answer::Blocked(why)) => Page::Failed(why),
                    Went::Answered(_) => Page::Failed("there are no releases to read".to_owned()),
                };
            }
        };
        if !reply.status.is_success() {
            return Page::Failed(format!("GitHub answers {}", reply.status.as_u16()));
        }
        match serde_json::from_slice::<Vec<Release>>(&reply.body) {
            Ok(releases) => {
                let releases = releases.into_iter().map(Release::seen).collect();
                let next = next_page(&reply.headers).and_then(|link| self.route_of(&link));
                Page::Read { releases, total: None, next }
            }
            Err(error) => Page::Failed(format!("GitHub's answer was not understood ({error})")),
        }
    }
}

impl Known {
    fn remember(&mut self, id: ProjectId, last: Last) {
        if self.of.insert(id, last).is_none() {
            self.order.push_back(id);
        }
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.of.remove(&oldest);
        }
    }
}

fn failed(why: String) -> Went {
    Went::Answered(Answer::Failed(why))
}

fn went(refusal: Refusal) -> Went {
    match refusal {
        Refusal::Wait(wait) => Went::Wait(wait.until),
        Refusal::Silence(Silence::Away(why)) => Went::Away(why),
        Refusal::Silence(Silence::Broken(why)) => failed(format!("the answer broke off ({why})")),
        Refusal::Silence(Silence::Late) => failed("no answer in time".to_owned()),
        Refusal::Silence(Silence::TooLarge) => failed("the answer is too large".to_owned()),
        Refusal::Elsewhere => failed("GitHub redirects to another place".to_owned()),
        Refusal::Circle => failed("GitHub redirects in a circle".to_owned()),
    }
}

/// An answer that is none about the project itself.
fn refused(reply: &Reply) -> Answer {
    #[derive(Deserialize)]
    struct Said {
        message: String,
    }
    let said = || {
        serde_json::from_slice::<Said>(&reply.body).map_or_else(|_| short(""), |said| short(&said.message))
    };
    match reply.status {
        StatusCode::NOT_FOUND | StatusCode::GONE => Answer::NotFound,
        StatusCode::FORBIDDEN | StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS => Answer::Blocked(said()),
        status => Answer::Failed(format!("GitHub answers {}", status.as_u16())),
    }
}

fn etag_of(headers: &HeaderMap) -> Option<String> {
    Some(headers.get(header::ETAG)?.to_str().ok()?.to_owned())
}

/// The address of the next page, as GitHub links it.
fn next_page(headers: &HeaderMap) -> Option<String> {
    let links = headers.get(header::LINK)?.to_str().ok()?;
    links.split(',').find_map(|link| {
        let (address, about) = link.split_once(';')?;
        about.contains("rel=\"next\"").then(|| address.trim().trim_matches(['<', '>']).to_owned())
    })
}

/// Percent-encodes all but what is plain in a path or a query; slashes stay.
pub(crate) fn encoded(text: &str) -> String {
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
