//! Where a life may be cut short: at every step of every commit, and at every message on its way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// The steps of a commit, in its order, and those of a message.
pub(super) const STEPS: [&str; 7] = ["prepare", "apply", "applied", "sync", "synced", "leaves", "arrives"];

/// How the program dies.
#[derive(Clone, Copy, Debug)]
pub(super) enum Death {
    /// After what follows from an event was polled so often.
    Polls(usize),
    /// At the step of this number, counted from the event. When the power is cut, what was not synced is gone too.
    Step { number: usize, power: bool },
}

/// Counts the steps of a program, and says which is its last.
#[derive(Clone, Default)]
pub(super) struct Deaths(Arc<(Mutex<State>, Notify)>);

#[derive(Default)]
struct State {
    /// Steps until it dies, if it shall.
    left: Option<usize>,
    /// The step at which it died.
    died: Option<&'static str>,
}

impl Deaths {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on so many steps are made.
    pub(super) fn after(&self, steps: usize) {
        self.state().left = Some(steps);
    }

    /// Is this step still made? Asked before it is.
    pub(super) fn passes(&self, step: &'static str) -> bool {
        let mut state = self.state();
        if state.died.is_none() && state.left == Some(0) {
            state.died = Some(step);
            self.0.1.notify_one();
        }
        state.left = state.left.map(|left| left.saturating_sub(1));
        state.died.is_none()
    }

    /// Never comes back when the step is not made any more.
    pub(super) async fn survives(&self, step: &'static str) {
        if !self.passes(step) {
            std::future::pending::<()>().await;
        }
    }

    /// Comes back when the program died.
    pub(super) async fn came(&self) {
        self.0.1.notified().await;
    }

    /// The program starts again; the step at which it died.
    pub(super) fn is_over(&self) -> Option<&'static str> {
        std::mem::take(&mut *self.state()).died
    }
}
