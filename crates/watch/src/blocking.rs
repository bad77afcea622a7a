//! The store's verbs wait for the disk: they run where nothing else waits for them.

use whimbrel_store::StoreError;

/// Runs a verb of the store off the async threads.
pub(crate) async fn blocking<R: Send + 'static>(
    verb: impl FnOnce() -> Result<R, StoreError> + Send + 'static,
) -> Result<R, StoreError> {
    let span = tracing::Span::current(); // it goes along
    tokio::task::spawn_blocking(move || span.in_scope(verb))
        .await
        .unwrap_or_else(|error| Err(StoreError::Stopped(format!("a task of the store broke off: {error}"))))
}
