//! One lane's turn: the flush is stated, its messages go out in order, the cursor moves; and what becomes of a message
//! that is not accepted.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;
use tokio::sync::SemaphorePermit;
use tracing::field::Empty;
use tracing::{Instrument, info_span};
use whimbrel_store::{DeadLetter, Intent, Lane, LaneId, Parked, Retry, StoreError, Want};

use super::flush::{Clock, Flush, Nothing, Plan, What, part_nonce};
use super::ledger::Draft;
use super::rest::{Admitted, delay};
use super::select::Chooser;
use super::{Core, people};
use crate::bundle::Bundle;
use crate::channel::{Channel, Nonce, Part, SendError, Sent, Style};
use crate::destination::Destination;
use crate::pace::Class;

/// An answer usually comes within this time.
const USUAL: Duration = Duration::from_millis(200);

/// What became of a message that was not accepted.
enum Trouble {
    /// The lane is done for now.
    Over,
    /// As plain text instead.
    Plain,
    /// Not even as plain text.
    Dead(String),
}

impl Core {
    /// Tells what a lane has to tell; says how many messages were accepted.
    pub(crate) async fn serve(
        self: &Arc<Self>,
        id: LaneId,
        admitted: Admitted,
        clock: Clock,
    ) -> Result<usize, StoreError> {
        let Some(Plan { lane, destination, what }) = self.plan(id, clock.now()).await? else { return Ok(0) };
        match what {
            What::Nothing(nothing) => {
                self.pass_over(lane, nothing, clock.now()).await?;
                Ok(0)
            }
            What::Gone => {
                self.complete(id, clock.now()).await?;
                Ok(0)
            }
            What::Flush(flush) => {
                let (service, digest) = (destination.service().word(), flush.intent.digest.is_some());
                let span =
                    info_span!(target: "span", "flush", service, digest, messages = Empty, error = Empty);
                let telling = self.tell(&lane, &destination, *flush, admitted, clock);
                let told = telling.instrument(span.clone()).await;
                match &told {
                    Ok(messages) => span.record("messages", *messages),
                    Err(_) => span.record("error", "store"),
                };
                told
            }
        }
    }

    /// There was nothing to tell: only the cursor moves.
    async fn pass_over(
        self: &Arc<Self>,
        lane: Lane,
        nothing: Nothing,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Nothing { told, next, walked, last_due } = nothing;
        let due = next.and_then(|(_, recorded)| self.due_of(&lane, recorded, now));
        let id = lane.id;
        self.street().flushing(id, told, next.map(|(seq, _)| seq), walked);
        self.step(now, move |draft| {
            // Where somebody changed the lane meanwhile, its turn comes again.
            if let Some(current) = draft.change(id)?.filter(|current| **current == lane) {
                let lane = current;
                lane.told = lane.told.max(told);
                lane.waiting = next.map(|(seq, _)| seq).filter(|seq| *seq > lane.told);
                (lane.due, lane.since, lane.retry, lane.back) = (due, None, None, false);
                lane.last_due = last_due.or(lane.last_due);
            }
            Ok(())
        })
        .await
    }

    async fn tell(
        self: &Arc<Self>,
        lane: &Lane,
        to: &Destination,
        flush: Flush,
        admitted: Admitted,
        clock: Clock,
    ) -> Result<usize, StoreError> {
        let Flush { mut intent, bundle, stated } = flush;
        let bundle = &bundle;
        let Some(channel) = self.channel(to.service()).cloned() else { return Ok(0) };
        let mut parts = render(&*channel, to, bundle, &intent);
        if parts.is_empty() {
            // Nothing a service could show: there is nothing to wait for either.
            tracing::warn!(lane = %lane.id, "what lane {} had to tell came to no message", lane.id);
        }
        if !stated {
            intent.parts = parts.len() as u32;
            if !self.state(lane, &intent, clock.now()).await? {
                return Ok(0);
            }
        }
        let mut accepted = 0;
        let mut number = intent.sent;
        // Kept until it is written down that the message was accepted.
        let mut unsure = None;
        while let Some(part) = parts.get(number as usize) {
            drop(unsure.take());
            let permit = self.pace.permit(to, Class::Broadcast).await;
            if !to.knows_again() {
                unsure = self.unsure.acquire().await.ok();
            }
            // While it waited, somebody else may have learned that nothing gets through.
            if admitted == Admitted::Freely && self.rests().status(to.service()).is_some() {
                drop(permit);
                return Ok(accepted);
            }
            let sending = channel.send(to, part, Nonce(part_nonce(&intent, number)));
            let service = to.service().word();
            let span = info_span!(target: "span", "send", otel.kind = "client", service, error = Empty);
            let sent = patient(sending, &mut unsure).instrument(span.clone()).await;
            if let Err(error) = &sent.result {
                span.record("error", error.word());
            }
            drop(span);
            permit.answered(&sent);
            let wait = sent.learned.wait.map(|(_, wait)| wait);
            let Err(error) = sent.result else {
                self.rests().works(to.service());
                accepted += 1;
                number += 1;
                if (number as usize) < parts.len() {
                    self.accepted(lane.id, intent.nonce, number, clock.now()).await?;
                }
                continue;
            };
            match self.refused(lane.id, to, &intent, error, wait, clock.now()).await? {
                Trouble::Over => return Ok(accepted),
                Trouble::Plain => {
                    intent.plain = true;
                    let plain = render(&*channel, to, bundle, &intent);
                    // Where the messages do not fall on one another, the whole is told again rather than in part.
                    if plain.len() != parts.len() {
                        number = 0;
                    }
                    parts = plain;
                    intent.parts = parts.len() as u32;
                    intent.sent = number;
                    self.restate(lane.id, intent.clone(), clock.now()).await?;
                }
                Trouble::Dead(reason) => {
                    self.give_up(lane.id, intent, reason, clock.now()).await?;
                    return Ok(accepted);
                }
            }
        }
        self.complete(lane.id, clock.now()).await?;
        Ok(accepted)
    }

