//! `whimbrel run`: the store, the watcher and the site wired together, loops around them, and a graceful end.

mod alarms;
pub(crate) mod backups;
pub(crate) mod bots;
pub(crate) mod chats;
mod clock;
mod discord;
pub(crate) mod disk;
mod heap;
mod hub;
mod lanes;
pub(crate) mod lookup;
mod loops;
mod manager;
mod metrics;
pub(crate) mod projects;
pub(crate) mod reload;
pub(crate) mod site;
pub(crate) mod spans;
pub(crate) mod stop;
mod suggestions;
mod tally;
mod telegram;
mod teller;
pub(crate) mod watching;
mod websub;
pub(crate) mod welcome;
mod writing;

use std::cell::RefCell;
use std::io::{BufWriter, Write};
use std::ops::Deref;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use chrono::Utc;
use tokio::sync::{Mutex, Notify, watch};
use whimbrel_commands::{Commands, Settings};
use whimbrel_discord::Bot as DiscordBot;
use whimbrel_fanout::{Channel, Fanout};
use whimbrel_hub::Hub;
use whimbrel_lookup::{Index, Lookup};
use whimbrel_store::{OpenStep, Opened, Progress, Store};
use whimbrel_telegram::Bot;
use whimbrel_telemetry::Exporter;
use whimbrel_watch::{Github, LinkChecker, ProjectWatcher, Watcher};

use crate::ask;
use crate::cli::Common;
use crate::config::{self, Environment, Loaded};
use crate::control::Request;
use crate::control::frames::{DataFrames, Frame};
use crate::control::server::{Answer, Server};
use crate::digest;
use crate::keep;
use crate::leads::Leads;
use crate::logs::{self, Logs};
use crate::samples::{self, Followed};
use crate::screen::reasons;

use self::alarms::Alarms;
use self::chats::Chats;
use self::loops::Loops;
use self::manager::Manager;
use self::site::Socket;
use self::stop::{Asked, Signals};
use self::suggestions::Suggestions;
use self::tally::Tally;
use self::teller::Teller;

/// What the loops get to end in, so that with the store's last flush the whole takes less than five seconds.
const LAST_WORDS: Duration = Duration::from_secs(4);

/// As many as four commands over the socket, eight looks and two renderers can use at once.
const BLOCKING_THREADS: usize = 16;

/// A thread that blocks for nobody ends after this. sled leaves what a thread has replaced to that thread until it has
/// replaced more, half a megabyte of its log at a time, or ends: a dozen that wait for work hold 4 MB.
const IDLE_THREAD: Duration = Duration::from_secs(1);

/// Lines of an export that travel together.
const FRAME_BYTES: usize = 64 * 1024;

/// The configuration in force and what is followed by it.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    loaded: Loaded,
    /// What is followed.
    pub(crate) followed: Followed,
}

impl Setup {
    /// What this configuration means.
    pub(crate) fn of(loaded: Loaded) -> anyhow::Result<Self> {
        Ok(Self { followed: samples::followed(&loaded)?, loaded })
    }
}

impl Deref for Setup {
    type Target = Loaded;

    fn deref(&self) -> &Loaded {
        &self.loaded
    }
}

/// Runs until it is told to stop.
pub(crate) fn run(common: &Common) -> anyhow::Result<ExitCode> {
    heap::keep_small();
    let loaded = config::load(common.config.as_deref(), &Environment::of_process())?;
    let (spans, exporter) = spans::open(&loaded.config.telemetry)?.unzip();
    let logs = logs::start(common, &loaded.config.log, spans)?;
    let runtime = threads()?;
    let worked = runtime.block_on(work(common, loaded, logs, exporter));
    // A look that hangs in the network must not keep the program; everything it knew is written down already.
    runtime.shutdown_background();
    worked.map(|()| ExitCode::SUCCESS)
}

/// Threads for the loops and for what blocks. Few of them: each keeps memory of its own, and the store takes one
/// commit at a time anyway.
pub(crate) fn threads() -> anyhow::Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let builder = builder.enable_all().max_blocking_threads(BLOCKING_THREADS);
    builder.thread_keep_alive(IDLE_THREAD).build().context("starting threads")
}

