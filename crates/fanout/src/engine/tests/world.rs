//! A store, a service that does as it is told, and a clock.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::time::Instant;
use whimbrel_news::{CatalogId, Dated, Event, Facts, Filter, Kind, News, Subject, digest};
use whimbrel_store::{CatalogMeta, Origin, Record, Store};

use crate::engine::{Fanout, Flushed};
use crate::{
    Bundle, Channel, Content, Destination, Learned, Limit, Limits, New, Nonce, Pace, Part, Refusal,
    SendError, Sent, Service, Settings, Style, Subscription,
};

/// What the service does with a message.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    /// It fails.
    Fails,
    /// It tells us to wait.
    Wait(u64),
    /// It is delivered, and the answer is lost.
    Lost,
    Refused,
    /// The content is refused in this style.
    Content(Style),
    Moved(Destination),
    Unauthorized,
    /// No answer for so many seconds, then it is delivered.
    Slow(u64),
}

/// A message somebody can read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Message {
    pub(super) to: String,
    pub(super) text: String,
    pub(super) nonce: u64,
    pub(super) at: Instant,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) messages: Vec<Message>,
    /// Every call, with its destination.
    pub(super) calls: Vec<(Instant, String)>,
    /// What happens to the next messages of a destination, in turn.
    pub(super) faults: HashMap<String, VecDeque<Fault>>,
    /// What happens to all messages.
    pub(super) always: Option<Fault>,
}

/// The service.
#[derive(Clone)]
pub(super) struct Pretend {
    service: Service,
    pub(super) state: Arc<Mutex<State>>,
}

/// Events in a message of the pretended service.
pub(super) const EVENTS_A_MESSAGE: usize = 3;

impl Pretend {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

fn names(events: &[Event]) -> Vec<String> {
    let name = |event: &Event| {
        let subject = event.news.subject().map(|subject| subject.name.clone());
        subject.unwrap_or_else(|| event.kind().to_string())
    };
    events.iter().map(name).collect()
}

/// The names in a digest, sorted.
fn in_digest(digest: &whimbrel_news::Digest) -> Vec<String> {
    let parts = digest.projects.iter().chain(digest.catalogs.iter().flat_map(|catalog| &catalog.parts));
    let mut found: Vec<String> = parts
        .flat_map(|part| match part {
            digest::Part::Events { events, .. } => names(events),
            digest::Part::Sweep { names, .. } => names.clone(),
            digest::Part::Releases { .. } => vec!["release".to_owned()],
        })
        .collect();
    found.sort();
    found
}

impl Channel for Pretend {
    fn service(&self) -> Service {
        self.service
    }

    fn render(&self, _to: &Destination, bundle: &Bundle, style: Style) -> Vec<Part> {
        let dropped =
            if bundle.dropped > 0 { format!("{} dropped; ", bundle.dropped) } else { String::new() };
        let texts: Vec<String> = match &bundle.content {
            Content::News(events) => {
                names(events).chunks(EVENTS_A_MESSAGE).map(|names| names.join(" ")).collect()
            }
            Content::Digest { digest, label, catch_up, .. } => {
                let what = if *catch_up { "catch-up" } else { "digest" };
                vec![format!("{what} of {label}: {}", in_digest(digest).join(" "))]
            }
        };
        let plain = if style == Style::Plain { "plain " } else { "" };
        let part = |text: String| Part { body: format!("{plain}{dropped}{text}"), uploads: vec![] };
        texts.into_iter().map(part).collect()
    }

    fn send<'a>(&'a self, to: &'a Destination, part: &'a Part, nonce: Nonce) -> BoxFuture<'a, Sent> {
        async move {
            let fault = {
                let mut state = self.state();
                state.calls.push((Instant::now(), to.to_string()));
                let next = state.faults.get_mut(&to.to_string()).and_then(VecDeque::pop_front);
                next.or_else(|| state.always.clone())
            };
            // An answer takes a moment, and whoever waits for it may die.
            tokio::task::yield_now().await;
            let deliver = || {
                let at = Instant::now();
                let text = part.body.clone();
                self.state().messages.push(Message { to: to.to_string(), text, nonce: nonce.0, at });
                Ok("1".to_owned())
            };
            let retry = || Err(SendError::Retry { reason: "Bad Gateway".to_owned() });
            let mut learned = Learned::default();
            let is_plain = part.body.starts_with("plain ");
            let result = match fault {
                Some(Fault::Fails) => retry(),
                Some(Fault::Wait(secs)) => {
                    learned.wait = Some((Limit::Destination, Duration::from_secs(secs)));
                    Err(SendError::Retry { reason: "Too Many Requests".to_owned() })
                }
                Some(Fault::Lost) => deliver().and_then(|_| retry()),
                Some(Fault::Refused) => {
                    let reason = "Forbidden: bot was blocked by the user".to_owned();
                    Err(SendError::Refused { refusal: Refusal::Blocked, reason })
                }
                Some(Fault::Content(style)) if (style == Style::Plain) == is_plain => {
                    Err(SendError::Content { reason: "Bad Request: can't parse entities".to_owned() })
                }
                None | Some(Fault::Content(_)) => deliver(),
                Some(Fault::Moved(to)) => Err(SendError::Moved { to }),
                Some(Fault::Unauthorized) => {
                    Err(SendError::Unauthorized { reason: "Unauthorized".to_owned() })
                }
                Some(Fault::Slow(secs)) => {
                    tokio::time::sleep(Duration::from_secs(secs)).await;
                    deliver()
                }
            };
            tokio::task::yield_now().await;
            Sent { result, learned }
        }
        .boxed()
    }
}

