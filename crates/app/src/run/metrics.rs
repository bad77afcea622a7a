//! `/metrics`: what the program does and how it is, in figures.
//!
//! Every name is there from the start, so that dashboards and alarms can rely on it. Labels come from closed sets or
//! from the configuration, never from documents.

mod parts;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::StatusCode;
use whimbrel_store::Store;
use whimbrel_telemetry::Exporter;
use whimbrel_web::{METRICS_MEDIA, Metrics, Route, RouteAnswer};

use super::site::About;
use super::tally::Tally;
use crate::logs;

/// Figures are as old as this at most: who asks more often gets the same again.
const AGE: Duration = Duration::from_secs(1);

/// Makes the address.
pub(crate) fn route(store: Store, about: About, tally: Tally, exporter: Option<Arc<Exporter>>) -> Route {
    let (begun, last) = (Utc::now(), Mutex::default());
    let source = Arc::new(Source { store, about, tally, exporter, begun, last });
    Route::get("/metrics", move |_, _| {
        let source = Arc::clone(&source);
        async move {
            let text = tokio::task::spawn_blocking(move || source.text()).await;
            match text {
                Ok(body) => RouteAnswer::new(StatusCode::OK, METRICS_MEDIA, body),
                Err(_) => RouteAnswer::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "text/plain; charset=utf-8",
                    "The figures could not be read. The log of the program says why.\n",
                ),
            }
        }
    })
}

/// Where the figures come from.
struct Source {
    store: Store,
    about: About,
    tally: Tally,
    exporter: Option<Arc<Exporter>>,
    begun: DateTime<Utc>,
    last: Mutex<Option<(Instant, Bytes)>>,
}

impl Source {
    fn text(&self) -> Bytes {
        // Held while they are read: who comes meanwhile waits for the same.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, text)) = &*last
            && at.elapsed() < AGE
        {
            return text.clone();
        }
        let text = Bytes::from(self.metrics(now()).into_text());
        *last = Some((Instant::now(), text.clone()));
        text
    }

    fn metrics(&self, now: DateTime<Utc>) -> Metrics {
        let mut metrics = Metrics::default();
        self.program(&mut metrics, now);
        self.sources(&mut metrics, now);
        self.projects(&mut metrics, now);
        self.lanes(&mut metrics);
        self.services(&mut metrics);
        self.hub(&mut metrics);
        self.storage(&mut metrics);
        let mut lines = metrics.counter("whimbrel_log_lines_total", "Lines logged, by their level");
        for (level, number) in logs::counted() {
            lines.of(&[("level", level)], number as f64);
        }
        let mut spans =
            metrics.counter("whimbrel_spans_total", "Spans for a collector, by what became of them");
        if let Some(exporter) = &self.exporter {
            for (result, number) in [("sent", exporter.sent()), ("lost", exporter.lost())] {
                spans.of(&[("result", result)], number as f64);
            }
        }
        metrics
    }
}

/// An edge: who asks gets the figures as of now.
fn now() -> DateTime<Utc> {
    Utc::now()
}
