//! What a lane has to tell in one go, before it is put into a service's words.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use whimbrel_news::{CatalogId, Digest, Event};

use crate::channel::Upload;

/// News for one destination, to be told in as few messages as the service allows.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle {
    /// The news.
    pub content: Content,
    /// So many older events were waiting but are no longer kept.
    pub dropped: u64,
    /// Titles of catalogs; one that is missing is called by its id.
    pub titles: BTreeMap<CatalogId, String>,
    /// Addresses to link to.
    pub links: Links,
    /// A digest as a picture, where somebody draws one.
    pub picture: Option<Upload>,
}

/// Draws the picture of a digest, if there is anything to see. Equal digests give equal pictures.
pub type Painter = dyn Fn(&Bundle) -> Option<Upload> + Send + Sync;

/// How the news is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Event by event, oldest first.
    News(Vec<Event>),
    /// Folded.
    Digest {
        /// The period, folded. Its span is the day or week of UTC that is nearest.
        digest: Digest,
        /// What the period is called, such as `16 to 23 November 2026`.
        label: String,
        /// After this moment …
        from: DateTime<Utc>,
        /// … and up to this one.
        to: DateTime<Utc>,
        /// It stands for everything that came while the lane was paused, parked or slow.
        catch_up: bool,
        /// When each catalog was last read with success.
        read: BTreeMap<CatalogId, DateTime<Utc>>,
    },
}

/// Addresses on our own site; all `None` when the site has no public address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// The site, without a slash at the end.
    pub site: Option<String>,
    /// The page with all of a digest.
    pub digest: Option<String>,
}

impl Bundle {
    /// What a catalog is called.
    pub fn title<'a>(&'a self, id: &'a CatalogId) -> &'a str {
        self.titles.get(id).map_or(id.as_str(), String::as_str)
    }
}
