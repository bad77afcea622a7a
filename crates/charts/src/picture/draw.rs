//! Composing and rendering.

use std::fmt::Write as _;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use super::file::encode;
use super::letters::{FAMILY, Letters, fonts};
use super::{DigestPicture, Growth, Mover, signed};
use crate::scale::whole;
use crate::svg::escaped;

/// Width of the picture in pixels, and of its rim.
const WIDTH: f32 = 1200.0;
const RIM: f32 = 48.0;
const RIGHT: f32 = WIDTH - RIM;

/// Sizes of text. A phone shows 0.3 of them: none is below 11 points there.
const TITLE: f32 = 52.0;
const NAME: f32 = 42.0;
const SMALL: f32 = 38.0;

/// Where names begin, beside arrows.
const NAMES: f32 = RIM + 58.0;
/// Where the lines of stars are drawn.
const LINES: (f32, f32) = (590.0, 880.0);

/// Heights of rows.
const MOVER: f32 = 104.0;
const RANKING: f32 = 48.0;
const GROWN: f32 = 128.0;

/// Colours, each at least 4.5 times as dark as the ground where it is text.
const GROUND: &str = "#ffffff";
const INK: &str = "#1b1f24";
const SOFT: &str = "#57606a";
const RULE: &str = "#e3e7eb";
const UP: &str = "#0a7a3d";
const DOWN: &str = "#b3261e";
const STARS: &str = "#0b5cad";
const STARS_BELOW: &str = "#dbe9f7";

/// See [`DigestPicture::png`].
pub(super) fn png(picture: &DigestPicture<'_>) -> Option<Vec<u8>> {
    let (svg, height) = compose(picture)?;
    render(&svg, height)
}

/// A drawing of the usual width as PNG.
pub(super) fn render(svg: &str, height: u32) -> Option<Vec<u8>> {
    let options = Options { font_family: FAMILY.to_owned(), fontdb: fonts(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).ok()?;
    let mut pixels = Pixmap::new(WIDTH as u32, height)?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    encode(&pixels)
}

/// The picture as SVG, and its height in pixels.
pub(super) fn compose(picture: &DigestPicture<'_>) -> Option<(String, u32)> {
    let (movers, growth) = (picture.shown_movers(), picture.shown_growth());
    if movers.is_empty() && growth.is_empty() {
        return None;
    }
    let mut sheet = Sheet { svg: String::with_capacity(8192), y: RIM, letters: Letters::new() };
    sheet.head(picture);
    if !movers.is_empty() {
        sheet.movers(&movers);
    }
    if !growth.is_empty() {
        sheet.growth(&growth, picture);
    }
    let height = (sheet.y + 32.0).ceil();
    let svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="{FAMILY}"><rect width="{WIDTH}" height="{height}" fill="{GROUND}"/>{}</svg>"#,
        sheet.svg
    );
    Some((svg, height as u32))
}

/// Where a text stands from.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    End,
}

pub(super) struct Sheet {
    pub(super) svg: String,
    /// How far down the picture goes.
    pub(super) y: f32,
    pub(super) letters: Letters<'static>,
}

impl Sheet {
    fn head(&mut self, picture: &DigestPicture<'_>) {
        // A title that is a little too long is set smaller before it is cut.
        let size = if self.letters.width(picture.title, TITLE) <= RIGHT - RIM { TITLE } else { NAME };
        let title = self.letters.fit(picture.title, "Digest", size, RIGHT - RIM);
        self.y += TITLE;
        self.strong(RIM, self.y - 8.0, size, INK, &title);
        self.y += 14.0;
    }

    /// A heading with a rule below.
    fn heading(&mut self, text: &str) {
        self.y += 26.0 + SMALL;
        let text = self.letters.fit(text, "", SMALL, RIGHT - RIM);
        self.text(RIM, self.y, SMALL, SOFT, Anchor::Start, &text);
        self.y += 20.0;
        self.rule(self.y);
    }

