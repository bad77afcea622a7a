//! The seam to the feeds: which there are, what changes them, and what they hold.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use whimbrel_news::{Event, Period};

/// A feed somebody can subscribe to.
#[derive(Clone, Debug)]
pub struct Topic {
    /// Its address below that of the site, without a leading slash, as the feed itself spells it.
    pub path: String,
    /// What changes it.
    pub changes: Changes,
}

/// What changes a feed.
#[derive(Clone, Debug)]
pub enum Changes {
    /// Events that [`Feeds::named`] says are in it.
    Named,
    /// Events that fit a condition.
    Choice(Choice),
    /// The end of a period in which anything was recorded.
    AfterEach(Period),
}

/// A condition on events.
#[derive(Clone)]
pub struct Choice(pub Arc<dyn Fn(&Event) -> bool + Send + Sync>);

impl fmt::Debug for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Choice(…)")
    }
}

/// A feed as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Its `Content-Type`.
    pub media: &'static str,
    /// Its `Link`: the hub and the feed's own address.
    pub link: String,
    /// All of it.
    pub body: Bytes,
}

/// Our feeds. All but `is_ours` may read the store, and block.
pub trait Feeds: Send + Sync {
    /// True for an address of this site, where nobody waits for feeds.
    fn is_ours(&self, address: &url::Url) -> bool;

    /// The feed at an address as somebody wrote it; the error says in a sentence why it is none of ours.
    fn topic(&self, address: &str) -> Result<Topic, String>;

    /// The feed of this path; `None` where there is none any more.
    fn known(&self, path: &str) -> Option<Topic>;

    /// The paths of all feeds with an address of their own that an event is in.
    fn named(&self, event: &Event) -> Vec<String>;

    /// The feed of this path, written whole; `None` where there is none any more.
    fn write(&self, path: &str, now: DateTime<Utc>) -> anyhow::Result<Option<Content>>;
}
