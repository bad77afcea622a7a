//! Org-mode's lines as Markdown's.

use std::collections::HashMap;

use super::inline;

/// A document in Markdown, with the lines it came from.
pub(super) struct Translated {
    pub(super) markdown: String,
    /// The source line of each line, from 1.
    lines: Vec<u32>,
    /// What `#+TITLE:` says.
    pub(super) title: Option<String>,
}

impl Translated {
    /// Translates a document.
    pub(super) fn of(text: &str) -> Self {
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        let mut translator = Translator::new(&lines);
        for (at, line) in lines.iter().enumerate() {
            translator.line(at, line);
        }
        translator.done
    }

    /// The line of the source behind a line of the Markdown text.
    pub(super) fn source_line(&self, line: u32) -> u32 {
        let at = (line as usize).saturating_sub(1);
        self.lines.get(at).or(self.lines.last()).copied().unwrap_or(1)
    }
}

struct Translator<'a> {
    done: Translated,
    source: u32,
    /// The last line that ends a block or drawer of each name: what is never closed was never opened.
    ends: HashMap<String, usize>,
    /// The line that would close what is open now.
    open: Option<String>,
    /// Headings of a commented tree: deeper ones are part of it.
    commented: Option<usize>,
    /// How far titles push headings down.
    shift: usize,
    has_heading: bool,
    /// Indentation of the list items around this line, outermost first.
    items: Vec<usize>,
    in_table: bool,
    /// The lines after this one, to see whether a table has a header.
    lines: &'a [&'a str],
}

impl<'a> Translator<'a> {
    fn new(lines: &'a [&'a str]) -> Self {
        let mut ends = HashMap::new();
        for (at, line) in lines.iter().enumerate() {
            let line = line.trim_start();
            if starts_with(line, "#+end") || line.eq_ignore_ascii_case(":end:") {
                ends.insert(line.to_ascii_lowercase(), at);
            }
        }
        let done = Translated { markdown: String::new(), lines: Vec::new(), title: None };
        Self {
            done,
            source: 1,
            ends,
            open: None,
            commented: None,
            shift: 0,
            has_heading: false,
            items: Vec::new(),
            in_table: false,
            lines,
        }
    }

    fn line(&mut self, at: usize, line: &str) {
        self.source = at as u32 + 1;
        let body = line.trim_start();
        let indent = line.len() - body.len();
        if let Some((depth, words)) = heading(line) {
            self.open = None; // a heading ends whatever was open
            self.heading(depth, words);
            return;
        }
        if let Some(end) = &self.open {
            if body.eq_ignore_ascii_case(end) {
                self.open = None;
            }
            return self.blank();
        }
        if self.commented.is_some() {
            return self.blank();
        }
        if let Some(end) = opening(body).filter(|end| self.ends.get(end).is_some_and(|last| *last > at)) {
            self.open = Some(end);
            return self.blank();
        }
        if body.is_empty() || is_rule(body) || body == ":" || body.starts_with(": ") {
            self.in_table = false;
            return self.blank();
        }
        if body.starts_with('#') && (body.len() == 1 || body.starts_with("# ") || body.starts_with("#+")) {
            return self.keyword(body);
        }
        if body.starts_with('|') {
            return self.row(at, body);
        }
        self.in_table = false;
        match item(body, indent) {
            Some((mark, words)) => self.item(indent, mark, words),
            None => self.text(indent, body),
        }
    }

    fn heading(&mut self, depth: usize, words: &str) {
        self.items.clear();
        self.in_table = false;
        if self.commented.is_some_and(|commented| depth > commented) {
            return self.blank();
        }
        let words = without_task(without_tags(words));
        self.commented = (words == "COMMENT" || words.starts_with("COMMENT ")).then_some(depth);
        if self.commented.is_some() {
            return self.blank();
        }
        self.has_heading = true;
        self.blank();
        let marks = "#".repeat((depth + self.shift).min(6));
        self.push(&format!("{marks} {}", inline::markdown(words)));
        self.blank();
    }

    fn keyword(&mut self, line: &str) {
        let Some((name, value)) = line.split_once(':') else { return self.blank() };
        let value = value.trim();
        if !name.eq_ignore_ascii_case("#+title") || value.is_empty() || self.done.title.is_some() {
            return self.blank();
        }
        self.done.title = Some(value.to_owned());
        if self.has_heading {
            return self.blank();
        }
        self.shift = 1;
        self.blank();
        self.push(&format!("# {}", inline::markdown(value)));
        self.blank();
    }

    fn item(&mut self, indent: usize, mark: &str, words: &str) {
        self.items.retain(|around| *around < indent);
        let depth = self.items.len();
        self.items.push(indent);
        let words = without_checkbox(words);
        let words = match words.split_once(" :: ") {
            Some((term, words)) => format!("{} - {}", inline::markdown(term), inline::markdown(words)),
            None => inline::markdown(words),
        };
        self.push(&format!("{}{mark} {words}", "    ".repeat(depth)));
    }

    fn text(&mut self, indent: usize, words: &str) {
        let was_inside = !self.items.is_empty();
        self.items.retain(|around| *around < indent);
        let depth = self.items.len();
        if depth == 0 && was_inside {
            self.blank(); // it ends the list, where Markdown would let it run on
        }
        let words = inline::markdown(words);
        let guard = if words.starts_with(['#', '=', '-', '+']) { "\\" } else { "" };
        let margin = if depth == 0 { 0 } else { 4 * (depth - 1) + 2 };
        self.push(&format!("{}{guard}{words}", " ".repeat(margin)));
    }

    fn row(&mut self, at: usize, row: &str) {
        self.items.clear();
        let inner = row.strip_prefix('|').unwrap_or(row);
        let inner = inner.strip_suffix('|').unwrap_or(inner);
        let cells: Vec<&str> = inner.split(if is_line(row) { '+' } else { '|' }).collect();
        if !self.in_table {
            if is_line(row) {
                return self.blank(); // a line above the header
            }
            self.in_table = true;
            self.blank();
            let has_header = self.lines.get(at + 1).is_some_and(|next| is_line(next.trim_start()));
            if !has_header {
                self.push(&"| ".repeat(cells.len()));
                self.push(&"|---".repeat(cells.len()));
            }
        } else if is_line(row) {
            // The line below the header is the one Markdown wants; further ones only divide.
            let before_header = at.checked_sub(2).map_or("", |before| self.lines[before].trim_start());
            if !before_header.starts_with('|') || is_line(before_header) {
                self.push(&format!("|{}|", vec!["---"; cells.len()].join("|")));
            }
            return;
        }
        let cells: Vec<String> = cells.iter().map(|cell| inline::markdown(cell.trim())).collect();
        self.push(&format!("| {} |", cells.join(" | ")));
    }

    fn blank(&mut self) {
        self.push("");
    }

    fn push(&mut self, line: &str) {
        self.done.markdown.push_str(line);
        self.done.markdown.push('\n');
        self.done.lines.push(self.source);
    }
}

