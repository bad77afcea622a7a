//! Small pieces of text: numbers, dates, lists, and strangers' words made safe to stand in a line.

use chrono::{DateTime, Utc};

use crate::kind::Kind;

/// The text on one line of at most so many characters, without control characters and without the marks that would
/// turn the direction of what follows.
pub fn line(text: &str, max_chars: usize) -> String {
    let harmless = |c: &char| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let plain: String = text
        .chars()
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .filter(harmless)
        .collect();
    clip(&plain.split_whitespace().collect::<Vec<_>>().join(" "), max_chars)
}

/// The text, cut to at most so many characters; a cut text ends in `…`, at a blank if one is near.
pub fn clip(text: &str, max_chars: usize) -> String {
    if text.chars().nth(max_chars).is_none() {
        return text.to_owned();
    }
    let room = max_chars.saturating_sub(1);
    let mut cut: String = text.chars().take(room).collect();
    if let Some((before, rest)) = cut.rsplit_once(' ')
        && rest.chars().count() < 20
        && before.chars().count() * 2 > room
    {
        cut.truncate(before.len());
    }
    // Half an emoji of several parts, or an accent waiting for its letter, would show as rubbish.
    let kept = cut.trim_end_matches(|c: char| matches!(c, '\u{200d}' | '\u{fe0f}') || c.is_whitespace());
    format!("{kept}…")
}

/// `12,345`
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `20 November 2026`
pub fn date(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y").to_string()
}

/// So many of a kind: `12 new entries`, `1 milestone`.
pub fn counted(kind: Kind, count: usize) -> String {
    let (one, many) = match kind {
        Kind::Added => ("new entry", "new entries"),
        Kind::Removed => ("removed", "removed"),
        Kind::Restored => ("restored", "restored"),
        Kind::Moved => ("moved", "moved"),
        Kind::Renamed => ("renamed", "renamed"),
        Kind::Edited => ("edited", "edited"),
        Kind::SectionRenamed => ("section renamed", "sections renamed"),
        Kind::Released => ("release", "releases"),
        Kind::ReleasePromoted => ("release promoted", "releases promoted"),
        Kind::ReleasesBackfilled => ("batch of earlier releases", "batches of earlier releases"),
        Kind::RanksMoved => ("ranking changed", "rankings changed"),
        Kind::EnteredTop => ("new in a top", "new in a top"),
        Kind::LeftTop => ("out of a top", "out of a top"),
        Kind::Milestone => ("milestone", "milestones"),
        Kind::Archived => ("project archived", "projects archived"),
        Kind::Unarchived => ("project active again", "projects active again"),
        Kind::ProjectRenamed => ("project renamed", "projects renamed"),
        Kind::Gone => ("project gone", "projects gone"),
        Kind::Back => ("project back", "projects back"),
        Kind::LicenseChanged => ("licence change", "licence changes"),
        Kind::LinkDead => ("dead link", "dead links"),
        Kind::LinkBack => ("link back", "links back"),
        Kind::Followed => ("catalog newly followed", "catalogs newly followed"),
        Kind::Reshaped => ("catalog reshaped", "catalogs reshaped"),
        Kind::Stale => ("catalog out of reach", "catalogs out of reach"),
        Kind::Recovered => ("catalog in reach again", "catalogs in reach again"),
    };
    format!("{} {}", number(count as u64), if count == 1 { one } else { many })
}

/// `1 entry`, `12 entries`
pub(super) fn entries(count: u64) -> String {
    format!("{} {}", number(count), if count == 1 { "entry" } else { "entries" })
}

/// A section, also the one without a name.
pub(super) fn place(section: &str) -> String {
    if section.is_empty() { "top of the list".to_owned() } else { line(section, 100) }
}

/// An address as people read it: without scheme and end slash.
pub(super) fn address(url: &str) -> String {
    let bare = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or(url);
    line(bare.trim_end_matches('/'), 200)
}

/// `a, b and c`; of many names the first three and how many more.
pub(super) fn listed(names: &[String]) -> String {
    let short = |name: &String| line(name, 60);
    match names {
        [] => "nobody".to_owned(),
        [one] => short(one),
        [first @ .., last] if names.len() <= 4 => {
            format!("{} and {}", first.iter().map(short).collect::<Vec<_>>().join(", "), short(last))
        }
        names => {
            let first: Vec<_> = names.iter().take(3).map(short).collect();
            format!("{} and {} more", first.join(", "), names.len() - 3)
        }
    }
}

/// `a, b and c`, whatever they are.
pub(super) fn listed_plain(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
