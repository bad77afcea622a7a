//! Sending: one request, and what Discord says to it. It waits for nobody; pace and retries are the caller's.
//!
//! Requests go through our own client and not serenity's, which hides the limits an answer tells.

mod answer;
mod direct;
mod guard;
mod request;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use tokio::sync::watch;
use whimbrel_fanout::{
    Bundle, Channel, Destination, Learned, Limit, Nonce, Part, Refusal, SendError, Sent, Service, Style,
    Upload,
};

pub(crate) use self::answer::Answer;
use self::guard::Guard;
use crate::chat::hook::Key;
use crate::render::{self, CONTINUES, POST_NAME};

/// Where Discord is.
const DISCORD: &str = "https://discord.com";
const VERSION: &str = "/api/v10";
/// Who we are, as Discord wants bots to say it.
pub(crate) const AGENT: &str =
    concat!("DiscordBot (https://github.com/whimbrel-rs/whimbrel, ", env!("CARGO_PKG_VERSION"), ")");
const CONNECT: Duration = Duration::from_secs(10);
/// A request with pictures may take a while; then it counts as lost.
const TOTAL: Duration = Duration::from_secs(30);
/// How long everything rests when too much was refused.
const REST: Duration = Duration::from_mins(1);

/// Forums, and forums of pictures.
const FORUMS: [u64; 2] = [15, 16];

/// Secrets to write with.
#[derive(Debug, Default)]
pub struct Credentials {
    /// The bot's token; without one only webhooks can be written to.
    pub token: Option<SecretString>,
    /// The application's public key, in hexadecimal, with which it is seen whether Discord is who calls; without one
    /// nobody may.
    pub public_key: Option<String>,
    /// Addresses of webhooks, which are secrets, by the names they have in the configuration.
    pub webhooks: BTreeMap<String, SecretString>,
}

/// Why Discord cannot be written to at all.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The address of the service is none.
    #[error("`{0}` is no address of Discord: it begins with https:// and has no path")]
    Address(String),
    /// The address of a webhook is none. It is not repeated: it may be one with a slip of the pen.
    #[error(
        "the webhook `{0}` has no address of Discord's: it looks like https://discord.com/api/webhooks/…/…"
    )]
    Webhook(String),
    /// The key is none.
    #[error("`public_key` is no key of Discord's: it has 64 digits and letters from a to f")]
    Key,
    /// There is no client.
    #[error("no client for https can be made: {0}")]
    Client(String),
}

/// Discord, written to.
pub struct Discord {
    http: reqwest::Client,
    api: String,
    credentials: watch::Sender<Credentials>,
    forums: Mutex<HashMap<String, Forum>>,
    guard: Guard,
}

/// What is known of a forum.
#[derive(Clone, Debug, Default)]
struct Forum {
    /// A tag for posts; a forum may refuse posts without one.
    tag: Option<String>,
    /// The last post opened there.
    post: Option<String>,
}

impl Discord {
    /// Makes ready to write to Discord, or to what stands at `api_url` in its place.
    pub fn new(api_url: Option<&str>, credentials: Credentials) -> Result<Self, SetupError> {
        let base = api_url.unwrap_or(DISCORD).trim_end_matches('/');
        let proper = url::Url::parse(base).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        if proper.is_none_or(|url| url.path() != "/" || url.query().is_some()) {
            return Err(SetupError::Address(base.to_owned()));
        }
        check(&credentials)?;
        let http = reqwest::Client::builder()
            .user_agent(AGENT)
            .connect_timeout(CONNECT)
            .timeout(TOTAL)
            // An address that leads elsewhere would take the token with it.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| SetupError::Client(error.without_url().to_string()))?;
        Ok(Self {
            http,
            api: format!("{base}{VERSION}"),
            credentials: watch::Sender::new(credentials),
            forums: Mutex::default(),
            guard: Guard::default(),
        })
    }

    /// Writes with other secrets from now on.
    pub fn replace(&self, credentials: Credentials) -> Result<(), SetupError> {
        check(&credentials)?;
        self.credentials.send_replace(credentials);
        Ok(())
    }

    /// How many requests of the last ten minutes were answered with 401, 403 or 429. Discord closes the door at
    /// 10,000; we rest long before.
    pub fn wrong_requests(&self) -> usize {
        self.guard.count(Instant::now())
    }

