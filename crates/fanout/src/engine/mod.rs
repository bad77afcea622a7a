//! Lanes at work: the matcher walks the journal once for all of them, and each flushes what waits for it.
//!
//! [`Fanout`] is the handle. `street` holds all lanes in memory, `index` their filters, `ledger` writes what changes,
//! `journal` reads events, `select` chooses among them. `matching` moves the matcher, `flush` and `deliver` tell the
//! news, `people` is what subscribers ask for, `view` what they and operators see.

mod deliver;
mod flush;
mod index;
mod journal;
mod ledger;
mod matching;
mod people;
mod rest;
mod select;
mod street;
mod tight;
mod view;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Notify;
use whimbrel_store::{Intent, Lane, LaneCommit, LaneId, Store, StoreError, Want};

use self::journal::Journal;
use self::ledger::{Ledger, Numbers};
use self::rest::Rests;
use self::street::{Street, Timing};
use crate::bundle::{Bundle, Content, Painter};
use crate::cadence::Cadence;
use crate::channel::Channel;
use crate::destination::{Destination, Service};
use crate::pace::Pace;
use crate::settings::Settings;

/// Lanes read at a time when they are loaded.
const STRIDE: usize = 512;

/// So many messages at most may have left without it being written down that they were accepted, where the service would
/// not know them again: if the program dies at this moment, these are told twice.
const UNSURE: usize = 8;

/// How news reaches people. A cheap handle: clones are the same.
#[derive(Clone)]
pub struct Fanout {
    core: Arc<Core>,
}

/// What all handles share.
pub(crate) struct Core {
    store: Store,
    channels: Vec<Arc<dyn Channel>>,
    pace: Pace,
    settings: Settings,
    journal: Journal,
    street: Mutex<Street>,
    ledger: Ledger,
    numbers: Mutex<Numbers>,
    rests: Mutex<Rests>,
    /// One matcher at a time, and when the lanes were last carried forward.
    matcher: tokio::sync::Mutex<Option<DateTime<Utc>>>,
    at_once: tokio::sync::Semaphore,
    unsure: tokio::sync::Semaphore,
    woken: Notify,
    painter: OnceLock<Arc<Painter>>,
}

pub use self::flush::Flushed;

impl Fanout {
    /// Lanes as the store has them. Events the matcher has not seen are matched by the next
    /// [`match_new`](Self::match_new).
    ///
    /// Blocks while lanes are loaded: a hundred thousand take some seconds.
    pub fn open(
        store: Store,
        channels: Vec<Arc<dyn Channel>>,
        pace: Pace,
        settings: Settings,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let mark = store.lane_mark()?;
        let settle = TimeDelta::from_std(settings.settle).unwrap_or_default();
        let timing = Timing { settle, tell_empty: settings.tell_empty };
        let serves = |service| channels.iter().any(|channel| channel.service() == service);
        let served = [serves(Service::Telegram), serves(Service::Discord)];
        let mut street = Street::new(timing, served, mark.matched);
        let mut after = None;
        loop {
            let lanes = store.lanes(after, STRIDE)?;
            let Some(last) = lanes.last() else { break };
            after = Some(last.id);
            for lane in &lanes {
                match read(lane) {
                    Ok((destination, cadence)) => street.refresh(lane, &destination, &cadence, now),
                    Err(problem) => {
                        tracing::error!(lane = %lane.id, problem, "lane {} cannot be read and is left alone", lane.id);
                    }
                }
            }
        }
        if mark.newest_lane == 0 {
            // From now on the matcher's place is written down, so that a first lane finds it.
            store.record_lanes(&LaneCommit { matched: Some(mark.matched), ..LaneCommit::default() })?;
        }
        let at_once = settings.at_once.clamp(1, 4096);
        let core = Core {
            journal: Journal::new(store.clone()),
            store,
            channels,
            pace,
            settings,
            street: Mutex::new(street),
            ledger: Ledger::default(),
            numbers: Mutex::new(Numbers { lane: mark.newest_lane, letter: mark.newest_letter }),
            rests: Mutex::default(),
            matcher: tokio::sync::Mutex::new(None),
            at_once: tokio::sync::Semaphore::new(at_once),
            unsure: tokio::sync::Semaphore::new(UNSURE),
            woken: Notify::new(),
            painter: OnceLock::new(),
        };
        Ok(Self { core: Arc::new(core) })
    }

