//! An answer for people at a terminal.

use std::fmt::Write as _;

use whimbrel_lookup::{Answer, Part, PlotLine, Point};

use super::table::{columns, padded, side_by_side, table, wrapped};
use crate::screen::{Paint, grouped, harmless};

/// Heights of a small chart's columns.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Columns of a small chart at most.
const CHART: usize = 40;

/// Things with more facts than this are shown as columns of their own.
const FEW: usize = 5;

/// An answer and how it is shown.
pub(super) struct Showing<'a> {
    pub(super) answer: &'a Answer,
    pub(super) width: usize,
    pub(super) paint: Paint,
    /// The address of the site, if it has one.
    pub(super) site: Option<&'a str>,
}

impl Showing<'_> {
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        let answer = self.answer;
        self.line(&mut out, &self.paint.strong(harmless(&answer.title)));
        for text in &answer.text {
            for line in wrapped(&harmless(text), self.width) {
                self.line(&mut out, &line);
            }
        }
        let widest = answer.facts.iter().map(|fact| columns(&fact.label)).max().unwrap_or(0);
        for fact in &answer.facts {
            let label = self.paint.faint(padded(&fact.label, widest, false));
            let text = match &fact.url {
                Some(url) if url.starts_with('/') => self.address(url),
                _ => fact.text.clone(),
            };
            self.line(&mut out, &format!("  {label}  {}", harmless(&text)));
        }
        for part in &answer.parts {
            self.part(&mut out, part);
        }
        for chart in &answer.charts {
            let _ = writeln!(out, "\n{}", self.paint.strong(&chart.title));
            for line in &chart.lines {
                self.chart(&mut out, line, chart.ranks);
            }
        }
        self.end(&mut out);
        out
    }

    fn part(&self, out: &mut String, part: &Part) {
        if !part.title.is_empty() {
            let _ = writeln!(out, "\n{}", self.paint.strong(&part.title));
        }
        let most = part.items.iter().map(|item| item.facts.len()).max().unwrap_or(0);
        let items: Vec<_> = part.items.iter().map(plain).collect();
        let side = if most > FEW && items.len() > 1 { side_by_side(&items, self.width) } else { None };
        let table = side.unwrap_or_else(|| table(&items, self.width));
        if !table.heading.is_empty() {
            self.line(out, &self.paint.faint(&table.heading));
        }
        for row in &table.rows {
            for (at, line) in row.iter().enumerate() {
                if at == 0 { self.line(out, line) } else { self.line(out, &self.paint.faint(line)) }
            }
        }
    }

    /// A line of bars, with the first and the last value.
    fn chart(&self, out: &mut String, line: &PlotLine, ranks: bool) {
        let (Some(first), Some(last)) = (line.points.first(), line.points.last()) else { return };
        let values = sampled(&line.points, CHART.min(self.width / 2));
        let (low, high) =
            values.iter().fold((u64::MAX, 0), |(low, high), value| (low.min(*value), high.max(*value)));
        let bars: String = values
            .iter()
            .map(|value| {
                let height = if high == low { 3 } else { (value - low) * 7 / (high - low) };
                BARS[if ranks { 7 - height.min(7) } else { height.min(7) } as usize]
            })
            .collect();
        let from = format!("{} ({})", grouped(first.value), first.at.format("%Y-%m-%d"));
        let to = format!("{} ({})", grouped(last.value), last.at.format("%Y-%m-%d"));
        let _ = writeln!(out, "  {bars}  {from} → {to}  {}", harmless(&line.name));
    }

    fn end(&self, out: &mut String) {
        let answer = self.answer;
        let mut notes = Vec::new();
        if let Some(paging) = answer.paging {
            let of = paging.pages.map(|pages| format!(" of {pages}")).unwrap_or_default();
            let next = if paging.more {
                format!("; the next one with --page {}", paging.page + 1)
            } else {
                String::new()
            };
            notes.push(format!("Page {}{of}{next}", paging.page));
        }
        if let Some(page) = answer.links.page.as_ref().filter(|_| self.site.is_some()) {
            notes.push(format!("On the site: {}", self.address(page)));
        }
        if let Some(feed) = answer.links.feed.as_ref().filter(|_| self.site.is_some()) {
            notes.push(format!("As a feed: {}", self.address(feed)));
        }
        if !notes.is_empty() || !answer.hints.is_empty() {
            out.push('\n');
        }
        for hint in &answer.hints {
            let word = if answer.missing { "Did you mean" } else { "Ask next" };
            self.line(
                out,
                &self.paint.faint(format!("{word}: {} ({})", harmless(&hint.ask), harmless(&hint.text))),
            );
        }
        for note in notes {
            self.line(out, &self.paint.faint(harmless(&note)));
        }
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.site.unwrap_or_default())
    }

    #[allow(clippy::unused_self)] // beside the others
    fn line(&self, out: &mut String, line: &str) {
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// An item without what could move the cursor.
fn plain(item: &whimbrel_lookup::Item) -> whimbrel_lookup::Item {
    let mut item = item.clone();
    (item.name, item.text) = (harmless(&item.name), harmless(&item.text));
    for fact in &mut item.facts {
        fact.text = harmless(&fact.text);
    }
    item
}

/// The values at so many moments, equally far apart.
fn sampled(points: &[Point], most: usize) -> Vec<u64> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let span = last.at.signed_duration_since(first.at).num_seconds();
    let steps = (points.len() * 4).clamp(2, most.max(2)) as i64;
    (0..steps)
        .map(|step| {
            let at = first.at
                + chrono::TimeDelta::seconds(
                    span / (steps - 1) * step + (span % (steps - 1)) * step / (steps - 1),
                );
            let stood = points.partition_point(|point| point.at <= at);
            points[stood.saturating_sub(1)].value
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use whimbrel_lookup::{Fact, Hint, Item, Links, Paging, Plot};

    use super::*;

    fn shown(answer: &Answer, width: usize, site: Option<&str>) -> String {
        Showing { answer, width, paint: Paint::plain(), site }.text()
    }

    #[test]
    fn an_answer_reads_from_top_to_bottom() {
        let stars = Fact {
            label: "Stars".to_owned(),
            text: "50,000".to_owned(),
            number: Some(50_000),
            ..Fact::default()
        };
        let at = |days: i64| chrono::DateTime::from_timestamp(1_790_000_000 + days * 86_400, 0).unwrap();
        let answer = Answer {
            title: "etcd\u{1b}[31m".to_owned(),
            text: vec!["A store for what matters most.".to_owned()],
            facts: vec![stars.clone()],
            parts: vec![Part {
                title: "Listed in".to_owned(),
                items: vec![Item { name: "Awesome Go".to_owned(), facts: vec![stars], ..Item::default() }],
            }],
            charts: vec![Plot {
                title: "Stars over time".to_owned(),
                ranks: false,
                lines: vec![PlotLine {
                    name: "etcd".to_owned(),
                    points: vec![Point { at: at(0), value: 1 }, Point { at: at(1), value: 8 }],
                }],
            }],
            paging: Some(Paging { page: 1, pages: Some(2), more: true }),
            links: Links { page: Some("/p/etcd/".to_owned()), ..Links::default() },
            hints: vec![Hint { text: "History".to_owned(), ask: "/history etcd".to_owned() }],
            ..Answer::default()
        };
        assert_eq!(
            shown(&answer, 40, Some("https://news.example.org")),
            "etcd\\u{1b}[31m
A store for what matters most.
  Stars  50,000

Listed in
             Stars
Awesome Go  50,000

Stars over time
  ▁▁▁▁▁▁▁█  1 (2026-09-21) → 8 (2026-09-22)  etcd

Ask next: /history etcd (History)
Page 1 of 2; the next one with --page 2
On the site: https://news.example.org/p/etcd/
"
        );
        assert!(!shown(&answer, 40, None).contains("On the site"));
    }
}
