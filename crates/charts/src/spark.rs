//! Lines as small as a word, for tables.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use crate::svg::escaped;

const WIDTH: f64 = 96.0;
const HEIGHT: f64 = 24.0;
/// Half of the line's width and of the dot at its end stay inside.
const RIM: f64 = 3.0;

/// What was counted over time, without axes: its shape and where it ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Spark<'a> {
    /// What it shows, in words: the picture's name.
    pub label: &'a str,
    /// What was counted, in the order of time.
    pub points: &'a [(DateTime<Utc>, u64)],
    /// The moment the line is drawn up to.
    pub until: DateTime<Utc>,
}

impl Spark<'_> {
    /// The line as an `<svg>` element of a fixed size; `None` for fewer than two points, which have no shape.
    pub fn svg(&self) -> Option<String> {
        let [(from, _), .., (last, end)] = self.points else { return None };
        let until = self.until.max(*last);
        let span = (until - *from).num_seconds().max(1) as f64;
        let least = self.points.iter().map(|(_, value)| *value).min()?;
        let room = self.points.iter().map(|(_, value)| *value).max()? - least;
        let x = |at: DateTime<Utc>| RIM + (at - *from).num_seconds() as f64 / span * (WIDTH - 2.0 * RIM);
        let y = |value: u64| match room {
            0 => HEIGHT / 2.0,
            room => HEIGHT - RIM - (value - least) as f64 / room as f64 * (HEIGHT - 2.0 * RIM),
        };
        let mut svg = format!(
            r#"<svg class="spark" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{}"><path class="line line-1" fill="none" d=""#,
            escaped(self.label)
        );
        // Writing to a string does not fail.
        for (index, (at, value)) in self.points.iter().enumerate() {
            let _ = write!(svg, "{}{:.0} {:.1}", if index == 0 { 'M' } else { 'L' }, x(*at), y(*value));
        }
        let (edge, height) = (WIDTH - RIM, y(*end));
        let _ = write!(
            svg,
            r#"L{edge:.0} {height:.1}"/><circle class="dot line-1" cx="{edge:.0}" cy="{height:.1}" r="2.5"/></svg>"#
        );
        Some(svg)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn drawn(values: &[u64], label: &str) -> Option<String> {
        let at = |n: usize| DateTime::UNIX_EPOCH + TimeDelta::days(n as i64);
        let points: Vec<_> = values.iter().enumerate().map(|(n, value)| (at(n), *value)).collect();
        Spark { label, points: &points, until: at(values.len()) }.svg()
    }

    #[test]
    fn a_shape_needs_two_points() {
        assert_eq!((drawn(&[], "x"), drawn(&[1], "x")), (None, None));
        assert_eq!(
            drawn(&[1, 3], "Stars").as_deref(),
            Some(
                r#"<svg class="spark" width="96" height="24" viewBox="0 0 96 24" role="img" aria-label="Stars"><path class="line line-1" fill="none" d="M3 21.0L48 3.0L93 3.0"/><circle class="dot line-1" cx="93" cy="3.0" r="2.5"/></svg>"#
            )
        );
    }

    #[test]
    fn strange_numbers_and_names_stay_inside() {
        for values in [[0, u64::MAX], [u64::MAX, u64::MAX], [5, 0]] {
            let svg = drawn(&values, "\"><script>").unwrap();
            assert!(!svg.contains("NaN") && !svg.contains("inf") && !svg.contains("<script"), "{svg}");
            assert!(quick_xml::Reader::from_str(&svg).read_event().is_ok());
        }
    }
}
