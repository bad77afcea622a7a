//! Which releases of a project are known.
//!
//! Only a few hundred of the latest are remembered one by one, as fingerprints of their ids and tags. What is older
//! lies below a floor: an unknown release below it was there all the time and has only come back into sight.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_news::Level;

use super::version::Version;
use crate::packed::{self, Packed, moment, put, secs, take};
use crate::seen::SeenRelease;

/// Which releases of a project are known, and which wait to be told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KnownReleases {
    /// What was there when its releases were first seen; `None` until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) releases: Option<Shelf>,
    /// The same for its tags, which are only looked at while it publishes no releases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tags: Option<Shelf>,
    /// The latest known, in the order they became known.
    #[serde(with = "packed", skip_serializing_if = "Vec::is_empty")]
    pub(crate) marks: Vec<Mark>,
    /// Those that are seen but not told yet.
    #[serde(with = "packed", skip_serializing_if = "Vec::is_empty")]
    pub(crate) waiting: Vec<Waiting>,
    /// Highest versions of each line of each package (`""` where it has no packages).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) newest: BTreeMap<String, Vec<String>>,
    /// Old releases that are being published in bulk, not told yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fold: Option<Fold>,
    /// How many old releases were told lately, and when the last of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) old_told: Option<(u32, DateTime<Utc>)>,
    /// What was published until then may have been known and forgotten: too many came after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) forgotten: Option<DateTime<Utc>>,
}

/// Releases, or tags, as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Shelf {
    /// How many of the total are accounted for, where a total is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<u32>,
    /// What was published later than this is not below the floor.
    pub(crate) published: DateTime<Utc>,
    /// What was committed at or after this is not below the floor either. `None` when there was nothing below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) created: Option<DateTime<Utc>>,
}

/// A known release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Fingerprint of its id.
    pub(crate) id: u64,
    /// Fingerprint of its tag.
    pub(crate) tag: u64,
    /// The date of its commit, which says where it stands among the others.
    pub(crate) created: DateTime<Utc>,
    /// When it was published.
    pub(crate) published: DateTime<Utc>,
    /// It was unfinished when first seen, and was not promoted since.
    pub(crate) prerelease: bool,
    /// It was taken away.
    pub(crate) gone: bool,
}

/// A release that settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Fingerprint of its id.
    pub(crate) id: u64,
    /// The date of its commit.
    pub(crate) created: DateTime<Utc>,
    /// When it was first seen.
    pub(crate) first: DateTime<Utc>,
}

/// Old releases that are told in one line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Fold {
    /// How many.
    pub(crate) count: u32,
    /// Tag and date of the commit of the oldest.
    pub(crate) oldest: (String, DateTime<Utc>),
    /// Tag and date of the commit of the newest.
    pub(crate) newest: (String, DateTime<Utc>),
    /// When the first of them was seen.
    pub(crate) since: DateTime<Utc>,
    /// When the last of them was seen.
    pub(crate) last: DateTime<Utc>,
}

/// Bytes of a fingerprint: of a thousand releases, two are mixed up once in a billion projects.
const PRINT: usize = 5;

impl Packed for Mark {
    const WIDTH: usize = 2 * PRINT + 9;

    fn pack(&self, to: &mut Vec<u8>) {
        put(to, self.id, PRINT);
        put(to, self.tag, PRINT);
        put(to, u64::from(secs(self.created)), 4);
        put(to, u64::from(secs(self.published)), 4);
        put(to, u64::from(self.prerelease) | u64::from(self.gone) << 1, 1);
    }

    fn unpack(mut from: &[u8]) -> Self {
        let (id, tag) = (take(&mut from, PRINT), take(&mut from, PRINT));
        let created = moment(take(&mut from, 4) as u32);
        let published = moment(take(&mut from, 4) as u32);
        let flags = take(&mut from, 1);
        Self { id, tag, created, published, prerelease: flags & 1 != 0, gone: flags & 2 != 0 }
    }
}

