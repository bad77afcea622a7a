//! The loop that keeps the index of names: read from the store once, in the background, then kept up with it.

use std::time::Duration;

use tokio::sync::watch;
use whimbrel_lookup::Lookup;
use whimbrel_store::{Store, StoreError};

use super::loops::Pulse;

/// After the store wrote something it may write more: all of it is taken in together.
const MORE: Duration = Duration::from_millis(200);

/// After a trouble with the store it is tried again this much later.
const REST: Duration = Duration::from_secs(10);

/// Makes the loop.
pub(crate) fn following(
    store: Store,
    lookup: Lookup,
    commits: watch::Receiver<()>,
) -> impl Fn(Pulse) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
    move |mut pulse| {
        let (store, lookup, mut commits) = (store.clone(), lookup.clone(), commits.clone());
        Box::pin(async move {
            loop {
                commits.mark_unchanged();
                let (store, lookup, mut done) = (store.clone(), lookup.clone(), None);
                // Reading a million entries can take minutes: it lives meanwhile, and is left when the program stops.
                let work = tokio::task::spawn_blocking(move || one(&store, &lookup));
                pulse.alongside(async { done = Some(work.await) }).await;
                let Some(done) = done else { return };
                let done = done
                    .map_err(|error| error.to_string())
                    .and_then(|one| one.map_err(|error| error.to_string()));
                if let Err(error) = done {
                    tracing::error!(error, "the index of names cannot be kept: {error}");
                    if !pulse.pause(REST).await {
                        return;
                    }
                    continue;
                }
                // The sender lives as long as the store.
                pulse.alongside(async { drop(commits.changed().await) }).await;
                if !pulse.pause(MORE).await {
                    return;
                }
            }
        })
    }
}

fn one(store: &Store, lookup: &Lookup) -> Result<(), StoreError> {
    let index = lookup.index();
    if index.is_ready() {
        return index.follow(store).map(|_| ());
    }
    index.rebuild(store)?;
    tracing::info!(names = index.len(), "{} names can be looked up", index.len());
    Ok(())
}
