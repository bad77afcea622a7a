//! What lanes cost: matching one event against 100,000 different filters, and the memory a lane takes beyond the
//! store. `cargo bench -p whimbrel-fanout --bench lanes`
//!
//! The limits are 20 ms and 200 bytes. Times hold the walk through the runtime's threads and the reading of the event.

use std::sync::{Mutex, OnceLock};
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use divan::Bencher;
use whimbrel_fanout::{Fanout, Limits, Pace, Settings};
use whimbrel_news::{CatalogId, Dated, Facts, Filter, News, Subject};
use whimbrel_store::{CatalogMeta, Lane, LaneCommit, LaneId, Origin, Record, Store, Want};

const LANES: u64 = 100_000;

/// What the filters of all lanes are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    /// All different, of five sorts.
    Mixed,
    /// All different, and each has to be asked about every event.
    Adverse,
    /// A thousand different ones, and every lane wants the event.
    Shared,
}

fn filter(sort: Sort, n: u64) -> String {
    match (sort, n % 5) {
        (Sort::Adverse, _) => format!("catalog:list-1 stars:>={n}"),
        (Sort::Shared, _) => format!("catalog:list-1 -nothing{}", n % 1000),
        (Sort::Mixed, 0) => format!("project:owner{n}/repo{n}"),
        (Sort::Mixed, 1) => format!("\"word{n} of many\" kind:added"),
        (Sort::Mixed, 2) => format!("catalog:list-{} stars:>={n}", n / 5 % 100),
        (Sort::Mixed, 3) => format!("section:\"Heading {n}\""),
        (Sort::Mixed, _) => format!("kind:released level:>=minor stars:>={n} language:rust"),
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap_or_default()
}

fn lanes(sort: Sort) -> Store {
    let store = Store::in_memory().expect("memory is there");
    for chunk in (1..=LANES).collect::<Vec<_>>().chunks(2000) {
        let lanes = chunk.iter().map(|n| Lane {
            id: LaneId(*n),
            destination: format!("telegram:{}", 1_000_000 + n),
            cadence: ["weekly mon 09:00 UTC", "instant UTC", "daily 08:00 Europe/Berlin"][(n % 3) as usize]
                .to_owned(),
            origin: Origin::Chat { by: n.to_string() },
            wants: vec![Want {
                number: 1,
                filter: Filter::parse(&filter(sort, *n)).expect("it is right"),
                after: 0,
                told: 0,
                configured: false,
                until: None,
            }],
            created: now(),
            paused: None,
            parked: None,
            told: 0,
            waiting: None,
            dropped: 0,
            due: None,
            last_due: None,
            since: None,
            back: false,
            retry: None,
            intent: None,
        });
        let commit = LaneCommit { lanes: lanes.collect(), ..LaneCommit::default() };
        store.record_lanes(&commit).expect("memory takes it");
    }
    store
}

fn event(store: &Store) {
    let subject = Subject {
        name: "ripgrep".to_owned(),
        url: "https://github.com/owner500/repo500".to_owned(),
        key: "github.com/owner500/repo500".to_owned(),
        section: "Text / Heading 503".to_owned(),
        section_path: vec!["Text".to_owned(), "Heading 503".to_owned()],
    };
    let facts = Facts { stars: Some(5_000), language: Some("Rust".to_owned()), ..Facts::default() };
    let description =
        "Searches folders for word501 of many, quicker than anything that was there before.".to_owned();
    let news = News::Added { subject, description, in_place_of: None, returned: false, facts };
    let id = CatalogId::new("list-1").expect("it is right");
    let record =
        Record { news: vec![Dated::new(now(), news)], ..Record::of(CatalogMeta::unseen(id, "x", now())) };
    store.record(&[record], now()).expect("memory takes it");
}

/// Pages of memory the process has, in bytes.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}

struct Ready {
    store: Store,
    fanout: Fanout,
    runtime: tokio::runtime::Runtime,
}

fn ready(sort: Sort) -> &'static Mutex<Ready> {
    static ALL: [OnceLock<Mutex<Ready>>; 3] = [const { OnceLock::new() }; 3];
    ALL[sort as usize].get_or_init(|| {
        let store = lanes(sort);
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().build().expect("threads are there");
        let (before, start) = (resident(), Instant::now());
        let fanout = runtime.block_on(async {
            let pace = Pace::new(Limits::telegram(), Limits::discord());
            Fanout::open(store.clone(), Vec::new(), pace, Settings::default(), now()).expect("it opens")
        });
        let taken = resident().saturating_sub(before);
        let reckoned = fanout.status().bytes;
        println!(
            "{sort:?}: {LANES} lanes opened in {:.1?}; a lane takes {} bytes (reckoned), {} (of the process)",
            start.elapsed(),
            reckoned as u64 / LANES,
            taken as u64 / LANES
        );
        Mutex::new(Ready { store, fanout, runtime })
    })
}

fn main() {
    divan::main();
}

#[divan::bench(args = [Sort::Mixed, Sort::Adverse, Sort::Shared], sample_count = 50, sample_size = 1)]
fn match_one_event(bencher: Bencher<'_, '_>, sort: Sort) {
    let ready = ready(sort);
    bencher
        .with_inputs(|| {
            let ready = ready.lock().expect("nobody panics");
            event(&ready.store);
            ready
        })
        .bench_values(|ready| {
            let seen = ready.runtime.block_on(ready.fanout.match_new(now() + TimeDelta::seconds(1)));
            assert_eq!(seen.expect("memory is read"), 1);
        });
}
