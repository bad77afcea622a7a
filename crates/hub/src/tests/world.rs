//! A hub with three feeds, and subscribers who do as they are told.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use url::Url;
use whimbrel_news::{Dated, Event, News, Period, Subject};
use whimbrel_store::{LinkRecord, Store};

use crate::{
    Answer, Call, Changes, Choice, Content, Courier, Feeds, Heard, Hub, HubStatus, Topic, Unheard, Wiring,
};

pub(super) const SITE: &str = "https://news.example/";

pub(super) fn at(secs: i64) -> DateTime<Utc> {
    // Ten in the morning.
    DateTime::from_timestamp(1_795_255_200 + secs, 0).unwrap()
}

/// What a subscriber does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Manners {
    /// Confirms, and takes what it is sent.
    Good,
    /// Answers everything with this, without repeating anything.
    Status(u16),
    /// Repeats something else.
    Lies,
    /// Never answers.
    Deaf,
    /// Is not there.
    Away,
}

/// All subscribers: what each does by its host, and what they were asked and sent.
#[derive(Clone, Default)]
pub(super) struct Subscribers {
    manners: Arc<Mutex<BTreeMap<String, Manners>>>,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Subscribers {
    pub(super) fn are(&self, host: &str, manners: Manners) {
        self.manners.lock().unwrap().insert(host.to_owned(), manners);
    }

    /// Everything since it was last asked for.
    pub(super) fn calls(&self) -> Vec<Call> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }

    /// Where something was sent, and which event was the newest in it, since it was last asked for.
    pub(super) fn sent(&self) -> Vec<(String, String)> {
        let post =
            |call: Call| Some((call.to.to_string(), String::from_utf8(call.post?.body.to_vec()).unwrap()));
        self.calls().into_iter().filter_map(post).collect()
    }
}

impl Courier for Subscribers {
    fn may(&self, to: &Url) -> bool {
        to.host_str() != Some("127.0.0.1")
    }

    fn carry(&self, call: Call) -> BoxFuture<'static, Result<Heard, Unheard>> {
        self.calls.lock().unwrap().push(call.clone());
        let host = call.to.host_str().unwrap_or_default();
        let manners = self.manners.lock().unwrap().get(host).cloned().unwrap_or(Manners::Good);
        let challenge = call.to.query_pairs().find(|(name, _)| name == "hub.challenge");
        let heard = |status, body: &str| Ok(Heard { status, body: body.into() });
        let answer = match manners {
            Manners::Good => {
                heard(200, challenge.map(|(_, value)| value.into_owned()).unwrap_or_default().as_str())
            }
            Manners::Status(status) => heard(status, ""),
            Manners::Lies => heard(200, "yes"),
            Manners::Away => Err(Unheard::Silent("nobody is there".to_owned())),
            Manners::Deaf => return std::future::pending().boxed(),
        };
        std::future::ready(answer).boxed()
    }
}

/// A feed of everything, one of what is named like a bird, one of days.
pub(super) struct MadeUp {
    store: Store,
}

impl MadeUp {
    pub(super) fn new(store: Store) -> Self {
        Self { store }
    }
}

impl Feeds for MadeUp {
    fn is_ours(&self, address: &Url) -> bool {
        address.host_str() == Some("news.example")
    }

    fn topic(&self, address: &str) -> Result<Topic, String> {
        let path = address.strip_prefix(SITE).ok_or("It is none of our feeds.")?;
        self.known(path).ok_or_else(|| "There is no such feed.".to_owned())
    }

    fn known(&self, path: &str) -> Option<Topic> {
        let changes = match path {
            "feed.atom" | "empty.atom" => Changes::Named,
            "days.atom" => Changes::AfterEach(Period::Daily),
            _ => {
                let word = path.strip_prefix("feed.atom?q=")?.to_owned();
                Changes::Choice(Choice(Arc::new(move |event: &Event| name(event).contains(&word))))
            }
        };
        Some(Topic { path: path.to_owned(), changes })
    }

    fn named(&self, _: &Event) -> Vec<String> {
        vec!["feed.atom".to_owned(), "feed.rss".to_owned()]
    }

    fn write(&self, path: &str, _: DateTime<Utc>) -> anyhow::Result<Option<Content>> {
        let body = Bytes::from(format!("up to {}", self.store.head()));
        let link = format!("<{SITE}hub>; rel=\"hub\", <{SITE}{path}>; rel=\"self\"");
        Ok((path != "empty.atom").then_some(Content { media: "application/atom+xml", link, body }))
    }
}

fn name(event: &Event) -> String {
    match &event.news {
        News::LinkDead { subject, .. } => subject.name.clone(),
        _ => String::new(),
    }
}

/// A store, a hub over it, and the subscribers.
pub(super) struct World {
    pub(super) store: Store,
    pub(super) hub: Hub,
    pub(super) subscribers: Subscribers,
}

impl World {
    pub(super) fn new() -> Self {
        Self::over(Store::in_memory().unwrap(), Subscribers::default())
    }

    /// A program that starts with what the last one left.
    pub(super) fn over(store: Store, subscribers: Subscribers) -> Self {
        let hub = Hub::open(store.clone()).unwrap();
        let feeds = Arc::new(MadeUp::new(store.clone()));
        hub.wire(Some(Wiring { feeds, courier: Arc::new(subscribers.clone()) }));
        Self { store, hub, subscribers }
    }

    /// Records something of this name.
    pub(super) fn tell(&self, name: &str, now: DateTime<Utc>) {
        let subject = Subject { name: name.to_owned(), ..Subject::default() };
        let news = News::LinkDead { subject, status: 404, since: now };
        let record = LinkRecord { news: vec![Dated::new(now, news)], ..LinkRecord::default() };
        self.store.record_links(&record, now).unwrap();
    }

    pub(super) async fn ask_as(&self, client: &str, form: &str, now: DateTime<Utc>) -> Answer {
        let client: IpAddr = client.parse().unwrap();
        self.hub.ask(form.as_bytes(), Some(client), now).await
    }

    /// Asks for a feed to be sent somewhere, and waits until that is settled; the status.
    pub(super) async fn subscribes(&self, feed: &str, callback: &str, now: DateTime<Utc>) -> u16 {
        let answer = self.ask_as("192.0.2.1", &form("subscribe", feed, callback), now).await;
        self.quiet(now).await;
        answer.status
    }

    /// Steps until nothing is under way.
    pub(super) async fn quiet(&self, now: DateTime<Utc>) {
        self.until(now, Hub::is_idle).await;
    }

    /// Steps until something is so.
    pub(super) async fn until(&self, now: DateTime<Utc>, so: impl Fn(&Hub) -> bool) {
        loop {
            self.hub.step(now).await;
            if so(&self.hub) {
                return;
            }
            self.hub.woken().await;
        }
    }

    pub(super) fn status(&self) -> HubStatus {
        self.hub.status()
    }
}

pub(super) fn hours(count: i64) -> TimeDelta {
    TimeDelta::hours(count)
}

/// A form as subscribers send it.
pub(super) fn form(mode: &str, feed: &str, callback: &str) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("hub.mode", mode).append_pair("hub.callback", callback);
    form.append_pair("hub.topic", &format!("{SITE}{feed}"));
    form.finish()
}
