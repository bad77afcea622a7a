//! Markers: emoji, arrows, bullets, `:shortcodes:` and other signs that stand beside a name and are no part of it.

/// True for emoji, arrows, bullets, dingbats and what joins or varies them; never for letters and digits.
#[inline]
pub(crate) fn is_symbol(c: char) -> bool {
    // The ranges hold arrows, technical and geometric signs, dingbats and all emoji; mathematical operators
    // (U+2200 to U+22FF) are left out, since names are written with them.
    c >= '\u{A0}'
        && matches!(u32::from(c),
        0xA0 | 0xB7 | 0xAD | 0x200B..=0x200F | 0x2022..=0x2023 | 0x2043 | 0x204E | 0x2060 | 0x20E3
        | 0x2190..=0x21FF | 0x2300..=0x23FF | 0x2500..=0x27BF | 0x2900..=0x297F | 0x2980..=0x29FF | 0x2B00..=0x2BFF
        | 0x3030 | 0x303D | 0x3297 | 0x3299 | 0xE000..=0xF8FF | 0xFE00..=0xFE0F | 0xFEFF
        | 0x1F000..=0x1FAFF | 0xE0020..=0xE007F)
}

/// The length of a `:shortcode:` at the start of the text.
fn shortcode(text: &str) -> Option<usize> {
    let inner = text.strip_prefix(':')?;
    let end = inner.bytes().take(40).position(|b| b == b':').filter(|&end| end >= 2)?;
    let name = inner.get(..end)?;
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'+' | b'-');
    let shaped =
        name.bytes().all(allowed) && name.bytes().any(|b| b.is_ascii_lowercase() || b == b'+' || b == b'-');
    shaped.then_some(end + 2)
}

/// The length of a shortcode that stands alone at this place of a text.
pub(super) fn shortcode_at(text: &str, at: usize) -> Option<usize> {
    let length = shortcode(&text[at..])?;
    let alone = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    (alone(text[..at].chars().next_back()) && alone(text[at + length..].chars().next())).then_some(length)
}

/// The text behind leading blanks, symbols and shortcodes.
#[inline]
pub(crate) fn skip_markers(mut text: &str) -> &str {
    if is_plain(text.as_bytes().first()) {
        return text;
    }
    loop {
        let rest = text.trim_start_matches(|c: char| c.is_whitespace() || is_symbol(c));
        match shortcode(rest) {
            Some(length) => text = &rest[length..],
            None => return rest,
        }
    }
}

/// An ASCII letter or digit, which no marker begins or ends with.
#[inline]
pub(super) fn is_plain(byte: Option<&u8>) -> bool {
    byte.is_some_and(u8::is_ascii_alphanumeric)
}

/// The text without blanks, symbols and shortcodes at both ends.
pub(crate) fn trim_markers(text: &str) -> &str {
    let mut text = skip_markers(text);
    loop {
        text = text.trim_end_matches(|c: char| c.is_whitespace() || is_symbol(c));
        let Some(open) = text.strip_suffix(':').and_then(|inner| inner.rfind(':')) else { return text };
        if shortcode_at(text, open).is_none_or(|length| open + length != text.len()) {
            return text;
        }
        text = &text[..open];
    }
}

/// True when nothing but markers, bullets and blanks stands here.
pub(crate) fn only_markers(text: &str) -> bool {
    let mut rest = skip_markers(text);
    while let Some(next) = rest.strip_prefix(['-', '*', '+', '–', '—', '>', '|', '~', '.', '_']) {
        rest = skip_markers(next);
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_stand_beside_names() {
        for (text, bare) in [
            ("⭐ raft-rs", "raft-rs"),
            (":small_orange_diamond: zsh", "zsh"),
            ("zsh :warning: :yen:", "zsh"),
            ("\u{a0}\u{a0}•  tmux 🚀\u{fe0f}", "tmux"),
            ("1️⃣ fish", "1️⃣ fish"),
            ("std::io::", "std::io::"),
            ("12:30:", "12:30:"),
            (".NET", ".NET"),
            ("C++", "C++"),
            ("中文 :cn:", "中文"),
            ("🎉", ""),
        ] {
            assert_eq!(trim_markers(text), bare, "{text}");
        }
    }

    #[test]
    fn a_line_of_markers_says_nothing() {
        for text in ["", " - ", "• ", "🌟", ":star: –", "&".trim_matches('&')] {
            assert!(only_markers(text), "{text}");
        }
        for text in ["a", "- x", "(", "1."] {
            assert!(!only_markers(text), "{text}");
        }
    }
}