    fn credentials(&self) -> watch::Ref<'_, Credentials> {
        self.credentials.borrow()
    }

    fn forums(&self) -> MutexGuard<'_, HashMap<String, Forum>> {
        self.forums.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn deliver(&self, to: &Destination, part: &Part, nonce: Nonce) -> Sent {
        if self.guard.is_closed(Instant::now()) {
            let learned = Learned { wait: Some((Limit::Nobodys, REST)), ..Learned::default() };
            return Sent { result: Err(resting()), learned };
        }
        let Ok(Value::Object(mut body)) = serde_json::from_str(&part.body) else {
            return failed(SendError::Content { reason: "the message is no JSON".to_owned() });
        };
        let name = body.remove(POST_NAME).and_then(|name| name.as_str().map(str::to_owned));
        let continues = body.remove(CONTINUES).is_some();
        let post = Post { body, name: name.unwrap_or_else(|| "News".to_owned()), continues, part };
        match to {
            Destination::Discord { channel } => self.to_channel(*channel, post, nonce).await,
            Destination::Webhook { name } => self.by_webhook(name, post).await,
            Destination::Telegram { .. } => {
                let reason = format!("{to} is no place of Discord's");
                failed(SendError::Refused { refusal: Refusal::Gone, reason })
            }
        }
    }

    async fn to_channel(&self, channel: u64, post: Post<'_>, nonce: Nonce) -> Sent {
        let token = self.credentials().token.clone();
        let Some(token) = token else {
            let reason = "there is no token of Discord".to_owned();
            return failed(SendError::Unauthorized { reason });
        };
        let key = channel.to_string();
        let known = self.forums().get(&key).cloned();
        let forum = if let Some(forum) = known {
            forum
        } else {
            let path = format!("{}/channels/{channel}/messages", self.api);
            let body = once(&post.body, nonce);
            let answer = self.ask(Method::POST, &path, Some(&token), Some((&body, post.part))).await;
            // Forums take no messages, only posts.
            if !matches!(answer.code, 50008 | 50024) {
                return answer.sent();
            }
            let path = format!("{}/channels/{channel}", self.api);
            let place = self.ask(Method::GET, &path, Some(&token), None).await;
            let kind = place.json["type"].as_u64();
            if !kind.is_some_and(|kind| FORUMS.contains(&kind)) {
                return if place.is_good() { answer.sent() } else { place.sent() };
            }
            let forum = Forum { tag: tag(&place.json), post: None };
            self.forums().insert(key.clone(), forum.clone());
            forum
        };
        if let Some(thread) = forum.post.filter(|_| post.continues) {
            let path = format!("{}/channels/{thread}/messages", self.api);
            let body = once(&post.body, nonce);
            return self.ask(Method::POST, &path, Some(&token), Some((&body, post.part))).await.sent();
        }
        let mut body = Map::new();
        body.insert("name".to_owned(), json!(post.name));
        body.insert("applied_tags".to_owned(), json!(forum.tag.iter().collect::<Vec<_>>()));
        body.insert("message".to_owned(), Value::Object(post.body));
        let path = format!("{}/channels/{channel}/threads", self.api);
        let answer = self.ask(Method::POST, &path, Some(&token), Some((&body, post.part))).await;
        if answer.is_good() {
            self.opened(&key, answer.json["id"].as_str());
        } else if matches!(answer.code, 40067 | 50035) {
            // Its tags are others by now: look again next time.
            self.forums().remove(&key);
        }
        answer.sent_once()
    }

    async fn by_webhook(&self, name: &str, mut post: Post<'_>) -> Sent {
        let url = self.credentials().webhooks.get(name).cloned();
        let Some(url) = url else {
            let reason = format!("there is no webhook `{name}`");
            return failed(SendError::Refused { refusal: Refusal::Gone, reason });
        };
        let key = format!("webhook {name}");
        let known = self.forums().get(&key).cloned();
        let thread = known.clone().and_then(|forum| forum.post).filter(|_| post.continues);
        if known.is_some() && thread.is_none() {
            post.body.insert(POST_NAME.to_owned(), json!(post.name));
        }
        let mut path = format!("{}?wait=true", url.expose_secret().trim_end_matches('/'));
        if let Some(thread) = thread {
            path = format!("{path}&thread_id={thread}");
        }
        let mut answer = self.ask(Method::POST, &path, None, Some((&post.body, post.part))).await;
        if answer.code == 220_001 {
            self.forums().insert(key.clone(), Forum::default());
            post.body.insert(POST_NAME.to_owned(), json!(post.name));
            answer = self.ask(Method::POST, &path, None, Some((&post.body, post.part))).await;
        }
        if answer.is_good() && post.body.contains_key(POST_NAME) {
            self.opened(&key, answer.json["channel_id"].as_str());
        }
        answer.sent_by_webhook()
    }

    fn opened(&self, key: &str, post: Option<&str>) {
        if let Some(forum) = self.forums().get_mut(key) {
            forum.post = post.map(str::to_owned);
        }
    }

    async fn ask(
        &self,
        method: Method,
        url: &str,
        token: Option<&SecretString>,
        message: Option<(&Map<String, Value>, &Part)>,
    ) -> Answer {
        self.heard(request::build(&self.http, method, url, token, message)).await
    }

    /// Asks for something besides messages of the fan-out, with JSON and pictures where there are some.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        token: Option<&SecretString>,
        body: Option<(&Value, &[Upload])>,
    ) -> Answer {
        let url = format!("{}{path}", self.api);
        let body = body.map(|(body, uploads)| (body.to_string(), uploads));
        self.heard(request::written(&self.http, method, &url, token, body)).await
    }

    /// The key of whoever may call us, as it is now.
    pub(crate) fn key(&self) -> Option<Key> {
        self.credentials().public_key.as_deref().and_then(Key::read)
    }

    /// The bot's token as it is now.
    pub(crate) fn token(&self) -> Option<SecretString> {
        self.credentials().token.clone()
    }

    /// Tells when the secrets are replaced from now on.
    pub(crate) fn replacements(&self) -> watch::Receiver<Credentials> {
        self.credentials.subscribe()
    }

    /// The address of a webhook, by its name.
    pub(crate) fn webhook_address(&self, name: &str) -> Option<SecretString> {
        self.credentials().webhooks.get(name).cloned()
    }

    /// Asks for what lies at an address that is its own proof.
    pub(crate) async fn plainly(&self, url: &str) -> Answer {
        self.heard(request::written(&self.http, Method::GET, url, None, None)).await
    }

    async fn heard(&self, request: reqwest::RequestBuilder) -> Answer {
        let answer = match request.send().await {
            Ok(response) => Answer::read(response).await,
            // An address may be a secret.
            Err(error) => Answer::lost(&error.without_url()),
        };
        if answer.counts_as_wrong() {
            self.guard.wrong(Instant::now());
        }
        answer
    }
}

