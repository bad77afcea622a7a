//! Markdown of every layout, HTML islands included, without any configuration.
//!
//! pulldown-cmark tells what opens and closes, [`reader`] collects the text of it, [`structure`] follows it on a stack
//! of open items, tables and headings ([`frame`]), [`find`] says what they list and [`skip`] what is left out, [`sense`]
//! understands one line at a time, [`settle`] decides what only the whole document tells.

#![expect(
    clippy::vec_box,
    reason = "lines move between frames, cells and the pool for every item: eight bytes, not 200"
)]

mod find;
mod frame;
mod heading;
mod island;
mod line;
mod place;
mod prepare;
mod reader;
mod sense;
mod settle;
mod skip;
mod structure;
mod table;

#[cfg(test)]
mod tests;

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

use self::island::IN_CODE;
use self::reader::Reader;
use crate::report::Reading;

/// Reads the text of a document.
pub(super) fn read(text: &str) -> Reading {
    let (source, long_lines) = prepare::prepare(text);
    let mut reader = Reader::new(&source);
    for offset in long_lines {
        reader.skip_text(offset, text, "line too long");
    }
    let start = prepare::front_matter(&source);
    follow(&source[start..], start, &mut reader);
    reader.end();
    settle::settle(reader)
}

/// The extensions catalogs use. Metadata blocks are not among them: they would swallow what stands between two
/// rules anywhere in the document.
pub(super) fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH
}

/// Hands every event to the reader. `base` is where the text begins in the source.
fn follow<'a>(text: &'a str, base: usize, reader: &mut Reader<'a>) {
    let mut in_code = false;
    let mut in_footnote = 0_usize;
    let mut in_html = false;
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        let at = base + range.start;
        match event {
            Event::Start(Tag::FootnoteDefinition(_)) => in_footnote += 1,
            Event::End(TagEnd::FootnoteDefinition) => in_footnote = in_footnote.saturating_sub(1),
            _ if in_footnote > 0 && is_linked(&event) => reader.skip_line(at, "footnote"),
            _ if in_footnote > 0 => {}
            Event::Text(words) if in_code => reader.hidden(&words, at, IN_CODE),
            Event::Text(words) => reader.line().push(&words),
            Event::Code(words) => reader.line().code(&words),
            Event::SoftBreak => reader.soft_break(),
            Event::HardBreak => reader.hard_break(at, false),
            Event::InlineHtml(tag) => island::read(&tag, at, true, reader),
            Event::Html(_) if in_html => {}
            Event::Html(html) => island::read(&html, at, false, reader),
            Event::Start(tag) => match tag {
                Tag::Paragraph => reader.block(at, false),
                Tag::Heading { level, .. } => reader.heading_open(level as u8, at, false),
                Tag::List(first) => reader.list_open(first.is_some(), false),
                Tag::Item => reader.item_open(at, false),
                Tag::Link { link_type: LinkType::Email, .. } => {}
                Tag::Link { dest_url, .. } => reader.link_open(dest_url, at),
                Tag::Image { dest_url, .. } => reader.line().image_open(&dest_url),
                Tag::Strong => reader.line().strong_open(),
                Tag::Table(_) => reader.table_open(at, false),
                Tag::TableHead => reader.row_open(true),
                Tag::TableRow => reader.row_open(false),
                Tag::TableCell => reader.cell_open(at),
                Tag::CodeBlock(_) => in_code = true,
                Tag::HtmlBlock => {
                    // the block as a whole, since a tag may span its lines
                    in_html = true;
                    island::read(&text[range], at, false, reader);
                }
                _ => {}
            },
            Event::End(tag) => match tag {
                TagEnd::Paragraph => reader.block(base + range.end, false),
                TagEnd::Heading(_) | TagEnd::List(_) | TagEnd::Item | TagEnd::Table => reader.close(),
                TagEnd::Link => reader.line().link_close(false),
                TagEnd::Image => reader.line().image_close(),
                TagEnd::Strong => reader.line().strong_close(),
                TagEnd::TableHead | TagEnd::TableRow => reader.row_close(),
                TagEnd::TableCell => reader.cell_close(),
                TagEnd::CodeBlock => in_code = false,
                TagEnd::HtmlBlock => in_html = false,
                _ => {}
            },
            _ => {}
        }
    }
}

/// True for a link to the outside, in whatever way it is written.
fn is_linked(event: &Event<'_>) -> bool {
    match event {
        Event::Start(Tag::Link { dest_url, .. }) => sense::is_outside(dest_url),
        Event::Text(words) | Event::Html(words) | Event::InlineHtml(words) => words.contains("://"),
        _ => false,
    }
}
