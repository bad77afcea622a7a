//! Sending a message and reading the answer.
//!
//! Requests go through a client of our own rather than the library's: that one sleeps ten seconds inside a call after
//! any trouble of the server, and keeps only a part of what a refusal says.

use std::fmt::{self, Write as _};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use reqwest::multipart;
use ring::hmac;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};
use tokio::sync::watch;
use url::Url;
use whimbrel_fanout::{Bundle, Channel, Destination, Nonce, Part, SendError, Sent, Service, Style, Upload};

use crate::render;
use crate::verdict::{Envelope, failed, judge};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How many times as long pictures may take as words.
const PICTURES: u32 = 3;
/// The topic "General", which messages reach without its number.
const GENERAL: i32 = 1;

/// What a bot needs.
#[derive(Debug)]
pub struct Setup {
    /// Where the Bot API is: `https://api.telegram.org`.
    pub api_url: Url,
    /// The bot's token.
    pub token: SecretString,
    /// What the program calls itself to the service.
    pub user_agent: String,
    /// How long a message of words may take, answer included; [`Setup::TIMEOUT`] is right. Pictures may take three
    /// times as long.
    pub timeout: Duration,
}

impl Setup {
    /// How long the service takes at its slowest, and not much more.
    pub const TIMEOUT: Duration = Duration::from_secs(20);
}

/// The bot, as lanes see it. Clones are the same one.
#[derive(Clone)]
pub struct Telegram(Arc<Inner>);

struct Inner {
    api_url: Url,
    token: RwLock<SecretString>,
    /// Counts the tokens, so that whoever waits because one was refused hears of the next.
    tokens: watch::Sender<u64>,
    client: reqwest::Client,
    /// What time it was there at the last answer.
    date: RwLock<Option<DateTime<Utc>>>,
    timeout: Duration,
}

/// Why there is no bot.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The address of the service is none of the web.
    #[error("`{0}` is no address of a Bot API: write one such as `https://api.telegram.org`")]
    Address(Url),
    /// The HTTP client cannot be made.
    #[error("cannot make an HTTP client: {0}")]
    Client(#[source] reqwest::Error),
}

impl fmt::Debug for Telegram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telegram").field("api_url", &self.0.api_url.as_str()).finish_non_exhaustive()
    }
}

impl Telegram {
    /// A bot. Nothing is asked yet.
    pub fn new(setup: Setup) -> Result<Self, SetupError> {
        let Setup { api_url, token, user_agent, timeout } = setup;
        if !matches!(api_url.scheme(), "http" | "https") || api_url.cannot_be_a_base() {
            return Err(SetupError::Address(api_url));
        }
        let client = reqwest::Client::builder()
            .user_agent(user_agent)
            .connect_timeout(CONNECT)
            .timeout(timeout)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(SetupError::Client)?;
        let (token, tokens) = (RwLock::new(token), watch::Sender::new(0));
        Ok(Self(Arc::new(Inner { api_url, token, tokens, client, date: RwLock::default(), timeout })))
    }

    /// Goes on with another token.
    pub fn set_token(&self, token: SecretString) {
        let mut current = self.0.token.write().unwrap_or_else(PoisonError::into_inner);
        if current.expose_secret() != token.expose_secret() {
            *current = token;
            self.0.tokens.send_modify(|count| *count += 1);
        }
    }

    /// Changes with every other token.
    pub(crate) fn tokens(&self) -> watch::Receiver<u64> {
        self.0.tokens.subscribe()
    }

    /// Something nobody can know without the token, different for each purpose.
    pub(crate) fn derived(&self, purpose: &str) -> SecretString {
        let token = self.0.token.read().unwrap_or_else(PoisonError::into_inner);
        let key = hmac::Key::new(hmac::HMAC_SHA256, token.expose_secret().as_bytes());
        let tag = hmac::sign(&key, purpose.as_bytes());
        let hex = tag.as_ref().iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        hex.into()
    }

    /// Where a method is asked for. The address is a secret, since the token is a part of it.
    fn method(&self, name: &str) -> Url {
        let mut url = self.0.api_url.clone();
        let token = self.0.token.read().unwrap_or_else(PoisonError::into_inner);
        url.path_segments_mut()
            .expect("addresses without a path are refused at the beginning")
            .pop_if_empty()
            .push(&format!("bot{}", token.expose_secret()))
            .push(name);
        url
    }

