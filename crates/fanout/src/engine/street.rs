//! All lanes in memory: what each waits for and when it is due, in as few bytes as that takes. Everything else is
//! read from the store when a lane's turn comes.
//!
//! A lane that only waits for news costs its slot, its place and its filter. What few lanes have at a time — a flush
//! under way, further filters, a moment at which they are due — lies beside the slots.

mod cadences;
mod facts;
mod places;
mod queue;

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use hashbrown::HashTable;
use whimbrel_news::{Kind, Prepared};
use whimbrel_store::{Lane, LaneId};

use self::cadences::Cadences;
use self::places::Places;
use super::index::{FilterNo, Index};
use super::tight;
use crate::cadence::Cadence;
use crate::destination::{Destination, Service};

/// The place of a lane in the table.
pub(crate) type SlotNo = u32;

/// The number of a destination in the table.
pub(crate) type PlaceNo = u32;

/// No slot, place, cadence or filter.
const NONE: u32 = u32::MAX;

/// Not due.
const NEVER: i64 = i64::MAX;

/// A lane.
pub(crate) struct Slot {
    pub(crate) id: LaneId,
    /// Everything up to here is told or did not match.
    pub(crate) told: u64,
    /// The first event that waits; 0 for none.
    pub(crate) waiting: u64,
    /// When it is due, microseconds.
    due: i64,
    filter: FilterNo,
    cadence: u32,
    /// Its destination; [`NONE`] when the slot is free.
    place: PlaceNo,
    /// The next lane of the destination.
    sibling: SlotNo,
    flags: Flags,
}

/// What is so with a lane.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Flags {
    discord: bool,
    paused: bool,
    parked: bool,
    retrying: bool,
    /// A flush was stated and is not complete.
    intent: bool,
    /// Its time does not follow from what waits.
    fixed: bool,
    /// What waits is not written down.
    unsaved: bool,
    queued: bool,
}

/// A flush under way.
#[derive(Clone, Copy)]
struct Flight {
    /// Its last event.
    upto: u64,
    /// The first event that waits behind it; 0 for none.
    next: u64,
}

/// What a lane is like, for counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) waiting: bool,
    pub(crate) under_way: bool,
    pub(crate) retrying: bool,
    pub(crate) paused: bool,
    pub(crate) parked: bool,
}

/// How times are reckoned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    pub(crate) settle: TimeDelta,
    pub(crate) tell_empty: bool,
}

/// All lanes.
pub(crate) struct Street {
    timing: Timing,
    /// Services that there is a channel for.
    served: [bool; 2],
    slots: Vec<Slot>,
    free: Vec<SlotNo>,
    slot_of: HashTable<SlotNo>,
    /// The filters of lanes that have several, but for the first.
    more: HashMap<SlotNo, Vec<FilterNo>>,
    flights: HashMap<SlotNo, Flight>,
    places: Places,
    cadences: Cadences,
    index: Index,
    /// Lanes that are due at some time: by service, instant ones apart, as they go first.
    queues: [BTreeSet<(i64, SlotNo)>; 4],
    unsaved: Vec<SlotNo>,
    /// Events up to here were matched.
    pub(crate) matched: u64,
}

impl Street {
    pub(crate) fn new(timing: Timing, served: [bool; 2], matched: u64) -> Self {
        Self {
            timing,
            served,
            slots: Vec::new(),
            free: Vec::new(),
            slot_of: HashTable::new(),
            more: HashMap::new(),
            flights: HashMap::new(),
            places: Places::default(),
            cadences: Cadences::default(),
            index: Index::default(),
            queues: Default::default(),
            unsaved: Vec::new(),
            matched,
        }
    }

