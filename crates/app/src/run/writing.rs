//! Says when the store writes no more: after its disk failed in the middle of a commit it goes on only after a new
//! start. Pages go on; whoever watches over the program sees a part without progress, and starts it again.

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
                    None => pulse.beat(),
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
