//! Mangled documents: reading and comparing them never panics and never hangs.
//!
//! Documents of every layout are cut, joined, doubled and sprinkled with the marks that steer parsers, 50,000 times,
//! always the same ones for the same seed, or as often as `WHIMBREL_FUZZ` says. A failing case prints its number, which
//! reproduces it.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta};
use whimbrel_catalog::{Hint, Known, Rules, Snapshot, Tracker, compare, parse};
use whimbrel_world::documents::{self, Numbers};
use whimbrel_world::mangled;

const CASES: u64 = 50_000;
const THREADS: u64 = 2;
/// A case is a few kilobytes and takes well under ten milliseconds even unoptimised: 20 times that is a hang.
const HANG: Duration = Duration::from_secs(2);

/// Marks that open, close or confuse something in one of the formats.
const MARKS: &[&str] = &[
    "[",
    "]",
    "(",
    ")",
    "](",
    "![",
    "[![",
    "<",
    ">",
    "</a>",
    "<a href=\"",
    "<details>",
    "</details>",
    "<summary>",
    "<!--",
    "-->",
    "```",
    "~~~",
    "---\n",
    "|",
    "||",
    "|---|",
    "#",
    "## ",
    "\n\n",
    "\r\n",
    "\t",
    "    ",
    "- ",
    "* ",
    "1. ",
    "> ",
    "\\",
    "&nbsp;",
    "&#0;",
    "\u{feff}",
    "\u{202e}",
    "\u{0}",
    "https://",
    "http://[::1",
    "[[",
    "]]",
    "* [[",
    "#+BEGIN_SRC\n",
    ":",
    "- - - ",
    "{",
    "}",
    "\"",
    ",",
    "&a *a",
    "!!",
    "%",
    "%2",
    "é",
    "🥇",
    "24.8k",
];

fn seeds() -> Vec<(String, Vec<u8>)> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/samples");
    let mut seeds: Vec<(String, Vec<u8>)> = fs::read_dir(&samples)
        .expect("the sample catalogs lie in config/samples")
        .filter_map(Result::ok)
        .filter(|file| file.path().is_file())
        .map(|file| {
            let name = file.file_name().to_string_lossy().into_owned();
            let mut bytes = fs::read(file.path()).expect("a sample can be read");
            bytes.truncate(6_000);
            (name, bytes)
        })
        .collect();
    seeds.push(("made-up.md".into(), documents::markdown_of_bytes(4_000, 5).into_bytes()));
    seeds.sort();
    seeds
}

fn mangle(numbers: &mut Numbers, seeds: &[(String, Vec<u8>)], base: &[u8]) -> Vec<u8> {
    let mut bytes = base.to_vec();
    for _ in 0..=numbers.below(6) {
        let at = numbers.below(bytes.len() + 1);
        match numbers.below(7) {
            0 => bytes.truncate(at),
            1 => {
                let end = (at + numbers.below(40)).min(bytes.len());
                bytes.drain(at..end);
            }
            2 => {
                let end = (at + numbers.below(300)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            3 => {
                let other = &numbers.pick(seeds).1;
                let from = numbers.below(other.len() + 1);
                let to = (from + numbers.below(400)).min(other.len());
                bytes.splice(at..at, other[from..to].iter().copied());
            }
            4 if at < bytes.len() => bytes[at] ^= 1 << numbers.below(8),
            _ => {
                let mark = numbers.pick(MARKS).repeat(1 + numbers.below(3) * numbers.below(12));
                bytes.splice(at..at, mark.into_bytes());
            }
        }
    }
    bytes
}

/// One case: read, compare with what was before, follow it for a day.
fn run(case: u64, seeds: &[(String, Vec<u8>)]) {
    let mut numbers = Numbers::new(case);
    let (name, base) = numbers.pick(seeds);
    let bytes = mangle(&mut numbers, seeds, base);
    let hint = Hint { name: Some(name), format: None };
    let read = |bytes: &[u8]| parse(bytes, hint).map(|reading| reading.snapshot).ok();
    let before = read(base).expect("an unharmed document can be read");
    let Some(after) = read(&bytes) else { return };
    let there = compare(&before, &after, &Known::default());
    assert!(compare(&after, &after, &Known::default()).changes.is_empty(), "a document differs from itself");
    drop(there);
    follow(before, after);
}

fn follow(before: Snapshot, after: Snapshot) {
    let start = DateTime::from_timestamp(1_790_000_000, 0).expect("a moment in range");
    let rules = Rules::default();
    let mut tracker = Tracker::baseline(before.clone());
    for (hour, seen) in [(0, after.clone()), (25, after.clone()), (50, before), (99, after)] {
        tracker.look(seen, start + TimeDelta::hours(hour), &rules, &Known::default(), &|_| None);
    }
}

#[test]
fn mangled_documents_never_panic_and_never_hang() {
    let (seeds, cases) = (seeds(), mangled::cases(CASES));
    assert!(seeds.len() > 5, "documents of every layout are mangled");
    let failures: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS)
            .map(|worker| {
                let seeds = &seeds;
                scope.spawn(move || {
                    let mut failures = Vec::new();
                    for case in (worker..cases).step_by(THREADS as usize) {
                        let start = Instant::now();
                        let outcome = catch_unwind(AssertUnwindSafe(|| run(case, seeds)));
                        if outcome.is_err() {
                            failures.push(format!("case {case} panics"));
                        } else if start.elapsed() > HANG {
                            failures.push(format!("case {case} takes {:?}", start.elapsed()));
                        }
                    }
                    failures
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    });
    assert!(failures.is_empty(), "{} of {cases}: {:?}", failures.len(), &failures[..failures.len().min(10)]);
}
