//! The links of a line that stand beside the entry's own.

use super::{address, is_outside};
use crate::model::Link;
use crate::parse::markdown::line::{Line, Look, Span};
use crate::parse::text;

/// More links than any item has; the rest is left out so that merging stays cheap.
pub(crate) const MAX_LINKS: usize = 200;

/// The links besides the entry itself.
#[inline]
pub(super) fn side_links(line: &Line<'_>, place: usize) -> Vec<Link> {
    let own = &line.spans[place].url;
    let mut links = Vec::new();
    if line.spans.len() == 1 {
        return links;
    }
    for (other, span) in line.spans.iter().enumerate() {
        if other != place && span.url != *own && is_outside(&span.url) {
            let name = match &span.look {
                Look::Words => text::squeeze(&line.text[span.start..span.end]),
                Look::Address => String::new(),
                Look::Picture(picture) if picture.badge => continue,
                Look::Picture(picture) => text::squeeze(&picture.alt),
            };
            links.push(Link { name, url: address(&span.url) });
            if links.len() == MAX_LINKS {
                break;
            }
        }
    }
    links
}

/// All links of a line that belongs to an entry above it.
pub(crate) fn all_links(line: &Line<'_>) -> Vec<Link> {
    let badge = |span: &Span<'_>| matches!(&span.look, Look::Picture(picture) if picture.badge);
    let spans = line.spans.iter().filter(|span| is_outside(&span.url) && !badge(span));
    let words = |span: &Span<'_>| match &span.look {
        Look::Words => text::squeeze(&line.text[span.start..span.end]),
        Look::Address => String::new(),
        Look::Picture(picture) => text::squeeze(&picture.alt),
    };
    spans.take(MAX_LINKS).map(|span| Link { name: words(span), url: address(&span.url) }).collect()
}
