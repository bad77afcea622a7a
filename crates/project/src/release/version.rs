//! Versions as people write them in tags.
//!
//! A tag is read leniently: `v1.2.3`, `release-1.2`, `1.0rc1`, `curl-8_5_0`, `@scope/pkg@1.0.0-beta.1`. What stands
//! before the version is the package of a monorepo, unless it is a word such as `release` or the repository's own
//! name. Dates with hyphens, hashes and lone large numbers are no versions.

use std::cmp::Ordering;

use whimbrel_news::Level;

/// What a tag says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tag {
    /// The package of a monorepo it belongs to, as the tag spells it.
    pub package: Option<String>,
    /// The version, where it names one.
    pub version: Option<Version>,
}

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

/// A piece of a pre-release. By the rules of semantic versions numbers come before words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(u64),
    Word(String),
}

/// Words before a version that name no package.
const PLAIN: [&str; 9] = ["v", "ver", "version", "release", "releases", "rel", "r", "tag", "stable"];

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
const FINISHED: [&str; 5] = ["final", "ga", "release", "stable", "lts"];

/// Words after the numbers that mean: the same once more.
const AGAIN: [&str; 8] = ["post", "p", "patch", "rev", "r", "sp", "hotfix", "fix"];

/// More digits are a date, a time or a build number; as one of several numbers up to nine are taken.
const LONE_DIGITS: usize = 4;

impl Tag {
    /// Reads a tag of a repository of this name.
    pub fn read(tag: &str, repository: &str) -> Self {
        let tag = tag.trim();
        let tag = tag.strip_prefix("refs/tags/").unwrap_or(tag);
        for (start, _) in tag.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
            let (before, rest) = tag.split_at(start);
            // `v.1.2`
            let before = before.strip_suffix('.').filter(|lead| lead.ends_with(['v', 'V'])).unwrap_or(before);
            if before.ends_with(|c: char| c.is_ascii_digit() || c == '.') {
                continue;
            }
            let Some(lead) = Lead::read(before) else { continue };
            let lone = if lead.marked {
                Lone::Any
            } else if before.is_empty() {
                Lone::Bare
            } else {
                Lone::No
            };
            let Some(version) = Version::read(rest, lone) else { continue };
            return Self { package: lead.package(repository), version: Some(version) };
        }
        Self::default()
    }
}

/// What stands before the version.
struct Lead<'a> {
    /// Without the separators and the `v`.
    name: &'a str,
    /// A `v` or a word such as `release` says that a version follows, even if it is one number.
    marked: bool,
}

impl<'a> Lead<'a> {
    fn read(before: &'a str) -> Option<Self> {
        // an epoch, as some package managers write them
        if let Some(epoch) = before.strip_suffix('!') {
            let epoch = !epoch.is_empty() && epoch.bytes().all(|b| b.is_ascii_digit());
            return epoch.then_some(Self { name: "", marked: false });
        }
        let separated = |text: &str| text.is_empty() || text.ends_with(['-', '_', '/', '@', ' ', '+', ':']);
        // numbers are no package: what stands before them has been refused as a version
        if !before.is_empty() && !before.contains(char::is_alphabetic) {
            return None;
        }
        if let Some(name) = before.strip_suffix(['v', 'V']).filter(|name| separated(name)) {
            return Some(Self { name: trimmed(name), marked: true });
        }
        let name = trimmed(before);
        let marked = PLAIN.contains(&name.to_ascii_lowercase().as_str());
        // `go1.21` and `n6.0`: a word that runs into the version is no package, and `log4j` no version
        if !separated(before) {
            return before.bytes().all(|b| b.is_ascii_alphabetic()).then_some(Self { name: "", marked });
        }
        Some(Self { name, marked })
    }

    fn package(&self, repository: &str) -> Option<String> {
        let folded = |name: &str| -> String {
            name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        };
        let name = folded(self.name);
        let plain = name.is_empty() || PLAIN.contains(&name.as_str()) || name == folded(repository);
        (!plain).then(|| self.name.to_owned())
    }
}

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

