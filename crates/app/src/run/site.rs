//! The loop that serves page and feeds. New settings of `[web]` are taken over while it runs.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, anyhow};
use chrono::Utc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use whimbrel_discord::Bot as DiscordBot;
use whimbrel_fanout::Fanout;
use whimbrel_hub::Hub;
use whimbrel_lookup::Lookup;
use whimbrel_store::Store;
use whimbrel_telegram::Bot;
use whimbrel_watch::ProjectWatcher;
use whimbrel_web::{BotState, BotWay, LoopState, Off, Route, Settings, Site, StatusFacts, StatusSource};

use super::loops::{Board, Pulse};
use super::projects::{self, Progress};
use super::{Setup, websub, welcome};
use crate::leads::Leads;
use crate::screen::{count, reasons};

/// The site waits for others; it is asked whether it lives this often.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);

/// A socket that listens. It is kept open while the site on it is exchanged, so that readers wait and are not refused.
pub(crate) struct Socket {
    listener: std::net::TcpListener,
    /// What `[web] listen` said.
    asked: SocketAddr,
    /// What it became: another port when any free one was asked for.
    bound: SocketAddr,
}

impl Socket {
    /// Listens at an address; a refusal says what to do.
    pub(crate) fn bind(at: SocketAddr) -> anyhow::Result<Self> {
        let listener = std::net::TcpListener::bind(at).map_err(|error| match error.kind() {
            ErrorKind::AddrInUse => anyhow!(
                "{at} is in use by another program, perhaps a second whimbrel: stop that one, or set another address with `listen` in [web] \
                 (or WHIMBREL_WEB__LISTEN)"
            ),
            ErrorKind::PermissionDenied => anyhow!(
                "{at} may not be listened on: ports below 1024 need a privilege; set another one with `listen` in [web]"
            ),
            _ => anyhow::Error::new(error).context(format!("listening on {at}, as `listen` in [web] says")),
        })?;
        listener.set_nonblocking(true).context("preparing the socket of the site")?;
        let bound = listener.local_addr().context("asking for the address of the site")?;
        Ok(Self { listener, asked: at, bound })
    }

    /// The settings with the address that was given.
    pub(crate) fn settle(&self, settings: &Settings) -> Settings {
        Settings { listen: self.bound, ..settings.clone() }
    }

    fn try_clone(&self) -> anyhow::Result<Self> {
        let listener = self.listener.try_clone().context("sharing the socket of the site")?;
        Ok(Self { listener, ..*self })
    }
}

/// What the pages say of the program comes from here; a cheap handle.
#[derive(Clone)]
pub(crate) struct About {
    pub(crate) board: Board,
    pub(crate) configured: watch::Receiver<Arc<Setup>>,
    pub(crate) projects: ProjectWatcher,
    pub(crate) progress: Progress,
    pub(crate) fanout: Fanout,
    pub(crate) bot: Option<Bot>,
    pub(crate) discord: Option<DiscordBot>,
    pub(crate) lookup: Lookup,
    pub(crate) hub: Hub,
    pub(crate) leads: Arc<Leads>,
}

/// Makes the loop. `routes` are served beside page and feeds.
pub(crate) fn serving(
    store: Store,
    socket: Socket,
    about: About,
    routes: Vec<Route>,
) -> impl Fn(Pulse) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
    let socket = Arc::new(Mutex::new(socket));
    move |pulse| {
        let (store, socket) = (store.clone(), Arc::clone(&socket));
        let (about, routes) = (about.clone(), routes.clone());
        Box::pin(async move {
            if let Err(error) = serve(store, &socket, about, routes, pulse).await {
                tracing::error!("page and feeds cannot be served: {}", reasons(&error));
            }
        })
    }
}

