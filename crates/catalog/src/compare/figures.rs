//! Figures in running text: how many stars and forks a thing has changes daily and says nothing new about it.

use std::borrow::Cow;

/// Signs that stand before or behind a number of stars or forks.
const SIGNS: [char; 9] = ['⭐', '★', '☆', '🌟', '🍴', '⑂', '🔱', '⧗', '👁'];

/// Words behind a number, or before one with a colon between.
const WORDS: [&str; 5] = ["stars", "forks", "stargazers", "github stars", "github forks"];

/// The text without its numbers of stars and forks: `★ 12`, `1.2k stars`, `stars: 12`.
pub(crate) fn without_figures(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return Cow::Borrowed(text);
    }
    let mut left = String::new();
    let (mut at, mut copied) = (0, 0);
    let mut in_word = false;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let found = match number(rest) {
            _ if in_word => None,
            0 if SIGNS.contains(&c) => behind(rest, c.len_utf8()),
            0 => word(rest).and_then(|end| rest[end..].starts_with(':').then(|| behind(rest, end + 1))?),
            end => unit(rest, end),
        };
        if let Some(end) = found {
            left.push_str(&text[copied..at]);
            // what stood around it stays apart
            left.push(' ');
            at += end;
            copied = at;
            in_word = false;
        } else {
            at += c.len_utf8();
            in_word = c.is_alphanumeric() || (in_word && matches!(c, '.' | ','));
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    left.push_str(&text[copied..]);
    Cow::Owned(left)
}

/// The length of the number at the start: `970`, `1,234`, `24.8k`; 0 when there is none.
fn number(text: &str) -> usize {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','));
    let rest = rest.strip_prefix(['k', 'K', 'm', 'M']).unwrap_or(rest);
    if rest.starts_with(char::is_alphanumeric) { 0 } else { text.len() - rest.len() }
}

/// Where the number behind `at` ends.
fn behind(text: &str, at: usize) -> Option<usize> {
    let rest = skip_blanks(&text[at..]);
    let length = number(rest);
    (length > 0).then_some(text.len() - rest.len() + length)
}

/// Where the sign or word behind a number of this length ends.
fn unit(text: &str, at: usize) -> Option<usize> {
    let rest = skip_blanks(text[at..].trim_start_matches('+'));
    let start = text.len() - rest.len();
    if let Some(sign) = rest.chars().next().filter(|c| SIGNS.contains(c)) {
        // the sign may belong to the next number
        return behind(rest, sign.len_utf8()).is_none().then_some(start + sign.len_utf8());
    }
    let one = text[..at] == *"1" && starts_with_word(rest, "star");
    if one { Some(start + "star".len()) } else { word(rest).map(|end| start + end) }
}

fn skip_blanks(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{fe0f}')
}

/// The length of the word for stars or forks at the start.
fn word(text: &str) -> Option<usize> {
    WORDS.iter().find(|word| starts_with_word(text, word)).map(|word| word.len())
}

fn starts_with_word(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
        && !text[word.len()..].starts_with(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::texts::same_letters;

    #[test]
    fn numbers_of_stars_go() {
        for (text, left) in [
            ("Foo ⭐ 1.2k", "Foo"),
            ("Foo ⭐️ 1,234 bar", "Foo bar"),
            ("Foo ★ 12 bar", "Foo bar"),
            ("A cache (1.2k stars)", "A cache"),
            ("A cache, 300+ GitHub stars, 20 forks.", "A cache"),
            ("1 star", ""),
            ("12 ★ · 3 🍴", ""),
            ("Stars: 12, fast", "fast"),
            ("2 ★ 12", "2"),
        ] {
            assert!(same_letters(&without_figures(text), left), "{text}: {}", without_figures(text));
        }
    }

    #[test]
    fn other_numbers_stay() {
        for text in ["HTTP/2 server", "MP3 stars", "4 star hotels", "x12 stars", "★ 3D", "stars 2019"] {
            assert_eq!(without_figures(text), text);
        }
    }
}
