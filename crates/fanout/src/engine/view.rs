//! What subscribers and operators see.

use chrono::{DateTime, Utc};
use whimbrel_news::{Event, EventId, Prepared};
use whimbrel_store::{DeadLetter, DigestOf, Intent, Lane, LaneId, Origin, StoreError};

use super::select::{self, Choice, Chooser};
use super::{Core, Fanout, read};
use crate::bundle::Bundle;
use crate::destination::{Destination, Service};
use crate::pace::PaceStatus;
use crate::subscription::{LaneReport, LaneState, ServiceStatus, Status, Subscription, Verdict, Why};

impl Fanout {
    /// The subscriptions of a destination, by their numbers.
    pub fn subscriptions(&self, destination: &Destination) -> Vec<Subscription> {
        let mut found = self.lanes_of(destination);
        found.sort_by_key(|subscription| subscription.number);
        found
    }

    /// The subscription of this number.
    pub fn subscription(&self, destination: &Destination, number: u32) -> Option<Subscription> {
        self.lanes_of(destination).into_iter().find(|subscription| subscription.number == number)
    }

    /// What a lane of a destination would tell as a digest at this moment: all that waits, else its last period. `None`
    /// where it has no such lane.
    pub async fn preview(
        &self,
        destination: &Destination,
        lane: LaneId,
        now: DateTime<Utc>,
    ) -> Result<Option<Bundle>, StoreError> {
        let at = destination.clone();
        self.core.blocking(move |core| core.preview(&at, lane, now)).await
    }

    /// Why an event was, or was not, told at a destination.
    pub async fn why(&self, destination: &Destination, event: EventId) -> Result<Why, StoreError> {
        let at = destination.clone();
        self.core.blocking(move |core| core.why(&at, event)).await
    }

    /// How everything is. A hundred thousand lanes take some milliseconds.
    pub fn status(&self) -> Status {
        let core = &self.core;
        let head = core.store.head();
        let dead_letters = core.letters().map_or(0, |letters| letters.len());
        let street = core.street();
        let mut status = Status {
            head,
            matched: street.matched,
            lanes: street.len(),
            destinations: street.destinations(),
            waiting: 0,
            under_way: 0,
            retrying: 0,
            paused: 0,
            parked: 0,
            oldest_waiting: None,
            dead_letters,
            services: Vec::new(),
            bytes: street.bytes(),
        };
        let mut lanes = [0; 2];
        for (service, look, waiting) in street.looks() {
            lanes[usize::from(service == Service::Discord)] += 1;
            status.waiting += usize::from(look.waiting);
            status.under_way += usize::from(look.under_way);
            status.retrying += usize::from(look.retrying);
            status.paused += usize::from(look.paused);
            status.parked += usize::from(look.parked);
            if waiting != 0 {
                status.oldest_waiting = Some(status.oldest_waiting.map_or(waiting, |seq| seq.min(waiting)));
            }
        }
        drop(street);
        let rests = core.rests();
        for (service, lanes) in [(Service::Telegram, lanes[0]), (Service::Discord, lanes[1])] {
            if lanes > 0 || core.channel(service).is_some() {
                status.services.push(ServiceStatus { service, rest: rests.status(service), lanes });
            }
        }
        status
    }

    /// How fast messages leave.
    pub fn pace(&self) -> PaceStatus {
        self.core.pace.snapshot()
    }

    /// Lanes one by one, after this one: what `whimbrel lanes` shows.
    pub fn lanes(&self, after: Option<LaneId>, limit: usize) -> Result<Vec<LaneReport>, StoreError> {
        let lanes = self.core.store.lanes(after, limit)?;
        Ok(lanes.into_iter().map(|lane| self.core.report(lane)).collect())
    }

    /// Dead letters, the oldest first.
    pub fn dead_letters(&self) -> Result<Vec<DeadLetter>, StoreError> {
        self.core.letters()
    }

    /// What a dead letter was to say. `None` when its events are gone.
    pub async fn open_letter(&self, number: u64) -> Result<Option<Bundle>, StoreError> {
        self.core
            .blocking(move |core| {
                let Some(letter) = core.store.dead_letter(number)? else { return Ok(None) };
                let Ok(cadence) = letter.cadence.parse() else { return Ok(None) };
                core.bundle(&letter.wants, &cadence, &letter.intent)
            })
            .await
    }

