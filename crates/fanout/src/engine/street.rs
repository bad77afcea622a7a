//! All lanes in memory: what each waits for and when it is due, in as few bytes as that takes. Everything else is
//! read from the store when a lane's turn comes.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_news::{Kind, Prepared};
use whimbrel_store::{Lane, LaneId};

use super::index::{FilterNo, Index};
use crate::cadence::Cadence;
use crate::destination::{Destination, Service};
use crate::engine::rest::LONGEST_DELAY;

/// The place of a lane in the table.
pub(crate) type SlotNo = u32;

/// The number of a destination in the table.
pub(crate) type PlaceNo = u32;

/// No slot.
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
    /// The first event that waits behind the flush under way; 0 for none.
    next: u64,
    /// The last event of the flush under way; 0 for none.
    flushing: u64,
    /// When it is due, microseconds.
    due: i64,
    filter: FilterNo,
    #[expect(clippy::box_collection, reason = "lanes with several filters are few, and a pointer is small")]
    more: Option<Box<Vec<FilterNo>>>,
    cadence: u32,
    place: PlaceNo,
    /// The next lane of the destination.
    sibling: SlotNo,
    flags: Flags,
}

/// What is so with a lane.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Flags {
    used: bool,
    instant: bool,
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

/// A destination.
struct Place {
    first: SlotNo,
    busy: bool,
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
    slot_of: HashMap<LaneId, SlotNo>,
    places: Vec<Place>,
    free_places: Vec<PlaceNo>,
    place_of: HashMap<Destination, PlaceNo>,
    cadences: Vec<(Cadence, u32)>,
    cadence_of: HashMap<Cadence, u32>,
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
            slot_of: HashMap::new(),
            places: Vec::new(),
            free_places: Vec::new(),
            place_of: HashMap::new(),
            cadences: Vec::new(),
            cadence_of: HashMap::new(),
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
        let place = self.place(destination);
        let cadence_no = self.cadence(cadence);
        let no = self.slot_of.get(&lane.id).copied();
        let no = no.unwrap_or_else(|| self.vacant(lane.id));
        let mut filters = Vec::with_capacity(lane.wants.len());
        for want in lane.wants.iter().filter(|want| want.until.is_none()) {
            let number = self.index.add(&want.filter, no);
            if filters.contains(&number) {
                self.index.remove(number, no);
            } else {
                filters.push(number);
            }
        }
        self.unqueue(no);
        let Some(slot) = self.slots.get_mut(no as usize) else { return };
        let fresh = !slot.flags.used;
        let old_filters: Vec<FilterNo> = if fresh { Vec::new() } else { slot.filters().collect() };
        let (old_place, old_cadence) = (slot.place, slot.cadence);
        let mut filters = filters.into_iter();
        slot.filter = filters.next().unwrap_or(NONE);
        let more: Vec<FilterNo> = filters.collect();
        slot.more = (!more.is_empty()).then(|| Box::new(more));
        slot.told = lane.told;
        let (saved, waited) = (lane.waiting.unwrap_or(0), slot.waiting);
        let first = [slot.waiting, slot.next, saved].into_iter().filter(|seq| *seq > lane.told).min();
        slot.waiting = first.unwrap_or(0);
        if lane.intent.is_none() {
            (slot.next, slot.flushing) = (0, 0);
        } else if slot.flushing == 0 {
            slot.flushing = lane.intent.as_ref().map_or(0, |intent| intent.to);
            // Whether something waits behind it is not known: it is looked for when the flush is complete.
            slot.next = if self.matched > slot.flushing { slot.flushing + 1 } else { 0 };
        }
        let unsaved = slot.waiting != 0 && (saved == 0 || slot.waiting < saved);
        let was_unsaved = slot.flags.unsaved;
        let (was_instant, instant) = (slot.flags.instant, cadence.is_instant());
        slot.flags = Flags {
            used: true,
            instant,
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
        let known = slot.due;
        let same = !fresh && was_instant == instant && old_cadence == cadence_no && slot.waiting == waited;
        let fixed = lane.retry.as_ref().map(|retry| retry.at);
        let fixed = fixed.or(lane.intent.as_ref().map(|_| now)).or(lane.due);
        slot.due = match fixed {
            Some(at) => {
                slot.flags.fixed = true;
                micros(at)
            }
            None if same && slot.waiting != 0 => known,
            None => NEVER,
        };
        if unsaved && !was_unsaved {
            self.unsaved.push(no);
        }
        if fresh {
            self.link(no, place);
        } else {
            if old_place != place {
                self.unlink(no, old_place);
                self.link(no, place);
            }
            for number in old_filters {
                self.index.remove(number, no);
            }
            self.release_cadence(old_cadence);
        }
        if self.slots.get(no as usize).is_some_and(|slot| slot.due == NEVER) {
            // The time of what waits is reckoned anew from now: it is never earlier than that.
            self.reckon(no, now);
        }
        self.queue(no);
    }

