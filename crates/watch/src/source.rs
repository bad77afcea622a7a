//! Where catalogs live. Every kind of source answers the same question: what is new since this cursor?

mod error;
mod file;
mod folder;
pub mod git;
mod github;
mod https;
pub(crate) mod net;
mod spec;

#[cfg(test)]
mod file_tests;
#[cfg(test)]
mod github_tests;
#[cfg(test)]
mod https_tests;
#[cfg(test)]
pub(crate) mod serve;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use error::{LookError, LookErrorKind};
pub use spec::{Spec, SpecError};

use crate::config::Settings;
use crate::github::Github;

/// What a source needs to look again cheaply; kept with the catalog, opaque to everybody else.
pub type Cursor = BTreeMap<String, String>;

/// What one look at a source brought.
#[derive(Clone, Debug, PartialEq)]
pub enum Sight {
    /// Nothing new.
    Unchanged {
        /// A cursor that makes the next look cheaper; `None` keeps the old one.
        cursor: Option<Cursor>,
    },
    /// New versions.
    Versions {
        /// Oldest first; at least one.
        versions: Vec<Version>,
        /// The cursor after the last of them.
        cursor: Cursor,
        /// There are more: look again at once with this cursor.
        more: bool,
    },
}

/// A version of a catalog.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// Its documents, sorted by name: one, or several for a folder.
    pub documents: Vec<Document>,
    /// What is there as well and could not be read; only of a folder, and never all of it.
    pub unread: Vec<Unread>,
    /// When it came to be, where the source knows; else it is the time of the look.
    pub at: Option<DateTime<Utc>>,
    /// The commit that made it.
    pub commit: Option<String>,
    /// The cursor right after it, where a look can bring several versions: whoever stops here goes on from it.
    pub cursor: Option<Cursor>,
}

/// A document as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// File name, path in a folder, or last part of an address: its ending helps to tell the format.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A document of a folder that is there and cannot be read: nothing is known of it, so nothing of it is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The name it has as a [`Document`]; that of a folder ends with a slash and stands for all below it.
    pub name: String,
    /// One sentence for people, which names it: what is wrong and what to do.
    pub why: String,
}

impl Unread {
    /// Whether a document of this name is it, or lies in it.
    pub(crate) fn covers(&self, document: &str) -> bool {
        self.name == document || (self.name.ends_with('/') && document.starts_with(&self.name))
    }
}

/// What all looks share: settings, connections, the way to GitHub.
#[derive(Clone)]
pub struct Sources {
    settings: Arc<Settings>,
    web: reqwest::Client,
    github: Github,
    glances: Arc<github::Glances>,
}

impl Sources {
    /// Connections are made ready, none is opened.
    pub fn new(settings: Arc<Settings>, github: Github) -> anyhow::Result<Self> {
        Ok(Self { web: https::client(&settings)?, github, glances: Arc::default(), settings })
    }

    /// Asks once which of these changed, where that is cheaper than asking for each; the looks that follow use it.
    pub async fn glance(&self, due: &[(&Spec, &Cursor)], now: DateTime<Utc>) {
        github::glance(self, due, now).await;
    }

    /// Looks at a source: what is new since `cursor` (empty for the first look).
    pub async fn look(&self, spec: &Spec, cursor: &Cursor, now: DateTime<Utc>) -> Result<Sight, LookError> {
        match spec {
            Spec::Local(path) => file::look(path, cursor, &self.settings, now).await,
            Spec::Git { repository, path, branch } => {
                git::look(repository, path, branch.as_deref(), cursor, self.settings.max_bytes).await
            }
            Spec::Web(url) => https::look(&self.web, url, cursor, &self.settings, now).await,
            Spec::Github { owner, repo, path, branch } => {
                let place = github::Place { owner, repo, path: path.as_deref(), branch: branch.as_deref() };
                github::look(self, &place, cursor, now).await
            }
        }
    }
}

/// The SHA-256 of some bytes in hex: tells whether a document that was read again differs.
fn fingerprint(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    use std::fmt::Write;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
