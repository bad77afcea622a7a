//! Group commit: whoever waits for the disk waits together.
//!
//! A commit is applied under the writer's lock and gets a ticket. Then its caller waits until a sync that began
//! after the ticket was given has ended; one of the waiting callers does the sync for all of them.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::heads::Heads;
use crate::outcome::StoreError;

/// A sync that takes longer counts as one that hangs: after a write that failed, sled at times waits for a notice that
/// never comes. Slow cards answer within seconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// The commits that are applied and the commits that are durable.
pub(crate) struct Group {
    state: Mutex<State>,
    changed: Condvar,
    patience: Duration,
}

#[derive(Default)]
struct State {
    applied: u64,
    durable: u64,
    /// The heads of the newest applied commit.
    heads: Option<Heads>,
    /// Since when somebody is syncing.
    busy: Option<Instant>,
    /// A sync failed: what was applied may not be kept, and nothing more is promised.
    failed: Option<String>,
}

impl Default for Group {
    fn default() -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), patience: PATIENCE }
    }
}

impl Group {
    /// Notes an applied commit. The callers hold the writer's lock, so tickets have the order of the commits.
    pub(crate) fn applied(&self, heads: Heads) -> u64 {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.applied += 1;
        state.heads = Some(heads);
        state.applied
    }

    /// The refusal of a store whose disk has failed or hangs. One that answers after all goes on, unless somebody was
    /// refused meanwhile who waited for it.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        self.refusal(&self.state.lock().unwrap_or_else(PoisonError::into_inner))
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
            if let Err(error) = self.refusal(&state) {
                // Whoever is told that it failed must not find it kept after all, but in the next start's store.
                state.failed.get_or_insert_with(|| error.to_string());
                return Err(error);
            }
            let Some(heads) = state.heads.filter(|_| state.busy.is_none()) else {
                let left =
                    self.patience.saturating_sub(state.busy.map_or(Duration::ZERO, |since| since.elapsed()));
                state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
                continue;
            };
            state.busy = Some(Instant::now());
            let upto = state.applied;
            drop(state);
            let result = sync(heads);
            state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.busy = None;
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

    fn refusal(&self, state: &State) -> Result<(), StoreError> {
        if let Some(problem) = &state.failed {
            return Err(StoreError::Stopped(problem.clone()));
        }
        match state.busy.map(|since| since.elapsed()) {
            Some(silence) if silence >= self.patience => {
                Err(StoreError::Stopped(format!("the disk has not answered for {} s", silence.as_secs())))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use whimbrel_news::Epoch;

    use super::*;

    /// A group with one commit whose sync lasts until `hung` has looked; what it says when it has answered.
    fn hanging(patience: Duration, hung: impl FnOnce(&Group, u64)) -> Result<(), StoreError> {
        let group = Group { patience, ..Group::default() };
        let ticket = group.applied(Heads::first(Epoch(1), 0));
        let (began, has_begun) = channel();
        let (answer, answers) = channel();
        std::thread::scope(|scope| {
            let group = &group;
            let first = scope.spawn(move || {
                group.wait(ticket, |_| {
                    began.send(()).expect("the test waits");
                    answers.recv().expect("the test answers");
                    Ok(())
                })
            });
            has_begun.recv().expect("it begins");
            hung(group, ticket);
            answer.send(()).expect("it waits");
            first.join().expect("it ends").expect("it was kept after all");
        });
        group.check()
    }

    #[test]
    fn a_sync_that_hangs_keeps_nobody_else_waiting() {
        let after = hanging(Duration::from_millis(1), |group, ticket| {
            let other = group.wait(ticket, |_| unreachable!("one at a time"));
            assert!(matches!(other, Err(StoreError::Stopped(_))), "{other:?}");
            assert!(matches!(group.check(), Err(StoreError::Stopped(_))));
        });
        assert!(matches!(after, Err(StoreError::Stopped(_))), "somebody was told that it failed");
    }

    #[test]
    fn a_sync_that_takes_its_time_is_none_that_hangs() {
        hanging(PATIENCE, |group, _| group.check().expect("it has only begun")).expect("all is well");
        hanging(Duration::ZERO, |group, _| assert!(group.check().is_err()))
            .expect("nobody was told otherwise");
    }
}
