//! What subscribers ask for. Everything is durable when it returns.

mod habits;
mod wants;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use whimbrel_news::Filter;
use whimbrel_store::{Lane, Origin, StoreError, Want};

use self::wants::{empty_lane, end_want, free_number, lane_of};
use super::{Core, Fanout, read};
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
    /// again by now, nothing changes; where others took its place, it is one too many.
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
                    return Ok(Ok(number));
                }
                let taken = core.wants(draft, &destination)?;
                if taken.len() >= core.settings.subscriptions_each {
                    return Ok(Err(SubscribeError::TooMany(taken.len())));
                }
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
                Ok(Ok(number))
            })
            .await??;
        self.subscription(&at, made).ok_or(SubscribeError::Unknown(made))
    }

    /// A chat and its topics, as far as something is subscribed to there.
    pub fn topics_of(&self, chat: i64) -> Vec<Destination> {
        self.core.street().topics_of(chat)
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
            // It was the former place that refused us. If this one does too, it says so itself.
            if lane.parked.take().is_some()
                && let Ok((_, cadence)) = read(lane)
            {
                habits::come_back(lane, &cadence, now);
            }
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
