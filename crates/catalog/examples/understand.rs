//! Prints what is understood of the documents named as arguments, and how long it takes beside the bare event loop
//! of the Markdown parser (in a release build).

use std::time::{Duration, Instant};

use whimbrel_catalog::{Hint, parse};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut paths: Vec<String> = std::env::args().skip(1).collect();
    let brief = paths.first().is_some_and(|first| first == "--brief");
    if brief {
        paths.remove(0);
    }
    for path in paths {
        let bytes = std::fs::read(&path)?;
        let reading = parse(&bytes, Hint { name: Some(&path), format: None })?;
        let (snapshot, report) = (&reading.snapshot, &reading.report);
        println!("# {path}: {:?}", snapshot.title);
        println!(
            "{} listings, {} entries, {} linkless, {} skipped, {:?}",
            snapshot.listings(),
            snapshot.entries.len(),
            snapshot.linkless.len(),
            report.skipped.len(),
            report.layouts
        );
        for (ranking, unknown) in snapshot.rankings.iter().zip(&report.unknown) {
            println!(
                "ranking {:?} of [{}]: {}, unknown {unknown}",
                ranking.metric,
                ranking.section,
                ranking.order.len()
            );
        }
        for (key, lines) in &report.duplicates {
            println!("twice {key}: {lines:?}");
        }
        if !brief {
            for (section, listings) in &report.sections {
                println!("section [{section}] {listings}");
            }
            for entry in &snapshot.entries {
                let links: Vec<_> =
                    entry.links.iter().map(|link| format!("{}<{}>", link.name, link.url)).collect();
                println!(
                    "{}: {} | {} | {:?} | {} | {links:?} | {:?}",
                    entry.places[0].line,
                    entry.name,
                    entry.key,
                    entry.marks,
                    entry.description,
                    entry.figures.iter().map(|figure| figure.value).collect::<Vec<_>>()
                );
            }
            for linkless in &snapshot.linkless {
                println!("{}: linkless {} [{}]", linkless.line, linkless.name, linkless.section);
            }
            for skipped in &report.skipped {
                println!("{}: skipped ({}): {}", skipped.line, skipped.reason, skipped.text);
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        let options = pulldown_cmark::Options::ENABLE_TABLES
            | pulldown_cmark::Options::ENABLE_FOOTNOTES
            | pulldown_cmark::Options::ENABLE_STRIKETHROUGH;
        let (bare, ours) = fastest(
            || pulldown_cmark::Parser::new_ext(&text, options).into_offset_iter().count(),
            || parse(&bytes, Hint::default()).map_or(0, |reading| reading.snapshot.entries.len()),
        );
        let known = whimbrel_catalog::Known::default();
        let (bare_again, all) = fastest(
            || pulldown_cmark::Parser::new_ext(&text, options).into_offset_iter().count(),
            || {
                let now = parse(&bytes, Hint::default()).unwrap_or_default();
                whimbrel_catalog::compare(snapshot, &now.snapshot, &known).changes.len()
            },
        );
        println!(
            "{} bytes in {ours:?}: reading {:.2} x the bare event loop, comparing as well {:.2} x",
            bytes.len(),
            ours.as_secs_f64() / bare.as_secs_f64(),
            all.as_secs_f64() / bare_again.as_secs_f64()
        );
    }
    Ok(())
}

/// The best time of each, taken in turns, since other work on the machine disturbs both alike.
fn fastest(mut one: impl FnMut() -> usize, mut other: impl FnMut() -> usize) -> (Duration, Duration) {
    let mut best = (Duration::MAX, Duration::MAX);
    let begin = Instant::now();
    let mut runs = 0;
    while runs < 3 || (runs < 300 && begin.elapsed() < Duration::from_secs(1)) {
        let start = Instant::now();
        std::hint::black_box(one());
        best.0 = best.0.min(start.elapsed());
        let start = Instant::now();
        std::hint::black_box(other());
        best.1 = best.1.min(start.elapsed());
        runs += 1;
    }
    best
}
