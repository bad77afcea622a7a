//! Documents of every layout, in our own words.

mod cases;
mod layouts;
mod remarks;
mod same;

use std::fmt::Write as _;

use super::read;
use crate::report::{Layout, Reading};

/// Each entry as `section | name | key | description | marks | side links`, empty fields at the end left out.
fn entries(text: &str) -> Vec<String> {
    let reading = read(text);
    let entry = |entry: &crate::model::Entry| {
        let mut line = String::new();
        let places: Vec<_> = entry.places.iter().map(|place| place.section.to_string()).collect();
        let links: Vec<_> = entry.links.iter().map(|link| format!("{} <{}>", link.name, link.url)).collect();
        let _ = write!(line, "{} | {} | {} | ", places.join(" & "), entry.name, entry.key);
        let _ = write!(line, "{} | {} | {}", entry.description, entry.marks.join(", "), links.join(", "));
        line.trim_matches([' ', '|']).to_owned()
    };
    reading.snapshot.entries.iter().map(entry).collect()
}

/// The only entry of a document, without its section.
#[track_caller]
fn only(text: &str) -> String {
    let entries = entries(text);
    assert_eq!(entries.len(), 1, "{entries:?}");
    entries[0].clone()
}

/// Items without address, as `section | name`.
fn linkless(text: &str) -> Vec<String> {
    let linkless = read(text).snapshot.linkless;
    linkless.iter().map(|item| format!("{} | {}", item.section, item.name)).collect()
}

/// What was not taken, as `line: reason`.
fn skipped(text: &str) -> Vec<String> {
    read(text).report.skipped.iter().map(|skipped| format!("{}: {}", skipped.line, skipped.reason)).collect()
}

fn layouts(reading: &Reading) -> Vec<(Layout, usize)> {
    reading.report.layouts.iter().map(|(layout, count)| (*layout, *count)).collect()
}
