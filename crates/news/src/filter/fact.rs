//! Conditions over what is known about a project and its release: `level:>=minor`, `stars:>=100`, `language:rust`.
//!
//! What is not known meets no condition, neither `stars:<10` nor `stars:>=0`; to keep it, turn the opposite round
//! (`-stars:<10`).

use std::cmp::Ordering;
use std::fmt;

use whimbrel_catalog::Metric;

use super::{Words, spelling};
use crate::event::{Event, Level, News, Release};
use crate::fold::fold;

/// A condition over a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    /// How much a release differs from the one before; unfinished ones are below all others whatever their number.
    Level(Compare, Level),
    /// Whether a release is called unfinished.
    Prerelease(bool),
    /// Whether a release is of a tag that moves every day.
    Nightly(bool),
    /// The language of a project.
    Language(Words),
    /// The licence of a project.
    License(Words),
    /// How many starred a project.
    Stars(Compare, u64),
}

/// How a value is compared with the one that is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compare {
    Equal,
    Above,
    AtLeast,
    Below,
    AtMost,
}

impl Fact {
    /// The names of these conditions.
    pub(super) const NAMES: [&'static str; 6] =
        ["level", "prerelease", "nightly", "language", "license", "stars"];

    /// The condition of this name; the error says what would be right. `None` for another name.
    pub(super) fn parse(name: &str, value: &str) -> Option<Result<Self, String>> {
        Some(match name {
            "level" => compared(name, value, level).map(|(how, level)| Self::Level(how, level)),
            "stars" => compared(name, value, stars).map(|(how, stars)| Self::Stars(how, stars)),
            "prerelease" => yes(name, value).map(Self::Prerelease),
            "nightly" => yes(name, value).map(Self::Nightly),
            "language" => words(name, value).map(Self::Language),
            "license" => words(name, value).map(Self::License),
            _ => return None,
        })
    }

    /// Whether it holds for the event.
    pub(super) fn holds(&self, event: &Event) -> bool {
        let release = || event.news.release();
        match self {
            Self::Level(how, level) => {
                release().and_then(level_of).is_some_and(|of| how.holds(of.cmp(level)))
            }
            Self::Prerelease(wanted) => release().is_some_and(|release| release.is_unfinished() == *wanted),
            Self::Nightly(wanted) => release().is_some_and(|release| release.nightly == *wanted),
            Self::Language(words) => is_language(event, &words.folded),
            Self::License(words) => is_license(event, &words.folded),
            Self::Stars(how, stars) => stars_of(&event.news).is_some_and(|of| how.holds(of.cmp(stars))),
        }
    }

    /// Whether it holds for no unfinished release.
    pub(super) fn excludes_unfinished(&self) -> bool {
        match self {
            Self::Prerelease(wanted) => !wanted,
            Self::Level(how, level) => !how.holds(Level::Pre.cmp(level)),
            _ => false,
        }
    }

    /// Whether it holds for every unfinished release.
    pub(super) fn holds_for_unfinished(&self) -> bool {
        matches!(self, Self::Prerelease(_) | Self::Level(..)) && !self.excludes_unfinished()
    }
}

impl Compare {
    /// How each is written; the longer ones first, as they are read.
    const SIGNS: [(&'static str, Self); 7] = [
        (">=", Self::AtLeast),
        ("<=", Self::AtMost),
        ("≥", Self::AtLeast),
        ("≤", Self::AtMost),
        (">", Self::Above),
        ("<", Self::Below),
        ("=", Self::Equal),
    ];

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Above => order.is_gt(),
            Self::AtLeast => order.is_ge(),
            Self::Below => order.is_lt(),
            Self::AtMost => order.is_le(),
        }
    }
}

impl fmt::Display for Compare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "",
            Self::Above => ">",
            Self::AtLeast => ">=",
            Self::Below => "<",
            Self::AtMost => "<=",
        })
    }
}

/// Whether the project is known to be written in the language of this folded name.
pub(super) fn is_language(event: &Event, folded: &str) -> bool {
    let language = event.news.facts().and_then(|facts| facts.language.as_deref());
    language.is_some_and(|language| fold(language) == folded)
}

/// Whether the project is known to have the licence of this folded name.
pub(super) fn is_license(event: &Event, folded: &str) -> bool {
    let license = event.news.facts().and_then(|facts| facts.license.as_deref());
    license.is_some_and(|license| fold(license) == folded)
}

/// The level of a release as filters see it.
fn level_of(release: &Release) -> Option<Level> {
    if release.is_unfinished() { Some(Level::Pre) } else { release.level }
}

/// How many starred the project, as far as the news knows.
fn stars_of(news: &News) -> Option<u64> {
    match news {
        News::Milestone { metric: Metric::Stars, value, .. } => Some(*value),
        news => news.facts()?.stars,
    }
}

fn compared<T>(name: &str, value: &str, read: fn(&str) -> Result<T, String>) -> Result<(Compare, T), String> {
    let value = value.trim();
    let sign = Compare::SIGNS.into_iter().find_map(|(sign, how)| Some((how, value.strip_prefix(sign)?)));
    let (how, rest) = sign.unwrap_or((Compare::Equal, value));
    if rest.trim().is_empty() {
        return Err(format!("`{name}:{value}` needs a value right behind the sign"));
    }
    Ok((how, read(rest.trim())?))
}

fn level(word: &str) -> Result<Level, String> {
    let names = Level::ALL.map(Level::as_str);
    let spelled = word.to_lowercase();
    Level::ALL.into_iter().find(|level| level.as_str() == spelled).ok_or_else(|| {
        let hint = spelling::nearest(&spelled, &names).map(|near| format!("did you mean `{near}`?"));
        format!(
            "`{word}` is no level: {}",
            hint.unwrap_or_else(|| format!("known are {}, from small to large", names.join(", ")))
        )
    })
}

/// `1000`, `1,000`, `1k`, `2.5m`.
fn stars(text: &str) -> Result<u64, String> {
    let plain = text.to_lowercase().replace([',', '_', '\''], "");
    let (digits, unit) = match (plain.strip_suffix('k'), plain.strip_suffix('m')) {
        (Some(digits), _) => (digits, 1_000),
        (None, Some(digits)) => (digits, 1_000_000),
        (None, None) => (plain.as_str(), 1),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    // So many digits behind the point as the unit has noughts: `2.5k` is 2,500, and `2.5` is no number of stars.
    let scale =
        10u64.checked_pow(u32::try_from(part.len()).unwrap_or(u32::MAX)).filter(|scale| *scale <= unit);
    let number =
        |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u64>());
    let read = || {
        let whole = number(whole)?.ok()?.checked_mul(unit)?;
        let part = if part.is_empty() { 0 } else { number(part)?.ok()? };
        whole.checked_add(part.checked_mul(unit / scale?)?)
    };
    read().ok_or_else(|| format!("`{text}` is no number of stars: write one such as 100, 5000 or 10k"))
}

fn yes(name: &str, value: &str) -> Result<bool, String> {
    match value.trim().to_lowercase().as_str() {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err(format!("`{name}:` takes `yes` or `no`, not `{value}`")),
    }
}

fn words(name: &str, value: &str) -> Result<Words, String> {
    Words::new(value).ok_or_else(|| format!("`{value}` names no {name}"))
}
