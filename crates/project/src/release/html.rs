//! Walking through HTML that is safe and well-formed already: the output of a serializer, nothing else.

use std::borrow::Cow;

/// A piece of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A start tag, by its name.
    Open(&'a str),
    /// An end tag, by its name.
    Close(&'a str),
    /// Text.
    Text,
}

/// The pieces in their order, each with how it is written.
pub(super) fn pieces(html: &str) -> impl Iterator<Item = (Piece<'_>, &str)> {
    let mut rest = html;
    std::iter::from_fn(move || {
        let end = match rest.as_bytes().first()? {
            b'<' => tag_end(rest),
            _ => rest.find('<').unwrap_or(rest.len()),
        };
        let (raw, after) = rest.split_at(end);
        rest = after;
        let piece = match raw.strip_prefix('<') {
            None => Piece::Text,
            Some(tag) => match tag.strip_prefix('/') {
                Some(tag) => Piece::Close(name(tag)),
                None => Piece::Open(name(tag)),
            },
        };
        Some((piece, raw))
    })
}

/// Elements that have no end tag.
pub(super) fn is_void(name: &str) -> bool {
    matches!(name, "br" | "hr" | "img")
}

/// Text as it is read. The serializer writes no other entities.
pub(super) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ").replace("&quot;", "\"");
    Cow::Owned(text.replace("&amp;", "&"))
}

/// Where the tag at the start ends; a `>` between quotes does not end it.
fn tag_end(html: &str) -> usize {
    let mut quoted = false;
    for (at, byte) in html.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return at + 1,
            _ => {}
        }
    }
    html.len()
}

fn name(tag: &str) -> &str {
    let end = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
    &tag[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_text_are_told_apart() {
        let found: Vec<_> = pieces(r#"a<b title="x>y">c</b><br>"#).collect();
        assert_eq!(
            found,
            [
                (Piece::Text, "a"),
                (Piece::Open("b"), r#"<b title="x>y">"#),
                (Piece::Text, "c"),
                (Piece::Close("b"), "</b>"),
                (Piece::Open("br"), "<br>"),
            ]
        );
        assert_eq!(pieces("<b").collect::<Vec<_>>(), [(Piece::Open("b"), "<b")]);
        assert_eq!(decoded("&lt;&amp;lt;&quot;&nbsp;&gt;"), "<&lt;\" >");
    }
}
