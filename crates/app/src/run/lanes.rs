//! The loop that tells the news: new events are shown to all lanes, and what is due goes out.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio::task::JoinSet;
use whimbrel_fanout::{Fanout, Flushed, New, Service};
use whimbrel_store::{Store, StoreError};

use super::Setup;
use super::loops::Pulse;
use crate::screen::{count, reasons};

/// After something was recorded more may be: it is shown to the lanes together.
const MORE: Duration = Duration::from_millis(100);

/// While the news cannot be shown to the lanes, or no more may go out at once, this is waited between two tries.
const REST: Duration = Duration::from_millis(250);

/// Nothing is due that far away: the loop shows that it lives before, and sees that a machine slept or a clock was turned.
const LONGEST: Duration = Duration::from_secs(10);

/// How many flushes may be under way: a slow place keeps one busy, and what becomes due meanwhile gets the next.
const FLUSHES: usize = 4;

/// How often old events are dropped.
const PRUNED: Duration = Duration::from_hours(1);

/// Makes the loop.
pub(crate) fn telling(
    store: Store,
    fanout: Fanout,
    configured: watch::Receiver<Arc<Setup>>,
    commits: watch::Receiver<()>,
) -> impl Fn(Pulse) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    move |pulse| {
        let (store, fanout, configured) = (store.clone(), fanout.clone(), configured.clone());
        Box::pin(tell(store, fanout, configured, commits.clone(), pulse))
    }
}

async fn tell(
    store: Store,
    fanout: Fanout,
    mut configured: watch::Receiver<Arc<Setup>>,
    mut commits: watch::Receiver<()>,
    mut pulse: Pulse,
) {
    let mut flushes: JoinSet<Result<Flushed, StoreError>> = JoinSet::new();
    let (mut seen, mut wanted, mut pruned): (Option<u64>, Option<Vec<New>>, _) = (None, None, Utc::now());
    let mut before = Arc::clone(&configured.borrow());
    let mut failed = false;
    loop {
        pulse.beat();
        let now = Utc::now();
        let setup = Arc::clone(&configured.borrow_and_update());
        renew(&fanout, &before, &setup, now);
        let wants = wants(&setup);
        before = setup;
        if wanted.as_ref() != Some(&wants) {
            match fanout.configure(wants.clone(), now).await {
                Ok(()) => wanted = Some(wants),
                Err(error) => {
                    tracing::error!("a [[destination]] cannot be served: {}", reasons(&error.into()));
                    wanted = Some(wants);
                }
            }
        }
        let head = store.head();
        if seen != Some(head) {
            match fanout.match_new(now).await {
                Ok(_) => (seen, failed) = (Some(head), false),
                Err(error) => {
                    if !failed {
                        tracing::error!("news cannot be shown to the lanes, it is tried again: {error}");
                    }
                    failed = true;
                }
            }
        }
        // One that lies ahead was reckoned by a clock that was wrong.
        if now < pruned || now - pruned > chrono::TimeDelta::from_std(PRUNED).unwrap_or_default() {
            pruned = now;
            prune(&fanout, now).await;
        }
        if fanout.next_due().is_some_and(|due| due <= now) && flushes.len() < FLUSHES {
            let fanout = fanout.clone();
            flushes.spawn(async move { fanout.flush_due(now).await });
        }
        tokio::select! {
            () = pulse.stopped() => break,
            () = wait(&store, &mut commits, &fanout, seen, failed, flushes.len() >= FLUSHES) => {}
            _ = configured.changed() => {}
            Some(flushed) = flushes.join_next() => report(flushed),
        }
    }
    // What waits is written down, so that the next start has little to read again.
    if let Err(error) = fanout.carry_forward(Utc::now()).await {
        tracing::warn!("how far the lanes are could not be written down: {error}; the next start finds out");
    }
}

/// Until something is due or new.
async fn wait(
    store: &Store,
    commits: &mut watch::Receiver<()>,
    fanout: &Fanout,
    seen: Option<u64>,
    failed: bool,
    full: bool,
) {
    let due = async {
        loop {
            let until = match fanout.next_due() {
                Some(due) if !full => (due - Utc::now()).to_std().unwrap_or_default(),
                _ => LONGEST,
            };
            tokio::select! {
                () = tokio::time::sleep(until.min(LONGEST)) => return,
                () = fanout.changed() => {}
            }
        }
    };
    let news = async {
        loop {
            commits.mark_unchanged();
            if seen != Some(store.head()) {
                break;
            }
            // The sender lives as long as the store.
            let _ = commits.changed().await;
        }
        tokio::time::sleep(if failed || full { REST } else { MORE }).await;
    };
    tokio::select! {
        () = due => {}
        () = news => {}
    }
}

/// Services that were given another token are tried with it at once.
fn renew(fanout: &Fanout, before: &Setup, after: &Setup, now: DateTime<Utc>) {
    if before.config.telegram != after.config.telegram {
        fanout.renewed(Service::Telegram, now);
    }
    if before.config.discord != after.config.discord {
        fanout.renewed(Service::Discord, now);
    }
}

/// What the configuration itself subscribes.
fn wants(setup: &Setup) -> Vec<New> {
    setup.config.destinations.iter().map(crate::config::DestinationConfig::wanted).collect()
}

fn report(flushed: Result<Result<Flushed, StoreError>, tokio::task::JoinError>) {
    match flushed {
        Ok(Ok(Flushed { messages: 0, .. })) => {}
        Ok(Ok(Flushed { messages, served })) => tracing::info!(
            messages,
            lanes = served,
            "sent {} to {}",
            count(messages, "message", "messages"),
            count(served, "lane", "lanes")
        ),
        Ok(Err(error)) => {
            tracing::error!("what was sent could not be written down: {error}; it is tried again");
        }
        Err(error) => tracing::error!("telling the news was cut off: {error}"),
    }
}

async fn prune(fanout: &Fanout, now: DateTime<Utc>) {
    loop {
        match fanout.prune(now).await {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => {
                tracing::error!("old events could not be dropped: {error}; it is tried again in an hour");
                return;
            }
        }
    }
}
