//! Drawing.
//!
//! Lines join what was observed: between two observations nothing is known, and a straight line claims least. No
//! colour is written into the picture but the lines' classes `line-1` …, which the page's style sheet colours.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use crate::scale::{Values, dates, labels, whole};
use crate::{Chart, Line, Up};

/// Size in units of the picture. It scales to the width of its place; so small, its labels stay legible on a phone.
const WIDTH: f64 = 440.0;
const HEIGHT: f64 = 220.0;
/// Room for labels.
const LEFT: f64 = 46.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 30.0;
/// Room for one line of the legend.
const LEGEND: f64 = 22.0;
/// Points further apart than this many units are all a reader can tell apart.
const FINEST: f64 = 1.0;
/// Lines that can be told apart by their classes.
const COLOURS: usize = 6;

/// Data with its axes.
struct Plot<'a> {
    lines: Vec<&'a Line<'a>>,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    values: Values,
    up: Up,
    top: f64,
}

impl<'a> Plot<'a> {
    fn of(chart: &Chart<'a>) -> Option<Self> {
        let lines: Vec<_> = chart.lines.iter().filter(|line| !line.points.is_empty()).collect();
        let all = || lines.iter().flat_map(|line| line.points);
        let from = all().map(|(at, _)| *at).min()?;
        let until = all().map(|(at, _)| *at).max()?.max(chart.until);
        let (least, most) = (all().map(|(_, value)| *value).min()?, all().map(|(_, value)| *value).max()?);
        let values = match chart.up {
            Up::More => Values::around(least, most),
            Up::Rank => Values::ranks(least, most),
        };
        let top = if lines.len() > 1 { TOP + LEGEND } else { TOP };
        Some(Self { lines, from, until, values, up: chart.up, top })
    }

    fn x(&self, at: DateTime<Utc>) -> f64 {
        let span = (self.until - self.from).num_seconds();
        if span <= 0 {
            return f64::midpoint(LEFT, WIDTH - RIGHT);
        }
        LEFT + (at - self.from).num_seconds() as f64 / span as f64 * (WIDTH - RIGHT - LEFT)
    }

    fn y(&self, value: u64) -> f64 {
        let share = self.values.share(value);
        let share = if self.up == Up::Rank { 1.0 - share } else { share };
        HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - self.top)
    }

    /// Where a line goes, with no more points than can be seen.
    fn way(&self, line: &Line<'_>) -> Vec<(f64, f64)> {
        let mut way: Vec<(f64, f64)> = Vec::new();
        let last = line.points.len() - 1;
        for (index, (at, value)) in line.points.iter().enumerate() {
            let (x, y) = (self.x(*at), self.y(*value));
            let near = way.last().is_some_and(|(before, _)| x - before < FINEST);
            if !near || index == last {
                way.push((x, y));
            }
        }
        let (end, (_, y)) = (self.x(self.until), way[way.len() - 1]);
        if end - way[way.len() - 1].0 >= FINEST {
            way.push((end, y));
        }
        way
    }
}

/// See [`Chart::svg`].
pub(crate) fn draw(chart: &Chart<'_>) -> Option<String> {
    let plot = Plot::of(chart)?;
    let mut svg = String::with_capacity(4096);
    // Writing to a string does not fail.
    let _ = write!(
        svg,
        r#"<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{id}-title {id}-text"><title id="{id}-title">{title}</title><desc id="{id}-text">{text}</desc>"#,
        id = chart.id,
        title = escaped(chart.title),
        text = escaped(&describe(chart)?),
    );
    grid(&mut svg, &plot);
    for (index, line) in plot.lines.iter().enumerate() {
        draw_line(&mut svg, &plot, line, index % COLOURS + 1);
    }
    if plot.lines.len() > 1 {
        legend(&mut svg, &plot);
    }
    svg.push_str("</svg>");
    Some(svg)
}

/// See [`Chart::description`].
pub(crate) fn describe(chart: &Chart<'_>) -> Option<String> {
    let plot = Plot::of(chart)?;
    let day = |at: DateTime<Utc>| at.format("%-d %B %Y");
    let told = plot.lines.iter().take(COLOURS).map(|line| {
        let ((first, from), (last, to)) = (line.points[0], line.points[line.points.len() - 1]);
        let name = if plot.lines.len() > 1 { format!("{}: ", line.name) } else { String::new() };
        if first == last {
            format!("{name}{} on {}", whole(to), day(last))
        } else {
            format!("{name}from {} on {} to {} on {}", whole(from), day(first), whole(to), day(last))
        }
    });
    Some(format!("{}.", told.collect::<Vec<_>>().join("; ")))
}

fn grid(svg: &mut String, plot: &Plot<'_>) {
    for (tick, label) in plot.values.ticks.iter().zip(labels(&plot.values.ticks)) {
        let y = plot.y(*tick);
        let _ = write!(
            svg,
            r#"<line class="grid" x1="{LEFT}" x2="{:.1}" y1="{y:.1}" y2="{y:.1}"/><text class="tick" x="{:.1}" y="{:.1}" text-anchor="end">{}</text>"#,
            WIDTH - RIGHT,
            LEFT - 8.0,
            y + 4.0,
            label
        );
    }
    for tick in dates(plot.from, plot.until) {
        let x = plot.x(tick.at);
        // A label at the rim would be cut.
        let anchor = if x > WIDTH - 40.0 { "end" } else { "middle" };
        let _ = write!(
            svg,
            r#"<text class="tick" x="{x:.1}" y="{:.1}" text-anchor="{anchor}">{}</text>"#,
            HEIGHT - 8.0,
            tick.label
        );
    }
}

fn draw_line(svg: &mut String, plot: &Plot<'_>, line: &Line<'_>, colour: usize) {
    let way = plot.way(line);
    if let [(x, y)] = way.as_slice() {
        let _ = write!(svg, r#"<circle class="dot line-{colour}" cx="{x:.1}" cy="{y:.1}" r="4"/>"#);
        return;
    }
    let _ = write!(svg, r#"<path class="line line-{colour}" fill="none" d=""#);
    for (index, (x, y)) in way.iter().enumerate() {
        let _ = write!(svg, "{}{x:.1} {y:.1}", if index == 0 { 'M' } else { 'L' });
    }
    svg.push_str("\"/>");
}

fn legend(svg: &mut String, plot: &Plot<'_>) {
    let width = (WIDTH - LEFT - RIGHT) / plot.lines.len().min(COLOURS) as f64;
    for (index, line) in plot.lines.iter().take(COLOURS).enumerate() {
        let x = LEFT + width * index as f64;
        // About seven units a letter.
        let fitting = ((width - 24.0) / 7.0).max(3.0) as usize;
        let name: String = if line.name.chars().count() > fitting {
            line.name.chars().take(fitting - 1).chain(['…']).collect()
        } else {
            line.name.to_owned()
        };
        let _ = write!(
            svg,
            r#"<circle class="dot line-{}" cx="{:.1}" cy="12" r="4"/><text class="tick" x="{:.1}" y="16">{}</text>"#,
            index + 1,
            x + 4.0,
            x + 14.0,
            escaped(&name)
        );
    }
}

/// Text for XML: what it cannot hold is left out.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\t' | '\n' | '\r' => safe.push(' '),
            '\u{0}'..'\u{20}' | '\u{FFFE}' | '\u{FFFF}' => {}
            letter => safe.push(letter),
        }
    }
    safe
}
