//! A request from its arrival to its end: who asks, whether they may, what is answered, what the journal keeps of it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::request::Parts;
use serde_json::json;

use super::answer::Answer;
use super::body::Body;
use super::endpoint::Endpoint;
use super::faults::Fault;
use super::journal::Call;
use super::limits::{Hit, Told};
use super::refusal::Refusal;
use super::rest::{self, Ask, Noted};
use super::shared::{Everything, Shared};

/// So often within a minute something may be asked that was refused: a token, a place.
const PATIENCE: usize = 3;
const GUARDS: &str = "<!DOCTYPE html><title>Access denied</title><p>error code: 1015</p>";

/// A request that came in.
pub(super) struct Came {
    shared: Arc<Shared>,
    head: Parts,
    body: Bytes,
    now: DateTime<Utc>,
    started: Instant,
    noted: Noted,
    limited: Option<&'static str>,
    fault: bool,
}

impl Came {
    pub(super) fn new(shared: Arc<Shared>, head: Parts, body: Bytes) -> Self {
        let now = shared.clock.now();
        let (started, noted) = (Instant::now(), Noted::default());
        Self { shared, head, body, now, started, noted, limited: None, fault: false }
    }

    /// What goes wrong with it.
    pub(super) fn meet(&mut self) -> Option<Fault> {
        let path = self.head.uri.path_and_query().map_or("/", |path| path.as_str());
        let fault = self.shared.lock().faults.meet(&format!("{} {path}", self.head.method));
        self.fault = fault.is_some();
        fault
    }

    /// How long the answer waits before it goes.
    pub(super) fn wait(&self, fault: Option<&Fault>) -> Duration {
        let more = match fault {
            Some(Fault::Latency(more)) => *more,
            _ => Duration::ZERO,
        };
        self.shared.lock().latency + more
    }

    /// The answer; what is asked for is done by then.
    pub(super) fn answer(&mut self, fault: Option<&Fault>) -> Answer {
        let shared = Arc::clone(&self.shared);
        let mut all = shared.lock();
        all.requests += 1;
        let number = all.requests;
        let skew = match fault {
            Some(Fault::ClockSkew(skew)) => *skew,
            _ => TimeDelta::zero(),
        };
        let (mut answer, told) = self.decide(&mut all, fault);
        if let Some(told) = told.filter(|_| fault != Some(&Fault::NoLimitHeaders)) {
            answer = with_limits(answer, &told, self.now, skew);
        }
        if matches!(answer.status, 401 | 403) || answer.status == 429 && self.limited != Some("shared") {
            all.ledger.wrong(self.now);
        }
        if fault == Some(&Fault::MalformedJson) {
            answer.body = answer.body.slice(..answer.body.len() / 2);
        }
        answer
            .with("date", (self.now + skew).format("%a, %d %b %Y %H:%M:%S GMT").to_string())
            .with("server", "cloudflare")
            .with("via", "1.1 google")
            .with("cf-ray", format!("{number:016x}-WHM"))
    }