async fn serve(
    store: Store,
    socket: &Mutex<Socket>,
    about: About,
    routes: Vec<Route>,
    mut pulse: Pulse,
) -> anyhow::Result<()> {
    let mut configured = about.configured.clone();
    loop {
        let settings = configured.borrow_and_update().config.web.clone();
        let mut listening = socket.lock().unwrap_or_else(PoisonError::into_inner).try_clone()?;
        if listening.asked != settings.listen {
            match Socket::bind(settings.listen) {
                Ok(other) => {
                    tracing::info!("page and feeds are now at http://{}/", other.bound);
                    listening = other.try_clone()?;
                    *socket.lock().unwrap_or_else(PoisonError::into_inner) = other;
                }
                Err(error) => {
                    tracing::error!(
                        "{}; page and feeds stay at http://{}/",
                        reasons(&error),
                        listening.bound
                    );
                }
            }
        }
        let settled = listening.settle(&settings);
        let site = Site::new(store.clone(), settled, status(about.clone()), routes.clone())
            .answering(about.lookup.clone());
        let listener = TcpListener::from_std(listening.listener).context("serving page and feeds")?;
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
        site.serve(listener, until).await;
        if stopped {
            return Ok(());
        }
        tracing::info!("the settings of [web] have changed: serving with the new ones");
    }
}

/// What the pages say about the program.
fn status(about: About) -> StatusSource {
    Arc::new(move || {
        let now = Utc::now();
        let loops = about.board.states().into_iter().map(|(name, state)| LoopState {
            name: name.to_owned(),
            alive: state.is_alive(std::time::Instant::now()),
            last_progress: state.last_progress,
        });
        let setup = Arc::clone(&about.configured.borrow());
        let off = welcome::off(&setup);
        let projects = setup.config.github.projects.then(|| about.progress.state(&about.projects));
        StatusFacts {
            off: off
                .into_iter()
                .map(|(what, how)| Off { what: what.to_owned(), how: how.to_owned() })
                .collect(),
            loops: loops.collect(),
            projects,
            budgets: projects::budgets(&about.projects, now),
            hub: websub::state(&about.hub),
            bots: bots(&about, &setup),
            leads: about.leads.all(),
            remarks: remarks(&about, now),
            ..StatusFacts::default()
        }
    })
}

/// The bots people can write to, once they are known.
fn bots(about: &About, setup: &Setup) -> Vec<BotState> {
    let telegram = about.bot.as_ref().and_then(|bot| Some(on_telegram(bot.name()?, bot.trouble().is_none())));
    let discord = about.discord.as_ref().filter(|_| setup.config.discord.token.is_some());
    let discord = discord.map(|bot| on_discord(bot.invitation(), bot.trouble().is_none()));
    telegram.into_iter().chain(discord).collect()
}

/// The bot of this name.
pub(crate) fn on_telegram(name: String, listens: bool) -> BotState {
    let way = Some(BotWay::Chat(chat(&name)));
    BotState { service: "Telegram".to_owned(), name: Some(name), way, listens }
}

/// Where people talk to the bot of this name.
pub(crate) fn chat(name: &str) -> String {
    format!("https://t.me/{name}")
}

/// The bot that is invited by this address. What it is called there is not needed to find it.
pub(crate) fn on_discord(invitation: Option<String>, listens: bool) -> BotState {
    let way = invitation.map(BotWay::Invitation);
    BotState { service: "Discord".to_owned(), name: None, way, listens }
}

/// What is wrong, or missing and would help.
fn remarks(about: &About, now: chrono::DateTime<Utc>) -> Vec<String> {
    let mut remarks = about.projects.remarks(now);
    let status = about.fanout.status();
    for service in &status.services {
        if let Some(rest) = &service.rest {
            remarks.push(format!("nothing is sent to {} for now: {}", service.service, rest.reason));
        }
    }
    remarks.extend(about.bot.as_ref().and_then(Bot::trouble));
    remarks.extend(about.discord.as_ref().and_then(DiscordBot::trouble));
    for (number, what) in [
        (status.parked, "refuse our messages; what comes for them is kept"),
        (status.retrying, "could not be reached the last time; it is tried again"),
    ] {
        if number > 0 {
            remarks.push(format!("{} {what}", count(number, "subscription", "subscriptions")));
        }
    }
    if status.dead_letters > 0 {
        let letters = count(status.dead_letters, "message", "messages");
        remarks.push(format!("{letters} could not be delivered: see `whimbrel lanes`"));
    }
    remarks
}
