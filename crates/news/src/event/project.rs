//! Projects and their releases as events tell of them: the facts as they stood at that moment.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_catalog::CatalogId;

use super::Subject;

/// A place a project has in a catalog, as of an event. A project in two sections of one catalog has two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The catalog.
    pub id: CatalogId,
    /// The section as one text, `A / B`.
    #[serde(default)]
    pub section: String,
    /// The section as a path.
    #[serde(default)]
    pub section_path: Vec<String>,
}

/// What is known about a project and people choose by; what is unknown is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// How many starred it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stars: Option<u64>,
    /// How many forked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forks: Option<u64>,
    /// The language most of it is written in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The SPDX id of its licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
}

/// The project an event is about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Project {
    /// Its name as the first catalog lists it, with the address and key of its repository. It stands in no section
    /// of its own: see [`Event::catalogs`](super::Event::catalogs).
    #[serde(flatten)]
    pub subject: Subject,
    /// `Owner/Repo` as its host spells it.
    #[serde(default)]
    pub project: String,
    /// What is known about it.
    #[serde(flatten)]
    pub facts: Facts,
}

/// How much a version differs from the one before it, by the numbers of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// A version before its time: alpha, beta, candidate.
    Pre,
    /// `1.2.x`
    Patch,
    /// `1.x.0`
    Minor,
    /// `x.0.0`
    Major,
}

impl Level {
    /// Every level, the smallest first.
    pub const ALL: [Self; 4] = [Self::Pre, Self::Patch, Self::Minor, Self::Major];

    /// Its spelling in events and filters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pre => "pre",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A release of a project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Release {
    /// The host's id of the release, or `tag:NAME` where a project publishes tags alone.
    #[serde(default)]
    pub id: String,
    /// Its tag.
    #[serde(default)]
    pub tag: String,
    /// What its publisher calls it; may be empty.
    #[serde(default)]
    pub title: String,
    /// Its page.
    #[serde(default)]
    pub release_url: String,
    /// Its version, where the tag names one by the rules of semantic versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// How much it differs from the version before, where that can be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Which of several packages in one repository it is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// Its publisher says that it is not finished.
    #[serde(default)]
    pub prerelease: bool,
    /// It is of a tag that moves every day.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nightly: bool,
    /// When it was published.
    pub published: DateTime<Utc>,
    /// The beginning of its notes as plain text.
    #[serde(default)]
    pub notes: String,
    /// Its notes as harmless HTML.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes_html: String,
    /// Advisories its notes name, or the word that hints at one; empty where nothing does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security: Vec<String>,
}

impl Release {
    /// Its publisher or its version says that it is not finished.
    pub fn is_unfinished(&self) -> bool {
        self.prerelease || self.level == Some(Level::Pre)
    }
}