    fn decide(&mut self, all: &mut Everything, fault: Option<&Fault>) -> (Answer, Option<Told>) {
        if let Some(wait) = all.ledger.banned(&all.limits, self.now) {
            return (self.guarded(all, wait, fault), None);
        }
        let path = self.head.uri.path().to_owned();
        let Some(path) = path.strip_prefix("/api/v10").or_else(|| unversioned(&path)) else {
            let known = path.starts_with("/api");
            all.journal.object(format!("{path} is not version 10 of the API"));
            let refusal = if known { Refusal::new(50041) } else { Refusal::not_found() };
            return (Answer::refused(&refusal), None);
        };
        if let Some(refusal) = self.bad_agent(all) {
            return (Answer::refused(&refusal), None);
        }
        let verb = self.head.method.as_str();
        let endpoint = match Endpoint::find(verb, path) {
            Ok(endpoint) => endpoint,
            Err(other) => {
                all.journal.object(format!("{verb} {path} is nothing the stand-in knows"));
                let wrong = Refusal::plain(405, "405: Method Not Allowed");
                return (Answer::refused(&if other { wrong } else { Refusal::not_found() }), None);
            }
        };
        let bot = match self.token(all, &endpoint, fault) {
            Ok(bot) => bot,
            Err(refusal) => return (Answer::refused(&refusal), None),
        };
        let (bucket, major, rate) = endpoint.bucket();
        let limits = all.limits;
        let (taken, hasty) = all.ledger.take((bucket, &major, rate), bot, &limits, self.now);
        if hasty {
            all.journal.object(format!("told to wait, and asked: {verb} {path}"));
        }
        let told = match taken {
            Ok(told) => told,
            Err((hit, told)) => {
                all.journal.object(format!("the {} limit was hit: {verb} {path}", hit.scope));
                return (self.limited(hit), told);
            }
        };
        if let Some(answer) = self.staged(all, fault, (bucket, &major)) {
            return (answer, told);
        }
        let answer = self.carry_out(all, &endpoint, bot).unwrap_or_else(|refusal| {
            self.hopeless(all, &endpoint, &refusal);
            if refusal.status == 429 {
                self.limited = Some("user");
            }
            Answer::refused(&refusal)
        });
        (answer, told)
    }

    /// What the guards in front of the service answer.
    fn guarded(&mut self, all: &mut Everything, wait: TimeDelta, fault: Option<&Fault>) -> Answer {
        if fault.is_none() {
            all.journal.object("asked though ten thousand wrong requests closed the door");
        }
        self.limited = Some("cloudflare");
        let wait = wait.num_seconds().max(1).to_string();
        Answer::text(429, "text/html", GUARDS).with("retry-after", wait)
    }

    fn bad_agent(&self, all: &mut Everything) -> Option<Refusal> {
        let agent = self.line("user-agent").unwrap_or_default();
        let bot = agent.strip_prefix("DiscordBot (").and_then(|rest| rest.split_once(')'));
        let proper = bot.is_some_and(|(inside, _)| {
            let mut parts = inside.split(", ");
            parts.next().is_some_and(|url| url.starts_with("http")) && parts.next().is_some()
        });
        if proper || (agent.is_empty() && self.line("authorization").is_none() && self.head.method == "GET") {
            return None;
        }
        all.journal.object(format!("User-Agent `{agent}` is not `DiscordBot (url, version)`"));
        Some(Refusal::new(40333))
    }

    /// Whether it is the bot who asks.
    fn token(
        &self,
        all: &mut Everything,
        endpoint: &Endpoint,
        fault: Option<&Fault>,
    ) -> Result<bool, Refusal> {
        let line = self.line("authorization");
        let token = line.and_then(|line| line.strip_prefix("Bot "));
        let known = token.is_some_and(|token| all.tokens.contains(token));
        let refused = fault == Some(&Fault::Unauthorized) || !known;
        if endpoint.needs_token() && refused || line.is_some() && !known {
            if all.ledger.hopeless(token.unwrap_or("no token"), self.now) > PATIENCE {
                all.journal.object("went on with a token that is refused");
            }
            return Err(Refusal::unauthorized());
        }
        // Tokens of webhooks and interactions count apart from the bot's.
        Ok(endpoint.needs_token() && known)
    }

    fn carry_out(&mut self, all: &mut Everything, endpoint: &Endpoint, bot: bool) -> Result<Answer, Refusal> {
        let shared = Arc::clone(&self.shared);
        let body = Body::read(self.line("content-type").unwrap_or_default(), &self.body)?;
        let query = self.head.uri.query().unwrap_or_default();
        let query: HashMap<String, String> =
            url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let Self { now, noted, .. } = self;
        let mut ask = Ask { all, now: *now, api: shared.api(), query, body, bot, noted };
        rest::answer(&mut ask, endpoint)
    }

