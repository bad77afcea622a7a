//! The loop that serves page and feeds. New settings of `[web]` are taken over while it runs.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail};
use chrono::Utc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use whimbrel_store::Store;
use whimbrel_web::{LoopState, Off, Settings, Site, StatusFacts, StatusSource};

use super::loops::{Board, Pulse};
use super::{Setup, welcome};

/// The site waits for others; it is asked whether it lives this often.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);

/// Listens at an address; a refusal says what to do.
pub(crate) async fn bind(at: SocketAddr) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(at).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == ErrorKind::AddrInUse => bail!(
            "{at} is in use by another program: stop that one, or set another address with `listen` in [web] \
             (or WHIMBREL_WEB__LISTEN)"
        ),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => bail!(
            "{at} may not be listened on: ports below 1024 need a privilege; set another one with `listen` in [web]"
        ),
        Err(error) => Err(error).with_context(|| format!("listening on {at}, as `listen` in [web] says")),
    }
}

/// Where the site can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// What `[web] listen` said.
    asked: SocketAddr,
    /// What it became: another port when any free one was asked for.
    bound: SocketAddr,
}

impl Address {
    /// Of a socket that listens.
    pub(crate) fn of(listener: &TcpListener) -> anyhow::Result<Self> {
        let bound = listener.local_addr().context("asking for the address of the site")?;
        Ok(Self { asked: bound, bound })
    }

    /// The settings with the address that was given.
    pub(crate) fn settle(self, settings: &Settings) -> Settings {
        Settings { listen: self.bound, ..settings.clone() }
    }
}

/// Makes the loop.
pub(crate) fn serving(
    store: Store,
    listener: TcpListener,
    mut address: Address,
    configured: watch::Receiver<Arc<Setup>>,
    board: Board,
) -> impl Fn(Pulse) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
    address.asked = configured.borrow().config.web.listen;
    let place = Arc::new(Mutex::new((Some(listener), address)));
    move |pulse| {
        let (store, place) = (store.clone(), Arc::clone(&place));
        let (configured, board) = (configured.clone(), board.clone());
        Box::pin(serve(store, place, configured, board, pulse))
    }
}

type Place = Arc<Mutex<(Option<TcpListener>, Address)>>;

async fn serve(
    store: Store,
    place: Place,
    mut configured: watch::Receiver<Arc<Setup>>,
    board: Board,
    mut pulse: Pulse,
) {
    loop {
        let settings = configured.borrow_and_update().config.web.clone();
        let (ready, address) = {
            let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
            (place.0.take(), place.1)
        };
        let Some((listener, address)) = listen(ready, address, settings.listen).await else { return };
        place.lock().unwrap_or_else(PoisonError::into_inner).1 = address;

        let site =
            Site::new(store.clone(), address.settle(&settings), status(&board, &configured), Vec::new());
        let mut stopped = false;
        let until = async {
            loop {
                pulse.beat();
                tokio::select! {
                    () = pulse.stopped() => {
                        stopped = true;
                        return;
                    }
                    Ok(()) = configured.changed() => {
                        if configured.borrow_and_update().config.web != settings {
                            return;
                        }
                    }
                    () = tokio::time::sleep(SIGN_OF_LIFE) => {}
                }
            }
        };
        whimbrel_web::serve(listener, site.router(), settings.max_connections, until).await;
        if stopped {
            return;
        }
        tracing::info!("the settings of [web] have changed: serving with the new ones");
    }
}

/// The socket to serve on: the one that is ready, else one at the address asked for, else at the one before.
async fn listen(
    ready: Option<TcpListener>,
    address: Address,
    asked: SocketAddr,
) -> Option<(TcpListener, Address)> {
    if let Some(ready) = ready {
        return Some((ready, address));
    }
    let at = if asked == address.asked { address.bound } else { asked };
    match bind(at).await {
        Ok(listener) => {
            let bound = listener.local_addr().unwrap_or(at);
            if bound != address.bound {
                tracing::info!(address = %format!("http://{bound}/"), "page and feeds are now at http://{bound}/");
            }
            Some((listener, Address { asked, bound }))
        }
        Err(error) if at != address.bound => {
            tracing::error!("{error:#}; page and feeds stay at http://{}/", address.bound);
            bind(address.bound).await.ok().map(|listener| (listener, address))
        }
        Err(error) => {
            tracing::error!("{error:#}");
            None // the loop is started again after a pause
        }
    }
}

/// What the pages say about the program.
fn status(board: &Board, configured: &watch::Receiver<Arc<Setup>>) -> StatusSource {
    let (board, configured) = (board.clone(), configured.clone());
    Arc::new(move || {
        let now = Utc::now();
        let loops = board.states().into_iter().map(|(name, state)| LoopState {
            name: name.to_owned(),
            alive: state.is_alive(now),
            last_progress: state.last_progress,
        });
        let off = welcome::off(&configured.borrow());
        StatusFacts {
            off: off
                .into_iter()
                .map(|(what, how)| Off { what: what.to_owned(), how: how.to_owned() })
                .collect(),
            loops: loops.collect(),
            ..StatusFacts::default()
        }
    })
}
