//! The visible text of an item, a heading, a cell or a paragraph, with what is known about its parts.

use pulldown_cmark::CowStr;

/// Text with its links, as it is being collected. Positions are byte offsets into `text`.
#[derive(Debug, Default)]
pub(super) struct Line<'a> {
    /// The visible text: no alternative texts of images, no markup.
    pub(super) text: String,
    /// Its links, in order.
    pub(super) spans: Vec<Span<'a>>,
    /// Where it is bold.
    pub(super) strong: Vec<(usize, usize)>,
    /// Where it is code.
    pub(super) code: Vec<(usize, usize)>,
    /// Where it begins in the source.
    pub(super) offset: usize,
    /// Where the last source line of it begins.
    pub(super) last_break: usize,
    link: Option<(usize, CowStr<'a>, usize)>,
    picture: Option<Picture>,
    images: usize,
    strong_from: Option<usize>,
    code_from: Option<usize>,
}

/// A link.
#[derive(Debug)]
pub(super) struct Span<'a> {
    /// Where its words begin.
    pub(super) start: usize,
    /// Where they end.
    pub(super) end: usize,
    /// Where it leads.
    pub(super) url: CowStr<'a>,
    /// What is seen of it.
    pub(super) look: Look,
    /// Where it stands in the source.
    pub(super) offset: usize,
}

/// What is seen of a link.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Words.
    Words,
    /// The address itself.
    Address,
    /// Only a picture.
    Picture(Picture),
}

/// The picture of a link that shows nothing else.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Picture {
    /// Its alternative text.
    pub(super) alt: String,
    /// It shows a measurement or a state, not the thing.
    pub(super) badge: bool,
}

impl<'a> Line<'a> {
    /// Ready for the next use.
    #[inline]
    pub(super) fn reset(&mut self, offset: usize) {
        let Self { text, spans, strong, code, .. } = self;
        text.clear();
        spans.clear();
        strong.clear();
        code.clear();
        self.offset = offset;
        self.last_break = 0;
        self.link = None;
        self.picture = None;
        self.images = 0;
        self.strong_from = None;
        self.code_from = None;
    }

    #[inline]
    pub(super) fn push(&mut self, words: &str) {
        if self.images == 0 {
            self.text.push_str(words);
        } else if let Some(picture) = &mut self.picture {
            picture.alt.push_str(words);
        }
    }

    /// Text in which runs of blanks mean one, as in HTML.
    pub(super) fn push_squeezed(&mut self, words: &str) {
        if words.starts_with(|c: char| c.is_ascii_whitespace()) {
            self.space();
        }
        for (place, word) in words.split_ascii_whitespace().enumerate() {
            if place > 0 {
                self.push(" ");
            }
            self.push(word);
        }
        if words.ends_with(|c: char| c.is_ascii_whitespace()) {
            self.space();
        }
    }

    /// A blank, unless there is one.
    pub(super) fn space(&mut self) {
        if self.images == 0 && !self.text.is_empty() && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
    }

    /// A new line of the source begins.
    #[inline]
    pub(super) fn line_break(&mut self) {
        self.space();
        self.last_break = self.text.len();
    }

    pub(super) fn code(&mut self, words: &str) {
        let start = self.text.len();
        self.push(words);
        self.code.push((start, self.text.len()));
    }

    #[inline]
    pub(super) fn link_open(&mut self, url: CowStr<'a>, offset: usize) {
        self.link_close(false);
        self.picture = None;
        self.link = Some((self.text.len(), url, offset));
    }

    #[inline]
    pub(super) fn link_close(&mut self, is_address: bool) {
        let Some((start, url, offset)) = self.link.take() else { return };
        let end = self.text.len();
        let words = &self.text[start.min(end)..];
        let look = match self.picture.take() {
            Some(picture) if words.trim().is_empty() => Look::Picture(picture),
            _ if is_address || words.starts_with("http://") || words.starts_with("https://") => Look::Address,
            _ => Look::Words,
        };
        self.spans.push(Span { start, end, url, look, offset });
    }

    pub(super) fn image_open(&mut self, url: &str) {
        self.images += 1;
        let badge = is_badge(url);
        match &mut self.picture {
            Some(picture) => picture.badge &= badge,
            None => self.picture = Some(Picture { alt: String::new(), badge }),
        }
    }

    pub(super) fn image_close(&mut self) {
        self.images = self.images.saturating_sub(1);
        if self.images == 0
            && let Some(picture) = &mut self.picture
        {
            picture.badge |= is_badge(&picture.alt);
            if self.link.is_none() {
                self.picture = None;
            }
        }
    }

    pub(super) fn strong_open(&mut self) {
        self.strong_from = Some(self.text.len());
    }

    pub(super) fn strong_close(&mut self) {
        if let Some(start) = self.strong_from.take() {
            self.strong.push((start, self.text.len()));
        }
    }

    pub(super) fn code_open(&mut self) {
        self.code_from = Some(self.text.len());
    }

