//! Builds that are not releases: nightlies, canaries, snapshots, and tags that move with every push.
//!
//! They are known by name. A tag that moves without such a name is known by its commit, which is younger than the
//! release itself.

use chrono::{DateTime, TimeDelta, Utc};

/// Words of a tag that say so wherever they stand.
const ANYWHERE: [&str; 11] = [
    "nightly",
    "nightlies",
    "canary",
    "snapshot",
    "snapshots",
    "daily",
    "continuous",
    "latest",
    "rolling",
    "autobuild",
    "bleeding",
];

/// Words that say so only when the tag is nothing else, or nothing but a package and a date besides.
const ALONE: [&str; 12] = [
    "tip", "edge", "head", "main", "master", "trunk", "develop", "dev", "devel", "preview", "unstable", "ci",
];

/// A commit so much younger than the publication was put under the tag later.
const MOVED: TimeDelta = TimeDelta::days(1);

/// True for a tag that names a nightly build or the like.
pub fn is_nightly_name(tag: &str) -> bool {
    let words = tag.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let says = |word: &str, list: &[&str]| {
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit()).to_ascii_lowercase();
        list.contains(&word.as_str())
    };
    let first = words.clone().next().unwrap_or_default();
    if words.clone().any(|word| says(word, &ANYWHERE)) {
        return true;
    }
    let rest_is_no_word = words.skip(1).all(|word| word.bytes().all(|b| b.is_ascii_digit()));
    says(first, &ALONE) && rest_is_no_word
}

/// True for a release whose tag was moved after it was published.
pub fn is_moved(created: DateTime<Utc>, published: DateTime<Utc>) -> bool {
    created.signed_duration_since(published) > MOVED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_moving_builds() {
        for (tag, expected) in [
            ("nightly", true),
            ("Nightly", true),
            ("nightly-2024-05-01", true),
            ("v1.2.3-nightly.20240501", true),
            ("v15.0.0-canary.12", true),
            ("1.0.0-SNAPSHOT", true),
            ("latest", true),
            ("pkg-latest", true),
            ("continuous", true),
            ("tip", true),
            ("edge", true),
            ("dev", true),
            ("dev-20240501", true),
            ("snapshot5", true),
            ("v1.2.3", false),
            ("edge-runtime@1.0.0", false),
            ("main-menu-1.0", false),
            ("preview", true),
            ("preview-api-v1.0", false),
            ("v2.0.0-dev.5", false),
            ("v1.0.0-beta.1", false),
            ("midnightly", false),
            ("", false),
            ("---", false),
        ] {
            assert_eq!(is_nightly_name(tag), expected, "{tag}");
        }
    }

    #[test]
    fn a_tag_that_moved_has_a_younger_commit() {
        let at = |days| DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(days);
        assert!(is_moved(at(10), at(2)));
        // a commit is older than its release, or as old as clocks differ
        assert!(!is_moved(at(2), at(10)));
        assert!(!is_moved(at(2) + TimeDelta::hours(2), at(2)));
        assert!(!is_moved(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC));
    }
}
