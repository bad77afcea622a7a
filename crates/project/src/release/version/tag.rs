//! What stands around a version in a tag: the package of a monorepo, or a word that says a version follows.

use super::{Lone, Version};

/// What a tag says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tag {
    /// The package of a monorepo it belongs to, as the tag spells it.
    pub package: Option<String>,
    /// The version, where it names one.
    pub version: Option<Version>,
}

/// Words before a version that name no package.
const PLAIN: [&str; 9] = ["v", "ver", "version", "release", "releases", "rel", "r", "tag", "stable"];

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

fn trimmed(name: &str) -> &str {
    // a leading `@` belongs to the package's name
    name.trim_end_matches(['-', '_', '/', '@', ' ', '+', ':', '.']).trim_start_matches(['-', '_', '/', ' '])
}
