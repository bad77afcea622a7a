//! The identity of an entry: its normalised primary address.
//!
//! Two spellings of one thing give one key. A key reads like an address without its scheme and, put behind
//! `https://`, gives itself again. What it keeps and drops:
//!
//! - host in lower case and in its ASCII form, without `www.`, user name and the ports 80 and 443;
//! - path percent-decoded, without end slash, doubled slashes, `.`/`..` and `index.html`. An encoded `/ ? # %`
//!   stays encoded, so it never turns into a separator;
//! - query decoded, without tracking parameters, sorted by name (order never identifies anything in practice,
//!   and generators shuffle it);
//! - fragment dropped on code forges and for `#readme`, `#top`; elsewhere it points at the thing itself;
//! - on code forges owner and repository in lower case, the default branch and the README left out.
//!
//! Every link of a document passes here, so plain addresses take a way that copies once and decodes nothing
//! (`plain`); the others are taken apart in `address`. A property test holds the two to one answer.

mod address;
mod forge;
mod plain;
mod query;
mod site;

#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

use self::address::Address;
use self::forge::Forge;

/// Stands between address and name in the key of an entry that shares its address with another one. No address
/// leaves one in a key: they are dropped when raw and stay encoded otherwise.
const NAME_MARK: char = '\t';

/// A normalised address: two spellings of one thing give one key.
///
/// For an entry of a structured catalog that shares its address with another one, the name is part of the key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntryKey(Box<str>);

impl EntryKey {
    /// The key of an address; `None` for what is no outside address (relative, `#anchor`, `mailto:` …).
    pub fn from_url(url: &str) -> Option<Self> {
        if let Some(key) = plain::key(url) {
            return Some(Self(key));
        }
        Address::read(url).map(|address| Self(address.into_key().into()))
    }

    /// A key that was made before, taken back from where it was stored or from an address of a page.
    pub fn from_stored(key: &str) -> Self {
        Self(key.into())
    }

    /// The key of one of several entries that share this address: the name, folded to lower-case letters and
    /// digits, tells them apart.
    #[must_use]
    pub fn with_name(&self, name: &str) -> Self {
        let mut key = String::with_capacity(self.0.len() + name.len() + 1);
        key.push_str(self.address());
        key.push(NAME_MARK);
        key.extend(name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase));
        Self(key.into())
    }

    /// The key as text, such as `github.com/etcd-io/etcd`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key without the name that tells entries of one address apart.
    pub fn address(&self) -> &str {
        self.0.split(NAME_MARK).next().unwrap_or_default()
    }

    /// Host, owner and name of the repository the address lies in, all in lower case, when the host is a known
    /// code forge. The owner of a GitLab project may have slashes in it.
    pub fn repository(&self) -> Option<(&str, &str, &str)> {
        let address = self.address();
        let (host, path) = address.split_once('/')?;
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let (owner, name) = Forge::of(host)?.repository(path)?;
        Some((host, owner, name))
    }
}

impl fmt::Display for EntryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name for an entry whose visible text is none: `owner/repo` on code forges, else the host and the last part
/// of the path. Letter case is kept as the address has it. `None` where there is no key either.
pub fn name_from_url(url: &str) -> Option<String> {
    let address = Address::read(url)?;
    if let Some(project) = address.project() {
        return Some(project);
    }
    let host = address.host();
    Some(match address.last_part() {
        Some(part) => format!("{host}/{part}"),
        None => host.to_owned(),
    })
}