    /// Has digests drawn from now on. The first painter stays.
    pub fn paint_with(&self, painter: Arc<Painter>) {
        let _ = self.core.painter.set(painter);
    }

    /// When the next lane is due, as far as is known: the moment for the next [`flush_due`](Self::flush_due). It may
    /// come earlier once something happens; see [`changed`](Self::changed).
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        if self.core.at_once.available_permits() == 0 {
            // A flush that is under way takes up what is due as soon as one of its places is done.
            return None;
        }
        let street = self.core.street();
        let rests = self.core.rests();
        let due = |service| rests.opens(service, street.next_due(service)?);
        [Service::Telegram, Service::Discord].into_iter().filter_map(due).min()
    }

    /// No lane waits for a time that lies further ahead than its cadence allows by this clock, and no service rests until
    /// one; says of how many lanes that was not so. For clocks that were wrong and are set back. Takes time for every lane.
    pub fn bring_forward(&self, now: DateTime<Utc>) -> usize {
        self.core.rests().bring_forward(now);
        let count = self.core.street().bring_forward(now);
        self.core.woken.notify_waiters();
        count
    }

    /// Tells that a service has another token, or another address: where the old one was refused, the new one is tried at
    /// the next [`flush_due`](Self::flush_due).
    pub fn renewed(&self, service: Service, now: DateTime<Utc>) {
        self.core.pace.renewed(service);
        self.core.rests().renewed(service, now);
        self.core.woken.notify_waiters();
    }

    /// Waits until a lane was written, so that [`next_due`](Self::next_due) may be another.
    pub async fn changed(&self) {
        self.core.woken.notified().await;
    }
}

impl Core {
    fn street(&self) -> MutexGuard<'_, Street> {
        self.street.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rests(&self) -> MutexGuard<'_, Rests> {
        self.rests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn channel(&self, service: Service) -> Option<&Arc<dyn Channel>> {
        self.channels.iter().find(|channel| channel.service() == service)
    }

    /// Does something that blocks on the runtime's threads for that.
    async fn blocking<R: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let core = Arc::clone(self);
        let span = tracing::Span::current(); // it goes along
        let done = tokio::task::spawn_blocking(move || span.in_scope(|| work(&core))).await;
        done.unwrap_or_else(|_| Err(StoreError::Stopped("reading for a lane panicked".to_owned())))
    }

    /// The bundle a stated flush comes to, a digest with all that the store knows besides.
    fn bundle(
        &self,
        wants: &[Want],
        cadence: &Cadence,
        intent: &Intent,
    ) -> Result<Option<Bundle>, StoreError> {
        let Some(mut bundle) = select::bundle(&self.journal, wants, cadence, intent)? else {
            return Ok(None);
        };
        if let Content::Digest { digest, from, to, .. } = &mut bundle.content {
            self.store.complete_digest(digest, *from, *to)?;
            bundle.picture = self.painter.get().and_then(|paint| paint(&bundle));
        }
        Ok(Some(bundle))
    }

    /// The lanes of a destination as they stand in the store.
    fn lanes_at(&self, destination: &Destination) -> Result<Vec<Lane>, StoreError> {
        let ids: Vec<LaneId> = self.street().lanes_at(destination);
        ids.into_iter().filter_map(|id| self.store.lane(id).transpose()).collect()
    }
}

/// Where a lane leads and when it flushes; the error says what cannot be read.
fn read(lane: &Lane) -> Result<(Destination, Cadence), String> {
    let destination = lane.destination.parse().map_err(|error| format!("{error}"))?;
    let cadence = lane.cadence.parse().map_err(|error| format!("{error}"))?;
    Ok((destination, cadence))
}
