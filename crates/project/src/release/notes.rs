//! Release notes as they may be shown: made safe, cut to a size that pages and messages can bear.
//!
//! GitHub hands out rendered HTML. It is read as a browser would, reduced to what a list of allowed elements permits
//! (text, structure, links, pictures over https), and cut where a block or a word ends, with everything open closed.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};
use url::Url;

use super::html::{Piece, decoded, is_void, pieces};
use super::security;

/// Notes of a release as they may be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// The beginning as plain text of several lines, at most [`EXCERPT_CHARS`] characters.
    pub excerpt: String,
    /// Safe HTML without classes or scripts, at most [`HTML_BYTES`] long.
    pub html: String,
    /// See [`security::hints`].
    pub security: Vec<String>,
}

/// The longest plain text: what one message of a chat shows.
pub const EXCERPT_CHARS: usize = 1000;

/// The longest HTML.
pub const HTML_BYTES: usize = 16 * 1024;

/// More is not read: the markup of links makes notes many times as long as what is kept of them.
const READ_BYTES: usize = 128 * 1024;

/// Nothing is read behind elements that lie deeper: a browser's parser takes time with the square of the depth.
const DEEPEST: u32 = 100;

/// Nothing is read behind so many entities: each makes the parser copy the text before it. What is kept has no room
/// for more.
const MOST_ENTITIES: usize = 2000;

/// Elements that are kept; of others only what stands in them, and of scripts and styles nothing.
const ELEMENTS: [&str; 45] = [
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Their attributes that are kept.
const ATTRIBUTES: [(&str, &[&str]); 5] = [
    ("a", &["href", "title"]),
    ("img", &["src", "alt", "title"]),
    ("ol", &["start"]),
    ("td", &["colspan", "rowspan"]),
    ("th", &["colspan", "rowspan"]),
];

/// What has text of its own line.
const BLOCKS: [&str; 24] = [
    "p",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "ul",
    "ol",
    "pre",
    "blockquote",
    "table",
    "tr",
    "br",
    "hr",
    "details",
    "summary",
    "dl",
    "dt",
    "dd",
    "thead",
    "tbody",
];

/// What holds only elements: no text is put there.
const HOLDERS: [&str; 8] = ["ul", "ol", "dl", "table", "thead", "tbody", "tfoot", "tr"];

impl Notes {
    /// Reads notes. Addresses in them are relative to `base`, the page of the release; the title is looked through
    /// for hints as well.
    pub fn read(html: &str, base: &str, title: &str) -> Self {
        let safe = safe(readable(html), base);
        let plain = plain(&safe);
        Self {
            security: security::hints(&format!("{title}\n{plain}")),
            excerpt: excerpt(&plain, EXCERPT_CHARS),
            html: cut(&safe, HTML_BYTES),
        }
    }
}

/// The beginning that can be read in little time.
fn readable(html: &str) -> &str {
    let html = &html[..html.floor_char_boundary(READ_BYTES)];
    let html = html.match_indices('&').nth(MOST_ENTITIES).map_or(html, |(at, _)| &html[..at]);
    let (mut depth, mut end) = (0_u32, 0);
    for (piece, raw) in pieces(html) {
        match piece {
            Piece::Open(name) if !name.is_empty() && !is_void(name) => depth += 1,
            Piece::Close(_) => depth = depth.saturating_sub(1),
            Piece::Open(_) | Piece::Text => {}
        }
        if depth > DEEPEST {
            break;
        }
        end += raw.len();
    }
    &html[..end]
}

fn safe(html: &str, base: &str) -> String {
    let base = Url::parse(base).ok();
    let absolute = move |element: &str, attribute: &str, value: &str| -> Option<String> {
        let url = match &base {
            Some(base) => base.join(value.trim()).ok()?,
            None => Url::parse(value.trim()).ok()?,
        };
        let allowed: &[&str] =
            if (element, attribute) == ("a", "href") { &["https", "http", "mailto"] } else { &["https"] };
        allowed.contains(&url.scheme()).then(|| url.into())
    };
    let attributes: HashMap<&str, HashSet<&str>> =
        ATTRIBUTES.iter().map(|(element, names)| (*element, names.iter().copied().collect())).collect();
    let safe = Builder::empty()
        .tags(ELEMENTS.into())
        .clean_content_tags(
            ["script", "style", "svg", "math", "template", "title", "iframe", "noscript"].into(),
        )
        .tag_attributes(attributes)
        .url_schemes(["https", "http", "mailto"].into())
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer nofollow"))
        .attribute_filter(move |element, attribute, value| match attribute {
            "href" | "src" => absolute(element, attribute, value).map(Cow::Owned),
            _ => Some(Cow::Borrowed(value)),
        })
        .clean(html)
        .to_string();
    // a picture whose address was refused is none
    let refused = |(piece, raw): &(Piece<'_>, &str)| *piece == Piece::Open("img") && !raw.contains(" src=");
    if pieces(&safe).any(|piece| refused(&piece)) {
        return pieces(&safe).filter(|piece| !refused(piece)).map(|(_, raw)| raw).collect();
    }
    safe
}

/// The text of safe HTML: a line for each block, an item's with a hyphen.
fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len() / 2);
    let mut wants_blank = false;
    let new_line = |text: &mut String| {
        if !text.is_empty() && !text.ends_with('\n') && !text.ends_with("\n- ") && text != "- " {
            text.push('\n');
        }
    };
    let mut verbatim = 0_u32;
    for (piece, raw) in pieces(html) {
        match piece {
            Piece::Open(name) | Piece::Close(name) if BLOCKS.contains(&name) => {
                let opens = matches!(piece, Piece::Open(_));
                new_line(&mut text);
                wants_blank = false;
                match (name, opens) {
                    ("li", true) if !text.ends_with("- ") => text.push_str("- "),
                    ("pre", true) => verbatim += 1,
                    ("pre", false) => verbatim = verbatim.saturating_sub(1),
                    _ => {}
                }
            }
            Piece::Open("td" | "th") => wants_blank = true,
            Piece::Open(_) | Piece::Close(_) => {}
            Piece::Text => {
                for c in decoded(raw).chars() {
                    if c == '\n' && verbatim > 0 {
                        new_line(&mut text);
                        wants_blank = false;
                    } else if c.is_whitespace() || c.is_control() {
                        wants_blank = true;
                    } else {
                        if wants_blank && !text.is_empty() && !text.ends_with(['\n', ' ']) {
                            text.push(' ');
                        }
                        wants_blank = false;
                        text.push(c);
                    }
                }
            }
        }
    }
    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty() && *line != "-");
    lines.collect::<Vec<_>>().join("\n")
}

