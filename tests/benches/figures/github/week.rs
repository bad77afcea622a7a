//! A hundred thousand projects on one token for a week, by a clock that is moved from one due time to the next.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_catalog::{Entry, EntryKey, Place, SectionPath};
use whimbrel_project::Rules;
use whimbrel_store::{CatalogMeta, Record, Store};
use whimbrel_watch::{ProjectWatcher, Settings};
use whimbrel_world::github::{Github, Repository};

use super::TOKEN;
use super::way_to;
use crate::figures::report::{Limit, Report};
use crate::figures::store::{id, moment, open};

const PROJECTS: usize = 100_000;
const CATALOGS: usize = 100;

/// Projects that publish a release in each hour.
const RELEASES: usize = 40;

/// How often the program sees whether a look is worth it.
const GLANCE: TimeDelta = TimeDelta::seconds(1);

/// So much of the week as the machine manages in this time.
const PATIENCE: Duration = Duration::from_mins(5);

/// Adds the figures of this group.
pub(super) async fn measure(report: &mut Report) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let github = Github::start();
    let begin = moment(0);
    github.clock().set(begin);
    github.token(TOKEN);
    let made_up = github.made_up(PROJECTS, 1);
    let store = listed(open(folder.path()), &made_up);
    let settings = Settings { allow_private_addresses: true, ..Settings::default() };
    let way = way_to(&github.api_url(), &settings, begin);
    let watcher = ProjectWatcher::new(store.clone(), way, Rules::default());
    let sim = simulate(&github, &watcher, &made_up, begin).await;
    let hours = sim.time.num_minutes() as f64 / 60.0;
    let stats = store.stats().expect("the store can be read");
    let rate = |count: usize| count as f64 / hours.max(1.0);
    let note = format!(
        "{hours:.0} of a week's 168 hours (what {} minutes allow); {} requests, {:.0} points an hour, {} violations",
        PATIENCE.as_secs() / 60,
        sim.requests,
        rate(sim.points as usize),
        sim.violations,
    );
    report.add(
        "100,000 projects on one token: requests refused",
        "",
        (sim.refused + sim.violations) as f64,
        Limit::AtMost(0.0),
        note,
    );
    let note =
        format!("{:.0} looks an hour, {} events of {} releases", rate(sim.looked), sim.events, sim.released);
    let overdue = sim.overdue.num_seconds() as f64 / 3_600.0;
    report.add(
        "100,000 projects on one token: longest overdue at the end",
        "h",
        overdue,
        Limit::AtMost(1.0),
        note,
    );
    report.add(
        "100,000 projects on one token: memory of each beyond the store",
        "bytes",
        stats.schedule_bytes as f64 / stats.projects_scheduled as f64,
        Limit::AtMost(64.0),
        "its due time, at the end",
    );
}

#[derive(Default)]
struct Simulated {
    time: TimeDelta,
    requests: usize,
    refused: usize,
    violations: usize,
    points: u64,
    looked: usize,
    events: usize,
    released: usize,
    overdue: TimeDelta,
}

async fn simulate(
    github: &Github,
    watcher: &ProjectWatcher,
    made_up: &[Repository],
    begin: DateTime<Utc>,
) -> Simulated {
    let (mut sim, mut now, mut hour) = (Simulated::default(), begin, begin);
    let started = Instant::now();
    let mut publish = made_up.iter().cycle().step_by(37);
    while now < begin + TimeDelta::weeks(1) && started.elapsed() < PATIENCE {
        if now >= hour {
            hour += TimeDelta::hours(1);
            let journal = github.take_journal();
            sim.count(&journal);
            for repository in publish.by_ref().take(RELEASES) {
                sim.released += 1;
                repository.release(&format!("v100.{}.0", sim.released));
            }
        }
        github.clock().set(now);
        let round = watcher.poll_worthwhile(now).await;
        assert_eq!(round.refused, None, "the store takes it");
        sim.looked += round.looked;
        sim.events += round.events;
        // As the program does: when a look is worth it, and not before GitHub may be asked again.
        let rests = |now| round.again.map_or_else(|| !watcher.is_worthwhile(now), |again| now < again);
        now += GLANCE;
        while now < hour && rests(now) {
            now += GLANCE;
        }
    }
    sim.count(&github.take_journal());
    sim.time = now - begin;
    sim.overdue = watcher.next_due().map_or(TimeDelta::zero(), |due| (now - due).max(TimeDelta::zero()));
    sim
}

impl Simulated {
    fn count(&mut self, journal: &whimbrel_world::github::Journal) {
        self.requests += journal.calls.len();
        self.refused += journal.refused();
        self.violations += journal.violations.len();
        self.points += journal.cost();
        for violation in journal.violations.iter().take(3) {
            eprintln!("a client misbehaved: {violation}");
        }
    }
}

/// The store with catalogs that list them.
fn listed(store: Store, made_up: &[Repository]) -> Store {
    for (n, share) in made_up.chunks(made_up.len().div_ceil(CATALOGS)).enumerate() {
        let meta = CatalogMeta::unseen(id(&format!("catalog-{n}")), "bench", moment(0));
        let put = share.iter().map(|repository| entry(&repository.full_name())).collect();
        store.record(&[Record { put, ..Record::of(meta) }], moment(0)).expect("a record can be written");
    }
    store
}

fn entry(full_name: &str) -> Entry {
    let url = format!("https://github.com/{full_name}");
    Entry {
        key: EntryKey::from_url(&url).expect("it is an address"),
        name: full_name.replace('/', " "),
        url,
        description: "A project.".to_owned(),
        marks: vec![],
        links: vec![],
        figures: vec![],
        places: vec![Place { section: SectionPath::new(["Tools"]), line: 0 }],
    }
}
