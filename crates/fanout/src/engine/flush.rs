//! Lanes that are due, served many at a time: a destination's own one after another.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use tokio::time::Instant;
use whimbrel_store::{DigestOf, Intent, Lane, LaneId, StoreError};

use super::rest::Admitted;
use super::select::{self, Chooser};
use super::street::PlaceNo;
use super::{Core, Fanout, read};
use crate::bundle::Bundle;
use crate::cadence::Cadence;
use crate::destination::{Destination, Service};

/// What a round of flushing did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flushed {
    /// Lanes whose turn it was.
    pub served: usize,
    /// Messages that were accepted.
    pub messages: usize,
}

/// A moment that goes on with the runtime's clock.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    start: Instant,
    now: DateTime<Utc>,
}

impl Clock {
    pub(crate) fn at(now: DateTime<Utc>) -> Self {
        Self { start: Instant::now(), now }
    }

    pub(crate) fn now(self) -> DateTime<Utc> {
        let gone = chrono::TimeDelta::from_std(self.start.elapsed()).unwrap_or_default();
        self.now.checked_add_signed(gone).unwrap_or(self.now)
    }
}

/// A lane whose turn it is. However its turn ends, its destination is free then.
struct Turn {
    core: Arc<Core>,
    place: PlaceNo,
    lane: LaneId,
    service: Service,
    admitted: Admitted,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.core.street().release(self.place);
        if self.admitted == Admitted::Probe {
            self.core.rests().left(self.service);
        }
    }
}

/// Where a lane stands.
#[derive(Clone, Copy)]
struct Range {
    told: u64,
    matched: u64,
    waits: bool,
}

/// What a lane has to tell now.
pub(crate) struct Plan {
    pub(crate) lane: Lane,
    pub(crate) destination: Destination,
    pub(crate) what: What,
}

/// A lane without anything to tell.
#[derive(Clone, Copy)]
pub(crate) struct Nothing {
    /// It has come so far.
    pub(crate) told: u64,
    /// The first event behind that waits, with its time.
    pub(crate) next: Option<(u64, DateTime<Utc>)>,
    /// As far as was looked for that.
    pub(crate) walked: u64,
    /// The end of the period that brought nothing.
    pub(crate) last_due: Option<DateTime<Utc>>,
}

/// A flush to make.
pub(crate) struct Flush {
    pub(crate) intent: Intent,
    pub(crate) bundle: Bundle,
    /// It was stated before.
    pub(crate) stated: bool,
}

pub(crate) enum What {
    /// Nothing; the cursor moves up to here.
    Nothing(Nothing),
    /// This flush.
    Flush(Box<Flush>),
    /// A flush that was stated and of which nothing is left.
    Gone,
}

impl Fanout {
    /// Tells what is due: every lane whose time has come, many destinations at once, each at the pace its service
    /// allows. Returns when all that was due is told, or has failed and waits for its next try.
    ///
    /// A slow destination keeps this call from returning, not the others from being served; call it again beside a
    /// call that has not returned, and whatever became due meanwhile is taken up. Dropping the call is like a crash:
    /// messages in flight may be repeated.
    pub async fn flush_due(&self, now: DateTime<Utc>) -> Result<Flushed, StoreError> {
        let clock = Clock::at(now);
        let mut turns = FuturesUnordered::new();
        let mut flushed = Flushed::default();
        let mut failed = None;
        loop {
            while let Some((turn, permit)) = self.claim(clock.now()) {
                turns.push(async move {
                    let served = turn.core.serve(turn.lane, turn.admitted, clock).await;
                    if let Err(error) = &served {
                        tracing::error!(lane = %turn.lane, %error, "lane {} could not be served ({error}): it is tried again in a minute", turn.lane);
                        turn.core.street().put_off(turn.lane, clock.now() + TimeDelta::minutes(1));
                    }
                    drop((turn, permit));
                    served
                });
            }
            let Some(served) = turns.next().await else { break };
            flushed.served += 1;
            match served {
                Ok(messages) => flushed.messages += messages,
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(flushed), Err)
    }

    fn claim(&self, now: DateTime<Utc>) -> Option<(Turn, tokio::sync::SemaphorePermit<'_>)> {
        let permit = self.core.at_once.try_acquire().ok()?;
        for service in [Service::Telegram, Service::Discord] {
            let mut street = self.core.street();
            let mut rests = self.core.rests();
            if street.next_due(service).is_none_or(|due| due > now) {
                continue;
            }
            let Some(admitted) = rests.admits(service, now) else { continue };
            match street.claim(service, now) {
                Some((place, lane)) => {
                    let core = Arc::clone(&self.core);
                    return Some((Turn { core, place, lane, service, admitted }, permit));
                }
                None if admitted == Admitted::Probe => rests.left(service),
                None => {}
            }
        }
        None
    }
}

impl Core {
    /// What the lane has to tell at this moment. `None` when there is no such lane any more, or it is silent.
    pub(crate) async fn plan(
        self: &Arc<Self>,
        id: LaneId,
        now: DateTime<Utc>,
    ) -> Result<Option<Plan>, StoreError> {
        self.blocking(move |core| core.plan_blocking(id, now)).await
    }

