//! Log lines: text or JSON, on standard error, as loud as asked for. The loudness can change while the program runs.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry, fmt, reload};

use crate::cli::{Common, Format};
use crate::config::{ConfigError, Log, LogFormat};

/// Changes how loud the log is.
#[derive(Clone, Debug)]
pub(crate) struct Logs {
    filter: reload::Handle<EnvFilter, Registry>,
    /// The command line said how loud; the configuration no longer counts.
    fixed: bool,
}

/// Starts logging. What the command line says wins over the configuration.
pub(crate) fn start(common: &Common, log: &Log) -> Result<Logs, ConfigError> {
    let (level, origin) = match &common.log {
        Some(level) => (level, "--log"),
        None => (&log.level, "[log] level"),
    };
    let (filter, handle) = reload::Layer::new(filter(level, origin)?);
    let lines = if is_json(common, log) { json() } else { text() };
    tracing_subscriber::registry().with(filter).with(lines).with(Counting).init();
    Ok(Logs { filter: handle, fixed: common.log.is_some() })
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
        let new = filter(&log.level, "[log] level")?;
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

fn filter(level: &str, origin: &str) -> Result<EnvFilter, ConfigError> {
    let filter = EnvFilter::builder().parse(level).map_err(|error| {
        let help = "write error, warn, info, debug, trace, or a filter such as info,whimbrel_watch=debug";
        ConfigError::outside(origin, &format!("`{level}` is no log level ({error}): {help}"))
    })?;
    // The library that tells of edits warns of every watched folder that is removed; we notice and say that ourselves.
    let notify = "notify=off".parse().ok().filter(|_| !level.contains("notify"));
    // sled's own thread says five times a second that a disk fails; our next sync meets the same and says it once.
    let flusher = "sled::flusher=off".parse().ok().filter(|_| !level.contains("sled"));
    // What comes over Discord's connection has secrets in it, and these libraries would write it down.
    let secret = SECRETIVE.iter().filter_map(|directive| directive.parse().ok());
    Ok(notify.into_iter().chain(flusher).chain(secret).fold(filter, EnvFilter::add_directive))
}

fn text<S: Subscriber + for<'a> LookupSpan<'a>>() -> Box<dyn Layer<S> + Send + Sync> {
    // The message says everything a reader needs; the fields are for programs and stand in JSON lines only.
    let lines = fmt::layer().with_writer(io::stderr).with_target(false).with_ansi(io::stderr().is_terminal());
    Box::new(lines.fmt_fields(MessageOnly))
}

fn json<S: Subscriber + for<'a> LookupSpan<'a>>() -> Box<dyn Layer<S> + Send + Sync> {
    Box::new(fmt::layer().json().with_writer(io::stderr))
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
        let error = filter("loud=very", "--log").unwrap_err().to_string();
        assert!(error.starts_with("--log: `loud=very` is no log level"), "{error}");
        assert!(filter("info,whimbrel_watch=debug", "--log").is_ok());
        let quiet = |level| filter(level, "--log").unwrap().to_string().contains("notify=off");
        assert!(quiet("info") && !quiet("info,notify=trace"));
        let all = filter("trace,serenity=trace", "--log").unwrap().to_string();
        assert!(all.contains("serenity=off") && !all.contains("serenity=trace"), "{all}");
    }
}