    fn lanes_of(&self, destination: &Destination) -> Vec<Subscription> {
        let core = &self.core;
        let lanes = core.lanes_at(destination).unwrap_or_else(|error| {
            tracing::error!(%destination, %error, "the lanes of {destination} cannot be read ({error})");
            Vec::new()
        });
        lanes.into_iter().flat_map(|lane| core.subscriptions_of(&lane)).collect()
    }
}

impl Core {
    fn subscriptions_of(&self, lane: &Lane) -> Vec<Subscription> {
        let Ok((destination, cadence)) = read(lane) else { return Vec::new() };
        let state = self.state_of(lane);
        let next = match state {
            LaneState::Paused(_) | LaneState::Parked(_) => None,
            _ => self.street().due(lane.id),
        };
        let live = lane.wants.iter().filter(|want| want.until.is_none());
        live.map(|want| Subscription {
            number: want.number,
            destination: destination.clone(),
            cadence: cadence.clone(),
            filter: want.filter.clone(),
            origin: match &lane.origin {
                Origin::Chat { .. } if want.configured => {
                    Origin::Configuration { name: lane.destination.clone() }
                }
                Origin::Configuration { .. } if !want.configured => Origin::Chat { by: String::new() },
                origin => origin.clone(),
            },
            created: lane.created,
            lane: lane.id,
            state: state.clone(),
            next,
        })
        .collect()
    }

    fn state_of(&self, lane: &Lane) -> LaneState {
        let (waiting, busy) = {
            let street = self.street();
            (street.waiting(lane.id).is_some(), street.is_busy(lane.id))
        };
        if let Some(parked) = &lane.parked {
            LaneState::Parked(parked.clone())
        } else if let Some(paused) = lane.paused {
            LaneState::Paused(paused)
        } else if let Some(retry) = &lane.retry {
            LaneState::Retrying(retry.clone())
        } else if lane.intent.is_some() && busy {
            LaneState::UnderWay
        } else if waiting || lane.intent.is_some() {
            LaneState::Waiting
        } else {
            LaneState::Idle
        }
    }

    fn report(&self, lane: Lane) -> LaneReport {
        let state = self.state_of(&lane);
        let (waiting, due) = {
            let street = self.street();
            (street.waiting(lane.id), street.due(lane.id))
        };
        LaneReport {
            lane: lane.id,
            destination: lane.destination,
            cadence: lane.cadence,
            filters: lane
                .wants
                .into_iter()
                .filter(|want| want.until.is_none())
                .map(|want| want.filter)
                .collect(),
            state,
            waiting,
            due,
        }
    }

    pub(super) fn letters(&self) -> Result<Vec<DeadLetter>, StoreError> {
        let mut letters: Vec<DeadLetter> = Vec::new();
        loop {
            let found = self.store.dead_letters(letters.last().map(|letter| letter.number), 256)?;
            if found.is_empty() {
                return Ok(letters);
            }
            letters.extend(found);
        }
    }

    /// All wants of the lane in one digest.
    fn preview(
        &self,
        at: &Destination,
        id: LaneId,
        now: DateTime<Utc>,
    ) -> Result<Option<Bundle>, StoreError> {
        let Some(lane) = self.store.lane(id)? else { return Ok(None) };
        let Some((_, cadence)) = read(&lane).ok().filter(|(leads_to, _)| leads_to == at) else {
            return Ok(None);
        };
        // What comes at once has no period; a digest would have the usual one.
        let usual = crate::cadence::Cadence { zone: cadence.zone, ..crate::cadence::Cadence::default() };
        let cadence = if cadence.is_instant() { usual } else { cadence };
        let before = cadence.period_before(cadence.next(now)).0;
        let matched = self.street().matched;
        let waiting = self.street().waiting(lane.id);
        let mut from = self.journal.last_by(before, 0, matched)? + 1;
        let mut of = DigestOf { from: before, to: now, catch_up: false };
        if waiting.is_none() && self.journal.last_by(now, 0, matched)? < from {
            // Nothing is new: the period before.
            of.from = cadence.period_before(before).0;
            from = self.journal.last_by(of.from, 0, matched)? + 1;
        }
        from = waiting.map_or(from, |waiting| from.min(waiting));
        let wants: Vec<_> = lane
            .wants
            .iter()
            .filter(|want| want.until.is_none())
            // What was there before somebody subscribed is shown as well.
            .map(|want| whimbrel_store::Want { after: 0, told: 0, ..want.clone() })
            .collect();
        let chooser = Chooser { wants: &wants, instant: false };
        let events = select::told(&self.journal, chooser, from, matched)?;
        let site = self.settings.site.clone();
        let intent = Intent {
            from,
            to: matched,
            parts: 0,
            sent: 0,
            nonce: 0,
            at: now,
            plain: false,
            digest: Some(of),
            dropped: 0,
            catalogs: select::catalogs(&self.store, &events)?,
            page: select::page(site.as_deref(), &wants, of),
            site,
        };
        self.bundle(&wants, &cadence, &intent)
    }

