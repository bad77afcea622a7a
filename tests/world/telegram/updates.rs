//! What happened and waits to be fetched: numbered updates that live for a day, for one poller or one web hook.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::answer::{Refusal, Reply};
use super::parameters::Parameters;
use super::shared::Everything;

/// How long an update waits.
const LIVES: TimeDelta = TimeDelta::hours(24);
/// Where numbers begin.
const FIRST: i64 = 100_000_001;
/// What is told to whoever did not say what they want.
const NOT_UNLESS_ASKED: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];
/// Whoever asks the same again within this time waits as long …
const AGAIN: Duration = Duration::from_secs(3);
/// … and gets one only within this.
const AT_ONCE: Duration = Duration::from_millis(500);

/// One update.
#[derive(Clone, Debug)]
pub(super) struct Update {
    pub(super) id: i64,
    pub(super) at: DateTime<Utc>,
    pub(super) body: Value,
    /// The chat it is about: updates of one chat keep their order on a web hook.
    pub(super) chat: i64,
}

/// Everything that waits.
pub(super) struct Updates {
    pub(super) waiting: VecDeque<Update>,
    next: i64,
    pub(super) allowed: Option<Vec<String>>,
    /// Wakes whoever waits: pollers and the web hook.
    pub(super) woken: Arc<Notify>,
    /// The poller that may go on; an older one is ended.
    poller: u64,
    polling: bool,
    last_offset: Option<(i64, Instant)>,
    last_conflict: Option<Instant>,
}

impl Default for Updates {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            next: FIRST,
            allowed: None,
            woken: Arc::default(),
            poller: 0,
            polling: false,
            last_offset: None,
            last_conflict: None,
        }
    }
}

/// A poll that was begun.
pub(super) struct Poll {
    pub(super) number: u64,
    pub(super) offset: i64,
    pub(super) limit: usize,
    pub(super) timeout: Duration,
}

impl Updates {
    /// Adds one, where the bot wants to hear of its kind. Its number.
    pub(super) fn add(&mut self, kind: &str, content: Value, chat: i64, now: DateTime<Utc>) -> Option<i64> {
        let wanted = match &self.allowed {
            Some(kinds) if !kinds.is_empty() => kinds.iter().any(|wanted| wanted == kind),
            _ => !NOT_UNLESS_ASKED.contains(&kind),
        };
        if !wanted {
            return None;
        }
        let id = self.next;
        self.next += 1;
        let mut body = json!({ "update_id": id });
        body[kind] = content;
        self.waiting.push_back(Update { id, at: now, body, chat });
        self.woken.notify_waiters();
        Some(id)
    }

    /// Forgets what is older than a day.
    pub(super) fn expire(&mut self, now: DateTime<Utc>) {
        self.waiting.retain(|update| update.at + LIVES > now);
    }

    /// Begins a poll; an older one is ended by it.
    pub(super) fn begin(&mut self, ask: &Parameters) -> Result<(Poll, bool), Refusal> {
        let offset = ask.number("offset")?.unwrap_or(0);
        let limit = ask.number("limit")?.unwrap_or(100);
        let mut limit = if (1..=100).contains(&limit) { limit as usize } else { 100 };
        let timeout = ask.number("timeout")?.unwrap_or(0).clamp(0, 50);
        let mut timeout = Duration::from_secs(timeout.unsigned_abs());
        if let Some(kinds) = allowed(ask)? {
            self.allowed = Some(kinds);
        }
        if let Some((last, at)) = self.last_offset.filter(|(last, _)| *last == offset) {
            debug_assert_eq!(last, offset);
            if at.elapsed() < AGAIN {
                timeout = timeout.max(AGAIN);
            }
            if at.elapsed() < AT_ONCE {
                limit = 1;
            }
        }
        self.last_offset = Some((offset, Instant::now()));
        let conflict = std::mem::replace(&mut self.polling, true);
        self.poller += 1;
        self.confirm(offset);
        if conflict {
            self.woken.notify_waiters();
        }
        Ok((Poll { number: self.poller, offset, limit, timeout }, conflict))
    }

    /// What an offset says was received. A negative one counts from the end.
    fn confirm(&mut self, offset: i64) {
        if offset < 0 {
            let keep = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            while self.waiting.len() > keep {
                self.waiting.pop_front();
            }
        } else {
            while self.waiting.front().is_some_and(|update| update.id < offset) {
                self.waiting.pop_front();
            }
        }
    }

    /// What a poll gets: its updates, nothing yet, or the news that it was ended.
    pub(super) fn look(&mut self, poll: &Poll, now: DateTime<Utc>) -> Option<Reply> {
        if self.poller != poll.number {
            let text =
                "terminated by other getUpdates request; make sure that only one bot instance is running";
            return Some(Err(Refusal::conflict(text)));
        }
        self.expire(now);
        let from = if poll.offset < 0 { 0 } else { poll.offset };
        let got: Vec<Value> = self
            .waiting
            .iter()
            .filter(|update| update.id >= from)
            .take(poll.limit)
            .map(|update| update.body.clone())
            .collect();
        (!got.is_empty()).then_some(Ok(Value::Array(got)))
    }

    /// The poll is over, however it ended.
    pub(super) fn end(&mut self, number: u64) {
        if self.poller == number {
            self.polling = false;
        }
    }

    /// Ends a poll because a web hook was set.
    pub(super) fn stop_polling(&mut self) {
        if self.polling {
            self.poller += 1;
            self.polling = false;
            self.woken.notify_waiters();
        }
    }

    /// How late a conflict is told: the first at once, the next ones not.
    pub(super) fn conflicted(&mut self, pause: Duration) -> Duration {
        let again = self.last_conflict.is_some_and(|at| at.elapsed() < pause);
        self.last_conflict = Some(Instant::now());
        if again { pause } else { Duration::ZERO }
    }
}

/// The kinds a request asks for; nothing where it leaves them as they were.
pub(super) fn allowed(ask: &Parameters) -> Result<Option<Vec<String>>, Refusal> {
    let Some(kinds) = ask.json("allowed_updates")? else { return Ok(None) };
    let kinds = kinds.as_array().ok_or_else(|| Refusal::bad("expected an Array of allowed updates"))?;
    Ok(Some(kinds.iter().filter_map(|kind| kind.as_str().map(str::to_owned)).collect()))
}

/// Tells the bot of something.
pub(super) fn tell(
    all: &mut Everything,
    kind: &str,
    content: Value,
    chat: i64,
    now: DateTime<Utc>,
) -> Option<i64> {
    all.updates.add(kind, content, chat, now)
}
