//! HTML inside Markdown: the same structure in other clothes.

use pulldown_cmark::CowStr;

use super::reader::Reader;
use super::sense;
use crate::parse::html::{self, Piece, Tag};

/// Why what stands in code is no entry.
pub(super) const IN_CODE: &str = "inside code";

/// Reads a piece of HTML that begins at this offset. `inline`: it is a tag in a Markdown paragraph, the text around it
/// is Markdown, whatever element the tag opens.
pub(super) fn read(html: &str, offset: usize, inline: bool, reader: &mut Reader<'_>) {
    if !inline {
        reader.block(offset, true);
    }
    // inside of an element whose text is never shown as such, by its name; at most to the end of this piece, since
    // Markdown goes on behind it
    let mut hidden = None;
    html::pieces(html, |piece, at| {
        let at = offset + at;
        match piece {
            Piece::Open(tag) if hidden.is_none() => {
                hidden = ["pre", "script", "style"].into_iter().find(|name| !inline && *name == tag.name);
                if hidden.is_none() {
                    open(&tag, at, inline, reader);
                }
            }
            Piece::Open(tag) if hidden == Some("pre") && tag.name == "a" && sense::is_outside(tag.href) => {
                reader.skip(at, IN_CODE);
            }
            Piece::Close(name) => match hidden {
                Some(element) if element == name => hidden = None,
                Some(_) => {}
                None => close(name, at, inline, reader),
            },
            Piece::Text(text) if hidden.is_none() => reader.line().push_squeezed(text),
            Piece::Text(text) if hidden == Some("pre") => reader.hidden(text, at, IN_CODE),
            Piece::Comment(text) => reader.hidden(text, at + "<!--".len(), "inside a comment"),
            Piece::Open(_) | Piece::Text(_) => {}
        }
    });
}

fn open(tag: &Tag<'_>, at: usize, inline: bool, reader: &mut Reader<'_>) {
    match tag.name {
        "a" if !tag.href.is_empty() => reader.link_open(CowStr::from(tag.href.to_owned()), at),
        "img" => {
            let line = reader.line();
            line.image_open(tag.src);
            line.push(tag.alt);
            line.image_close();
        }
        "b" | "strong" => reader.line().strong_open(),
        "code" | "kbd" | "tt" => reader.line().code_open(),
        "br" => reader.hard_break(at, !inline),
        "ul" => reader.list_open(false, true),
        "ol" => reader.list_open(true, true),
        "li" | "dt" => reader.item_open(at, true),
        "dd" => reader.line().push(" - "),
        "details" => reader.details_open(),
        "summary" => reader.summary_open(at),
        "table" => reader.table_open(at, true),
        "tr" => reader.row_open(false),
        "th" => {
            reader.head_cell();
            reader.cell_open(at);
        }
        "td" => reader.cell_open(at),
        name if level(name).is_some() => reader.heading_open(level(name).unwrap_or(1), at, true),
        name if is_block(name) => reader.block(at, !inline),
        _ => {}
    }
}

fn close(name: &str, at: usize, inline: bool, reader: &mut Reader<'_>) {
    match name {
        "a" => reader.line().link_close(false),
        "b" | "strong" => reader.line().strong_close(),
        "code" | "kbd" | "tt" => reader.line().code_close(),
        "tr" => reader.row_close(),
        "td" | "th" => reader.cell_close(),
        "br" => reader.hard_break(at, !inline),
        "ul" | "ol" | "dl" | "li" | "dt" | "details" | "summary" | "table" => reader.close_html(name),
        _ if level(name).is_some() => reader.close_html(name),
        _ if is_block(name) => reader.block(at, !inline),
        _ => {}
    }
}

fn level(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h', level @ b'1'..=b'6'] => Some(level - b'0'),
        _ => None,
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "center"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "main"
            | "nav"
            | "aside"
            | "blockquote"
            | "figure"
            | "figcaption"
            | "hr"
            | "dl"
            | "address"
    )
}