    /// States a flush before its first message leaves. `false` when the lane is another by now.
    async fn state(
        self: &Arc<Self>,
        lane: &Lane,
        intent: &Intent,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (id, from, to) = (lane.id, intent.from, intent.to);
        let walked = self.street().matched;
        let planned = lane.clone();
        let next = self
            .blocking(move |core| {
                let Ok((_, cadence)) = super::read(&planned) else { return Ok(None) };
                core.first_behind(Chooser::of(&planned, &cadence), to + 1, walked)
            })
            .await?;
        self.street().flushing(id, to, next.map(|(seq, _)| seq), walked);
        let (planned, intent) = (lane.clone(), intent.clone());
        self.step(now, move |draft| {
            let Some(lane) = draft.change(id)?.filter(|lane| **lane == planned) else { return Ok(false) };
            // A digest that says that there is nothing has an empty range.
            lane.waiting = Some(from).filter(|from| *from <= to);
            lane.intent = Some(intent);
            Ok(true)
        })
        .await
    }

    /// So many messages are accepted, and more follow.
    async fn accepted(
        self: &Arc<Self>,
        id: LaneId,
        nonce: u64,
        sent: u32,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.step(now, move |draft| {
            if let Some(intent) = stated(draft, id, nonce)? {
                intent.sent = sent;
            }
            Ok(())
        })
        .await
    }

    async fn restate(
        self: &Arc<Self>,
        id: LaneId,
        changed: Intent,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.step(now, move |draft| {
            if let Some(intent) = stated(draft, id, changed.nonce)? {
                *intent = changed;
            }
            Ok(())
        })
        .await
    }

    /// Everything of a flush is accepted, or given up: the cursor moves.
    async fn complete(self: &Arc<Self>, id: LaneId, now: DateTime<Utc>) -> Result<(), StoreError> {
        let core = Arc::clone(self);
        self.step(now, move |draft| core.move_cursor(draft, id, now)).await
    }

    fn move_cursor(&self, draft: &mut Draft<'_>, id: LaneId, now: DateTime<Utc>) -> Result<(), StoreError> {
        let behind = self.street().behind(id);
        let recorded = match behind {
            Some(seq) => self.journal.event(seq)?.map(|event| event.recorded),
            None => None,
        };
        let Some(lane) = draft.change(id)? else { return Ok(()) };
        let Some(intent) = lane.intent.take() else { return Ok(()) };
        lane.told = lane.told.max(intent.to);
        lane.dropped = lane.dropped.saturating_sub(intent.dropped);
        lane.last_due = intent.digest.map(|of| of.to).or(lane.last_due);
        lane.waiting = behind.filter(|seq| *seq > lane.told);
        (lane.retry, lane.since, lane.back) = (None, None, false);
        lane.wants.retain(|want| want.until.is_none());
        if lane.wants.is_empty() {
            draft.remove(id);
            return Ok(());
        }
        lane.due = match (lane.waiting, recorded) {
            (Some(_), Some(recorded)) => self.due_of(lane, recorded, now),
            _ => None,
        };
        // What was under way kept it from becoming one with its like.
        let at = super::read(lane).ok().map(|(at, _)| at);
        match at {
            Some(at) if self.street().lanes_at(&at).len() > 1 => self.join_lanes(draft, &at),
            _ => Ok(()),
        }
    }

