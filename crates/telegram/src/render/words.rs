//! Lines of a message: words with marks and links, measured before they are dressed.

use whimbrel_fanout::Style;
use whimbrel_news::wording;

/// Longer addresses are not linked: they would be most of the message.
const LINK_BYTES: usize = 1_000;

/// How words are marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    None,
    Bold,
    Italic,
    /// To be typed as it stands: the service makes no mention of it.
    Code,
}

/// Words that are marked alike.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Span {
    text: String,
    mark: Mark,
    link: Option<String>,
}

/// A line of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line(Vec<Span>);

impl Line {
    /// A line of plain words.
    pub(super) fn of(text: &str) -> Self {
        Self::default().then(text, Mark::None, None)
    }

    /// A line of marked words.
    pub(super) fn marked(text: &str, mark: Mark) -> Self {
        Self::default().then(text, mark, None)
    }

    /// The line and more words. Only addresses of the web are linked.
    pub(super) fn then(mut self, text: &str, mark: Mark, link: Option<&str>) -> Self {
        if !text.is_empty() {
            let link = link.and_then(web);
            let text = if link.is_none() && mark != Mark::Code { quiet(text) } else { text.to_owned() };
            self.0.push(Span { text, mark, link });
        }
        self
    }

    /// Whether there is nothing to read.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How long it is when people read it, in UTF-16 units.
    pub(super) fn units(&self, style: Style) -> usize {
        match style {
            Style::Rich => self.0.iter().map(|span| units(&span.text)).sum(),
            Style::Plain => units(&self.plain()),
        }
    }

    /// How many marked parts it has.
    pub(super) fn entities(&self) -> usize {
        let one = |span: &Span| usize::from(span.mark != Mark::None) + usize::from(span.link.is_some());
        self.0.iter().map(one).sum()
    }

    /// With tags.
    pub(super) fn html(&self) -> String {
        let mut html = String::new();
        for Span { text, mark, link } in &self.0 {
            let (before, after) = match mark {
                Mark::None => ("", ""),
                Mark::Bold => ("<b>", "</b>"),
                Mark::Italic => ("<i>", "</i>"),
                Mark::Code => ("<code>", "</code>"),
            };
            html.push_str(before);
            if let Some(link) = link {
                html.push_str("<a href=\"");
                html.push_str(&escaped(link).replace('"', "&quot;"));
                html.push_str("\">");
            }
            html.push_str(&escaped(text));
            if link.is_some() {
                html.push_str("</a>");
            }
            html.push_str(after);
        }
        html
    }

    /// Words alone, each address once behind them.
    pub(super) fn plain(&self) -> String {
        let mut plain: String = self.0.iter().map(|span| quiet(&span.text)).collect();
        for link in self.0.iter().filter_map(|span| span.link.as_ref()) {
            if !plain.contains(link.as_str()) {
                plain.push(' ');
                plain.push_str(link);
            }
        }
        plain
    }

    /// The line cut to so many units, with `…` where something is missing. Addresses of a plain line go first.
    pub(super) fn cut(&self, most: usize, style: Style) -> Self {
        if self.units(style) <= most {
            return self.clone();
        }
        let mut room = most.saturating_sub(1);
        let mut cut = Self::default();
        for span in &self.0 {
            let whole = if style == Style::Plain { quiet(&span.text) } else { span.text.clone() };
            let text = head(&whole, room);
            room -= units(text);
            let link = span.link.clone().filter(|_| style == Style::Rich);
            if !text.is_empty() {
                cut.0.push(Span { text: text.to_owned(), mark: span.mark, link });
            }
            if text.len() < whole.len() {
                break;
            }
        }
        cut.0.push(Span { text: "…".to_owned(), mark: Mark::None, link: None });
        cut
    }
}

/// How long a text is for the service.
fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The beginning of a text, so many units at most, never half a character.
fn head(text: &str, most: usize) -> &str {
    let mut room = most;
    let end = text.char_indices().find(|(_, c)| {
        let fits = c.len_utf16() <= room;
        room = room.saturating_sub(c.len_utf16());
        !fits
    });
    end.map_or(text, |(at, _)| &text[..at])
}

/// What stands for itself in the service's HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// An address that may be linked.
fn web(address: &str) -> Option<String> {
    let address = wording::line(address, usize::MAX);
    let parsed = url::Url::parse(&address).ok()?;
    let fits = matches!(parsed.scheme(), "http" | "https") && parsed.host_str().is_some();
    (fits && parsed.as_str().len() <= LINK_BYTES).then(|| parsed.into())
}

/// Strangers' words outside links, where the service would make a mention of `@name` and ring somebody's bell: an
/// invisible joiner keeps the two apart.
fn quiet(text: &str) -> String {
    let mut quiet = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        quiet.push(character);
        if character == '@'
            && characters.peek().is_some_and(|next| next.is_ascii_alphanumeric() || *next == '_')
        {
            quiet.push('\u{2060}');
        }
    }
    quiet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_dressed_and_undressed() {
        let line = Line::of("a <b> & \"c\" ").then("x</a>", Mark::Bold, Some("https://a.b/?q=\"1\"&r=<2>"));
        assert_eq!(
            line.html(),
            "a &lt;b&gt; &amp; \"c\" <b><a href=\"https://a.b/?q=%221%22&amp;r=%3C2%3E\">x&lt;/a&gt;</a></b>"
        );
        assert_eq!(line.plain(), "a <b> & \"c\" x</a> https://a.b/?q=%221%22&r=%3C2%3E");
        assert_eq!((line.units(Style::Rich), line.entities()), (17, 2));
        for bad in ["javascript:alert(1)", "mailto:a@b.c", "nonsense", "https://", "tg://user?id=1"] {
            assert_eq!(Line::default().then("x", Mark::None, Some(bad)).html(), "x", "{bad}");
        }
        assert_eq!(Line::of("@everyone, me@x.y @ @é").plain(), "@\u{2060}everyone, me@\u{2060}x.y @ @é");
        assert_eq!(
            Line::default().then("@babel/core", Mark::None, Some("https://a.b")).plain(),
            "@\u{2060}babel/core https://a.b/"
        );
        let linked = Line::default().then("@babel/core", Mark::None, Some("https://a.b"));
        assert_eq!(linked.html(), "<a href=\"https://a.b/\">@babel/core</a>");
    }

    #[test]
    fn lines_are_cut_between_characters() {
        let line = Line::of("ab").then("😀😀😀", Mark::Bold, None);
        assert_eq!(line.cut(8, Style::Rich).plain(), "ab😀😀😀");
        assert_eq!(line.cut(7, Style::Rich).plain(), "ab😀😀…");
        assert_eq!(line.cut(6, Style::Rich).html(), "ab<b>😀</b>…");
        assert_eq!(line.cut(2, Style::Rich).plain(), "a…");
    }
}