    /// The answer of a fault; the client is held to what it says about waiting.
    fn staged(&mut self, all: &mut Everything, fault: Option<&Fault>, at: (&str, &str)) -> Option<Answer> {
        let fault = fault?;
        let (scope, wait) = match fault {
            Fault::RouteLimit(wait) => ("user", wait),
            Fault::GlobalLimit(wait) => ("global", wait),
            Fault::SharedLimit(wait) => ("shared", wait),
            Fault::Cloudflare(wait) => ("cloudflare", wait),
            Fault::Status(status) => {
                return Some(Answer::text(*status, "text/html", "<h1>Something went wrong</h1>"));
            }
            Fault::Unavailable(wait) => {
                let answer = Answer::text(503, "text/plain", "upstream connect error");
                return Some(answer.with("retry-after", wait.as_secs().to_string()));
            }
            fault => return fault.refusal().map(|refusal| Answer::refused(&refusal)),
        };
        let wait = TimeDelta::from_std(*wait).unwrap_or_default();
        all.ledger.tell(at.0, at.1, scope, self.now + wait);
        Some(if scope == "cloudflare" {
            self.guarded(all, wait, Some(fault))
        } else {
            self.limited(Hit { scope, wait })
        })
    }

    fn limited(&mut self, hit: Hit) -> Answer {
        self.limited = Some(hit.scope);
        let wait = seconds(hit.wait).max(0.001);
        let message = match hit.scope {
            "shared" => "The resource is being rate limited.",
            _ => "You are being rate limited.",
        };
        let body = json!({ "message": message, "retry_after": wait, "global": hit.scope == "global" });
        let answer = Answer::json(429, &body)
            .with("retry-after", wait.ceil().to_string())
            .with("x-ratelimit-scope", hit.scope);
        if hit.scope == "global" { answer.with("x-ratelimit-global", "true") } else { answer }
    }

    /// Minds who asks again and again for what is refused.
    fn hopeless(&self, all: &mut Everything, endpoint: &Endpoint, refusal: &Refusal) {
        let (what, most) = match (refusal.code, endpoint) {
            (10015 | 50027, Endpoint::Execute(hook, token)) => (format!("webhook {hook}/{token}"), 1),
            (50001 | 50013 | 10003, endpoint) => {
                (format!("{} {}", endpoint.bucket().0, endpoint.bucket().1), PATIENCE)
            }
            _ => return,
        };
        if all.ledger.hopeless(&what, self.now) > most {
            all.journal.object(format!("went on though refused with {}: {what}", refusal.code));
        }
    }

    /// Enters the call into the journal, with the status of its answer if there was one.
    pub(super) fn done(&mut self, answer: Option<&Answer>) {
        let mut all = self.shared.lock();
        let kept = all.journal.with_bodies();
        let lines = self.head.headers.iter().filter(|_| kept);
        let headers: BTreeMap<String, String> = lines
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        all.journal.calls.push(Call {
            at: self.now,
            method: self.head.method.to_string(),
            path: self.head.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            headers,
            body: if kept { self.body.clone() } else { Bytes::new() },
            status: answer.map(|answer| answer.status),
            code: answer.and_then(|answer| answer.code),
            limited: self.limited,
            message: self.noted.message,
            repeated: self.noted.repeated,
            pinged: std::mem::take(&mut self.noted.pinged),
            micros: u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX),
            fault: self.fault,
        });
    }

    fn line(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name)?.to_str().ok()
    }
}

/// Webhooks are also known by an address without a version.
fn unversioned(path: &str) -> Option<&str> {
    path.strip_prefix("/api").filter(|rest| rest.starts_with("/webhooks/"))
}

fn seconds(wait: TimeDelta) -> f64 {
    wait.num_microseconds().unwrap_or(0) as f64 / 1_000_000.0
}

fn with_limits(answer: Answer, told: &Told, now: DateTime<Utc>, skew: TimeDelta) -> Answer {
    let reset = (told.reset + skew).timestamp_micros() as f64 / 1_000_000.0;
    answer
        .with("x-ratelimit-limit", told.limit.to_string())
        .with("x-ratelimit-remaining", told.remaining.to_string())
        .with("x-ratelimit-reset", format!("{reset:.3}"))
        .with("x-ratelimit-reset-after", format!("{:.3}", seconds(told.reset - now)))
        .with("x-ratelimit-bucket", told.bucket.clone())
}
