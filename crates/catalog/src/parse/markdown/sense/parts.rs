//! The words around the entry's link, each in its place: name, marks, description.

use super::behind::behind;
use super::links::side_links;
use super::{MAX_NAME, Parts, address, without_checkbox};
use crate::key::{EntryKey, name_from_url};
use crate::model::Entry;
use crate::parse::markdown::line::{Line, Look, Span};
use crate::parse::text;

/// Understands a line whose entry is the link at `place`.
#[inline]
pub(super) fn parts(line: &Line<'_>, place: usize, key: EntryKey) -> Parts {
    let span = &line.spans[place];
    let mut marks = Vec::new();
    let before = in_front(&line.text[..span.start], &mut marks);
    let (until, tags) = trailing_tags(line, span.end);
    let behind = behind(line, place, until);
    marks.extend(tags);

    let words = match &span.look {
        Look::Words => &line.text[span.start..span.end],
        Look::Address => "",
        Look::Picture(picture) => picture.alt.as_str(),
    };
    let vague = span.look == Look::Address || text::is_generic(words);
    let mut name = String::new();
    let mut description = String::new();
    if vague {
        let (called, said) = text::before_separator(before.trim_end_matches(['(', '[']));
        let called =
            called.trim_matches(|c: char| matches!(c, '[' | ']' | '(' | ')' | '"') || c.is_whitespace());
        let close = called.chars().count() <= MAX_NAME && called.chars().any(char::is_alphanumeric);
        if close {
            name = text::name(called);
            description = text::description(said);
        } else {
            description = text::description(before);
        }
        if name.is_empty() && span.look != Look::Address && words.chars().any(char::is_alphanumeric) && !close
        {
            name = text::name(words);
        }
    } else {
        let words = in_front_of_words(line, span, words, &mut marks);
        name = text::name(words);
        // words in front of the link make a sentence that belongs together
        match before.split_whitespace().count() {
            1 | 2 if before.ends_with([':', '：']) => marks.push(text::name(before)),
            0 | 1 => {}
            _ => description = text::squeeze(&format!("{before}{}{words}", gap(line, span))),
        }
    }
    if !name.chars().any(char::is_alphanumeric) {
        name = name_from_url(&span.url).unwrap_or_else(|| address(&span.url));
    }
    let told = text::description(&behind);
    let told_behind = !told.is_empty();
    let new_sentence = behind.trim_start().starts_with('.');
    if description.is_empty() {
        description = told;
    } else if told_behind {
        join(&mut description, if vague { &told } else { behind.trim() }, vague && new_sentence);
    }
    let dash = if vague { None } else { text::split_at_dash(&name) };
    let entry = Entry {
        key,
        url: address(&span.url),
        name,
        description,
        marks,
        links: side_links(line, place),
        figures: Vec::new(),
        places: Vec::new(),
    };
    Parts { entry, vague, told_behind, dash, new_sentence }
}

/// Puts a further piece behind a text.
pub(crate) fn join(text: &mut String, further: &str, new_sentence: bool) {
    if further.is_empty() {
        return;
    }
    if new_sentence && !text.is_empty() && !text.ends_with(['.', '!', '?', '。']) {
        text.push('.');
    }
    if !text.is_empty() && !further.starts_with([',', ';', '.', ':', ')']) {
        text.push(' ');
    }
    text.push_str(further);
}

/// A blank, where one stands between the words in front and the link.
fn gap(line: &Line<'_>, span: &Span<'_>) -> &'static str {
    if line.text[..span.start].ends_with(char::is_whitespace) { " " } else { "" }
}

/// What stands in front of the link, without bullets, checkboxes and numbers; marks such as `(Golang)` are taken out.
fn in_front<'t>(text: &'t str, marks: &mut Vec<String>) -> &'t str {
    if text.is_empty() {
        return text;
    }
    let mut text = without_checkbox(text::skip_markers(text));
    loop {
        let length = text.len();
        text = text::skip_markers(text.trim_start_matches(['*', '+', '>', '|', '-', '–', '—']));
        if let Some((mark, rest)) = text::mark_in_front(text) {
            marks.push(text::squeeze(mark));
            text = rest;
        }
        if text.len() == length {
            break;
        }
    }
    let number = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let text = if number.len() < text.len() { number.strip_prefix(['.', ')']).unwrap_or(text) } else { text };
    text.trim()
}

/// The words of the link without marks at their start: `(Golang) Jocko`, or bold `C` and a colon.
fn in_front_of_words<'t>(
    line: &Line<'_>,
    span: &Span<'_>,
    words: &'t str,
    marks: &mut Vec<String>,
) -> &'t str {
    let mut words = text::skip_markers(words);
    while let Some((mark, rest)) = text::mark_in_front(words).filter(|(_, rest)| !rest.is_empty()) {
        marks.push(text::squeeze(mark));
        words = text::skip_markers(rest);
    }
    let at = span.end.saturating_sub(words.len());
    if let Some(&(start, end)) = line.strong.iter().find(|range| range.0 == at && range.1 < span.end)
        && let Some(rest) = line.text[end..span.end].strip_prefix(':')
        && rest.starts_with(' ')
        && span.look == Look::Words
    {
        marks.push(text::name(&line.text[start..end]));
        words = &words[words.len() - rest.len()..];
    }
    words
}

/// Tags such as `MIT` `Go` in code at the end of an item: where they begin, and what they say.
fn trailing_tags(line: &Line<'_>, from: usize) -> (usize, Vec<String>) {
    let mut until = line.text.len();
    let mut tags = Vec::new();
    if line.code.is_empty() {
        return (until, tags);
    }
    for &(start, end) in line.code.iter().rev() {
        let rest = &line.text[end..until.max(end)];
        if start < from
            || !rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '/' | '|')).is_empty()
        {
            break;
        }
        tags.push(text::squeeze(&line.text[start..end]));
        until = start;
    }
    let said = line.text[from.min(until)..until].trim_end();
    if tags.is_empty() || !(said.is_empty() || said.ends_with(['.', ')', ']', '!', '?', '。'])) {
        return (line.text.len(), Vec::new());
    }
    tags.reverse();
    tags.retain(|tag| tag.chars().any(char::is_alphanumeric));
    (until, tags)
}
