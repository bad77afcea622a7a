//! When a session may be begun: Discord takes so many at once and so many a day. More a day, and it takes the token
//! away.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, sleep_until};

/// One session in this time for each of those at once, and a little more, for the network does not keep distances.
const APART: Duration = Duration::from_millis(5_250);

/// Remembers when sessions were begun.
#[derive(Default)]
pub(in crate::chat) struct Turns(Mutex<HashMap<u32, Arc<Slot>>>);

/// When the next session may be begun.
type Slot = tokio::sync::Mutex<Option<Instant>>;

/// One may begin a session; nobody else of the same number may meanwhile.
pub(super) struct Turn(OwnedMutexGuard<Option<Instant>>);

impl Turns {
    /// Waits for a shard's turn, where so many may begin at once.
    pub(super) async fn wait(&self, shard: u32, at_once: u32) -> Turn {
        let slot = {
            let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(slots.entry(shard % at_once.max(1)).or_default())
        };
        let slot = slot.lock_owned().await;
        if let Some(next) = *slot {
            sleep_until(next).await;
        }
        Turn(slot)
    }
}

impl Turn {
    /// A session was begun just now.
    pub(super) fn used(mut self) {
        *self.0 = Some(Instant::now() + APART);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn only_so_many_begin_at_once() {
        let turns = Turns::default();
        let now = |shard, at_once| turns.wait(shard, at_once).now_or_never();
        let first = now(0, 2).expect("nobody was before it");
        assert!(now(2, 2).is_none(), "the same number");
        assert!(now(1, 2).is_some(), "another number");
        drop(first);
        let again = now(2, 2).expect("the first began nothing");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let _time = runtime.enter();
        again.used();
        assert!(now(0, 2).is_none(), "not within five seconds");
        assert!(now(3, 0).is_none(), "and never none at once");
    }
}
