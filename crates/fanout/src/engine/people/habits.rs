//! When subscriptions speak: silence, rhythm, time zone and quiet hours.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use whimbrel_news::Zone;
use whimbrel_store::{Lane, Parked, StoreError};

use crate::cadence::{Cadence, Quiet};
use crate::destination::Destination;
use crate::engine::{Fanout, read};
use crate::subscription::{SubscribeError, Subscription};

impl Fanout {
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
        zone: Zone,
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

/// What waited while nothing could be told comes now, or with the next digest.
pub(super) fn come_back(lane: &mut Lane, cadence: &Cadence, now: DateTime<Utc>) {
    lane.back = true;
    lane.retry = None;
    if cadence.is_instant() {
        lane.due = Some(cadence.out_of_quiet(now));
    }
}
