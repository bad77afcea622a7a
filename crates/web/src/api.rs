//! What people and programs ask, over HTTP: `/api/ask?q=…`, an address for each question, a description of them all,
//! and `/ask`, the page that shows an answer.
//!
//! Answers are made anew each time, a few at once: they are of this moment, and a page that is kept must not wait for
//! one. Who asks too much waits alone.

pub(crate) mod compare;
mod complete;
#[cfg(test)]
mod describe;
mod desk;
mod limit;
mod show;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};
use chrono::{DateTime, Utc};
use http::header::{
    ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, LOCATION,
    RETRY_AFTER,
};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode};
use serde_json::json;
use url::form_urlencoded;
use whimbrel_lookup::{Answer, Asking, Lookup, Misread, Question};
use whimbrel_news::Zone;

use crate::answer::guard;
use crate::settings::Settings;
use crate::status::BotState;

use self::desk::{Desk, NotDone};
use self::limit::Limiter;

pub(crate) use self::limit::who;
pub(crate) use self::show::address;

/// What is asked and answered here, for programs, as OpenAPI has it. A test compares it with the types.
const DESCRIPTION: &str = include_str!("api/openapi.json");

/// Names are completed so many times as often as questions are answered.
const LETTERS: u32 = 10;

/// Items of an answer unless somebody wants another number.
const ITEMS: usize = 20;

/// The questions over HTTP. A cheap handle.
#[derive(Clone)]
pub(crate) struct Api {
    inner: Arc<Inner>,
}

struct Inner {
    lookup: Lookup,
    settings: Settings,
    /// The bots that answer the same.
    bots: BotsSource,
    limiter: Limiter,
    /// Names are asked for at every letter, and cost little.
    names: Limiter,
    /// Askers must not take the machine from the engine.
    desk: Desk,
}

/// The bots there are at the moment.
pub(crate) type BotsSource = Arc<dyn Fn() -> Vec<BotState> + Send + Sync>;

/// A question as it came in.
struct Asked {
    question: Question,
    page: u32,
    size: usize,
    zone: Zone,
}

/// Why there is no answer.
enum Refused {
    /// The question is wrong.
    Wrong(String),
    /// Too many were asked; it can be asked again after this time.
    TooMany(Duration),
    /// Too much is being asked by everybody.
    Busy,
    /// We could not do our part.
    Ours,
}

impl From<Misread> for Refused {
    fn from(misread: Misread) -> Self {
        Self::Wrong(misread.to_string())
    }
}

impl Api {
    pub(crate) fn new(lookup: Lookup, settings: &Settings, bots: BotsSource) -> Self {
        let limiter = Limiter::new(settings.questions_per_minute);
        let names = Limiter::new(settings.questions_per_minute.saturating_mul(LETTERS));
        let (settings, desk) = (settings.clone(), Desk::new());
        Self { inner: Arc::new(Inner { lookup, settings, bots, limiter, names, desk }) }
    }

    /// Adds its addresses to the site's own.
    pub(crate) fn add(&self, router: Router) -> Router {
        let router = Question::forms().iter().fold(router, |router, form| {
            router.route(
                &format!("/api/{}", form.name),
                self.reading(move |api, request| api.typed(form.name, request)),
            )
        });
        router
            .route("/api/ask", self.reading(Self::any))
            .route("/api/complete", self.reading(|api, request| async move { api.complete(&request) }))
            .route("/api/openapi.json", self.reading(|_, _| async { json_text(StatusCode::OK, DESCRIPTION) }))
            .route("/api/", self.reading(|api, _| async move { api.viewer() }))
            .route("/api", self.reading(|_, _| async { elsewhere("./api/") }))
            .route("/ask", self.reading(Self::page))
            .route("/compare/", self.reading(Self::compare))
            .route("/compare", self.reading(|_, request| async move { compare::moved(&request) }))
    }

    /// An address that is read, also from pages of others.
    fn reading<F, A>(&self, answer: F) -> MethodRouter
    where
        F: Fn(Self, Parts) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Response> + Send + 'static,
    {
        let api = self.clone();
        let methods = MethodFilter::GET.or(MethodFilter::HEAD).or(MethodFilter::OPTIONS);
        on(methods, move |request: Request| {
            let (api, answer) = (api.clone(), answer.clone());
            async move {
                // Nothing here reads a body, and without it the rest can be shared between threads.
                let (request, _) = request.into_parts();
                let mut response = if request.method == Method::OPTIONS {
                    let mut response = Response::new(Body::empty());
                    *response.status_mut() = StatusCode::NO_CONTENT;
                    response
                        .headers_mut()
                        .insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, OPTIONS"));
                    response
                } else {
                    answer(api, request).await
                };
                response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
                response
            }
        })
    }

    /// A question as it is typed.
    async fn any(self, request: Parts) -> Response {
        let asked = read(request.uri.query(), Way::Typed);
        self.respond(&request, asked).await
    }

    /// A question of this name, with its options.
    async fn typed(self, name: &'static str, request: Parts) -> Response {
        let asked = read(request.uri.query(), Way::Named(name));
        self.respond(&request, asked).await
    }

