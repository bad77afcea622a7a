//! What it costs to ask whether an event meets a filter: `cargo bench -p whimbrel-news --bench filter`.
//!
//! One matcher walks the journal once for all filters, so this is paid for every event and every destination.

use chrono::DateTime;
use divan::{Bencher, counter::ItemsCount};
use serde_json::json;
use whimbrel_news::{Event, Filter};

/// Events a filter is tried on in one run.
const EVENTS: usize = 1_000;

const FILTERS: &[&str] = &[
    "kind:added,released",
    "catalog:list-3 -kind:edited",
    "catalog:list-3,list-4 kind:added section:databases",
    "project:owner7/repo7 or project:owner8/repo8",
    "consensus -draft",
    "(raft or paxos) kind:added,renamed",
    "kind:released level:>=minor prerelease:no",
    "stars:>=100 language:rust,go",
];

fn main() {
    divan::main();
}

#[divan::bench(args = FILTERS)]
fn matches(bencher: Bencher<'_, '_>, text: &str) {
    let events = events();
    let filter = Filter::parse(text).unwrap_or_default();
    bencher
        .counter(ItemsCount::new(EVENTS))
        .bench(|| events.iter().filter(|event| filter.matches(event)).count());
}

#[divan::bench(args = FILTERS)]
fn parse(text: &str) -> Filter {
    Filter::parse(text).unwrap_or_default()
}

/// Events of a few kinds, in the form they are read from the journal in.
fn events() -> Vec<Event> {
    let kinds = ["added", "removed", "edited", "renamed"];
    let at = DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default();
    (0..EVENTS)
        .filter_map(|n| {
            let event = json!({
                "seq": n, "epoch": 1, "at": at, "recorded": at, "kind": kinds[n % kinds.len()],
                "catalog": format!("list-{}", n % 20),
                "name": format!("thing {n}"),
                "url": format!("https://github.com/owner{n}/repo{n}"),
                "key": format!("github.com/owner{n}/repo{n}"),
                "section": "Databases / Key-Value Stores", "section_path": ["Databases", "Key-Value Stores"],
                "description": "A small and quick thing that agrees with others by consensus, among machines.",
                "old_name": "former", "old_url": "https://example.org/former", "old_key": "example.org/former",
                "old_description": "A small thing.",
                "stars": n, "language": "Rust",
            });
            serde_json::from_value(event).ok()
        })
        .collect()
}
