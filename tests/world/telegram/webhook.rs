//! Updates delivered to an address: in order for each chat, again after a failure, until they are a day old.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::answer::{Answer, Refusal, Reply};
use super::methods;
use super::parameters::Parameters;
use super::shared::{Everything, Shared};
use super::updates::Update;

/// Delays double up to this many seconds.
const LONGEST: i64 = 60;
/// A wait asked for is heeded up to this many seconds.
const LONGEST_ASKED: i64 = 3_600;
/// Whoever says "gone" for so long is left alone.
const GONE: TimeDelta = TimeDelta::hours(23);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often the clock is looked at while something waits for its time.
const LOOKS: Duration = Duration::from_millis(10);
/// Ports the service delivers to.
const PORTS: [u16; 4] = [443, 80, 88, 8443];

/// Where updates go.
#[derive(Clone, Debug, Default)]
pub(super) struct Webhook {
    pub(super) url: String,
    pub(super) secret: Option<String>,
    pub(super) connections: i64,
    pub(super) last_error: Option<(DateTime<Utc>, String)>,
    gone_since: Option<DateTime<Utc>>,
    /// For each chat whose oldest update was refused: when it is tried again, the delay then, how often it failed.
    later: BTreeMap<i64, (DateTime<Utc>, i64, u32)>,
}

/// One update on its way to the web hook.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The update's number.
    pub update: i64,
    /// When, by the stand-in's clock.
    pub at: DateTime<Utc>,
    /// The status it was answered with; 0 where nobody answered.
    pub status: u16,
}

/// `setWebhook`.
pub(super) fn set(all: &mut Everything, ask: &Parameters) -> Reply {
    let url = ask.text("url").unwrap_or_default();
    if url.is_empty() {
        return Ok(delete(all, ask));
    }
    let bad = |text: &str| Refusal::bad(format!("bad webhook: {text}"));
    let parsed =
        url::Url::parse(&url).map_err(|_| bad("Failed to resolve host: Name or service not known"))?;
    let local = all.plain_webhooks && parsed.host_str() == Some("127.0.0.1");
    if !local {
        if parsed.scheme() != "https" {
            return Err(bad("An HTTPS URL must be provided for webhook"));
        }
        if !parsed.port_or_known_default().is_some_and(|port| PORTS.contains(&port)) {
            return Err(bad("Webhook can be set up only on ports 80, 88, 443 or 8443"));
        }
        if matches!(parsed.host(), Some(url::Host::Ipv4(address)) if address.is_private() || address.is_loopback())
        {
            return Err(bad(&format!("IP address {} is reserved", parsed.host_str().unwrap_or_default())));
        }
    }
    let secret = ask.text("secret_token").filter(|secret| !secret.is_empty());
    if let Some(secret) = &secret {
        if secret.len() > 256 {
            return Err(Refusal::bad("secret token is too long"));
        }
        if !secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
            return Err(Refusal::bad("secret token contains unallowed characters"));
        }
    }
    let connections = ask.number("max_connections")?.unwrap_or(40).clamp(1, 100);
    if let Some(kinds) = super::updates::allowed(ask)? {
        all.updates.allowed = Some(kinds);
    }
    drop_pending(all, ask);
    all.updates.stop_polling();
    all.webhook = Some(Webhook { url, secret, connections, ..Webhook::default() });
    all.updates.woken.notify_waiters();
    Ok(true.into())
}

/// `deleteWebhook`.
pub(super) fn delete(all: &mut Everything, ask: &Parameters) -> Value {
    drop_pending(all, ask);
    all.webhook = None;
    true.into()
}

fn drop_pending(all: &mut Everything, ask: &Parameters) {
    if ask.flag("drop_pending_updates") {
        all.updates.waiting.clear();
    }
}

/// `getWebhookInfo`.
pub(super) fn info(all: &Everything) -> Value {
    let hook = all.webhook.as_ref();
    let mut value = json!({
        "url": hook.map_or("", |hook| hook.url.as_str()),
        "has_custom_certificate": false,
        "pending_update_count": all.updates.waiting.len(),
    });
    if let Some(hook) = hook {
        value["max_connections"] = hook.connections.into();
        if let Some((at, message)) = &hook.last_error {
            value["last_error_date"] = at.timestamp().into();
            value["last_error_message"] = message.as_str().into();
        }
    }
    if let Some(allowed) = &all.updates.allowed {
        value["allowed_updates"] = allowed.as_slice().into();
    }
    value
}