async fn work(
    common: &Common,
    loaded: Loaded,
    logs: Logs,
    exporter: Option<Arc<Exporter>>,
) -> anyhow::Result<()> {
    let mut signals = Signals::listen().context("listening for signals")?;
    let manager = Manager::of_process();
    // Before anything is made: a second start by mistake leaves nothing behind.
    let socket = Socket::bind(loaded.config.web.listen)?;
    let (store, recovered) = open_saying(&loaded).await?;
    let setup = Setup::of(loaded)?;
    let settings = setup.config.watch.clone();
    let catalogs = setup.followed.catalogs.clone();
    let github = github(&setup)?;
    let watcher = Watcher::new(store.clone(), &setup.folder, settings, github.clone(), catalogs)?;
    let rules = setup.config.github.project_rules();
    let projects = ProjectWatcher::new(store.clone(), github, rules).expecting(watcher.arrivals());
    let links = LinkChecker::new(store.clone(), setup.config.links.clone(), &setup.config.watch)?;
    // Nobody is looked at yet, but everybody is known: until each was read, `/readyz` says that they are waited for.
    watcher.look_now(&[], Utc::now()).await;
    let commands = Server::bind(&setup.store_folder());
    let (chats, tally) = (Chats::new(&setup.config)?, Tally::default());
    let channels: Vec<_> = chats.channels().into_iter().map(|channel| tally.watch(channel)).collect();
    let fanout = lanes_of(&store, channels.clone(), &chats, &setup).await?;

    let own = store.clone();
    let own_hub = tokio::task::spawn_blocking(move || Hub::open(own)).await?.context("reading the hub")?;

    let (stop, stopping) = watch::channel(false);
    let (configuration, configured) = watch::channel(Arc::new(setup));
    let (wake, again) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let mut loops = Loops::new(stopping);
    let board = loops.board();
    let welcome = welcome::say(common, &configured.borrow(), &socket);

    loops.start(
        "watch",
        watching::looking(watcher.clone(), Arc::clone(&wake), configured.clone(), tally.clone()),
    );
    loops.start(
        "edits",
        watching::hearing(watcher.clone(), Arc::clone(&wake), configured.clone(), tally.clone()),
    );
    let (progress, hurry) = (projects::Progress::default(), Arc::new(Notify::new()));
    loops.start(
        "projects",
        projects::following(
            projects.clone(),
            progress.clone(),
            Arc::clone(&hurry),
            configured.clone(),
            tally.clone(),
        ),
    );
    loops.start("links", projects::checking(links, configured.clone(), tally.clone()));
    loops.start("backups", backups::keeping(store.clone()));
    loops.start("store", writing::watching(store.clone()));
    let lookup = Lookup::new(store.clone(), Index::new());
    let commits = commits(&store);
    loops.start("lookup", lookup::following(store.clone(), lookup.clone(), commits.clone()));
    loops.start("hub", hub::announcing(store.clone(), configured.clone()));
    loops.start("websub", websub::sending(own_hub.clone(), store.clone(), configured.clone()));
    loops.start("lanes", lanes::telling(store.clone(), fanout.clone(), configured.clone(), commits));
    loops.start("clock", clock::watching(store.clone(), fanout.clone(), watcher.clone(), configured.clone()));
    let site =
        configured.borrow().config.web.public_url.as_ref().map(|url| url.trim_end_matches('/').to_owned());
    let answers = Commands::new(
        store.clone(),
        fanout.clone(),
        lookup.clone(),
        Settings { site, ..Settings::default() },
    );
    let state = configured.borrow().store_folder();
    for (file, kept, of) in [
        ("questions.txt", answers.keep_questions_in(&state.join("questions.txt")), "of long questions"),
        ("undo.jsonl", answers.keep_undos_in(&state.join("undo.jsonl")), "to undo a change"),
    ] {
        if let Err(error) = kept {
            tracing::warn!(
                "{} cannot be read: old buttons {of} do nothing ({error})",
                state.join(file).display()
            );
        }
    }
    #[cfg(feature = "charts")]
    answers.paint_with(ask::picture::painter());
    let teller = Teller { channels, pace: chats.pace.clone() };
    let suggestions = Arc::new(Suggestions {
        configured: configured.clone(),
        github: anonymous(&configured.borrow().clone())?,
        teller: teller.clone(),
        discord: chats.discord.clone(),
        writing: Mutex::default(),
        looks: tokio::sync::Semaphore::new(suggestions::LOOKS),
        decided: tokio::sync::Notify::new(),
    });
    answers.propose_to(suggestions.clone());
    loops.start("suggestions", suggestions::answers::telling(suggestions));
    let discord = chats.discord.clone().map(|discord| DiscordBot::new(discord, answers.clone(), Utc::now));
    if let Some(bot) = discord.clone() {
        loops.start("discord", discord::listening(bot));
    }
    let bot = chats
        .telegram
        .clone()
        .map(|telegram| Bot::new(telegram, answers, fanout.clone(), chats.pace.clone()));
    if let Some(bot) = bot.clone() {
        let updates = state.join("updates.txt");
        if let Err(error) = bot.keep_updates_in(&updates) {
            tracing::warn!(
                "{} cannot be read: what was asked on Telegram may be answered twice ({error})",
                updates.display()
            );
        }
        loops.start("telegram", telegram::listening(bot, configured.clone()));
    }
    let leads = Arc::new(Leads::beside(&state));
    let hooks = projects::hooks(projects.clone(), watcher.clone(), hurry, configured.clone());
    let about = site::About {
        board,
        configured: configured.clone(),
        projects,
        progress,
        fanout: fanout.clone(),
        lookup: lookup.clone(),
        bot: bot.clone(),
        discord: discord.clone(),
        hub: own_hub.clone(),
        leads: Arc::clone(&leads),
    };
    loops.start("bots", bots::learning(leads, bot.clone(), configured.clone()));
    let alarms = Alarms { store: store.clone(), about: about.clone(), teller, opened: Arc::new(recovered) };
    loops.start("alarms", alarms::telling(alarms));
    let metrics = metrics::route(store.clone(), about.clone(), tally, exporter.clone());
    let calls = bot.map(telegram::hooks).into_iter().chain(discord.map(discord::hooks));
    let routes = [hooks, metrics].into_iter().chain(websub::routes(own_hub)).chain(calls).collect();
    loops.start("site", site::serving(store.clone(), socket, about, routes));
    loops.start(
        "configuration",
        reload::following(common.clone(), logs, watcher, chats, configuration, Arc::clone(&again), wake),
    );
    match commands {
        Ok(server) => {
            let (server, answer) = (Arc::new(server), answering(store.clone(), fanout, lookup));
            loops.start("commands", move |mut pulse| {
                let (server, answer) = (Arc::clone(&server), Arc::clone(&answer));
                async move { pulse.alongside(server.serve(answer)).await }
            });
        }
        Err(error) => {
            tracing::warn!("commands such as `whimbrel export` cannot ask this program: {}", reasons(&error));
        }
    }

    if let Some(exporter) = exporter.clone() {
        loops.start("spans", spans::exporting(exporter));
    }
    if let Some(feeding) = manager.feeding(loops.board()) {
        loops.start("watchdog", feeding);
    }
    manager.ready(&welcome);

    while signals.next().await == Asked::Reload {
        again.notify_one();
    }
    tracing::info!("stopping");
    manager.stopping();
    let stopping = Instant::now();
    stop.send_replace(true);
    if !loops.ended(LAST_WORDS).await {
        tracing::warn!("some work did not end in time and is cut off; nothing that was recorded is lost");
    }
    let last = move || store.write_looks().and_then(|_| store.write_schedule());
    tokio::task::spawn_blocking(last).await?.context("writing the last looks")?;
    if let Some(exporter) = exporter {
        spans::finish(&exporter, stopping).await;
    }
    tracing::info!("stopped");
    Ok(())
}