    /// What follows from a message that was not accepted.
    async fn refused(
        self: &Arc<Self>,
        id: LaneId,
        to: &Destination,
        intent: &Intent,
        error: SendError,
        wait: Option<Duration>,
        now: DateTime<Utc>,
    ) -> Result<Trouble, StoreError> {
        let service = to.service();
        match error {
            SendError::Retry { reason } => {
                if wait.is_none() {
                    self.rests().failed(service, &reason, now);
                } else {
                    // The service is there and speaks to us.
                    self.rests().works(service);
                }
                self.step(now, move |draft| {
                    if let Some(lane) = draft.change(id)? {
                        let failures =
                            lane.retry.as_ref().map_or(0, |retry| retry.failures).saturating_add(1);
                        let delay = if wait.is_some() { wait.unwrap_or_default() } else { delay(failures) };
                        let at = now + TimeDelta::from_std(delay).unwrap_or(TimeDelta::hours(1));
                        lane.retry = Some(Retry { at, failures, reason });
                    }
                    Ok(())
                })
                .await?;
                Ok(Trouble::Over)
            }
            SendError::Refused { reason, .. } => {
                self.rests().works(service);
                tracing::warn!(lane = %id, destination = %to, reason, "{to} refuses us ({reason}): it is left alone until it asks again; what comes is kept");
                self.step(now, move |draft| park(draft, id, reason, now)).await?;
                Ok(Trouble::Over)
            }
            SendError::Moved { to: new } => {
                self.rests().works(service);
                tracing::info!(from = %to, to = %new, "{to} is now {new}");
                people::move_lanes(self, to.clone(), new, now).await?;
                Ok(Trouble::Over)
            }
            SendError::Unauthorized { reason } => {
                // It is not the lane's trouble: its turn comes when the service has rested.
                self.rests().unauthorized(service, &reason, now);
                Ok(Trouble::Over)
            }
            SendError::Content { reason } => {
                self.rests().works(service);
                if intent.plain {
                    return Ok(Trouble::Dead(reason));
                }
                tracing::warn!(lane = %id, destination = %to, reason, "a message is refused as it is ({reason}): it goes as plain text");
                Ok(Trouble::Plain)
            }
        }
    }

    /// Keeps what cannot be told, and goes on behind it.
    async fn give_up(
        self: &Arc<Self>,
        id: LaneId,
        intent: Intent,
        reason: String,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let core = Arc::clone(self);
        self.step(now, move |draft| {
            let Some(lane) = draft.lane(id)?.cloned() else { return Ok(()) };
            tracing::error!(lane = %id, destination = lane.destination, reason, "a message is refused even as plain text ({reason}): it is kept as a dead letter");
            let wants = lane.wants.iter().map(|want| Want { until: None, ..want.clone() }).collect();
            draft.bury(|number| letter(number, lane, wants, intent, reason, now));
            core.move_cursor(draft, id, now)
        })
        .await
    }
}

/// Waits for an answer; others do not wait for a place that is slow to give one.
async fn patient(mut sending: BoxFuture<'_, Sent>, unsure: &mut Option<SemaphorePermit<'_>>) -> Sent {
    if let Ok(sent) = tokio::time::timeout(USUAL, &mut sending).await {
        return sent;
    }
    drop(unsure.take());
    sending.await
}

/// The messages of a flush.
fn render(channel: &dyn Channel, to: &Destination, bundle: &Bundle, intent: &Intent) -> Vec<Part> {
    channel.render(to, bundle, if intent.plain { Style::Plain } else { Style::Rich })
}

/// The destination of a lane refuses us.
fn park(draft: &mut Draft<'_>, id: LaneId, reason: String, now: DateTime<Utc>) -> Result<(), StoreError> {
    let Some(lane) = draft.change(id)? else { return Ok(()) };
    if lane.wants.iter().all(|want| want.until.is_some())
        && let Some(intent) = lane.intent.take()
    {
        // A dead letter that was sent again: it is one still.
        let (lane, wants) =
            (lane.clone(), lane.wants.iter().map(|want| Want { until: None, ..want.clone() }));
        let wants = wants.collect();
        draft.bury(|number| letter(number, lane, wants, intent, reason, now));
        draft.remove(id);
        return Ok(());
    }
    lane.parked = Some(Parked { at: now, reason });
    lane.retry = None;
    // What is half told is finished when it comes back; the rest may then be a digest.
    lane.intent = lane.intent.take().filter(|intent| intent.sent > 0);
    Ok(())
}

fn letter(
    number: u64,
    lane: Lane,
    wants: Vec<Want>,
    intent: Intent,
    reason: String,
    at: DateTime<Utc>,
) -> DeadLetter {
    DeadLetter {
        number,
        at,
        lane: lane.id,
        destination: lane.destination,
        cadence: lane.cadence,
        wants,
        intent: Intent { plain: false, ..intent },
        reason,
    }
}

/// The flush a lane has stated, if it is this one.
fn stated<'a>(
    draft: &'a mut Draft<'_>,
    id: LaneId,
    nonce: u64,
) -> Result<Option<&'a mut Intent>, StoreError> {
    let lane = draft.change(id)?;
    Ok(lane.and_then(|lane| lane.intent.as_mut()).filter(|intent| intent.nonce == nonce))
}
