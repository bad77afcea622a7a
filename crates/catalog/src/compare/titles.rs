//! The words of headings: what stays when numbering, counts, punctuation, emoji and case are taken away.

use super::texts::Fnv;

/// The words of a path as a number; 0 when it has none. `+` and `#` count: "C", "C++" and "C#" are three sections.
pub(super) fn words<S: AsRef<str>>(parts: impl IntoIterator<Item = S>) -> u64 {
    let mut hash = Fnv::default();
    let mut empty = true;
    let mut utf8 = [0; 4];
    for part in parts {
        hash.write(b"/");
        let kept = bare(part.as_ref()).chars().filter(|c| c.is_alphanumeric() || "+#".contains(*c));
        for c in kept.flat_map(char::to_lowercase) {
            empty = false;
            hash.write(c.encode_utf8(&mut utf8).as_bytes());
        }
    }
    if empty { 0 } else { hash.0 }
}

/// A heading without its number (`1. Tools`, `2) Tools`) and without a count (`Tools (12)`, `Tools 3 projects`).
fn bare(title: &str) -> &str {
    let mut rest = title.trim();
    let numbered = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let number = &rest[..rest.len() - numbered.len()];
    if number.starts_with(|c: char| c.is_ascii_digit()) {
        if number.ends_with('.') {
            rest = numbered;
        } else if let Some(numbered) = numbered.strip_prefix(')') {
            rest = numbered;
        }
    }
    rest = rest.trim_end();
    let group = rest.strip_suffix(')').and_then(|inner| inner.rsplit_once('('));
    match group {
        // a year is no count
        Some((before, count)) if is_count(count) && !is_year(count) || without_count(count) == Some("") => {
            rest = before;
        }
        _ => rest = without_count(rest).unwrap_or(rest),
    }
    if rest.chars().any(char::is_alphanumeric) { rest } else { title }
}

/// What stands before `12 projects` at the end.
fn without_count(title: &str) -> Option<&str> {
    const COUNTED: [&str; 3] = ["projects", "entries", "items"];
    let (before, last) = title.rsplit_once(char::is_whitespace)?;
    let before = before.trim_end();
    let (rest, count) = before.rsplit_once(char::is_whitespace).unwrap_or(("", before));
    let counted = COUNTED.iter().any(|word| last.eq_ignore_ascii_case(word)) && is_count(count);
    counted.then(|| rest.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '+' && c != '#'))
}

fn is_count(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && text.bytes().all(|b| b.is_ascii_digit() || b == b',')
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && (text.starts_with("19") || text.starts_with("20"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_counts_are_no_words() {
        for (title, left) in [
            ("Tools (12)", "Tools"),
            ("Tools (1,234)", "Tools"),
            ("Tools (12 items)", "Tools"),
            ("1. Tools", "Tools"),
            ("1.2. Tools", "Tools"),
            ("3) Tools", "Tools"),
            ("Tools 3 projects", "Tools"),
            ("Tools - 3 Projects", "Tools"),
            ("Papers (2019)", "Papers (2019)"),
            ("2.0 features", "2.0 features"),
            ("3D", "3D"),
            ("2048", "2048"),
            ("Open projects", "Open projects"),
            ("3 projects", "3 projects"),
            ("1.", "1."),
            ("C++ (4)", "C++"),
        ] {
            assert_eq!(words([title]), words([left]), "{title}");
        }
        assert_ne!(words(["Papers (2019)"]), words(["Papers (2020)"]));
        assert_ne!(words(["C"]), words(["C++ (4)"]));
        assert_ne!(words(["A", "B"]), words(["AB"]));
        assert_eq!(words(["—"]), 0);
    }
}
