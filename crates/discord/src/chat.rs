//! What people ask the bot, and the answers: commands, buttons, and words completed while they are typed.
//!
//! They arrive at the gateway, a connection we hold, so that no public address is needed. What they mean is for
//! [`Commands`]; here is only how it travels. A connection that breaks or falls silent is made anew without end.

mod compose;
mod gateway;
mod menu;
mod question;
mod respond;
mod watchdog;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use whimbrel_commands::Commands;

use crate::send::{Answer, Discord};

/// The first pause after a try to connect that failed …
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// … which doubles up to this.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// How often it is looked whether the token is another one.
const GLANCE: Duration = Duration::from_secs(1);

/// Why nobody is listened to.
enum Trouble {
    /// Discord does not know the token.
    Token,
    /// Something that may be over soon.
    Passing {
        /// What happened, in words.
        reason: String,
        /// How long Discord wants to be left alone.
        wait: Option<Duration>,
    },
}

impl Discord {
    /// Answers what people ask the bot, without end. Without a token it waits for one. `clock` says what time it is
    /// when somebody asks.
    pub async fn chat(self: Arc<Self>, commands: Commands, clock: fn() -> DateTime<Utc>) {
        let mut pause = FIRST_PAUSE;
        loop {
            let Some(token) = self.token() else {
                tokio::time::sleep(GLANCE).await;
                continue;
            };
            match self.session(&token, &commands, clock).await {
                Ok(()) => pause = FIRST_PAUSE,
                Err(Trouble::Token) => {
                    tracing::error!("Discord does not know the bot's token: nobody can ask anything there");
                    self.other_token(&token).await;
                }
                Err(Trouble::Passing { reason, wait }) => {
                    let rest = wait.unwrap_or(pause).max(pause);
                    tracing::warn!(reason, "cannot listen at Discord ({reason}); tried again in {rest:?}");
                    tokio::select! {
                        () = tokio::time::sleep(rest) => {}
                        () = self.other_token(&token) => {}
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Listens and answers until the token is another one.
    async fn session(
        self: &Arc<Self>,
        token: &SecretString,
        commands: &Commands,
        clock: fn() -> DateTime<Utc>,
    ) -> Result<(), Trouble> {
        let me = good(self.call(Method::GET, "/applications/@me", Some(token), None).await)?;
        let application = me.json["id"].as_str().and_then(|id| id.parse().ok());
        let application: u64 = application.ok_or_else(|| unreadable("who the bot is"))?;
        match menu::offer(self, token, application).await {
            Ok(()) => {}
            Err(Trouble::Token) => return Err(Trouble::Token),
            // Those offered before are there still.
            Err(Trouble::Passing { reason, .. }) => {
                tracing::warn!(reason, "the commands could not be offered at Discord ({reason})");
            }
        }
        let gateway = good(self.call(Method::GET, "/gateway/bot", Some(token), None).await)?;
        let sessions = &gateway.json["session_start_limit"];
        if sessions["remaining"] == 0 {
            // More, and Discord would take the token away.
            let wait = sessions["reset_after"].as_u64().map(Duration::from_millis);
            let reason = "today's connections are used up".to_owned();
            return Err(Trouble::Passing { reason, wait });
        }
        let url = gateway.json["url"].as_str().ok_or_else(|| unreadable("where to listen"))?;
        let shards = gateway.json["shards"].as_u64().and_then(|shards| u32::try_from(shards).ok());
        let at = gateway::Gateway { url, shards: shards.unwrap_or(1).max(1), token };
        gateway::listen(self, at, commands, clock).await
    }

    /// Waits until the token is not this one any more.
    async fn other_token(&self, token: &SecretString) {
        let same = |other: &SecretString| other.expose_secret() == token.expose_secret();
        while self.token().as_ref().is_some_and(same) {
            tokio::time::sleep(GLANCE).await;
        }
    }
}

/// An answer that says yes.
fn good(answer: Answer) -> Result<Answer, Trouble> {
    if answer.is_good() {
        return Ok(answer);
    }
    if answer.status == 401 {
        return Err(Trouble::Token);
    }
    let reason = answer.reason();
    let wait = answer.sent().learned.wait.map(|(_, wait)| wait);
    Err(Trouble::Passing { reason, wait })
}

fn unreadable(what: &str) -> Trouble {
    Trouble::Passing { reason: format!("Discord did not say {what}"), wait: None }
}
