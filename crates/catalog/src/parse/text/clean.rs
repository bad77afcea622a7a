//! Names and descriptions as plain text on one line.

use super::figure::{skip_figures, trim_figures};
use super::marker::{is_plain, shortcode_at};
use super::{is_symbol, separator, skip_markers, trim_markers};

/// A name without markers, figures and loose separators at its ends.
pub(crate) fn name(text: &str) -> String {
    squeeze(bare(text))
}

/// The words of a heading or header cell, markers and a colon at the end left out.
pub(crate) fn label(text: &str) -> String {
    squeeze(trim_markers(bare(text).trim_matches('*')))
}

fn bare(mut text: &str) -> &str {
    // nothing to take off at either end; a figure would need its sign
    if is_plain(text.as_bytes().first()) && is_plain(text.as_bytes().last()) && text.is_ascii() {
        return text;
    }
    loop {
        let length = text.len();
        text = trim_markers(trim_figures(text));
        text = text.trim_end_matches(['-', '–', '—', ':', '：', ',', ';', '|']);
        text = text.strip_prefix(['–', '—', '|', '：']).unwrap_or(text);
        text = text.strip_prefix("- ").unwrap_or(text);
        if text.len() == length {
            return text;
        }
    }
}

/// What is said about a thing: leading separators, markers and figures, trailing separators left out.
pub(crate) fn description(text: &str) -> String {
    // the usual ` - Text.` needs no closer look
    let text = text.strip_prefix(')').unwrap_or(text); // what is left of a broken link
    let lead = text.strip_prefix(": ").unwrap_or(text).trim_start_matches([' ', '-']);
    let plain_end = matches!(lead.as_bytes().last(), Some(b'.')) || is_plain(lead.as_bytes().last());
    if is_plain(lead.as_bytes().first()) && plain_end {
        return squeeze(lead);
    }
    let mut text = text;
    let mut first = true;
    loop {
        let length = text.len();
        text = skip_figures(skip_markers(text));
        if let Some(sign) = separator(text) {
            // right behind the link any sign parts (`[x](…).It is`); later `-` and `.` may begin a word (`.NET`)
            let rest = &text[sign..];
            if first || rest.starts_with(|c: char| c.is_whitespace() || separator_char(c)) || rest.is_empty()
            {
                text = rest;
            }
        }
        first = false;
        if text.len() == length {
            break;
        }
    }
    loop {
        let length = text.len();
        text = text.trim_end_matches(|c: char| {
            c.is_whitespace()
                || is_symbol(c)
                || matches!(c, '-' | '–' | '—' | ':' | '：' | ',' | ';' | '|' | '/')
        });
        if text.ends_with(')') {
            text = trim_figures(text);
        }
        text = text.trim_end_matches(['(', '[']);
        if text.len() == length {
            break;
        }
    }
    squeeze(text)
}

fn separator_char(c: char) -> bool {
    separator(c.encode_utf8(&mut [0; 4])).is_some()
}

/// True when blanks or colons stand here that may have to be changed. Looks at sixteen bytes in one step.
fn may_change(bytes: &[u8]) -> bool {
    const STEP: usize = 16;
    let suspect = |a: u8, b: u8| {
        u8::from(a == b' ') & u8::from(b == b' ')
            | u8::from(b == b':')
            | u8::from(b < b' ')
            | u8::from(b == 0xC2)
    };
    let step = |at: usize| match (bytes[at..].first_chunk::<STEP>(), bytes[at + 1..].first_chunk::<STEP>()) {
        (Some(these), Some(next)) => these.iter().zip(next).fold(0, |any, (&a, &b)| any | suspect(a, b)),
        _ => 1,
    };
    let Some((&first, rest)) = bytes.split_first() else { return false };
    let mut any = suspect(0, first);
    if rest.len() < STEP {
        any |= bytes.iter().zip(rest).fold(0, |any, (&a, &b)| any | suspect(a, b));
    } else {
        let mut at = 0;
        while at + STEP < rest.len() {
            any |= step(at);
            at += STEP;
        }
        any |= step(rest.len() - STEP);
    }
    any != 0
}

/// One blank for each run of blanks, shortcodes left out.
pub(crate) fn squeeze(text: &str) -> String {
    let text = text.trim();
    let bytes = text.as_bytes();
    if !may_change(bytes) {
        return text.to_owned();
    }
    let plain = |at: usize| match bytes[at] {
        b' ' => bytes[at - 1] != b' ',
        b':' => shortcode_at(text, at).is_none(),
        b'\t' | b'\n' | b'\r' => false,
        0xC2 => bytes[at + 1] != 0xA0,
        _ => true,
    };
    if bytes.is_empty() || (plain(0) && (1..bytes.len()).all(plain)) {
        return text.to_owned();
    }
    let mut squeezed = String::with_capacity(text.len());
    let mut skip_to = 0;
    for (at, c) in text.char_indices() {
        if at < skip_to {
            continue;
        }
        if c.is_whitespace() {
            if !squeezed.is_empty() && !squeezed.ends_with(' ') {
                squeezed.push(' ');
            }
        } else if let Some(length) = (c == ':').then(|| shortcode_at(text, at)).flatten() {
            skip_to = at + length;
        } else {
            squeezed.push(c);
        }
    }
    squeezed.truncate(squeezed.trim_end().len());
    squeezed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bare() {
        for (text, expected) in [
            ("  orbit ", "orbit"),
            ("Foo:", "Foo"),
            ("🌟 tokio", "tokio"),
            ("Activate ★ 297 ⧗ 1", "Activate"),
            ("C#", "C#"),
            ("a\u{a0}b  c", "a b c"),
            ("Chaos engineering for Docker:", "Chaos engineering for Docker"),
        ] {
            assert_eq!(name(text), expected, "{text}");
        }
    }

    #[test]
    fn long_texts_are_looked_at_to_their_end() {
        for length in 1..70 {
            let text = "x".repeat(length);
            assert_eq!(squeeze(&text), text);
            for at in 0..length {
                let spaced = format!("{}  {}", &text[..at], &text[at..]);
                assert_eq!(squeeze(&spaced), spaced.trim().replace("  ", " "), "{at} of {length}");
            }
        }
    }

    #[test]
    fn descriptions_are_one_line() {
        for (text, expected) in [
            (" - Fast  store. ", "Fast store."),
            (": a list", "a list"),
            (" — ⚠ old :yen: tool", "old tool"),
            (" (🥈19 ·  ⭐ 210) - Tools.", "Tools."),
            ("... and more", "and more"),
            (".It scales", "It scales"),
            (" - .NET tool", ".NET tool"),
            (" - ", ""),
            ("：工具。", "工具。"),
            (" Store, (", "Store"),
        ] {
            assert_eq!(description(text), expected, "{text}");
        }
    }
}