impl Packed for Waiting {
    const WIDTH: usize = PRINT + 8;

    fn pack(&self, to: &mut Vec<u8>) {
        put(to, self.id, PRINT);
        put(to, u64::from(secs(self.created)), 4);
        put(to, u64::from(secs(self.first)), 4);
    }

    fn unpack(mut from: &[u8]) -> Self {
        Self {
            id: take(&mut from, PRINT),
            created: moment(take(&mut from, 4) as u32),
            first: moment(take(&mut from, 4) as u32),
        }
    }
}

/// The fingerprint of an id or a tag.
pub(crate) fn fingerprint(text: &str) -> u64 {
    // FNV-1a, folded: nobody gains anything by a collision with a release of his own project
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    (hash ^ hash >> 40) & ((1 << (8 * PRINT)) - 1)
}

/// How many releases are remembered one by one: a page of a hundred and some, within the length of a row.
pub(crate) const MOST_MARKS: usize = 120;

/// Packages whose versions are remembered.
const MOST_PACKAGES: usize = 24;

/// Lines of versions that are remembered of a package, where there are few packages.
const MOST_LINES: usize = 8;

/// Packages with longer names are judged by their versions alone.
const LONGEST_PACKAGE: usize = 40;

impl KnownReleases {
    /// The place of a known release with this id.
    pub(crate) fn with_id(&self, id: u64) -> Option<usize> {
        self.marks.iter().rposition(|mark| mark.id == id)
    }

    /// The place of a known release of this tag.
    pub(crate) fn with_tag(&self, tag: u64) -> Option<usize> {
        self.marks.iter().rposition(|mark| mark.tag == tag)
    }

    /// Remembers a release; the one that became known first is forgotten when there are too many.
    pub(crate) fn remember(&mut self, mark: Mark) {
        self.marks.push(mark);
        if self.marks.len() > MOST_MARKS {
            let dropped = self.marks.remove(0);
            self.forgotten = self.forgotten.max(Some(dropped.published));
        }
    }

    /// How much a version differs from those known of its package.
    pub(crate) fn level(&self, package: Option<&str>, version: &Version) -> Level {
        let known = self.newest.get(package.unwrap_or_default());
        let known: Vec<Version> =
            known.into_iter().flatten().filter_map(|numbers| Version::remembered(numbers)).collect();
        version.level(&known)
    }

    /// Remembers a version: the highest of its line, and a few of the highest lines of its package. When a project has
    /// very many packages some are forgotten, and their next level is judged by the version alone.
    pub(crate) fn note(&mut self, package: Option<&str>, version: &Version) {
        let package = package.unwrap_or_default();
        if version.is_prerelease() || package.len() > LONGEST_PACKAGE {
            return;
        }
        let lines = if self.newest.len() > 4 { 2 } else { MOST_LINES };
        let known = self.newest.entry(package.to_owned()).or_default();
        let mut versions: Vec<Version> =
            known.iter().filter_map(|numbers| Version::remembered(numbers)).collect();
        match versions.iter_mut().find(|other| other.line() == version.line()) {
            Some(other) if *other < *version => *other = version.clone(),
            Some(_) => {}
            None => versions.push(version.clone()),
        }
        versions.sort_by(|a, b| b.cmp(a));
        versions.truncate(lines);
        *known = versions.iter().map(Version::numbers).collect();
        if self.newest.len() > MOST_PACKAGES {
            let other = self.newest.keys().find(|name| *name != package).cloned();
            other.map(|name| self.newest.remove(&name));
        }
    }

    /// How many releases the project has, as of the last look that said so.
    pub fn total(&self) -> Option<u32> {
        self.releases.and_then(|shelf| shelf.total)
    }

