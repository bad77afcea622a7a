//! The site as a service: what is kept is answered at once, the rest is rendered off the async threads.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::response::Response;
use chrono::{DateTime, Utc};
use http::header::{ALLOW, LOCATION};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower_http::catch_panic::CatchPanicLayer;
use whimbrel_lookup::Lookup;
use whimbrel_store::Store;

use crate::address::{self, Address, Base, Form, Wrong};
use crate::answer::answer;
use crate::api::Api;
use crate::cache::{Cache, Kept, Mark};
use crate::facts::{Facts, Shows};
use crate::library::{Library, Reach};
use crate::render::{self, Failed, Scene, Text};
use crate::rendered::{Media, Rendered};
use crate::routes::{self, Route};
use crate::serve::serve;
use crate::settings::Settings;
use crate::status::{BotState, StatusSource};
use crate::{assets, feed, health, trouble};

/// Facts that pages show are read again after this time.
const FACTS_AGE: Duration = Duration::from_secs(1);
/// For feeds, which show but the titles of catalogs, a minute will do.
const TITLES_AGE: Duration = Duration::from_mins(1);
/// Texts rendered at the same time: readers must not take the machine from the engine.
const RENDERERS: usize = 2;
/// An answer that takes longer is given up.
const PATIENCE: Duration = Duration::from_secs(20);

/// The site over a store. A cheap handle: clones are the same site.
#[derive(Clone)]
pub struct Site {
    inner: Arc<Inner>,
    api: Option<Api>,
}

struct Inner {
    library: Library,
    settings: Settings,
    status: StatusSource,
    routes: Vec<Route>,
    cache: Cache,
    facts: RwLock<Option<Noted>>,
    renderers: Arc<Semaphore>,
}

/// Facts and when they were read.
#[derive(Clone)]
struct Noted {
    facts: Arc<Facts>,
    read: Instant,
    reach: Reach,
}

impl Site {
    /// The site over a store. `status` is asked at most once a second; `routes` are served beside its own addresses.
    pub fn new(store: Store, settings: Settings, status: StatusSource, routes: Vec<Route>) -> Self {
        let cache = Cache::new(settings.cache_mib.clamp(1, 4096) * 1024 * 1024);
        Self {
            inner: Arc::new(Inner {
                library: Library::new(store),
                settings,
                status,
                routes,
                cache,
                facts: RwLock::new(None),
                renderers: Arc::new(Semaphore::new(RENDERERS)),
            }),
            api: None,
        }
    }

    /// The same site, which also answers what people ask.
    #[must_use]
    pub fn answering(self, lookup: Lookup) -> Self {
        let inner = Arc::clone(&self.inner);
        let api = Api::new(lookup, &self.inner.settings, Arc::new(move || inner.bots()));
        Self { api: Some(api), ..self }
    }

    /// What it was set to.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Bytes of answers kept.
    #[cfg(test)]
    pub(crate) fn kept_bytes(&self) -> usize {
        self.inner.cache.bytes()
    }

    /// All addresses, ready to be served.
    pub fn router(&self) -> Router {
        let site = self.clone();
        let router = Router::new().fallback(move |request: Request| {
            let site = site.clone();
            async move { site.respond(request).await }
        });
        let router = self.inner.routes.iter().fold(router, routes::add);
        let router = self.api.iter().fold(router, |router, api| api.add(router));
        router.layer(CatchPanicLayer::custom(trouble::panicked))
    }

    /// Serves until `shutdown` completes, then lets running answers finish for a few seconds.
    pub async fn serve(&self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        serve(listener, self.router(), self.inner.settings.max_connections, shutdown).await;
    }

