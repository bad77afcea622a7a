//! RSS, Atom, JSON Feed and OPML as text; the only crate that names rss.
//!
//! A [`Feed`] is a view of events: it keeps no state and knows no clock, so equal events give equal bytes. It is
//! filled once ([`Feed::from_events`], [`Feed::from_digests`]) and written in any [`Format`]. Which events, how many
//! and at which address is the caller's to say.

mod atom;
mod feed;
mod html;
mod item;
mod json;
mod opml;
mod rss;
mod xml;

use std::fmt;
use std::str::FromStr;

pub use self::feed::{CatalogName, Feed, Head, feed_id};
pub use self::html::digest_html;
pub use self::item::{Category, Item};
pub use self::opml::{Outline, OutlineGroup, opml};

/// The languages feeds are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// RSS 2.0
    Rss,
    /// Atom (RFC 4287)
    Atom,
    /// JSON Feed 1.1
    Json,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rss, Self::Atom, Self::Json];

    /// The end of its file names and addresses.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Rss => "rss",
            Self::Atom => "atom",
            Self::Json => "json",
        }
    }

    /// Its media type, for links and discovery.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml",
            Self::Atom => "application/atom+xml",
            Self::Json => "application/feed+json",
        }
    }

    /// Its `Content-Type` in answers.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Json => "application/feed+json; charset=utf-8",
        }
    }

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Rss => "RSS",
            Self::Atom => "Atom",
            Self::Json => "JSON Feed",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.extension())
    }
}

impl FromStr for Format {
    type Err = String;
    fn from_str(extension: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|format| format.extension() == extension)
            .ok_or_else(|| format!("`{extension}` is no feed format: use rss, atom or json"))
    }
}

impl Feed {
    /// The feed as text. Its addresses ([`Head::self_url`] and the pages) are to be those of this format.
    pub fn write(&self, format: Format) -> String {
        match format {
            Format::Rss => rss::write(self),
            Format::Atom => atom::write(self),
            Format::Json => json::write(self),
        }
    }

    /// The feed as RSS 2.0.
    pub fn to_rss(&self) -> String {
        self.write(Format::Rss)
    }

    /// The feed as Atom.
    pub fn to_atom(&self) -> String {
        self.write(Format::Atom)
    }

    /// The feed as JSON Feed 1.1.
    pub fn to_json(&self) -> String {
        self.write(Format::Json)
    }
}

#[cfg(test)]
mod tests;
