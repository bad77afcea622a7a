//! Pages of their own.

use askama::Template;

use crate::frame::Frame;
use crate::row::{Linked, Moment};

/// The page with all catalogs.
#[derive(Template)]
#[template(path = "catalogs.html")]
pub(crate) struct CatalogsPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) intro: String,
    pub(crate) catalogs: Vec<CatalogLine>,
}

/// A catalog in the list of all.
pub(crate) struct CatalogLine {
    pub(crate) link: Linked,
    pub(crate) entries: String,
    pub(crate) sections: String,
    pub(crate) changed: Option<Moment>,
    pub(crate) seen: Option<Moment>,
    pub(crate) trouble: bool,
    pub(crate) feed: String,
}

/// The search of a site kept as files.
#[derive(Template)]
#[template(path = "search.html")]
pub(crate) struct SearchPage<'a> {
    pub(crate) frame: Frame<'a>,
    /// Not everything can be found.
    pub(crate) more: bool,
}

/// What this site is and what it keeps.
#[derive(Template)]
#[template(path = "about.html")]
pub(crate) struct AboutPage<'a> {
    pub(crate) frame: Frame<'a>,
    /// Where the program comes from.
    pub(crate) source: Option<String>,
}