    async fn respond(&self, request: Request) -> Response {
        // Nothing here reads a body, and without it the rest can be shared between threads.
        let (request, _) = request.into_parts();
        let (method, uri, headers) = (&request.method, &request.uri, &request.headers);
        if *method != Method::GET && *method != Method::HEAD {
            let wrong = Wrong {
                status: StatusCode::METHOD_NOT_ALLOWED,
                text: "This address can only be read.".into(),
            };
            let mut response = self.refuse(&wrong, uri.path(), headers);
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        let key = address::key(uri);
        if let Some(kept) = self.kept(key) {
            return answer(&kept, method, headers);
        }
        let response = match tokio::time::timeout(PATIENCE, self.make(key, &request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(Failed::Wrong(wrong))) => self.refuse(&wrong, uri.path(), headers),
            Ok(Err(Failed::Ours(error))) => {
                tracing::error!(address = key, "`{key}` could not be answered: {error:#}");
                let text = "The journal could not be read. The log of the program says why.";
                let wrong = Wrong { status: StatusCode::INTERNAL_SERVER_ERROR, text: text.into() };
                self.refuse(&wrong, uri.path(), headers)
            }
            Err(_) => {
                let text = "The program has too much to do just now. Try again in a minute.";
                let wrong = Wrong { status: StatusCode::SERVICE_UNAVAILABLE, text: text.into() };
                self.refuse(&wrong, uri.path(), headers)
            }
        };
        if *method == Method::HEAD {
            // The length stays, as for the answer to GET.
            let (mut parts, body) = response.into_parts();
            if let Some(length) = body.size_hint().exact() {
                parts.headers.entry(http::header::CONTENT_LENGTH).or_insert(HeaderValue::from(length));
            }
            return Response::from_parts(parts, Body::empty());
        }
        response
    }

    /// What is kept for this address, if it is still right.
    fn kept(&self, key: &str) -> Option<Arc<Rendered>> {
        let kept = self.inner.cache.get(key)?;
        let noted = self.noted()?;
        self.is_right(&kept, &noted).then_some(kept.rendered)
    }

    fn is_right(&self, kept: &Kept, noted: &Noted) -> bool {
        let reach = self.inner.library.reach();
        kept.mark == mark(kept.mark.shows, kept.mark.day.map(|_| today()), reach, &noted.facts)
            && noted.is_recent(kept.mark.shows, reach)
    }

    /// Renders, keeps and answers.
    async fn make(&self, key: &str, request: &Parts) -> Result<Response, Failed> {
        let (path, query) = (request.uri.path(), request.uri.query());
        if let Some(response) = assets::answer(path, &request.method, &request.headers) {
            return Ok(response);
        }
        if path == "/healthz" {
            return Ok(health::alive(&(self.inner.status)())); // must answer however busy the rest is
        }
        let places = self.inner.renderers.clone();
        let place = places.acquire_owned().await.expect("the semaphore is never closed");
        if let Some(kept) = self.kept(key) {
            return Ok(answer(&kept, &request.method, &request.headers)); // somebody else has rendered it meanwhile
        }
        let noted = self.facts().await?;
        let address = address::parse(path, query, &|name| noted.facts.named(name))?;
        let response = match address {
            Address::Ready => health::ready(&noted.facts),
            Address::Elsewhere(to) => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
                if let Ok(to) = HeaderValue::from_str(&to) {
                    response.headers_mut().insert(LOCATION, to);
                }
                response
            }
            address => {
                let kept = self.render(key, address, &noted, place).await?;
                answer(&kept, &request.method, &request.headers)
            }
        };
        Ok(response)
    }

    /// The place is held as long as the work takes: also when nobody waits for it any more.
    async fn render(
        &self,
        key: &str,
        address: Address,
        noted: &Noted,
        place: OwnedSemaphorePermit,
    ) -> Result<Arc<Rendered>, Failed> {
        let (inner, facts) = (self.inner.clone(), noted.facts.clone());
        let before = self.inner.cache.get(key);
        let now = now();
        // Taken before reading: what comes in meanwhile makes the answer outdated, not wrong for ever.
        let reach = inner.library.reach();
        let kept = tokio::task::spawn_blocking(move || {
            let _place = place;
            let scene = Scene {
                library: &inner.library,
                settings: &inner.settings,
                facts: &facts,
                now,
                files: false,
            };
            if let Some(kept) = before
                && still(&scene, &address, &kept, reach)?
            {
                return Ok(Kept { mark: Mark { reach, ..kept.mark }, ..kept });
            }
            let (media, shows, day, text) = text(&scene, &address)?;
            let Text { body, modified, newest } = text;
            let link = match &address {
                Address::Listing(listing, Form::Feed(format)) => {
                    feed::link_header(&inner.settings, listing, *format)
                }
                Address::Digest(period, Form::Feed(format)) => {
                    feed::digests_link_header(&inner.settings, *period, *format)
                }
                _ => None,
            };
            let rendered = Arc::new(Rendered::new(media, &body, modified).linking(link));
            Ok::<_, Failed>(Kept { rendered, mark: mark(shows, day, reach, &facts), newest })
        })
        .await??;
        self.inner.cache.put(key, kept.clone());
        Ok(kept.rendered)
    }

