//! A request from its arrival to its end: who asks for what, what goes wrong, what is answered, what the journal keeps.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::request::Parts;
use serde_json::Value;

use super::answer::{Answer, Refusal, Reply};
use super::faults::Fault;
use super::journal::Call;
use super::limits::Scope;
use super::methods;
use super::parameters::Parameters;
use super::shared::Shared;

/// A request that came in.
pub(super) struct Came {
    shared: Arc<Shared>,
    token: Option<String>,
    method: String,
    ask: Result<Parameters, Refusal>,
    chat: Option<i64>,
    at: DateTime<Utc>,
    started: Instant,
    fault: Option<Fault>,
}

/// Keeps a poll's place until it is over, also when the client goes away.
struct Polling {
    shared: Arc<Shared>,
    number: u64,
}

impl Drop for Polling {
    fn drop(&mut self) {
        self.shared.lock().updates.end(self.number);
    }
}

impl Came {
    /// Reads it, and finds out what goes wrong with it.
    pub(super) fn new(shared: Arc<Shared>, head: &Parts, body: &Bytes) -> Self {
        let path = head.uri.path().strip_prefix("/bot");
        let (token, method) = path.and_then(|path| path.split_once('/')).unwrap_or_default();
        let kind = head.headers.get("content-type").and_then(|value| value.to_str().ok());
        let ask = Parameters::read(head.uri.query(), kind, body);
        let named = ask.as_ref().ok().and_then(|ask| ask.text("chat_id"));
        let mut all = shared.lock();
        let chat =
            named.and_then(|named| all.state.find(&named).ok().map(|chat| chat.id).or(named.parse().ok()));
        let fault = all.faults.meet(&method.to_lowercase(), chat);
        drop(all);
        Self {
            token: (!token.is_empty()).then(|| token.to_owned()),
            method: method.to_owned(),
            ask,
            chat,
            at: shared.clock.now(),
            started: Instant::now(),
            fault,
            shared,
        }
    }

    pub(super) fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// The answer, some time later where it is a poll.
    pub(super) async fn answer(&self) -> Answer {
        let mut answer = match self.staged() {
            Some(answer) => answer,
            None => Answer::of(self.reply().await),
        };
        if self.fault == Some(Fault::MalformedJson) {
            answer.body = answer.body.slice(..answer.body.len() / 2);
        }
        let more = match self.fault {
            Some(Fault::Latency(more)) => more,
            _ => Duration::ZERO,
        };
        let wait = self.shared.lock().latency + more;
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        answer
    }

    /// The answer of a fault that keeps the call from being done.
    fn staged(&self) -> Option<Answer> {
        Some(match self.fault.as_ref()? {
            Fault::Status(status) => Answer::page(*status),
            Fault::InternalError => {
                Answer::of(Err(Refusal { code: 500, text: String::new(), ..Refusal::unauthorized() }))
            }
            Fault::Unauthorized => Answer::of(Err(Refusal::unauthorized())),
            Fault::TooManyRequests(wait) => {
                let method = || Scope::Method(self.method.to_lowercase());
                let scope = self.chat.map_or_else(method, Scope::Chat);
                let until = self.at + TimeDelta::from_std(*wait).unwrap_or_default();
                self.shared.lock().ledger.tell(scope, until);
                Answer::of(Err(Refusal::too_many(*wait)))
            }
            _ => return None,
        })
    }

    async fn reply(&self) -> Reply {
        let method = self.method.to_lowercase();
        let reply = self.decide(&method).await;
        if let Err(refusal) = &reply
            && refusal.violation
        {
            self.shared.lock().journal.object(format!("{}: {}", self.method, refusal.description()));
        }
        reply
    }

    async fn decide(&self, method: &str) -> Reply {
        let well_formed =
            |token: &&String| token.split_once(':').is_some_and(|(id, _)| id.parse::<u64>().is_ok());
        let Some(token) = self.token.as_ref().filter(well_formed) else { return Err(Refusal::not_found("")) };
        if *token != self.shared.lock().state.bot.token {
            return Err(Refusal::unauthorized());
        }
        let ask = self.ask.as_ref().map_err(Clone::clone)?;
        if self.chat.is_none() {
            methods::patient(&mut self.shared.lock(), method, self.at)?;
        }
        if method == "getupdates" {
            return self.poll(ask).await;
        }
        methods::call(&mut self.shared.lock(), method, ask, self.at)
    }

    /// `getUpdates`: waits for something to tell.
    async fn poll(&self, ask: &Parameters) -> Reply {
        let (poll, woken) = {
            let mut all = self.shared.lock();
            if all.webhook.is_some() {
                let text = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the \
                            webhook first";
                return Err(Refusal::conflict(text));
            }
            let (poll, other) = all.updates.begin(ask)?;
            if other {
                all.journal.object("two pollers at the same time");
            }
            (poll, Arc::clone(&all.updates.woken))
        };
        let _polling = Polling { shared: Arc::clone(&self.shared), number: poll.number };
        let deadline = tokio::time::Instant::now() + poll.timeout;
        loop {
            let mut notified = std::pin::pin!(woken.notified());
            notified.as_mut().enable();
            let (looked, pause) = {
                let mut all = self.shared.lock();
                let looked = all.updates.look(&poll, self.shared.clock.now());
                let pause = all.limits.conflict_pause;
                let conflict = matches!(looked, Some(Err(_)));
                (looked, if conflict { all.updates.conflicted(pause) } else { Duration::ZERO })
            };
            if let Some(reply) = looked {
                tokio::time::sleep(pause).await;
                return reply;
            }
            if tokio::time::timeout_at(deadline, notified).await.is_err() {
                return Ok(Value::Array(Vec::new()));
            }
        }
    }

    /// Enters the call into the journal, with its answer or without one.
    pub(super) fn done(&self, answer: Option<&Answer>) {
        let mut all = self.shared.lock();
        let kept = self.ask.as_ref().ok().filter(|_| all.journal.with_parameters());
        let parameters: BTreeMap<String, Value> = kept.map(|ask| ask.values.clone()).unwrap_or_default();
        all.journal.calls.push(Call {
            at: self.at,
            method: self.method.clone(),
            chat: self.chat,
            parameters,
            status: answer.map(|answer| answer.status),
            refusal: answer.and_then(|answer| answer.refusal.clone()),
            micros: u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX),
            fault: self.fault.is_some(),
        });
    }
}
