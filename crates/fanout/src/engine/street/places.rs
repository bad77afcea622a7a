//! The destinations of all lanes, and the lanes of each.

use std::hash::BuildHasher as _;
use std::hash::RandomState;

use hashbrown::HashTable;

use super::{NONE, PlaceNo, SlotNo, Street};
use crate::destination::Destination;
use crate::engine::tight;

/// All destinations.
#[derive(Default)]
pub(super) struct Places {
    all: Vec<Place>,
    free: Vec<PlaceNo>,
    numbers: HashTable<PlaceNo>,
    hasher: RandomState,
}

/// A destination.
pub(super) struct Place {
    pub(super) destination: Destination,
    /// The first of its lanes; each names the next.
    first: SlotNo,
    /// Something of it is under way.
    pub(super) busy: bool,
}

impl Places {
    /// The number of a destination, which gets one if it has none.
    pub(super) fn enter(&mut self, destination: &Destination) -> PlaceNo {
        if let Some(no) = self.number(destination) {
            return no;
        }
        let place = Place { destination: destination.clone(), first: NONE, busy: false };
        let no = if let Some(no) = self.free.pop() {
            self.all[no as usize] = place;
            no
        } else {
            tight::push(&mut self.all, place)
        };
        let Self { all, numbers, hasher, .. } = self;
        let hash = |of: &PlaceNo| hasher.hash_one(&all[*of as usize].destination);
        numbers.insert_unique(hash(&no), no, hash);
        no
    }

    /// The number of a destination.
    pub(super) fn number(&self, destination: &Destination) -> Option<PlaceNo> {
        let is_it = |no: &PlaceNo| self.get(*no).is_some_and(|place| place.destination == *destination);
        self.numbers.find(self.hasher.hash_one(destination), is_it).copied()
    }

    pub(super) fn get(&self, no: PlaceNo) -> Option<&Place> {
        self.all.get(no as usize)
    }

    pub(super) fn get_mut(&mut self, no: PlaceNo) -> Option<&mut Place> {
        self.all.get_mut(no as usize)
    }

    /// All destinations that have lanes.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Destination> {
        self.numbers.iter().filter_map(|no| self.get(*no)).map(|place| &place.destination)
    }

    /// Destinations in use.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Bytes it takes, nearly.
    pub(super) fn bytes(&self) -> usize {
        self.all.capacity() * size_of::<Place>() + self.numbers.allocation_size() + self.free.capacity() * 4
    }

    /// A destination has no lanes any more.
    fn forget(&mut self, no: PlaceNo) {
        let Some(place) = self.all.get(no as usize) else { return };
        let hash = self.hasher.hash_one(&place.destination);
        if let Ok(known) = self.numbers.find_entry(hash, |of| *of == no) {
            known.remove();
            self.free.push(no);
        }
    }
}

impl Street {
    /// A lane was served: its destination is free, and its lanes stand in the queue again.
    pub(crate) fn release(&mut self, place: PlaceNo) {
        if let Some(place) = self.places.get_mut(place) {
            place.busy = false;
        }
        let lanes = self.lanes_of(place);
        if lanes.is_empty() {
            self.places.forget(place);
        }
        for no in lanes {
            self.queue(no);
        }
    }

    pub(super) fn lanes_of(&self, place: PlaceNo) -> Vec<SlotNo> {
        let mut lanes = Vec::new();
        let mut no = self.places.get(place).map_or(NONE, |place| place.first);
        while let Some(slot) = self.slots.get(no as usize) {
            lanes.push(no);
            no = slot.sibling;
        }
        lanes
    }

    pub(super) fn link(&mut self, no: SlotNo, place: PlaceNo) {
        if let (Some(slot), Some(place)) = (self.slots.get_mut(no as usize), self.places.get_mut(place)) {
            slot.sibling = std::mem::replace(&mut place.first, no);
        }
    }

    /// Takes a lane from its destination; one without lanes is forgotten.
    pub(super) fn unlink(&mut self, no: SlotNo, place: PlaceNo) {
        let after = self.slots.get(no as usize).map_or(NONE, |slot| slot.sibling);
        let lanes = self.lanes_of(place);
        match lanes.iter().position(|of| *of == no) {
            Some(0) => {
                if let Some(place) = self.places.get_mut(place) {
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
        if lanes.len() == 1 && !self.places.get(place).is_some_and(|place| place.busy) {
            self.places.forget(place);
        }
    }
}
