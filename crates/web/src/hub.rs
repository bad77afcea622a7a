//! Telling a WebSub hub which feeds have changed, so that it passes them on at once.
//!
//! A hub is named in the feeds themselves; how it is told is custom: a form that all public hubs understand. It is told
//! what changed while the program runs. What it missed, or what changed while the program did not run, readers find by
//! asking as ever.

use std::collections::BTreeSet;
use std::time::Duration;

use http::StatusCode;
use url::form_urlencoded::Serializer;
use whimbrel_news::{Event, slug};
use whimbrel_store::{Store, StoreError};

use crate::address::{Base, Form, Listing};
use crate::row::listings;
use crate::settings::Settings;

/// Events taken in at once.
const BATCH: usize = 500;

/// Feeds named in one request.
const NAMED: usize = 90;

/// Feeds that can wait to be told; with more of them, after a mass change or a long outage, only that of all news is told.
const WAITING: usize = 5_000;

/// How often it is seen whether something happened; several changes in this time are told as one.
const GLANCE: Duration = Duration::from_secs(2);

/// After a failure it is tried again this much later, then after twice the time, up to the longest.
const FIRST_REST: Duration = Duration::from_secs(30);
const LONGEST_REST: Duration = Duration::from_hours(1);

/// A hub that takes longer to answer is tried again later.
const PATIENCE: Duration = Duration::from_secs(20);

/// Tells a hub what changes.
pub struct Announcer {
    store: Store,
    client: reqwest::Client,
    hub: String,
    base: String,
    /// The newest event that was taken in.
    head: u64,
    /// Addresses of feeds that changed and were not told.
    waiting: BTreeSet<String>,
    rest: Duration,
    /// The last thing it answered was no: that is said once.
    refused: bool,
}

/// Why a hub was not told.
enum Untold {
    /// It may go well later. The reason is without the address, which can be a secret.
    Later(String),
    /// The same request would be refused for ever, and all that waits behind it would never be told.
    Refused(StatusCode),
}

impl Announcer {
    /// An announcer of what happens from here on; `None` when no hub is set, or the address of the site is not, which a
    /// hub needs to read it. `agent` is the name it goes by.
    pub fn new(store: Store, settings: &Settings, agent: &str) -> Option<Self> {
        let (hub, base) = (settings.hub.clone()?, settings.public_url.clone()?);
        let client = reqwest::Client::builder()
            .user_agent(agent)
            .timeout(PATIENCE)
            // A hub that moved has to be named anew: the feeds name it, too.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .inspect_err(|error| tracing::error!(%error, "no hub can be told: {error}"))
            .ok()?;
        let head = store.head();
        let base = base.trim_end_matches('/').to_owned();
        Some(Self {
            store,
            client,
            hub,
            base,
            head,
            waiting: BTreeSet::new(),
            rest: FIRST_REST,
            refused: false,
        })
    }

    /// Takes in what happened and tells it. Hands back how long to rest until the next step.
    pub async fn step(&mut self) -> Duration {
        if let Err(error) = self.take_in().await {
            tracing::error!(%error, "what a hub is to be told cannot be read: {error}");
            return FIRST_REST;
        }
        while !self.waiting.is_empty() {
            let feeds: Vec<String> = self.waiting.iter().take(NAMED).cloned().collect();
            match self.tell(&feeds).await {
                Ok(()) => {
                    self.waiting.retain(|feed| !feeds.contains(feed));
                    self.rest = FIRST_REST;
                    self.refused = false;
                }
                Err(Untold::Refused(status)) => {
                    if !self.refused {
                        tracing::warn!(
                            "the hub refused to be told of {} feeds ({status}); readers find what changed by asking. \
                             See that `hub` in [web] is right and that it can read the feeds",
                            feeds.len()
                        );
                    }
                    self.refused = true;
                    self.waiting.retain(|feed| !feeds.contains(feed));
                }
                Err(Untold::Later(reason)) => {
                    let rest = self.rest;
                    if rest == FIRST_REST {
                        tracing::warn!(
                            "the hub could not be told what changed ({reason}); it is tried again until it works"
                        );
                    }
                    self.rest = (rest * 2).min(LONGEST_REST);
                    return rest;
                }
            }
        }
        GLANCE
    }

    async fn take_in(&mut self) -> Result<(), StoreError> {
        while self.store.head() > self.head {
            let (store, head) = (self.store.clone(), self.head);
            let read = tokio::task::spawn_blocking(move || store.events_after(head, BATCH)).await;
            let Ok(events) = read else { return Ok(()) }; // the program is ending
            let events = events?;
            let Some(last) = events.last() else { return Ok(()) };
            self.head = last.seq;
            for event in &events {
                self.waiting.extend(changed(event).into_iter().map(|feed| format!("{}/{feed}", self.base)));
            }
            if self.waiting.len() > WAITING {
                let all = Listing::default();
                self.waiting = Form::FEEDS.map(|form| format!("{}/{}", self.base, all.address(form))).into();
            }
        }
        Ok(())
    }

    async fn tell(&self, feeds: &[String]) -> Result<(), Untold> {
        let request = self
            .client
            .post(&self.hub)
            .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form(feeds));
        let answer = request.send().await.map_err(|error| Untold::Later(error.without_url().to_string()))?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            status @ (StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS) => {
                Err(Untold::Later(format!("it answered {status}")))
            }
            status if status.is_client_error() => Err(Untold::Refused(status)),
            status => Err(Untold::Later(format!("it answered {status}"))),
        }
    }
}

fn form(feeds: &[String]) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("hub.mode", "publish");
    form.extend_pairs(feeds.iter().map(|feed| ("hub.url", feed)));
    form.finish()
}

/// The feeds an event is in, without the leading slash: all of those with an address of their own. Choices by query are
/// without end.
pub(crate) fn changed(event: &Event) -> Vec<String> {
    let mut bases = vec![Base::All, Base::Kind(event.kind())];
    for (id, path) in listings(event) {
        bases.push(Base::Catalog(id.clone()));
        bases.extend(slug::lineage(path).into_iter().map(|section| Base::Section(id.clone(), section)));
    }
    bases.extend(event.projects().into_iter().map(|key| Base::Project(slug::project(key.as_str()))));
    let feeds = |base: Base| Form::FEEDS.map(|form| Listing::of(base.clone()).address(form));
    bases.into_iter().flat_map(feeds).collect()
}
