//! The look-up index over a hundred thousand and a million entries: answers, typos, memory, following.
//!
//! Times are what this thread used of the processor: that is what a core of one's own would take, however many share
//! this one. The clock's are beside them.

#[path = "../../../crates/lookup/tests/names/mod.rs"]
mod names;

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use whimbrel_lookup::{Among, Asked, Index};
use whimbrel_project::{Facts, Project, Standing};
use whimbrel_store::{CatalogMeta, ProjectRecord, Record, Store};

use super::report::{Limit, Report, millis};
use super::store::{id, moment, open, resident_kib};

/// Catalogs that list what is looked up.
const CATALOGS: u64 = 100;

/// Questions of each kind.
const ASKED: u64 = 1_000;

/// Set for the child that opens a store, reads it into an index and says what that took.
const INDEX: &str = "WHIMBREL_FIGURES_INDEX";

/// Adds the figures of this group.
pub(crate) fn measure(report: &mut Report) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (count, limit, said) in [(100_000, 5.0, "100,000"), (1_000_000, 10.0, "1,000,000")] {
        let path = folder.path().join(said);
        let store = filled(&path, count);
        let index = Index::new();
        let begun = (Instant::now(), processor());
        index.rebuild(&store).expect("the store can be read");
        eprintln!(
            "{said} entries read in {:.1} s, {:.1} s of the processor; {} docs",
            begun.0.elapsed().as_secs_f64(),
            used_since(begun.1).as_secs_f64(),
            index.len()
        );
        answers(report, &index, count, limit, said);
        typos(report, &index, count, said);
        let size = index.size();
        report.add(
            &format!("look-up index of {said} entries: memory of an entry beyond the text of names"),
            "bytes",
            (size.bytes - size.text_bytes) as f64 / index.len() as f64,
            Limit::AtMost(100.0),
            format!("{:.0} MB in all; descriptions stay in the store", size.bytes as f64 / 1e6),
        );
        following(report, &store, &index, count, said);
        drop((index, store));
        if count == 1_000_000 {
            let resident = in_a_fresh_process(&path);
            let note = "a fresh process opens the store of looked-at projects and reads them into the index";
            let name = format!("{said} entries with index: resident");
            report.add(&name, "MB", resident, Limit::AtMost(350.0), note);
        }
    }
}

/// If this process is the child that reads an index, does so and ends it.
pub(crate) fn answer_if_child() {
    let Ok(folder) = std::env::var(INDEX) else { return };
    let (store, index) = (open(Path::new(&folder)), Index::new());
    index.rebuild(&store).expect("the store can be read");
    black_box(index.complete("a", Among::Everything, 10));
    println!("{}", resident_kib());
    std::process::exit(0);
}

fn answers(report: &mut Report, index: &Index, count: u64, limit: f64, said: &str) {
    let typed = |n: u64| {
        let name = names::name(names::dice(n) % count);
        name.chars().take(1 + n as usize % 8).collect::<String>()
    };
    let (used, clock) = slowest(|n| drop(black_box(index.complete(&typed(n), Among::Everything, 25))));
    report.add(
        &format!("names completed among {said} entries, p99"),
        "ms",
        millis(used),
        Limit::AtMost(limit),
        format!("1 to 8 letters of names; {:.2} ms by the clock", millis(clock)),
    );
    if count > 100_000 {
        return;
    }
    let words = |n: u64| {
        let entry = names::entry(names::dice(n ^ 0xa5) % count);
        let mut said = entry.description.split(' ').map(|word| word.trim_end_matches([',', '.']));
        match n % 6 {
            0 => entry.name,
            1 => names::with_a_slip(&entry.name, names::dice(n)),
            2 => entry.url,
            3 => format!("{} {}", said.nth(1).unwrap_or_default(), said.nth(2).unwrap_or_default()),
            4 => format!(
                "{} somethingelse {}",
                said.nth(1).unwrap_or_default(),
                said.nth(1).unwrap_or_default()
            ),
            _ => entry.description.chars().take(30).collect(),
        }
    };
    let full = |n: u64| {
        let words = words(n);
        black_box(index.find(&Asked { words: &words, limit: 10, ..Asked::default() }));
    };
    let (used, clock) = slowest(full);
    report.add(
        &format!("full look-up among {said} entries, p99"),
        "ms",
        millis(used),
        Limit::AtMost(30.0),
        format!("names, slips, addresses, words; ten hits with texts; {:.2} ms by the clock", millis(clock)),
    );
}

