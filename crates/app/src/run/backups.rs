//! Backups, when they are due.

use std::time::Duration;

use chrono::Utc;
use whimbrel_store::Store;

use super::loops::Pulse;
use crate::screen::reasons;

/// How often it is asked whether one is due.
const REST: Duration = Duration::from_mins(2);

/// Makes the loop.
pub(crate) fn keeping(store: Store) -> impl Fn(Pulse) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
    move |mut pulse| {
        let store = store.clone();
        Box::pin(async move {
            loop {
                pulse.beat();
                let store = store.clone();
                let done = tokio::task::spawn_blocking(move || one(&store)).await;
                match done.unwrap_or_else(|error| Err(error.into())) {
                    Ok(None) => {}
                    Ok(Some(path)) => tracing::info!(path, "made the backup {path}"),
                    Err(error) => {
                        let rest = REST.as_secs() / 60;
                        let why = reasons(&error);
                        tracing::error!(
                            "no backup could be made: {why}; it is tried again in {rest} minutes"
                        );
                    }
                }
                if !pulse.pause(REST).await {
                    return;
                }
            }
        })
    }
}

fn one(store: &Store) -> anyhow::Result<Option<String>> {
    let now = Utc::now();
    if !store.backup_due(now)? {
        return Ok(None);
    }
    Ok(store.backup_scheduled(now, &mut |_| {})?.map(|path| path.display().to_string()))
}
