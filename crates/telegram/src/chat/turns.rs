//! Chats side by side, one chat in order.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// So many chats may be busy; then no more is fetched until some are done.
const CHATS: usize = 256;

/// What was asked in a chat is answered after what was asked there before.
#[derive(Default)]
pub(super) struct Turns {
    last: Mutex<HashMap<i64, JoinHandle<()>>>,
}

/// Something under way.
pub(super) struct Turn {
    decided: oneshot::Receiver<()>,
    done: oneshot::Receiver<()>,
}

impl Turns {
    /// Begins work for a chat as soon as what came before is done there. It says when all it changes is written down.
    pub(super) fn begin<F>(&self, chat: i64, work: impl FnOnce(oneshot::Sender<()>) -> F) -> Turn
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (say_decided, decided) = oneshot::channel();
        let (say_done, done) = oneshot::channel();
        let work = work(say_decided);
        let mut last = self.lock();
        let before = last.remove(&chat);
        let task = tokio::spawn(async move {
            if let Some(before) = before {
                // It may have panicked: that was its own business.
                let _ = before.await;
            }
            work.await;
            let _ = say_done.send(());
        });
        last.insert(chat, task);
        Turn { decided, done }
    }

    /// Whether there is room for more.
    pub(super) fn has_room(&self) -> bool {
        let mut last = self.lock();
        last.retain(|_, task| !task.is_finished());
        last.len() < CHATS
    }

    /// Waits until there is room for more.
    pub(super) async fn room(&self) {
        while !self.has_room() {
            let one = {
                let mut last = self.lock();
                let chat = last.keys().next().copied();
                chat.and_then(|chat| last.remove(&chat))
            };
            if let Some(task) = one {
                let _ = task.await;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<i64, JoinHandle<()>>> {
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
        let begin = |chat: i64, name: &'static str, pause: u64| {
            let order = Arc::clone(&order);
            turns.begin(chat, |decided| async move {
                let _ = decided.send(());
                tokio::time::sleep(Duration::from_secs(pause)).await;
                order.lock().unwrap().push(name);
            })
        };
        let all = vec![begin(1, "first", 9), begin(1, "second", 0), begin(2, "other", 1)];
        settle(all, Duration::from_secs(20), Duration::from_secs(20)).await;
        assert_eq!(*order.lock().unwrap(), ["other", "first", "second"]);
    }
}