fn typos(report: &mut Report, index: &Index, count: u64, said: &str) {
    let real: Vec<String> =
        names::real().iter().filter_map(|entry| Some(entry.key.repository()?.2.to_owned())).collect();
    let mut found = 0_u32;
    for n in 0..ASKED {
        let chance = names::dice(n ^ 0x5eed);
        let made_up = names::name(chance % (count - real.len() as u64));
        let wanted = if n % 2 == 0 { &made_up } else { &real[chance as usize % real.len()] };
        let typed = names::with_a_slip(wanted, names::dice(chance));
        let hits = index.find(&Asked { words: &typed, limit: 5, ..Asked::default() });
        found += u32::from(hits.iter().any(|hit| hit.name.to_lowercase().rsplit('/').next() == Some(wanted)));
    }
    report.add(
        &format!("names with a slip among {said} entries: the wanted one is among the first five"),
        "%",
        f64::from(found) * 100.0 / ASKED as f64,
        Limit::AtLeast(95.0),
        "1,000 names, half of them of real projects, one letter wrong each",
    );
}

fn following(report: &mut Report, store: &Store, index: &Index, count: u64, said: &str) {
    let (mut used, mut rows) = (Duration::ZERO, 0);
    for n in 0..200 {
        // One change alone, then a hundred at once.
        let changed: Vec<u64> = if n % 20 == 19 { (n..n + 100).collect() } else { vec![n * 31] };
        let meta = CatalogMeta::unseen(id("catalog-0"), "bench", moment(0));
        let put = changed.iter().map(|at| {
            let mut entry = names::entry(at * CATALOGS % count);
            entry.description = format!("Said anew for the {n}th time.");
            entry
        });
        store
            .record(&[Record { put: put.collect(), ..Record::of(meta) }], moment(1))
            .expect("a record can be written");
        let before = processor();
        rows += index.follow(store).expect("the store can be followed");
        used += used_since(before);
    }
    report.add(
        &format!("look-up index of {said} entries: a changed entry taken in"),
        "ms",
        millis(used) / rows as f64,
        Limit::AtMost(1.0),
        format!("{rows} rows, most of them alone; merging included"),
    );
}

/// The time that 99 of 100 stay below, of the processor and by the clock.
fn slowest(mut ask: impl FnMut(u64)) -> (Duration, Duration) {
    (0..50).for_each(&mut ask);
    let (mut used, mut clock): (Vec<Duration>, Vec<Duration>) = (0..ASKED)
        .map(|n| {
            let (begun, before) = (Instant::now(), processor());
            ask(n);
            (used_since(before), begun.elapsed())
        })
        .unzip();
    used.sort_unstable();
    clock.sort_unstable();
    let at = used.len() * 99 / 100;
    (used[at], clock[at])
}

/// What this thread has used of the processor.
fn processor() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

fn used_since(before: Duration) -> Duration {
    processor().saturating_sub(before)
}

/// A store of real projects and made-up ones, all looked at.
fn filled(folder: &Path, count: u64) -> Store {
    let store = open(folder);
    let mut real = names::real();
    let made_up = count - real.len() as u64;
    for n in 0..CATALOGS {
        let meta = CatalogMeta::unseen(id(&format!("catalog-{n}")), "bench", moment(0));
        let mut put: Vec<_> = (n..made_up).step_by(CATALOGS as usize).map(names::entry).collect();
        put.append(&mut real);
        store.record(&[Record { put, ..Record::of(meta) }], moment(0)).expect("a record can be written");
    }
    let mut after = None;
    loop {
        let projects = store.projects(after, 1_000).expect("the store can be read");
        let Some(last) = projects.last() else { return store };
        after = Some(last.id);
        let looks: Vec<ProjectRecord> = projects.into_iter().map(looked_at).collect();
        store.record_projects(&looks, &[], moment(1)).expect("looks can be recorded");
    }
}

fn looked_at(mut project: Project) -> ProjectRecord {
    let chance = names::dice(project.id.0.into());
    project.standing = Standing::Here;
    project.facts = Facts {
        description: Some(names::entry(project.id.0.into()).description),
        language: Some("Rust".to_owned()),
        stars: Some((1 << (chance % 16)) + (chance >> 20) % 64),
        pushed_at: Some(moment(0)),
        ..Facts::default()
    };
    ProjectRecord { project, aliases: vec![], history: None, news: vec![], due: moment(86_400) }
}

fn in_a_fresh_process(folder: &Path) -> f64 {
    let program = std::env::current_exe().expect("this program has a path");
    let output = std::process::Command::new(program)
        .env(INDEX, folder)
        .env(
            "GLIBC_TUNABLES",
            concat!(
                "glibc.malloc.arena_max=1:glibc.malloc.trim_threshold=65536:glibc.malloc.mmap_threshold=16384:",
                "glibc.malloc.top_pad=16384:glibc.malloc.tcache_max=128"
            ),
        )
        .output()
        .expect("it can be started again");
    let text = String::from_utf8_lossy(&output.stdout);
    let kib: f64 = text.trim().parse().unwrap_or_else(|_| panic!("the child said {text:?}"));
    kib * 1024.0 / 1e6
}
