//! Fetching updates: one poll at a time, each update confirmed when what it asked for is written down.

use std::time::Duration;

use serde_json::{Value, json};

use super::Bot;
use super::call::{Failure, call};
use super::heard;
use super::listen::{KINDS, number};
use super::seen::Came;
use super::trouble::Trouble;
use super::turns::settle;

/// How long the service holds a poll when there is nothing.
const HOLD: Duration = Duration::from_secs(50);
/// How long while another program asks as well: if it is gone, that is known after this time.
const SHORT_HOLD: Duration = Duration::from_secs(5);
/// How much later its answer may come.
const SLACK: Duration = Duration::from_secs(15);
/// Updates fetched at once.
const BATCH: u32 = 100;
/// How long updates stay unconfirmed because one of them is not decided.
pub(super) const DECIDED: Duration = Duration::from_secs(5);
/// How long they stay so because an answer is not sent.
pub(super) const SENT: Duration = Duration::from_millis(500);

impl Bot {
    /// Fetches and handles updates until the token is another one.
    pub(super) async fn poll(&self, trouble: &mut Trouble) {
        let mut offset = None;
        loop {
            let hold = if trouble.is_conflict() { SHORT_HOLD } else { HOLD };
            let fetched = tokio::select! {
                fetched = self.fetch(offset, hold) => fetched,
                () = trouble.renewed() => return,
            };
            match fetched {
                Ok(updates) => {
                    trouble.over();
                    self.0.turns.room().await;
                    let last = updates.iter().filter_map(number).max();
                    self.handle(updates).await;
                    // Numbers may begin anew after a quiet week, so only what was just seen counts.
                    offset = last.map(|last| last + 1).or(offset);
                }
                Err(failure) => {
                    let hooked = matches!(&failure, Failure::Conflict(reason) if reason.contains("webhook"));
                    if trouble.rest(failure).await {
                        return;
                    }
                    if hooked
                        && let Err(failure) = self.take_over().await
                        && trouble.rest(failure).await
                    {
                        return;
                    }
                }
            }
        }
    }

    async fn fetch(&self, offset: Option<i64>, hold: Duration) -> Result<Vec<Value>, Failure> {
        let mut fields = json!({ "timeout": hold.as_secs(), "limit": BATCH, "allowed_updates": KINDS });
        if let Some(offset) = offset {
            fields["offset"] = offset.into();
        }
        match call(&self.0.telegram, "getUpdates", &fields, Some(hold + SLACK)).await? {
            Value::Array(updates) => Ok(updates),
            _ => Err(Failure::Later { reason: "updates that are no list".to_owned(), wait: None }),
        }
    }

    /// Handles what came, until it may be confirmed.
    async fn handle(&self, updates: Vec<Value>) {
        let Some(name) = self.me().as_ref().map(|me| me.name.clone()) else { return };
        let (mut under_way, mut numbers) = (Vec::new(), Vec::new());
        for update in updates {
            // What a web hook brought before may come again.
            let Some(number) = number(&update).filter(|number| self.0.seen.begin(*number) == Came::New)
            else {
                continue;
            };
            numbers.push(number);
            if let Some(heard) = heard::read(&update, &name) {
                under_way.extend(self.begin(number, heard));
            } else {
                tracing::debug!(number, "an update of Telegram is none of our business");
            }
        }
        settle(under_way, DECIDED, SENT).await;
        for number in numbers {
            self.0.seen.done(number);
        }
    }
}
