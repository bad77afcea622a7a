//! Typed words, where quotes and the slashes around a pattern hold several together.

use whimbrel_news::pattern_in;

/// What opens and closes a phrase; telephones type the curved ones by themselves.
const QUOTES: [char; 4] = ['"', '“', '”', '„'];

/// The words of a text as they stand in it; blanks between quotes and in patterns part nothing.
pub(crate) fn tokens(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = None;
    let (mut inside, mut escaped) = (false, false);
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        let begun = start.and_then(|start| text.get(start..at)).unwrap_or_default();
        // What a parenthesis or a quote ends is no part of what follows.
        let own = begun.rsplit(|c| "()".contains(c) || QUOTES.contains(&c)).next().unwrap_or_default();
        if !inside
            && own.chars().all(|c| c == '-')
            && let Some(pattern) = text.get(at..).and_then(pattern_in)
        {
            start.get_or_insert(at);
            // The slash it ends with as well.
            chars.nth(pattern.chars().count());
            continue;
        }
        if !inside && c.is_whitespace() {
            found.extend(start.take().and_then(|start: usize| text.get(start..at)));
            continue;
        }
        start.get_or_insert(at);
        if QUOTES.contains(&c) && !escaped {
            inside = !inside;
        }
        escaped = inside && c == '\\' && !escaped;
    }
    found.extend(start.and_then(|start| text.get(start..)));
    found
}

/// Whether a token is a word as people type it: no phrase, no condition with a name, no group, nothing turned round.
pub(crate) fn is_word(token: &str) -> bool {
    !token.starts_with(['-', '('])
        && !token.ends_with(')')
        && !token.contains(QUOTES)
        && pattern_in(token).is_none()
        && name(token).is_none()
}

/// The name of a condition such as `kind:added`.
pub(crate) fn name(token: &str) -> Option<&str> {
    let bare = token.trim_start_matches(['-', '(']);
    let (name, value) = bare.split_once(':')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphabetic() || c == '_');
    (is_name && !value.starts_with("//")).then_some(name)
}

/// A token without the quotes around it.
pub(crate) fn unquoted(token: &str) -> &str {
    token.trim_matches(QUOTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_words_together() {
        for (text, wanted) in [
            ("", vec![]),
            ("  a  b ", vec!["a", "b"]),
            ("section:\"Key Value\" raft", vec!["section:\"Key Value\"", "raft"]),
            ("„so wie so“ daily", vec!["„so wie so“", "daily"]),
            (r#""a \" b" c"#, vec![r#""a \" b""#, "c"]),
            ("\"never closed daily", vec!["\"never closed daily"]),
            ("/go \"x/ daily", vec!["/go \"x/", "daily"]),
            ("raft(/a b/ or c)", vec!["raft(/a b/", "or", "c)"]),
            ("\"x\"/a b/ raft-/c d/", vec!["\"x\"/a b/", "raft-/c", "d/"]),
            ("-(/a b/ or c) /d e", vec!["-(/a b/", "or", "c)", "/d", "e"]),
        ] {
            assert_eq!(tokens(text), wanted, "{text}");
        }
    }

    #[test]
    fn conditions_are_told_from_words() {
        for (token, is) in [
            ("raft", true),
            ("09:00", true),
            ("https://a.b", true),
            ("kind:added", false),
            ("-kind:added", false),
            ("(a", false),
            ("\"raft\"", false),
            ("/raft", true),
            ("/raft/", false),
        ] {
            assert_eq!(is_word(token), is, "{token}");
        }
        assert_eq!(name("-(catalog:x"), Some("catalog"));
    }
}
