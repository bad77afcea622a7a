//! Log lines: text or JSON, on standard error, as loud as asked for. The loudness can change while the program runs.
//! Spans for a collector go by the same way and do not depend on it.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry, fmt, reload};
use whimbrel_telemetry::{Spans, TARGET};

use crate::cli::{Common, Format};
use crate::config::{ConfigError, Log, LogFormat};

/// Changes how loud the log is.
#[derive(Clone, Debug)]
pub(crate) struct Logs {
    filter: reload::Handle<EnvFilter, Registry>,
    /// The command line said how loud; the configuration no longer counts.
    fixed: bool,
    /// Somebody takes spans.
    spans: bool,
}

/// Starts logging, and taking down spans for who wants them. What the command line says wins over the configuration.
pub(crate) fn start(common: &Common, log: &Log, spans: Option<Spans>) -> Result<Logs, ConfigError> {
    let (level, origin) = match &common.log {
        Some(level) => (level, "--log"),
        None => (&log.level, "[log] level"),
    };
    let (filter, handle) = reload::Layer::new(filter(level, origin, spans.is_some())?);
    let json = is_json(common, log);
    let logs = Logs { filter: handle, fixed: common.log.is_some(), spans: spans.is_some() };
    let all = tracing_subscriber::registry().with(filter);
    match spans {
        // Lines read on their own: they do not begin with the names of the spans they stand in. A layer with a filter of
        // its own stands last: below others it keeps them from telling what is never wanted, and each line of each library
        // would be asked about.
        Some(spans) => {
            all.with(Counting).with(spans).with(lines(json).with_filter(filter_fn(is_line))).init();
        }
        None => all.with(lines(json)).with(Counting).init(),
    }
    Ok(logs)
}

/// Lines are events; everything else is a span.
fn is_line(about: &Metadata<'_>) -> bool {
    about.is_event()
}

/// True when log lines are for programs; then nothing else is printed between them.
pub(crate) fn is_json(common: &Common, log: &Log) -> bool {
    match common.log_format {
        Some(format) => format == Format::Json,
        None => log.format == LogFormat::Json,
    }
}

impl Logs {
    /// Takes over the loudness of a configuration that was read again.
    pub(crate) fn follow(&self, log: &Log) -> Result<(), ConfigError> {
        if self.fixed {
            return Ok(());
        }
        let new = filter(&log.level, "[log] level", self.spans)?;
        self.filter.reload(new).map_err(|error| ConfigError::outside("[log] level", &error.to_string()))
    }
}

/// Lines that were logged, for `/metrics`. There is one log in a process, and so one count.
static LINES: [AtomicU64; 3] = [AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0)];

/// How many lines were logged of each level that matters to who watches over the program.
pub(crate) fn counted() -> [(&'static str, u64); 3] {
    let [errors, warnings, infos] = &LINES;
    [("error", errors), ("warn", warnings), ("info", infos)]
        .map(|(level, lines)| (level, lines.load(Ordering::Relaxed)))
}

/// Counts what is logged.
struct Counting;

impl<S: Subscriber> Layer<S> for Counting {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let level = *event.metadata().level();
        let place = [Level::ERROR, Level::WARN, Level::INFO].into_iter().position(|counted| counted == level);
        if let Some(lines) = place.and_then(|place| LINES.get(place)) {
            lines.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Libraries that are never heard, however loud the log is.
const SECRETIVE: [&str; 3] = ["serenity=off", "tungstenite=off", "tokio_tungstenite=off"];

fn filter(level: &str, origin: &str, spans: bool) -> Result<EnvFilter, ConfigError> {
    let filter = EnvFilter::builder().parse(level).map_err(|error| {
        let help = "write error, warn, info, debug, trace, or a filter such as info,whimbrel_watch=debug";
        ConfigError::outside(origin, &format!("`{level}` is no log level ({error}): {help}"))
    })?;
    // The library that tells of edits warns of every watched folder that is removed; we notice and say that ourselves.
    let notify = "notify=off".parse().ok().filter(|_| !level.contains("notify"));
    // sled's own thread says every second that a disk fails; our next sync meets the same and says it once.
    let flusher = "sled::flusher=off".parse().ok().filter(|_| !level.contains("sled"));
    // What comes over Discord's connection has secrets in it, and these libraries would write it down.
    let secret = SECRETIVE.iter().filter_map(|directive| directive.parse().ok());
    // Spans are all there, however quiet the log is, or cost nothing, however loud it is.
    let spans = format!("{TARGET}={}", if spans { "info" } else { "off" }).parse().ok();
    Ok(notify.into_iter().chain(flusher).chain(secret).chain(spans).fold(filter, EnvFilter::add_directive))
}

fn lines<S: Subscriber + for<'a> LookupSpan<'a>>(json: bool) -> Box<dyn Layer<S> + Send + Sync> {
    if json {
        return Box::new(fmt::layer().json().with_writer(io::stderr));
    }
    // The message says everything a reader needs; the fields are for programs and stand in JSON lines only.
    let lines = fmt::layer().with_writer(io::stderr).with_target(false).with_ansi(io::stderr().is_terminal());
    Box::new(lines.fmt_fields(MessageOnly))
}

/// Shows the message of a line, and its fields only where there is no message.
struct MessageOnly;

impl<'writer> fmt::FormatFields<'writer> for MessageOnly {
    fn format_fields<R: tracing_subscriber::field::RecordFields>(
        &self,
        mut writer: fmt::format::Writer<'writer>,
        fields: R,
    ) -> std::fmt::Result {
        let mut found = Found::default();
        fields.record(&mut found);
        writer.write_str(&found.message.unwrap_or_else(|| found.others.join(" ")))
    }
}

#[derive(Default)]
struct Found {
    message: Option<String>,
    others: Vec<String>,
}

impl tracing::field::Visit for Found {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.message = Some(format!("{value:?}"));
        } else {
            self.others.push(format!("{}={value:?}", field.name()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_level_is_told_where_it_was_written() {
        let error = filter("loud=very", "--log", false).unwrap_err().to_string();
        assert!(error.starts_with("--log: `loud=very` is no log level"), "{error}");
        assert!(filter("info,whimbrel_watch=debug", "--log", false).is_ok());
        let quiet = |level| filter(level, "--log", false).unwrap().to_string().contains("notify=off");
        assert!(quiet("info") && !quiet("info,notify=trace"));
        let all = filter("trace,serenity=trace", "--log", false).unwrap().to_string();
        assert!(all.contains("serenity=off") && !all.contains("serenity=trace"), "{all}");
        let spans = |level, wanted| filter(level, "--log", wanted).unwrap().to_string();
        assert!(spans("error", true).contains("span=info") && spans("trace", false).contains("span=off"));
    }
}
