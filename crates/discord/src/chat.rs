//! What people ask the bot, and the answers: commands, buttons, and words completed while they are typed.
//!
//! They arrive at the gateway, a connection we hold, so that no public address is needed; or Discord calls us, where it
//! was told our address. What they mean is for [`Commands`]; here is only how it travels. A connection that breaks or
//! falls silent is made anew without end.

mod compose;
mod gateway;
pub(crate) mod hook;
mod listener;
mod menu;
mod question;
mod respond;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use whimbrel_commands::{Commands, Reply};
use whimbrel_fanout::{Part, Upload};

use self::gateway::Turns;
use self::hook::{Call, Called, Key, PING, Seen};
use self::listener::Listener;
use crate::examine::invitation;
use crate::send::{Answer, Discord};

/// An answer as a message of its own, for who did not ask: with its buttons.
pub fn answer(reply: &Reply) -> Vec<Part> {
    let uploads: Vec<Upload> = reply.picture.iter().cloned().collect();
    compose::message(reply).map(|body| Part { body: body.to_string(), uploads }).into_iter().collect()
}

/// The first pause after a try to connect that failed …
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// … which doubles up to this.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// How long Discord is left alone when it does not want the bot as it is: only an update changes that, or Discord.
const REFUSED_PAUSE: Duration = Duration::from_hours(1);

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

/// The bot, as people meet it. Clones are the same one; with the last ends whatever it still answers.
#[derive(Clone)]
pub struct Bot(Arc<Inner>);

struct Inner {
    discord: Arc<Discord>,
    listener: Listener,
    clock: fn() -> DateTime<Utc>,
    seen: Mutex<Seen>,
    trouble: Mutex<Option<String>>,
    /// The number of its application, once Discord has said it.
    application: Mutex<Option<u64>>,
}

/// What a bot is known by: all that follows from it is done anew when it changes.
struct Identity {
    token: SecretString,
    key: Option<Key>,
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        self.token.expose_secret() == other.token.expose_secret() && self.key == other.key
    }
}

impl Bot {
    /// A bot that answers with this; `clock` says what time it is when somebody asks.
    pub fn new(discord: Arc<Discord>, commands: Commands, clock: fn() -> DateTime<Utc>) -> Self {
        let listener = Listener::new(Arc::clone(&discord), commands, clock);
        Self(Arc::new(Inner {
            discord,
            listener,
            clock,
            seen: Mutex::default(),
            trouble: Mutex::default(),
            application: Mutex::default(),
        }))
    }

    /// Why people are not heard at the moment, in words.
    pub fn trouble(&self) -> Option<String> {
        self.0.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What to open to invite it, once Discord has said who it is.
    pub fn invitation(&self) -> Option<String> {
        let application = *self.0.application.lock().unwrap_or_else(PoisonError::into_inner);
        application.map(|application| invitation(&application.to_string()))
    }

    /// Answers what people ask, without end. Without a token it waits for one.
    pub async fn listen(&self) {
        let (mut pause, turns, mut refused) = (FIRST_PAUSE, Turns::default(), None);
        loop {
            let Some(identity) = self.identity() else {
                self.tell(None);
                self.other(None).await;
                continue;
            };
            match self.session(&identity, &turns).await {
                Ok(()) => {
                    self.tell(None);
                    pause = FIRST_PAUSE;
                }
                Err(Trouble::Token) => {
                    let what = "Discord does not know the bot's token: nobody can ask anything there. Make another \
                                one at discord.com/developers/applications and set it";
                    tracing::error!("{what}");
                    self.tell(Some(what));
                    self.other(Some(&identity)).await;
                }
                Err(Trouble::Refused { reason }) => {
                    let what = format!("nobody can ask anything at Discord: {reason}");
                    if refused.replace(reason) != Some(reason) {
                        tracing::error!(reason, "{what}");
                    }
                    self.tell(Some(&what));
                    self.rest(REFUSED_PAUSE, &identity).await;
                }
                Err(Trouble::Passing { reason, wait }) => {
                    let rest = wait.unwrap_or(pause).max(pause);
                    tracing::warn!(reason, "cannot listen at Discord ({reason}); tried again in {rest:?}");
                    self.tell(Some(&format!("nobody is heard at Discord for now ({reason})")));
                    self.rest(rest, &identity).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Hears a call of Discord's: what stood in its headers `X-Signature-Ed25519` and `X-Signature-Timestamp`, and its
    /// body as it came. What people asked is answered another way, after this.
    pub fn hear(&self, signature: Option<&[u8]>, time: Option<&[u8]>, body: &[u8]) -> Called {
        let Some(key) = self.0.discord.key() else { return Called::Off };
        let now = (self.0.clock)();
        if !key.admits(signature.unwrap_or_default(), time.unwrap_or_default(), body, now) {
            return Called::Forged;
        }
        let Ok(body) = std::str::from_utf8(body) else { return Called::Malformed };
        let Ok(call) = serde_json::from_str::<Call>(body) else { return Called::Malformed };
        if call.kind == PING {
            return Called::Ping;
        }
        // Whoever overhears a call and sends it again is heard once.
        if self.0.seen.lock().unwrap_or_else(PoisonError::into_inner).is_first(&call.id, now) {
            self.0.listener.hears(body);
        }
        Called::Taken
    }

    /// Listens and answers until the bot is another one.
    async fn session(&self, identity: &Identity, turns: &Turns) -> Result<(), Trouble> {
        let (discord, token) = (&*self.0.discord, &identity.token);
        let me = good(discord.call(Method::GET, "/applications/@me", Some(token), None).await)?;
        let application = me.json["id"].as_str().and_then(|id| id.parse().ok());
        let application: u64 = application.ok_or_else(|| unreadable("who the bot is"))?;
        *self.0.application.lock().unwrap_or_else(PoisonError::into_inner) = Some(application);
        match menu::offer(discord, token, application).await {
            Ok(()) => {}
            // Those offered before are there still.
            Err(Trouble::Passing { reason, .. }) => {
                tracing::warn!(reason, "the commands could not be offered at Discord ({reason})");
            }
            Err(trouble) => return Err(trouble),
        }
        self.tell(None);
        let known = me.json["verify_key"].as_str().and_then(Key::read);
        if identity.key.is_some() && known.is_some() && known != identity.key {
            let what =
                "`public_key` in [discord] is not the key of this bot: what Discord calls us for is refused";
            tracing::error!("{what}");
            self.tell(Some(what));
        } else if identity.key.is_some() && me.json["interactions_endpoint_url"].is_string() {
            tracing::info!("listening at Discord: it calls us");
            self.other(Some(identity)).await;
            return Ok(());
        }
        tokio::select! {
            trouble = gateway::listen(discord, token, turns, &self.0.listener) => Err(trouble),
            () = self.other(Some(identity)) => Ok(()),
        }
    }

    fn tell(&self, trouble: Option<&str>) {
        *self.0.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble.map(str::to_owned);
    }

    fn identity(&self) -> Option<Identity> {
        Some(Identity { token: self.0.discord.token()?, key: self.0.discord.key() })
    }

    /// Waits this long, or until the bot is another one.
    async fn rest(&self, long: Duration, identity: &Identity) {
        tokio::select! {
            () = tokio::time::sleep(long) => {}
            () = self.other(Some(identity)) => {}
        }
    }

    /// Waits until the bot is another one than this.
    async fn other(&self, than: Option<&Identity>) {
        let mut replacements = self.0.discord.replacements();
        while self.identity().as_ref() == than {
            if replacements.changed().await.is_err() {
                // The sender lives as long as the bot.
                std::future::pending::<()>().await;
            }
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
