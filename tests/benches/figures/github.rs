//! Following projects at GitHub, against the strict stand-in by real HTTP: what a round without changes costs, and how
//! a hundred thousand projects get along with one token.

mod beside;
mod week;

use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_catalog::CatalogId;
use whimbrel_project::{ProjectId, Rules};
use whimbrel_store::{Look, Store};
use whimbrel_watch::{
    CatalogConfig, Github, GithubSettings, ProjectRound, ProjectWatcher, Settings, Watcher,
};

pub(crate) use self::beside::answer_if_child;
use self::beside::{Beside, TOKEN};
use super::report::{Limit, Report};
use super::store::{id, moment, open};

const PROJECTS: usize = 10_000;
const CATALOGS: usize = 100;

/// Every answer comes so much later.
const LATENCY: Duration = Duration::from_millis(50);

/// Rounds that are measured; the median of each figure counts.
const ROUNDS: usize = 5;

/// Adds the figures of a round without changes.
pub(crate) fn measure_round(report: &mut Report) {
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    runtime.block_on(round(report));
    runtime.block_on(slow_round(report));
}

/// Adds the figures of a week.
pub(crate) fn measure_week(report: &mut Report) {
    tokio::runtime::Runtime::new().expect("threads can be started").block_on(week::measure(report));
}

/// What one round took.
struct Took {
    wall: Duration,
    cpu: Duration,
    requests: usize,
    downloads: usize,
    refused: usize,
    given_up: usize,
    differed: usize,
    written: u64,
}

async fn round(report: &mut Report) {
    let mut github = Beside::start(PROJECTS, CATALOGS, LATENCY, 100);
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let program = Program::new(folder.path(), &github.url);
    let mut now = program.learn(&mut github).await;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        now += TimeDelta::hours(1);
        rounds.push(program.round(&mut github, now).await);
    }
    // Whatever is most, not what is usual: a round is either cheap every time or it is not cheap.
    let most = |of: fn(&Took) -> usize| rounds.iter().map(of).max().unwrap_or_default() as f64;
    let usual = |of: fn(&Took) -> f64| {
        let mut all: Vec<f64> = rounds.iter().map(of).collect();
        all.sort_unstable_by(f64::total_cmp);
        all[all.len() / 2]
    };
    let name = |what: &str| format!("a round without changes, 10,000 projects, 100 catalogs: {what}");
    let note = "batches of 100; the most of 5 rounds";
    report.add(&name("requests"), "", most(|took| took.requests), Limit::AtMost(102.0), note);
    let note = "files of catalogs; their ids are asked for in one question";
    report.add(&name("downloads"), "", most(|took| took.downloads), Limit::AtMost(0.0), note);
    let note = "the stand-in refuses the fifth request under way at the same time";
    report.add(&name("refused"), "", most(|took| took.refused), Limit::AtMost(0.0), note);
    let note = "CPU of this process, the stand-in is another one; median of 5";
    report.add(&name("CPU"), "s", usual(|took| took.cpu.as_secs_f64()), Limit::AtMost(0.5), note);
    let note = "every answer 50 ms late, and the time the stand-in takes for it; median of 5";
    report.add(&name("time"), "s", usual(|took| took.wall.as_secs_f64()), Limit::AtMost(3.0), note);
    let note = format!(
        "changed or told; meanwhile the disk took {:.0} kB, due times and what the database tidies up, median of 5",
        usual(|took| took.written as f64) / 1e3
    );
    report.add(&name("rows"), "", most(|took| took.differed), Limit::AtMost(0.0), note);
}

/// Adds what a round costs when GitHub gives up on more than fifty projects at once.
async fn slow_round(report: &mut Report) {
    let mut github = Beside::start(PROJECTS, CATALOGS, Duration::ZERO, 50);
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let program = Program::new(folder.path(), &github.url);
    let mut now = program.learn(&mut github).await;
    let (mut requests, mut given_up) = (0, 0);
    for _ in 0..ROUNDS {
        now += TimeDelta::hours(1);
        let took = program.round(&mut github, now).await;
        (requests, given_up) = (requests.max(took.requests), given_up.max(took.given_up));
    }
    let note = format!(
        "answered with 502 beyond 50; {given_up} of them tried whether more would do; the most of 5 rounds"
    );
    let name = "the same where GitHub manages 50 projects at once: requests";
    report.add(name, "", requests as f64, Limit::AtMost(205.0), note);
}

/// The two watchers of the program, over one store and one way to GitHub.
struct Program {
    store: Store,
    catalogs: Watcher,
    projects: ProjectWatcher,
    ids: Vec<CatalogId>,
}

