//! The loop that keeps the index of names: read from the store once, in the background, then kept up with it.

use std::time::Duration;

use whimbrel_lookup::Lookup;
use whimbrel_store::{Store, StoreError};

use super::loops::Pulse;

/// How often it is seen whether the store wrote something; that costs next to nothing.
const GLANCE: Duration = Duration::from_millis(250);

/// After a trouble with the store it is tried again this much later.
const REST: Duration = Duration::from_secs(10);

/// Makes the loop.
pub(crate) fn following(
    store: Store,
    lookup: Lookup,
) -> impl Fn(Pulse) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
    move |mut pulse| {
        let (store, lookup) = (store.clone(), lookup.clone());
        Box::pin(async move {
            loop {
                let (store, lookup, mut done) = (store.clone(), lookup.clone(), None);
                // Reading a million entries can take minutes: it lives meanwhile, and is left when the program stops.
                let work = tokio::task::spawn_blocking(move || one(&store, &lookup));
                pulse.alongside(async { done = Some(work.await) }).await;
                let Some(done) = done else { return };
                let rest = match done
                    .map_err(|error| error.to_string())
                    .and_then(|one| one.map_err(|error| error.to_string()))
                {
                    Ok(()) => GLANCE,
                    Err(error) => {
                        tracing::error!(error, "the index of names cannot be kept: {error}");
                        REST
                    }
                };
                if !pulse.pause(rest).await {
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
