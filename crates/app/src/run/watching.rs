//! The loops that look at catalogs: at what is due, and at what was just edited.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use tokio::sync::{Notify, watch};
use whimbrel_watch::{Edits, Round, Spec, Watcher};

use super::Setup;
use super::loops::{self, Pulse};
use super::tally::Tally;

/// Looks that found nothing new are written down at least this often, and a clock that jumped is noticed.
const LONGEST_REST: Duration = Duration::from_secs(30);

/// Two rounds are at least this far apart, so that something that is always due cannot take the machine.
const SHORTEST_REST: Duration = Duration::from_millis(50);

/// A round waits this long for its slowest catalog, so that one that hangs does not stop the clock of the others …
const PATIENCE: Duration = Duration::from_secs(2);

/// … and while one is under way, which is due until it is done, the next round comes no sooner than this.
const REST_BESIDE_SLOW: Duration = Duration::from_secs(1);

/// What the store refused to keep is tried again this soon.
const RETRY: Duration = Duration::from_secs(2);

/// Folders that went or came are noticed this soon; it costs a few looks at the file system.
const RECHECK: Duration = Duration::from_secs(5);

type Loop = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Makes the loop that looks at what is due.
pub(crate) fn looking(
    watcher: Watcher,
    wake: Arc<Notify>,
    configured: watch::Receiver<Arc<Setup>>,
    tally: Tally,
) -> impl Fn(Pulse) -> Loop {
    move |mut pulse| {
        let (watcher, wake, configured) = (watcher.clone(), Arc::clone(&wake), configured.clone());
        let tally = tally.clone();
        Box::pin(async move {
            let (mut network, mut keeping) = (Network::default(), Keeping::default());
            loop {
                pulse.beat();
                let round = tokio::select! {
                    () = pulse.stopped() => return,
                    round = watcher.poll_due_within(Utc::now(), PATIENCE) => round,
                };
                tally.catalogs(&round);
                network.notice(&round, &configured.borrow());
                keeping.notice(&round);
                let mut rest = if round.refused.is_some() { RETRY } else { rest(&watcher).await };
                if round.under_way > 0 {
                    rest = rest.max(REST_BESIDE_SLOW);
                }
                tokio::select! {
                    () = pulse.stopped() => return,
                    () = tokio::time::sleep(rest) => {}
                    () = wake.notified() => {}
                }
            }
        })
    }
}

/// Makes the loop that hears of edits of local catalogs.
pub(crate) fn hearing(
    watcher: Watcher,
    wake: Arc<Notify>,
    configured: watch::Receiver<Arc<Setup>>,
    tally: Tally,
) -> impl Fn(Pulse) -> Loop {
    move |mut pulse| {
        let tally = tally.clone();
        let (watcher, wake, mut configured) = (watcher.clone(), Arc::clone(&wake), configured.clone());
        Box::pin(async move {
            loop {
                configured.mark_unchanged();
                let edits = Edits::of(&watcher).inspect_err(|error| {
                    tracing::warn!(%error, "edits are only seen by the clock: {error}");
                });
                let Ok(mut edits) = edits else {
                    return pulse.alongside(std::future::pending()).await;
                };
                // Edits from before somebody listened: while the program was down, or between two watches.
                let local = watcher.local();
                tokio::select! {
                    () = pulse.stopped() => return,
                    round = watcher.look_now(&local, Utc::now()) => {
                        tally.catalogs(&round);
                        wake.notify_one();
                    }
                }
                while !edits.is_outdated() {
                    pulse.beat();
                    tokio::select! {
                        () = pulse.stopped() => return,
                        Ok(()) = configured.changed() => break, // other places may be followed now
                        edited = edits.next() => {
                            tokio::select! {
                                () = pulse.stopped() => return,
                                round = watcher.look_now(&edited, Utc::now()) => tally.catalogs(&round),
                            }
                            wake.notify_one(); // what was seen may be due again soon
                        }
                        () = loops::rest(RECHECK) => {}
                    }
                }
            }
        })
    }
}

/// How long until something is due.
async fn rest(watcher: &Watcher) -> Duration {
    match watcher.next_due().await {
        Ok(Some(due)) => (due - Utc::now()).to_std().unwrap_or_default().clamp(SHORTEST_REST, LONGEST_REST),
        Ok(None) => LONGEST_REST,
        Err(error) => {
            tracing::error!(%error, "cannot tell when something is due: {error}");
            LONGEST_REST
        }
    }
}

/// Says once when the store refuses what was seen, and once when it takes it again.
#[derive(Default)]
struct Keeping {
    is_refused: bool,
}

impl Keeping {
    fn notice(&mut self, round: &Round) {
        if let Some(reason) = &round.refused {
            if !self.is_refused {
                tracing::error!(
                    reason,
                    "what was seen cannot be kept: {reason}; it is tried again, and page and feeds go on"
                );
            }
            self.is_refused = true;
        } else if self.is_refused && !round.looked.is_empty() {
            self.is_refused = false;
            tracing::info!("what is seen can be kept again");
        }
    }
}

/// Says once when nothing outside this machine can be reached, and once when it can again.
#[derive(Default)]
struct Network {
    is_away: bool,
}

impl Network {
    fn notice(&mut self, round: &Round, setup: &Setup) {
        let remote: BTreeSet<_> = setup
            .followed
            .catalogs
            .iter()
            .filter(|catalog| {
                let spec = catalog.spec(&setup.folder, &setup.config.watch);
                matches!(spec, Ok(Spec::Web(_) | Spec::Github { .. }))
            })
            .map(|catalog| &catalog.id)
            .collect();
        let looked = round.looked.iter().filter(|id| remote.contains(id)).count();
        let failed = round.failed.iter().filter(|(id, _)| remote.contains(id)).count();
        // A server that refuses a token was reached.
        let away = round.away.iter().filter(|id| remote.contains(id)).count();
        if looked > 0 && away == looked && !self.is_away {
            self.is_away = true;
            tracing::warn!(
                "no catalog outside this machine could be reached: is there a network? They are tried again by \
                 themselves; local catalogs, page and feeds go on"
            );
        } else if looked > failed && self.is_away {
            self.is_away = false;
            tracing::info!("catalogs outside this machine can be reached again");
        }
    }
}
