//! What people ask the bot, and the answers: commands, buttons, and words completed while they are typed.
//!
//! They arrive at the gateway, a connection we hold, so that no public address is needed. What they mean is for
//! [`Commands`]; here is only how it travels. A connection that breaks or falls silent is made anew without end.

mod compose;
mod gateway;
mod listener;
mod menu;
mod question;
mod respond;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use whimbrel_commands::Commands;

use self::gateway::Turns;
use self::listener::Listener;
use crate::send::{Answer, Discord};

/// The first pause after a try to connect that failed …
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// … which doubles up to this.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// How long Discord is left alone when it does not want the bot as it is: only an update changes that, or Discord.
const REFUSED_PAUSE: Duration = Duration::from_hours(1);
/// How often it is looked whether the token is another one.
const GLANCE: Duration = Duration::from_secs(1);

/// Why nobody is listened to.
enum Trouble {
    /// Discord does not know the token.
    Token,
    /// Discord does not let a bot like this one listen.
    Refused {
        /// Why, in words.
        reason: &'static str,
    },
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
        let listener = Listener::new(Arc::clone(&self), commands, clock);
        let (mut pause, turns, mut refused) = (FIRST_PAUSE, Turns::default(), None);
        loop {
            let Some(token) = self.token() else {
                tokio::time::sleep(GLANCE).await;
                continue;
            };
            match self.session(&token, &turns, &listener).await {
                Ok(()) => pause = FIRST_PAUSE,
                Err(Trouble::Token) => {
                    tracing::error!("Discord does not know the bot's token: nobody can ask anything there");
                    self.other_token(&token).await;
                }
                Err(Trouble::Refused { reason }) => {
                    if refused.replace(reason) != Some(reason) {
                        tracing::error!(reason, "nobody can ask anything at Discord: {reason}");
                    }
                    self.rest(REFUSED_PAUSE, &token).await;
                }
                Err(Trouble::Passing { reason, wait }) => {
                    let rest = wait.unwrap_or(pause).max(pause);
                    tracing::warn!(reason, "cannot listen at Discord ({reason}); tried again in {rest:?}");
                    self.rest(rest, &token).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Listens and answers until the token is another one.
    async fn session(&self, token: &SecretString, turns: &Turns, listener: &Listener) -> Result<(), Trouble> {
        let me = good(self.call(Method::GET, "/applications/@me", Some(token), None).await)?;
        let application = me.json["id"].as_str().and_then(|id| id.parse().ok());
        let application: u64 = application.ok_or_else(|| unreadable("who the bot is"))?;
        match menu::offer(self, token, application).await {
            Ok(()) => {}
            // Those offered before are there still.
            Err(Trouble::Passing { reason, .. }) => {
                tracing::warn!(reason, "the commands could not be offered at Discord ({reason})");
            }
            Err(trouble) => return Err(trouble),
        }
        gateway::listen(self, token, turns, listener).await
    }

    /// Waits this long, or until the token is another one.
    async fn rest(&self, long: Duration, token: &SecretString) {
        tokio::select! {
            () = tokio::time::sleep(long) => {}
            () = self.other_token(token) => {}
        }
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
