//! What follows the numbers of a version: how far it is from finished, and how that is spelled.

/// A piece of a pre-release. By the rules of semantic versions numbers come before words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Number(u64),
    Word(String),
}

/// Words after the numbers that mean: not finished.
const UNFINISHED: [&str; 25] = [
    "a",
    "alpha",
    "b",
    "beta",
    "c",
    "canary",
    "cr",
    "dev",
    "develop",
    "ea",
    "eap",
    "experimental",
    "insider",
    "insiders",
    "m",
    "milestone",
    "next",
    "nightly",
    "pre",
    "prerelease",
    "preview",
    "rc",
    "snapshot",
    "test",
    "unstable",
];

/// Words after the numbers that mean: finished.
pub(super) const FINISHED: [&str; 5] = ["final", "ga", "release", "stable", "lts"];

/// Words after the numbers that mean: the same once more.
pub(super) const AGAIN: [&str; 8] = ["post", "p", "patch", "rev", "r", "sp", "hotfix", "fix"];

/// Numbers and lower-case words of a suffix: `rc10` is `rc` and 10.
pub(super) fn split(suffix: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = suffix;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        rest = &rest[start..];
        let digit = rest.starts_with(|c: char| c.is_ascii_digit());
        let same = |c: char| c.is_ascii_alphanumeric() && c.is_ascii_digit() == digit;
        let end = rest.find(|c: char| !same(c)).unwrap_or(rest.len());
        let part = &rest[..end];
        parts.push(match part.parse() {
            Ok(number) if digit => Part::Number(number),
            _ => Part::Word(part.to_ascii_lowercase()),
        });
        rest = &rest[end..];
    }
    parts
}

pub(super) fn is_unfinished(suffix: &str) -> bool {
    let word = suffix.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    UNFINISHED.contains(&word.to_ascii_lowercase().as_str())
}

/// A suffix with the separators semantic versions know; numbers without leading zeros, which they forbid.
pub(super) fn dotted(suffix: &str) -> String {
    let parts = suffix.split(['.', '_', '~']).filter(|part| !part.is_empty()).map(|part| {
        let number = part.bytes().all(|b| b.is_ascii_digit());
        let bare = part.trim_start_matches('0');
        match (number, bare) {
            (true, "") => "0",
            (true, bare) => bare,
            _ => part,
        }
    });
    parts.collect::<Vec<_>>().join(".")
}
