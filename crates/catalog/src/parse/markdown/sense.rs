//! What one line of visible text says: which link is the entry, how it is called, what is said about it.

use super::line::{Line, Look, Span};
use crate::key::{EntryKey, name_from_url};
use crate::model::{Entry, Link};
use crate::parse::text;

/// What a line turned out to be.
#[derive(Debug)]
pub(super) enum Sense {
    /// It lists something.
    Entry(Parts),
    /// It names something and gives no address.
    Linkless(String),
    /// It has links, and none of them is an entry, for this reason.
    Not(&'static str),
    /// It is a remark.
    Nothing,
}

/// What a line says about its entry.
#[derive(Debug)]
pub(super) struct Parts {
    /// The entry, without a place.
    pub(super) entry: Entry,
    /// The words of the link say nothing, or are the address.
    pub(super) vague: bool,
    /// There is text behind the link.
    pub(super) told_behind: bool,
    /// Where a dash parts the words of the link, and how long it is.
    pub(super) dash: Option<(usize, usize)>,
    /// The text behind the link begins a new sentence.
    pub(super) new_sentence: bool,
}

/// More links than any item has; the rest is left out so that merging stays cheap.
pub(super) const MAX_LINKS: usize = 200;

/// More than stands between two links of one pair of brackets; further on nobody looks for the closing one.
const MAX_BETWEEN: usize = 40;

/// Longest name taken from running text.
const MAX_NAME: usize = 60;

/// Understands a complete line.
pub(super) fn understand(line: &Line<'_>) -> Sense {
    if line.spans.is_empty() {
        return shorthand(line).map_or(Sense::Nothing, Sense::Linkless);
    }
    match primary(line) {
        Some((place, key)) => Sense::Entry(parts(line, place, key)),
        None => match reason(line) {
            Some(reason) => Sense::Not(reason),
            None => shorthand(line).map_or(Sense::Nothing, Sense::Linkless),
        },
    }
}

/// True for an address outside of the document, by its looks.
#[inline]
pub(super) fn is_outside(url: &str) -> bool {
    let scheme = url.get(..8).unwrap_or(url);
    scheme.starts_with("https://") || scheme.starts_with("http://") || {
        let lower = scheme.to_ascii_lowercase();
        lower.starts_with("https://") || lower.starts_with("http://") || lower.starts_with("//")
    }
}

/// The address as it can be used outside of the document: one without a scheme gets the usual one.
fn address(url: &str) -> String {
    if url.starts_with("//") { format!("https:{url}") } else { String::from(url) }
}

/// The link that is the entry: the first one outside with words, else a picture that is no badge.
fn primary(line: &Line<'_>) -> Option<(usize, EntryKey)> {
    let key = |(place, span): (usize, &Span<'_>)| {
        if is_outside(&span.url) { EntryKey::from_url(&span.url).map(|key| (place, key)) } else { None }
    };
    let worded = |(_, span): &(usize, &Span<'_>)| match &span.look {
        Look::Words => span.start < span.end,
        Look::Address => true,
        Look::Picture(_) => false,
    };
    let pictured = |(_, span): &(usize, &Span<'_>)| match &span.look {
        Look::Picture(picture) => !picture.badge && picture.alt.chars().any(char::is_alphanumeric),
        _ => false,
    };
    let spans = || line.spans.iter().enumerate();
    spans().filter(worded).find_map(key).or_else(|| spans().filter(pictured).find_map(key))
}

/// Why none of the links is an entry.
fn reason(line: &Line<'_>) -> Option<&'static str> {
    let mut reason = None;
    for span in &line.spans {
        let this = if span.url.starts_with('#') {
            "anchor"
        } else if matches!(span.look, Look::Picture(_)) {
            "badge"
        } else if span.url.starts_with("mailto:") {
            "mail address"
        } else {
            "relative address"
        };
        reason = reason.or(Some(this));
    }
    reason
}

/// The name of an item without an address: bold or in brackets, or short.
fn shorthand(line: &Line<'_>) -> Option<String> {
    let text = without_checkbox(text::skip_markers(&line.text));
    let start = line.text.len() - text.len();
    let stands_out = line.strong.iter().chain(&line.code).find(|range| range.0 <= start && range.1 > start);
    let words = match stands_out {
        Some(&(_, end)) => &line.text[start..end],
        None => text::before_separator(text).0,
    };
    let name = text::name(words.trim_matches(|c| matches!(c, '[' | ']')));
    let short = name.chars().count() <= MAX_NAME && name.split(' ').count() <= 8 && !name.contains(". ");
    (short && name.chars().any(char::is_alphanumeric)).then_some(name)
}

fn without_checkbox(text: &str) -> &str {
    let rest = ["[ ] ", "[x] ", "[X] "].iter().find_map(|sign| text.strip_prefix(sign));
    rest.map_or(text, text::skip_markers)
}

fn parts(line: &Line<'_>, place: usize, key: EntryKey) -> Parts {
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
pub(super) fn join(text: &mut String, further: &str, new_sentence: bool) {
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

/// The links besides the entry itself.
fn side_links(line: &Line<'_>, place: usize) -> Vec<Link> {
    let own = &line.spans[place].url;
    let mut links = Vec::new();
    if line.spans.len() == 1 {
        return links;
    }
    for (other, span) in line.spans.iter().enumerate() {
        if other != place && span.url != *own && is_outside(&span.url) {
            let name = match &span.look {
                Look::Words => text::squeeze(&line.text[span.start..span.end]),
                Look::Address => String::new(),
                Look::Picture(picture) if picture.badge => continue,
                Look::Picture(picture) => text::squeeze(&picture.alt),
            };
            links.push(Link { name, url: address(&span.url) });
            if links.len() == MAX_LINKS {
                break;
            }
        }
    }
    links
}

/// All links of a line that belongs to an entry above it.
pub(super) fn all_links(line: &Line<'_>) -> Vec<Link> {
    let badge = |span: &Span<'_>| matches!(&span.look, Look::Picture(picture) if picture.badge);
    let spans = line.spans.iter().filter(|span| is_outside(&span.url) && !badge(span));
    let words = |span: &Span<'_>| match &span.look {
        Look::Words => text::squeeze(&line.text[span.start..span.end]),
        Look::Address => String::new(),
        Look::Picture(picture) => text::squeeze(&picture.alt),
    };
    spans.take(MAX_LINKS).map(|span| Link { name: words(span), url: address(&span.url) }).collect()
}

/// The text behind the entry's link, without the words of links that are mere labels.
fn behind<'t>(line: &'t Line<'_>, place: usize, until: usize) -> std::borrow::Cow<'t, str> {
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
