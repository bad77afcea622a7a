//! Release notes as they may be shown: made safe, cut to a size that pages and messages can bear.
//!
//! GitHub hands out rendered HTML. It is read as a browser would, reduced to what a list of allowed elements permits
//! (text, structure, links, pictures over https), and cut where a block or a word ends, with everything open closed.

mod safe;
mod text;

use self::safe::safe;
use self::text::{excerpt, plain};
use super::html::{Piece, is_void, pieces};
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
mod tests;