/// The beginning of a text, cut behind a line or a sentence if one ends late enough, else behind a word.
fn excerpt(text: &str, most: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else { return text.to_owned() };
    // room for the sign that something is missing
    let (room, _) = text[..end].char_indices().nth_back(1).unwrap_or((end, ' '));
    let head = &text[..room];
    let late = head.len() / 2;
    let line = head.rfind('\n').filter(|at| *at >= late);
    let sentence = head.rfind(". ").map(|at| at + 1).filter(|at| *at >= late);
    let word = head.rfind(char::is_whitespace).filter(|at| *at >= late);
    let at = line.max(sentence).or(word).unwrap_or(room);
    let mark = if line == Some(at) { "\n…" } else { " …" };
    format!("{}{mark}", head[..at].trim_end())
}

/// Safe HTML of at most so many bytes: cut behind a word or an element, and what is open is closed.
fn cut(html: &str, most: usize) -> String {
    const MARK: &str = "…";
    if html.len() <= most {
        return html.to_owned();
    }
    let mut out = String::with_capacity(html.len().min(most));
    let mut open: Vec<&str> = Vec::new();
    let mut closing = 0;
    let closes = |name: &str| name.len() + "</>".len();
    for (piece, raw) in pieces(html) {
        let room = most.saturating_sub(out.len() + closing + MARK.len());
        match piece {
            Piece::Open(name) => {
                let costs = if is_void(name) { 0 } else { closes(name) };
                if raw.len() + costs > room {
                    return ended(out, &open, MARK);
                }
                out.push_str(raw);
                if !is_void(name) {
                    open.push(name);
                    closing += costs;
                }
            }
            Piece::Close(name) => {
                // safe HTML is well-formed; were it not, what is closed twice would be passed over
                if open.last() == Some(&name) {
                    open.pop();
                    closing -= closes(name);
                    out.push_str("</");
                    out.push_str(name);
                    out.push('>');
                }
            }
            Piece::Text if raw.len() > room => {
                let head = &raw[..raw.floor_char_boundary(room)];
                let word = head.rfind(char::is_whitespace).unwrap_or(0);
                // no word ends here: at least an entity stays whole
                let at = if word > 0 { word } else { head.rfind('&').unwrap_or(head.len()) };
                out.push_str(&head[..at]);
                return ended(out, &open, MARK);
            }
            Piece::Text => out.push_str(raw),
        }
    }
    ended(out, &open, "")
}

