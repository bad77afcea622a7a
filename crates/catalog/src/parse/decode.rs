//! From bytes to text, or the reason why not.

use std::borrow::Cow;

use super::ParseError;

/// The text of a document, a byte-order mark removed.
pub(super) fn text(bytes: &[u8]) -> Result<Cow<'_, str>, ParseError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text =
        std::str::from_utf8(bytes).map_err(|error| ParseError::NotText { offset: error.valid_up_to() })?;
    if text.trim().is_empty() { Err(ParseError::Empty) } else { Ok(Cow::Borrowed(text)) }
}
