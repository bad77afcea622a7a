//! Single requests to addresses that strangers chose, under the rules for web catalogs: no redirect is followed, and our
//! own network is not reached unless that is allowed.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use reqwest::Client;
use url::Url;

use crate::config::Settings;
use crate::source::net::{self, Private};

/// Connections kept for the next request to the same host: more would be kept for nothing.
const IDLE: usize = 1;

/// The way outside. A cheap handle: clones share their connections.
#[derive(Clone, Debug)]
pub struct Outside {
    client: Client,
    allow_private: bool,
}

/// Why nobody answered; the texts do not hold the address.
#[derive(Debug, thiserror::Error)]
pub enum Unreached {
    /// It leads into a private network.
    #[error("it leads into a private network")]
    Private,
    /// Nobody is there, or they took too long.
    #[error("{0}")]
    Silent(String),
}

impl Outside {
    /// A way outside; each request is given up after `patience`.
    pub fn new(settings: &Settings, allow_private: bool, patience: Duration) -> anyhow::Result<Self> {
        let settings = Settings { allow_private_addresses: allow_private, ..settings.clone() };
        let client = net::client(&settings)
            .timeout(patience)
            .connect_timeout(patience)
            .pool_max_idle_per_host(IDLE)
            // Of what is packed more might come out than anybody can read.
            .no_gzip()
            .build()?;
        Ok(Self { client, allow_private })
    }

    /// False for an address that leads into a private network by what is written in it alone.
    pub fn may(&self, to: &Url) -> bool {
        self.allow_private || !net::names_private_number(to)
    }

    /// Makes a request; of the answer `read` bytes are read, and one more where there is more.
    pub async fn send(
        &self,
        method: Method,
        to: Url,
        headers: HeaderMap,
        body: Bytes,
        read: usize,
    ) -> Result<(StatusCode, Vec<u8>), Unreached> {
        if !self.may(&to) {
            return Err(Unreached::Private);
        }
        let request = self.client.request(method, to).headers(headers).body(body);
        let mut response = request.send().await.map_err(explain)?;
        let status = response.status();
        let mut bytes = Vec::new();
        while read > 0
            && bytes.len() <= read
            && let Some(chunk) = response.chunk().await.map_err(explain)?
        {
            bytes.extend_from_slice(&chunk[..chunk.len().min(read + 1 - bytes.len())]);
        }
        Ok((status, bytes))
    }
}

/// Says what went wrong without the address, which can be a secret.
fn explain(error: reqwest::Error) -> Unreached {
    let error = error.without_url();
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(found) = cause {
        if found.is::<Private>() {
            return Unreached::Private;
        }
        cause = found.source();
    }
    Unreached::Silent(
        if error.is_timeout() {
            "it did not answer in time"
        } else if error.is_connect() {
            "it could not be reached"
        } else {
            "the connection broke off"
        }
        .to_owned(),
    )
}