/// Closes what is open, innermost first, after the sign that something is missing, where text may stand.
fn ended(mut out: String, open: &[&str], mark: &str) -> String {
    if !open.last().is_some_and(|name| HOLDERS.contains(name)) {
        out.push_str(mark);
    }
    for name in open.iter().rev() {
        out.push_str("</");
        out.push_str(name);
        out.push('>');
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BASE: &str = "https://github.com/owner/repo/releases/tag/v1";

    fn html(notes: &str) -> String {
        Notes::read(notes, BASE, "").html
    }

    fn text(notes: &str) -> String {
        Notes::read(notes, BASE, "").excerpt
    }

    #[test]
    fn only_what_is_allowed_stays() {
        let rel = r#"rel="noopener noreferrer nofollow""#;
        for (notes, expected) in [
            ("<p>a &amp; b</p>", "<p>a &amp; b</p>".to_owned()),
            (r#"<p class="x" style="y" id="z" onclick="w">a</p>"#, "<p>a</p>".to_owned()),
            ("a<script>b</script><style>c</style>", "a".to_owned()),
            ("<section><center>a</center></section>", "a".to_owned()),
            (r##"<a href="#x" class="y">a</a>"##, format!(r#"<a href="{BASE}#x" {rel}>a</a>"#)),
            (
                r#"<a href="/owner/repo/issues/1">a</a>"#,
                format!(r#"<a href="https://github.com/owner/repo/issues/1" {rel}>a</a>"#),
            ),
            (r#"<a href="javascript:b">a</a>"#, format!("<a {rel}>a</a>")),
            (
                r#"<a href=" mailto:a@b.example">a</a>"#,
                format!(r#"<a href="mailto:a@b.example" {rel}>a</a>"#),
            ),
            (
                r#"<img src="https://a.example/b.png" alt="c" width="9">"#,
                r#"<img src="https://a.example/b.png" alt="c">"#.to_owned(),
            ),
            (r#"a<img src="http://a.example/b.png" alt="c">"#, "a".to_owned()),
            (r#"a<img src="data:image/png;base64,AA">"#, "a".to_owned()),
            (r#"a<img srcset="https://a.example/b.png">"#, "a".to_owned()),
            ("<ul><li>a<li>b", "<ul><li>a</li><li>b</li></ul>".to_owned()),
            ("a<", "a&lt;".to_owned()),
            ("<p>a<!-- b --></p>", "<p>a</p>".to_owned()),
        ] {
            assert_eq!(html(notes), expected, "{notes}");
        }
    }

    #[test]
    fn plain_text_has_lines() {
        for (notes, expected) in [
            (
                "<h2>What's   new</h2>\n<ul>\n<li>one</li>\n<li><p>two</p></li>\n</ul>",
                "What's new\n- one\n- two",
            ),
            ("<p>a<br>b</p><p>c</p>", "a\nb\nc"),
            ("<pre><code>a\n  b\n</code></pre>c", "a\nb\nc"),
            ("<p>a <b>b</b>c &lt;d&gt; &amp;amp;</p>", "a bc <d> &amp;"),
            ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
            ("<ul><li>a<ul><li>b</li></ul></li></ul>", "- a\n- b"),
            ("<ul><li></li></ul>", ""),
            ("", ""),
        ] {
            assert_eq!(text(notes), expected, "{notes}");
        }
    }

    #[test]
    fn the_excerpt_ends_at_a_sensible_place() {
        for (text, expected) in [
            ("short", "short"),
            ("one two three four", "one two …"),
            ("one line\nsecond", "one line\n…"),
            ("A bit. Then more words", "A bit. …"),
            ("abcdefghijklmnop", "abcdefghij …"),
            ("éééééééééééééééé", "éééééééééé …"),
        ] {
            assert_eq!(excerpt(text, 12), expected, "{text}");
        }
    }

    #[test]
    fn long_notes_are_cut_cleanly() {
        for (notes, most, expected) in [
            ("<p>one two three</p>", 18, "<p>one two…</p>"),
            ("<p>one two three</p>", 20, "<p>one two three</p>"),
            ("<ul><li>one</li><li>two</li></ul>", 26, "<ul><li>one</li></ul>"),
            ("<p>abc&amp;def</p>", 16, "<p>abc…</p>"),
            ("<b><b><b><b>deep</b></b></b></b>", 20, "<b><b>…</b></b>"),
        ] {
            let cut = cut(notes, most);
            assert_eq!(cut, expected, "{notes}");
            assert!(cut.len() <= most, "{cut}");
        }
        let long = html(&"<p>word &amp; word</p><ul><li><a href=/x>link</a></li></ul>".repeat(900));
        assert!((HTML_BYTES - 200..=HTML_BYTES).contains(&long.len()), "{}", long.len());
        assert_eq!(safe(&long, BASE), long, "what was cut is still well-formed");
    }

    #[test]
    fn hostile_notes_take_no_time() {
        for notes in [
            "<b>",
            "<div>",
            "<table>",
            "<a href=x>",
            "<ul><li>",
            "<",
            "&",
            "&a",
            "&#38;",
            "<p>é",
            "</p>",
            "<p ",
        ] {
            let read = Notes::read(&notes.repeat(READ_BYTES / notes.len() + 9), BASE, "");
            assert!(read.html.len() <= HTML_BYTES && read.excerpt.chars().count() <= EXCERPT_CHARS);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn safe_stays_safe_and_short(
            notes in "(<[a-z]{1,5}( (href|src|class|on[a-z]+)=\"[^\"]{0,9}\")?>|</[a-z]{1,3}>|&[a-z]{2,4};|\\PC{0,9}|<(ul|li|p|b|td|script|img)|>){0,40}",
            most in 0_usize..400,
        ) {
            let all = Notes::read(&notes, BASE, &notes);
            prop_assert_eq!(&safe(&all.html, BASE), &all.html);
            prop_assert!(!all.html.contains("<script") && !all.html.contains(" on"));
            let short = cut(&all.html, most);
            prop_assert!(short.len() <= most.max("…".len()));
            prop_assert!(excerpt(&all.excerpt, most.max(9)).chars().count() <= most.max(9));
        }
    }
}
