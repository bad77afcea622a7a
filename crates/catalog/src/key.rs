//! The identity of an entry: its normalised primary address.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A normalised address: two spellings of one thing give one key.
///
/// For an entry of a structured catalog that shares its address with another one, the name is part of the key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntryKey(Box<str>);

impl EntryKey {
    /// The key of an address; `None` for what is no outside address (relative, `#anchor`, `mailto:` …).
    pub fn from_url(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
        Some(Self(rest.trim_end_matches('/').to_ascii_lowercase().into()))
    }

    /// A key that was made before, taken back from where it was stored or from an address of a page.
    pub fn from_stored(key: &str) -> Self {
        Self(key.into())
    }

    /// The key as text, such as `github.com/etcd-io/etcd`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EntryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
