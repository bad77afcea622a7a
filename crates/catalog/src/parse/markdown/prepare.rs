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
        let mut at = fence.len() + first + 1;
        // a rule is followed by Markdown, front matter by `key: value`
        let key = text[at..].lines().next().unwrap_or_default();
        if !key.contains([':', '=', '#']) {
            continue;
        }
        for line in text[at..].split_inclusive('\n') {
            at += line.len();
            if line.trim_end() == fence || line.trim_end() == "..." {
                return at;
            }
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

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
