//! HTML as a flat series of tags and text, read as browsers read it: no input fails.

use std::convert::Infallible;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

/// One piece of HTML.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A start tag.
    Open(Tag<'a>),
    /// An end tag, by its name in lower case.
    Close(&'a str),
    /// Text, entities decoded.
    Text(&'a str),
    /// What stands in a comment.
    Comment(&'a str),
}

/// A start tag with the attributes that matter to a catalog; empty when absent.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// Its name in lower case.
    pub(super) name: &'a str,
    /// Where a link leads.
    pub(super) href: &'a str,
    /// Where an image lies.
    pub(super) src: &'a str,
    /// What an image shows.
    pub(super) alt: &'a str,
}

/// Hands over each piece with the offset it starts at.
pub(super) fn pieces(html: &str, mut each: impl FnMut(Piece<'_>, usize)) {
    let mut tag = Draft::default();
    let on_event = |event: CallbackEvent<'_>, span: Span<usize>| -> Option<Infallible> {
        match event {
            CallbackEvent::OpenStartTag { name } => tag.begin(name, span.start),
            CallbackEvent::AttributeName { name } => tag.attribute(name),
            CallbackEvent::AttributeValue { value } => tag.value(value),
            CallbackEvent::CloseStartTag { .. } => each(Piece::Open(tag.tag()), tag.start),
            CallbackEvent::EndTag { name } => each(Piece::Close(utf8(name)), span.start),
            CallbackEvent::String { value } => each(Piece::Text(utf8(value)), span.start),
            CallbackEvent::Comment { value } => each(Piece::Comment(utf8(value)), span.start),
            CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => {}
        }
        None
    };
    let mut emitter = CallbackEmitter::<_, Infallible, usize>::new(on_event);
    emitter.naively_switch_states(true); // what stands in <script> and <style> is no markup
    // the emitter hands over nothing by itself, so this reads to the end at once
    let _: Vec<_> = Tokenizer::new_with_emitter(html, emitter).collect();
}

/// The start tag being read; its buffers serve all tags.
#[derive(Default)]
struct Draft {
    start: usize,
    name: Vec<u8>,
    values: [Vec<u8>; 3],
    current: Option<usize>,
}

impl Draft {
    fn begin(&mut self, name: &[u8], start: usize) {
        self.start = start;
        self.name.clear();
        self.name.extend_from_slice(name);
        self.values.iter_mut().for_each(Vec::clear);
        self.current = None;
    }

    fn attribute(&mut self, name: &[u8]) {
        self.current = [&b"href"[..], b"src", b"alt"].iter().position(|known| *known == name);
    }

    fn value(&mut self, value: &[u8]) {
        if let Some(current) = self.current.take() {
            self.values[current].extend_from_slice(value);
        }
    }

    fn tag(&self) -> Tag<'_> {
        let [href, src, alt] = &self.values;
        Tag { name: utf8(&self.name), href: utf8(href).trim(), src: utf8(src).trim(), alt: utf8(alt) }
    }
}

/// The tokenizer cuts text at character borders only, so nothing is lost here.
fn utf8(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(html: &str) -> Vec<String> {
        let mut seen = Vec::new();
        pieces(html, |piece, at| {
            seen.push(match piece {
                Piece::Open(tag) => format!("{at}<{} {} {} {}", tag.name, tag.href, tag.src, tag.alt),
                Piece::Close(name) => format!("{at}/{name}"),
                Piece::Text(text) => format!("{at}={text}"),
                Piece::Comment(text) => format!("{at}!{text}"),
            });
        });
        seen
    }

    #[test]
    fn tags_text_and_comments() {
        assert_eq!(
            read("<p>\n <A HREF='https://x.org?a&amp;b'>R&amp;D</A> <!-- no --><img alt=\"\" src=i.png>"),
            ["0<p   ", "3=\n ", "5<a https://x.org?a&b  ", "37=R&D", "44/a", "48= ", "49!", "60<img  i.png "]
                .map(|piece| if piece == "49!" { "49! no ".to_owned() } else { piece.to_owned() })
        );
    }

    #[test]
    fn tag_soup() {
        for soup in
            ["<", "<a", "<a href=", "<a href=\"x", "</", "<!--", "<script>if (a<b) {", "a < b", "&#x;", "<é>"]
        {
            read(soup);
        }
    }
}
