//! The store: durable commits, unchanged looks, and a million entries.

use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_catalog::{CatalogId, Change, Entry, Hint, parse};
use whimbrel_news::{Dated, News};
use whimbrel_store::{CatalogMeta, Look, Record, Settings, Store};
use whimbrel_world::documents;

use super::report::{Limit, Report, median, median_ratio, millis};

/// Set for the child that only opens a store and says what that took.
const OPEN: &str = "WHIMBREL_FIGURES_OPEN";

/// Adds the figures of this group.
pub(crate) fn measure(report: &mut Report) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    commits(report, folder.path());
    million(report, folder.path());
}

/// If this process is the child that opens a store, does so and ends it.
pub(crate) fn answer_if_child() {
    let Ok(folder) = std::env::var(OPEN) else { return };
    let start = Instant::now();
    let store = open(Path::new(&folder));
    let catalogs = store.catalogs().expect("the store can be read").len();
    println!("{} {} {catalogs}", start.elapsed().as_micros(), resident_kib());
    std::process::exit(0);
}

fn commits(report: &mut Report, folder: &Path) {
    let store = open(&folder.join("commits"));
    let entries = entries(3_000);
    let id = id("bench");
    let mut n = 0;
    let mut one = || {
        let entry = entries[n % entries.len()].clone();
        n += 1;
        let mut record = empty(&id);
        record.news = vec![news(&entry)];
        record.put = vec![entry];
        store.record(&[record], moment(n)).expect("a record can be written");
    };
    let singles = 2_000;
    let single = median(3, || (0..singles).for_each(|_| one()));
    report.add(
        "`record` durable, one event and one entry each",
        "/s",
        f64::from(singles) / single.as_secs_f64(),
        Limit::AtLeast(2_000.0),
        "one caller, two syncs before every answer: of the rows, then of the mark that says they must be there",
    );
    // The same on a slow disk and on a fast one, a few at a time in turn with the disk alone.
    let some = 25;
    let mut bare = Bare::in_folder(folder);
    let ratio = median_ratio(9, || (0..some).for_each(|_| bare.commit()), || (0..some).for_each(|_| one()));
    report.add(
        "`record` durable singly / the disk's own two syncs",
        "x",
        ratio,
        Limit::AtLeast(0.5),
        format!("the bare disk does {:.0} pairs of syncs/s", bare.per_second(some)),
    );
    let (callers, each) = (32, 50);
    let time = median(3, || many(&store, &entries, callers, each));
    report.add(
        "`record` durable, one event and one entry each, 32 callers",
        "/s",
        (callers * each) as f64 / time.as_secs_f64(),
        Limit::AtLeast(2_000.0),
        "each waits until its own is durable; those who wait together share the two syncs",
    );
    let batch = 1_000;
    let time = median(5, || {
        let mut record = empty(&id);
        record.news = entries.iter().take(batch).map(news).collect();
        store.record(&[record], moment(0)).expect("a record can be written");
    });
    report.add(
        "`record` durable, batches of 1,000 events",
        "/s",
        batch as f64 / time.as_secs_f64(),
        Limit::AtLeast(50_000.0),
        format!("{:.1} ms a batch", millis(time)),
    );
    let looks = 10_000;
    let time = median(5, || {
        for n in 0..looks {
            let at = moment(n);
            store.note_look(&id, Look { at, next_due: at + TimeDelta::hours(1), interval_secs: 3_600 });
        }
        store.flush_looks(moment(looks)).expect("looks can be written");
    });
    report.add(
        "an unchanged catalog, besides the request",
        "us",
        time.as_secs_f64() * 1e6 / looks as f64,
        Limit::AtMost(50.0),
        "its next due time noted, written with the next commit",
    );
}

/// So many callers record one thing after another, each in a catalog of its own.
fn many(store: &Store, entries: &[Entry], callers: usize, each: usize) {
    std::thread::scope(|scope| {
        for caller in 0..callers {
            scope.spawn(move || {
                let id = id(&format!("caller-{caller}"));
                for entry in entries.iter().cycle().skip(caller * each).take(each) {
                    let mut record = empty(&id);
                    record.news = vec![news(entry)];
                    record.put = vec![entry.clone()];
                    store.record(&[record], moment(0)).expect("a record can be written");
                }
            });
        }
    });
}

