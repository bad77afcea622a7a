//! One walk over the journal for all lanes, and what keeps the next start short.

use std::ops::ControlFlow;

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_news::Prepared;
use whimbrel_store::{LaneId, StoreError};

use super::select::{self, Chooser};
use super::{Core, Fanout, read};

/// Events read at a time.
const STRIDE: usize = 256;

/// Lanes are carried forward when so many events were matched …
const CARRY_EVENTS: u64 = 10_000;

/// … or so much time has passed.
const CARRY_EVERY: TimeDelta = TimeDelta::hours(1);

/// Lanes written in one step.
const WRITE: usize = 256;

impl Fanout {
    /// Shows new events to all lanes; says how many there were. Lanes with nothing waiting cost nothing; now and then
    /// what waits is written down, so that a start has little to read again.
    pub async fn match_new(&self, now: DateTime<Utc>) -> Result<usize, StoreError> {
        let core = &self.core;
        let mut carried = core.matcher.lock().await;
        let seen = core.blocking(move |core| core.match_all(now)).await?;
        let last = *carried.get_or_insert(now);
        let written = core.blocking(|core| core.store.matched()).await?;
        let matched = core.street().matched;
        if matched >= written + CARRY_EVENTS || matched > written && now - last >= CARRY_EVERY {
            self.carry(now).await?;
            *carried = Some(now);
        }
        if seen > 0 {
            core.woken.notify_waiters();
        }
        Ok(seen)
    }

    /// Writes down what waits, and how far the matcher is: for a start that shall be quick, such as after a stop that
    /// was asked for. Otherwise [`match_new`](Self::match_new) does it in time.
    pub async fn carry_forward(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut carried = self.core.matcher.lock().await;
        self.carry(now).await?;
        *carried = Some(now);
        Ok(())
    }

    async fn carry(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let core = &self.core;
        // What the matcher sees from here on is behind the number that is written.
        let (matched, unsaved) = {
            let mut street = core.street();
            (street.matched, street.take_unsaved())
        };
        for some in unsaved.chunks(WRITE) {
            let some = some.to_vec();
            core.step(now, move |draft| {
                for (id, waiting, due) in some {
                    let Some(lane) = draft.change(id)? else { continue };
                    if waiting > lane.told && lane.waiting.is_none_or(|known| waiting < known) {
                        lane.waiting = Some(waiting);
                        if lane.due.is_none() {
                            lane.due = Some(due).filter(|due| *due < DateTime::<Utc>::MAX_UTC);
                        }
                    }
                }
                Ok(())
            })
            .await?;
        }
        core.step(now, move |draft| {
            draft.matched(matched);
            Ok(())
        })
        .await
    }

    /// Drops events that are older than the settings of the store allow, as far as nobody who can be told waits for
    /// them; says how many. Paused and parked lanes keep the fact that so many are gone. To be called again while it
    /// drops some.
    pub async fn prune(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let core = &self.core;
        // The matcher must have seen what goes, and must not move meanwhile.
        let _matcher = core.matcher.lock().await;
        let Some(outdated) = core.blocking(move |core| core.store.outdated(now)).await? else { return Ok(0) };
        let (upto, stuck) = {
            let street = core.street();
            let first = street.first_waiting().unwrap_or(u64::MAX);
            let upto = outdated.min(first.saturating_sub(1)).min(street.matched);
            (upto, street.stuck(upto))
        };
        for id in stuck {
            self.leave_behind(id, upto, now).await?;
        }
        core.blocking(move |core| {
            let dropped = core.store.prune(now, Some(upto + 1))?;
            if dropped > 0 {
                core.journal.forget(upto);
            }
            Ok(dropped)
        })
        .await
    }

    /// A lane gives up what waits up to this event, and keeps how many they were.
    async fn leave_behind(&self, id: LaneId, upto: u64, now: DateTime<Utc>) -> Result<(), StoreError> {
        let first = self.core.street().slot(id).map_or(0, |slot| slot.waiting);
        let matched = self.core.street().matched;
        let found = self
            .core
            .blocking(move |core| {
                let Some(lane) = core.store.lane(id)? else { return Ok(None) };
                let Ok((_, cadence)) = read(&lane) else { return Ok(None) };
                let chooser = Chooser::of(&lane, &cadence);
                let from = first.max(lane.told + 1);
                let gone = select::count(&core.journal, chooser, from, upto)?;
                Ok(Some((gone as u64, select::first(&core.journal, chooser, upto + 1, matched)?)))
            })
            .await?;
        let Some((gone, next)) = found else { return Ok(()) };
        self.core
            .step(now, move |draft| {
                // A flush that was under way is not finished: its events are among those that go.
                if let Some(lane) = draft.change(id)?.filter(|lane| lane.told < upto) {
                    lane.told = upto;
                    lane.dropped += gone;
                    lane.waiting = next.map(|(seq, _)| seq);
                    lane.intent = lane.intent.take().filter(|intent| intent.from > upto);
                }
                Ok(())
            })
            .await
    }
}

impl Core {
    fn match_all(&self, now: DateTime<Utc>) -> Result<usize, StoreError> {
        let mut seen = 0;
        loop {
            let after = self.street().matched;
            let events = self.store.events_after(after, STRIDE)?;
            if events.is_empty() {
                return Ok(seen);
            }
            for event in &events {
                // The table is free between two events: a flush does not wait for a long walk.
                self.street().meet(&Prepared::new(event), now);
            }
            seen += events.len();
        }
    }

    /// When an instant or a digest lane tells what waits from this event on. A period is told once: what was recorded
    /// within it and was written only after it was told, because a look took long, belongs to the next.
    pub(super) fn due_of(
        &self,
        lane: &whimbrel_store::Lane,
        recorded: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let (_, cadence) = read(lane).ok()?;
        Some(if cadence.is_instant() {
            let settle = TimeDelta::from_std(self.settings.settle).unwrap_or_default();
            cadence.out_of_quiet(recorded + settle)
        } else {
            let from = recorded - TimeDelta::microseconds(1);
            // One that lies ahead was told by a clock that was wrong.
            let told = lane.last_due.filter(|told| *told <= now);
            cadence.next(told.map_or(from, |told| told.max(from)))
        })
    }

    /// Whether the lane waits for an event of this range, by a walk over it that is not long.
    pub(super) fn first_behind(
        &self,
        chooser: Chooser<'_>,
        from: u64,
        to: u64,
    ) -> Result<Option<(u64, DateTime<Utc>)>, StoreError> {
        const LONG: u64 = 2_000;
        let found = select::first(&self.journal, chooser, from, to.min(from + LONG))?;
        if found.is_some() || to <= from + LONG {
            return Ok(found);
        }
        // Further on something may wait or not: that shows when its turn comes.
        let mut next = None;
        self.journal.walk(from + LONG + 1, to, |event| {
            next = Some((event.seq, event.recorded));
            ControlFlow::Break(())
        })?;
        Ok(next)
    }
}
