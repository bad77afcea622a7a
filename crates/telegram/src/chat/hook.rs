//! Updates that the service delivers to an address of ours. It is answered when what an update asked for is written
//! down, so what was not comes again; the rest of the work goes on after the answer.

use std::sync::PoisonError;
use std::time::Duration;

use ring::hmac;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::Bot;
use super::call::{Failure, call};
use super::heard;
use super::listen::{KINDS, number};
use super::poll::{DECIDED, SENT};
use super::seen::Came;
use super::trouble::Trouble;
use super::turns::settle;
use crate::send::Telegram;

/// The largest delivery that is read: far more than a message with everything it may quote.
pub const HOOK_BYTES: usize = 1 << 20;

/// How often it is looked whether the service still delivers to us.
const CHECK: Duration = Duration::from_mins(1);

/// Where the service shall deliver updates.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// The address, as the service reaches it.
    pub url: String,
    /// What it shows to prove itself: 1 to 256 of `A-Z a-z 0-9 _ -`. Without one, one is made from the token.
    pub secret: Option<SecretString>,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// It is written down, now or before.
    Taken,
    /// It cannot be taken now and shall come again.
    Later,
    /// Whoever sent it does not know the secret.
    Refused,
    /// It is no update.
    Malformed,
    /// No web hook is wanted.
    Off,
}

/// What deliveries are judged by.
#[derive(Clone)]
pub(super) struct Door {
    key: hmac::Key,
    secret: SecretString,
}

impl Door {
    pub(super) fn new(webhook: &Webhook, telegram: &Telegram) -> Self {
        let secret = webhook.secret.clone().unwrap_or_else(|| telegram.derived("webhook"));
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes()), secret }
    }

    /// Whether this is the secret. It takes as long however much of it is right.
    fn admits(&self, shown: &[u8]) -> bool {
        let tag = hmac::sign(&self.key, shown);
        hmac::verify(&self.key, self.secret.expose_secret().as_bytes(), tag.as_ref()).is_ok()
    }
}

impl Bot {
    /// Takes a delivery: what stood in its header `X-Telegram-Bot-Api-Secret-Token`, and its body.
    pub async fn hear(&self, secret: Option<&[u8]>, body: &[u8]) -> Delivered {
        let Some(door) = self.door().clone() else { return Delivered::Off };
        if !door.admits(secret.unwrap_or_default()) {
            return Delivered::Refused;
        }
        let Ok(update) = serde_json::from_slice::<Value>(body) else { return Delivered::Malformed };
        let Some(number) = number(&update) else { return Delivered::Malformed };
        let Some(name) = self.me().as_ref().map(|me| me.name.clone()) else { return Delivered::Later };
        if !self.0.turns.has_room() {
            return Delivered::Later;
        }
        match self.0.seen.begin(number) {
            Came::New => {}
            Came::UnderWay => return Delivered::Later,
            Came::Done => return Delivered::Taken,
        }
        let Some(heard) = heard::read(&update, &name) else {
            tracing::debug!(number, "an update of Telegram is none of our business");
            self.0.seen.done(number);
            return Delivered::Taken;
        };
        let Some(turn) = self.begin(number, heard) else {
            self.0.seen.done(number);
            return Delivered::Taken;
        };
        let bot = self.clone();
        // Apart from the connection, which may break: then it comes again, and was seen to.
        let settled = tokio::spawn(async move {
            settle(vec![turn], DECIDED, SENT).await;
            bot.0.seen.done(number);
        });
        match settled.await {
            Ok(()) => Delivered::Taken,
            Err(_) => Delivered::Later,
        }
    }

    /// Has updates delivered until the token is another one, and sees to it that they are.
    pub(super) async fn be_called(&self, webhook: &Webhook, trouble: &mut Trouble) {
        // Another token makes another secret.
        let door = Door::new(webhook, &self.0.telegram);
        self.open(Some(door.clone()));
        let mut wanted = true;
        let mut last_error = None;
        loop {
            let seen =
                if wanted { self.ask_for_calls(webhook, &door).await } else { self.look(webhook).await };
            match seen {
                Ok(Looked::Fine) => trouble.over(),
                Ok(Looked::Failing(at, what)) => {
                    // One that is over stays there to be read.
                    if last_error.replace(at) == Some(at) {
                        trouble.over();
                    } else {
                        trouble
                            .tell("delivery", &format!("Telegram cannot deliver to {}: {what}", webhook.url));
                    }
                }
                Ok(Looked::Elsewhere) => {
                    tracing::warn!(
                        "somebody else had Telegram deliver to another place, or to none: it is us again"
                    );
                    wanted = true;
                    continue;
                }
                Err(failure) => {
                    if trouble.rest(failure).await {
                        return;
                    }
                    continue;
                }
            }
            wanted = false;
            tokio::select! {
                () = sleep(CHECK) => {}
                () = trouble.renewed() => return,
            }
        }
    }

    /// Tells the service where to deliver.
    async fn ask_for_calls(&self, webhook: &Webhook, door: &Door) -> Result<Looked, Failure> {
        let fields = json!({
            "url": webhook.url, "secret_token": door.secret.expose_secret(), "allowed_updates": KINDS,
        });
        call(&self.0.telegram, "setWebhook", &fields, None).await?;
        tracing::info!("Telegram delivers what people write to {}", webhook.url);
        Ok(Looked::Fine)
    }

    /// How the service says that it goes.
    async fn look(&self, webhook: &Webhook) -> Result<Looked, Failure> {
        let info = call(&self.0.telegram, "getWebhookInfo", &json!({}), None).await?;
        if info["url"].as_str() != Some(&webhook.url) {
            return Ok(Looked::Elsewhere);
        }
        Ok(match (info["last_error_date"].as_i64(), info["last_error_message"].as_str()) {
            (Some(at), Some(what)) => Looked::Failing(at, crate::verdict::reason(what, 0)),
            _ => Looked::Fine,
        })
    }

    /// From here on deliveries are judged by this.
    pub(super) fn open(&self, door: Option<Door>) {
        *self.door() = door;
    }

    fn door(&self) -> std::sync::MutexGuard<'_, Option<Door>> {
        self.0.door.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the service says about its deliveries.
enum Looked {
    Fine,
    /// When it last failed, and how.
    Failing(i64, String),
    /// They do not go to us.
    Elsewhere,
}

#[cfg(test)]
mod forged;
