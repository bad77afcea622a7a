//! Which releases of a project are known.
//!
//! Only a few hundred of the latest are remembered one by one, as fingerprints of their ids and tags. What is older
//! lies below a floor: an unknown release below it was there all the time and has only come back into sight.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::packed::{self, Packed, moment, put, secs, take};

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
    /// When old releases were told lately, one by one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) old_told: Vec<DateTime<Utc>>,
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
    /// When it was published.
    pub(crate) published: DateTime<Utc>,
    /// It was unfinished when last seen.
    pub(crate) prerelease: bool,
    /// Its promotion was told.
    pub(crate) promoted: bool,
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
    const WIDTH: usize = 2 * PRINT + 5;

    fn pack(&self, to: &mut Vec<u8>) {
        put(to, self.id, PRINT);
        put(to, self.tag, PRINT);
        put(to, u64::from(secs(self.published)), 4);
        put(to, u64::from(self.prerelease) | u64::from(self.promoted) << 1, 1);
    }

    fn unpack(mut from: &[u8]) -> Self {
        let (id, tag) = (take(&mut from, PRINT), take(&mut from, PRINT));
        let published = moment(take(&mut from, 4) as u32);
        let flags = take(&mut from, 1);
        Self { id, tag, published, prerelease: flags & 1 != 0, promoted: flags & 2 != 0 }
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

impl KnownReleases {
    /// How many releases the project has, as of the last look that said so.
    pub fn total(&self) -> Option<u32> {
        self.releases.and_then(|shelf| shelf.total)
    }

    /// How many are remembered one by one.
    pub fn remembered(&self) -> usize {
        self.marks.len()
    }

    /// Releases are seen that are not told yet: the project wants another look soon.
    pub fn is_settling(&self) -> bool {
        !self.waiting.is_empty() || self.fold.is_some()
    }

    /// When the latest known release was published.
    pub fn latest(&self) -> Option<DateTime<Utc>> {
        self.marks.iter().map(|mark| mark.published).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_one_short_word() {
        let at = moment(1_763_000_000);
        let mark = Mark { id: 0x12_3456_789a, tag: 7, published: at, prerelease: true, promoted: false };
        let waiting = Waiting { id: 1, created: at, first: at };
        let known =
            KnownReleases { marks: vec![mark; 3], waiting: vec![waiting; 2], ..KnownReleases::default() };
        let json = serde_json::to_string(&known).unwrap();
        assert!(json.len() < 150, "{json}");
        assert_eq!(serde_json::from_str::<KnownReleases>(&json).unwrap(), known);
        assert_eq!(serde_json::to_string(&KnownReleases::default()).unwrap(), "{}");
        assert!(serde_json::from_str::<KnownReleases>(r#"{"marks":"AAAA"}"#).is_err());
        assert!(serde_json::from_str::<KnownReleases>(r#"{"marks":"%"}"#).is_err());
    }
}
