//! What the store is asked to reach, measured. Not run by default: figures of an unoptimised build say nothing.
//!
//! `cargo test --release -p whimbrel-store --test figures -- --ignored --nocapture`

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_catalog::{CatalogId, Entry, EntryKey, Place, SectionPath};
use whimbrel_news::{Dated, Facts, News, Subject};
use whimbrel_store::{CatalogMeta, Look, Record, Settings, Store};

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap()
}

fn meta(n: usize) -> CatalogMeta {
    let id = CatalogId::new(&format!("list-{n}")).unwrap();
    CatalogMeta {
        title: format!("List {n}"),
        last_look: Some(at(1)),
        last_success: Some(at(1)),
        next_due: Some(at(600)),
        interval_secs: 600,
        cursor: [("etag".to_owned(), "\"0123456789abcdef\"".to_owned())].into(),
        entries: 1000,
        listings: 1000,
        sections: 20,
        ..CatalogMeta::unseen(id, format!("github:someone/list-{n}"), at(0))
    }
}

fn entry(n: usize) -> Entry {
    let key = format!("github.com/owner-{}/project-{n}", n % 977);
    Entry {
        key: EntryKey::from_stored(&key),
        name: format!("project-{n}"),
        url: format!("https://{key}"),
        description: format!(
            "Project {n} does one thing and does it in about eighty letters, as most of them say."
        ),
        marks: vec![],
        links: vec![],
        figures: vec![],
        places: vec![Place { section: SectionPath::new([format!("Section {}", n % 20)]), line: 0 }],
    }
}

fn added(n: usize) -> Dated {
    let entry = entry(n);
    let subject = Subject {
        key: entry.key.as_str().to_owned(),
        name: entry.name,
        url: entry.url,
        section: format!("Section {}", n % 20),
        section_path: vec![format!("Section {}", n % 20)],
    };
    Dated::new(
        at(n as i64),
        News::Added {
            subject,
            description: entry.description,
            in_place_of: None,
            returned: false,
            facts: Facts::default(),
        },
    )
}

/// Resident memory of this process, MiB.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    line.trim().trim_end_matches("kB").trim().parse::<f64>().unwrap_or(0.0) / 1024.0
}

#[test]
#[ignore = "measures; needs an optimised build"]
fn single_records() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&Settings::default(), folder.path(), at(0)).unwrap().store;
    let start = Instant::now();
    let count = 4000;
    for n in 0..count {
        let mut meta = meta(n % 50);
        meta.last_look = Some(at(n as i64));
        meta.next_due = Some(at(n as i64 + 600));
        let mut record = Record::of(meta);
        record.put = vec![entry(n)];
        record.news = vec![added(n)];
        store.record(&[record], at(n as i64)).unwrap();
    }
    let rate = count as f64 / start.elapsed().as_secs_f64();
    println!("single records: {rate:.0}/s durable, one entry and one event each");

    let start = Instant::now();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let store = store.clone();
            scope.spawn(move || {
                for n in 0..500 {
                    let mut record = Record::of(meta(100 + thread));
                    record.news = vec![added(thread * 1000 + n)];
                    store.record(&[record], at(n as i64)).unwrap();
                }
            });
        }
    });
    println!("eight callers at once: {:.0}/s durable", 4000.0 / start.elapsed().as_secs_f64());
    let start = Instant::now();
    for n in 0..10_000 {
        let look = Look { at: at(n), next_due: at(n + 600), interval_secs: 600 };
        store.note_look(&meta(n as usize % 50).id, look);
    }
    println!("unchanged look: {:.2} us", start.elapsed().as_secs_f64() * 1e6 / 1e4);
    assert!(rate >= 2000.0, "{rate:.0} durable records a second");
}

#[test]
#[ignore = "measures; needs an optimised build"]
fn batches_of_events() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&Settings::default(), folder.path(), at(0)).unwrap().store;
    let batches: Vec<_> = (0..100)
        .map(|batch| {
            let mut record = Record::of(meta(batch % 10));
            record.meta.last_change = Some(at(batch as i64));
            record.news = (0..1000).map(|n| added(batch * 1000 + n)).collect();
            record
        })
        .collect();
    let start = Instant::now();
    for (batch, record) in (0..).zip(batches) {
        store.record(&[record], at(batch)).unwrap();
    }
    let rate = 100_000.0 / start.elapsed().as_secs_f64();
    println!(
        "events in batches of 1000: {rate:.0}/s durable, {:.0} MiB on disk",
        store.stats().unwrap().disk_bytes as f64 / 1_048_576.0
    );
    assert!(rate >= 50_000.0, "{rate:.0} events a second");
}

