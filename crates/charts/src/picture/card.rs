//! The picture that stands for a page where somebody passes on a link to it.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use super::draw::{Anchor, Sheet, render};
use super::letters::{FAMILY, Letters};
use crate::scale::whole;

/// The size those who show links ask for.
const WIDTH: f32 = 1200.0;
const HEIGHT: u32 = 630;

const LEFT: f32 = 80.0;
const RIGHT: f32 = 1120.0;
const TITLE: f32 = 68.0;
const SMALLER: f32 = 52.0;
const TEXT: f32 = 36.0;

/// Where lines and rows are drawn.
const TOP: f32 = 310.0;
const BOTTOM: f32 = 530.0;
const ROW: f32 = 56.0;
/// Rows that fit.
const ROWS: usize = 5;
/// Where bars begin and end.
const BARS: (f32, f32) = (620.0, 960.0);

/// The colours of the pages by day.
const GROUND: &str = "#faf9f5";
const INK: &str = "#1d2320";
const SOFT: &str = "#58625c";
const ACCENT: &str = "#0d6957";
const WASH: &str = "#d7e8e2";

/// What stands on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Card<'a> {
    /// The name of the site; may be empty.
    pub site: &'a str,
    /// The name of the page.
    pub title: &'a str,
    /// What it is called where its name is in letters the picture does not have; may be empty.
    pub instead: &'a str,
    /// One line about it; may be empty.
    pub text: &'a str,
    /// What is drawn below.
    pub part: CardPart<'a>,
}

/// What is drawn on a card.
#[derive(Clone, Debug, PartialEq)]
pub enum CardPart<'a> {
    /// Words alone.
    Words,
    /// What was counted over time, in the order of time, up to a moment.
    Line(&'a [(DateTime<Utc>, u64)], DateTime<Utc>),
    /// Things with numbers, the largest first.
    Ranking(&'a [CardRow<'a>]),
}

/// A thing with its number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CardRow<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its number, as people read it.
    pub shown: &'a str,
    /// How long its bar is, from 0 to 1.
    pub share: f32,
}

impl Card<'_> {
    /// The picture as PNG, 1200 by 630 pixels; `None` when it cannot be drawn.
    pub fn png(&self) -> Option<Vec<u8>> {
        render(&self.compose(), HEIGHT)
    }

    fn compose(&self) -> String {
        let mut sheet = Sheet { svg: String::with_capacity(4096), y: 0.0, letters: Letters::new() };
        let room = RIGHT - LEFT;
        if !self.site.is_empty() {
            let site = sheet.letters.fit(self.site, "", TEXT, room);
            sheet.text(LEFT, 104.0, TEXT, ACCENT, Anchor::Start, &site);
        }
        let size = if sheet.letters.width(self.title, TITLE) <= room { TITLE } else { SMALLER };
        let title = sheet.letters.fit(self.title, self.instead, size, room);
        sheet.strong(LEFT, 196.0, size, INK, &title);
        if !self.text.is_empty() {
            let text = sheet.letters.fit(self.text, "", TEXT, room);
            sheet.text(LEFT, 258.0, TEXT, SOFT, Anchor::Start, &text);
        }
        match self.part {
            CardPart::Words => {}
            CardPart::Line(points, until) => line(&mut sheet, points, until),
            CardPart::Ranking(rows) => ranking(&mut sheet, rows),
        }
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="{FAMILY}"><rect width="{WIDTH}" height="{HEIGHT}" fill="{GROUND}"/><rect width="20" height="{HEIGHT}" fill="{ACCENT}"/>{}</svg>"#,
            sheet.svg
        )
    }
}

