//! The program's side of a story in which time is the test's own: a store and the watchers, moved on by hand.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use whimbrel_store::Store;
use whimbrel_watch::{GithubSettings, ProjectWatcher, Settings, Span, Watcher};
use whimbrel_world::github::{Github, Repository};

/// A token the stand-in is to know.
pub(crate) const TOKEN: &str = "token_of_the_side";

/// When these stories begin.
pub(crate) fn start() -> DateTime<Utc> {
    "2026-03-01T00:00:00Z".parse().expect("a moment")
}

/// A store and its watchers.
pub(crate) struct Side {
    pub(crate) store: Store,
    pub(crate) catalogs: Watcher,
    pub(crate) projects: ProjectWatcher,
    github: GithubSettings,
    watch: Settings,
    folder: PathBuf,
}

impl Side {
    /// Opens the store in this folder and follows these catalogs, given as the configuration has them.
    pub(crate) fn open(
        folder: &Path,
        github: &Github,
        tokens: &[&str],
        catalogs: impl IntoIterator<Item = Value>,
        now: DateTime<Utc>,
    ) -> Self {
        let store = Store::open(&whimbrel_store::Settings::default(), folder, now).expect("a store").store;
        let settings = GithubSettings {
            api_url: github.api_url(),
            tokens: tokens.iter().map(|token| (*token).into()).collect(),
            interval_min: Span::from_secs(3600),
            ..GithubSettings::default()
        };
        let (timeout, second_read) = (Span::from_secs(3), Span::from_millis(0));
        let watch = Settings { timeout, second_read, ..Settings::default() };
        let way = whimbrel_watch::Github::new(&settings, &watch, folder, now).expect("a way");
        let config = |catalog| serde_json::from_value(catalog).expect("a catalog");
        let configs = catalogs.into_iter().map(config).collect();
        let catalogs = Watcher::new(store.clone(), folder, watch.clone(), way.clone(), configs);
        let catalogs = catalogs.expect("catalogs");
        let projects =
            ProjectWatcher::new(store.clone(), way, settings.project_rules()).expecting(catalogs.arrivals());
        Self { store, catalogs, projects, github: settings, watch, folder: folder.to_owned() }
    }

    /// From now on GitHub is looked for at this address.
    pub(crate) fn turns_to(&mut self, api_url: String, now: DateTime<Utc>) {
        if self.github.api_url != api_url {
            self.github.api_url = api_url;
            let way = self.projects.github();
            way.reconfigure(&self.github, &self.watch, &self.folder, now).expect("sound settings");
        }
    }

    /// One turn of the program's loop, and more where GitHub is to be asked again before the next; how many looks.
    pub(crate) async fn step(&self, github: &Github, mut now: DateTime<Utc>, until: DateTime<Utc>) -> usize {
        let round = self.catalogs.poll_due(now).await;
        assert_eq!((round.failed, round.refused), (Vec::new(), None));
        let mut looks = 0;
        loop {
            github.clock().set(now);
            let round = self.projects.poll_due(now).await;
            assert_eq!(round.refused, None);
            looks += round.looked;
            match round.again.filter(|again| *again < until) {
                Some(again) => now = again.max(now + TimeDelta::seconds(1)),
                None => return looks,
            }
        }
    }

    /// The whole journal as readers get it, oldest first.
    pub(crate) fn events(&self) -> Vec<Value> {
        let (mut events, mut after) = (Vec::new(), 0);
        loop {
            let page = self.store.events_after(after, 1_000).expect("a page");
            let Some(last) = page.last() else { return events };
            after = last.seq;
            events.extend(page.iter().map(|event| serde_json::to_value(event).expect("JSON")));
        }
    }
}

/// One list of projects, all looked at once, and what happens to them.
pub(crate) struct Listed {
    pub(crate) github: Github,
    pub(crate) projects: Vec<Repository>,
    pub(crate) side: Side,
    pub(crate) now: DateTime<Utc>,
    _folder: tempfile::TempDir,
}

impl Listed {
    /// The projects `owner/p0`, `owner/p1` and so on, as `make` leaves each; a hundred days old.
    pub(crate) async fn of(count: usize, make: impl Fn(usize, Repository) -> Repository) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let github = Github::start();
        github.token(TOKEN);
        github.clock().set(start() - TimeDelta::days(100));
        let mut text = "# List\n\n## Tools\n\n".to_owned();
        let mut projects = Vec::new();
        for number in 0..count {
            let name = format!("owner/p{number}");
            writeln!(text, "- [p{number}](https://github.com/{name}) - A tool.").expect("text grows");
            projects.push(make(number, github.repository(&name)));
        }
        std::fs::write(folder.path().join("list.md"), text).expect("a catalog");
        github.clock().set(start());
        let catalog = serde_json::json!({ "id": "list", "source": "list.md" });
        let side = Side::open(folder.path(), &github, &[TOKEN], [catalog], start());
        side.step(&github, start(), start() + TimeDelta::hours(1)).await;
        Self { github, projects, side, now: start(), _folder: folder }
    }

    /// Lets so many days pass in steps of so many hours; hands back the events of them.
    pub(crate) async fn days(&mut self, days: i64, hours: i64) -> Vec<Value> {
        let (told, step) = (self.side.events().len(), TimeDelta::hours(hours));
        let end = self.now + TimeDelta::days(days);
        while self.now < end {
            self.side.step(&self.github, self.now, self.now + step).await;
            self.now += step;
            self.github.clock().set(self.now);
        }
        self.side.events().split_off(told)
    }
}