/// Everything together.
pub(super) struct World {
    pub(super) store: Store,
    pub(super) telegram: Pretend,
    pub(super) discord: Pretend,
    pub(super) fanout: Fanout,
    pub(super) settings: Settings,
    start: Instant,
    epoch: DateTime<Utc>,
}

/// A Wednesday.
pub(super) const START: &str = "2026-11-18T12:00:00Z";

pub(super) fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(super) fn chat(id: i64) -> Destination {
    Destination::Telegram { chat: id, topic: None }
}

impl World {
    pub(super) fn new() -> Self {
        Self::with(Settings::default())
    }

    pub(super) fn with(settings: Settings) -> Self {
        Self::over(Store::in_memory().unwrap(), settings)
    }

    pub(super) fn over(store: Store, settings: Settings) -> Self {
        let pretend = |service| Pretend { service, state: Arc::default() };
        let (telegram, discord) = (pretend(Service::Telegram), pretend(Service::Discord));
        let epoch = time(START);
        let fanout = open(&store, &telegram, &discord, &settings, epoch);
        Self { store, telegram, discord, fanout, settings, start: Instant::now(), epoch }
    }

    /// The program is started again on the same store.
    pub(super) fn restart(&mut self) {
        self.fanout = open(&self.store, &self.telegram, &self.discord, &self.settings, self.now());
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.epoch + TimeDelta::from_std(self.start.elapsed()).unwrap()
    }

    /// Time passes; nothing happens meanwhile.
    pub(super) async fn pass(&self, secs: u64) {
        tokio::time::advance(Duration::from_secs(secs)).await;
    }

    /// News is recorded: new entries of these names in the catalog "tools".
    pub(super) fn added(&self, names: &[&str]) -> u64 {
        self.record("tools", names.iter().map(|name| added(name, self.now())).collect())
    }

    pub(super) fn record(&self, catalog: &str, news: Vec<Dated>) -> u64 {
        let id = CatalogId::new(catalog).unwrap();
        let mut meta = CatalogMeta::unseen(id, "file:x", self.now());
        meta.title = format!("The {catalog} list");
        meta.last_success = Some(self.now());
        self.store.record(&[Record { news, ..Record::of(meta) }], self.now()).unwrap().seqs.unwrap().1
    }

    pub(super) async fn subscribe(&self, to: &Destination, cadence: &str, filter: &str) -> Subscription {
        self.fanout.subscribe(new(to, cadence, filter), self.now()).await.unwrap()
    }

    /// One round: what is new is matched, what is due is told.
    pub(super) async fn round(&self) -> Flushed {
        self.fanout.match_new(self.now()).await.unwrap();
        self.fanout.flush_due(self.now()).await.unwrap()
    }

    /// Rounds at the times lanes are due, for so long.
    pub(super) async fn run(&self, secs: u64) {
        let end = self.now() + TimeDelta::seconds(secs as i64);
        for _ in 0..100_000 {
            self.round().await;
            let Some(due) = self.fanout.next_due().filter(|due| *due <= end) else { break };
            let wait = (due - self.now()).to_std().unwrap_or_default();
            tokio::time::advance(wait.max(Duration::from_millis(1))).await;
        }
        let left = (end - self.now()).to_std().unwrap_or_default();
        tokio::time::advance(left).await;
        self.round().await;
    }

    /// What people read at a destination, in order.
    pub(super) fn read(&self, to: &Destination) -> Vec<String> {
        let name = to.to_string();
        let all = |pretend: &Pretend| pretend.state().messages.clone();
        all(&self.telegram)
            .into_iter()
            .chain(all(&self.discord))
            .filter(|message| message.to == name)
            .map(|message| message.text)
            .collect()
    }

    pub(super) fn faults(&self, to: &Destination, faults: &[Fault]) {
        let mut state = self.telegram.state();
        state.faults.entry(to.to_string()).or_default().extend(faults.iter().cloned());
    }
}

fn open(
    store: &Store,
    telegram: &Pretend,
    discord: &Pretend,
    settings: &Settings,
    now: DateTime<Utc>,
) -> Fanout {
    let pace = Pace::new(Limits::none(), Limits::none());
    let channels: Vec<Arc<dyn Channel>> = vec![Arc::new(telegram.clone()), Arc::new(discord.clone())];
    Fanout::open(store.clone(), channels, pace, settings.clone(), now).unwrap()
}

pub(super) fn new(to: &Destination, cadence: &str, filter: &str) -> New {
    New {
        destination: to.clone(),
        cadence: cadence.parse().unwrap(),
        filter: Filter::parse(filter).unwrap(),
        origin: Origin::Chat { by: "ada".to_owned() },
        since: None,
    }
}

fn subject(name: &str) -> Subject {
    Subject {
        name: name.to_owned(),
        url: format!("https://github.com/o/{name}"),
        key: format!("github.com/o/{name}"),
        section: "S".to_owned(),
        section_path: vec!["S".to_owned()],
    }
}

pub(super) fn added(name: &str, at: DateTime<Utc>) -> Dated {
    let news = News::Added {
        subject: subject(name),
        description: String::new(),
        in_place_of: None,
        returned: false,
        facts: Facts::default(),
    };
    Dated::new(at, news)
}

/// News of another kind about an entry.
pub(super) fn of_kind(kind: Kind, name: &str, at: DateTime<Utc>) -> Dated {
    let (subject, description) = (subject(name), String::new());
    let news = match kind {
        Kind::Added => return added(name, at),
        Kind::Removed => News::Removed { subject, description },
        Kind::Edited => News::Edited { subject, description, old_description: "x".to_owned() },
        other => unreachable!("{other} is not needed here"),
    };
    Dated::new(at, news)
}
