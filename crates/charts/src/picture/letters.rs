//! The font, and how names become what it can show.

use std::sync::{Arc, OnceLock};

use resvg::usvg::fontdb::{Database, Source};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};
use unicode_normalization::UnicodeNormalization as _;

/// What the font can show is in its README; it is compiled in because nothing can be relied on to be installed.
const FONT: &[u8] = include_bytes!("../../fonts/WhimbrelSans.ttf");

/// Its name for the renderer.
pub(super) const FAMILY: &str = "DejaVu Sans";

/// Nobody reads further in a name, and some letters become eighteen others.
const LONGEST: usize = 300;

/// Stands for letters that cannot be shown, and for what was cut.
const ELLIPSIS: char = '…';

/// The font for the renderer; read once.
pub(super) fn fonts() -> Arc<Database> {
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    let read = || {
        let mut fonts = Database::new();
        fonts.load_font_source(Source::Binary(Arc::new(FONT)));
        fonts.set_sans_serif_family(FAMILY);
        Arc::new(fonts)
    };
    FONTS.get_or_init(read).clone()
}

/// How wide letters are.
pub(super) struct Letters<'a> {
    font: FontRef<'a>,
}

impl Letters<'static> {
    pub(super) fn new() -> Self {
        Self { font: FontRef::new(FONT).expect("the font is part of the program and a test reads it") }
    }

    /// The width of a text in units of a picture, without kerning, which makes it narrower if anything.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        let charmap = self.font.charmap();
        let metrics = self.font.glyph_metrics(Size::new(size), LocationRef::default());
        text.chars().filter_map(|letter| metrics.advance_width(charmap.map(letter)?)).sum()
    }

    /// The text in letters the font has, cut to a width. What it cannot show of letters becomes `…`, signs without
    /// letters such as emoji are left out, and where nothing to read is left, `instead` stands for it.
    pub(super) fn fit(&self, text: &str, instead: &str, size: f32, width: f32) -> String {
        let shown = self.shown(text);
        let shown = if legible(&shown) { shown } else { self.shown(instead) };
        if !legible(&shown) {
            return ELLIPSIS.to_string();
        }
        if self.width(&shown, size) <= width {
            return shown;
        }
        let mut cut = shown;
        while cut.pop().is_some() {
            let kept = cut.trim_end_matches(|c: char| c.is_whitespace() || c == ELLIPSIS || c == '/').len();
            cut.truncate(kept);
            cut.push(ELLIPSIS);
            if self.width(&cut, size) <= width {
                return cut;
            }
            cut.pop();
        }
        ELLIPSIS.to_string()
    }

    /// The text in letters the font has.
    fn shown(&self, text: &str) -> String {
        let charmap = self.font.charmap();
        let mut shown = String::new();
        for letter in text.chars().take(LONGEST).nfkc().take(LONGEST) {
            let has_glyph = || letter != '\u{ad}' && charmap.map(letter).is_some();
            if letter.is_whitespace() {
                if !shown.is_empty() && !shown.ends_with(' ') {
                    shown.push(' ');
                }
            } else if letter.is_control() {
            } else if has_glyph() {
                shown.push(letter);
            } else if letter.is_alphanumeric() && !shown.ends_with(ELLIPSIS) {
                shown.push(ELLIPSIS);
            }
        }
        shown.truncate(shown.trim_end().len());
        shown
    }
}

/// There is something to read.
fn legible(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_in_letters_the_font_has() {
        let letters = Letters::new();
        for (name, instead, shown) in [
            ("etcd", "", "etcd"),
            ("Žluťoučký kůň", "", "Žluťoučký kůň"),
            ("e\u{301}toile", "", "étoile"),
            ("Ｆｕｌｌ ｗｉｄｔｈ ﬁle", "", "Full width file"),
            ("Ελλάδα Привіт", "", "Ελλάδα Привіт"),
            ("🚀  Rocket ✨", "", "Rocket"),
            ("Vue 中文文档", "vuejs/zh", "Vue …"),
            ("深度学习", "deep/learning", "deep/learning"),
            ("深度学习", "", "…"),
            ("深度学习", "学习", "…"),
            ("---", "a/b", "a/b"),
            ("\u{202e}evil\u{200b}\u{7}\n\tline\u{ad}", "", "evil line"),
            ("Z\u{336}\u{489}a\u{334}l\u{335}go", "", "Zalgo"),
            ("", "", "…"),
        ] {
            assert_eq!(letters.fit(name, instead, 40.0, 1_000.0), shown, "{name}");
        }
    }

    #[test]
    fn long_names_are_cut_where_they_end() {
        let letters = Letters::new();
        let cut = letters.fit(&"wide ".repeat(50), "", 40.0, 400.0);
        assert!(cut.ends_with("wide…") || cut.ends_with('…'), "{cut}");
        assert!(letters.width(&cut, 40.0) <= 400.0 && letters.width(&cut, 40.0) > 300.0, "{cut}");
        assert_eq!(letters.fit("name", "", 40.0, 1.0), "…");
        assert!(letters.width("mmmm", 40.0) > letters.width("iiii", 40.0) * 2.0);
    }
}
