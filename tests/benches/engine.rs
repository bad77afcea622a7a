//! Reading, comparing and following documents, piece by piece: `cargo bench -p whimbrel-world --bench engine`.
//!
//! For looking into a figure; the limits are held by the bench `figures`.

use chrono::{DateTime, TimeDelta};
use divan::{Bencher, counter::BytesCount};
use pulldown_cmark::{Options, Parser};
use whimbrel_catalog::{EntryKey, Hint, Known, Rules, Snapshot, Tracker, compare, parse};
use whimbrel_world::documents;

const SIZES: &[usize] = &[35_000, 350_000];

fn main() {
    divan::main();
}

#[divan::bench(args = SIZES)]
fn bare_event_loop(bencher: Bencher<'_, '_>, bytes: usize) {
    let text = documents::markdown_of_bytes(bytes, 1);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| Parser::new_ext(&text, Options::ENABLE_TABLES).into_offset_iter().count());
}

#[divan::bench(args = SIZES)]
fn read(bencher: Bencher<'_, '_>, bytes: usize) {
    let text = documents::markdown_of_bytes(bytes, 1);
    bencher.counter(BytesCount::of_str(&text)).bench(|| snapshot(&text));
}

#[divan::bench(args = SIZES)]
fn compare_with_one_entry_more(bencher: Bencher<'_, '_>, bytes: usize) {
    let (before, after) = versions(bytes);
    bencher.bench(|| compare(&before, &after, &Known::default()));
}

#[divan::bench(args = SIZES)]
fn follow_one_entry_more(bencher: Bencher<'_, '_>, bytes: usize) {
    let (before, after) = versions(bytes);
    let start = DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default();
    bencher.with_inputs(|| (Tracker::baseline(before.clone()), after.clone())).bench_values(
        |(mut tracker, seen)| {
            let now = start + TimeDelta::hours(1);
            tracker.look(seen, now, &Rules::default(), &Known::default(), &|_| None)
        },
    );
}

#[divan::bench(args = ["https://github.com/Owner/Repo", "http://www.example.org/a/../b/?utm_source=x&id=7#readme"])]
fn key(address: &str) -> Option<EntryKey> {
    EntryKey::from_url(address)
}

fn versions(bytes: usize) -> (Snapshot, Snapshot) {
    let before = documents::markdown_of_bytes(bytes, 1);
    let after = format!("{before}- [newcomer](https://github.com/someone/newcomer) - Just arrived.\n");
    (snapshot(&before), snapshot(&after))
}

fn snapshot(text: &str) -> Snapshot {
    parse(text.as_bytes(), Hint { name: Some("list.md"), format: None })
        .map(|reading| reading.snapshot)
        .unwrap_or_default()
}
