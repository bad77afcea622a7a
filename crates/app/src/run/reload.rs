//! The configuration read again while the program runs: when its file changes or one that holds a secret, and when a
//! signal asks for it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::Utc;
use tokio::sync::{Notify, watch};
use whimbrel_watch::{CatalogConfig, Watcher};

use super::Setup;
use super::chats::Chats;
use super::loops::{self, Pulse};
use crate::accepted;
use crate::cli::Common;
use crate::config::{self, Environment};
use crate::logs::Logs;
use crate::screen::reasons;

/// How often the files are looked at. Asking for its times works on every file system and through every kind of link.
const GLANCE: Duration = Duration::from_secs(1);

/// Makes the loop that follows the configuration.
pub(crate) fn following(
    common: Common,
    logs: Logs,
    watcher: Watcher,
    chats: Chats,
    configuration: watch::Sender<Arc<Setup>>,
    asked: Arc<Notify>,
    wake: Arc<Notify>,
) -> impl Fn(Pulse) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    let secrets = Environment::of_process().files();
    let follower = Arc::new(Follower { common, logs, watcher, chats, configuration, wake, secrets });
    move |mut pulse| {
        let (follower, asked) = (Arc::clone(&follower), Arc::clone(&asked));
        Box::pin(async move {
            // Unknown at first: what was written since the program read it is not missed.
            let mut stamp = Vec::new();
            loop {
                pulse.beat();
                tokio::select! {
                    () = pulse.stopped() => return,
                    () = asked.notified() => follower.read_again(true),
                    () = loops::rest(GLANCE) => {
                        let now = follower.stamp();
                        if now == stamp {
                            continue;
                        }
                        stamp = now;
                        follower.read_again(false);
                    }
                }
            }
        })
    }
}

struct Follower {
    common: Common,
    logs: Logs,
    watcher: Watcher,
    chats: Chats,
    configuration: watch::Sender<Arc<Setup>>,
    wake: Arc<Notify>,
    /// Files with a secret in each.
    secrets: Vec<PathBuf>,
}

impl Follower {
    /// What tells whether a file was written: that of the configuration, one with a secret, or that of accepted catalogs.
    fn stamp(&self) -> Vec<Option<(SystemTime, u64)>> {
        let stamp = |file: &Path| {
            let about = fs::metadata(file).ok()?;
            Some((about.modified().ok()?, about.len()))
        };
        let setup = Arc::clone(&self.configuration.borrow());
        // People's suggestions that were accepted are a part of the configuration.
        let accepted = accepted::file(&setup.store_folder());
        setup.file.iter().chain(&self.secrets).chain([&accepted]).map(|file| stamp(file)).collect()
    }

    /// Takes over what the configuration says now; one that is wrong changes nothing.
    fn read_again(&self, asked: bool) {
        if let Err(error) = self.take_over(asked) {
            tracing::error!(
                "the configuration was not taken over, the one before stays in force: {}",
                reasons(&error)
            );
        }
    }

    fn take_over(&self, asked: bool) -> anyhow::Result<()> {
        let before = Arc::clone(&self.configuration.borrow());
        let named = self.common.config.as_deref().or(before.file.as_deref());
        let loaded = config::load(named, &Environment::of_process())?;
        let after = Setup::of(loaded)?;
        let changes = changes(&before, &after);
        if changes.is_empty() {
            if asked {
                tracing::info!("the configuration was read again: nothing has changed");
            }
            return Ok(());
        }
        // Checked first, so that either everything is taken over or nothing.
        super::github(&after)?;
        Chats::new(&after.config)?;
        self.logs.follow(&after.config.log)?;
        self.watcher.reconfigure(
            &after.folder,
            after.config.watch.clone(),
            after.followed.catalogs.clone(),
        )?;
        let (github, watch) = (&after.config.github, &after.config.watch);
        self.watcher.github().reconfigure(github, watch, &after.folder, Utc::now())?;
        for later in self.chats.follow(&after.config)? {
            tracing::warn!("what has changed about {later} takes effect at the next start");
        }
        self.configuration.send_replace(Arc::new(after));
        self.wake.notify_one();
        for change in changes {
            tracing::info!("configuration: {change}");
        }
        Ok(())
    }
}

/// What differs, for people.
fn changes(before: &Setup, after: &Setup) -> Vec<String> {
    let mut changes = Vec::new();
    let by_id = |catalogs: &[CatalogConfig]| -> BTreeMap<_, _> {
        catalogs.iter().map(|catalog| (catalog.id.clone(), catalog.clone())).collect()
    };
    let (old, new) = (by_id(&before.followed.catalogs), by_id(&after.followed.catalogs));
    for (id, catalog) in &new {
        match old.get(id) {
            None => changes.push(format!("now following `{id}` from {}", catalog.source)),
            Some(known) if known != catalog => changes.push(format!("`{id}` is followed in another way")),
            Some(_) => {}
        }
    }
    for id in old.keys().filter(|id| !new.contains_key(*id)) {
        changes.push(format!("`{id}` is no longer followed; what is known of it is kept"));
    }
    let sections = [
        ("watch", differ(&before.config.watch, &after.config.watch), ""),
        ("github", before.config.github != after.config.github, ""),
        ("links", before.config.links != after.config.links, ""),
        ("fanout", before.config.fanout != after.config.fanout, "; that takes effect at the next start"),
        ("telegram", before.config.telegram != after.config.telegram, ""),
        ("discord", before.config.discord != after.config.discord, ""),
        ("[destination]", before.config.destinations != after.config.destinations, ""),
        ("web", before.config.web != after.config.web, ""),
        ("log", before.config.log != after.config.log, ""),
        (
            "telemetry",
            before.config.telemetry != after.config.telemetry,
            "; that takes effect at the next start",
        ),
        ("store", before.config.store != after.config.store, "; that takes effect at the next start"),
    ];
    for (name, differs, remark) in sections {
        if differs {
            changes.push(format!("[{name}] has changed{remark}"));
        }
    }
    changes
}

/// True when two settings that cannot be compared are written differently.
fn differ<T: serde::Serialize>(one: &T, other: &T) -> bool {
    match (toml::Table::try_from(one), toml::Table::try_from(other)) {
        (Ok(one), Ok(other)) => one != other,
        _ => true,
    }
}
