//! From bytes to text, or the reason why not.

use std::borrow::Cow;

use super::ParseError;

/// The largest document that is read. A thousand times the size of a large catalog, and small enough to hold
/// several in memory.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;

/// The text of a document, a byte-order mark removed.
pub(super) fn text(bytes: &[u8]) -> Result<Cow<'_, str>, ParseError> {
    if bytes.len() > MAX_BYTES {
        return Err(ParseError::TooLarge { bytes: bytes.len(), limit: MAX_BYTES });
    }
    let text = match bytes {
        [0xFF, 0xFE, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)?),
        [0xFE, 0xFF, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)?),
        _ => Cow::Borrowed(utf8(bytes)?),
    };
    if text.trim().is_empty() {
        return Err(ParseError::Empty);
    }
    if is_web_page(&text) { Err(ParseError::WebPage) } else { Ok(text) }
}

fn utf8(bytes: &[u8]) -> Result<&str, ParseError> {
    let mark = "\u{feff}".as_bytes();
    let start = if bytes.starts_with(mark) { mark.len() } else { 0 };
    let not_text = |at: usize| ParseError::NotText { offset: start + at };
    let text = std::str::from_utf8(&bytes[start..]).map_err(|error| not_text(error.valid_up_to()))?;
    match memchr::memchr(0, text.as_bytes()) {
        Some(at) => Err(ParseError::Binary { offset: start + at }), // text has no NUL, every binary format has
        None => Ok(text),
    }
}

/// Text behind a mark of two bytes.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, ParseError> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len());
    let mut offset = 2;
    for decoded in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        match decoded {
            Ok(c) if c != '\0' => {
                text.push(c);
                offset += 2 * c.len_utf16();
            }
            _ => return Err(ParseError::NotText { offset }),
        }
    }
    if odd.is_empty() { Ok(text) } else { Err(ParseError::NotText { offset }) }
}

/// True for what a server sends in place of a document: a whole page of HTML, or XML. A Markdown file that begins
/// with a block of HTML (a logo, say) is neither.
fn is_web_page(text: &str) -> bool {
    let mut start = text.trim_start();
    while let Some(comment) = start.strip_prefix("<!--") {
        start = comment.split_once("-->").map_or("", |(_, after)| after.trim_start());
    }
    ["<!doctype html", "<html", "<head>", "<body", "<title>", "<meta ", "<?xml", "<rss"]
        .iter()
        .any(|opening| start.get(..opening.len()).is_some_and(|found| found.eq_ignore_ascii_case(opening)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_taken_as_it_is() {
        for document in
            ["# List", "\u{feff}# List", "<p align=\"center\"><img src=\"x.png\"></p>\n# List", "ä"]
        {
            let decoded = text(document.as_bytes()).expect(document);
            assert_eq!(decoded, document.trim_start_matches('\u{feff}'));
            assert!(matches!(decoded, Cow::Borrowed(_)));
        }
    }

    #[test]
    fn utf16_with_a_mark_is_text() {
        let document = "# Größe 🦀\n";
        let little: Vec<u8> =
            "\u{feff}".encode_utf16().chain(document.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> =
            "\u{feff}".encode_utf16().chain(document.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        assert_eq!(text(&little).as_deref(), Ok(document));
        assert_eq!(text(&big).as_deref(), Ok(document));
    }

    #[test]
    fn what_is_no_catalog_says_why() {
        let not_text = |offset| ParseError::NotText { offset };
        let table: [(&[u8], ParseError); 16] = [
            (b"", ParseError::Empty),
            (b"\xef\xbb\xbf", ParseError::Empty),
            (b" \r\n\t\n", ParseError::Empty),
            (b"\xff\xfe", ParseError::Empty),
            (b"# L\xe4den", not_text(3)),
            (b"\xef\xbb\xbfab\xff", not_text(5)),
            (b"ab\0cd", ParseError::Binary { offset: 2 }),
            (b"\xff\xfea\0\0\0", not_text(4)),
            (b"\xff\xfea\0b", not_text(4)),
            (b"\xfe\xff\xd8\x00\x00a", not_text(2)),
            (b"\x1f\x8b\x08\0", not_text(1)),
            (b"<!DOCTYPE html>\n<html>", ParseError::WebPage),
            (b"\n <!-- cached -->\n<HTML lang=en>", ParseError::WebPage),
            (b"<head><title>Sign in</title>", ParseError::WebPage),
            (b"<?xml version=\"1.0\"?><Error/>", ParseError::WebPage),
            (b"<title>502</title>", ParseError::WebPage),
        ];
        for (bytes, expected) in table {
            assert_eq!(text(bytes), Err(expected), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn too_much_is_refused_before_it_is_read() {
        let bytes = vec![b'a'; MAX_BYTES + 1];
        assert_eq!(text(&bytes), Err(ParseError::TooLarge { bytes: MAX_BYTES + 1, limit: MAX_BYTES }));
        assert!(text(&bytes[1..]).is_ok());
    }
}
