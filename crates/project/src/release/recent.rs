//! The newest releases to be seen, told or not: for pages that show a project. Nothing is judged by them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::item::Item;
use super::version::Version;
use crate::packed::{moment, secs};
use crate::seen::Seen;

/// So many are remembered: a row is short.
const MOST: usize = 5;

/// Longer tags are left out, bytes: a part of one leads nowhere.
const LONGEST_TAG: usize = 60;

/// A release as of the last look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// Its tag.
    pub tag: String,
    /// When it was published, to the second.
    pub published: DateTime<Utc>,
    /// Its publisher calls it unfinished, or its version does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub prerelease: bool,
}

/// The newest releases of a look, the newest first; `None` when it says nothing about them. Nightly builds are left
/// out: they would push all others out, and a row would be written for each.
pub(crate) fn recent(seen: &Seen, now: DateTime<Utc>) -> Option<Vec<Recent>> {
    let (_, mut items) = Item::all(seen, now)?;
    if items.is_empty() && !seen.complete {
        return None;
    }
    // A tag without any date would be as new as every look.
    items.retain(|item| (item.dated || item.created < now) && !item.nightly && item.tag.len() <= LONGEST_TAG);
    items.sort_by(|a, b| (b.published, b.created, b.tag).cmp(&(a.published, a.created, a.tag)));
    let recent = items.into_iter().take(MOST).map(|item| Recent {
        tag: item.tag.to_owned(),
        published: moment(secs(item.published)),
        prerelease: item.prerelease || item.read.version.as_ref().is_some_and(Version::is_prerelease),
    });
    Some(recent.collect())
}