    /// A lane is as it was just written: what is known besides is kept.
    pub(crate) fn refresh(
        &mut self,
        lane: &Lane,
        destination: &Destination,
        cadence: &Cadence,
        now: DateTime<Utc>,
    ) {
        let place = self.places.enter(destination);
        let cadence_no = self.cadences.enter(cadence);
        let known = self.no(lane.id);
        let no = known.unwrap_or_else(|| self.vacant(lane.id));
        self.take_filters(no, lane);
        self.unqueue(no);
        let Some(slot) = self.slots.get_mut(no as usize) else { return };
        let (old_place, old_cadence) = (slot.place, slot.cadence);
        let flight = self.flights.get(&no).copied();
        slot.told = lane.told;
        let (saved, waited) = (lane.waiting.unwrap_or(0), slot.waiting);
        let behind = flight.map_or(0, |flight| flight.next);
        let first = [slot.waiting, behind, saved].into_iter().filter(|seq| *seq > lane.told).min();
        slot.waiting = first.unwrap_or(0);
        match &lane.intent {
            None => drop(self.flights.remove(&no)),
            Some(_) if flight.is_some() => {}
            Some(intent) => {
                // Whether something waits behind it is not known: it is looked for when the flush is complete.
                let next = if self.matched > intent.to { intent.to + 1 } else { 0 };
                self.flights.insert(no, Flight { upto: intent.to, next });
            }
        }
        let unsaved = slot.waiting != 0 && (saved == 0 || slot.waiting < saved);
        let was_unsaved = slot.flags.unsaved;
        slot.flags = Flags {
            discord: destination.service() == Service::Discord,
            paused: lane.paused.is_some(),
            parked: lane.parked.is_some(),
            retrying: lane.retry.is_some(),
            intent: lane.intent.is_some(),
            fixed: false,
            unsaved,
            queued: false,
        };
        (slot.place, slot.cadence) = (place, cadence_no);
        let due = slot.due;
        let same = known.is_some() && old_cadence == cadence_no && slot.waiting == waited;
        let fixed = lane.retry.as_ref().map(|retry| retry.at);
        let fixed = fixed.or(lane.intent.as_ref().map(|_| now)).or(lane.due);
        slot.due = match fixed {
            Some(at) => {
                slot.flags.fixed = true;
                micros(at)
            }
            None if same && slot.waiting != 0 => due,
            None => NEVER,
        };
        let is_open = slot.due == NEVER;
        if unsaved && !was_unsaved {
            self.unsaved.push(no);
        }
        if old_place != place {
            if known.is_some() {
                self.unlink(no, old_place);
            }
            self.link(no, place);
        }
        if known.is_some() {
            self.cadences.leave(old_cadence);
        }
        if is_open {
            // The time of what waits is reckoned anew from now: it is never earlier than that.
            self.reckon(no, now);
        }
        self.queue(no);
    }

    /// A lane is no more.
    pub(crate) fn remove(&mut self, id: LaneId) {
        let Some(no) = self.no(id) else { return };
        if let Ok(known) = self.slot_of.find_entry(hash(id), |of| *of == no) {
            known.remove();
        }
        self.unqueue(no);
        let filters = self.filters_of(no);
        for number in filters {
            self.index.remove(number, no);
        }
        self.more.remove(&no);
        self.flights.remove(&no);
        let Some(slot) = self.slots.get_mut(no as usize) else { return };
        let (place, cadence) = (slot.place, slot.cadence);
        (slot.waiting, slot.filter, slot.flags) = (0, NONE, Flags::default());
        self.unlink(no, place);
        if let Some(slot) = self.slots.get_mut(no as usize) {
            slot.place = NONE;
        }
        self.cadences.leave(cadence);
        self.free.push(no);
    }

    /// Shows an event to all lanes.
    pub(crate) fn meet(&mut self, event: &Prepared<'_>, now: DateTime<Utc>) {
        let (seq, kind) = (event.event().seq, event.event().kind());
        let recorded = event.event().recorded.min(now);
        let mut fresh = Vec::new();
        let Self { slots, flights, cadences, index, .. } = self;
        index.matching(event, |no, names_kinds| {
            let Some(slot) = slots.get_mut(no as usize) else { return };
            if seq <= slot.told || !names_kinds && !is_usual(kind, cadences.is_instant(slot.cadence)) {
                return;
            }
            if let Some(flight) = flights.get_mut(&no).filter(|flight| seq > flight.upto) {
                if flight.next == 0 {
                    flight.next = seq;
                }
            } else if slot.waiting == 0 {
                slot.waiting = seq;
                fresh.push(no);
            }
        });
        for no in fresh {
            if let Some(slot) = self.slots.get_mut(no as usize)
                && !slot.flags.unsaved
            {
                slot.flags.unsaved = true;
                self.unsaved.push(no);
            }
            self.unqueue(no);
            self.reckon(no, recorded);
            self.queue(no);
        }
        self.matched = self.matched.max(seq);
    }

