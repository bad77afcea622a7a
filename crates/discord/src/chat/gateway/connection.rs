//! One connection, from its greeting to its end.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, sleep_until, timeout};

use super::super::listener::Listener;
use super::ending::{Ending, Next};
use super::fraction;
use super::frame::{self, Heard, Ready};
use super::pulse::{Look, Pulse};
use super::socket::{Came, Socket};
use super::turns::Turn;

/// Discord greets at once …
const GREETING: Duration = Duration::from_secs(10);
/// … and tells soon that a session begins. All that was missed may come before.
const WELCOME: Duration = Duration::from_mins(1);
/// The goodbye of who will come back.
const BACK_SOON: u16 = 4000;
/// The goodbye of who will not.
const NOT_BACK: u16 = 1000;

/// What a shard remembers from one connection to the next.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// The number of the last thing it heard.
    pub(super) seen: Option<u64>,
    /// The session it is in.
    pub(super) session: Option<Ready>,
    /// How many connections in a row came to nothing.
    pub(super) in_vain: u32,
}

/// Which part of the servers a shard hears of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shard {
    pub(super) number: u32,
    pub(super) of: u32,
}

/// Listens over one connection until it ends. With a turn a session is begun, without one it is gone on with.
pub(super) async fn listen(
    url: &str,
    shard: Shard,
    token: &SecretString,
    turn: Option<Turn>,
    memory: &mut Memory,
    listener: &Listener,
) -> Ending {
    memory.in_vain += 1;
    let mut socket = match Socket::open(url).await {
        Ok(socket) => socket,
        Err(reason) => return Ending::resume(&reason),
    };
    let ending = talk(&mut socket, shard, token, turn, memory, listener).await;
    let code = if ending.next == Next::Resume { BACK_SOON } else { NOT_BACK };
    socket.leave(code).await;
    ending
}

async fn talk(
    socket: &mut Socket,
    shard: Shard,
    token: &SecretString,
    turn: Option<Turn>,
    memory: &mut Memory,
    listener: &Listener,
) -> Ending {
    let interval = match timeout(GREETING, socket.hear()).await {
        Ok(Came::Text(text)) => match frame::read(&text).0 {
            Heard::Hello(interval) => Duration::from_millis(interval),
            _ => return Ending::resume("Discord did not greet"),
        },
        Ok(Came::End(code)) => return Ending::closed(code),
        Err(_) => return Ending::resume("Discord did not greet in time"),
    };
    let mut pulse = Pulse::new(interval, fraction(), Instant::now());
    let token = token.expose_secret();
    let first = match (&memory.session, turn.is_some()) {
        (Some(session), false) => frame::resume(token, &session.session_id, memory.seen),
        _ => frame::identify(token, shard.number, shard.of),
    };
    let said = socket.say(&first).await;
    if let Some(turn) = turn {
        *memory = Memory::default();
        turn.used();
    }
    if !said {
        return Ending::closed(None);
    }
    let (mut welcome, until) = (false, Instant::now() + WELCOME);
    loop {
        tokio::select! {
            biased; // signs of life come before what people ask, however much that is
            () = sleep_until(pulse.due()) => match pulse.look(Instant::now()) {
                Look::Wait => {}
                Look::Beat => if !socket.say(&frame::heartbeat(memory.seen)).await {
                    return Ending::closed(None);
                },
                Look::Dead => return Ending::resume("Discord's gateway fell silent"),
            },
            () = sleep_until(until), if !welcome => return Ending::resume("no session began"),
            came = socket.hear() => {
                let text = match came {
                    Came::Text(text) => text,
                    Came::End(code) => return Ending::closed(code),
                };
                pulse.hears();
                let (heard, number) = frame::read(&text);
                memory.seen = number.or(memory.seen);
                match heard {
                    Heard::Ready(ready) => {
                        (welcome, memory.in_vain) = (true, 0);
                        let servers = ready.guilds;
                        tracing::info!(servers, shard = shard.number, "listening at Discord, on {servers} servers");
                        memory.session = Some(ready);
                    }
                    Heard::Resumed => {
                        (welcome, memory.in_vain) = (true, 0);
                        tracing::debug!(shard = shard.number, "listening at Discord again; nothing was missed");
                    }
                    Heard::Interaction(asked) => listener.hears(asked),
                    Heard::WantsHeartbeat => pulse.asked(Instant::now()),
                    Heard::Acknowledged => pulse.acknowledged(),
                    Heard::Reconnect => return Ending::resume("Discord asks to connect again"),
                    Heard::Invalid { resumable } => return Ending::invalid(resumable, fraction()),
                    Heard::Unreadable => tracing::debug!("Discord's gateway said something that cannot be read"),
                    Heard::Hello(_) | Heard::Other => {}
                }
            }
        }
    }
}
