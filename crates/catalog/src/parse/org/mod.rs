//! Emacs Org-mode.
//!
//! An Org list differs from a Markdown list in its marks, not in what its items mean. So the text is written anew
//! in Markdown, line by line, and read as that: whatever holds for items, links, tables and headings there holds
//! here as well. What was found is then brought back to the lines of the source.

mod inline;
mod translate;

use self::translate::Translated;
use super::markdown;
use crate::report::{Layout, Reading};

/// Reads the text of a document.
pub(super) fn read(text: &str) -> Reading {
    let mut translated = Translated::of(text);
    let title = translated.title.take();
    let mut reading = markdown::read(&translated.markdown);

    let source: Vec<&str> = text.lines().collect();
    let line_of = |line: &mut u32| *line = translated.source_line(*line);
    let snapshot = &mut reading.snapshot;
    snapshot
        .entries
        .iter_mut()
        .flat_map(|entry| &mut entry.places)
        .for_each(|place| line_of(&mut place.line));
    snapshot.linkless.iter_mut().for_each(|item| line_of(&mut item.line));
    if title.is_some() {
        snapshot.title = title;
    }
    let report = &mut reading.report;
    report.duplicates.iter_mut().flat_map(|(_, lines)| lines).for_each(line_of);
    for skipped in &mut report.skipped {
        line_of(&mut skipped.line);
        if let Some(line) = source.get((skipped.line as usize).saturating_sub(1)) {
            skipped.text = line.trim().chars().take(200).collect();
        }
    }
    for layout in [Layout::Bullet, Layout::NestedBullet, Layout::Numbered, Layout::Html] {
        if let Some(count) = report.layouts.remove(&layout) {
            *report.layouts.entry(Layout::Org).or_default() += count;
        }
    }
    reading
}

#[cfg(test)]
mod tests;