    /// Whether there may be more than so many; not before they were first seen. A total is not said where they are not
    /// all shown to somebody without a token, so those that are known count as well.
    pub(crate) fn may_have_more_than(&self, count: usize) -> bool {
        let known = || self.marks.iter().filter(|mark| !mark.gone).count();
        self.releases
            .is_some_and(|shelf| shelf.total.is_none_or(|total| total as usize > count) || known() > count)
    }

    /// How many are remembered one by one.
    pub fn remembered(&self) -> usize {
        self.marks.len()
    }

    /// Releases are seen that are not told yet: the project wants another look soon.
    pub fn is_settling(&self) -> bool {
        !self.waiting.is_empty() || self.fold.is_some()
    }

    /// Whether a release may have to be told, so that its notes are wanted: it is published and new, or no longer
    /// unfinished. What was there at first sight is never told.
    pub fn may_tell(&self, release: &SeenRelease) -> bool {
        let (id, tag) = (fingerprint(&release.id), fingerprint(&release.tag));
        let is_waiting = self.waiting.iter().any(|waiting| waiting.id == id);
        let mark = self.with_id(id).or_else(|| self.with_tag(tag)).map(|place| self.marks[place]);
        let is_promoted = mark.is_some_and(|mark| mark.prerelease && !release.prerelease);
        let is_new = mark.is_none() && release.published.is_some() && !release.draft;
        self.releases.is_some() && (is_waiting || is_promoted || is_new)
    }

    /// When the known releases were published, the latest first.
    pub(crate) fn dates(&self) -> Vec<DateTime<Utc>> {
        let mut dates: Vec<_> = self.marks.iter().map(|mark| mark.published).collect();
        dates.sort_unstable_by(|a, b| b.cmp(a));
        dates
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_wanted_of_what_may_be_told() {
        let at = moment(1_763_000_000);
        let release = |id: &str, tag: &str, prerelease: bool| SeenRelease {
            id: id.into(),
            tag: tag.into(),
            published: Some(at),
            prerelease,
            ..SeenRelease::default()
        };
        let mark = |id: &str, tag: &str, prerelease: bool| Mark {
            id: fingerprint(id),
            tag: fingerprint(tag),
            created: at,
            published: at,
            prerelease,
            gone: false,
        };
        let known = KnownReleases {
            releases: Some(Shelf::default()),
            marks: vec![mark("a", "v1", false), mark("b", "v2", true)],
            waiting: vec![Waiting { id: fingerprint("c"), created: at, first: at }],
            ..KnownReleases::default()
        };
        for (release, may) in [
            (release("a", "v1", false), false),
            (release("again", "v1", false), false),
            (release("b", "v2", true), false),
            (release("b", "v2", false), true),
            (release("c", "v3", false), true),
            (release("d", "v4", false), true),
            (SeenRelease { draft: true, ..release("d", "v4", false) }, false),
            (SeenRelease { published: None, ..release("d", "v4", false) }, false),
        ] {
            assert_eq!(known.may_tell(&release), may, "{release:?}");
            assert!(!KnownReleases::default().may_tell(&release), "nothing of a first sight is told");
        }
    }

    #[test]
    fn lists_are_one_short_word() {
        let at = moment(1_763_000_000);
        let mark =
            Mark { id: 0x12_3456_789a, tag: 7, created: at, published: at, prerelease: true, gone: false };
        let waiting = Waiting { id: 1, created: at, first: at };
        let known =
            KnownReleases { marks: vec![mark; 3], waiting: vec![waiting; 2], ..KnownReleases::default() };
        let json = serde_json::to_string(&known).unwrap();
        assert!(json.len() < 170, "{json}");
        assert_eq!(serde_json::from_str::<KnownReleases>(&json).unwrap(), known);
        assert_eq!(serde_json::to_string(&KnownReleases::default()).unwrap(), "{}");
        assert!(serde_json::from_str::<KnownReleases>(r#"{"marks":"AAAA"}"#).is_err());
        assert!(serde_json::from_str::<KnownReleases>(r#"{"marks":"%"}"#).is_err());
    }
}
