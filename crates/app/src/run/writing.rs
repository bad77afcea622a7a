//! Looks after the open store: lets it go of memory nobody needs, and says when it writes no more.
//!
//! After its disk failed in the middle of a commit a store goes on only after a new start. Pages go on; whoever watches
//! over the program sees a part without progress, and starts it again.

use std::time::Duration;

use whimbrel_store::Store;

use super::loops::Pulse;

/// How often it is asked; that costs a lock nobody holds for long.
const REST: Duration = Duration::from_secs(1);

/// Makes the loop.
pub(crate) fn watching(store: Store) -> impl Fn(Pulse) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
    move |mut pulse| {
        let store = store.clone();
        Box::pin(async move {
            let mut said = false;
            loop {
                match store.refusal() {
                    None => {
                        pulse.beat();
                        if store.is_laden() {
                            ease(store.clone()).await;
                        }
                    }
                    Some(refusal) => {
                        pulse.fails();
                        if !said {
                            tracing::error!(%refusal, "{refusal}");
                        }
                        said = true;
                    }
                }
                if !pulse.pause(REST).await {
                    return;
                }
            }
        })
    }
}

/// An idle program does not hold what it read when it began, nor a busy one what it wrote.
async fn ease(store: Store) {
    let eased = tokio::task::spawn_blocking(move || store.ease()).await;
    if let Ok(Err(error)) = eased {
        tracing::warn!("the store cannot read what it holds: {error}");
    }
}