    /// A flush up to this event is under way; the first that waits behind it is known.
    ///
    /// `next` is known from a walk up to `walked`; of what the matcher has seen since, nothing is known.
    pub(crate) fn flushing(&mut self, id: LaneId, to: u64, next: Option<u64>, walked: u64) {
        let unknown = (self.matched > walked).then_some(walked + 1);
        let Some(no) = self.no(id) else { return };
        self.flights.insert(no, Flight { upto: to, next: next.or(unknown).unwrap_or(0) });
    }

    /// A lane waits for what these filters meet.
    fn take_filters(&mut self, no: SlotNo, lane: &Lane) {
        let before = self.filters_of(no);
        let wanted = || lane.wants.iter().filter(|want| want.until.is_none()).map(|want| &want.filter);
        let known: Option<Vec<FilterNo>> = wanted().map(|filter| self.index.number(filter)).collect();
        let mut filters = Vec::with_capacity(lane.wants.len());
        match known {
            // As they were: most of what is written of a lane is how far it is.
            Some(known) if known.iter().all(|number| before.contains(number)) => {
                filters.extend(before.iter().copied().filter(|number| known.contains(number)));
            }
            _ => {
                for filter in wanted() {
                    let number = self.index.add(filter, no);
                    if !filters.contains(&number) {
                        filters.push(number);
                    }
                }
            }
        }
        for number in before {
            if !filters.contains(&number) {
                self.index.remove(number, no);
            }
        }
        let mut filters = filters.into_iter();
        if let Some(slot) = self.slots.get_mut(no as usize) {
            slot.filter = filters.next().unwrap_or(NONE);
        }
        let more: Vec<FilterNo> = filters.collect();
        if more.is_empty() {
            self.more.remove(&no);
        } else {
            self.more.insert(no, more);
        }
    }

    fn filters_of(&self, no: SlotNo) -> Vec<FilterNo> {
        let first = self.slots.get(no as usize).map(|slot| slot.filter).filter(|filter| *filter != NONE);
        first.into_iter().chain(self.more.get(&no).into_iter().flatten().copied()).collect()
    }

    /// The slot of a lane.
    fn no(&self, id: LaneId) -> Option<SlotNo> {
        let is_it = |no: &SlotNo| self.slots.get(*no as usize).is_some_and(|slot| slot.id == id);
        self.slot_of.find(hash(id), is_it).copied()
    }

    fn vacant(&mut self, id: LaneId) -> SlotNo {
        let slot = Slot {
            id,
            told: 0,
            waiting: 0,
            due: NEVER,
            filter: NONE,
            cadence: NONE,
            place: NONE,
            sibling: NONE,
            flags: Flags::default(),
        };
        let no = if let Some(no) = self.free.pop() {
            self.slots[no as usize] = slot;
            no
        } else {
            tight::push(&mut self.slots, slot)
        };
        let slots = &self.slots;
        self.slot_of.insert_unique(hash(id), no, |of| hash(slots[*of as usize].id));
        no
    }
}

/// Is an event of this kind told at such a cadence, where a filter says nothing about kinds?
fn is_usual(kind: Kind, instant: bool) -> bool {
    if instant { kind.is_instant() } else { kind.is_digested() }
}

/// Numbers of lanes are ours and count up: nobody can choose them to fall on one another.
fn hash(id: LaneId) -> u64 {
    id.0.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(32)
}

fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros().min(NEVER - 1)
}

#[cfg(test)]
mod tests;