    fn noted(&self) -> Option<Noted> {
        self.inner.facts.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Recent facts, read again when they are not.
    async fn facts(&self) -> Result<Noted, Failed> {
        let reach = self.inner.library.reach();
        if let Some(noted) = self.noted().filter(|noted| noted.is_recent(Shows::All, reach)) {
            return Ok(noted);
        }
        let inner = self.inner.clone();
        let noted = tokio::task::spawn_blocking(move || {
            let read = Instant::now();
            let (catalogs, written) = inner.library.catalogs_and_written()?;
            let facts = Arc::new(Facts::new(catalogs, (inner.status)(), &written));
            let noted = Noted { facts, read, reach };
            *inner.facts.write().unwrap_or_else(PoisonError::into_inner) = Some(noted.clone());
            Ok::<_, Failed>(noted)
        });
        noted.await?
    }

    fn refuse(&self, wrong: &Wrong, path: &str, headers: &HeaderMap) -> Response {
        trouble::answer(&self.inner.settings, wrong, path, headers)
    }
}

impl Inner {
    /// The bots there are, as was known a moment ago.
    fn bots(&self) -> Vec<BotState> {
        let noted = self.facts.read().unwrap_or_else(PoisonError::into_inner).clone();
        match noted.filter(|noted| noted.read.elapsed() < FACTS_AGE) {
            Some(noted) => noted.facts.status.bots.clone(),
            None => (self.status)().bots,
        }
    }
}

impl Noted {
    /// True when a text need not ask again; one that shows more than titles asks sooner.
    fn is_recent(&self, shows: Shows, reach: Reach) -> bool {
        let age = if shows == Shows::Titles { TITLES_AGE } else { FACTS_AGE };
        self.reach == reach && self.read.elapsed() < age
    }
}

/// What a text must have been made from to be right now.
fn mark(shows: Shows, day: Option<i64>, reach: Reach, facts: &Facts) -> Mark {
    Mark { reach, facts: facts.mark(shows), shows, day }
}

/// True when nothing that concerns a kept text has happened since it was rendered.
fn still(scene: &Scene<'_>, address: &Address, kept: &Kept, reach: Reach) -> Result<bool, Failed> {
    let Address::Listing(listing, _) = address else { return Ok(false) };
    let facts = scene.facts.mark(kept.mark.shows);
    let is_of_another_day = kept.mark.day.is_some_and(|day| day != day_of(scene.now));
    let dropped = (kept.mark.reach.epoch, kept.mark.reach.floor) != (reach.epoch, reach.floor);
    if dropped || kept.mark.facts != facts || is_of_another_day {
        return Ok(false);
    }
    if listing.after.is_some() {
        return Ok(true); // nothing is ever added below a place
    }
    if kept.mark.reach.history != reach.history {
        return Ok(false);
    }
    let newest = scene.library.find(listing, 1)?.events.first().map(whimbrel_news::Event::id);
    Ok(newest == kept.newest)
}

/// The text of an address: its kind, which facts it shows, the day it is right on, itself. How many stars came in a
/// week, say, is another every day, whatever is written.
fn text(scene: &Scene<'_>, address: &Address) -> Result<(Media, Shows, Option<i64>, Text), Failed> {
    let day = Some(day_of(scene.now));
    Ok(match address {
        Address::Listing(listing, form) if *form == Form::Page && listing.after.is_none() => {
            let shows = match &listing.base {
                Base::Section(id, _) => Shows::entries(id),
                Base::Catalog(id) => Shows::one(id),
                Base::All | Base::Kind(_) | Base::Project(_) => Shows::Pages,
            };
            (form.media(), shows, day, render::listing(scene, listing, *form)?)
        }
        Address::Listing(listing, form) => {
            (form.media(), Shows::Titles, None, render::listing(scene, listing, *form)?)
        }
        Address::Digest(period, form) => {
            (form.media(), Shows::Titles, day, render::digest(scene, *period, *form)?)
        }
        Address::OneDigest(page) => (Media::Html, Shows::Pages, day, render::one_digest(scene, page)?.text),
        Address::Opml(listing) => (Media::Opml, Shows::Titles, None, render::opml(scene, listing)),
        Address::Subscribe(wish) => (Media::Html, Shows::Pages, day, render::subscribe(scene, wish)?),
        Address::Card(base) => (Media::Png, Shows::Titles, day, render::card(scene, base)?),
        Address::Sitemap => (Media::Xml, Shows::Titles, day, render::sitemap(scene)?),
        Address::Robots => (Media::Text, Shows::Titles, None, render::robots(scene)),
        Address::Ranking(id, by) => {
            (Media::Html, Shows::Pages, day, render::ranking(scene, id.as_ref(), *by)?)
        }
        Address::History(project) => (Media::Html, Shows::Pages, day, render::history(scene, project)?),
        Address::Sheet(sheet) => (Media::Html, Shows::Pages, day, render::sheet(scene, *sheet)?),
        Address::Status(form) => (form.media(), Shows::All, None, render::status(scene, *form)?),
        Address::Ready | Address::Elsewhere(_) => {
            return Err(Wrong::missing("There is nothing to be seen at this address.").into());
        }
    })
}

/// An edge: requests are answered as of now.
fn now() -> DateTime<Utc> {
    Utc::now()
}

fn today() -> i64 {
    day_of(now())
}

fn day_of(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(86_400)
}
