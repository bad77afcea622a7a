//! What is taken out of a text before it is read as Markdown. Offsets stay as they are.

use std::borrow::Cow;

/// Longer lines are not read. The longest items of real catalogs have a few thousand bytes, while a line of a million
/// brackets costs the Markdown parser as much as ten megabytes of text.
const LONGEST_LINE: usize = 200_000;

/// The text without the marks of an unfinished merge and without endless lines, both blanked out, and where those
/// lines begin.
pub(super) fn prepare(text: &str) -> (Cow<'_, str>, Vec<usize>) {
    let mut long_lines = Vec::new();
    if !has_conflict(text) && !may_have_long_lines(text) {
        return (Cow::Borrowed(text), long_lines);
    }
    let is_conflict = has_conflict(text);
    let mut clean = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']);
        let is_long = bare.len() > LONGEST_LINE;
        if is_long {
            long_lines.push(clean.len());
        }
        if is_long || (is_conflict && is_conflict_mark(bare.trim_end())) {
            clean.extend(std::iter::repeat_n(' ', bare.len()));
            clean.push_str(&line[bare.len()..]);
        } else {
            clean.push_str(line);
        }
    }
    (Cow::Owned(clean), long_lines)
}

fn has_conflict(text: &str) -> bool {
    text.starts_with("<<<<<<< ") || memchr::memmem::find(text.as_bytes(), b"\n<<<<<<< ").is_some()
}

fn is_conflict_mark(line: &str) -> bool {
    line == "======="
        || line == "|||||||"
        || ["<<<<<<< ", ">>>>>>> ", "||||||| "].iter().any(|mark| line.starts_with(mark))
}

/// False when no line can be too long: such a line fills half of its length's stretches of the text alone.
fn may_have_long_lines(text: &str) -> bool {
    text.len() > LONGEST_LINE
        && text
            .as_bytes()
            .chunks_exact(LONGEST_LINE / 2)
            .any(|stretch| memchr::memchr(b'\n', stretch).is_none())
}

/// The length of the front matter, if the document begins with some.
pub(super) fn front_matter(text: &str) -> usize {
    for fence in ["---", "+++"] {
        let Some(body) = text.strip_prefix(fence) else { continue };
        let Some(first) = body.find('\n').filter(|&end| body[..end].trim().is_empty()) else { continue };
        let start = fence.len() + first + 1;
        let mut at = start;
        for line in text[at..].split_inclusive('\n') {
            let bare = line.trim_end();
            if bare == fence || bare == "..." {
                let fields = &text[start..at];
                return if is_front_matter(fields) { at + line.len() } else { 0 };
            }
            at += line.len();
        }
    }
    0
}

/// A rule is followed by Markdown, front matter holds fields: the first line is one, and nothing between the fences
/// lists anything. A comment stands on top of something, a heading stands apart.
fn is_front_matter(fields: &str) -> bool {
    let mut begun = false;
    let mut lines = fields.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with('#') {
            if lines.peek().is_some_and(|next| next.trim().is_empty()) {
                return false;
            }
        } else if is_field(line) {
            begun = true;
        } else if (!begun && !line.trim().is_empty()) || lists(line) {
            return false;
        }
    }
    begun
}

/// True for `key: value`, `key = value` and `[table]`.
fn is_field(line: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | '\'');
    let rest = line.trim_start_matches(part);
    if rest.len() == line.len() {
        return line.starts_with('[') && line.trim_end().ends_with(']') && !line.contains("](");
    }
    match rest.trim_start_matches([' ', '\t']).as_bytes() {
        [b':'] | [b':', b' ' | b'\t' | b'\r', ..] => !line.starts_with("- "),
        [b'=', ..] => true,
        _ => false,
    }
}

/// True for a line of Markdown or HTML with a link, which may stand in a longer value when it is no item.
fn lists(line: &str) -> bool {
    let bare = line.trim_start();
    let linked = bare.contains("](") || bare.contains("href=");
    linked
        && (bare.len() == line.len() || bare.starts_with(|c: char| "-*+|<".contains(c) || c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_or_a_rule() {
        for matter in [
            "---\ntitle: T\n---\n",
            "---\r\ntitle: T\r\n---\r\n",
            "--- \n\n# made by hand\n\"my-title\" : T\ntags:\n- a\n- b: c\n\nlinks:\n  - https://a.org\n...\n",
            "---\ntext: >\n  See [a](https://a.org), once.\nfurther: \"[b](https://b.org)\"\n---\n",
            "---\nkey:\n# about the next\nother: 1\n# last\n---\n",
            "+++\ntitle = \"T\"\n\n[extra]\nkey= 1\n+++\n",
            "+++\n[extra]\nkey.sub = 1\n+++\n",
        ] {
            assert_eq!(
                front_matter(&format!("{matter}\n- [z](https://z.org)\n\n---\n")),
                matter.len(),
                "{matter}"
            );
        }
        for rule in [
            "---\n# Awesome: things\n\n- [a](https://a.org)\n\n---\n",
            "---\n# Awesome: things\n- [a](https://a.org)\n\n---\n",
            "---\n\n## A\n\n---\n",
            "---\nNote: all of it\n\n- [a](https://a.org)\n\n---\n",
            "---\nNote: all of it\n\n[a](https://a.org) - is text\n\n---\n",
            "---\nNote: all of it\n\n## Part\n\ntext\n\n---\n",
            "---\nNote: all\n\n  1. [a](https://a.org)\n---\n",
            "---\nNote: all\n\n<a href=\"https://a.org\">a</a>\n---\n",
            "---\n- [a](https://a.org): text\n---\n",
            "---\nhttps://a.org\n---\n",
            "---\nMany words: and more\n---\n",
            "---\n# only a remark\n---\n",
            "---\ntitle: never closed\n",
            "---\n---\n",
            "----\nkey: 1\n----\n",
        ] {
            assert_eq!(front_matter(rule), 0, "{rule}");
        }
    }

    #[test]
    fn endless_lines_are_blanked_out() {
        let long = "[".repeat(LONGEST_LINE + 1);
        for text in [
            format!("a\n{long}\nb"),
            long.clone(),
            format!("{long}\r\n"),
            format!("{}\n{long}", "x\n".repeat(70_000)),
        ] {
            let (clean, lines) = prepare(&text);
            assert_eq!((clean.len(), lines.len()), (text.len(), 1));
            assert!(!clean.contains('[') && clean.lines().count() == text.lines().count());
        }
        let short = format!("{}\n{}", "x".repeat(LONGEST_LINE), "y".repeat(LONGEST_LINE));
        assert!(prepare(&short).1.is_empty());
    }
}
