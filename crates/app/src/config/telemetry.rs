//! Spans for a collector: `[telemetry]`.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use whimbrel_telemetry::Collector;
use whimbrel_watch::Span;

use crate::cli::VERSION;

/// Spans wait at least so long for each other, so that nobody is woken all the time.
const SHORTEST: Duration = Duration::from_millis(10);

/// Where spans go (`[telemetry]`).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TelemetrySettings {
    /// Address of a collector that speaks OTLP over HTTP. It may hold a password. Default: none, and no spans.
    #[serde(skip_serializing)]
    pub(crate) otlp: Option<SecretString>,
    /// What the program is called there. Default `"whimbrel"`.
    pub(crate) service: String,
    /// How long spans wait for others to go with them. Default `"5s"`.
    pub(crate) every: Span,
}

impl Default for TelemetrySettings {
    fn default() -> Self {
        Self { otlp: None, service: "whimbrel".to_owned(), every: Span::from_secs(5) }
    }
}

impl PartialEq for TelemetrySettings {
    fn eq(&self, other: &Self) -> bool {
        let address = |of: &Self| of.otlp.as_ref().map(|address| address.expose_secret().to_owned());
        (address(self), &self.service, self.every) == (address(other), &other.service, other.every)
    }
}

impl TelemetrySettings {
    /// Who takes the spans, if somebody shall; the error says what is wrong with the address, without it.
    pub(crate) fn collector(&self) -> Result<Option<Collector>, &'static str> {
        let given = self.otlp.as_ref().map(|address| address.expose_secret().trim());
        given.filter(|address| !address.is_empty()).map(Collector::at).transpose()
    }

    /// The key that is wrong, and why.
    pub(crate) fn wrong(&self) -> Option<(&'static str, &'static str)> {
        Some(("otlp", self.collector().err()?))
    }

    /// How the spans go out, if they do.
    pub(crate) fn settings(&self) -> Option<whimbrel_telemetry::Settings> {
        Some(whimbrel_telemetry::Settings {
            collector: self.collector().ok()??,
            service: self.service.clone(),
            version: VERSION,
            every: self.every.as_std().max(SHORTEST),
        })
    }
}
