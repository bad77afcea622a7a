//! When each project is next due, in memory: twelve bytes a project, however many there are.
//!
//! A heap by due time, and for each project its place in the heap. The earliest are found without looking at the
//! rest, and one due time moves in as many steps as the heap is deep. On disk the times stand in blocks, so that
//! "unchanged, look again in an hour" costs four bytes now and then and no row of its own.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use chrono::{DateTime, Utc};
use whimbrel_project::ProjectId;

use crate::outcome::StoreError;
use crate::projects::spread::STEP;
use crate::rows::{self, VERSION, damaged};

/// Projects in a block: four bytes each fit a row.
pub(crate) const BLOCK: u32 = 1000;

/// A due time in seconds since 1970, good until 2106.
pub(crate) type Seconds = u32;

/// Due at once: nothing is known about when it was looked at.
pub(crate) const AT_ONCE: Seconds = 0;

/// Not due at all: nobody lists it.
pub(crate) const NEVER: Seconds = Seconds::MAX;

/// In no place of the heap.
const NOWHERE: u32 = u32::MAX;

/// What a commit means for the schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Somebody lists it who did not: due at once, if it was not due at all.
    Listed(ProjectId),
    /// Nobody lists it any more.
    Unlisted(ProjectId),
    /// It was looked at.
    Due(ProjectId, Seconds),
}

/// The due times of all projects.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    heap: Vec<Slot>,
    /// By number, from project 1: where in the heap it stands.
    places: Vec<u32>,
    /// Blocks that are not on disk as they are here.
    changed: BTreeSet<u32>,
    /// When blocks were last written, or when that was first asked for.
    pub(crate) written: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Slot {
    due: Seconds,
    project: u32,
}

/// A moment as a due time: full seconds, rounded up, so that nobody is looked at too early.
pub(crate) fn seconds(at: DateTime<Utc>) -> Seconds {
    let up = i64::from(at.timestamp_subsec_nanos() > 0);
    u32::try_from((at.timestamp() + up).max(0)).unwrap_or(NEVER).min(NEVER - 1)
}

/// What is due at this moment.
pub(crate) fn until(now: DateTime<Utc>) -> Seconds {
    u32::try_from(now.timestamp().max(0)).unwrap_or(NEVER).min(NEVER - 1)
}

impl Schedule {
    /// The due times as they came from the disk, the first project's first.
    pub(crate) fn load(times: &[Seconds]) -> Self {
        let mut all = Self::default();
        all.places.resize(times.len(), NOWHERE);
        all.heap = (1..)
            .zip(times)
            .filter(|(_, due)| **due != NEVER)
            .map(|(project, due)| Slot { due: *due, project })
            .collect();
        for at in 0..all.heap.len() {
            all.places[all.heap[at].project as usize - 1] = at as u32;
        }
        for at in (0..all.heap.len() / 2).rev() {
            all.sink(at);
        }
        all
    }

    /// Follows a commit.
    pub(crate) fn turn(&mut self, turn: Turn) {
        match turn {
            Turn::Listed(project) if self.due(project) == NEVER => self.put(project, AT_ONCE),
            Turn::Listed(_) => {}
            Turn::Unlisted(project) => self.put(project, NEVER),
            Turn::Due(project, due) => self.set(project, due),
        }
    }

    /// Sets a due time, unless nobody lists the project.
    pub(crate) fn set(&mut self, project: ProjectId, due: Seconds) {
        if self.due(project) != NEVER {
            self.put(project, due);
        }
    }

    /// Those due later than `far` are due between `from` and `to`, spread evenly.
    pub(crate) fn bring_forward(&mut self, from: Seconds, to: Seconds, far: Seconds) {
        let late: Vec<u32> =
            self.heap.iter().filter(|slot| slot.due > far).map(|slot| slot.project).collect();
        for project in late {
            let share = u64::from(project.wrapping_mul(STEP));
            let later = (share * u64::from(to.saturating_sub(from))) >> 32;
            self.set(ProjectId(project), from.saturating_add(later as u32).min(NEVER - 1));
        }
    }

    /// When a project is due.
    pub(crate) fn due(&self, project: ProjectId) -> Seconds {
        let place = self.places.get((project.0 as usize).wrapping_sub(1)).copied().unwrap_or(NOWHERE);
        self.heap.get(place as usize).map_or(NEVER, |slot| slot.due)
    }

    /// When the next one is due.
    pub(crate) fn next(&self) -> Option<Seconds> {
        self.heap.first().map(|slot| slot.due)
    }

    /// How many are due at some time.
    pub(crate) fn len(&self) -> usize {
        self.heap.len()
    }