    fn why(&self, at: &Destination, id: EventId) -> Result<Why, StoreError> {
        if id.history {
            return Ok(Why::History);
        }
        let event =
            self.store.events_after(id.seq.saturating_sub(1), 1)?.pop().filter(|event| event.id() == id);
        let Some(event) = event else { return Ok(Why::NoEvent) };
        let lanes = self.lanes_at(at)?;
        let letters = self.letters()?;
        let prepared = Prepared::new(&event);
        let mut verdicts = Vec::new();
        for lane in &lanes {
            let Ok((_, cadence)) = read(lane) else { continue };
            let chooser = Chooser::of(lane, &cadence);
            for want in lane.wants.iter().filter(|want| want.until.is_none()) {
                let verdict = match chooser.choice(want, &prepared) {
                    Choice::Outside => Verdict::Before,
                    Choice::Filtered => Verdict::Filtered(select::miss(&want.filter, &event)),
                    Choice::Unusual => Verdict::Unusual(event.kind()),
                    Choice::Told if event.seq <= want.told => told(lane, &event),
                    Choice::Told => self.fate(lane, &event, &letters),
                };
                verdicts.push((want.number, verdict));
            }
        }
        verdicts.sort_by_key(|(number, _)| *number);
        Ok(if verdicts.is_empty() { Why::NoSubscription } else { Why::Subscriptions(verdicts) })
    }

    /// What became of an event that a lane tells.
    fn fate(&self, lane: &Lane, event: &Event, letters: &[DeadLetter]) -> Verdict {
        let seq = event.seq;
        let of_letter = |letter: &&DeadLetter| {
            letter.lane == lane.id && (letter.intent.from..=letter.intent.to).contains(&seq)
        };
        if let Some(letter) = letters.iter().find(of_letter) {
            return Verdict::Dead(letter.number);
        }
        let (matched, told, due) = {
            let street = self.street();
            (street.matched, street.told(lane.id), street.due(lane.id))
        };
        if seq <= lane.told {
            return self::told(lane, event);
        }
        if seq > matched {
            return Verdict::NotMatched;
        }
        // The cursor of a lane without anything waiting stands with the matcher.
        if seq <= told && lane.intent.as_ref().is_none_or(|intent| seq < intent.from) {
            return self::told(lane, event);
        }
        if let Some(parked) = &lane.parked {
            return Verdict::Parked(parked.clone());
        }
        if let Some(paused) = lane.paused {
            return Verdict::Paused(paused);
        }
        if let Some(retry) = &lane.retry {
            return Verdict::Retrying(retry.clone());
        }
        let service = lane.destination.parse::<Destination>().map(|at| at.service());
        if let Some(rest) = service.ok().and_then(|service| self.rests().status(service)) {
            return Verdict::Resting(rest);
        }
        match due {
            Some(due) if lane.intent.is_none() => Verdict::Waits { due },
            _ => Verdict::UnderWay,
        }
    }
}

/// An event that a lane told. The end of the last period is at or after the digest it went out with.
fn told(lane: &Lane, event: &Event) -> Verdict {
    Verdict::Told { by: lane.last_due.filter(|due| *due >= event.told_at()) }
}