/// What the disk allows: what a durable commit has to do, with nothing around it.
struct Bare {
    rows: File,
    mark: File,
}

impl Bare {
    fn in_folder(folder: &Path) -> Self {
        let file = |name| File::create(folder.join(name)).expect("a file can be made");
        Self { rows: file("rows"), mark: file("mark") }
    }

    /// An append and an overwriting, each synced before the next thing is done.
    fn commit(&mut self) {
        let done = self
            .rows
            .write_all(&[7; 4096])
            .and_then(|()| self.rows.sync_data())
            .and_then(|()| self.mark.rewind())
            .and_then(|()| self.mark.write_all(&[7; 128]))
            .and_then(|()| self.mark.sync_data());
        done.expect("the disk takes it");
    }

    fn per_second(&mut self, times: u32) -> f64 {
        f64::from(times) / median(3, || (0..times).for_each(|_| self.commit())).as_secs_f64()
    }
}

fn million(report: &mut Report, folder: &Path) {
    let folder = folder.join("million");
    let store = open(&folder);
    let per_catalog = 10_000;
    for n in 0..100 {
        let mut record = empty(&id(&format!("catalog-{n}")));
        record.put = entries_of(per_catalog, n);
        store.record(&[record], moment(0)).expect("a record can be written");
    }
    drop(store);
    let (ready, resident) = opened_afresh(&folder);
    let note = "a fresh process opens the store and lists its 100 catalogs; median of 5";
    report.add("1,000,000 entries: ready", "ms", millis(ready), Limit::AtMost(1_000.0), note);
    report.add(
        "1,000,000 entries: resident",
        "MB",
        resident as f64 * 1024.0 / 1e6,
        Limit::AtMost(120.0),
        note,
    );
}

/// How long a fresh process takes to open this store of 100 catalogs, and its resident memory then, KiB; medians of 5.
pub(crate) fn opened_afresh(folder: &Path) -> (Duration, u64) {
    let (mut ready, mut resident) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let child = Command::new(std::env::current_exe().expect("this program has a path"))
            .env(OPEN, folder)
            .output()
            .expect("this program can be started again");
        let text = String::from_utf8_lossy(&child.stdout).into_owned();
        let numbers: Vec<u64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        assert_eq!(numbers.last(), Some(&100), "{text}{}", String::from_utf8_lossy(&child.stderr));
        ready.push(Duration::from_micros(numbers[0]));
        resident.push(numbers[1]);
    }
    ready.sort_unstable();
    resident.sort_unstable();
    (ready[2], resident[2])
}

pub(crate) fn open(folder: &Path) -> Store {
    let settings = Settings { path: folder.to_owned(), ..Settings::default() };
    Store::open(&settings, Path::new("/"), moment(0)).expect("the store opens").store
}

pub(crate) fn moment(seconds: usize) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + seconds as i64, 0).unwrap_or_default()
}

pub(crate) fn id(name: &str) -> CatalogId {
    CatalogId::new(name).expect("the name has the form of an id")
}

fn entries(count: usize) -> Vec<Entry> {
    entries_of(count, 1)
}

fn entries_of(count: usize, seed: u64) -> Vec<Entry> {
    let text = documents::markdown(&documents::items(count, seed));
    parse(text.as_bytes(), Hint { name: Some("list.md"), format: None })
        .map(|reading| reading.snapshot.entries)
        .unwrap_or_default()
}

fn news(entry: &Entry) -> Dated {
    let added = Change::Added { entry: entry.clone(), in_place_of: None, returned: false };
    Dated::new(moment(0), News::from_change(&added))
}

fn empty(id: &CatalogId) -> Record {
    Record::of(CatalogMeta {
        next_due: Some(moment(3_600)),
        interval_secs: 3_600,
        ..CatalogMeta::unseen(id.clone(), "bench", moment(0))
    })
}

pub(crate) fn resident_kib() -> u64 {
    std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|status| {
            let line = status.lines().find(|line| line.starts_with("VmRSS:"))?.to_owned();
            line.split_whitespace().nth(1)?.parse().ok()
        })
        .unwrap_or_default()
}
