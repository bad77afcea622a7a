//! Hearing what people write: who we are is found out first, then updates are fetched or delivered, without end.

use serde_json::{Value, json};

use super::call::{Failure, call};
use super::hook::{Door, Webhook};
use super::trouble::Trouble;
use super::{Bot, Me};

/// What concerns us.
pub(super) const KINDS: [&str; 5] =
    ["message", "channel_post", "callback_query", "inline_query", "my_chat_member"];

impl Bot {
    /// Hears and answers without end: by a web hook where one is given, else by asking. Trouble is told once, and
    /// tried again ever more seldom. Dropping it ends it; what was begun is brought to its end.
    pub async fn listen(&self, webhook: Option<Webhook>) {
        // Before the service knows where to deliver; deliveries of before are refused from here on otherwise.
        self.open(webhook.as_ref().map(|webhook| Door::new(webhook, &self.0.telegram)));
        let mut trouble = Trouble::new(self.0.told.clone(), self.0.telegram.tokens());
        loop {
            if let Err(failure) = self.introduce(webhook.is_none()).await {
                trouble.rest(failure).await;
                continue;
            }
            trouble.over();
            if let Err(failure) = self.offer().await {
                tracing::warn!("Telegram shows old commands while people type, or none: {failure}");
            }
            // Both end when the token is another one: then it may be another bot.
            match &webhook {
                Some(webhook) => self.be_called(webhook, &mut trouble).await,
                None => self.poll(&mut trouble).await,
            }
        }
    }

    /// Who we are; where we fetch updates, nobody else gets them from here on.
    async fn introduce(&self, fetching: bool) -> Result<(), Failure> {
        let me = call(&self.0.telegram, "getMe", &json!({}), None).await?;
        let (Some(id), Some(name)) = (me["id"].as_i64(), me["username"].as_str()) else {
            return Err(Failure::Later { reason: "it does not say who we are".to_owned(), wait: None });
        };
        if fetching {
            self.take_over().await?;
        }
        // Before anything is heard as this bot.
        self.blocking(move |bot| bot.0.seen.of(id)).await;
        let me = Me { id, name: name.to_owned() };
        let before = self.0.me.send_replace(Some(me.clone()));
        if before.as_ref() != Some(&me) {
            tracing::info!(name, "people can ask @{name} on Telegram");
        }
        Ok(())
    }

    /// Ends a web hook; what was not delivered is kept for us.
    pub(super) async fn take_over(&self) -> Result<(), Failure> {
        call(&self.0.telegram, "deleteWebhook", &json!({}), None).await.map(|_| ())
    }
}

/// The number of an update.
pub(super) fn number(update: &Value) -> Option<i64> {
    update["update_id"].as_i64()
}
