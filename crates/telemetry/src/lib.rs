//! Spans of the work, sent to a collector: what was done, in what, how long it took, how it ended.
//!
//! The other crates make spans with `tracing`, under the target [`TARGET`]; without a collector nobody is interested in
//! that target and a span costs the look at one flag. With one, [`Spans`] takes down those that end, in a queue of
//! bounded length, and [`Exporter`] posts them as OTLP in its JSON form.
//!
//! The libraries of OpenTelemetry would do the same with 14 more packages, of which we would use a layer, a queue and
//! some structs; they add 12 seconds of computing to a build that newcomers wait for, which is more than it has left.
//! The form is public, small and stable: <https://opentelemetry.io/docs/specs/otlp/>.

mod collector;
mod exporter;
mod otlp;
mod queue;
mod span;
mod spans;

use std::sync::Arc;
use std::time::Duration;

pub use collector::Collector;
pub use exporter::Exporter;
pub use spans::Spans;

use queue::Queue;

/// The target of all spans that are for a collector. Others are for the log alone, if somebody wants them there.
pub const TARGET: &str = "span";

/// How the spans go out.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who takes them.
    pub collector: Collector,
    /// What we are called there.
    pub service: String,
    /// Which version of it we are.
    pub version: &'static str,
    /// How long spans wait for others to go with them.
    pub every: Duration,
}

/// Both ends of the way to a collector.
pub fn open(settings: Settings) -> reqwest::Result<(Spans, Exporter)> {
    let queue = Arc::new(Queue::default());
    Ok((Spans::new(Arc::clone(&queue)), Exporter::new(settings, queue)?))
}