    pub(super) fn code_close(&mut self) {
        if let Some(start) = self.code_from.take() {
            self.code.push((start, self.text.len()));
        }
    }

    /// True when a link stands in it, or is open.
    pub(super) fn has_links(&self) -> bool {
        !self.spans.is_empty() || self.link.is_some()
    }

    /// No more text comes; addresses that stand in it as plain text become links.
    pub(super) fn complete(&mut self) {
        self.link_close(false);
        let mut from = 0;
        let mut next = 0;
        let linked = self.spans.len();
        let finder = &*SCHEME_END;
        while let Some(found) = finder.find(&self.text.as_bytes()[from..]) {
            let at = from + found;
            from = at + 3;
            while self.spans[..linked].get(next).is_some_and(|span| span.end <= at) {
                next += 1;
            }
            let following = self.spans[..linked].get(next).map(|span| span.start);
            if following.is_some_and(|start| start <= at) {
                continue;
            }
            let until = following.unwrap_or(self.text.len());
            if let Some((start, end)) = address_around(&self.text[..until], at) {
                let url = CowStr::from(self.text[start..end].to_owned());
                self.spans.push(Span { start, end, url, look: Look::Address, offset: self.offset });
                from = end;
            }
        }
        if self.spans.len() > linked {
            self.spans.sort_by_key(|span| span.start);
        }
    }
}

static SCHEME_END: std::sync::LazyLock<memchr::memmem::Finder<'static>> =
    std::sync::LazyLock::new(|| memchr::memmem::Finder::new("://"));

/// The plain address whose `://` stands at `at`.
fn address_around(text: &str, at: usize) -> Option<(usize, usize)> {
    let before = &text[..at];
    let start = ["https", "http"].iter().find_map(|scheme| {
        let tail = before.get(before.len().checked_sub(scheme.len())?..)?;
        tail.eq_ignore_ascii_case(scheme).then(|| at - scheme.len())
    })?;
    let rest = &text[at + 3..];
    // `[name](https://site/with a blank)` is no link to Markdown, but its end is plain to see
    if text[..start].ends_with("](")
        && let Some(close) =
            rest.char_indices().take(500).find(|(_, c)| matches!(c, ')' | '\n' | '[')).map(|(at, _)| at)
        && rest[close..].starts_with(')')
    {
        return Some((start, at + 3 + close));
    }
    let length = rest
        .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`' | '。' | '，' | '）'))
        .unwrap_or(rest.len());
    let mut url = &rest[..length];
    let (open, mut closed) = (url.matches('(').count(), url.matches(')').count());
    loop {
        let trimmed = url.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '~', ']', '|']);
        let trimmed = match trimmed.strip_suffix(')') {
            Some(inner) if open < closed => {
                closed -= 1;
                inner
            }
            _ => trimmed,
        };
        if trimmed.len() == url.len() {
            break;
        }
        url = trimmed;
    }
    (!url.is_empty()).then(|| (start, at + 3 + url.len()))
}

/// True for the addresses and alternative texts of pictures that show a state or a measurement.
fn is_badge(text: &str) -> bool {
    const SIGNS: &[&str] = &[
        "badge",
        "shields.io",
        "badgen.net",
        "travis-ci",
        "codecov.io",
        "coveralls",
        "circleci",
        "appveyor",
        "actions/workflows",
        "/workflows/",
        "isitmaintained",
        "goreportcard",
        "star-history",
        "img.shields",
        "githubbadges",
        "repostatus",
        "deepsource",
        "codacy",
        "snyk.io",
        "build status",
    ];
    let text = text.to_ascii_lowercase();
    SIGNS.iter().any(|sign| text.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(text: &str) -> Vec<String> {
        let mut line = Line::default();
        line.push(text);
        line.complete();
        line.spans.iter().map(|span| span.url.to_string()).collect()
    }

    #[test]
    fn plain_addresses() {
        for (text, expected) in [
            ("see https://a.org/x_y, and http://b.org.", &["https://a.org/x_y", "http://b.org"][..]),
            ("(https://a.org/w_(x))", &["https://a.org/w_(x)"]),
            ("[name](https://a.org/good first)", &["https://a.org/good first"]),
            ("HTTPS://A.org", &["HTTPS://A.org"]),
            ("ftp://a.org and ://", &[]),
            ("https://", &[]),
        ] {
            assert_eq!(addresses(text), expected, "{text}");
        }
    }

    #[test]
    fn a_million_closing_brackets_cost_no_time() {
        let text = format!("https://a.org/{}", ")".repeat(2_000));
        assert_eq!(addresses(&text), ["https://a.org/"]);
    }

    #[test]
    fn pictures_show_no_words() {
        let mut line = Line::default();
        line.link_open("https://a.org".into(), 0);
        line.image_open("https://img.shields.io/x.svg");
        line.push("stars");
        line.image_close();
        line.link_close(false);
        line.push(" text");
        let look = Look::Picture(Picture { alt: "stars".to_owned(), badge: true });
        assert_eq!((line.text.as_str(), &line.spans[0].look), (" text", &look));
    }
}
