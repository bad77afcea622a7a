//! Strangers' words made harmless: what is shown is what was written, and nothing of it means anything to Discord.

use url::Url;

/// Longer addresses are not linked: they would fill a message.
const LONGEST_LINK: usize = 600;

/// The length as Discord might count it at most.
pub(crate) fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// The text without characters nobody sees; `otherwise` where nothing else is in it.
pub fn visible(text: &str, otherwise: &str) -> String {
    let shown: String = text.chars().filter(|c| !is_hidden(*c)).collect();
    // Joiners belong between letters and within emoji, and show nothing alone.
    let blank = |c: char| c.is_whitespace() || matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0f}' | '\u{2800}');
    if shown.chars().all(blank) { otherwise.to_owned() } else { shown }
}

/// Marks of direction, blanks without width, tags: they hide or turn what follows.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
        || c.is_control() && c != '\n'
}

/// The text with everything escaped that Discord's Markdown would take for a sign, at most so many UTF-16 units; what is
/// cut says so by `…`. Empty only where there is no room or no text.
pub fn escape(text: &str, most: usize) -> String {
    let text = visible(text, "");
    let mut out = String::with_capacity(text.len() + 8);
    let (mut used, mut fits) = (0, 0);
    let mut start = true;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let mut piece = String::new();
        match c {
            '\n' => {
                start = true;
                piece.push(' ');
            }
            // Behind an escape nothing is a mention; a word that calls everybody is broken by a blank without width.
            '@' => piece.push_str("@\u{200b}"),
            '\\' | '*' | '_' | '~' | '`' | '|' | '<' | '>' | '[' | ']' | '(' | ')' => piece.extend(['\\', c]),
            '#' | '-' | '+' if start => piece.extend(['\\', c]),
            // `1.` at the beginning of a line would begin a list.
            '.' if out.ends_with(|last: char| last.is_ascii_digit()) && rest.peek() == Some(&' ') => {
                piece.push_str("\\.");
            }
            // An emoji of a server, or a moment, has a name between colons.
            ':' if rest.peek().is_some_and(|next| next.is_alphabetic()) => piece.push_str("\\:"),
            c => piece.push(c),
        }
        start = start && (c.is_whitespace() || c == '\n');
        let cost = units(&piece);
        if used + cost > most {
            out.truncate(fits);
            let kept =
                out.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200d}' | '\u{200b}'));
            return if most == 0 { String::new() } else { format!("{kept}…") };
        }
        out.push_str(&piece);
        used += cost;
        // Room for the sign that something is missing.
        if used < most {
            fits = out.len();
        }
    }
    out
}

/// An address that can be linked without breaking out of the link; nothing for others.
pub(crate) fn address(url: &str) -> Option<String> {
    let parsed = Url::parse(url.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    parsed.host_str().filter(|host| !host.is_empty())?;
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return None;
    }
    let mut safe = String::new();
    for c in parsed.as_str().chars() {
        match c {
            '(' => safe.push_str("%28"),
            ')' => safe.push_str("%29"),
            '<' => safe.push_str("%3C"),
            '>' => safe.push_str("%3E"),
            '[' => safe.push_str("%5B"),
            ']' => safe.push_str("%5D"),
            '\\' => safe.push_str("%5C"),
            '|' => safe.push_str("%7C"),
            '`' => safe.push_str("%60"),
            '*' => safe.push_str("%2A"),
            c => safe.push(c),
        }
    }
    // A host of six numbers in brackets is not the same without them.
    (units(&safe) <= LONGEST_LINK && !parsed.host_str()?.starts_with('[')).then_some(safe)
}

/// A name that leads somewhere; bare where its address cannot be linked.
pub(crate) fn link(name: &str, url: Option<&str>, most: usize) -> String {
    let words = escape(&visible(name, "(no name)"), most);
    match url.and_then(address) {
        Some(url) => format!("[{words}]({url})"),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_words_mean_nothing() {
        for (written, sent) in [
            ("etcd", "etcd"),
            ("@everyone", "@\u{200b}everyone"),
            ("<@123> <#4>", "\\<@\u{200b}123\\> \\<#4\\>"),
            ("](https://evil.example)", "\\]\\(https://evil.example\\)"),
            ("||x||", "\\|\\|x\\|\\|"),
            ("**a** `b` __c__", "\\*\\*a\\*\\* \\`b\\` \\_\\_c\\_\\_"),
            ("# a\n> b\n- c", "\\# a \\> b \\- c"),
            ("1. a 2.0", "1\\. a 2.0"),
            ("\u{202e}abc\u{200b}d\u{e0041}", "abcd"),
            (":smile: 10:30", "\\:smile: 10:30"),
            ("a\\b", "a\\\\b"),
        ] {
            assert_eq!(escape(written, 1000), sent, "{written:?}");
        }
    }

    #[test]
    fn what_is_cut_says_so_and_is_whole_up_to_there() {
        for most in 0..40 {
            let cut = escape("a *b* 🦀🦀 c_d @x (e)", most);
            assert!(units(&cut) <= most, "{most}: {cut}");
            assert!(!cut.ends_with('\\') && !cut.contains("\\…"), "{most}: {cut}");
        }
        assert_eq!(escape("abcdef", 6), "abcdef");
        assert_eq!(escape("abcdef", 5), "abcd…");
    }

    #[test]
    fn addresses_cannot_break_out() {
        for (url, safe) in [
            ("https://en.wikipedia.org/wiki/A_(b)", Some("https://en.wikipedia.org/wiki/A_%28b%29")),
            ("https://a.b/c d>", Some("https://a.b/c%20d%3E")),
            ("javascript:alert(1)", None),
            ("https://user:word@a.b/", None),
            ("nowhere", None),
            ("", None),
        ] {
            assert_eq!(address(url).as_deref(), safe, "{url}");
        }
        assert_eq!(address(&format!("https://a.b/{}", "c".repeat(700))), None);
        assert_eq!(link("\u{200b}", Some("https://a.b"), 20), "[\\(no name\\)](https://a.b/)");
    }
}
