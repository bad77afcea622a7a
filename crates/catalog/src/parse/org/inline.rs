//! What stands inside a line of Org-mode, as Markdown.

/// How far a mark looks for its end. Longer than any link, and a line of a megabyte takes no longer for it.
const REACH: usize = 2_000;

/// How deep emphasis may nest.
const MAX_DEPTH: usize = 8;

/// The words of a line: links and emphasis translated, everything Markdown would misread escaped.
pub(super) fn markdown(words: &str) -> String {
    nested(words, 0)
}

fn nested(words: &str, depth: usize) -> String {
    let mut done = String::with_capacity(words.len() + 16);
    let mut rest = words.strip_suffix("\\\\").unwrap_or(words);
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let (piece, after) = match c {
            _ if depth >= MAX_DEPTH => None,
            '[' => link(rest, depth).or_else(|| footnote(rest)),
            '<' => angle_link(rest),
            'h' if !before.is_alphanumeric() => bare_link(rest),
            '=' | '~' | '*' | '/' | '_' | '+' if is_opener(before) => emphasis(rest, c, depth),
            _ => None,
        }
        .unwrap_or_else(|| plain(rest, c));
        done.push_str(&piece);
        before = rest[..rest.len() - after.len()].chars().next_back().unwrap_or(before);
        rest = after;
    }
    done
}

type Piece<'a> = Option<(String, &'a str)>;

fn plain(rest: &str, c: char) -> (String, &str) {
    let mut piece = String::new();
    if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~' | '!') {
        piece.push('\\');
    }
    piece.push(c);
    (piece, &rest[c.len_utf8()..])
}

/// `[[target]]` and `[[target][words]]`.
fn link(rest: &str, depth: usize) -> Piece<'_> {
    let inner = rest.strip_prefix("[[")?;
    let near = near(inner, REACH);
    // A single bracket is found much faster than two, and where many links begin there is often none.
    let first = near.find(']')?;
    let end = first + near[first..].find("]]")?;
    let (inner, after) = (&inner[..end], &inner[end + 2..]);
    let (target, words) = match inner.split_once("][") {
        Some((target, words)) => (target.trim(), Some(words.trim())),
        None => (inner.trim(), None),
    };
    if target.is_empty() || target.contains("[[") {
        return None;
    }
    let address = address(target);
    let piece = match words {
        Some(words) if is_picture(words) => format!("[![]({})]({address})", self::address(words)),
        Some(words) => format!("[{}]({address})", nested(words, depth + 1)),
        None if is_picture(target) => format!("![]({address})"),
        None if is_outside(target) => format!("<{}>", target.replace(['<', '>', ' '], "%20")),
        None => nested(target, depth + 1),
    };
    Some((piece, after))
}

/// A target in the form Markdown wants; places in the document become anchors, as the contents of one link to.
fn address(target: &str) -> String {
    let target = target.strip_prefix("file:").unwrap_or(target);
    if !is_outside(target) && target.starts_with(['*', '#']) {
        return "#".to_owned();
    }
    if target.contains([' ', '(', ')', '<', '>', '\\']) {
        return format!("<{}>", target.replace('<', "%3C").replace('>', "%3E").replace('\\', "%5C"));
    }
    target.to_owned()
}

fn footnote(rest: &str) -> Piece<'_> {
    let inner = rest.strip_prefix("[fn:")?;
    let end = near(inner, REACH).find(']')?;
    Some((String::new(), &inner[end + 1..]))
}

fn angle_link(rest: &str) -> Piece<'_> {
    let end = near(&rest[1..], REACH).find('>')?;
    let (inner, after) = (&rest[1..=end], &rest[end + 2..]);
    (is_outside(inner) && !inner.contains([' ', '<'])).then(|| (format!("<{inner}>"), after))
}

fn bare_link(rest: &str) -> Piece<'_> {
    if !is_outside(rest) {
        return None;
    }
    let end = rest.find(|c: char| c.is_whitespace() || "[]<>\"".contains(c)).unwrap_or(rest.len());
    let end = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'']).len();
    Some((format!("<{}>", rest[..end].replace('\\', "%5C")), &rest[end..]))
}

/// `*bold*`, `=code=` and the like, when the mark closes before a blank or punctuation.
fn emphasis(rest: &str, mark: char, depth: usize) -> Piece<'_> {
    let inner = &rest[1..];
    let close = near(inner, REACH / 8).match_indices(mark).map(|(at, _)| at).find(|at| {
        let ends_word = inner[..*at].chars().next_back().is_some_and(|c| !c.is_whitespace());
        ends_word && inner[at + 1..].chars().next().is_none_or(is_closed_by)
    })?;
    let (inner, after) = (&inner[..close], &inner[close + 1..]);
    if inner.starts_with(char::is_whitespace) {
        return None;
    }
    let piece = match mark {
        '=' | '~' if !inner.contains('`') => format!("`{inner}`"),
        '*' => format!("**{}**", nested(inner, depth + 1)),
        '/' => format!("*{}*", nested(inner, depth + 1)),
        '_' | '+' => nested(inner, depth + 1),
        _ => return None,
    };
    Some((piece, after))
}

/// As much of the line as a mark looks through.
fn near(rest: &str, reach: usize) -> &str {
    &rest[..rest.floor_char_boundary(reach)]
}

fn is_opener(before: char) -> bool {
    before.is_whitespace() || "-('\"{[".contains(before)
}

fn is_closed_by(after: char) -> bool {
    after.is_whitespace() || "-.,;:!?'\")}]".contains(after)
}

fn is_outside(target: &str) -> bool {
    target.starts_with("https://") || target.starts_with("http://")
}

fn is_picture(target: &str) -> bool {
    let file = target.split(['?', '#']).next().unwrap_or_default();
    let is_path = is_outside(target) || target.starts_with("file:") || target.starts_with("./");
    let ending = file.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    is_path
        && !target.contains(' ')
        && ending
            .is_some_and(|ending| matches!(ending.as_str(), "png" | "svg" | "jpg" | "jpeg" | "gif" | "webp"))
}