    pub(crate) async fn deliver(&self, to: &Destination, part: &Part) -> Sent {
        let Destination::Telegram { chat, topic } = *to else {
            return failed(SendError::Content { reason: format!("{to} is not on Telegram") });
        };
        let Ok(Value::Object(mut fields)) = serde_json::from_str(&part.body) else {
            return failed(SendError::Content { reason: "a message that is no JSON object".to_owned() });
        };
        fields.insert("chat_id".to_owned(), chat.into());
        if let Some(topic) = topic.filter(|topic| *topic != GENERAL) {
            fields.insert("message_thread_id".to_owned(), topic.into());
        }
        let client = &self.0.client;
        let patience = self.0.timeout.saturating_mul(PICTURES);
        let request = match part.uploads.as_slice() {
            [] => client
                .post(self.method("sendMessage"))
                .header("content-type", "application/json")
                .body(Value::Object(fields).to_string()),
            [one] => client.post(self.method("sendPhoto")).timeout(patience).multipart(photo(fields, one)),
            several => {
                client.post(self.method("sendMediaGroup")).timeout(patience).multipart(album(fields, several))
            }
        };
        match self.exchange(request).await {
            Ok(Answer { status, retry_after, envelope }) => judge(to, status, retry_after, envelope),
            Err(reason) => failed(SendError::Retry { reason }),
        }
    }

    /// Asks for a method with these fields. The error says what happened on the way.
    pub(crate) async fn ask(
        &self,
        method: &str,
        fields: &Value,
        patience: Duration,
    ) -> Result<Answer, String> {
        let request = self.0.client.post(self.method(method)).timeout(patience);
        let request = request.header("content-type", "application/json").body(fields.to_string());
        self.exchange(request).await
    }

    /// What time it was there at the last answer.
    pub(crate) fn last_date(&self) -> Option<DateTime<Utc>> {
        *self.0.date.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long words may take.
    pub(crate) fn patience(&self) -> Duration {
        self.0.timeout
    }

    async fn exchange(&self, request: reqwest::RequestBuilder) -> Result<Answer, String> {
        let answer = request.send().await.map_err(trouble)?;
        let status = answer.status().as_u16();
        let retry_after =
            answer.headers().get("retry-after").and_then(|line| line.to_str().ok()?.parse().ok());
        let date = answer.headers().get("date").and_then(|line| line.to_str().ok());
        if let Some(date) = date.and_then(|text| DateTime::parse_from_rfc2822(text).ok()) {
            *self.0.date.write().unwrap_or_else(PoisonError::into_inner) = Some(date.to_utc());
        }
        let body = answer.bytes().await.map_err(trouble)?;
        Ok(Answer { status, retry_after, envelope: serde_json::from_slice(&body).ok() })
    }
}

/// What the service answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<u64>,
    /// Nothing where it cannot be read.
    pub(crate) envelope: Option<Envelope>,
}

impl Channel for Telegram {
    fn service(&self) -> Service {
        Service::Telegram
    }

    fn render(&self, _: &Destination, bundle: &Bundle, style: Style) -> Vec<Part> {
        render::render(bundle, style)
    }

    /// The service knows no nonce: a message whose answer was lost may come twice.
    fn send<'a>(&'a self, to: &'a Destination, part: &'a Part, _: Nonce) -> BoxFuture<'a, Sent> {
        self.deliver(to, part).boxed()
    }
}

/// What went wrong on the way, without the address, whose path is the token.
fn trouble(error: reqwest::Error) -> String {
    let error = error.without_url();
    let what = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "cannot connect"
    } else {
        "the connection broke"
    };
    let mut cause: &dyn std::error::Error = &error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    format!("{what}: {cause}")
}

/// A form with one picture, whose caption the words are.
fn photo(mut fields: Map<String, Value>, upload: &Upload) -> multipart::Form {
    if let Some(text) = fields.remove("text") {
        fields.insert("caption".to_owned(), text);
    }
    fields.remove("link_preview_options");
    form(fields).part("photo", picture(upload))
}

/// A form with several pictures; the first has the words.
fn album(mut fields: Map<String, Value>, uploads: &[Upload]) -> multipart::Form {
    let mut media: Vec<Value> = (0..uploads.len())
        .map(|number| serde_json::json!({ "type": "photo", "media": format!("attach://p{number}") }))
        .collect();
    for (from, to) in [("text", "caption"), ("parse_mode", "parse_mode")] {
        if let (Some(value), Some(first)) = (fields.remove(from), media.first_mut()) {
            first[to] = value;
        }
    }
    fields.remove("link_preview_options");
    fields.insert("media".to_owned(), Value::Array(media));
    let numbered = uploads.iter().enumerate();
    numbered.fold(form(fields), |form, (number, upload)| form.part(format!("p{number}"), picture(upload)))
}

fn form(fields: Map<String, Value>) -> multipart::Form {
    fields.into_iter().fold(multipart::Form::new(), |form, (name, value)| match value {
        Value::String(text) => form.text(name, text),
        other => form.text(name, other.to_string()),
    })
}

fn picture(upload: &Upload) -> multipart::Part {
    multipart::Part::bytes(upload.png.clone()).file_name(upload.name.clone())
}
