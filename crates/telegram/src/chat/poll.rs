//! Fetching updates: one poll at a time, each update confirmed when what it asked for is written down.

use std::time::Duration;

use serde_json::{Value, json};

use super::Bot;
use super::call::{Failure, call};
use super::heard;
use super::turns::{Turns, settle};

/// How long the service holds a poll when there is nothing.
const HOLD: Duration = Duration::from_secs(50);
/// How much later its answer may come.
const SLACK: Duration = Duration::from_secs(15);
/// Updates fetched at once.
const BATCH: u32 = 100;
/// What concerns us.
const KINDS: [&str; 4] = ["message", "channel_post", "callback_query", "my_chat_member"];
/// How long updates stay unconfirmed because one of them is not decided.
const DECIDED: Duration = Duration::from_secs(5);
/// How long they stay so because an answer is not sent.
const SENT: Duration = Duration::from_millis(500);
/// The first pause after trouble …
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// … which doubles up to this.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// Another program with our token: it is waited for as long as it may hold a poll.
const OTHER: Duration = Duration::from_secs(5);

impl Bot {
    /// Hears and answers without end. Trouble is told once, and tried again ever more seldom.
    pub async fn listen(&self) {
        let mut trouble = Trouble::default();
        let name = loop {
            match self.introduce().await {
                Ok(name) => break name,
                Err(failure) => trouble.rest(failure).await,
            }
        };
        trouble.over();
        tracing::info!(name, "people can ask @{name} on Telegram");
        if let Err(failure) = self.offer().await {
            tracing::warn!("Telegram shows old commands while people type, or none: {failure}");
        }
        let (mut offset, mut turns): (Option<i64>, _) = (None, Turns::default());
        loop {
            match self.fetch(offset).await {
                Ok(updates) => {
                    trouble.over();
                    turns.room().await;
                    let last = updates.iter().filter_map(|update| update["update_id"].as_i64()).max();
                    self.handle(updates, &name, &mut turns).await;
                    // Numbers may begin anew after a quiet week, so only what was just seen counts.
                    offset = last.map(|last| last + 1).or(offset);
                }
                Err(Failure::Conflict(reason)) if reason.contains("webhook") => {
                    trouble.rest(Failure::Conflict(reason)).await;
                    if let Err(failure) = self.take_over().await {
                        trouble.rest(failure).await;
                    }
                }
                Err(failure) => {
                    if matches!(failure, Failure::Unauthorized(_)) {
                        // The next token may be another bot's, which numbers its updates differently.
                        offset = None;
                    }
                    trouble.rest(failure).await;
                }
            }
        }
    }

    /// Who we are; nobody else gets our updates then.
    async fn introduce(&self) -> Result<String, Failure> {
        let me = call(&self.0.telegram, "getMe", &json!({}), None).await?;
        let (Some(id), Some(name)) = (me["id"].as_i64(), me["username"].as_str()) else {
            return Err(Failure::Later { reason: "it does not say who we are".to_owned(), wait: None });
        };
        let _ = self.0.id.set(id);
        self.take_over().await?;
        Ok(name.to_owned())
    }

    /// Ends a web hook, whose updates are kept.
    async fn take_over(&self) -> Result<(), Failure> {
        call(&self.0.telegram, "deleteWebhook", &json!({}), None).await.map(|_| ())
    }

    async fn fetch(&self, offset: Option<i64>) -> Result<Vec<Value>, Failure> {
        let mut fields = json!({ "timeout": HOLD.as_secs(), "limit": BATCH, "allowed_updates": KINDS });
        if let Some(offset) = offset {
            fields["offset"] = offset.into();
        }
        match call(&self.0.telegram, "getUpdates", &fields, Some(HOLD + SLACK)).await? {
            Value::Array(updates) => Ok(updates),
            _ => Err(Failure::Later { reason: "updates that are no list".to_owned(), wait: None }),
        }
    }

    /// Handles what came, until it may be confirmed.
    async fn handle(&self, updates: Vec<Value>, name: &str, turns: &mut Turns) {
        let mut under_way = Vec::new();
        for update in updates {
            let number = update["update_id"].as_i64();
            if let Some(heard) = heard::read(&update, name) {
                let bot = self.clone();
                under_way.push(
                    turns.begin(heard.chat, |decided| async move { bot.respond(heard, decided).await }),
                );
            } else {
                tracing::debug!(number, "an update of Telegram is none of our business");
            }
        }
        settle(under_way, DECIDED, SENT).await;
    }
}

/// Trouble with the service: told when it begins, when it becomes another, and when it is over.
#[derive(Default)]
struct Trouble {
    told: Option<&'static str>,
    pause: Duration,
}

impl Trouble {
    async fn rest(&mut self, failure: Failure) {
        let (kind, what) = match &failure {
            Failure::Later { .. } => ("later", "Telegram cannot be asked"),
            Failure::Conflict(_) => ("conflict", "another program asks Telegram for this bot's messages"),
            Failure::Unauthorized(_) => ("token", "Telegram refuses the token of the bot"),
            Failure::Refused(_) => ("refused", "Telegram refuses to tell what people ask"),
        };
        if self.told != Some(kind) {
            tracing::warn!("{what}: {failure}; it is tried again until it works");
            self.told = Some(kind);
        }
        self.pause = self.pause.saturating_mul(2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
        let pause = match failure {
            Failure::Later { wait: Some(wait), .. } => wait.max(FIRST_PAUSE),
            Failure::Conflict(_) => self.pause.max(OTHER),
            _ => self.pause,
        };
        tokio::time::sleep(pause).await;
    }

    fn over(&mut self) {
        if self.told.take().is_some() {
            tracing::info!("Telegram tells again what people ask");
        }
        self.pause = Duration::ZERO;
    }
}
