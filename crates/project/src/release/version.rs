//! Versions as people write them in tags.
//!
//! A tag is read leniently: `v1.2.3`, `release-1.2`, `1.0rc1`, `curl-8_5_0`, `@scope/pkg@1.0.0-beta.1`. What stands
//! before the version is the package of a monorepo, unless it is a word such as `release` or the repository's own
//! name. Dates with hyphens, hashes and lone large numbers are no versions.

mod suffix;
mod tag;

use std::cmp::Ordering;

use whimbrel_news::Level;

use self::suffix::{AGAIN, FINISHED, Part, dotted, is_unfinished, split};
pub use self::tag::Tag;

/// A version that can be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The numbers, most significant first; one to five.
    parts: Vec<u64>,
    /// Set for a version before its time, such as `beta.1`.
    pre: Option<Vec<Part>>,
    /// A revision after the version itself: `1.0.post2`, `7.1.1-21`.
    post: u64,
    /// Its spelling by the rules of semantic versions, where it can be spelled so.
    text: Option<String>,
}

/// More digits are a date, a time or a build number; as one of several numbers up to nine are taken.
const LONE_DIGITS: usize = 4;

/// Whether one number alone can be a version.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lone {
    /// `pkg-2` names a second package.
    No,
    /// `42` is one; `7b3f9c2` is a hash.
    Bare,
    /// `v5` and `v5-beta` are.
    Any,
}

impl Version {
    /// Reads a version that is the whole text.
    fn read(text: &str, lone: Lone) -> Option<Self> {
        let (parts, rest) = numbers(text)?;
        let digits = text.len() - rest.len();
        if parts.len() == 1 && (lone == Lone::No || digits > LONE_DIGITS) {
            return None;
        }
        let mut version = Self { parts, pre: None, post: 0, text: None };
        let (rest, build) = match rest.split_once('+') {
            Some((rest, build)) => (rest, Some(build)),
            None => (rest, None),
        };
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
        if !rest.chars().all(allowed) || !build.is_none_or(|build| build.chars().all(allowed)) {
            return None;
        }
        let suffix = rest.trim_start_matches(['-', '_', '.', '~']);
        if suffix.is_empty() && !rest.is_empty() {
            return None;
        }
        // one number and a word may be anything: `2fa`, `3d-viewer`
        if version.parts.len() == 1 && !suffix.is_empty() && !(lone == Lone::Any && is_unfinished(suffix)) {
            return None;
        }
        version.qualify(rest, suffix)?;
        Some(version)
    }

    /// Takes in what follows the numbers.
    fn qualify(&mut self, rest: &str, suffix: &str) -> Option<()> {
        let parts = split(suffix);
        let word = match parts.first() {
            None => String::new(),
            Some(Part::Word(word)) => word.clone(),
            Some(Part::Number(revision)) => {
                // `7.1.1-21` is the twenty-first repetition of 7.1.1; `2024-05-01` is a date
                if parts.len() > 1 || !rest.starts_with('-') || self.parts.len() < 2 {
                    return None;
                }
                self.post = revision.saturating_add(1);
                return Some(());
            }
        };
        if parts.iter().any(|part| matches!(part, Part::Word(word) if is_unfinished(word))) {
            self.text = self.spelled(&dotted(suffix));
            self.pre = Some(parts);
        } else if AGAIN.contains(&word.as_str()) && parts.len() <= 2 {
            let number = parts.get(1).and_then(|part| match part {
                Part::Number(number) => Some(*number),
                Part::Word(_) => None,
            });
            self.post = number.unwrap_or(0).saturating_add(1);
        } else if word.is_empty() || FINISHED.contains(&word.as_str()) {
            self.text = self.spelled("");
        } else {
            // a variant such as `-jre`: neither before nor after the version itself
            self.text = self.spelled(&dotted(suffix));
        }
        Some(())
    }

