//! Spans of the work on their way to a collector, where the configuration names one.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use whimbrel_telemetry::{Exporter, Spans};

use super::LAST_WORDS;
use super::loops::Pulse;
use crate::config::TelemetrySettings;

/// What is left is sent within this time at the end, or lost …
const LONGEST_END: Duration = Duration::from_secs(2);
/// … and this long is tried, whatever the loops took of the time the program has to stop.
const SHORTEST_END: Duration = Duration::from_millis(250);

/// The way to the collector: where spans come in, and what sends them.
pub(crate) fn open(settings: &TelemetrySettings) -> anyhow::Result<Option<(Spans, Arc<Exporter>)>> {
    let Some(settings) = settings.settings() else { return Ok(None) };
    let (spans, exporter) = whimbrel_telemetry::open(settings).context("making ready for the collector")?;
    Ok(Some((spans, Arc::new(exporter))))
}

/// Makes the loop that sends them.
pub(crate) fn exporting(
    exporter: Arc<Exporter>,
) -> impl Fn(Pulse) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    move |mut pulse| {
        let exporter = Arc::clone(&exporter);
        Box::pin(async move { pulse.alongside(async { match exporter.run().await {} }).await })
    }
}

/// Sends what is left, once everything that makes spans has ended; `stopping` is when that was asked for.
pub(crate) async fn finish(exporter: &Exporter, stopping: Instant) {
    let left = LAST_WORDS.saturating_sub(stopping.elapsed());
    exporter.finish(left.clamp(SHORTEST_END, LONGEST_END)).await;
}
