//! Projects: a million of them tracked, a hundred of them due.

use std::hint::black_box;
use std::path::Path;

use chrono::{DateTime, Utc};
use whimbrel_catalog::{Entry, EntryKey, Place, SectionPath};
use whimbrel_project::{Facts, Project, ProjectId, Standing, StarHistory};
use whimbrel_store::{CatalogMeta, ProjectRecord, Record, Store};

use super::report::{Limit, Report, median_ratio, millis};
use super::store::{id, moment, open, opened_afresh};

/// Catalogs that list them.
const CATALOGS: usize = 100;

/// How many of them are due.
const DUE: usize = 100;

/// Adds the figures of this group.
pub(crate) fn measure(report: &mut Report) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let small = tracked(&folder.path().join("small"), 10_000);
    let path = folder.path().join("large");
    let large = tracked(&path, 1_000_000);
    let ask = |store: &Store| {
        for _ in 0..1_000 {
            assert_eq!(black_box(store.projects_due(soon(), 1_000)).len(), DUE);
        }
    };
    report.add(
        "100 projects due: of 1,000,000 tracked / of 10,000",
        "x",
        median_ratio(9, || ask(&large), || ask(&small)),
        Limit::AtMost(1.2),
        "asking which are due, 1,000 times in turn",
    );
    drop((small, large));
    let stats = open(&path).stats().expect("the store can be read");
    report.add(
        "memory of a tracked project beyond the store's cache",
        "bytes",
        stats.schedule_bytes as f64 / stats.projects_scheduled as f64,
        Limit::AtMost(64.0),
        "its due time, after a start with 1,000,000",
    );
    afresh(report, &path, "1,000,000 projects nobody has looked at");
    look_at_all(&open(&path));
    afresh(report, &path, "1,000,000 projects that were looked at");
}

/// What it takes to have them all at hand.
fn afresh(report: &mut Report, path: &Path, what: &str) {
    let (ready, resident) = opened_afresh(path);
    let note = "a fresh process opens the store and lists its 100 catalogs; median of 5";
    report.add(&format!("{what}: ready"), "ms", millis(ready), Limit::AtMost(1_000.0), note);
    let resident = resident as f64 * 1024.0 / 1e6;
    report.add(&format!("{what}: resident"), "MB", resident, Limit::AtMost(120.0), note);
}

/// Records a look at each of them, as GitHub answers: facts, a node id, stars.
fn look_at_all(store: &Store) {
    let mut after = None;
    loop {
        let projects = store.projects(after, 1_000).expect("the store can be read");
        let Some(last) = projects.last() else { return };
        after = Some(last.id);
        let looks: Vec<ProjectRecord> = projects.into_iter().map(looked_at).collect();
        store.record_projects(&looks, &[], moment(1)).expect("looks can be recorded");
    }
}

fn looked_at(mut project: Project) -> ProjectRecord {
    let stars = u64::from(project.id.0 % 50_000);
    project.node = Some(format!("R_kgDO{:08}", project.id.0));
    project.standing = Standing::Here;
    project.interval_secs = 86_400;
    project.facts = Facts {
        description: Some("It does one thing, as most of them say, and says so in a line.".to_owned()),
        language: Some("Rust".to_owned()),
        license: Some("MIT".to_owned()),
        stars: Some(stars),
        forks: Some(stars / 10),
        pushed_at: Some(moment(0)),
        created_at: Some(moment(0)),
        ..Facts::default()
    };
    let mut history = StarHistory::default();
    history.observe(moment(1), stars, stars / 10);
    ProjectRecord { project, aliases: vec![], history: Some(history), news: vec![], due: moment(86_400) }
}

/// A store of catalogs that list so many projects, a hundred of which are due soon.
fn tracked(folder: &Path, count: usize) -> Store {
    let store = open(folder);
    let share = count / CATALOGS;
    for n in 0..CATALOGS {
        let meta = CatalogMeta::unseen(id(&format!("catalog-{n}")), "bench", moment(0));
        let put = (n * share..(n + 1) * share).map(entry).collect();
        store.record(&[Record { put, ..Record::of(meta) }], moment(0)).expect("a record can be written");
    }
    let step = count / DUE;
    let due = |n: usize| if n.is_multiple_of(step) { moment(n % 50) } else { moment(3_600 + n % 3_600) };
    let times: Vec<(ProjectId, DateTime<Utc>)> =
        (0..count).map(|n| (ProjectId(n as u32 + 1), due(n))).collect();
    store.set_due(&times);
    store.write_schedule().expect("due times can be written");
    store
}

fn entry(n: usize) -> Entry {
    let key = format!("github.com/owner-{}/project-{n}", n % 9_973);
    Entry {
        key: EntryKey::from_stored(&key),
        name: format!("project-{n}"),
        url: format!("https://{key}"),
        description: format!("Project {n} does one thing, as most of them say."),
        marks: vec![],
        links: vec![],
        figures: vec![],
        places: vec![Place { section: SectionPath::new([format!("Section {}", n % 20)]), line: 0 }],
    }
}

fn soon() -> DateTime<Utc> {
    moment(60)
}
