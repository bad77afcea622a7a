//! Notes as plain text, and the beginning of it.

use crate::release::html::{Piece, decoded, pieces};

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

/// The text of safe HTML: a line for each block, an item's with a hyphen.
pub(super) fn plain(html: &str) -> String {
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
pub(super) fn excerpt(text: &str, most: usize) -> String {
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
