//! The address of a collector. It may hold a name and a password, so it is never shown whole.

use std::fmt;
use std::time::Duration;

use reqwest::{Client, StatusCode, header, redirect};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// A collector that takes longer for an answer is given up; this is what others allow as well.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where spans are taken, below the address of a collector.
const TRACES: &str = "/v1/traces";

/// Who takes spans.
#[derive(Clone, Debug)]
pub struct Collector {
    address: SecretString,
    shown: String,
}

/// What a collector answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It took them; so many of them it did not want.
    Taken { rejected: u64 },
    /// It cannot at the moment; when it says how long that lasts, that is here.
    Later { why: String, after: Option<Duration> },
    /// It never will.
    Never(String),
}

impl Collector {
    /// Reads an address such as `http://collector:4318`; the error says what is wrong with it, without showing it.
    pub fn at(address: &str) -> Result<Self, &'static str> {
        const WRONG: &str = "it is no address of a collector: write one such as \"http://collector:4318\"";
        let mut url = Url::parse(address.trim()).map_err(|_| WRONG)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(WRONG);
        }
        let shown = url.origin().ascii_serialization();
        let path = url.path().trim_end_matches('/');
        let path = if path.ends_with(TRACES) { path.to_owned() } else { format!("{path}{TRACES}") };
        url.set_path(&path);
        Ok(Self { address: SecretString::from(String::from(url)), shown })
    }

    /// Asks whether it takes spans, by sending none; the error says in a sentence what it answers.
    pub async fn examine(&self) -> Result<(), String> {
        let client = client().map_err(|error| error.without_url().to_string())?;
        match self.post(&client, br#"{"resourceSpans":[]}"#.to_vec()).await {
            Answer::Taken { .. } => Ok(()),
            Answer::Later { why, .. } | Answer::Never(why) => Err(why),
        }
    }

    pub(crate) async fn post(&self, client: &Client, body: Vec<u8>) -> Answer {
        let request = client
            .post(self.address.expose_secret())
            .header(header::CONTENT_TYPE, "application/json")
            .body(body);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => return Answer::Later { why: explain(error).to_owned(), after: None },
        };
        let status = answer.status();
        if status.is_success() {
            return Answer::Taken { rejected: rejected(answer).await };
        }
        let why = format!("it answers {status}");
        // These and no others are to be asked again: <https://opentelemetry.io/docs/specs/otlp/#failures-1>.
        let again = [
            StatusCode::TOO_MANY_REQUESTS,
            StatusCode::BAD_GATEWAY,
            StatusCode::SERVICE_UNAVAILABLE,
            StatusCode::GATEWAY_TIMEOUT,
        ];
        if again.contains(&status) {
            let after = answer.headers().get(header::RETRY_AFTER).and_then(|after| after.to_str().ok());
            let after = after.and_then(|secs| secs.trim().parse().ok()).map(Duration::from_secs);
            return Answer::Later { why, after };
        }
        Answer::Never(why)
    }
}

impl fmt::Display for Collector {
    /// Scheme, host and port, and nothing that could be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// Connections to a collector; none is opened yet.
pub(crate) fn client() -> reqwest::Result<Client> {
    let client = Client::builder().timeout(PATIENCE).connect_timeout(PATIENCE);
    // Where the operator said, and nowhere else.
    client.redirect(redirect::Policy::none()).no_proxy().no_gzip().pool_max_idle_per_host(1).build()
}

/// How many spans a collector that took a message did not want of it.
async fn rejected(mut answer: reqwest::Response) -> u64 {
    /// A count and a sentence take less.
    const LONGEST: usize = 16 * 1024;
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        if body.len() + chunk.len() > LONGEST {
            return 0;
        }
        body.extend_from_slice(&chunk);
    }
    let answer: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let rejected = &answer["partialSuccess"]["rejectedSpans"];
    // Numbers of 64 bits are texts in this JSON, but not everybody minds.
    rejected.as_u64().or_else(|| rejected.as_str()?.parse().ok()).unwrap_or(0)
}

/// What went wrong on the way; reqwest's own words hold the address.
fn explain(error: reqwest::Error) -> &'static str {
    let error = error.without_url();
    if error.is_connect() {
        "it cannot be reached"
    } else if error.is_timeout() {
        "it does not answer in time"
    } else {
        "the connection broke off"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_completed_and_shown_without_secrets() {
        for (written, whole) in [
            ("http://collector:4318", "http://collector:4318/v1/traces"),
            ("http://collector:4318/", "http://collector:4318/v1/traces"),
            ("https://otlp.example/tenant/", "https://otlp.example/tenant/v1/traces"),
            ("https://otlp.example/v1/traces", "https://otlp.example/v1/traces"),
            ("https://otlp.example/v1/traces/", "https://otlp.example/v1/traces"),
            ("https://otlp.example/xv1/traces", "https://otlp.example/xv1/traces/v1/traces"),
            (
                "https://me:canary@otlp.example/?key=canary",
                "https://me:canary@otlp.example/v1/traces?key=canary",
            ),
        ] {
            let collector = Collector::at(written).unwrap();
            assert_eq!(collector.address.expose_secret(), whole);
            assert!(whole.starts_with(&collector.to_string()) || written.contains('@'), "{collector}");
            assert!(!format!("{collector} {collector:?}").contains("canary"));
        }
        for wrong in ["", "collector:4318", "4318", "grpc://collector:4317", "http://", "unix:/run/otlp"] {
            assert!(Collector::at(wrong).is_err(), "{wrong}");
        }
    }
}
