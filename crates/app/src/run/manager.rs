//! What a service manager such as systemd is told: that the program is ready, that it lives, that it stops.
//!
//! The protocol is a line of text on a socket the manager names in the environment; without one nobody is told
//! anything. The watchdog is fed only while every loop makes progress, so a program that hangs in one place is started
//! again although the rest of it still answers.

use std::env;
use std::ffi::OsString;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::Arc;
use std::time::Duration;

use super::loops::{Board, Pulse};

/// The watchdog is fed this often within its time, so that one late turn does no harm.
const FEEDINGS: u32 = 4;

/// Nobody has to be told more often than this.
const SHORTEST: Duration = Duration::from_millis(50);

/// The way to the service manager; a cheap handle.
#[derive(Clone)]
pub(crate) struct Manager {
    inner: Option<Arc<Inner>>,
}

struct Inner {
    socket: UnixDatagram,
    address: SocketAddr,
    /// A sign of life is expected within this time.
    watchdog: Option<Duration>,
}

impl Manager {
    /// That of this process, if there is one.
    pub(crate) fn of_process() -> Self {
        let Some(name) = env::var_os("NOTIFY_SOCKET") else { return Self { inner: None } };
        let inner = reach(&name).map(|(socket, address)| Inner { socket, address, watchdog: watchdog() });
        let inner = inner.map(Arc::new).inspect_err(|error| {
            tracing::warn!("the service manager cannot be told anything: {error}");
        });
        Self { inner: inner.ok() }
    }

    /// Everything runs; `what` is a line for people.
    pub(crate) fn ready(&self, what: &str) {
        self.tell(&format!("READY=1\nSTATUS={what}"));
    }

    /// The program was told to stop.
    pub(crate) fn stopping(&self) {
        self.tell("STOPPING=1\nSTATUS=stopping");
    }

    /// Makes the loop that feeds the watchdog; `None` where nobody keeps one.
    pub(crate) fn feeding(&self, board: Board) -> Option<impl Fn(Pulse) -> Feeding + Send + use<>> {
        let (manager, within) = (self.clone(), self.inner.as_ref()?.watchdog?);
        let rest = (within / FEEDINGS).max(SHORTEST);
        Some(move |mut pulse: Pulse| -> Feeding {
            let (manager, board) = (manager.clone(), board.clone());
            Box::pin(async move {
                let mut hungry = false;
                loop {
                    pulse.beat();
                    let stuck = board.stuck(std::time::Instant::now());
                    if stuck.is_empty() {
                        manager.tell("WATCHDOG=1");
                    } else if !hungry {
                        let stuck = stuck.join("`, `");
                        tracing::error!(
                            stuck,
                            "no progress in `{stuck}`: the watchdog is not fed until there is"
                        );
                    }
                    hungry = !stuck.is_empty();
                    if !pulse.pause(rest).await {
                        return;
                    }
                }
            })
        })
    }

    /// Says it once; a manager that does not listen is no reason to stop.
    fn tell(&self, text: &str) {
        let Some(inner) = &self.inner else { return };
        if let Err(error) = inner.socket.send_to_addr(text.as_bytes(), &inner.address) {
            tracing::debug!("the service manager does not listen: {error}");
        }
    }
}

type Feeding = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// The socket of this name; one that begins with `@` has no file.
fn reach(name: &OsString) -> io::Result<(UnixDatagram, SocketAddr)> {
    let address = match name.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(name)?,
    };
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?; // a manager that hangs must not hold us up
    Ok((socket, address))
}

/// How often a sign of life is expected from this process.
fn watchdog() -> Option<Duration> {
    let number = |name| env::var(name).ok()?.parse::<u64>().ok();
    if number("WATCHDOG_PID").is_some_and(|pid| pid != u64::from(std::process::id())) {
        return None; // it is meant for another one
    }
    number("WATCHDOG_USEC").filter(|micros| *micros > 0).map(Duration::from_micros)
}
