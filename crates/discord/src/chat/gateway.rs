//! The connection to the gateway, through serenity: kept by it, watched by us.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use serenity::client::{ClientBuilder, Context, EventHandler};
use serenity::gateway::{GatewayError, ShardManager};
use serenity::http::HttpBuilder;
use serenity::model::application::Interaction;
use serenity::model::event::ResumedEvent;
use serenity::model::gateway::{GatewayIntents, Ready};
use whimbrel_commands::Commands;

use super::watchdog::{Sign, Watchdog};
use super::{Trouble, question, respond};
use crate::send::Discord;

/// How often it is looked whether the connections live.
const LOOK: Duration = Duration::from_secs(2);

/// Where to listen, and who listens.
pub(super) struct Gateway<'a> {
    pub(super) url: &'a str,
    pub(super) shards: u32,
    pub(super) token: &'a SecretString,
}

/// Listens until the token is another one.
pub(super) async fn listen(
    discord: &Arc<Discord>,
    at: Gateway<'_>,
    commands: &Commands,
    clock: fn() -> DateTime<Utc>,
) -> Result<(), Trouble> {
    let live = Arc::new(AtomicBool::new(true));
    let listener =
        Listener { discord: Arc::clone(discord), commands: commands.clone(), clock, live: Arc::clone(&live) };
    // The library's own limiter forgets that there is another address than Discord's; nothing but one question about
    // the gateway goes this way.
    let http = HttpBuilder::new(at.token.expose_secret()).client(discord.http()).proxy(discord.base());
    let http = http.ratelimiter_disabled(true).build();
    let client = ClientBuilder::new_with_http(http, GatewayIntents::GUILDS).event_handler(listener).await;
    let mut client = client.map_err(|_| passing("there is no client"))?;
    // Where its own question was not answered, it would go to the real Discord.
    at.url.clone_into(&mut *client.ws_url.lock().await);
    let manager = Arc::clone(&client.shard_manager);
    let _end = End { manager: Arc::clone(&manager), live };
    tokio::select! {
        ended = client.start_shards(at.shards) => match ended {
            Err(serenity::Error::Gateway(GatewayError::InvalidAuthentication)) => Err(Trouble::Token),
            Err(serenity::Error::Gateway(
                GatewayError::InvalidGatewayIntents | GatewayError::DisallowedGatewayIntents,
            )) => Err(passing("Discord does not let us hear of servers")),
            _ => Err(passing("the connection came to an end")),
        },
        () = watch(&manager) => Err(passing("the connection came to an end")),
        () = discord.other_token(at.token) => Ok(()),
    }
}

/// Makes connections anew that fell silent; does not end.
async fn watch(manager: &Arc<ShardManager>) {
    let mut dogs = HashMap::new();
    loop {
        tokio::time::sleep(LOOK).await;
        let now = Instant::now();
        let mut dead = Vec::new();
        for (id, runner) in manager.runners.lock().await.iter() {
            let sign = Sign { stage: runner.stage, latency: runner.latency };
            if dogs.entry(*id).or_insert_with(|| Watchdog::new(sign, now)).is_dead(sign, now) {
                dead.push(*id);
            }
        }
        for id in dead {
            tracing::warn!(shard = id.0, "Discord's gateway fell silent: connecting again");
            manager.restart(id).await;
        }
    }
}

fn passing(reason: &str) -> Trouble {
    Trouble::Passing { reason: reason.to_owned(), wait: None }
}

/// Sees to it that nothing of a client goes on listening when nobody waits for it any more.
struct End {
    manager: Arc<ShardManager>,
    live: Arc<AtomicBool>,
}

impl Drop for End {
    fn drop(&mut self) {
        self.live.store(false, Ordering::Relaxed);
        let manager = Arc::clone(&self.manager);
        if let Ok(threads) = tokio::runtime::Handle::try_current() {
            threads.spawn(async move { manager.shutdown_all().await });
        }
    }
}

/// Hears what people ask.
struct Listener {
    discord: Arc<Discord>,
    commands: Commands,
    clock: fn() -> DateTime<Utc>,
    live: Arc<AtomicBool>,
}

#[serenity::async_trait]
impl EventHandler for Listener {
    async fn ready(&self, _: Context, ready: Ready) {
        let servers = ready.guilds.len();
        tracing::info!(servers, "listening at Discord, on {servers} servers");
    }

    async fn resume(&self, _: Context, _: ResumedEvent) {
        tracing::debug!("listening at Discord again; nothing was missed");
    }

    async fn interaction_create(&self, _: Context, interaction: Interaction) {
        if !self.live.load(Ordering::Relaxed) {
            return;
        }
        match interaction {
            Interaction::Autocomplete(typing) => {
                let Some((field, typed)) = question::typing(&typing.data) else { return };
                let choices = self.commands.complete(field, typed, respond::CHOICES).await;
                respond::propose(&self.discord, typing.id.get(), &typing.token, &choices).await;
            }
            other => {
                let Some(question) = question::read(other) else { return };
                respond::answer(&self.discord, question, &self.commands, (self.clock)()).await;
            }
        }
    }
}