    fn movers(&mut self, movers: &[&Mover<'_>]) {
        let several = movers.iter().any(|mover| mover.ranking != movers[0].ranking);
        match movers[0].ranking {
            "" => self.heading("Ranks"),
            _ if several => self.heading("Ranks"),
            ranking => self.heading(&format!("Ranks {ranking}")),
        }
        let most = movers.iter().map(|mover| mover.from.abs_diff(mover.to)).max().unwrap_or(1).max(1);
        for mover in movers {
            let rises = mover.to < mover.from;
            let colour = if rises { UP } else { DOWN };
            let base = self.y + 58.0;
            self.arrow(RIM, base, rises, colour);
            let (from, to) = (format!("{} → ", whole(mover.from.into())), whole(mover.to.into()));
            let to_width = self.letters.width(&to, NAME);
            let ranks_width = to_width + self.letters.width(&from, NAME);
            self.strong(RIGHT - to_width, base, NAME, INK, &to);
            self.text(RIGHT - to_width, base, NAME, SOFT, Anchor::End, &from);
            let name = self.letters.fit(mover.name, mover.instead, NAME, RIGHT - ranks_width - 36.0 - NAMES);
            self.text(NAMES, base, NAME, INK, Anchor::Start, &name);
            let mut bar = base + 20.0;
            if several {
                let ranking = self.letters.fit(mover.ranking, "", SMALL, RIGHT - NAMES);
                self.text(NAMES, base + RANKING, SMALL, SOFT, Anchor::Start, &ranking);
                bar += RANKING;
                self.y += RANKING;
            }
            // How far each went, next to who went furthest.
            let length = (RIGHT - NAMES) * mover.from.abs_diff(mover.to) as f32 / most as f32;
            self.bar(NAMES, bar, length.max(8.0), colour);
            self.y += MOVER;
        }
    }

    fn growth(&mut self, growth: &[&Growth<'_>], picture: &DigestPicture<'_>) {
        self.heading("Stars");
        let last = growth.len() - 1;
        for (index, growth) in growth.iter().enumerate() {
            let (upper, lower) = (self.y + 56.0, self.y + 56.0 + RANKING);
            let name = self.letters.fit(growth.name, growth.instead, NAME, LINES.0 - 30.0 - RIM);
            self.text(RIM, upper, NAME, INK, Anchor::Start, &name);
            let stars =
                self.letters.fit(&format!("★ {}", whole(growth.now())), "", SMALL, LINES.0 - 30.0 - RIM);
            self.text(RIM, lower, SMALL, SOFT, Anchor::Start, &stars);
            self.line(growth, picture);
            let gained = growth.gained();
            let colour = match gained {
                0 => SOFT,
                1.. => UP,
                _ => DOWN,
            };
            let width = RIGHT - LINES.1 - 24.0;
            let gained = if gained == 0 { "no change".to_owned() } else { signed(gained) };
            let size = if self.letters.width(&gained, NAME) <= width { NAME } else { SMALL };
            let gained = self.letters.fit(&gained, "", size, width);
            self.text(RIGHT, self.y + 80.0, size, colour, Anchor::End, &gained);
            self.y += GROWN;
            if index < last {
                self.rule(self.y);
            }
        }
    }

    /// Stars over time in the middle of a row, from their least to their most.
    fn line(&mut self, growth: &Growth<'_>, picture: &DigestPicture<'_>) {
        let (top, bottom) = (self.y + 26.0, self.y + GROWN - 26.0);
        let counted = || growth.points.iter().map(|(_, stars)| *stars);
        let (least, most) = (counted().min().unwrap_or(0), counted().max().unwrap_or(0));
        let (Some((from, _)), Some((last, _))) = (growth.points.first(), growth.points.last()) else {
            return;
        };
        let until = picture.until.max(*last);
        let span = (until - *from).num_seconds().max(1) as f32;
        let x = |at: chrono::DateTime<chrono::Utc>| {
            LINES.0 + ((at - *from).num_seconds() as f32 / span).clamp(0.0, 1.0) * (LINES.1 - LINES.0)
        };
        let y = |stars: u64| match most - least {
            0 => f32::midpoint(top, bottom),
            room => bottom - (stars - least) as f32 / room as f32 * (bottom - top),
        };
        let mut way: Vec<(f32, f32)> = Vec::new();
        for (at, stars) in growth.points {
            let (x, y) = (x(*at), y(*stars));
            // Points closer than this cannot be told apart; the newer one is true for longer.
            if way.last().is_some_and(|(before, _)| x - before < 2.0) {
                way.pop();
            }
            way.push((x, y));
        }
        let Some((_, end)) = way.last().copied() else { return };
        way.push((LINES.1, end));
        let mut path = String::new();
        for (index, (x, y)) in way.iter().enumerate() {
            let _ = write!(path, "{}{x:.1} {y:.1}", if index == 0 { 'M' } else { 'L' });
        }
        let _ = write!(
            self.svg,
            r#"<path d="{path}L{:.1} {bottom:.1}L{:.1} {bottom:.1}Z" fill="{STARS_BELOW}"/><path d="{path}" fill="none" stroke="{STARS}" stroke-width="5" stroke-linejoin="round" stroke-linecap="round"/>"#,
            LINES.1, way[0].0
        );
        let _ = write!(self.svg, r#"<circle cx="{:.1}" cy="{end:.1}" r="8" fill="{STARS}"/>"#, LINES.1);
    }

    pub(super) fn text(&mut self, x: f32, y: f32, size: f32, fill: &str, anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::End => r#" text-anchor="end""#,
        };
        let _ = write!(
            self.svg,
            r#"<text xml:space="preserve" x="{x:.1}" y="{y:.1}" font-size="{size}" fill="{fill}"{anchor}>{}</text>"#,
            escaped(text)
        );
    }

    /// The font has one weight: an outline makes the letters heavier.
    pub(super) fn strong(&mut self, x: f32, y: f32, size: f32, fill: &str, text: &str) {
        let _ = write!(
            self.svg,
            r#"<text x="{x:.1}" y="{y:.1}" font-size="{size}" fill="{fill}" stroke="{fill}" stroke-width="1.4">{}</text>"#,
            escaped(text)
        );
    }

    fn rule(&mut self, y: f32) {
        let _ = write!(
            self.svg,
            r#"<rect x="{RIM}" y="{y:.1}" width="{}" height="2" fill="{RULE}"/>"#,
            RIGHT - RIM
        );
    }

    pub(super) fn bar(&mut self, x: f32, y: f32, width: f32, fill: &str) {
        let _ = write!(
            self.svg,
            r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="8" rx="4" fill="{fill}"/>"#
        );
    }

    /// A triangle beside a line of text, as high as its letters.
    fn arrow(&mut self, x: f32, base: f32, up: bool, fill: &str) {
        let (point, foot) = if up { (base - 32.0, base) } else { (base, base - 32.0) };
        let _ = write!(
            self.svg,
            r#"<path d="M{x:.1} {foot:.1}L{:.1} {foot:.1}L{:.1} {point:.1}Z" fill="{fill}"/>"#,
            x + 36.0,
            x + 18.0
        );
    }
}
