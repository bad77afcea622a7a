//! Group commit: whoever waits for the disk waits together.
//!
//! A commit is applied under the writer's lock and gets a ticket. Then its caller waits until a sync that began
//! after the ticket was given has ended; one of the waiting callers does the sync for all of them.

use std::sync::{Condvar, Mutex, PoisonError};

use crate::heads::Heads;
use crate::outcome::StoreError;

/// The commits that are applied and the commits that are durable.
#[derive(Default)]
pub(crate) struct Group {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    applied: u64,
    durable: u64,
    /// The heads of the newest applied commit.
    heads: Option<Heads>,
    /// Somebody is syncing.
    busy: bool,
    /// A sync failed: what was applied may not be kept, and nothing more is promised.
    failed: Option<String>,
}

impl Group {
    /// Notes an applied commit. The callers hold the writer's lock, so tickets have the order of the commits.
    pub(crate) fn applied(&self, heads: Heads) -> u64 {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.applied += 1;
        state.heads = Some(heads);
        state.applied
    }

    /// The refusal of a store whose disk has failed.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        refusal(&self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Stops all further commits.
    pub(crate) fn fail(&self, problem: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.failed.get_or_insert_with(|| problem.to_owned());
        self.changed.notify_all();
    }

    /// Returns when the commit of this ticket is durable. `sync` is told the heads it makes durable.
    pub(crate) fn wait(
        &self,
        ticket: u64,
        sync: impl Fn(Heads) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if state.durable >= ticket {
                return Ok(());
            }
            refusal(&state)?;
            let Some(heads) = state.heads.filter(|_| !state.busy) else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            state.busy = true;
            let upto = state.applied;
            drop(state);
            let result = sync(heads);
            state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.busy = false;
            self.changed.notify_all();
            match result {
                Ok(()) => state.durable = upto,
                Err(error) => {
                    state.failed.get_or_insert_with(|| error.to_string());
                    return Err(error);
                }
            }
        }
    }
}

fn refusal(state: &State) -> Result<(), StoreError> {
    match &state.failed {
        Some(problem) => Err(StoreError::Stopped(problem.clone())),
        None => Ok(()),
    }
}
