//! The loop that tells a WebSub hub which feeds changed.

use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::watch;
use whimbrel_store::Store;
use whimbrel_web::Announcer;

use super::Setup;
use super::loops::{self, Pulse};

/// Makes the loop. Without a hub it waits for one to be configured.
pub(crate) fn announcing(
    store: Store,
    configured: watch::Receiver<Arc<Setup>>,
) -> impl Fn(Pulse) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    move |mut pulse| {
        let (store, mut configured) = (store.clone(), configured.clone());
        Box::pin(async move {
            pulse
                .alongside(async move {
                    loop {
                        let setup = Arc::clone(&configured.borrow_and_update());
                        let (web, agent) = (&setup.config.web, &setup.config.watch.user_agent);
                        let announcer = Announcer::new(store.clone(), web, agent);
                        if web.hub.is_some() && web.public_url.is_none() {
                            tracing::warn!("a hub is set, but not public_url: it could not read the feeds, and is told nothing");
                        }
                        let differs = |now: &Arc<Setup>| {
                            (&now.config.web.hub, &now.config.web.public_url) != (&web.hub, &web.public_url)
                        };
                        tokio::select! {
                            () = tell(announcer) => {}
                            nobody = async { configured.wait_for(differs).await.is_err() } => {
                                if nobody {
                                    // Nobody is left who could change it.
                                    std::future::pending::<()>().await;
                                }
                            }
                        }
                    }
                })
                .await;
        })
    }
}

async fn tell(announcer: Option<Announcer>) {
    let Some(mut announcer) = announcer else { return std::future::pending().await };
    loop {
        let rest = announcer.step().await;
        loops::rest(rest).await;
    }
}
