//! Digests.

use askama::Template;

use super::ChartPart;
use crate::frame::{FeedLinks, Frame};
use crate::row::Linked;

/// The digests of days or weeks.
#[derive(Template)]
#[template(path = "digest.html")]
pub(crate) struct DigestPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) heading: &'a str,
    pub(crate) per: &'a str,
    pub(crate) current: FeedLinks,
    pub(crate) other: Linked,
    pub(crate) digests: Vec<DigestPart>,
}

/// The page with all of one digest.
#[derive(Template)]
#[template(path = "digest_of.html")]
pub(crate) struct OneDigestPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) crumbs: Vec<Linked>,
    pub(crate) heading: String,
    pub(crate) intro: Vec<String>,
    /// How much there is of each kind.
    pub(crate) numbers: Vec<String>,
    pub(crate) charts: Vec<ChartPart>,
    pub(crate) catalogs: Vec<DigestCatalog>,
    /// When each catalog was last read.
    pub(crate) read: Vec<DigestLine>,
}

/// The digest of one day or week.
pub(crate) struct DigestPart {
    /// Its name in addresses.
    pub(crate) span: String,
    /// Its own page.
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) catalogs: Vec<DigestCatalog>,
}

/// What happened to one catalog.
pub(crate) struct DigestCatalog {
    pub(crate) link: Linked,
    pub(crate) groups: Vec<DigestGroup>,
}

/// News of one kind about one catalog.
pub(crate) struct DigestGroup {
    pub(crate) title: String,
    pub(crate) lines: Vec<DigestLine>,
    pub(crate) more: usize,
}

/// One line of a digest.
pub(crate) struct DigestLine {
    pub(crate) name: String,
    pub(crate) href: Option<String>,
    pub(crate) rest: String,
}