    async fn respond(&self, request: &Parts, asked: Result<Asked, Refused>) -> Response {
        let answered = match asked {
            Ok(asked) => self.answer(request, asked).await,
            Err(refused) => Err(refused),
        };
        match answered {
            Ok(answer) => {
                let status = if answer.missing { StatusCode::NOT_FOUND } else { StatusCode::OK };
                json_text(status, serde_json::to_string(&answer).unwrap_or_default())
            }
            Err(refused) => refused.response(),
        }
    }

    async fn answer(&self, request: &Parts, asked: Asked) -> Result<Answer, Refused> {
        self.inner.limiter.take(who(request), Instant::now()).map_err(Refused::TooMany)?;
        let inner = Arc::clone(&self.inner);
        let span = tracing::Span::current(); // it goes along
        let answered = self.inner.desk.run(move || {
            let Asked { question, page, size, zone } = asked;
            let asking = Asking { question: &question, page, size, now: now(), zone };
            span.in_scope(|| inner.lookup.answer(&asking))
        });
        match answered.await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                tracing::error!(%error, "a question could not be answered: {error}");
                Err(Refused::Ours)
            }
            Err(NotDone::Busy) => Err(Refused::Busy),
            Err(NotDone::Broken) => Err(Refused::Ours),
        }
    }
}

/// What the parameters of an address say.
#[derive(Clone, Copy)]
enum Way {
    /// The question as it is typed, in `q`.
    Typed,
    /// The same for people: whatever else stands in the address does no harm.
    Page,
    /// The options of the question of this name.
    Named(&'static str),
}

/// Reads a query: `page`, `size` and `zone`, and what is asked.
fn read(query: Option<&str>, way: Way) -> Result<Asked, Refused> {
    let pairs: Vec<_> = form_urlencoded::parse(query.unwrap_or_default().as_bytes()).collect();
    let get = |wanted: &str| {
        let found = pairs.iter().rev().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    };
    let number = |name: &str, most: u32| match get(name) {
        None => Ok(None),
        Some(text) => match text.parse() {
            Ok(number) if (1..=most).contains(&number) => Ok(Some(number)),
            _ => Err(Refused::Wrong(format!("`{name}` has to be a number from 1 to {most}."))),
        },
    };
    let (page, size) = (number("page", 100)?.unwrap_or(1), number("size", 100)?);
    let zone = match get("zone") {
        None => Zone::UTC,
        Some(name) => name.parse().map_err(|_| {
            Refused::Wrong("`zone` has to be the name of a time zone, such as Europe/Berlin.".to_owned())
        })?,
    };
    let options: Vec<(&str, &str)> = pairs
        .iter()
        .filter(|(name, _)| !matches!(&**name, "page" | "size" | "zone"))
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let question = match way {
        Way::Named(name) => Question::called(name, &options, now(), zone)?,
        Way::Typed | Way::Page => {
            let unknown = options.iter().find(|(name, _)| *name != "q");
            if let (Way::Typed, Some((name, _))) = (way, unknown) {
                let name: String = name.chars().take(60).collect();
                let text =
                    format!("The parameter `{name}` is not known here; known are q, page, size and zone.");
                return Err(Refused::Wrong(text));
            }
            Question::parse(get("q").unwrap_or_default(), now(), zone)?
        }
    };
    Ok(Asked { question, page, size: size.map_or(ITEMS, |size| size as usize), zone })
}

impl Refused {
    fn told(&self) -> (StatusCode, String) {
        match self {
            Self::Wrong(text) => (StatusCode::BAD_REQUEST, text.clone()),
            Self::TooMany(rest) => {
                let text =
                    format!("Too many questions from your address: ask again in {} s.", rest.as_secs() + 1);
                (StatusCode::TOO_MANY_REQUESTS, text)
            }
            Self::Busy => {
                let text = "Too much is being asked just now: try again in a minute.";
                (StatusCode::SERVICE_UNAVAILABLE, text.to_owned())
            }
            Self::Ours => {
                let text = "The question could not be answered. The log of the program says why.";
                (StatusCode::INTERNAL_SERVER_ERROR, text.to_owned())
            }
        }
    }

    fn response(&self) -> Response {
        let (status, text) = self.told();
        let body = json!({ "error": { "status": status.as_u16(), "message": text } });
        let mut response = json_text(status, body.to_string());
        self.mark(&mut response);
        response
    }

    /// Says when it can be asked again.
    fn mark(&self, response: &mut Response) {
        let wait = match self {
            Self::TooMany(rest) => rest.as_secs() + 1,
            Self::Busy => 60,
            Self::Wrong(_) | Self::Ours => return,
        };
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait));
    }
}

fn json_text(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    let kept = if status == StatusCode::OK { "max-age=5" } else { "no-store" };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(kept));
    guard(headers, false);
    response
}

fn elsewhere(to: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    if let Ok(to) = HeaderValue::from_str(to) {
        response.headers_mut().insert(LOCATION, to);
    }
    response
}

/// An edge: questions are answered as of now.
fn now() -> DateTime<Utc> {
    Utc::now()
}
