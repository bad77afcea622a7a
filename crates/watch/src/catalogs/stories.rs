//! The watcher on a store in memory, with a clock set by hand: what is told, when, and what never is.

mod again;
mod commits;
mod past;
mod rhythm;
mod telling;
mod trouble;

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_catalog::CatalogId;
use whimbrel_news::{Event, News};
use whimbrel_store::{CatalogMeta, Query, Scope, Store};

use crate::config::{CatalogConfig, Settings};
use crate::github::Github;
use crate::span::Span;
use crate::{Round, Watcher};

/// A whole watcher in a folder of its own.
struct World {
    folder: tempfile::TempDir,
    store: Store,
    watcher: Watcher,
    settings: Settings,
    catalogs: Vec<CatalogConfig>,
    now: DateTime<Utc>,
}

fn id(id: &str) -> CatalogId {
    CatalogId::new(id).unwrap()
}

fn moment(secs: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(secs, 0).unwrap()
}

/// Later than anything a test writes to the disk.
const START: i64 = 4_000_000_000;

impl World {
    fn new(catalogs: Vec<CatalogConfig>) -> Self {
        Self::with(Settings::default(), catalogs)
    }

    fn with(settings: Settings, catalogs: Vec<CatalogConfig>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings { second_read: Span::from_millis(0), ..settings };
        let store = Store::in_memory().unwrap();
        let watcher =
            Watcher::new(store.clone(), folder.path(), settings.clone(), Github::anybody(), catalogs.clone())
                .unwrap();
        Self { folder, store, watcher, settings, catalogs, now: moment(START) }
    }

    /// The program ends and starts again.
    fn restart(&mut self) {
        self.watcher = Watcher::new(
            self.store.clone(),
            self.folder.path(),
            self.settings.clone(),
            Github::anybody(),
            self.catalogs.clone(),
        )
        .unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Lets time pass; every time something is due on the way, it is looked at.
    async fn pass(&mut self, time: TimeDelta) {
        let end = self.now + time;
        loop {
            self.poll().await;
            match self.watcher.next_due().await.unwrap() {
                Some(due) if due <= end => self.now = due.max(self.now + TimeDelta::seconds(1)),
                _ => break,
            }
        }
        self.now = end;
        self.poll().await;
    }

    async fn poll(&self) -> Round {
        self.watcher.poll_due(self.now).await
    }

    async fn look(&self, catalog: &str) -> Round {
        self.watcher.look_now(&[id(catalog)], self.now).await
    }

    fn events(&self) -> Vec<Event> {
        self.store.events_after(0, 1000).unwrap()
    }

    fn history(&self) -> Vec<Event> {
        let query = Query { scope: Scope::All, limit: 1000, ..Query::default() };
        let mut events = self.store.events(&query).unwrap().events;
        events.retain(|event| event.history);
        events.reverse();
        events
    }

    /// Live events in short, `followed` left out.
    fn told(&self) -> Vec<String> {
        let events = self.events().into_iter().filter(|event| !matches!(event.news, News::Followed { .. }));
        events.map(|event| short(&event)).collect()
    }

    fn meta(&self, catalog: &str) -> CatalogMeta {
        self.store.catalog(&id(catalog)).unwrap().unwrap()
    }
}

fn short(event: &Event) -> String {
    let kind = event.kind().as_str();
    match event.news.subject() {
        Some(subject) => format!("{kind} {}", subject.name),
        None => kind.to_owned(),
    }
}

fn at(event: &Event) -> i64 {
    event.at.timestamp()
}

/// A list of these projects.
fn list(names: &[&str]) -> String {
    use std::fmt::Write;
    let mut text = "# A list\n\n## Things\n\n".to_owned();
    for name in names {
        writeln!(text, "- [{name}](https://github.com/people/{name}) - what {name} does for people").unwrap();
    }
    text
}

const FIVE: [&str; 5] = ["alpha", "beta", "gamma", "delta", "epsilon"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    FIVE.into_iter().chain(more.iter().copied()).collect()
}

fn local(name: &str) -> CatalogConfig {
    CatalogConfig::new(id(name), format!("{name}.md"))
}

/// A local file that settles like a remote one.
fn settling(name: &str) -> CatalogConfig {
    CatalogConfig {
        settle_added_secs: Some(1800),
        settle_removed_secs: Some(86_400),
        hold_secs: Some(86_400),
        ..local(name)
    }
}
