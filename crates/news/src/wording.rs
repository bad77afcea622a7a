//! The words an event is told in: plain text, no markup, the same for feeds, pages and messages.

use whimbrel_catalog::Metric;

/// What a metric is called: `stars`, `forks`, `updated`, or the header of its column.
pub fn metric(metric: &Metric) -> &str {
    match metric {
        Metric::Stars => "stars",
        Metric::Forks => "forks",
        Metric::Updated => "updated",
        Metric::Other(header) => header,
    }
}