fn trimmed(name: &str) -> &str {
    // a leading `@` belongs to the package's name
    name.trim_end_matches(['-', '_', '/', '@', ' ', '+', ':', '.']).trim_start_matches(['-', '_', '/', ' '])
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

/// Numbers and lower-case words of a suffix: `rc10` is `rc` and 10.
fn split(suffix: &str) -> Vec<Part> {
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

fn is_unfinished(suffix: &str) -> bool {
    let word = suffix.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    UNFINISHED.contains(&word.to_ascii_lowercase().as_str())
}

/// A suffix with the separators semantic versions know; numbers without leading zeros, which they forbid.
fn dotted(suffix: &str) -> String {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `package version pre|-` of a tag in a repository called `tool`.
    fn told(tag: &str) -> String {
        let read = Tag::read(tag, "tool");
        let package = read.package.as_deref().unwrap_or("-");
        match read.version {
            None => format!("{package} none"),
            Some(version) => {
                let pre = if version.is_prerelease() { " pre" } else { "" };
                format!("{package} {}{pre}", version.text().unwrap_or("unspelled"))
            }
        }
    }

    #[test]
    fn tags_are_read_as_people_write_them() {
        for (tag, expected) in [
            ("v1.2.3", "- 1.2.3"),
            ("1.2.3", "- 1.2.3"),
            ("V2", "- 2.0.0"),
            ("v.1.2", "- 1.2.0"),
            ("release-1.2", "- 1.2.0"),
            ("release/v1.2.3", "- 1.2.3"),
            ("releases_2.0", "- 2.0.0"),
            ("REL_15_2", "- 15.2.0"),
            ("tool-1.7", "- 1.7.0"),
            ("Tool_v1.7", "- 1.7.0"),
            ("go1.21.0", "- 1.21.0"),
            ("refs/tags/v0.1.0", "- 0.1.0"),
            ("1!2.0", "- 2.0.0"),
            // four numbers cannot be spelled, but compared
            ("1.2.3.4", "- unspelled"),
            ("7.1.1-21", "- unspelled"),
            ("1.0.post1", "- unspelled"),
            // packages
            ("pkg@1.2.3", "pkg 1.2.3"),
            ("pkg/v1.2.3", "pkg 1.2.3"),
            ("sdk/storage/v1.2.3", "sdk/storage 1.2.3"),
            ("pkg-v1.2.3", "pkg 1.2.3"),
            ("rust_v1.0", "rust 1.0.0"),
            ("curl-8_5_0", "curl 8.5.0"),
            ("@scope/pkg@1.0.0-beta.1", "@scope/pkg 1.0.0-beta.1 pre"),
            ("@web3/core@1.0.0", "@web3/core 1.0.0"),
            ("log4j-2.17.1", "log4j 2.17.1"),
            ("2fa-v1.0", "2fa 1.0.0"),
            // unfinished ones
            ("v1.0.0-rc1", "- 1.0.0-rc1 pre"),
            ("1.0rc1", "- 1.0.0-rc1 pre"),
            ("1.0a2", "- 1.0.0-a2 pre"),
            ("5.3.0.M1", "- 5.3.0-M1 pre"),
            ("v2.0.0_beta_01", "- 2.0.0-beta.1 pre"),
            ("1.0.0-SNAPSHOT", "- 1.0.0-SNAPSHOT pre"),
            ("v5-beta", "- 5.0.0-beta pre"),
            ("1.2.0-alpine-rc.1", "- 1.2.0-alpine-rc.1 pre"),
            // finished ones with a word
            ("1.2.3.Final", "- 1.2.3"),
            ("1.2.3.RELEASE", "- 1.2.3"),
            ("33.0.0-jre", "- 33.0.0-jre"),
            ("1.2.3+build.7", "- 1.2.3"),
            // dates and what is none
            ("2024.05.01", "- 2024.5.1"),
            ("2024", "- 2024.0.0"),
            ("2024-05-01", "- none"),
            ("20240501", "- none"),
            ("1715000000", "- none"),
            ("nightly", "- none"),
            ("7b3f9c2", "- none"),
            ("deadbeef01", "- none"),
            ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "- none"),
            ("v0.0.0-20240501123456-abcdef012345", "- none"),
            ("3d-viewer", "- none"),
            ("pkg-2", "- none"),
            ("v1.", "- none"),
            ("v1.2.99999999999999999999", "- none"),
            ("1.2.3 (final)", "- none"),
            ("", "- none"),
            ("v", "- none"),
            ("!1.0", "- none"),
        ] {
            assert_eq!(told(tag), expected, "{tag}");
        }
    }

    #[test]
    fn versions_have_their_order() {
        let ladder = [
            "0.9",
            "1.0.dev3",
            "1.0a2",
            "1.0b1",
            "v1.0.0-rc2",
            "1.0-rc.10",
            "1.0",
            "1.0.post1",
            "1.0.0.1",
            "1.0.1",
            "1.2.9",
            "1.10",
            "7.1.1-9",
            "7.1.1-21",
            "2024.5.1",
        ];
        let read = |tag: &str| Tag::read(tag, "").version.expect("a version");
        for (low, high) in ladder.iter().zip(&ladder[1..]) {
            // a `dev` release comes before its alpha to some and after it to others; the alphabet decides
            if *low != "1.0.dev3" {
                assert!(read(low) < read(high), "{low} < {high}");
            }
        }
    }

    #[test]
    fn levels_are_judged_within_the_line() {
        for (known, tag, expected) in [
            ("1.2.3", "1.2.4", Level::Patch),
            ("1.2.3", "1.3.0", Level::Minor),
            ("1.2.3", "2.0.0", Level::Major),
            ("1.2.3", "2.0.1", Level::Major),
            ("1.2.3", "1.3.0-rc.1", Level::Pre),
            ("1.2", "1.3", Level::Minor),
            ("5", "6", Level::Major),
            ("1.2.3.4", "1.2.3.5", Level::Patch),
            ("7.1.1-21", "7.1.1-22", Level::Patch),
            ("2.0.0", "2.0.0.post1", Level::Patch),
            // below 1.0
            ("0.2.9", "0.3.0", Level::Minor),
            ("0.3.0", "0.3.1", Level::Patch),
            ("0.9.0", "1.0.0", Level::Major),
            // an old line
            ("3.0.0 1.2.3", "1.2.4", Level::Patch),
            ("3.0.0 1.2.3", "1.3.0", Level::Minor),
            ("3.0.0 2.1.0", "1.2.4", Level::Patch),
            // nothing known below
            ("", "3.0.0", Level::Major),
            ("", "3.1.0", Level::Minor),
            ("", "3.0.1", Level::Patch),
            ("", "0.1.0", Level::Minor),
            ("", "1", Level::Major),
        ] {
            let known: Vec<Version> = known.split_whitespace().filter_map(Version::remembered).collect();
            let version = Tag::read(tag, "").version.expect("a version");
            assert_eq!(version.level(&known), expected, "{tag} after {known:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_stumble(tag in "\\PC{0,40}", repository in "\\PC{0,10}") {
            if let Some(version) = Tag::read(&tag, &repository).version {
                let _ = version.level(std::slice::from_ref(&version));
                prop_assert_eq!(Version::remembered(&version.numbers()).map(|v| v.line()), Some(version.line()));
            }
        }

        #[test]
        fn lenient_spellings_mean_the_same(
            major in 0_u64..10_000, minor in 0_u64..100, patch in 0_u64..100,
            lead in "|v|release-|pkg@|pkg/v|pkg-v", pre in "|-rc\\.[1-9]|-beta|\\+build",
        ) {
            let version = Tag::read(&format!("{lead}{major}.{minor}.{patch}{pre}"), "tool").version.unwrap();
            let pre = if pre.starts_with('+') { "" } else { &pre };
            prop_assert_eq!(version.text().unwrap(), format!("{major}.{minor}.{patch}{pre}"));
        }

        #[test]
        fn the_order_is_one(one in "[0-9]\\.[0-9](\\.[0-9])?(-(rc|b|jre)\\.?[0-9])?", two in "[0-9]\\.[0-9](-[0-9])?") {
            let (one, two) = (Tag::read(&one, "").version.unwrap(), Tag::read(&two, "").version.unwrap());
            prop_assert_eq!(one.cmp(&two), two.cmp(&one).reverse());
            prop_assert_eq!(one == two, one.cmp(&two) == Ordering::Equal);
        }
    }
}
