//! Which lanes are due when, and whose turn it is.

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_store::LaneId;

use super::{NEVER, PlaceNo, SlotNo, Street, micros};
use crate::destination::Service;
use crate::engine::rest::LONGEST_DELAY;

impl Street {
    /// Takes the next lane of a service that is due and whose destination is free; the destination is then busy.
    pub(crate) fn claim(&mut self, service: Service, now: DateTime<Utc>) -> Option<(PlaceNo, LaneId)> {
        let now = micros(now);
        for queue in queues(service) {
            while let Some((due, no)) = self.queues[queue].first().copied().filter(|(due, _)| *due <= now) {
                self.queues[queue].remove(&(due, no));
                let Some(slot) = self.slots.get_mut(no as usize) else { continue };
                slot.flags.queued = false;
                let (id, place_no) = (slot.id, slot.place);
                let Some(place) = self.places.get_mut(place_no) else { continue };
                // Its turn comes when the destination is free.
                if !place.busy {
                    place.busy = true;
                    return Some((place_no, id));
                }
            }
        }
        None
    }

    /// A lane's turn comes at this moment and not before.
    pub(crate) fn put_off(&mut self, id: LaneId, until: DateTime<Utc>) {
        let Some(no) = self.no(id) else { return };
        self.unqueue(no);
        if let Some(slot) = self.slots.get_mut(no as usize) {
            slot.due = micros(until);
        }
        self.queue(no);
    }

    /// Lanes that wait for a time further ahead than their cadence, or a failed try, allows: a clock was wrong. They are
    /// due at the next time there is by this one; says how many they were.
    pub(crate) fn bring_forward(&mut self, now: DateTime<Utc>) -> usize {
        let mut count = 0;
        for no in 0..self.slots.len() as SlotNo {
            let Some(latest) = self.latest(no, now) else { continue };
            self.unqueue(no);
            if let Some(slot) = self.slots.get_mut(no as usize) {
                slot.due = latest;
                count += 1;
            }
            self.queue(no);
        }
        count
    }

    /// The latest time at which a lane can be due by this clock, microseconds, if it is due later.
    fn latest(&self, no: SlotNo, now: DateTime<Utc>) -> Option<i64> {
        let slot = self.slots.get(no as usize).filter(|slot| slot.is_used() && slot.due != NEVER)?;
        let cadence = self.cadences.get(slot.cadence)?;
        let latest = if slot.flags.retrying {
            now + LONGEST_DELAY
        } else if cadence.is_instant() {
            cadence.out_of_quiet(now + self.timing.settle)
        } else {
            cadence.next(now)
        };
        Some(micros(latest)).filter(|latest| slot.due > *latest)
    }

    /// The first moment at which a lane of the service is due.
    pub(crate) fn next_due(&self, service: Service) -> Option<DateTime<Utc>> {
        let first = |queue: usize| self.queues[queue].first().map(|(due, _)| *due);
        queues(service).into_iter().filter_map(first).min().and_then(DateTime::from_timestamp_micros)
    }

    /// Lanes whose waiting is not written down, each with the first event that waits and its time.
    pub(crate) fn take_unsaved(&mut self) -> Vec<(LaneId, u64, DateTime<Utc>)> {
        let mut unsaved = Vec::new();
        for no in std::mem::take(&mut self.unsaved) {
            let Some(slot) = self.slots.get_mut(no as usize).filter(|slot| slot.is_used()) else { continue };
            if std::mem::take(&mut slot.flags.unsaved) && slot.waiting != 0 {
                let due = DateTime::from_timestamp_micros(slot.due).unwrap_or(DateTime::<Utc>::MAX_UTC);
                unsaved.push((slot.id, slot.waiting, due));
            }
        }
        unsaved
    }

    /// Puts a lane in the queue, if it is due at some time.
    pub(super) fn queue(&mut self, no: SlotNo) {
        let queue = self.queue_of(no);
        let Some(slot) = self.slots.get_mut(no as usize) else { return };
        let flags = slot.flags;
        let served = self.served[usize::from(flags.discord)];
        if !slot.is_used() || flags.queued || flags.paused || flags.parked || !served || slot.due == NEVER {
            return;
        }
        if self.places.get(slot.place).is_some_and(|place| place.busy) {
            return;
        }
        slot.flags.queued = true;
        self.queues[queue].insert((slot.due, no));
    }

    /// Takes a lane out of the queue. To be done before its time, its service or its cadence becomes another.
    pub(super) fn unqueue(&mut self, no: SlotNo) {
        let queue = self.queue_of(no);
        if let Some(slot) = self.slots.get_mut(no as usize)
            && std::mem::take(&mut slot.flags.queued)
        {
            self.queues[queue].remove(&(slot.due, no));
        }
    }

    /// When what waits since this moment is due. A fixed time stays.
    pub(super) fn reckon(&mut self, no: SlotNo, since: DateTime<Utc>) {
        let Some(slot) = self.slots.get_mut(no as usize) else { return };
        let Some(cadence) = self.cadences.get(slot.cadence) else { return };
        let tells_empty = self.timing.tell_empty && !cadence.is_instant();
        if slot.flags.fixed || slot.waiting == 0 && !tells_empty {
            return;
        }
        let due = if cadence.is_instant() {
            cadence.out_of_quiet(since + self.timing.settle)
        } else if slot.waiting == 0 {
            cadence.next(since)
        } else {
            // A digest reaches up to its moment and with it.
            cadence.next(since - TimeDelta::microseconds(1))
        };
        slot.due = micros(due);
    }

    fn queue_of(&self, no: SlotNo) -> usize {
        let Some(slot) = self.slots.get(no as usize) else { return 0 };
        usize::from(slot.flags.discord) * 2 + usize::from(!self.cadences.is_instant(slot.cadence))
    }
}

/// The queues of a service, in the order they are served.
fn queues(service: Service) -> [usize; 2] {
    match service {
        Service::Telegram => [0, 1],
        Service::Discord => [2, 3],
    }
}
