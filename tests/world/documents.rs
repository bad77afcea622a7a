//! Made-up catalogs of any size, the same for the same numbers: what benches, fuzzing and long stories read.

use std::fmt::Write as _;

/// A stream of numbers from a seed (a 64-bit linear congruential generator; Knuth's constants).
#[derive(Clone, Debug)]
pub struct Numbers(u64);

impl Numbers {
    /// The stream of this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2).wrapping_add(0x9E37_79B9_7F4A_7C15))
    }

    /// The next number below `limit`, which must not be 0.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

const FIRST: &[&str] = &[
    "amber", "basalt", "cedar", "delta", "ember", "fjord", "garnet", "harbor", "indigo", "juniper", "kelp",
    "lagoon", "marble", "nimbus", "onyx", "prairie", "quartz", "raven", "sable", "tundra", "umber", "velvet",
    "willow", "xenon", "yarrow", "zephyr",
];
const SECOND: &[&str] = &[
    "store", "queue", "mesh", "lock", "index", "stream", "cache", "graph", "proxy", "sched", "trace",
    "vault", "router", "ledger", "shard", "probe",
];
const WORDS: &[&str] = &[
    "durable",
    "small",
    "replicated",
    "typed",
    "embedded",
    "fast",
    "simple",
    "column",
    "document",
    "vector",
    "broker",
    "engine",
    "library",
    "service",
    "toolkit",
    "written",
    "for",
    "with",
    "over",
    "many",
    "nodes",
    "snapshots",
    "backups",
    "queries",
    "metrics",
    "consensus",
    "pipelines",
    "clusters",
];
const TOPICS: &[&str] = &[
    "Databases",
    "Queues",
    "Tracing",
    "Scheduling",
    "Consensus",
    "Networking",
    "Storage",
    "Testing",
    "Search",
    "Streaming",
];

/// One made-up entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its name.
    pub name: String,
    /// Its address.
    pub url: String,
    /// What is said about it.
    pub text: String,
    /// The index of its section.
    pub section: usize,
}

/// `count` made-up entries in about one section for fifty of them.
pub fn items(count: usize, seed: u64) -> Vec<Item> {
    let mut numbers = Numbers::new(seed);
    let per_section = 50;
    (0..count)
        .map(|n| {
            let name = format!("{}-{}{n}", numbers.pick(FIRST), numbers.pick(SECOND));
            let owner = format!("{}{}", numbers.pick(FIRST), numbers.below(4000));
            let length = 5 + numbers.below(8);
            let mut text: String = (0..length).map(|_| *numbers.pick(WORDS)).collect::<Vec<_>>().join(" ");
            if let Some(first) = text.get_mut(0..1) {
                first.make_ascii_uppercase();
            }
            Item { url: format!("https://github.com/{owner}/{name}"), name, text, section: n / per_section }
        })
        .collect()
}

/// These entries as a Markdown list with headings and a table of contents.
pub fn markdown(items: &[Item]) -> String {
    let mut out = String::from("# A Made-up Catalog\n\nProjects that do not exist.\n\n## Contents\n\n");
    let sections = items.iter().map(|item| item.section).max().map_or(0, |last| last + 1);
    for section in 0..sections {
        let _ =
            writeln!(out, "- [{0} {section}](#{1}-{section})", topic(section), topic(section).to_lowercase());
    }
    let mut current = usize::MAX;
    for item in items {
        if item.section != current {
            current = item.section;
            let _ = write!(out, "\n## {} {current}\n\n", topic(current));
        }
        let _ = writeln!(out, "- [{}]({}) - {}.", item.name, item.url, item.text);
    }
    out
}

/// A Markdown list of about this many bytes.
pub fn markdown_of_bytes(bytes: usize, seed: u64) -> String {
    // An item takes about 115 bytes; take too many, then cut at the line that passes the size.
    let mut text = markdown(&items(bytes / 90, seed));
    if let Some(end) = text.get(..bytes).and_then(|cut| cut.rfind('\n')) {
        text.truncate(end + 1);
    }
    text
}

fn topic(section: usize) -> &'static str {
    TOPICS[section % TOPICS.len()]
}
