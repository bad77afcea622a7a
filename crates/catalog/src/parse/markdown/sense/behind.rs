//! What is said behind the entry's link, without the links there that are mere labels.

use std::borrow::Cow;

use crate::parse::markdown::line::{Line, Look, Span};
use crate::parse::text;

/// More than stands between two links of one pair of brackets; further on nobody looks for the closing one.
const MAX_BETWEEN: usize = 40;

/// The text behind the entry's link, without the words of links that are mere labels.
#[inline]
pub(super) fn behind<'t>(line: &'t Line<'_>, place: usize, until: usize) -> Cow<'t, str> {
    let from = line.spans[place].end.min(until);
    let further = &line.spans[place + 1..];
    let count = further.iter().take_while(|span| span.start < until).count();
    let further = &further[..count];
    if further.is_empty() {
        return line.text[from..until].into();
    }
    let mut said = Said::default();
    let mut at = from;
    let mut index = 0;
    while let Some(span) = further.get(index) {
        if let Some((start, end, links)) = group(&line.text[..until], at, &further[index..]) {
            said.text.push_str(&line.text[at..start]);
            at = end;
            index += links;
            continue;
        }
        let (start, end) = (span.start.max(at), span.end.min(until).max(at));
        said.text.push_str(&line.text[at..start]);
        let kept = said.text.len();
        said.text.push_str(&line.text[start..end]);
        if kept < said.text.len() {
            said.links.push((kept, said.text.len(), span.look == Look::Address));
        }
        at = end;
        index += 1;
    }
    said.text.push_str(&line.text[at..until]);
    said.without_labels().into()
}

/// A pair of brackets around the next link with nothing but links in it: where it begins and ends, and how many
/// links it holds.
fn group(text: &str, from: usize, spans: &[Span<'_>]) -> Option<(usize, usize, usize)> {
    let lead = text[from..spans[0].start.max(from)].trim_end();
    let open = lead.chars().next_back().filter(|c| matches!(c, '(' | '[' | '（' | '【'))?;
    let close = match open {
        '(' => ')',
        '[' => ']',
        '（' => '）',
        _ => '】',
    };
    let mut links = 1;
    let mut at = spans[0].end;
    let mut letters = 0;
    let mut between = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if let Some(span) = spans.get(links).filter(|span| span.start <= at) {
            at = span.end.max(at);
            links += 1;
            letters = 0;
            between = 0;
            continue;
        }
        at += c.len_utf8();
        if c == close {
            return Some((from + lead.len() - open.len_utf8(), at, links));
        }
        letters += usize::from(c.is_alphanumeric());
        between += 1;
        // a stray letter or an `and` between the links is no text
        if letters > 3 || between > MAX_BETWEEN || matches!(c, '(' | '[' | '（' | '【') {
            return None;
        }
    }
    None
}

/// Text with the links that stand in it.
#[derive(Default)]
struct Said {
    text: String,
    /// Begin, end, and whether it shows an address.
    links: Vec<(usize, usize, bool)>,
}

impl Said {
    /// Without links at the start and at the end that are labels and no part of a sentence.
    fn without_labels(mut self) -> String {
        let mut start = 0;
        let mut next = 0;
        let mut introduced = false;
        while let Some(&(from, to, _)) = self.links.get(next) {
            let lead = &self.text[start..from.max(start)];
            introduced |= lead.contains([':', '：', '—', '–']) || lead.contains(" - ") || lead.trim() == "-";
            let bare = lead.chars().all(|c| !c.is_alphanumeric());
            let rest = text::skip_markers(&self.text[to..]);
            let followed = rest.is_empty()
                || text::separator(rest).is_some()
                || rest.starts_with(['/', '&', '+'])
                || self.links.get(next + 1).is_some_and(|link| link.0 == self.text.len() - rest.len());
            if !bare || introduced || !followed {
                break;
            }
            start = to;
            next += 1;
        }
        let mut end = self.text.len();
        while let Some((from, to, address)) = self.links.pop().filter(|link| link.0 >= start) {
            let tail = |c: char| !c.is_alphanumeric();
            if !self.text[to..end].chars().all(tail) {
                break;
            }
            let lead = self.text[start..from].trim_end();
            let few = self.text[from..to].split_whitespace().count() <= 2;
            let apart = lead.is_empty()
                || lead.ends_with(|c: char| !c.is_alphanumeric() && !matches!(c, '(' | '[' | '"'));
            if !(address || (few && apart)) {
                break;
            }
            end = from;
        }
        self.text.truncate(end);
        self.text.split_off(start)
    }
}