    /// The numbers, filled up to three, and what follows.
    fn spelled(&self, suffix: &str) -> Option<String> {
        let [major, minor, patch] = match self.parts[..] {
            [major] => [major, 0, 0],
            [major, minor] => [major, minor, 0],
            [major, minor, patch] => [major, minor, patch],
            _ => return None,
        };
        let numbers = format!("{major}.{minor}.{patch}");
        Some(if suffix.is_empty() { numbers } else { format!("{numbers}-{suffix}") })
    }

    /// Its spelling by the rules of semantic versions, where it can be spelled so.
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// Its name says that it is not finished.
    pub fn is_prerelease(&self) -> bool {
        self.pre.is_some()
    }

    /// Its numbers, as they are remembered: `1.2.3`, with a revision as a further number.
    pub(crate) fn numbers(&self) -> String {
        let numbers: Vec<String> = self.parts.iter().map(u64::to_string).collect();
        let numbers = numbers.join(".");
        if self.post == 0 { numbers } else { format!("{numbers}-{}", self.post - 1) }
    }

    /// Numbers that were remembered.
    pub(crate) fn remembered(numbers: &str) -> Option<Self> {
        Self::read(numbers, Lone::Bare)
    }

    /// Major and minor number: versions that share them are one line, which may be kept alive beside newer ones.
    pub(crate) fn line(&self) -> (u64, u64) {
        (self.parts[0], self.parts.get(1).copied().unwrap_or(0))
    }

    /// How much it differs from the highest known one below it, so that a release of an old line is judged by that
    /// line. Without one, its own zeros tell.
    ///
    /// Below 1.0 every step may break something. Still 0.3 after 0.2 is called minor, not major: people who ask for
    /// major releases only do not want each step of a young project, and 1.0 itself is major.
    pub(crate) fn level(&self, known: &[Self]) -> Level {
        if self.is_prerelease() {
            return Level::Pre;
        }
        let part = |version: &Self, at: usize| version.parts.get(at).copied().unwrap_or(0);
        let changed = match known.iter().filter(|other| *other < self && !other.is_prerelease()).max() {
            Some(before) => (0..2).find(|at| part(self, *at) != part(before, *at)),
            None if self.post > 0 => None,
            None => match (part(self, 1), self.parts.iter().skip(2).any(|part| *part > 0)) {
                (_, true) => None,
                (0, false) => Some(0),
                (_, false) => Some(1),
            },
        };
        match changed {
            Some(0) => Level::Major,
            Some(_) => Level::Minor,
            None => Level::Patch,
        }
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    /// By numbers, then what is unfinished before what is finished, then revisions; spelling last, so that equal
    /// means the same.
    fn cmp(&self, other: &Self) -> Ordering {
        let width = self.parts.len().max(other.parts.len());
        let part = |version: &Self, at: usize| version.parts.get(at).copied().unwrap_or(0);
        let numbers = (0..width).map(|at| part(self, at).cmp(&part(other, at)));
        let pre = match (&self.pre, &other.pre) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(one), Some(two)) => one.cmp(two),
        };
        let numbers = numbers.fold(Ordering::Equal, Ordering::then);
        let spelling = (&self.text, self.parts.len()).cmp(&(&other.text, other.parts.len()));
        numbers.then(pre).then(self.post.cmp(&other.post)).then(spelling)
    }
}

/// The numbers at the start, joined by dots or by underscores, and the rest.
fn numbers(text: &str) -> Option<(Vec<u64>, &str)> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut joint = None;
    loop {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        if end == 0 || end > 9 || parts.len() == 5 {
            return None;
        }
        parts.push(rest[..end].parse().ok()?);
        rest = &rest[end..];
        let mut chars = rest.chars();
        let next = chars.next().filter(|c| ['.', '_'].contains(c) && joint.is_none_or(|joint| joint == *c));
        if next.is_none() || !chars.as_str().starts_with(|c: char| c.is_ascii_digit()) {
            return Some((parts, rest));
        }
        joint = next;
        rest = chars.as_str();
    }
}

#[cfg(test)]
mod tests;
