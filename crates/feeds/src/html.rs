//! Bodies of items as HTML: a few plain elements that every reader keeps.

use std::borrow::Cow;
use std::fmt::Write as _;

use whimbrel_news::CatalogId;
use whimbrel_news::wording::{Brief, ToldDigest};

use crate::feed::CatalogName;
use crate::item::Place;

/// The body of an event: what there is to say, notes that are harmless HTML already, and where it stands.
pub(crate) fn event(lines: &[String], notes: &str, places: &[Place]) -> String {
    let mut html = String::new();
    for line in lines {
        push(&mut html, format_args!("<p>{}</p>", escape(line)));
    }
    html.push_str(notes);
    let places: Vec<String> = places.iter().map(place).collect();
    if !places.is_empty() {
        push(&mut html, format_args!("<p>In {}.</p>", places.join("; ")));
    }
    html
}

/// A way to go, as a part of a body.
pub(crate) fn way(text: &str, url: &str) -> String {
    format!("<p>{}</p>", anchor(text, Some(url)))
}

/// A catalog and its section.
fn place(Place { catalog, section, .. }: &Place) -> String {
    let section = if section.is_empty() { String::new() } else { format!(", {}", escape(section)) };
    format!("{}{section}", anchor(&catalog.title, Some(&catalog.url)))
}

/// The body of a digest: the numbers, then what happened, by catalog.
pub(crate) fn digest(told: &ToldDigest, name_of: &dyn Fn(&CatalogId) -> CatalogName) -> String {
    let mut html = format!("<p>{}.</p>", escape(&told.summary));
    let mut catalog = None;
    for group in &told.groups {
        if catalog.replace(&group.catalog) != Some(&group.catalog) {
            let url = group.catalog.as_ref().map(|id| name_of(id).url);
            push(&mut html, format_args!("<h2>{}</h2>", anchor(&group.catalog_title, url.as_deref())));
        }
        push(&mut html, format_args!("<h3>{}</h3><ul>", escape(&group.title)));
        for Brief { name, url, rest, .. } in &group.lines {
            push(&mut html, format_args!("<li>{}{}</li>", anchor(name, url.as_deref()), escape(rest)));
        }
        if group.more > 0 {
            push(&mut html, format_args!("<li>… and {} more</li>", group.more));
        }
        html.push_str("</ul>");
    }
    html
}

/// A digest as a document of its own: its title, what happened, and a few lines at its foot.
pub fn digest_html(
    told: &ToldDigest,
    foot: &[String],
    name_of: &dyn Fn(&CatalogId) -> CatalogName,
) -> String {
    let title = escape(&told.title);
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<h1>{title}</h1>\n"
    );
    if !told.groups.is_empty() {
        html.push_str(&digest(told, name_of));
    }
    for line in foot {
        push(&mut html, format_args!("<p>{}</p>", escape(line)));
    }
    html.push_str("\n</html>\n");
    html
}

/// Text as HTML, fit for attributes too.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    let mut html = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    Cow::Owned(html)
}

/// An address that may be linked: of the web, and without characters that end an address early. Documents are
/// written by strangers, and a reader may run what `javascript:` says.
pub(crate) fn link(url: &str) -> Option<String> {
    let url = url.trim();
    let (scheme, _) = url.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    let mut safe = String::with_capacity(url.len());
    for c in url.chars() {
        if c.is_control() || c.is_whitespace() || "\"<>\\^`{|}".contains(c) {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                push(&mut safe, format_args!("%{byte:02X}"));
            }
        } else {
            safe.push(c);
        }
    }
    Some(safe)
}

/// A name, linked if its address may be.
fn anchor(name: &str, url: Option<&str>) -> String {
    match url.and_then(link) {
        Some(url) => format!("<a href=\"{}\">{}</a>", escape(&url), escape(name)),
        None => escape(name).into_owned(),
    }
}

fn push(html: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = html.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_linked() {
        for (url, linked) in [
            ("https://example.org/a?b=c&d#e", Some("https://example.org/a?b=c&d#e")),
            (" HTTP://EXAMPLE.org/ü ", Some("HTTP://EXAMPLE.org/ü")),
            ("https://example.org/a b\"><script>", Some("https://example.org/a%20b%22%3E%3Cscript%3E")),
            ("https://example.org/\u{0}\u{202e}", Some("https://example.org/%00\u{202e}")),
            ("javascript://x%0aalert(1)", None),
            ("JavaScript:alert(1)", None),
            ("data:text/html,x", None),
            ("/relative", None),
            ("", None),
        ] {
            assert_eq!(link(url).as_deref(), linked, "{url:?}");
        }
    }

    #[test]
    fn text_is_escaped_in_bodies() {
        let catalog = CatalogName { title: "A & B".to_owned(), url: "javascript:x".to_owned() };
        let place = Place { id: CatalogId::new("a").unwrap(), catalog, section: "C < D".to_owned() };
        assert_eq!(
            event(&["<script>'\"".to_owned()], "<em>x</em>", &[place]),
            "<p>&lt;script&gt;&#39;&quot;</p><em>x</em><p>In A &amp; B, C &lt; D.</p>"
        );
        assert_eq!(
            way("A & B", "https://e.org/?a&b"),
            "<p><a href=\"https://e.org/?a&amp;b\">A &amp; B</a></p>"
        );
        assert_eq!(way("A", "javascript:x"), "<p>A</p>");
    }
}