    fn plan_blocking(&self, id: LaneId, now: DateTime<Utc>) -> Result<Option<Plan>, StoreError> {
        let Some(lane) = self.store.lane(id)? else { return Ok(None) };
        if lane.paused.is_some() || lane.parked.is_some() {
            return Ok(None);
        }
        let Ok((destination, cadence)) = read(&lane) else { return Ok(None) };
        if let Some(intent) = &lane.intent {
            let bundle = self.bundle(&lane.wants, &cadence, intent)?;
            let what = match bundle {
                Some(bundle) => What::Flush(Box::new(Flush { intent: intent.clone(), bundle, stated: true })),
                None => What::Gone,
            };
            return Ok(Some(Plan { lane, destination, what }));
        }
        let (matched, waits, told, due) = {
            let street = self.street();
            let waits = street.slot(id).is_some_and(|slot| slot.waiting != 0) || lane.since.is_some();
            (street.matched, waits, street.told(id).max(lane.told), street.due(id))
        };
        let range = Range { told, matched, waits };
        let what = self.what(&lane, &cadence, range, due.unwrap_or(now), now)?;
        Ok(Some(Plan { lane, destination, what }))
    }

    /// What a lane without a stated flush tells: events from the first that waits.
    fn what(
        &self,
        lane: &Lane,
        cadence: &Cadence,
        range: Range,
        due: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<What, StoreError> {
        let chooser = Chooser::of(lane, cadence);
        let Range { told, matched, waits } = range;
        let digest = period(lane, cadence, due, now);
        let to = match digest {
            // A first digest reaches to now, others to the moment they were due, however late they are.
            Some(of) if lane.since.is_none() => self.journal.last_by(of.to, told, matched)?,
            _ => matched,
        };
        let next = |from: u64| {
            if matched > from { self.first_behind(chooser, from + 1, matched) } else { Ok(None) }
        };
        let last_due = digest.map(|of| of.to);
        let nothing = |told, next| What::Nothing(Nothing { told, next, walked: matched, last_due });
        // A lane that was made in the moment at which a digest is due has its first period still before it.
        let was_told = lane.last_due.or(Some(lane.created)).filter(|told| *told <= now);
        if waits && lane.since.is_none() && was_told.is_some_and(|was| last_due.is_some_and(|due| due <= was))
        {
            // Its turn comes again with what else the next period brings.
            return Ok(nothing(told, next(told)?));
        }
        let events = if waits { select::told(&self.journal, chooser, told + 1, to)? } else { Vec::new() };
        let to = to.max(told);
        let silent = digest.is_none() || !self.settings.tell_empty && lane.since.is_none();
        if events.is_empty() && silent {
            return Ok(nothing(to, next(to)?));
        }
        let digest = digest.or_else(|| self.catch_up(lane, &events, now));
        let catalogs = select::catalogs(&self.store, &events)?;
        let site = self.settings.site.clone();
        let intent = Intent {
            from: told + 1,
            to,
            parts: 0,
            sent: 0,
            nonce: nonce(self.store.epoch().0, lane.id, told + 1, to),
            at: now,
            plain: false,
            digest,
            dropped: lane.dropped,
            catalogs,
            page: digest.and_then(|of| select::page(site.as_deref(), &lane.wants, of)),
            site,
        };
        match self.bundle(&lane.wants, cadence, &intent)? {
            Some(bundle) if !(select::is_empty(&bundle) && silent) => {
                Ok(What::Flush(Box::new(Flush { intent, bundle, stated: false })))
            }
            _ => Ok(nothing(to, next(to)?)),
        }
    }

    /// An instant lane that comes back, or could not follow, gets all that waits as one digest.
    fn catch_up(&self, lane: &Lane, events: &[whimbrel_news::Event], now: DateTime<Utc>) -> Option<DigestOf> {
        let first = events.first()?.recorded;
        let slow = chrono::TimeDelta::from_std(self.settings.settle + self.settings.slow_after).ok()?;
        let late = lane.back || lane.retry.is_some() || now - first > slow;
        (late && events.len() > self.settings.catch_up_above).then_some(DigestOf {
            from: first,
            to: now,
            catch_up: true,
        })
    }
}

/// The period of a digest that is told now; `None` for news one by one.
fn period(lane: &Lane, cadence: &Cadence, due: DateTime<Utc>, now: DateTime<Utc>) -> Option<DigestOf> {
    if let Some(since) = lane.since {
        return Some(DigestOf { from: since, to: now, catch_up: false });
    }
    if cadence.is_instant() {
        return None;
    }
    // Periods that went by while nothing could be told are told as one.
    let due = due.min(now);
    let to = cadence.period_before(cadence.next(now)).0.max(due);
    let before = cadence.period_before(due).0.max(lane.created);
    // One that lies ahead was told by a clock that was wrong.
    let told = lane.last_due.filter(|told| *told <= now);
    let from = told.map_or(before, |told| told.max(before)).min(to);
    Some(DigestOf { from, to, catch_up: lane.back })
}

/// What a flush is known by: made of the life of the store, the lane and the range, so that the same one has the
/// same and no other one has it.
fn nonce(epoch: u64, lane: LaneId, from: u64, to: u64) -> u64 {
    [epoch, lane.0, from, to].into_iter().fold(0x9E37_79B9_7F4A_7C15, mix)
}

/// The nonce of one message of a flush.
pub(crate) fn part_nonce(intent: &Intent, part: u32) -> u64 {
    mix(mix(intent.nonce, part.into()), u64::from(intent.plain))
}

/// Stirs a number into another; whatever differs before differs after.
fn mix(seed: u64, number: u64) -> u64 {
    let mut mixed = seed.rotate_left(23) ^ number.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed ^= mixed >> 30;
    mixed = mixed.wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
