//! What the steps of subscribers are made of: wants that come to lanes, move between them, and end.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use whimbrel_news::Filter;
use whimbrel_store::{Lane, LaneId, Origin, StoreError, Want};

use crate::cadence::Cadence;
use crate::destination::Destination;
use crate::engine::ledger::Draft;
use crate::engine::{Core, read};
use crate::subscription::{New, SubscribeError};

/// Patterns in the filters of one place. Many of them have to be asked about every event, each while all other places
/// wait.
const PATTERNS_EACH: usize = 6;

impl Core {
    pub(super) fn add_subscription(
        &self,
        draft: &mut Draft<'_>,
        new: &New,
        now: DateTime<Utc>,
    ) -> Result<Result<u32, SubscribeError>, StoreError> {
        let taken = self.wants(draft, &new.destination)?;
        if taken.len() >= self.settings.subscriptions_each {
            return Ok(Err(SubscribeError::TooMany(taken.len())));
        }
        if let Some(number) = self.same(draft, &new.destination, &new.cadence, &new.filter)? {
            return Ok(Err(SubscribeError::Already(number)));
        }
        let configured = matches!(new.origin, Origin::Configuration { .. });
        if !configured
            && new.filter.patterns() > 0
            && self.patterns(draft, &new.destination)? + new.filter.patterns() > PATTERNS_EACH
        {
            return Ok(Err(SubscribeError::TooManyPatterns(PATTERNS_EACH)));
        }
        let equal = self.lanes_like(draft, &new.destination, &new.cadence)?.pop();
        let head = self.store.head();
        let number = free_number(&taken);
        let want = Want { number, filter: new.filter.clone(), after: head, told: 0, configured, until: None };
        match (equal, new.since) {
            (Some(id), None) => {
                if let Some(lane) = draft.change(id)? {
                    lane.wants.push(want);
                }
            }
            (_, since) => {
                let origin = new.origin.clone();
                let mut lane = empty_lane(draft, &new.destination, &new.cadence, origin, now);
                (lane.told, lane.since) = (head, since);
                lane.wants.push(want);
                if let Some(since) = since {
                    // A lane of its own until its first digest is told.
                    let before = self.journal.last_by(since, 0, head)?;
                    lane.told = before;
                    lane.waiting = Some(before + 1);
                    lane.due = Some(now);
                    for want in &mut lane.wants {
                        want.after = before;
                    }
                }
                draft.add(lane);
            }
        }
        Ok(Ok(number))
    }

    /// Moves wants of a lane to another cadence, with what waits for them.
    pub(super) fn move_wants(
        &self,
        draft: &mut Draft<'_>,
        lane: &Lane,
        moving: Vec<Want>,
        at: &Destination,
        after: &Cadence,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let rest = lane.wants.len() - moving.len();
        let told = self.told(draft, lane.id)?;
        let under_way = lane.intent.as_ref().map(|intent| intent.to);
        let told = under_way.map_or(told, |to| told.max(to));
        let matched = self.street().matched;
        let mut other = empty_lane(draft, at, after, lane.origin.clone(), now);
        (other.created, other.paused, other.parked) = (lane.created, lane.paused, lane.parked.clone());
        (other.told, other.back, other.since) = (told, lane.back, lane.since);
        // Whether something waits is seen when its turn comes.
        other.waiting = (matched > told).then_some(told + 1);
        other.due = other.since.map(|_| now);
        other.wants.clone_from(&moving);
        if rest == 0 {
            other.dropped = lane.dropped;
        }
        draft.add(other);
        for want in moving {
            end_want(draft, lane.id, want.number)?;
        }
        Ok(())
    }

    /// Joins the lanes of a destination that have become equal.
    pub(in crate::engine) fn join_lanes(
        &self,
        draft: &mut Draft<'_>,
        at: &Destination,
    ) -> Result<(), StoreError> {
        let ids = self.lane_ids(draft, at)?;
        self.join(draft, &ids)
    }