fn line(sheet: &mut Sheet, points: &[(DateTime<Utc>, u64)], until: DateTime<Utc>) {
    let [(from, first), .., (last, end)] = points else { return };
    let span = (until.max(*last) - *from).num_seconds().max(1) as f32;
    let counted = || points.iter().map(|(_, value)| *value);
    let (least, most) = (counted().min().unwrap_or(0), counted().max().unwrap_or(0));
    let x = |at: DateTime<Utc>| LEFT + (at - *from).num_seconds() as f32 / span * (RIGHT - LEFT);
    let y = |value: u64| match most - least {
        0 => f32::midpoint(TOP, BOTTOM),
        room => BOTTOM - (value - least) as f32 / room as f32 * (BOTTOM - TOP),
    };
    let mut path = String::new();
    // Writing to a string does not fail.
    for (index, (at, value)) in points.iter().enumerate() {
        let _ = write!(path, "{}{:.1} {:.1}", if index == 0 { 'M' } else { 'L' }, x(*at), y(*value));
    }
    let _ = write!(path, "L{RIGHT} {:.1}", y(*end));
    let _ = write!(
        sheet.svg,
        r#"<path d="{path}L{RIGHT} {BOTTOM}L{LEFT} {BOTTOM}Z" fill="{WASH}"/><path d="{path}" fill="none" stroke="{ACCENT}" stroke-width="6" stroke-linejoin="round" stroke-linecap="round"/><circle cx="{RIGHT}" cy="{:.1}" r="10" fill="{ACCENT}"/>"#,
        y(*end)
    );
    let told = |value: u64, at: DateTime<Utc>| format!("★ {} · {}", whole(value), at.format("%-d %b %Y"));
    sheet.text(LEFT, 590.0, TEXT, SOFT, Anchor::Start, &told(*first, *from));
    sheet.text(RIGHT, 590.0, TEXT, INK, Anchor::End, &told(*end, *last));
}

fn ranking(sheet: &mut Sheet, rows: &[CardRow<'_>]) {
    for (index, row) in rows.iter().take(ROWS).enumerate() {
        let base = TOP + 36.0 + ROW * index as f32;
        let name = sheet.letters.fit(row.name, "", TEXT, BARS.0 - 24.0 - LEFT);
        sheet.text(LEFT, base, TEXT, INK, Anchor::Start, &name);
        let length = (BARS.1 - BARS.0) * row.share.clamp(0.0, 1.0);
        sheet.bar(BARS.0, base - 16.0, length.max(8.0), ACCENT);
        let shown = sheet.letters.fit(row.shown, "", TEXT, RIGHT - BARS.1 - 16.0);
        sheet.text(RIGHT, base, TEXT, SOFT, Anchor::End, &shown);
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn points(values: &[u64]) -> Vec<(DateTime<Utc>, u64)> {
        let at = |n: usize| DateTime::UNIX_EPOCH + TimeDelta::days(n as i64);
        values.iter().enumerate().map(|(n, value)| (at(n), *value)).collect()
    }

    #[test]
    fn whatever_stands_on_it_is_drawn() {
        let rows = [CardRow { name: "<b>&", shown: "9k", share: f32::NAN }; 9];
        let (strange, one) = (points(&[0, u64::MAX, 3]), points(&[1]));
        let until = DateTime::UNIX_EPOCH;
        for part in [
            CardPart::Words,
            CardPart::Line(&strange, until),
            CardPart::Line(&one, until),
            CardPart::Line(&[], until),
            CardPart::Ranking(&rows),
            CardPart::Ranking(&[]),
        ] {
            let title = "A title with <markup> & ]]> 深度学习 🚀 ".repeat(20);
            let card = Card { site: "", title: &title, instead: "", text: "\u{0}\u{202e}text", part };
            let svg = card.compose();
            assert!(!svg.contains("<markup>") && !svg.contains("<b>"), "{svg}");
            let png = card.png().expect("it can be drawn");
            assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
            assert_eq!((&png[16..20], &png[20..24]), (&1200u32.to_be_bytes()[..], &630u32.to_be_bytes()[..]));
            assert!(png.len() < 120_000, "{}", png.len());
        }
    }
}
