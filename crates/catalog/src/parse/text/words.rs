//! Words that say nothing about what is linked, marks in front of a name, and where a name ends.

use super::{is_symbol, trim_markers};

/// True for link words that name the kind of page and not the thing: `here`, `website`, `Go!`, `官网`.
pub(crate) fn is_generic(words: &str) -> bool {
    let words = words.trim_matches(|c: char| !c.is_alphanumeric());
    // most names are told by their length or by a sign no generic word has
    if words.len() > 20 || words.bytes().any(|b| b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'/' | b'.'))
    {
        return false;
    }
    let mut lower = [0_u8; 20];
    for (to, from) in lower.iter_mut().zip(words.bytes()) {
        *to = from.to_ascii_lowercase();
    }
    let lower = &lower[..words.len()];
    std::str::from_utf8(lower).is_ok_and(|lower| GENERIC.binary_search(&lower).is_ok())
}

/// Sorted by bytes, for the search above; a test holds it so.
const GENERIC: &[&str] = &[
    "",
    "archive",
    "article",
    "blog",
    "blog post",
    "book",
    "code",
    "demo",
    "details",
    "discord",
    "discussion",
    "doc",
    "docs",
    "documentation",
    "download",
    "git",
    "github",
    "github repo",
    "gitlab",
    "go",
    "here",
    "hn",
    "home",
    "home page",
    "homepage",
    "info",
    "link",
    "links",
    "more",
    "more info",
    "notes",
    "official site",
    "official website",
    "open",
    "page",
    "paper",
    "pdf",
    "project",
    "project page",
    "read",
    "read more",
    "repo",
    "repository",
    "site",
    "slides",
    "source",
    "source code",
    "src",
    "talk",
    "url",
    "video",
    "view",
    "visit",
    "web",
    "webpage",
    "website",
    "主页",
    "公式サイト",
    "地址",
    "官方网站",
    "官网",
    "文档",
    "源码",
    "网站",
    "链接",
    "项目地址",
];

/// A mark in front of a name, and the text behind it: `(Golang) Jocko` gives `Golang` and `Jocko`.
pub(crate) fn mark_in_front(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('(')?;
    let end = inner.bytes().take(32).position(|b| b == b')')?;
    let (mark, rest) = (inner.get(..end)?.trim(), &inner[end + 1..]);
    let apart = rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || c == '(' || is_symbol(c));
    let shaped = mark.chars().any(char::is_alphabetic) && mark.split_whitespace().count() <= 3;
    (apart && shaped && !mark.contains('(')).then(|| (mark, rest.trim_start()))
}

/// The length of a sign that separates a name from what is said about it, at the start of the text.
#[inline]
pub(crate) fn separator(text: &str) -> Option<usize> {
    let c = text.chars().next()?;
    "-–—―−:：;,，、.|=~·→»".contains(c).then(|| c.len_utf8())
}

/// Where a dash with blanks around it parts a text, and how long the dash is: `a - b`, `a — b`.
#[inline]
pub(crate) fn split_at_dash(text: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut from = memchr::memchr(b' ', bytes)?;
    while let Some(found) = memchr::memchr2(b'-', 0xE2, &bytes[from..]) {
        let at = from + found;
        let length = if bytes[at] == b'-' {
            1 + bytes[at + 1..].iter().take_while(|&&b| b == b'-').count()
        } else if text[at..].starts_with(['–', '—']) {
            3
        } else {
            0
        };
        let blank = |b: Option<&u8>| b.is_some_and(u8::is_ascii_whitespace);
        if length > 0 && at > 0 && blank(bytes.get(at - 1)) && blank(bytes.get(at + length)) {
            return Some((at - 1, length + 2));
        }
        from = at + length.max(1);
    }
    None
}

/// What stands before a separator in a line that begins with words: `p：an interactive tool`.
pub(crate) fn before_separator(text: &str) -> (&str, &str) {
    if let Some((at, length)) = split_at_dash(text) {
        return (trim_markers(&text[..at]), &text[at + length..]);
    }
    for (at, c) in text.char_indices() {
        let behind = at + c.len_utf8();
        let parts = match c {
            '：' | '。' | '—' => true,
            ':' | ';' => text[behind..].starts_with(char::is_whitespace) || behind == text.len(),
            _ => false,
        };
        if parts {
            return (trim_markers(&text[..at]), &text[behind..]);
        }
    }
    (trim_markers(text), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generic_words() {
        assert!(GENERIC.is_sorted());
        for words in ["here", "Go!", "[Website]", "官网", "", "→"] {
            assert!(is_generic(words), "{words}");
        }
        for words in ["Linkerd", "here we go", "etcd", "Go语言"] {
            assert!(!is_generic(words), "{words}");
        }
    }

    #[test]
    fn marks() {
        assert_eq!(mark_in_front("(Golang) Jocko"), Some(("Golang", "Jocko")));
        assert_eq!(mark_in_front("(C/C++)(Book) X"), Some(("C/C++", "(Book) X")));
        assert_eq!(mark_in_front("(Re)thinking"), None);
        assert_eq!(mark_in_front("(2018) Talk"), None);
    }

    #[test]
    fn dashes() {
        assert_eq!(split_at_dash("a - b"), Some((1, 3)));
        assert_eq!(split_at_dash("a — b - c"), Some((1, 5)));
        assert_eq!(split_at_dash("a -- b"), Some((1, 4)));
        assert_eq!(split_at_dash("well-known, multi-part"), None);
        assert_eq!(before_separator("p：tool。"), ("p", "tool。"));
        assert_eq!(before_separator("The Road - "), ("The Road", ""));
    }
}