    /// Bytes of memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.heap.capacity() * size_of::<Slot>() + self.places.capacity() * size_of::<u32>()
    }

    /// The projects due by then, the longest overdue first.
    pub(crate) fn due_by(&self, until: Seconds, limit: usize) -> Vec<ProjectId> {
        let mut found = Vec::new();
        let mut near = BinaryHeap::new();
        let push = |near: &mut BinaryHeap<_>, at: usize| {
            if let Some(slot) = self.heap.get(at).filter(|slot| slot.due <= until) {
                near.push(Reverse((*slot, at)));
            }
        };
        push(&mut near, 0);
        while found.len() < limit
            && let Some(Reverse((slot, at))) = near.pop()
        {
            found.push(ProjectId(slot.project));
            push(&mut near, 2 * at + 1);
            push(&mut near, 2 * at + 2);
        }
        found
    }

    /// The blocks that are to be written, at most so many; they count as written from now on.
    pub(crate) fn take_changed(&mut self, limit: usize) -> Vec<u32> {
        let blocks: Vec<u32> = self.changed.iter().copied().take(limit).collect();
        for block in &blocks {
            self.changed.remove(block);
        }
        blocks
    }

    /// Blocks that could not be written after all.
    pub(crate) fn put_back(&mut self, blocks: Vec<u32>) {
        self.changed.extend(blocks);
    }

    /// Are there blocks to write?
    pub(crate) fn has_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    /// A block as it is written.
    pub(crate) fn block(&self, block: u32) -> Vec<u8> {
        let first = block * BLOCK + 1;
        let last = (first + BLOCK).min(self.places.len() as u32 + 1);
        let times: Vec<Seconds> = (first..last).map(|project| self.due(ProjectId(project))).collect();
        write_block(&times)
    }

    /// How many blocks there are.
    pub(crate) fn blocks(&self) -> u32 {
        (self.places.len() as u32).div_ceil(BLOCK)
    }

    fn put(&mut self, project: ProjectId, due: Seconds) {
        let Some(index) = project.0.checked_sub(1) else { return };
        if index as usize >= self.places.len() {
            self.places.resize(index as usize + 1, NOWHERE);
        }
        self.changed.insert(block_of(project));
        let place = self.places[index as usize];
        match (place, due) {
            (NOWHERE, NEVER) => {}
            (NOWHERE, due) => {
                self.heap.push(Slot { due, project: project.0 });
                self.rise(self.heap.len() - 1);
            }
            (place, NEVER) => {
                let place = place as usize;
                self.heap.swap_remove(place);
                self.places[index as usize] = NOWHERE;
                if place < self.heap.len() {
                    self.settle(place);
                }
            }
            (place, due) => {
                self.heap[place as usize].due = due;
                self.settle(place as usize);
            }
        }
    }

    /// Brings a slot that has changed to where it belongs.
    fn settle(&mut self, at: usize) {
        let at = self.rise(at);
        self.sink(at);
    }

    fn rise(&mut self, mut at: usize) -> usize {
        let slot = self.heap[at];
        while at > 0 && slot < self.heap[(at - 1) / 2] {
            self.lay((at - 1) / 2, at);
            at = (at - 1) / 2;
        }
        self.heap[at] = slot;
        self.places[slot.project as usize - 1] = at as u32;
        at
    }

    fn sink(&mut self, mut at: usize) {
        let slot = self.heap[at];
        loop {
            let child = 2 * at + 1;
            let Some(left) = self.heap.get(child) else { break };
            let child = child + usize::from(self.heap.get(child + 1).is_some_and(|right| right < left));
            if self.heap[child] >= slot {
                break;
            }
            self.lay(child, at);
            at = child;
        }
        self.heap[at] = slot;
        self.places[slot.project as usize - 1] = at as u32;
    }

    /// Moves a slot to another place.
    fn lay(&mut self, from: usize, to: usize) {
        self.heap[to] = self.heap[from];
        self.places[self.heap[to].project as usize - 1] = to as u32;
    }
}

/// The block a project stands in.
pub(crate) fn block_of(project: ProjectId) -> u32 {
    project.0.saturating_sub(1) / BLOCK
}

/// A block of due times as a row.
pub(crate) fn write_block(times: &[Seconds]) -> Vec<u8> {
    let mut row = vec![VERSION];
    row.extend(times.iter().flat_map(|due| due.to_be_bytes()));
    row
}

/// The due times of a block.
pub(crate) fn read_block(row: &[u8]) -> Result<Vec<Seconds>, StoreError> {
    let (version, rest) = row.split_first().ok_or_else(|| damaged("a block of due times is empty"))?;
    rows::known(*version, "a block of due times")?;
    let (times, rest) = rest.as_chunks::<4>();
    if !rest.is_empty() || times.len() > BLOCK as usize {
        return Err(damaged("a block of due times has the wrong length"));
    }
    Ok(times.iter().map(|bytes| Seconds::from_be_bytes(*bytes)).collect())
}

#[cfg(test)]
mod tests;