/// Changes whenever the store wrote something; its sender lives as long as the store.
fn commits(store: &Store) -> watch::Receiver<()> {
    let (commits, heard) = watch::channel(());
    store.on_commit(move || commits.send_replace(()));
    heard
}

/// All lanes, as the store has them.
async fn lanes_of(
    store: &Store,
    channels: Vec<Arc<dyn Channel>>,
    chats: &Chats,
    setup: &Setup,
) -> anyhow::Result<Fanout> {
    let settings = setup.config.fanout.for_fanout(setup.config.web.public_url.as_deref());
    let (store, pace) = (store.clone(), chats.pace.clone());
    let opened = move || Fanout::open(store, channels, pace, settings, Utc::now());
    let fanout = tokio::task::spawn_blocking(opened).await?.context("reading the lanes")?;
    #[cfg(feature = "charts")]
    fanout.paint_with(crate::digest::picture::painter());
    Ok(fanout)
}

/// The one way to GitHub.
pub(crate) fn github(loaded: &Loaded) -> anyhow::Result<Github> {
    Github::new(&loaded.config.github, &loaded.config.watch, &loaded.folder, Utc::now())
}

/// A way to the same GitHub as anybody has it, without token and app.
fn anonymous(loaded: &Loaded) -> anyhow::Result<Github> {
    let settings = whimbrel_watch::GithubSettings {
        api_url: loaded.config.github.api_url.clone(),
        ..whimbrel_watch::GithubSettings::default()
    };
    Github::new(&settings, &loaded.config.watch, &loaded.folder, Utc::now())
}