/// Nothing is asked while Discord would close the door.
fn resting() -> SendError {
    let reason = "too many requests were refused lately: Discord is left alone for a while".to_owned();
    SendError::Retry { reason }
}

/// A message on its way.
struct Post<'a> {
    body: Map<String, Value>,
    /// What a forum's post is called.
    name: String,
    /// It belongs to the post opened before it.
    continues: bool,
    part: &'a Part,
}

impl Channel for Discord {
    fn service(&self) -> Service {
        Service::Discord
    }

    fn render(&self, _: &Destination, bundle: &Bundle, style: Style) -> Vec<Part> {
        render::render(bundle, style, bundle.picture.as_slice())
    }

    fn send<'a>(&'a self, to: &'a Destination, part: &'a Part, nonce: Nonce) -> BoxFuture<'a, Sent> {
        Box::pin(self.deliver(to, part, nonce))
    }
}

/// The message, such that Discord takes it once however often it is sent within some minutes.
fn once(message: &Map<String, Value>, nonce: Nonce) -> Map<String, Value> {
    let mut message = message.clone();
    message.insert("nonce".to_owned(), json!(format!("{:016x}", nonce.0)));
    message.insert("enforce_nonce".to_owned(), json!(true));
    message
}

fn failed(error: SendError) -> Sent {
    Sent { result: Err(error), learned: Learned::default() }
}

/// Webhooks have addresses of a certain shape, and so have keys.
fn check(credentials: &Credentials) -> Result<(), SetupError> {
    if credentials.public_key.as_deref().is_some_and(|key| Key::read(key).is_none()) {
        return Err(SetupError::Key);
    }
    for (name, url) in &credentials.webhooks {
        let url = url::Url::parse(url.expose_secret()).ok();
        let proper = url.is_some_and(|url| {
            let parts: Vec<&str> = url.path_segments().into_iter().flatten().collect();
            let shaped = matches!(parts.as_slice(), ["api", .., "webhooks", id, token]
                if id.parse::<u64>().is_ok() && !token.is_empty());
            matches!(url.scheme(), "http" | "https") && shaped && url.query().is_none()
        });
        if !proper {
            return Err(SetupError::Webhook(name.clone()));
        }
    }
    Ok(())
}

/// The tag our posts get: one that speaks of news, else the first that anybody may give.
fn tag(forum: &Value) -> Option<String> {
    let tags = forum["available_tags"].as_array()?;
    let free = || tags.iter().filter(|tag| tag["moderated"] != true);
    let speaks = |tag: &&Value| {
        let name = tag["name"].as_str().unwrap_or_default().to_lowercase();
        ["digest", "news", "release", "update"].iter().any(|word| name.contains(word))
    };
    let needed = forum["flags"].as_u64().is_some_and(|flags| flags & 1 << 4 != 0);
    let tag = free().find(speaks).or_else(|| free().next().filter(|_| needed))?;
    tag["id"].as_str().map(str::to_owned)
}