/// Depth and words of a heading: stars at the very beginning of the line.
fn heading(line: &str) -> Option<(usize, &str)> {
    let words = line.trim_start_matches('*');
    let depth = line.len() - words.len();
    (depth > 0 && words.starts_with([' ', '\t'])).then(|| (depth, words.trim()))
}

/// What closes the block or drawer that a line opens.
fn opening(body: &str) -> Option<String> {
    if starts_with(body, "#+begin") {
        let name = body[7..].split_whitespace().next().unwrap_or_default();
        return Some(format!("#+end{}", name.to_ascii_lowercase()));
    }
    let name = body.strip_prefix(':')?.strip_suffix(':')?;
    let is_drawer = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-".contains(c));
    (is_drawer && !name.eq_ignore_ascii_case("end")).then(|| ":end:".to_owned())
}

/// The mark and the words of a list item. A star marks one only where it is no heading.
fn item(body: &str, indent: usize) -> Option<(&str, &str)> {
    let (mark, words) = body.split_once([' ', '\t']).unwrap_or((body, ""));
    match mark {
        "-" | "+" => Some(("-", words)),
        "*" if indent > 0 => Some(("-", words)),
        _ => {
            let digits = mark.strip_suffix(['.', ')'])?;
            let is_number =
                !digits.is_empty() && digits.len() < 10 && digits.bytes().all(|b| b.is_ascii_digit());
            is_number.then_some(("1.", words))
        }
    }
}

/// The words of a heading without its task state, priority and progress.
fn without_task(words: &str) -> &str {
    let mut words = words;
    for state in ["TODO", "DONE", "NEXT", "WAITING", "CANCELLED"] {
        if let Some(rest) = words.strip_prefix(state).filter(|rest| rest.starts_with(' ')) {
            words = rest.trim_start();
            break;
        }
    }
    if let Some((_, rest)) = words.strip_prefix("[#").and_then(|rest| rest.split_once(']')) {
        words = rest.trim_start();
    }
    // Done and all tasks below it, as `[2/3]` or `[66%]`.
    match words.rsplit_once('[') {
        Some((front, progress)) if is_progress(progress) => front.trim_end(),
        _ => words,
    }
}

/// The words of a heading without the tags behind them.
fn without_tags(words: &str) -> &str {
    match words.rsplit_once([' ', '\t']) {
        Some((front, tags)) if tags.len() > 2 && tags.starts_with(':') && tags.ends_with(':') => {
            front.trim_end()
        }
        _ => words,
    }
}

fn without_checkbox(words: &str) -> &str {
    let words = words.trim_start();
    ["[ ]", "[X]", "[x]", "[-]"]
        .iter()
        .find_map(|mark| words.strip_prefix(mark))
        .map_or(words, str::trim_start)
}

fn is_progress(text: &str) -> bool {
    text.strip_suffix(']').is_some_and(|inner| {
        inner.contains(['/', '%']) && inner.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'/' | b'%'))
    })
}

/// A line of five dashes or more.
fn is_rule(body: &str) -> bool {
    body.len() >= 5 && body.bytes().all(|byte| byte == b'-')
}

/// A line between the rows of a table.
fn is_line(row: &str) -> bool {
    row.starts_with("|-")
}

fn starts_with(line: &str, opening: &str) -> bool {
    line.get(..opening.len()).is_some_and(|found| found.eq_ignore_ascii_case(opening))
}