    /// Two lanes of one cadence become one: the older cursor, all the wants.
    pub(super) fn join(&self, draft: &mut Draft<'_>, ids: &[LaneId]) -> Result<(), StoreError> {
        let mut kept: Vec<Lane> = Vec::new();
        for id in ids {
            let Some(lane) = draft.lane(*id)?.cloned() else { continue };
            let alike = |other: &Lane| {
                other.cadence == lane.cadence
                    && other.destination == lane.destination
                    && other.paused.is_some() == lane.paused.is_some()
                    && other.parked.is_some() == lane.parked.is_some()
            };
            // What is under way, and a first digest, comes to its end first.
            let is_free = |lane: &Lane| lane.intent.is_none() && lane.since.is_none();
            let other = kept.iter_mut().find(|other| alike(other) && is_free(other));
            let Some(other) = other.filter(|_| is_free(&lane)) else {
                kept.push(lane);
                continue;
            };
            let (one, two) = (self.told(draft, other.id)?, self.told(draft, lane.id)?);
            let waits = |lane: &Lane| lane.waiting.into_iter().chain(self.street().waiting(lane.id)).min();
            other.waiting = waits(other).into_iter().chain(waits(&lane)).min();
            other.told = one.min(two);
            other.waiting = other.waiting.filter(|waiting| *waiting > other.told);
            for want in &mut other.wants {
                want.told = want.told.max(one);
            }
            let wants = lane.wants.into_iter().map(|want| Want { told: want.told.max(two), ..want });
            other.wants.extend(wants);
            other.dropped += lane.dropped;
            other.back |= lane.back;
            other.created = other.created.min(lane.created);
            other.last_due = other.last_due.max(lane.last_due);
            other.due = [other.due, lane.due].into_iter().flatten().min();
            other.retry = None;
            let joined = other.clone();
            draft.add(joined);
            draft.remove(*id);
        }
        Ok(())
    }

    /// Lanes that lead to a destination, with the steps so far.
    pub(super) fn lane_ids(
        &self,
        draft: &mut Draft<'_>,
        at: &Destination,
    ) -> Result<Vec<LaneId>, StoreError> {
        let name = at.to_string();
        let mut ids = self.street().lanes_at(at);
        ids.extend(draft.written());
        ids.sort_unstable();
        ids.dedup();
        let mut found = Vec::new();
        for id in ids {
            if draft.lane(id)?.is_some_and(|lane| lane.destination == name) {
                found.push(id);
            }
        }
        Ok(found)
    }

    /// Up to where a lane has told, or found nothing to tell.
    pub(super) fn told(&self, draft: &mut Draft<'_>, id: LaneId) -> Result<u64, StoreError> {
        let written = draft.lane(id)?.map_or(0, |lane| lane.told);
        let street = self.street();
        Ok(if street.slot(id).is_some() { written.max(street.told(id)) } else { written })
    }

    /// The subscription of this number, and its lane.
    pub(super) fn find(
        &self,
        draft: &mut Draft<'_>,
        at: &Destination,
        number: u32,
    ) -> Result<Option<(LaneId, Want)>, StoreError> {
        for id in self.lane_ids(draft, at)? {
            let Some(lane) = draft.lane(id)? else { continue };
            let live = |want: &&Want| want.number == number && want.until.is_none();
            if let Some(want) = lane.wants.iter().find(live) {
                return Ok(Some((id, want.clone())));
            }
        }
        Ok(None)
    }

    /// The lanes of a destination at a cadence.
    pub(super) fn lanes_like(
        &self,
        draft: &mut Draft<'_>,
        at: &Destination,
        cadence: &Cadence,
    ) -> Result<Vec<LaneId>, StoreError> {
        let mut like = Vec::new();
        for id in self.lane_ids(draft, at)? {
            if draft.lane(id)?.and_then(|lane| read(lane).ok()).is_some_and(|(_, of)| of == *cadence) {
                like.push(id);
            }
        }
        Ok(like)
    }

