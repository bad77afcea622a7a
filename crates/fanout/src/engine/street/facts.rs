//! What others want to know of lanes.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use whimbrel_store::LaneId;

use super::{Look, NEVER, NONE, Slot, SlotNo, Street};
use crate::destination::{Destination, Service};

impl Slot {
    pub(super) fn is_used(&self) -> bool {
        self.place != NONE
    }
}

impl Street {
    /// A lane.
    pub(crate) fn slot(&self, id: LaneId) -> Option<&Slot> {
        self.slots.get(self.no(id)? as usize)
    }

    /// The first event that waits behind the flush under way.
    pub(crate) fn behind(&self, id: LaneId) -> Option<u64> {
        let flight = self.flights.get(&self.no(id)?)?;
        Some(flight.next).filter(|next| *next != 0)
    }

    /// Every lane of a destination, in the order they were made.
    pub(crate) fn lanes_at(&self, destination: &Destination) -> Vec<LaneId> {
        let Some(place) = self.places.number(destination) else { return Vec::new() };
        let slots = self.lanes_of(place).into_iter().filter_map(|no| self.slots.get(no as usize));
        let mut lanes: Vec<_> = slots.map(|slot| slot.id).collect();
        lanes.sort_unstable();
        lanes
    }

    /// The places of a chat of Telegram. It is asked for seldom, so all are looked through.
    pub(crate) fn topics_of(&self, wanted: i64) -> Vec<Destination> {
        let is_there =
            |place: &&Destination| matches!(place, Destination::Telegram { chat, .. } if *chat == wanted);
        let mut places: Vec<_> = self.places.iter().filter(is_there).cloned().collect();
        places.sort_unstable();
        places
    }

    /// Is something of this destination under way?
    pub(crate) fn is_busy(&self, id: LaneId) -> bool {
        let place = self.slot(id).and_then(|slot| self.places.get(slot.place));
        place.is_some_and(|place| place.busy)
    }

    /// Up to where a lane has told, or found nothing to tell.
    pub(crate) fn told(&self, id: LaneId) -> u64 {
        self.slot(id).map_or(self.matched, |slot| match slot.waiting {
            0 => slot.told.max(self.matched),
            waiting => slot.told.max(waiting - 1),
        })
    }

    /// The first event that waits in a lane.
    pub(crate) fn waiting(&self, id: LaneId) -> Option<u64> {
        self.slot(id).map(|slot| slot.waiting).filter(|waiting| *waiting != 0)
    }

    /// When a lane is due.
    pub(crate) fn due(&self, id: LaneId) -> Option<DateTime<Utc>> {
        self.slot(id)
            .filter(|slot| slot.due != NEVER)
            .and_then(|slot| DateTime::from_timestamp_micros(slot.due))
    }

    /// All lanes in use, and their service.
    pub(crate) fn looks(&self) -> impl Iterator<Item = (Service, Look, u64)> + '_ {
        self.slots.iter().filter(|slot| slot.is_used()).map(|slot| {
            let flags = slot.flags;
            let look = Look {
                waiting: slot.waiting != 0 || flags.intent,
                under_way: flags.intent && !flags.retrying && !flags.parked && !flags.paused,
                retrying: flags.retrying,
                paused: flags.paused,
                parked: flags.parked,
            };
            (if flags.discord { Service::Discord } else { Service::Telegram }, look, slot.waiting)
        })
    }

    /// The lanes that wait for an event up to this one although nothing moves them: paused and parked ones.
    pub(crate) fn stuck(&self, upto: u64) -> Vec<LaneId> {
        let stuck = self.slots.iter().filter(|slot| slot.is_used() && !self.moves(slot));
        stuck.filter(|slot| slot.waiting != 0 && slot.waiting <= upto).map(|slot| slot.id).collect()
    }

    /// The first event that waits in a lane that moves.
    pub(crate) fn first_waiting(&self) -> Option<u64> {
        let moving = self.slots.iter().filter(|slot| slot.is_used() && self.moves(slot));
        moving.map(|slot| slot.waiting).filter(|waiting| *waiting != 0).min()
    }

    /// Lanes in use.
    pub(crate) fn len(&self) -> usize {
        self.slot_of.len()
    }

    /// Destinations in use.
    pub(crate) fn destinations(&self) -> usize {
        self.places.len()
    }

    /// Bytes all this takes, nearly.
    pub(crate) fn bytes(&self) -> usize {
        let more: usize = self.more.values().map(|more| 40 + more.capacity() * 4).sum();
        let queued: usize = self.queues.iter().map(BTreeSet::len).sum();
        self.slots.capacity() * size_of::<Slot>()
            + self.slot_of.allocation_size()
            + more
            + self.flights.capacity() * 32
            + self.places.bytes()
            + self.cadences.bytes()
            + queued * 24
            + (self.unsaved.capacity() + self.free.capacity()) * size_of::<SlotNo>()
            + self.index.bytes()
    }

    fn moves(&self, slot: &Slot) -> bool {
        !slot.flags.paused && !slot.flags.parked && self.served[usize::from(slot.flags.discord)]
    }
}