impl Program {
    fn new(folder: &Path, api_url: &str) -> Self {
        let store = open(folder);
        let settings = Settings { allow_private_addresses: true, ..Settings::default() };
        let github = way_to(api_url, &settings, moment(0));
        let ids: Vec<CatalogId> = (0..CATALOGS).map(|n| id(&format!("catalog-{n}"))).collect();
        let followed = ids
            .iter()
            .enumerate()
            .map(|(n, id)| CatalogConfig { source: format!("github:{}", beside::catalog(n)), ..config(id) });
        let catalogs =
            Watcher::new(store.clone(), Path::new("/"), settings, github.clone(), followed.collect())
                .expect("the configuration is sound");
        let projects = ProjectWatcher::new(store.clone(), github, Rules::default());
        Self { store, catalogs, projects, ids }
    }

    /// Reads every catalog and looks at every project for the first time, then until nothing new is learnt; says when
    /// that was done.
    async fn learn(&self, github: &mut Beside) -> DateTime<Utc> {
        let mut now = moment(0);
        github.set_clock(now);
        while self.store.projects_scheduled() < PROJECTS || self.is_new() {
            self.catalogs.poll_due(now).await;
            self.projects.poll_due(now).await;
            now += TimeDelta::minutes(2);
            github.set_clock(now);
            assert!(now < moment(24 * 3_600), "a day must be enough to learn them");
        }
        for _ in 0..2 {
            now += TimeDelta::hours(1);
            self.round(github, now).await;
        }
        now
    }

    /// Whether one of them was never seen.
    fn is_new(&self) -> bool {
        let all = self.store.projects(None, PROJECTS).expect("the store can be read");
        all.iter().any(|project| project.node.is_none())
    }

    /// A round in which everything is due.
    async fn round(&self, github: &mut Beside, now: DateTime<Utc>) -> Took {
        let due: Vec<_> = (1..=PROJECTS as u32).map(|n| (ProjectId(n), now)).collect();
        self.store.set_due(&due);
        for id in &self.ids {
            self.store.note_look(id, Look { at: now, next_due: now, interval_secs: 3_600 });
        }
        self.store.write_looks().expect("looks can be written");
        github.set_clock(now);
        github.journal();
        let (begun, cpu, written) = (Instant::now(), cpu(), written());
        let read = self.catalogs.poll_due(now).await;
        let (mut looked, mut at) = (self.projects.poll_due(now).await, now);
        // A machine that is busy with others answers so slowly that the minute is used up.
        while let Some(again) = looked.again {
            at = again.max(at + TimeDelta::seconds(1));
            github.set_clock(at);
            let more = self.projects.poll_due(at).await;
            looked = ProjectRound {
                looked: looked.looked + more.looked,
                changed: looked.changed + more.changed,
                events: looked.events + more.events,
                failed: looked.failed + more.failed,
                ..more
            };
        }
        let (wall, cpu, written) = (begun.elapsed(), cpu_since(cpu), self::written() - written);
        assert_eq!((read.looked.len(), read.failed.len()), (CATALOGS, 0), "every catalog is looked at");
        assert_eq!((looked.looked, looked.failed, looked.again), (PROJECTS, 0, None), "and every project");
        let asked = github.journal();
        assert_eq!(asked.violations, 0, "a client that behaves well");
        Took {
            wall,
            cpu,
            requests: asked.requests,
            downloads: asked.downloads,
            refused: asked.refused,
            given_up: asked.given_up,
            differed: read.changed.len() + looked.changed + looked.events,
            written,
        }
    }
}

fn config(id: &CatalogId) -> CatalogConfig {
    CatalogConfig {
        id: id.clone(),
        title: None,
        source: String::new(),
        format: None,
        backfill: None,
        interval_min: None,
        interval_max: None,
        settle_added_secs: None,
        settle_removed_secs: None,
        hold_secs: None,
        history: vec![],
    }
}

/// The client, with the one token.
fn way_to(api_url: &str, settings: &Settings, now: DateTime<Utc>) -> Github {
    let github = GithubSettings {
        api_url: api_url.to_owned(),
        token: Some(TOKEN.to_owned().into()),
        ..GithubSettings::default()
    };
    Github::new(&github, settings, Path::new("/"), now).expect("the settings are sound")
}

/// What this process has used of the processors, all its threads together.
fn cpu() -> Duration {
    // The name in parentheses may hold spaces; user and system time are the 12th and 13th field after it, in hundredths
    // of a second.
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn cpu_since(before: Duration) -> Duration {
    cpu().saturating_sub(before)
}

/// Bytes this process has given to disks.
fn written() -> u64 {
    let text = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("write_bytes: "));
    line.and_then(|bytes| bytes.parse().ok()).unwrap_or_default()
}
