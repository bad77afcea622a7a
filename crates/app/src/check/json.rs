//! A reading as one JSON object on one line.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use whimbrel_catalog::{Layout, Metric, Reading, Skipped};
use whimbrel_news::wording;

/// Writes what was understood.
pub(super) fn write(out: &mut impl Write, file: &Path, reading: &Reading) -> io::Result<()> {
    let Reading { snapshot, report } = reading;
    let mut items: Vec<Item<'_>> = snapshot
        .entries
        .iter()
        .flat_map(|entry| {
            entry.places.iter().map(|place| Item {
                name: &entry.name,
                url: &entry.url,
                section: place.section.to_string(),
                line: place.line,
            })
        })
        .collect();
    items.sort_by_key(|item| item.line); // a later place of an early entry stands where the document has it
    let rankings = snapshot.rankings.iter().enumerate().map(|(place, ranking)| Ranked {
        metric: metric_name(&ranking.metric),
        section: ranking.section.to_string(),
        rows: ranking.order.len(),
        unknown: report.unknown.get(place).copied().unwrap_or_default(),
    });
    let sections = report.sections.iter();
    let object = Object {
        file: file.to_string_lossy(),
        listings: snapshot.listings(),
        entries: snapshot.entries.len(),
        linkless: snapshot.linkless.len(),
        sections: sections
            .map(|(path, listings)| Section { path: path.to_string(), listings: *listings })
            .collect(),
        rankings: rankings.collect(),
        layouts: &report.layouts,
        items,
        skipped: &report.skipped,
    };
    line(out, &object)
}

/// Writes that a document could not be read.
pub(super) fn write_refusal(out: &mut impl Write, file: &Path, reason: &str) -> io::Result<()> {
    line(out, &serde_json::json!({ "file": file.to_string_lossy(), "error": reason }))
}

fn line(out: &mut impl Write, object: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, object)?;
    out.write_all(b"\n")
}

/// The column of dates keeps the name documents give it; everything else is called as in events.
fn metric_name(metric: &Metric) -> &str {
    if *metric == Metric::Updated { "last_updated" } else { wording::metric(metric) }
}

#[derive(Serialize)]
struct Object<'a> {
    file: std::borrow::Cow<'a, str>,
    listings: usize,
    entries: usize,
    linkless: usize,
    sections: Vec<Section>,
    rankings: Vec<Ranked<'a>>,
    layouts: &'a BTreeMap<Layout, usize>,
    items: Vec<Item<'a>>,
    skipped: &'a [Skipped],
}

#[derive(Serialize)]
struct Section {
    path: String,
    listings: usize,
}

#[derive(Serialize)]
struct Ranked<'a> {
    metric: &'a str,
    section: String,
    rows: usize,
    unknown: usize,
}

#[derive(Serialize)]
struct Item<'a> {
    name: &'a str,
    url: &'a str,
    section: String,
    line: u32,
}
