//! When projects are next looked at: verbs over the schedule in memory, and its blocks on the disk.

use std::sync::{MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_project::ProjectId;

use crate::engine::{Engine, Order};
use crate::keys::{Key, Kind};
use crate::outcome::StoreError;
use crate::projects::listings::block_key;
use crate::projects::rows::Census;
use crate::projects::schedule::{AT_ONCE, BLOCK, NEVER, Schedule, Seconds, read_block, seconds, until};
use crate::store::{Inner, Store};

/// How long due times may wait before they are written.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(10);

/// How many blocks are written by one commit.
const BATCH: usize = 128;

impl Store {
    /// Projects that are due, the longest overdue first, at most `limit`. They stay due until they get another time.
    pub fn projects_due(&self, now: DateTime<Utc>, limit: usize) -> Vec<ProjectId> {
        self.inner.schedule().due_by(until(now), limit)
    }

    /// When the next project is due.
    pub fn next_project_due(&self) -> Option<DateTime<Utc>> {
        let next = self.inner.schedule().next()?;
        DateTime::from_timestamp(next.into(), 0)
    }

    /// How many projects are due at some time: those that somebody lists.
    pub fn projects_scheduled(&self) -> usize {
        self.inner.schedule().len()
    }

    /// Whether somebody lists a project, so that it is due at some time.
    pub fn is_followed(&self, id: ProjectId) -> bool {
        self.inner.schedule().due(id) != NEVER
    }

    /// Says when projects are next due, to the second. Takes no time: it is written by [`Store::flush_schedule`]. A time
    /// that is lost in a crash only means that the project is looked at once more. Projects that nobody lists are
    /// passed over.
    pub fn set_due(&self, times: &[(ProjectId, DateTime<Utc>)]) {
        let mut schedule = self.inner.schedule();
        for (project, due) in times {
            schedule.set(*project, seconds(*due));
        }
    }

    /// Brings projects forward that are due later than two looks can lie apart, which is `longest`: a clock was wrong.
    /// They come spread over that time.
    pub fn bring_forward(&self, now: DateTime<Utc>, longest: TimeDelta) {
        let latest = now.checked_add_signed(longest).unwrap_or(now);
        // Looks are spread a little beyond what their interval says.
        let far = latest.checked_add_signed(longest).unwrap_or(latest);
        self.inner.schedule().bring_forward(until(now), until(latest), until(far));
    }

    /// Writes due times that have waited for ten minutes; says how many blocks it wrote. Cheap when there are none.
    pub fn flush_schedule(&self, now: DateTime<Utc>) -> Result<usize, StoreError> {
        {
            let mut schedule = self.inner.schedule();
            match schedule.written {
                // A moment that lies ahead is one of a clock that was wrong.
                Some(written) if written <= now && now - written < LONGEST_WAIT => return Ok(0),
                Some(_) if schedule.has_changed() => schedule.written = Some(now),
                Some(_) => return Ok(0),
                None => {
                    schedule.written = Some(now);
                    return Ok(0);
                }
            }
        }
        self.write_schedule()
    }

    /// Writes all due times that still wait, as before a stop; says how many blocks it wrote.
    pub fn write_schedule(&self) -> Result<usize, StoreError> {
        let mut written = 0;
        loop {
            let mut blocks = Vec::new();
            let result = self.inner.commit(|txn, _| {
                // Taken here, where no other commit can come between what is listed and what is due.
                let mut schedule = self.inner.schedule();
                blocks = schedule.take_changed(BATCH);
                blocks
                    .iter()
                    .try_for_each(|block| txn.put(block_key(*block).as_bytes(), schedule.block(*block)))
            });
            if let Err(error) = result {
                self.inner.schedule().put_back(blocks);
                return Err(error);
            }
            if blocks.is_empty() {
                return Ok(written);
            }
            written += blocks.len();
        }
    }
}

impl Inner {
    /// The due times of all projects.
    pub(crate) fn schedule(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The schedule as the disk has it. Projects whose time was not written are due at once.
pub(crate) fn load(engine: &dyn Engine) -> Result<Schedule, StoreError> {
    let newest = Census::read(engine)?.unwrap_or_default().newest as usize;
    let mut times: Vec<Seconds> = Vec::with_capacity(newest);
    for (key, row) in engine.scan(&Key::of(Kind::Schedule).range(), Order::Rising, usize::MAX)? {
        let block = key.last_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes)) as usize;
        let first = block.saturating_mul(BLOCK as usize);
        if first >= newest {
            break; // of numbers that were never given
        }
        times.resize(first, AT_ONCE);
        times.extend(read_block(&row)?);
    }
    times.resize(newest, AT_ONCE);
    Ok(Schedule::load(&times))
}