#[test]
#[ignore = "measures; needs an optimised build"]
fn a_million_entries() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Store::open(&Settings::default(), folder.path(), at(0)).unwrap();
    let store = open().store;
    println!("resident with an empty store: {:.1} MiB", resident());
    let start = Instant::now();
    for catalog in 0..500 {
        let mut record = Record::of(meta(catalog));
        record.put = (0..2000).map(|n| entry(catalog * 2000 + n)).collect();
        store.record(&[record], at(catalog as i64)).unwrap();
        if catalog == 4 {
            println!("resident with 10,000 entries: {:.1} MiB", resident());
        }
    }
    println!(
        "a million entries written in {:.1} s, resident {:.0} MiB, {:?}",
        start.elapsed().as_secs_f64(),
        resident(),
        store.stats().unwrap()
    );
    let start = Instant::now();
    store.verify().unwrap();
    println!("verified in {:.2} s, resident {:.0} MiB", start.elapsed().as_secs_f64(), resident());
    drop(store);
    let start = Instant::now();
    let opened = open();
    assert_eq!(opened.steps, []);
    println!("opened again in {:.2} s, resident {:.0} MiB", start.elapsed().as_secs_f64(), resident());
    let start = Instant::now();
    let entries = opened.store.snapshot(&meta(77).id).unwrap().unwrap().entries;
    assert_eq!(entries.len(), 2000);
    println!("a snapshot of 2000 entries in {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    assert_eq!(opened.store.due(at(600) + TimeDelta::seconds(1), 1000).unwrap().len(), 500);
}

#[test]
#[ignore = "measures; needs an optimised build"]
fn one_large_catalog() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&Settings::default(), folder.path(), at(0)).unwrap().store;
    let mut record = Record::of(meta(0));
    record.put = (0..100_000).map(entry).collect();
    let before = resident();
    let start = Instant::now();
    store.record(&[record], at(0)).unwrap();
    println!(
        "100,000 entries in one record: {:.2} s, resident {before:.0} to {:.0} MiB",
        start.elapsed().as_secs_f64(),
        resident()
    );
    let start = Instant::now();
    let mut lines = Vec::new();
    store.export(&mut lines, &mut |_| {}).unwrap();
    println!("exported in {:.2} s, {:.0} MB", start.elapsed().as_secs_f64(), lines.len() as f64 / 1e6);
    let start = Instant::now();
    Store::import_in_memory(&lines[..]).unwrap();
    println!("imported in {:.2} s", start.elapsed().as_secs_f64());
    store.verify().unwrap();
}

/// Fills a folder, and opens it again in a process of its own: the memory and the time of a fresh start.
#[test]
#[ignore = "measures; needs an optimised build and WHIMBREL_FIGURES naming a folder; run it twice"]
fn a_fresh_start() {
    let Some(folder) = std::env::var_os("WHIMBREL_FIGURES") else { return };
    let start = Instant::now();
    let opened = Store::open(&Settings::default(), folder.as_ref(), at(0)).unwrap();
    println!(
        "opened in {:.2} s, resident {:.0} MiB, {:?}",
        start.elapsed().as_secs_f64(),
        resident(),
        opened.store.stats().unwrap()
    );
    let rows = opened.store.stats().unwrap().rows;
    if rows == 0 {
        let catalogs =
            std::env::var("WHIMBREL_FIGURES_CATALOGS").ok().and_then(|n| n.parse().ok()).unwrap_or(500);
        for catalog in 0..catalogs {
            let mut record = Record::of(meta(catalog));
            record.put = (0..2000).map(|n| entry(catalog * 2000 + n)).collect();
            opened.store.record(&[record], at(catalog as i64)).unwrap();
        }
        println!("filled");
    }
}
