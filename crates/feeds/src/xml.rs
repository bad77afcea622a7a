//! What XML and the dates of feeds can carry.

use std::borrow::Cow;

use chrono::{DateTime, Datelike as _, SubsecRound as _, Utc};

/// The text without the characters XML 1.0 has no way to write, not even escaped. One of them makes a whole feed
/// unreadable to strict readers, and no library here takes them out.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_char) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().filter(|c| is_char(*c)).collect())
    }
}

/// XML 1.0 §2.2, production `Char`; surrogates cannot be in a `str`.
pub(crate) fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

/// The moment in whole seconds, within the four-digit years that both date formats of feeds have.
pub(crate) fn date(at: DateTime<Utc>) -> DateTime<Utc> {
    match at.year() {
        1..=9999 => at.trunc_subsecs(0),
        _ => DateTime::UNIX_EPOCH,
    }
}

/// Text as the content of an XML element or attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\'' => xml.push_str("&apos;"),
            // Attributes would turn them into blanks.
            '\t' | '\n' | '\r' => xml.push(' '),
            c => xml.push(c),
        }
    }
    xml
}