/// Opens the store; what had to be done is said aloud.
pub(crate) async fn open(loaded: &Loaded) -> anyhow::Result<Store> {
    Ok(open_saying(loaded).await?.0)
}

/// The same; what had to be done to save a damaged store is handed back in words.
async fn open_saying(loaded: &Loaded) -> anyhow::Result<(Store, Vec<String>)> {
    let (settings, folder) = (loaded.config.store.clone(), loaded.folder.clone());
    let opened = tokio::task::spawn_blocking(move || Store::open(&settings, &folder, Utc::now())).await?;
    let Opened { store, steps } = opened?;
    let harmless =
        |step: &OpenStep| matches!(step, OpenStep::Created | OpenStep::Projects(_) | OpenStep::Spread(_));
    let recovered = steps.iter().filter(|step| !harmless(step)).map(keep::sentence).collect();
    for step in &steps {
        match step {
            OpenStep::Created => {
                tracing::info!(folder = %loaded.store_folder().display(), "made a new store");
            }
            step => tracing::warn!("{}", keep::sentence(step)),
        }
    }
    Ok((store, recovered))
}

/// What commands that ask over the socket are answered.
fn answering(store: Store, fanout: Fanout, lookup: Lookup) -> Answer {
    let threads = tokio::runtime::Handle::current();
    Arc::new(move |request, out| {
        // Data and progress go the same way, in turns.
        let out = RefCell::new(out);
        let mut progress = |progress: Progress| {
            // Whoever asked may have left; a backup is made all the same, an export notices with its next line.
            let _ = Frame::Progress(progress.done, progress.total).send(&mut *out.borrow_mut());
        };
        match request {
            Request::Export => {
                let mut lines = BufWriter::with_capacity(FRAME_BYTES, DataFrames(&out));
                store.export(&mut lines, &mut progress)?;
                lines.flush()?;
            }
            Request::Lanes => {
                let report = crate::lanes::report(&fanout)?;
                Frame::Data(serde_json::to_vec(&report)?).send(&mut *out.borrow_mut())?;
            }
            Request::Resend(number) => {
                let found = threads.block_on(fanout.resend(number, Utc::now()))?;
                anyhow::ensure!(found, "there is no undelivered message {number}");
                Frame::Data(b"It goes out again.".to_vec()).send(&mut *out.borrow_mut())?;
            }
            Request::Discard(number) => {
                threads.block_on(fanout.discard(number, Utc::now()))?;
                Frame::Data(b"It is forgotten.".to_vec()).send(&mut *out.borrow_mut())?;
            }
            Request::Backup => {
                let path = store.backup(Utc::now(), &mut progress)?.context("this store keeps no backups")?;
                Frame::Data(path.display().to_string().into_bytes()).send(&mut *out.borrow_mut())?;
            }
            Request::Ask(asked) => {
                let answer = ask::answer(&lookup, &asked)?;
                DataFrames(&out).write_all(&serde_json::to_vec(&answer)?)?;
            }
            Request::Digest(question) => DataFrames(&out).write_all(&digest::answer(&store, &question)?)?,
        }
        Ok(())
    })
}
