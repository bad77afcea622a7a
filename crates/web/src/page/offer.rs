//! The feeds of a site kept as files.

use askama::Template;

use super::BotLine;
use crate::frame::{FeedLinks, Frame};
use crate::row::Linked;

/// Feeds with their addresses.
#[derive(Template)]
#[template(path = "offer.html")]
pub(crate) struct OfferPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) crumbs: Vec<Linked>,
    pub(crate) heading: String,
    pub(crate) groups: Vec<OfferGroup>,
    /// How many sections are not listed, and the catalog that leads to them.
    pub(crate) left_out: Option<(usize, Linked)>,
    pub(crate) bots: Vec<BotLine>,
}

/// Feeds under a heading.
pub(crate) struct OfferGroup {
    pub(crate) title: String,
    pub(crate) offers: Vec<(FeedLinks, Offer)>,
}

/// What else is told of a feed.
pub(crate) struct Offer {
    /// Its whole address, as Atom.
    pub(crate) address: String,
    /// What is typed into a chat to get the same there.
    pub(crate) line: Option<String>,
    /// The way to parts of it.
    pub(crate) more: Option<Linked>,
}