/// Delivers whatever waits, for as long as the stand-in lives.
pub(super) async fn deliver(shared: Weak<Shared>) {
    let client = reqwest::Client::builder().timeout(PATIENCE).build().expect("a client without settings");
    loop {
        let Some(strong) = shared.upgrade() else { return };
        let woken = Arc::clone(&strong.lock().updates.woken);
        let mut woken = std::pin::pin!(woken.notified_owned());
        woken.as_mut().enable();
        if let Some((hook, update)) = next(&strong) {
            let answer = send(&client, &hook, &update).await;
            settle(&strong, &hook, &update, answer);
            continue;
        }
        let later = waits(&strong);
        drop(strong);
        if later {
            // A clock that is moved says nothing, so it is looked at.
            let _ = tokio::time::timeout(LOOKS, woken).await;
        } else {
            woken.await;
        }
    }
}

/// Whether something waits for its time.
fn waits(shared: &Shared) -> bool {
    let all = shared.lock();
    all.webhook.is_some() && !all.updates.waiting.is_empty()
}

/// The oldest update that may go now.
fn next(shared: &Shared) -> Option<(Webhook, Update)> {
    let mut all = shared.lock();
    let now = shared.clock.now();
    all.updates.expire(now);
    let all = &*all;
    let hook = all.webhook.as_ref()?;
    let mut held = Vec::new();
    for update in &all.updates.waiting {
        if held.contains(&update.chat) {
            continue;
        }
        if hook.later.get(&update.chat).is_some_and(|(until, ..)| now < *until) {
            held.push(update.chat);
            continue;
        }
        return Some((hook.clone(), update.clone()));
    }
    None
}

struct Answered {
    status: u16,
    retry_after: i64,
    body: Value,
    words: String,
}

async fn send(client: &reqwest::Client, hook: &Webhook, update: &Update) -> Answered {
    let mut request = client.post(&hook.url).header("content-type", "application/json");
    if let Some(secret) = &hook.secret {
        request = request.header("x-telegram-bot-api-secret-token", secret);
    }
    let lost = |words: String| Answered { status: 0, retry_after: 0, body: Value::Null, words };
    let answer = match request.body(update.body.to_string()).send().await {
        Ok(answer) => answer,
        Err(error) if error.is_timeout() => return lost("Read timeout expired".to_owned()),
        Err(_) => return lost("Connection refused".to_owned()),
    };
    let status = answer.status();
    let line = answer.headers().get("retry-after").and_then(|value| value.to_str().ok());
    let retry_after = line.and_then(|text| text.parse().ok()).unwrap_or(0);
    let body = answer.text().await.unwrap_or_default();
    let reason = status.canonical_reason().unwrap_or_default();
    let words = format!("Wrong response from the webhook: {} {reason}", status.as_u16());
    Answered {
        status: status.as_u16(),
        retry_after,
        body: serde_json::from_str(&body).unwrap_or(Value::Null),
        words,
    }
}

/// What an answer means: done, done with a call in the answer, or again later.
fn settle(shared: &Shared, sent: &Webhook, update: &Update, answer: Answered) {
    let now = shared.clock.now();
    let mut all = shared.lock();
    all.deliveries.push(Delivery { update: update.id, at: now, status: answer.status });
    let all = &mut *all;
    let Some(hook) = all.webhook.as_mut().filter(|hook| hook.url == sent.url) else { return };
    if (200..300).contains(&answer.status) {
        hook.later.remove(&update.chat);
        hook.gone_since = None;
        all.updates.waiting.retain(|waiting| waiting.id != update.id);
        if let (Some(method), Value::Object(fields)) = (answer.body["method"].as_str(), &answer.body) {
            let method = method.to_lowercase();
            let refused = ["deletewebhook", "setwebhook", "close", "logout"].contains(&method.as_str());
            if !refused && !method.starts_with("get") {
                let ask =
                    Parameters { values: fields.clone().into_iter().collect(), ..Parameters::default() };
                let reply = methods::call(all, &method, &ask, now);
                if let Some(refusal) = Answer::of(reply).refusal {
                    all.journal.object(format!("in the answer to an update, {method}: {refusal}"));
                }
            }
        }
        return;
    }
    let (_, delay, failures) = hook.later.get(&update.chat).copied().unwrap_or((now, 1, 0));
    let asked = answer.retry_after.clamp(0, LONGEST_ASKED);
    let delay = if asked == 0 && failures > 0 { (delay * 2).min(LONGEST) } else { delay };
    let wait = match (asked, failures) {
        (0, 0) => 0,
        (0, _) => delay,
        (asked, _) => asked,
    };
    hook.later.insert(update.chat, (now + TimeDelta::seconds(wait), delay, failures + 1));
    hook.last_error = Some((now, answer.words));
    if answer.status == 410 {
        let since = *hook.gone_since.get_or_insert(now);
        if now > since + GONE {
            all.webhook = None;
        }
    } else {
        hook.gone_since = None;
    }
}
