//! Due times after an import, where none were kept: spread over the time between two looks, so that a restored store
//! does not ask for everything at once.

use chrono::{DateTime, Utc};
use whimbrel_project::{Project, ProjectId};

use crate::outcome::StoreError;
use crate::projects::listings::block_key;
use crate::projects::schedule::{AT_ONCE, NEVER, Schedule, Seconds, Turn, seconds};
use crate::txn::Txn;

/// Spreads numbers that follow each other evenly over all numbers: 2^32 divided by the golden ratio.
pub(crate) const STEP: u32 = 0x9E37_79B1;

/// The schedule of a store that is being filled.
pub(crate) struct Spread {
    now: Option<DateTime<Utc>>,
    /// When a project is due if somebody lists it, by its number.
    times: Vec<Seconds>,
    schedule: Schedule,
}

impl Spread {
    /// Due times from this moment on; without one, everything is due at once.
    /// Of the numbers up to `newest`, those that nobody comes to list are not due at all.
    pub(crate) fn new(now: Option<DateTime<Utc>>, newest: u32) -> Self {
        let mut schedule = Schedule::default();
        schedule.turn(Turn::Unlisted(ProjectId(newest)));
        Self { now, times: Vec::new(), schedule }
    }

    /// A project that was known before.
    pub(crate) fn meet(&mut self, project: &Project) {
        let index = project.id.0.saturating_sub(1) as usize;
        if self.times.len() <= index {
            self.times.resize(index + 1, AT_ONCE);
        }
        self.times[index] = self.now.map_or(AT_ONCE, |now| {
            let share = u64::from(project.id.0.wrapping_mul(STEP));
            let later = (share * u64::from(project.interval_secs)) >> 32;
            // An interval of 2^32 seconds or more has no number.
            seconds(now).saturating_add(later as u32).min(NEVER - 1)
        });
    }

    /// Follows the rows that were written.
    pub(crate) fn follow(&mut self, turns: Vec<Turn>) {
        for turn in turns {
            self.schedule.turn(turn);
            if let Turn::Listed(id) = turn {
                self.schedule.set(id, self.time(id));
            }
        }
    }

    /// Writes it down whole.
    pub(crate) fn write(&self, txn: &mut Txn<'_>) -> Result<(), StoreError> {
        (0..self.schedule.blocks())
            .try_for_each(|block| txn.put(block_key(block).as_bytes(), self.schedule.block(block)))
    }

    fn time(&self, id: ProjectId) -> Seconds {
        self.times.get(id.0 as usize - 1).copied().unwrap_or(AT_ONCE)
    }
}