    /// A lane is no more.
    pub(crate) fn remove(&mut self, id: LaneId) {
        let Some(no) = self.slot_of.remove(&id) else { return };
        self.unqueue(no);
        let Some(slot) = self.slots.get_mut(no as usize) else { return };
        let (place, cadence, filters) = (slot.place, slot.cadence, slot.filters().collect::<Vec<_>>());
        slot.flags = Flags::default();
        (slot.waiting, slot.next, slot.flushing, slot.more) = (0, 0, 0, None);
        for number in filters {
            self.index.remove(number, no);
        }
        self.unlink(no, place);
        self.release_cadence(cadence);
        self.free.push(no);
    }

    /// Shows an event to all lanes.
    pub(crate) fn meet(&mut self, event: &Prepared<'_>, now: DateTime<Utc>) {
        let (seq, kind) = (event.event().seq, event.event().kind());
        let recorded = event.event().recorded.min(now);
        let mut fresh = Vec::new();
        let slots = &mut self.slots;
        self.index.matching(event, |no, names_kinds| {
            let Some(slot) = slots.get_mut(no as usize) else { return };
            if seq <= slot.told || !slot.tells(kind, names_kinds) {
                return;
            }
            if slot.flushing != 0 && seq > slot.flushing {
                if slot.next == 0 {
                    slot.next = seq;
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

    /// Takes the next lane of a service that is due and whose destination is free; the destination is then busy.
    pub(crate) fn claim(&mut self, service: Service, now: DateTime<Utc>) -> Option<(PlaceNo, LaneId)> {
        let now = micros(now);
        for queue in queues(service) {
            while let Some((due, no)) = self.queues[queue].first().copied().filter(|(due, _)| *due <= now) {
                self.queues[queue].remove(&(due, no));
                let Some(slot) = self.slots.get_mut(no as usize) else { continue };
                slot.flags.queued = false;
                let (id, place_no) = (slot.id, slot.place);
                let Some(place) = self.places.get_mut(place_no as usize) else { continue };
                // Its turn comes when the destination is free.
                if !place.busy {
                    place.busy = true;
                    return Some((place_no, id));
                }
            }
        }
        None
    }

    /// A lane was served: its destination is free, and its lanes stand in the queue again.
    pub(crate) fn release(&mut self, place: PlaceNo) {
        if let Some(place) = self.places.get_mut(place as usize) {
            place.busy = false;
        }
        let lanes = self.lanes_of(place);
        if lanes.is_empty() {
            self.forget_place(place);
        }
        for no in lanes {
            self.queue(no);
        }
    }

    /// A lane's turn comes at this moment and not before.
    pub(crate) fn put_off(&mut self, id: LaneId, until: DateTime<Utc>) {
        let Some(no) = self.slot_of.get(&id).copied() else { return };
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
        let slot = self.slots.get(no as usize).filter(|slot| slot.flags.used && slot.due != NEVER)?;
        let (cadence, _) = self.cadences.get(slot.cadence as usize)?;
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

    /// A flush up to this event is under way; the first that waits behind it is known.
    ///
    /// `next` is known from a walk up to `walked`; of what the matcher has seen since, nothing is known.
    pub(crate) fn flushing(&mut self, id: LaneId, to: u64, next: Option<u64>, walked: u64) {
        let unknown = (self.matched > walked).then_some(walked + 1);
        let Some(no) = self.slot_of.get(&id) else { return };
        if let Some(slot) = self.slots.get_mut(*no as usize) {
            slot.flushing = to;
            slot.next = next.or(unknown).unwrap_or(0);
        }
    }

    /// The first event that waits behind the flush under way.
    pub(crate) fn behind(&self, id: LaneId) -> Option<u64> {
        self.slot(id).map(|slot| slot.next).filter(|next| *next != 0)
    }

    /// Lanes whose waiting is not written down, each with the first event that waits and its time.
    pub(crate) fn take_unsaved(&mut self) -> Vec<(LaneId, u64, DateTime<Utc>)> {
        let mut unsaved = Vec::new();
        for no in std::mem::take(&mut self.unsaved) {
            let Some(slot) = self.slots.get_mut(no as usize).filter(|slot| slot.flags.used) else { continue };
            if std::mem::take(&mut slot.flags.unsaved) && slot.waiting != 0 {
                let due = DateTime::from_timestamp_micros(slot.due).unwrap_or(DateTime::<Utc>::MAX_UTC);
                unsaved.push((slot.id, slot.waiting, due));
            }
        }
        unsaved
    }

    /// A lane.
    pub(crate) fn slot(&self, id: LaneId) -> Option<&Slot> {
        self.slots.get(*self.slot_of.get(&id)? as usize)
    }

    /// Every lane of a destination, in the order they were made.
    pub(crate) fn lanes_at(&self, destination: &Destination) -> Vec<LaneId> {
        let Some(place) = self.place_of.get(destination) else { return Vec::new() };
        let slots = self.lanes_of(*place).into_iter().filter_map(|no| self.slots.get(no as usize));
        let mut lanes: Vec<_> = slots.map(|slot| slot.id).collect();
        lanes.sort_unstable();
        lanes
    }

    /// The places of a chat of Telegram. It is asked for seldom, so all are looked through.
    pub(crate) fn topics_of(&self, wanted: i64) -> Vec<Destination> {
        let is_there =
            |place: &&Destination| matches!(place, Destination::Telegram { chat, .. } if *chat == wanted);
        let mut places: Vec<_> = self.place_of.keys().filter(is_there).cloned().collect();
        places.sort_unstable();
        places
    }

    /// Is something of this destination under way?
    pub(crate) fn is_busy(&self, id: LaneId) -> bool {
        let place = self.slot(id).and_then(|slot| self.places.get(slot.place as usize));
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
        self.slots.iter().filter(|slot| slot.flags.used).map(|slot| {
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
        let stuck = self.slots.iter().filter(|slot| {
            let flags = slot.flags;
            flags.used && (flags.paused || flags.parked || !self.served[usize::from(flags.discord)])
        });
        stuck.filter(|slot| slot.waiting != 0 && slot.waiting <= upto).map(|slot| slot.id).collect()
    }

    /// The first event that waits in a lane that moves.
    pub(crate) fn first_waiting(&self) -> Option<u64> {
        let moving = self.slots.iter().filter(|slot| {
            let flags = slot.flags;
            flags.used && !flags.paused && !flags.parked && self.served[usize::from(flags.discord)]
        });
        moving.map(|slot| slot.waiting).filter(|waiting| *waiting != 0).min()
    }

    /// Lanes in use.
    pub(crate) fn len(&self) -> usize {
        self.slot_of.len()
    }

    /// Destinations in use.
    pub(crate) fn destinations(&self) -> usize {
        self.place_of.len()
    }

    /// Bytes all this takes, nearly.
    pub(crate) fn bytes(&self) -> usize {
        let more: usize = self
            .slots
            .iter()
            .filter_map(|slot| slot.more.as_ref())
            .map(|more| 40 + more.capacity() * 4)
            .sum();
        let queued: usize = self.queues.iter().map(BTreeSet::len).sum();
        self.slots.capacity() * size_of::<Slot>()
            + more
            + self.slot_of.capacity() * 19
            + self.places.capacity() * size_of::<Place>()
            + self.place_of.capacity() * (size_of::<(Destination, PlaceNo)>() + 2)
            + queued * 24
            + self.unsaved.capacity() * 4
            + self.index.bytes()
    }

    /// Puts a lane in the queue, if it is due at some time.
    fn queue(&mut self, no: SlotNo) {
        let Some(slot) = self.slots.get_mut(no as usize) else { return };
        let flags = slot.flags;
        let served = self.served[usize::from(flags.discord)];
        if !flags.used || flags.queued || flags.paused || flags.parked || !served || slot.due == NEVER {
            return;
        }
        if self.places.get(slot.place as usize).is_some_and(|place| place.busy) {
            return;
        }
        slot.flags.queued = true;
        self.queues[queue_of(flags)].insert((slot.due, no));
    }

    fn unqueue(&mut self, no: SlotNo) {
        if let Some(slot) = self.slots.get_mut(no as usize)
            && std::mem::take(&mut slot.flags.queued)
        {
            self.queues[queue_of(slot.flags)].remove(&(slot.due, no));
        }
    }

    /// When what waits since this moment is due. A fixed time stays.
    fn reckon(&mut self, no: SlotNo, since: DateTime<Utc>) {
        let Some(slot) = self.slots.get_mut(no as usize) else { return };
        let tells_empty = self.timing.tell_empty && !slot.flags.instant;
        if slot.flags.fixed || slot.waiting == 0 && !tells_empty {
            return;
        }
        let Some((cadence, _)) = self.cadences.get(slot.cadence as usize) else { return };
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

    fn vacant(&mut self, id: LaneId) -> SlotNo {
        let slot = Slot {
            id,
            told: 0,
            waiting: 0,
            next: 0,
            flushing: 0,
            due: NEVER,
            filter: NONE,
            more: None,
            cadence: NONE,
            place: NONE,
            sibling: NONE,
            flags: Flags::default(),
        };
        let no = if let Some(no) = self.free.pop() {
            self.slots[no as usize] = slot;
            no
        } else {
            self.slots.push(slot);
            (self.slots.len() - 1) as SlotNo
        };
        self.slot_of.insert(id, no);
        no
    }

    fn place(&mut self, destination: &Destination) -> PlaceNo {
        if let Some(place) = self.place_of.get(destination) {
            return *place;
        }
        let place = Place { first: NONE, busy: false };
        let no = if let Some(no) = self.free_places.pop() {
            self.places[no as usize] = place;
            no
        } else {
            self.places.push(place);
            (self.places.len() - 1) as PlaceNo
        };
        self.place_of.insert(destination.clone(), no);
        no
    }

    fn cadence(&mut self, cadence: &Cadence) -> u32 {
        if let Some(no) = self.cadence_of.get(cadence).copied() {
            self.cadences[no as usize].1 += 1;
            return no;
        }
        let vacant = self.cadences.iter().position(|(_, users)| *users == 0);
        let no = if let Some(no) = vacant {
            self.cadences[no] = (cadence.clone(), 1);
            no as u32
        } else {
            self.cadences.push((cadence.clone(), 1));
            (self.cadences.len() - 1) as u32
        };
        self.cadence_of.insert(cadence.clone(), no);
        no
    }

    fn release_cadence(&mut self, no: u32) {
        if let Some((cadence, users)) = self.cadences.get_mut(no as usize) {
            *users = users.saturating_sub(1);
            if *users == 0 {
                self.cadence_of.remove(cadence);
            }
        }
    }

    fn lanes_of(&self, place: PlaceNo) -> Vec<SlotNo> {
        let mut lanes = Vec::new();
        let mut no = self.places.get(place as usize).map_or(NONE, |place| place.first);
        while let Some(slot) = self.slots.get(no as usize) {
            lanes.push(no);
            no = slot.sibling;
        }
        lanes
    }

    fn link(&mut self, no: SlotNo, place: PlaceNo) {
        if let (Some(slot), Some(place)) =
            (self.slots.get_mut(no as usize), self.places.get_mut(place as usize))
        {
            slot.sibling = std::mem::replace(&mut place.first, no);
        }
    }

    /// Takes a lane from its destination; one without lanes is forgotten.
    fn unlink(&mut self, no: SlotNo, place: PlaceNo) {
        let after = self.slots.get(no as usize).map_or(NONE, |slot| slot.sibling);
        let lanes = self.lanes_of(place);
        match lanes.iter().position(|of| *of == no) {
            Some(0) => {
                if let Some(place) = self.places.get_mut(place as usize) {
                    place.first = after;
                }
            }
            Some(at) => {
                if let Some(before) = self.slots.get_mut(lanes[at - 1] as usize) {
                    before.sibling = after;
                }
            }
            None => return,
        }
        if lanes.len() == 1 && !self.places.get(place as usize).is_some_and(|place| place.busy) {
            self.forget_place(place);
        }
    }

    fn forget_place(&mut self, place: PlaceNo) {
        self.place_of.retain(|_, of| *of != place);
        self.free_places.push(place);
    }
}

impl Slot {
    fn filters(&self) -> impl Iterator<Item = FilterNo> + '_ {
        let first = Some(self.filter).filter(|filter| *filter != NONE);
        first.into_iter().chain(self.more.iter().flat_map(|more| more.iter().copied()))
    }

    /// Does it tell events of this kind?
    fn tells(&self, kind: Kind, names_kinds: bool) -> bool {
        names_kinds || if self.flags.instant { kind.is_instant() } else { kind.is_digested() }
    }
}

/// The queues of a service, in the order they are served.
fn queues(service: Service) -> [usize; 2] {
    match service {
        Service::Telegram => [0, 1],
        Service::Discord => [2, 3],
    }
}

fn queue_of(flags: Flags) -> usize {
    usize::from(flags.discord) * 2 + usize::from(!flags.instant)
}

fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros().min(NEVER - 1)
}
