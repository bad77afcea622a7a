//! What is remembered of a project between two looks.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_catalog::EntryKey;

use crate::release::{KnownReleases, Recent, item};

/// The number of a project in one store, from 1; never used again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProjectId(pub u32);

impl fmt::Display for ProjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One followed project: a row of the store. A look that finds nothing new leaves it equal, so that nothing is
/// written; it stays below 8 KiB as JSON, whatever its host says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Project {
    /// Its number in this store.
    pub id: ProjectId,
    /// Its identity at GitHub, once resolved. Names change and are used again; this does not and is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The address it has now: `github.com/owner/repo` in lower case.
    pub key: EntryKey,
    /// `Owner/Repo` as GitHub spells it; as the key spells it until resolved.
    #[serde(default)]
    pub full_name: String,
    /// What it looked like last.
    #[serde(default)]
    pub facts: Facts,
    /// Which releases are known, and which wait.
    #[serde(default)]
    pub releases: KnownReleases,
    /// The newest of them to be seen, at most five, the newest first: told or not, for pages to show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<Recent>,
    /// Whether it can be found.
    #[serde(default)]
    pub standing: Standing,
    /// Since when it is followed.
    #[serde(default)]
    pub followed: DateTime<Utc>,
    /// When something of it last differed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<DateTime<Utc>>,
    /// The time between two looks as of the last change, in seconds: for people to read. The next look is computed
    /// anew each time.
    #[serde(default)]
    pub interval_secs: u32,
    /// Looks in a row that gave no usable answer.
    #[serde(default)]
    pub failures: u32,
    /// What the last look said, when it gave no usable answer: one short sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// The round numbers reached.
    #[serde(default)]
    pub reached: Reached,
}

impl Project {
    /// A project somebody listed, not looked at yet. The key is that of its repository.
    pub fn new(id: ProjectId, key: EntryKey, followed: DateTime<Utc>) -> Self {
        let full_name = key.as_str().split_once('/').map_or("", |(_, path)| path).to_owned();
        Self {
            id,
            node: None,
            key,
            full_name,
            facts: Facts::default(),
            releases: KnownReleases::default(),
            recent: Vec::new(),
            standing: Standing::default(),
            followed,
            changed: None,
            interval_secs: 0,
            failures: 0,
            last_error: None,
            reached: Reached::default(),
        }
    }

    /// Owner and name as GitHub spells them.
    pub fn owner_and_name(&self) -> Option<(&str, &str)> {
        self.full_name.split_once('/')
    }

    /// The address people open.
    pub fn url(&self) -> String {
        format!("https://github.com/{}", self.full_name)
    }

    /// The page of its release of this tag.
    pub fn release_url(&self, tag: &str) -> String {
        item::page_of(&self.full_name, tag)
    }
}

/// What a repository looked like. What is unknown is absent: it is never taken for zero or for a change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// What its owner says it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its home page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub homepage: Option<String>,
    /// The language most of it is written in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The SPDX id of its licence; `NOASSERTION` for one GitHub has no id for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// How many starred it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stars: Option<u64>,
    /// How many forked it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forks: Option<u64>,
    /// Its owner put it away: it can be read but is no longer worked on.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
    /// Since when it is archived, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<DateTime<Utc>>,
    /// GitHub switched it off.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
    /// It is a fork of another one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fork: bool,
    /// When somebody last pushed to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pushed_at: Option<DateTime<Utc>>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
}

/// Whether a project can be found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Never found yet.
    #[default]
    Unresolved,
    /// Found at the last look that gave an answer.
    Here,
    /// Not found, but not for long enough to be told.
    Missing {
        /// When it was first missed.
        first: DateTime<Utc>,
        /// How many looks missed it.
        #[serde(default)]
        looks: u32,
    },
    /// Not found for good, as far as one can tell.
    Gone {
        /// When it was first missed.
        since: DateTime<Utc>,
    },
}

/// The largest round numbers a project has reached: each is told once, and none below what it had when first seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reached {
    /// Of stars; 0 for none.
    #[serde(skip_serializing_if = "is_zero")]
    pub stars: u64,
    /// Of forks; 0 for none.
    #[serde(skip_serializing_if = "is_zero")]
    pub forks: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde hands a reference
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_long_ago_can_be_read() {
        let row = r#"{"id":7,"key":"github.com/owner/repo","later":{"field":1}}"#;
        let project: Project = serde_json::from_str(row).expect("all but id and key have defaults");
        assert_eq!((project.id, project.standing), (ProjectId(7), Standing::Unresolved));
        let new = Project::new(ProjectId(7), EntryKey::from_stored("github.com/owner/repo"), Utc::now());
        assert_eq!(new.owner_and_name(), Some(("owner", "repo")));
        assert_eq!(new.url(), "https://github.com/owner/repo");
        let again: Project = serde_json::from_str(&serde_json::to_string(&new).unwrap()).unwrap();
        assert_eq!(again, new);
    }
}
