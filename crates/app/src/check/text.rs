//! A reading as a report for people.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use whimbrel_catalog::{Layout, Reading, Report, SectionPath, Snapshot};
use whimbrel_news::wording;

use super::documents::shown;
use crate::screen::{Paint, count, grouped, harmless};

/// Writes what was understood; `lines` lists every line that was not taken.
pub(super) fn write(
    out: &mut impl Write,
    file: &Path,
    reading: &Reading,
    lines: bool,
    paint: Paint,
) -> io::Result<()> {
    let Reading { snapshot, report } = reading;
    writeln!(out, "{}", paint.strong(harmless(&shown(file))))?;
    if let Some(title) = &snapshot.title {
        writeln!(out, "  {}", paint.faint(harmless(title)))?;
    }
    writeln!(out, "  {}", summary(snapshot))?;
    layouts(out, report, paint)?;
    sections(out, report, paint)?;
    rankings(out, reading, paint)?;
    duplicates(out, report, paint)?;
    skipped(out, report, lines, paint)?;
    writeln!(out)
}

fn summary(snapshot: &Snapshot) -> String {
    let mut parts = vec![
        count(snapshot.listings(), "listing", "listings"),
        count(snapshot.entries.len(), "distinct entry", "distinct entries"),
    ];
    if !snapshot.linkless.is_empty() {
        parts.push(count(snapshot.linkless.len(), "item without a link", "items without a link"));
    }
    parts.join(", ")
}

fn layouts(out: &mut impl Write, report: &Report, paint: Paint) -> io::Result<()> {
    if report.layouts.is_empty() {
        return Ok(());
    }
    heading(out, "by layout", paint)?;
    rows(out, report.layouts.iter().map(|(layout, listings)| (*listings, layout_name(*layout).to_owned())))
}

fn sections(out: &mut impl Write, report: &Report, paint: Paint) -> io::Result<()> {
    if report.sections.is_empty() {
        return Ok(());
    }
    heading(out, "by section", paint)?;
    rows(out, report.sections.iter().map(|(path, listings)| (*listings, section_name(path))))
}

fn rankings(out: &mut impl Write, reading: &Reading, paint: Paint) -> io::Result<()> {
    if reading.snapshot.rankings.is_empty() {
        return Ok(());
    }
    heading(out, "rankings", paint)?;
    let unknown = reading.report.unknown.iter().copied().chain(std::iter::repeat(0));
    rows(
        out,
        reading.snapshot.rankings.iter().zip(unknown).map(|(ranking, unknown)| {
            let scope = section_name(&ranking.section);
            let doubt = if unknown == 0 { String::new() } else { format!(", {unknown} with unknown values") };
            (ranking.order.len(), format!("by {} in {scope}{doubt}", wording::metric(&ranking.metric)))
        }),
    )
}

fn duplicates(out: &mut impl Write, report: &Report, paint: Paint) -> io::Result<()> {
    if report.duplicates.is_empty() {
        return Ok(());
    }
    heading(out, "listed more than once", paint)?;
    rows(
        out,
        report.duplicates.iter().map(|(key, lines)| {
            let lines: Vec<String> = lines.iter().map(u32::to_string).collect();
            (lines.len(), format!("{} on lines {}", harmless(key.as_str()), lines.join(", ")))
        }),
    )
}

fn skipped(out: &mut impl Write, report: &Report, lines: bool, paint: Paint) -> io::Result<()> {
    if report.skipped.is_empty() {
        return writeln!(out, "  {}", paint.good("every line that looks like an entry was taken"));
    }
    heading(out, "not taken", paint)?;
    if lines {
        let width = report.skipped.iter().map(|skipped| skipped.line.to_string().len()).max().unwrap_or(1);
        for skipped in &report.skipped {
            let text = harmless(skipped.text.trim());
            writeln!(out, "    {:>width$}  {}", skipped.line, paint.warn(&skipped.reason))?;
            writeln!(out, "    {:>width$}  {}", "", paint.faint(text))?;
        }
        return Ok(());
    }
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for skipped in &report.skipped {
        *reasons.entry(&skipped.reason).or_default() += 1;
    }
    rows(out, reasons.into_iter().map(|(reason, lines)| (lines, reason.to_owned())))?;
    writeln!(out, "    {}", paint.faint("--lines lists them"))
}

fn heading(out: &mut impl Write, text: &str, paint: Paint) -> io::Result<()> {
    writeln!(out, "  {}", paint.strong(text))
}

/// Numbers to the right, words to the left.
fn rows(out: &mut impl Write, rows: impl Iterator<Item = (usize, String)>) -> io::Result<()> {
    let rows: Vec<(String, String)> = rows.map(|(number, words)| (grouped(number as u64), words)).collect();
    let width = rows.iter().map(|(number, _)| number.len()).max().unwrap_or(1);
    rows.iter().try_for_each(|(number, words)| writeln!(out, "    {number:>width$}  {words}"))
}

fn section_name(path: &SectionPath) -> String {
    if path.is_root() { "(before the first heading)".to_owned() } else { harmless(&path.to_string()) }
}

/// A layout for people.
pub(crate) fn layout_name(layout: Layout) -> &'static str {
    match layout {
        Layout::Bullet => "bullets",
        Layout::NestedBullet => "nested bullets",
        Layout::Numbered => "numbered list",
        Layout::Table => "table",
        Layout::RankedTable => "ranked table",
        Layout::Details => "<details>",
        Layout::Html => "other HTML",
        Layout::Heading => "linked headings",
        Layout::Org => "Org list",
        Layout::Yaml => "YAML",
        Layout::Json => "JSON",
        Layout::Csv => "CSV",
    }
}

#[cfg(test)]
mod tests {
    use whimbrel_catalog::{EntryKey, Skipped};

    use super::*;

    #[test]
    fn columns_line_up_and_reasons_are_counted() {
        let reason =
            |line, reason: &str| Skipped { line, text: "- x\u{1b}[2J".into(), reason: reason.into() };
        let report = Report {
            layouts: [(Layout::Bullet, 1_200), (Layout::Table, 7)].into(),
            sections: vec![(SectionPath::default(), 7), (SectionPath::new(["A", "B"]), 1_200)],
            duplicates: vec![(EntryKey::from_stored("a.example/x"), vec![3, 90])],
            unknown: vec![],
            skipped: vec![
                reason(4, "table of contents"),
                reason(5, "table of contents"),
                reason(9, "no name"),
            ],
        };
        let reading = Reading { snapshot: Snapshot::default(), report };
        let show = |lines| {
            let mut out = Vec::new();
            write(&mut out, Path::new("a.md"), &reading, lines, Paint::plain()).unwrap();
            String::from_utf8(out).unwrap()
        };
        let short = show(false);
        assert!(short.contains("    1,200  bullets\n        7  table\n"), "{short}");
        assert!(short.contains("        7  (before the first heading)\n    1,200  A / B\n"), "{short}");
        assert!(short.contains("a.example/x on lines 3, 90"), "{short}");
        assert!(
            short.contains("    1  no name\n    2  table of contents\n    --lines lists them"),
            "{short}"
        );
        let long = show(true);
        assert!(long.contains("    9  no name\n       - x\\u{1b}[2J\n"), "{long}");
    }
}
