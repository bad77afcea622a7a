//! HTML inside Markdown: the same structure in other clothes.

use pulldown_cmark::CowStr;

use super::reader::Reader;
use crate::parse::html::{self, Piece, Tag};

/// What HTML left open from one island to the next.
#[derive(Debug, Default)]
pub(super) struct Island {
    /// Inside of an element whose text is never shown as such, by its name.
    hidden: Option<&'static str>,
}

impl Island {
    /// Reads a piece of HTML that begins at this offset. `inline`: it is part of a Markdown paragraph.
    pub(super) fn read(&mut self, html: &str, offset: usize, inline: bool, reader: &mut Reader<'_>) {
        if !inline {
            reader.block(offset, true);
        }
        html::pieces(html, |piece, at| {
            let at = offset + at;
            match piece {
                Piece::Open(tag) if self.hidden.is_none() => self.open(&tag, at, inline, reader),
                Piece::Close(name) => match self.hidden {
                    Some(hidden) if hidden == name => self.hidden = None,
                    Some(_) => {}
                    None => close(name, at, inline, reader),
                },
                Piece::Text(text) if self.hidden.is_none() => reader.line().push_squeezed(text),
                Piece::Comment(text) => reader.hidden(text, at + "<!--".len(), "inside a comment"),
                Piece::Open(_) | Piece::Text(_) => {}
            }
        });
    }

    fn open(&mut self, tag: &Tag<'_>, at: usize, inline: bool, reader: &mut Reader<'_>) {
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
            "script" => self.hidden = Some("script"),
            "style" => self.hidden = Some("style"),
            "pre" => self.hidden = Some("pre"),
            name if level(name).is_some() => reader.heading_open(level(name).unwrap_or(1), at, true),
            name if is_block(name) => reader.block(at, !inline),
            _ => {}
        }
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
