//! What subscribers ask for. Everything is durable when it returns.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use whimbrel_news::Filter;
use whimbrel_store::{Lane, LaneId, Origin, Parked, StoreError, Want};

use super::ledger::Draft;
use super::{Core, Fanout, read};
use crate::cadence::{Cadence, Quiet};
use crate::destination::Destination;
use crate::subscription::{Ended, New, SubscribeError, Subscription};

impl Fanout {
    /// Makes a subscription. It begins now, with silence, unless a first digest is asked for.
    pub async fn subscribe(&self, new: New, now: DateTime<Utc>) -> Result<Subscription, SubscribeError> {
        let core = &self.core;
        if core.channel(new.destination.service()).is_none() {
            return Err(SubscribeError::NoService(new.destination.service()));
        }
        if new.filter == Filter::nothing() {
            return Err(SubscribeError::Nothing);
        }
        let (step, destination) = (Arc::clone(core), new.destination.clone());
        let made = core.step(now, move |draft| step.add_subscription(draft, &new, now)).await?;
        let number = made?;
        self.subscription(&destination, number).ok_or(SubscribeError::Unknown(number))
    }

    /// Ends a subscription. A message that is under way may still arrive. What is handed back can bring it back.
    pub async fn unsubscribe(
        &self,
        destination: &Destination,
        number: u32,
        now: DateTime<Utc>,
    ) -> Result<Ended, SubscribeError> {
        let unknown = SubscribeError::Unknown(number);
        let subscription = self.subscription(destination, number).ok_or(unknown)?;
        let (core, at) = (Arc::clone(&self.core), destination.clone());
        let told = self
            .core
            .step(now, move |draft| {
                let Some((id, want)) = core.find(draft, &at, number)? else { return Ok(None) };
                let told = core.told(draft, id)?.max(want.after).max(want.told);
                end_want(draft, id, number)?;
                Ok(Some(told))
            })
            .await?;
        let told = told.ok_or(SubscribeError::Unknown(number))?;
        let Subscription { number, cadence, filter, origin, .. } = subscription;
        Ok(Ended { number, cadence, filter, origin, told })
    }

    /// Brings a subscription back as it was: what happened since it ended is told as well. Where the same is subscribed to
    /// again by now, nothing changes.
    pub async fn bring_back(
        &self,
        destination: &Destination,
        ended: Ended,
        now: DateTime<Utc>,
    ) -> Result<Subscription, SubscribeError> {
        let Ended { number, cadence, filter, origin, told } = ended;
        let (core, destination, at) = (Arc::clone(&self.core), destination.clone(), destination.clone());
        let made = self
            .core
            .step(now, move |draft| {
                if let Some(number) = core.same(draft, &destination, &cadence, &filter)? {
                    return Ok(number);
                }
                let taken = core.wants(draft, &destination)?;
                let number = if taken.contains_key(&number) { free_number(&taken) } else { number };
                let mut lane = empty_lane(draft, &destination, &cadence, origin, now);
                // Another journal is shorter: a store was made anew since.
                let told = told.min(core.store.head());
                lane.told = told;
                lane.waiting = Some(told + 1);
                lane.wants.push(Want {
                    number,
                    filter,
                    after: told,
                    told: 0,
                    configured: false,
                    until: None,
                });
                draft.add(lane);
                core.join_lanes(draft, &destination)?;
                Ok(number)
            })
            .await?;
        self.subscription(&at, made).ok_or(SubscribeError::Unknown(made))
    }

    /// Silence: what comes is kept. Says how many lanes were not silent before.
    pub async fn pause(&self, destination: &Destination, now: DateTime<Utc>) -> Result<usize, StoreError> {
        self.each_lane(destination, now, move |lane, _| {
            let speaks = lane.paused.is_none();
            lane.paused.get_or_insert(now);
            speaks
        })
        .await
    }

    /// Ends the silence: what was kept comes at once, as a digest where it is much, or with the next digest. Says how
    /// many lanes were silent.
    pub async fn resume(&self, destination: &Destination, now: DateTime<Utc>) -> Result<usize, StoreError> {
        self.each_lane(destination, now, move |lane, cadence| {
            let silent = lane.paused.take().is_some();
            if silent {
                come_back(lane, cadence, now);
            }
            silent
        })
        .await
    }

    /// A destination told us that it takes no messages any more: its lanes wait. Says how many did not before.
    pub async fn park(
        &self,
        destination: &Destination,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        let reason = reason.to_owned();
        self.each_lane(destination, now, move |lane, _| {
            // A message that is sent again ends by itself.
            let lasts = lane.wants.iter().any(|want| want.until.is_none());
            let open = lane.parked.is_none() && lasts;
            if open {
                lane.parked = Some(Parked { at: now, reason: reason.clone() });
                lane.retry = None;
            }
            open
        })
        .await
    }

    /// A chat and its topics, as far as something is subscribed to there.
    pub fn topics_of(&self, chat: i64) -> Vec<Destination> {
        self.core.street().topics_of(chat)
    }

