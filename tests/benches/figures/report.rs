//! A table of figures against their limits.

use std::fmt;
use std::time::{Duration, Instant};

/// The side of the limit that is good.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
}

struct Row {
    name: String,
    unit: &'static str,
    measured: f64,
    limit: Limit,
    note: String,
}

/// All figures of a run.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
}

impl Report {
    /// Adds a figure and says it at once, because the whole table takes a while.
    pub(crate) fn add(
        &mut self,
        name: &str,
        unit: &'static str,
        measured: f64,
        limit: Limit,
        note: impl Into<String>,
    ) {
        let row = Row { name: name.to_owned(), unit, measured, limit, note: note.into() };
        eprintln!("{row}");
        self.rows.push(row);
    }

    /// How many limits were missed.
    pub(crate) fn missed(&self) -> usize {
        self.rows.iter().filter(|row| !row.met()).count()
    }
}

impl Row {
    fn met(&self) -> bool {
        match self.limit {
            Limit::AtMost(limit) => self.measured <= limit,
            Limit::AtLeast(limit) => self.measured >= limit,
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, limit) = match self.limit {
            Limit::AtMost(limit) => ("<=", limit),
            Limit::AtLeast(limit) => (">=", limit),
        };
        let verdict = if self.met() { "met" } else { "MISSED" };
        write!(
            f,
            "| {} | {:.3} {} | {sign} {limit} {} | {verdict} | {} |",
            self.name, self.measured, self.unit, self.unit, self.note
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n| figure | measured | limit | | how |\n|---|---|---|---|---|")?;
        self.rows.iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}

/// The median time of `runs` calls, after one that is not counted.
pub(crate) fn median(runs: usize, mut work: impl FnMut()) -> Duration {
    work();
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

/// The median of the ratios a / b, the two run in turn.
pub(crate) fn median_ratio(runs: usize, mut a: impl FnMut(), mut b: impl FnMut()) -> f64 {
    let mut ratios: Vec<f64> =
        (0..runs).map(|_| median(3, &mut a).as_secs_f64() / median(3, &mut b).as_secs_f64()).collect();
    ratios.sort_unstable_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

/// Milliseconds, for the table.
pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The value that this part of them does not exceed; they are sorted.
pub(crate) fn at(sorted: &[f64], part: f64) -> f64 {
    let index = (sorted.len() as f64 * part).ceil() as usize;
    sorted.get(index.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}