    /// The number of the subscription to the same at the same cadence.
    pub(super) fn same(
        &self,
        draft: &mut Draft<'_>,
        at: &Destination,
        cadence: &Cadence,
        filter: &Filter,
    ) -> Result<Option<u32>, StoreError> {
        for id in self.lanes_like(draft, at, cadence)? {
            let wants = draft.lane(id)?.map_or(&[][..], |lane| &lane.wants);
            if let Some(want) = wants.iter().find(|want| want.filter == *filter && want.until.is_none()) {
                return Ok(Some(want.number));
            }
        }
        Ok(None)
    }

    /// How many patterns the filters of a place have.
    fn patterns(&self, draft: &mut Draft<'_>, at: &Destination) -> Result<usize, StoreError> {
        let mut patterns = 0;
        for id in self.lane_ids(draft, at)? {
            if let Some(lane) = draft.lane(id)? {
                let live = lane.wants.iter().filter(|want| want.until.is_none());
                patterns += live.map(|want| want.filter.patterns()).sum::<usize>();
            }
        }
        Ok(patterns)
    }

    /// The numbers in use at a destination.
    pub(super) fn wants(
        &self,
        draft: &mut Draft<'_>,
        at: &Destination,
    ) -> Result<BTreeMap<u32, LaneId>, StoreError> {
        let mut taken = BTreeMap::new();
        for id in self.lane_ids(draft, at)? {
            if let Some(lane) = draft.lane(id)? {
                let live = lane.wants.iter().filter(|want| want.until.is_none());
                taken.extend(live.map(|want| (want.number, id)));
            }
        }
        Ok(taken)
    }

    /// Lanes in which the configuration wants something.
    pub(super) fn configured(&self) -> Result<Vec<Lane>, StoreError> {
        let (mut after, mut found) = (None, Vec::new());
        loop {
            let lanes = self.store.lanes(after, 512)?;
            let Some(last) = lanes.last() else { return Ok(found) };
            after = Some(last.id);
            found.extend(lanes.into_iter().filter(|lane| lane.wants.iter().any(|want| want.configured)));
        }
    }
}

/// Ends a want: at once, or with the flush that is under way. A lane without wants ends.
pub(super) fn end_want(draft: &mut Draft<'_>, id: LaneId, number: u32) -> Result<(), StoreError> {
    let Some(lane) = draft.change(id)? else { return Ok(()) };
    let others = lane.wants.iter().any(|want| want.number != number && want.until.is_none());
    match &lane.intent {
        Some(intent) if others || intent.sent > 0 => {
            let to = intent.to;
            for want in lane.wants.iter_mut().filter(|want| want.number == number && want.until.is_none()) {
                want.until = Some(to);
            }
        }
        _ => lane.wants.retain(|want| want.number != number || want.until.is_some()),
    }
    if lane.wants.is_empty() {
        draft.remove(id);
    }
    Ok(())
}

/// The smallest number above all in use.
pub(super) fn free_number(taken: &BTreeMap<u32, LaneId>) -> u32 {
    taken.last_key_value().map_or(1, |(last, _)| last.saturating_add(1))
}

pub(super) fn empty_lane(
    draft: &mut Draft<'_>,
    at: &Destination,
    cadence: &Cadence,
    origin: Origin,
    now: DateTime<Utc>,
) -> Lane {
    lane_of(draft.number(), at.to_string(), cadence.to_string(), origin, now)
}

pub(super) fn lane_of(
    id: LaneId,
    destination: String,
    cadence: String,
    origin: Origin,
    now: DateTime<Utc>,
) -> Lane {
    Lane {
        id,
        destination,
        cadence,
        origin,
        wants: Vec::new(),
        created: now,
        paused: None,
        parked: None,
        told: 0,
        waiting: None,
        dropped: 0,
        due: None,
        last_due: None,
        since: None,
        back: false,
        retry: None,
        intent: None,
    }
}
