//! What one line of visible text says: which link is the entry, how it is called, what is said about it.

mod behind;
mod links;
mod parts;

pub(super) use self::links::{MAX_LINKS, all_links};
pub(super) use self::parts::join;

use super::line::{Line, Look, Span};
use crate::key::EntryKey;
use crate::model::Entry;
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

/// Longest name taken from running text.
const MAX_NAME: usize = 60;

/// Understands a complete line.
pub(super) fn understand(line: &Line<'_>) -> Sense {
    if line.spans.is_empty() {
        return shorthand(line).map_or(Sense::Nothing, Sense::Linkless);
    }
    match primary(line) {
        Some((place, key)) => Sense::Entry(parts::parts(line, place, key)),
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
