//! Chats side by side, one chat in order; but what may take very long holds up nobody.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// So much may go on side by side; then no more is fetched until some of it is done.
const MOST: usize = 256;

/// What was asked in a chat is answered after what was asked there before.
#[derive(Default)]
pub(super) struct Turns {
    last: Mutex<HashMap<Key, JoinHandle<()>>>,
    beside: AtomicU64,
}

/// After what something comes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Queue {
    /// After all that came before in this chat, and before all that comes later.
    Chat(i64),
    /// After nothing.
    Beside,
}

/// Where a task waits for the next one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Chat(i64),
    /// A number of its own: there is no next one.
    Beside(u64),
}

/// Something under way.
pub(super) struct Turn {
    decided: oneshot::Receiver<()>,
    done: oneshot::Receiver<()>,
}

impl Turns {
    /// Begins work as soon as what came before it in its queue is done. It says when all it changes is written down.
    pub(super) fn begin<F>(&self, queue: Queue, work: impl FnOnce(oneshot::Sender<()>) -> F) -> Turn
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (say_decided, decided) = oneshot::channel();
        let (say_done, done) = oneshot::channel();
        let work = work(say_decided);
        let key = match queue {
            Queue::Chat(chat) => Key::Chat(chat),
            Queue::Beside => Key::Beside(self.beside.fetch_add(1, Ordering::Relaxed)),
        };
        let mut last = self.lock();
        let before = last.remove(&key);
        let task = tokio::spawn(async move {
            if let Some(before) = before {
                // It may have panicked: that was its own business.
                let _ = before.await;
            }
            work.await;
            let _ = say_done.send(());
        });
        last.insert(key, task);
        Turn { decided, done }
    }

    /// Whether there is room for more.
    pub(super) fn has_room(&self) -> bool {
        let mut last = self.lock();
        last.retain(|_, task| !task.is_finished());
        last.len() < MOST
    }

    /// Waits until there is room for more.
    pub(super) async fn room(&self) {
        while !self.has_room() {
            let one = {
                let mut last = self.lock();
                let key = last.keys().next().copied();
                key.and_then(|key| last.remove(&key))
            };
            if let Some(task) = one {
                let _ = task.await;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, JoinHandle<()>>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits until all of these are decided, and a moment longer for their answers to be sent: what is not done when the
/// program ends is asked again at the next start.
pub(super) async fn settle(turns: Vec<Turn>, decided_in: Duration, done_in: Duration) {
    let mut unsent = Vec::new();
    let all = async {
        for turn in turns {
            // Whoever ends without a word has nothing more to change.
            let _ = turn.decided.await;
            unsent.push(turn.done);
        }
    };
    if tokio::time::timeout(decided_in, all).await.is_ok() {
        let sent = futures::future::join_all(unsent);
        let _ = tokio::time::timeout(done_in, sent).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_slow_chat_keeps_its_order_and_holds_up_nobody() {
        let order = Arc::new(Mutex::new(Vec::new()));
        let turns = Turns::default();
        let begin = |queue: Queue, name: &'static str, pause: u64| {
            let order = Arc::clone(&order);
            turns.begin(queue, |decided| async move {
                let _ = decided.send(());
                tokio::time::sleep(Duration::from_secs(pause)).await;
                order.lock().unwrap().push(name);
            })
        };
        let (one, other) = (Queue::Chat(1), Queue::Chat(2));
        let mut all = vec![begin(one, "first", 9), begin(one, "second", 0), begin(other, "other", 1)];
        all.extend([
            begin(Queue::Beside, "slow", 12),
            begin(Queue::Beside, "quick", 2),
            begin(one, "third", 0),
        ]);
        settle(all, Duration::from_secs(20), Duration::from_secs(20)).await;
        assert_eq!(*order.lock().unwrap(), ["other", "quick", "first", "second", "third", "slow"]);
    }
}
