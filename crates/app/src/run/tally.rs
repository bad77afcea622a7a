//! What the program has done since its start, counted where it happens: the counters of `/metrics`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::future::BoxFuture;
use whimbrel_fanout::{Bundle, Channel, Destination, Nonce, Part, SendError, Sent, Service, Style};
use whimbrel_watch::{LinkRound, ProjectRound, Round};

/// What becomes of a message.
const OUTCOMES: [&str; 6] = ["accepted", "later", "refused", "moved", "content", "unauthorized"];

/// Counters; a cheap handle.
#[derive(Clone, Default)]
pub(crate) struct Tally(Arc<Counters>);

#[derive(Default)]
struct Counters {
    /// Looks at catalogs: nothing new, changed, failed.
    catalogs: [AtomicU64; 3],
    /// Looks at projects: nothing new, changed, failed.
    projects: [AtomicU64; 3],
    links: AtomicU64,
    store_refusals: AtomicU64,
    /// Messages by service and outcome.
    sends: [[AtomicU64; OUTCOMES.len()]; 2],
}

/// A counter as it is shown: its labels and its value.
pub(crate) struct Counted {
    pub(crate) labels: [(&'static str, &'static str); 2],
    pub(crate) value: u64,
}

impl Tally {
    /// A round of looks at catalogs.
    pub(crate) fn catalogs(&self, round: &Round) {
        let (looked, changed, failed) = (round.looked.len(), round.changed.len(), round.failed.len());
        add(&self.0.catalogs, looked, changed, failed);
        self.0.store_refusals.fetch_add(u64::from(round.refused.is_some()), Ordering::Relaxed);
    }

    /// A round of looks at projects.
    pub(crate) fn projects(&self, round: &ProjectRound) {
        add(&self.0.projects, round.looked + round.failed, round.changed, round.failed);
        self.0.store_refusals.fetch_add(u64::from(round.refused.is_some()), Ordering::Relaxed);
    }

    /// A round of questions to links.
    pub(crate) fn links(&self, round: &LinkRound) {
        self.0.links.fetch_add(round.asked as u64, Ordering::Relaxed);
    }

    /// A service whose answers are counted from now on.
    pub(crate) fn watch(&self, channel: Arc<dyn Channel>) -> Arc<dyn Channel> {
        Arc::new(Watched { channel, tally: self.clone() })
    }

    /// All looks so far.
    pub(crate) fn looks(&self) -> Vec<Counted> {
        let all = [("catalog", &self.0.catalogs), ("project", &self.0.projects)];
        let looks = all.into_iter().flat_map(|(of, counters)| {
            ["unchanged", "changed", "failed"]
                .into_iter()
                .zip(counters)
                .map(move |(result, counter)| counted([("of", of), ("result", result)], counter))
        });
        looks.chain([counted([("of", "link"), ("result", "asked")], &self.0.links)]).collect()
    }

    /// All messages so far.
    pub(crate) fn sends(&self) -> Vec<Counted> {
        let services = ["telegram", "discord"].into_iter().zip(&self.0.sends);
        let sends = services.flat_map(|(service, counters)| {
            OUTCOMES
                .into_iter()
                .zip(counters)
                .map(move |(result, counter)| counted([("service", service), ("result", result)], counter))
        });
        sends.collect()
    }

    /// How often the store took nothing.
    pub(crate) fn store_refusals(&self) -> u64 {
        self.0.store_refusals.load(Ordering::Relaxed)
    }

    fn sent(&self, service: Service, sent: &Sent) {
        let service = match service {
            Service::Telegram => 0,
            Service::Discord => 1,
        };
        let outcome = match &sent.result {
            Ok(_) => 0,
            Err(SendError::Retry { .. }) => 1,
            Err(SendError::Refused { .. }) => 2,
            Err(SendError::Moved { .. }) => 3,
            Err(SendError::Content { .. }) => 4,
            Err(SendError::Unauthorized { .. }) => 5,
        };
        self.0.sends[service][outcome].fetch_add(1, Ordering::Relaxed);
    }
}

fn counted(labels: [(&'static str, &'static str); 2], counter: &AtomicU64) -> Counted {
    Counted { labels, value: counter.load(Ordering::Relaxed) }
}

fn add(counters: &[AtomicU64; 3], looked: usize, changed: usize, failed: usize) {
    let unchanged = looked.saturating_sub(changed + failed);
    for (counter, number) in counters.iter().zip([unchanged, changed, failed]) {
        counter.fetch_add(number as u64, Ordering::Relaxed);
    }
}

/// A service and the tally of what it answers.
struct Watched {
    channel: Arc<dyn Channel>,
    tally: Tally,
}

impl Channel for Watched {
    fn service(&self) -> Service {
        self.channel.service()
    }

    fn render(&self, to: &Destination, bundle: &Bundle, style: Style) -> Vec<Part> {
        self.channel.render(to, bundle, style)
    }

    fn send<'a>(&'a self, to: &'a Destination, part: &'a Part, nonce: Nonce) -> BoxFuture<'a, Sent> {
        Box::pin(async move {
            let sent = self.channel.send(to, part, nonce).await;
            self.tally.sent(self.service(), &sent);
            sent
        })
    }
}
