//! Clocks that were wrong: what was reckoned by a time that lies ahead must not wait until it comes.
//!
//! A clock that goes forward, and a machine that slept, need nothing: what is due then is due. One that is set back would
//! leave catalogs, projects and lanes waiting for moments that are now far away.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;
use whimbrel_fanout::Fanout;
use whimbrel_store::Store;
use whimbrel_watch::Watcher;

use super::Setup;
use super::loops::Pulse;
use crate::screen::count;

/// How often the clock is compared with the time that really passed.
const COMPARED: Duration = Duration::from_secs(1);

/// Clocks that are kept right are moved by less than this.
const ORDINARY: TimeDelta = TimeDelta::minutes(1);

/// Makes the loop that notices when the clock is set back.
pub(crate) fn watching(
    store: Store,
    fanout: Fanout,
    watcher: Watcher,
    configured: watch::Receiver<std::sync::Arc<Setup>>,
) -> impl Fn(Pulse) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    move |mut pulse| {
        let (store, fanout, watcher) = (store.clone(), fanout.clone(), watcher.clone());
        let configured = configured.clone();
        Box::pin(async move {
            // The clock may have been wrong when the program ran last.
            settle(&store, &fanout, &configured.borrow().clone(), Utc::now());
            let mut seen = (Utc::now(), Instant::now());
            while pulse.pause(COMPARED).await {
                pulse.beat();
                let now = (Utc::now(), Instant::now());
                let back = set_back(seen, now);
                seen = now;
                let span = whimbrel_watch::Span::from_secs(back.num_seconds().unsigned_abs());
                if -back > ORDINARY {
                    tracing::info!(
                        "the clock went forward by {span}, or this machine slept: what was due meanwhile is due now"
                    );
                } else if back > ORDINARY {
                    let lanes = settle(&store, &fanout, &configured.borrow().clone(), now.0);
                    watcher.reckon_anew().await;
                    tracing::warn!(
                        "the clock was set back by {span}: what waited for the old time goes by the new one, also {}",
                        count(lanes, "subscription", "subscriptions")
                    );
                }
            }
        })
    }
}

/// How far the clock went back between two moments, beside the time that passed; negative where it went forward.
fn set_back(before: (DateTime<Utc>, Instant), after: (DateTime<Utc>, Instant)) -> TimeDelta {
    let passed = TimeDelta::from_std(after.1.saturating_duration_since(before.1)).unwrap_or_default();
    before.0 + passed - after.0
}

/// Nothing is due later than it could be by this time; says of how many lanes that was not so.
fn settle(store: &Store, fanout: &Fanout, setup: &Setup, now: DateTime<Utc>) -> usize {
    let longest = setup.config.github.project_rules().interval_max_secs;
    let longest =
        TimeDelta::try_seconds(i64::try_from(longest).unwrap_or(i64::MAX)).unwrap_or(TimeDelta::MAX);
    store.bring_forward(now, longest);
    fanout.bring_forward(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_turned_back_counts() {
        let (clock, began) = (Utc::now(), Instant::now());
        let after = |clock: DateTime<Utc>| (clock, began + Duration::from_secs(30));
        for (turned, back) in [(0, 0), (-3600, 3600), (3600, -3600)] {
            let shown = clock + TimeDelta::seconds(30 + turned);
            assert_eq!(set_back((clock, began), after(shown)), TimeDelta::seconds(back));
        }
    }
}
