//! The connection to Discord's gateway, by our own hands, so that whatever happens to it is waited for and never
//! turned over in circles.
//!
//! Each shard holds a connection of its own. One that breaks, falls silent or is sent away comes back to its session and
//! misses nothing; where that is not possible, another session is begun.

mod connection;
mod ending;
mod frame;
mod pulse;
mod socket;
mod turns;

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use reqwest::Method;
use secrecy::SecretString;
use tokio::time::{Instant, sleep};

use self::connection::{Memory, Shard};
use self::ending::{Next, Pauses};
pub(super) use self::turns::Turns;
use super::listener::Listener;
use super::{Trouble, good, unreadable};
use crate::send::Discord;

/// More connections than this no bot needs; more are not made on anybody's word.
const MOST_SHARDS: u64 = 1_000;

/// After so many connections in a row that came to nothing, a session is not asked for any more: its place may be gone.
const TRIES: u32 = 4;

/// Where to listen, and how.
#[derive(Clone, Debug)]
struct Door {
    url: String,
    shards: u32,
    /// How many sessions may be begun at once …
    at_once: u32,
    /// … how many more today …
    left: u64,
    /// … and when there may be more.
    more_after: Duration,
}

/// Listens until that is not possible any more.
pub(super) async fn listen(
    discord: &Discord,
    token: &SecretString,
    turns: &Turns,
    listener: &Listener,
) -> Trouble {
    let door = match ask(discord, token).await {
        Ok(door) if door.left >= u64::from(door.shards) => door,
        Ok(door) => return used_up(&door),
        Err(trouble) => return trouble,
    };
    let shard = |number| Shard { number, of: door.shards };
    let keep = |number| keep(discord, token, door.clone(), shard(number), turns, listener);
    let mut shards: FuturesUnordered<_> = (0..door.shards).map(keep).collect();
    // There is at least one, and none of them ends otherwise.
    shards.next().await.unwrap_or_else(|| unreadable("how many shards there are"))
}

/// Keeps a shard on a connection, until that is not possible any more.
async fn keep(
    discord: &Discord,
    token: &SecretString,
    mut door: Door,
    shard: Shard,
    turns: &Turns,
    listener: &Listener,
) -> Trouble {
    let (mut memory, mut pauses, mut first) = (Memory::default(), Pauses::default(), true);
    loop {
        let begun = Instant::now();
        let mut turn = None;
        if memory.session.is_none() {
            // Whether another session may be begun is for Discord to say, each time.
            if !std::mem::take(&mut first) {
                match ask(discord, token).await.and_then(enough) {
                    Ok(asked) => door = asked,
                    Err(Trouble::Passing { reason, wait }) => {
                        let pause = pauses.after(Duration::ZERO, fraction()).max(wait.unwrap_or_default());
                        say(&reason, pause, &pauses);
                        sleep(pause).await;
                        continue;
                    }
                    Err(trouble) => return trouble,
                }
            }
            turn = Some(turns.wait(shard.number, door.at_once).await);
        }
        let url = memory.session.as_ref().map(|session| session.resume_gateway_url.as_str());
        let url = url.filter(|url| is_as_safe(url, &door.url)).unwrap_or(&door.url).to_owned();
        let ending = connection::listen(&url, shard, token, turn, &mut memory, listener).await;
        match ending.next {
            Next::Token => return Trouble::Token,
            Next::Refused(reason) => return Trouble::Refused { reason },
            Next::Resume => {}
            Next::Anew => memory = Memory::default(),
        }
        let pause = pauses.after(begun.elapsed(), fraction()).max(ending.rest.unwrap_or_default());
        if memory.in_vain >= TRIES {
            memory = Memory::default();
        }
        say(&ending.reason, pause, &pauses);
        sleep(pause).await;
    }
}

/// Asks where to listen.
async fn ask(discord: &Discord, token: &SecretString) -> Result<Door, Trouble> {
    let told = good(discord.call(Method::GET, "/gateway/bot", Some(token), None).await)?.json;
    let url = told["url"].as_str().ok_or_else(|| unreadable("where to listen"))?;
    let start = &told["session_start_limit"];
    let small = |number: Option<u64>| number.unwrap_or(1).clamp(1, MOST_SHARDS) as u32;
    Ok(Door {
        url: url.to_owned(),
        shards: small(told["shards"].as_u64()),
        at_once: small(start["max_concurrency"].as_u64()),
        left: start["remaining"].as_u64().unwrap_or(u64::MAX),
        more_after: start["reset_after"].as_u64().map(Duration::from_millis).unwrap_or_default(),
    })
}

fn enough(door: Door) -> Result<Door, Trouble> {
    if door.left == 0 { Err(used_up(&door)) } else { Ok(door) }
}

fn used_up(door: &Door) -> Trouble {
    let reason = "today's connections are used up".to_owned();
    Trouble::Passing { reason, wait: Some(door.more_after) }
}

/// Whether a connection there is as secret as here: the token goes over it.
fn is_as_safe(there: &str, here: &str) -> bool {
    there.starts_with("wss://") || there.starts_with("ws://") && here.starts_with("ws://")
}

/// Says what happened; not for ever, where it goes on happening.
fn say(reason: &str, pause: Duration, pauses: &Pauses) {
    if pauses.are_longest() {
        tracing::debug!(reason, "not listening at Discord ({reason}); connecting again in {pause:.1?}");
    } else {
        tracing::warn!(reason, "not listening at Discord ({reason}); connecting again in {pause:.1?}");
    }
}

/// A number from nought to one that nobody foresees: the keys the standard library makes up for its tables.
fn fraction() -> f64 {
    RandomState::new().hash_one(()) as f64 / u64::MAX as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_differ_and_stay_between_nought_and_one() {
        let many: Vec<f64> = (0..100).map(|_| fraction()).collect();
        assert!(many.iter().all(|it| (0.0..=1.0).contains(it)));
        assert!(many.iter().any(|it| *it < 0.5) && many.iter().any(|it| *it > 0.5), "{many:?}");
    }

    #[test]
    fn the_token_takes_no_open_road() {
        for (there, here, safe) in [
            ("wss://b.example", "wss://a.example", true),
            ("ws://b.example", "wss://a.example", false),
            ("ws://127.0.0.1:1", "ws://127.0.0.1:1", true),
            ("https://b.example", "wss://a.example", false),
            ("", "ws://a.example", false),
        ] {
            assert_eq!(is_as_safe(there, here), safe, "{there} {here}");
        }
    }
}