    /// A destination that refused us takes messages again: somebody there spoke to us, or gave us the right back.
    /// Says how many lanes were parked.
    pub async fn unpark(&self, destination: &Destination, now: DateTime<Utc>) -> Result<usize, StoreError> {
        self.each_lane(destination, now, move |lane, cadence| {
            let parked = lane.parked.take().is_some();
            if parked {
                come_back(lane, cadence, now);
            }
            parked
        })
        .await
    }

    /// Tells a subscription, or all of a destination, at another cadence. What waits is told at the new one.
    pub async fn set_cadence(
        &self,
        destination: &Destination,
        number: Option<u32>,
        cadence: Cadence,
        now: DateTime<Utc>,
    ) -> Result<Vec<Subscription>, SubscribeError> {
        self.change_cadence(destination, number, now, move |_| cadence.clone()).await
    }

    /// Takes another zone for the cadences of a destination.
    pub async fn set_zone(
        &self,
        destination: &Destination,
        zone: Tz,
        now: DateTime<Utc>,
    ) -> Result<Vec<Subscription>, SubscribeError> {
        self.change_cadence(destination, None, now, move |before| Cadence { zone, ..before.clone() }).await
    }

    /// Takes other quiet hours, or none, for the cadences of a destination.
    pub async fn set_quiet(
        &self,
        destination: &Destination,
        quiet: Option<Quiet>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Subscription>, SubscribeError> {
        self.change_cadence(destination, None, now, move |before| Cadence { quiet, ..before.clone() }).await
    }

    /// Forgets all about a destination, and leaves no line of it in the file beside the database, not even of what ended
    /// long ago; says how many subscriptions that were.
    pub async fn forget(&self, destination: &Destination, now: DateTime<Utc>) -> Result<usize, StoreError> {
        let (core, at) = (Arc::clone(&self.core), destination.clone());
        let letters = self.core.blocking(Core::letters).await?;
        let name = destination.to_string();
        self.core
            .step(now, move |draft| {
                let mut count = 0;
                for id in core.lane_ids(draft, &at)? {
                    count += draft.lane(id)?.map_or(0, |lane| lane.wants.len());
                    draft.remove(id);
                }
                for letter in letters.iter().filter(|letter| letter.destination == name) {
                    draft.strike_off(letter.number);
                }
                draft.erase();
                Ok(count)
            })
            .await
    }

    /// A destination has another address now; its subscriptions go there. Lanes made equal by that become one.
    pub async fn moved(
        &self,
        from: &Destination,
        to: &Destination,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        move_lanes(&self.core, from.clone(), to.clone(), now).await
    }

    /// Makes the subscriptions of the configuration what it says: missing ones are made, superfluous ones end, the
    /// others go on where they are. Those that people made are left alone.
    pub async fn configure(&self, wanted: Vec<New>, now: DateTime<Utc>) -> Result<(), SubscribeError> {
        let lanes = self.core.blocking(Core::configured).await?;
        let mut kept: Vec<bool> = vec![false; wanted.len()];
        for lane in lanes {
            let Ok((destination, cadence)) = read(&lane) else { continue };
            for want in lane.wants.iter().filter(|want| want.configured && want.until.is_none()) {
                let same = |new: &New| {
                    new.destination == destination && new.cadence == cadence && new.filter == want.filter
                };
                match wanted.iter().position(same) {
                    Some(at) => kept[at] = true,
                    None => {
                        self.unsubscribe(&destination, want.number, now).await?;
                    }
                }
            }
        }
        for (new, _) in wanted.into_iter().zip(kept).filter(|(_, kept)| !kept) {
            match self.subscribe(new, now).await {
                // Somebody there asked for the same in the chat.
                Ok(_) | Err(SubscribeError::Already(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Sends a dead letter again; says whether there is such a one.
    pub async fn resend(&self, number: u64, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let Some(letter) = self.core.blocking(move |core| core.store.dead_letter(number)).await? else {
            return Ok(false);
        };
        self.core
            .step(now, move |draft| {
                let id = draft.number();
                let mut intent = letter.intent;
                // Another flush than the one that was refused.
                (intent.sent, intent.plain) = (0, false);
                intent.nonce ^= id.0.wrapping_mul(0x9E37_79B9_7F4A_7C15);
                let to = intent.to;
                let wants = letter.wants.into_iter().map(|want| Want { until: Some(to), ..want }).collect();
                // A lane of its own, which ends with it.
                draft.add(Lane {
                    wants,
                    told: intent.from.saturating_sub(1),
                    waiting: Some(intent.from),
                    intent: Some(intent),
                    ..lane_of(id, letter.destination, letter.cadence, Origin::Chat { by: String::new() }, now)
                });
                draft.strike_off(number);
                Ok(true)
            })
            .await
    }

    /// Strikes off a dead letter.
    pub async fn discard(&self, number: u64, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.core
            .step(now, move |draft| {
                draft.strike_off(number);
                Ok(())
            })
            .await
    }

    async fn each_lane(
        &self,
        destination: &Destination,
        now: DateTime<Utc>,
        change: impl Fn(&mut Lane, &Cadence) -> bool + Send + 'static,
    ) -> Result<usize, StoreError> {
        let (core, at) = (Arc::clone(&self.core), destination.clone());
        self.core
            .step(now, move |draft| {
                let mut changed = 0;
                for id in core.lane_ids(draft, &at)? {
                    let Some(lane) = draft.change(id)? else { continue };
                    let Ok((_, cadence)) = read(lane) else { continue };
                    changed += usize::from(change(lane, &cadence));
                }
                Ok(changed)
            })
            .await
    }

    async fn change_cadence(
        &self,
        destination: &Destination,
        number: Option<u32>,
        now: DateTime<Utc>,
        change: impl Fn(&Cadence) -> Cadence + Send + 'static,
    ) -> Result<Vec<Subscription>, SubscribeError> {
        let (core, at) = (Arc::clone(&self.core), destination.clone());
        let found = self
            .core
            .step(now, move |draft| {
                let mut found = false;
                for id in core.lane_ids(draft, &at)? {
                    let Some(lane) = draft.lane(id)?.cloned() else { continue };
                    let Ok((_, before)) = read(&lane) else { continue };
                    let after = change(&before);
                    let mut moving = lane.wants.clone();
                    moving.retain(|want| {
                        want.until.is_none() && number.is_none_or(|number| number == want.number)
                    });
                    found |= !moving.is_empty();
                    if moving.is_empty() || before == after {
                        continue;
                    }
                    core.move_wants(draft, &lane, moving, &at, &after, now)?;
                }
                core.join_lanes(draft, &at)?;
                Ok(found)
            })
            .await?;
        match number {
            Some(number) if !found => Err(SubscribeError::Unknown(number)),
            _ => Ok(self.subscriptions(destination)),
        }
    }
}

/// Rewrites a destination in all its lanes.
pub(super) async fn move_lanes(
    core: &Arc<Core>,
    from: Destination,
    to: Destination,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let step = Arc::clone(core);
    core.step(now, move |draft| {
        let mut taken = step.wants(draft, &to)?;
        for id in step.lane_ids(draft, &from)? {
            let Some(lane) = draft.change(id)? else { continue };
            lane.destination = to.to_string();
            // Nothing of it arrived there: it may become part of another lane.
            lane.intent = lane.intent.take().filter(|intent| intent.sent > 0);
            lane.retry = None;
            for want in &mut lane.wants {
                if taken.contains_key(&want.number) {
                    want.number = free_number(&taken);
                }
                taken.insert(want.number, id);
            }
        }
        step.join_lanes(draft, &to)
    })
    .await
}

impl Core {
    fn add_subscription(
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
        let equal = self.lanes_like(draft, &new.destination, &new.cadence)?.pop();
        let head = self.store.head();
        let number = free_number(&taken);
        let configured = matches!(new.origin, Origin::Configuration { .. });
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
    fn move_wants(
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
    pub(super) fn join_lanes(&self, draft: &mut Draft<'_>, at: &Destination) -> Result<(), StoreError> {
        let ids = self.lane_ids(draft, at)?;
        self.join(draft, &ids)
    }

    /// Two lanes of one cadence become one: the older cursor, all the wants.
    fn join(&self, draft: &mut Draft<'_>, ids: &[LaneId]) -> Result<(), StoreError> {
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
    fn lane_ids(&self, draft: &mut Draft<'_>, at: &Destination) -> Result<Vec<LaneId>, StoreError> {
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
    fn told(&self, draft: &mut Draft<'_>, id: LaneId) -> Result<u64, StoreError> {
        let written = draft.lane(id)?.map_or(0, |lane| lane.told);
        let street = self.street();
        Ok(if street.slot(id).is_some() { written.max(street.told(id)) } else { written })
    }

    /// The subscription of this number, and its lane.
    fn find(
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
    fn lanes_like(
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
    fn same(
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

    /// The numbers in use at a destination.
    fn wants(&self, draft: &mut Draft<'_>, at: &Destination) -> Result<BTreeMap<u32, LaneId>, StoreError> {
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
    fn configured(&self) -> Result<Vec<Lane>, StoreError> {
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
fn end_want(draft: &mut Draft<'_>, id: LaneId, number: u32) -> Result<(), StoreError> {
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

/// What waited while nothing could be told comes now, or with the next digest.
fn come_back(lane: &mut Lane, cadence: &Cadence, now: DateTime<Utc>) {
    lane.back = true;
    lane.retry = None;
    if cadence.is_instant() {
        lane.due = Some(cadence.out_of_quiet(now));
    }
}

/// The smallest number above all in use.
fn free_number(taken: &BTreeMap<u32, LaneId>) -> u32 {
    taken.last_key_value().map_or(1, |(last, _)| last.saturating_add(1))
}

fn empty_lane(
    draft: &mut Draft<'_>,
    at: &Destination,
    cadence: &Cadence,
    origin: Origin,
    now: DateTime<Utc>,
) -> Lane {
    lane_of(draft.number(), at.to_string(), cadence.to_string(), origin, now)
}

fn lane_of(id: LaneId, destination: String, cadence: String, origin: Origin, now: DateTime<Utc>) -> Lane {
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
