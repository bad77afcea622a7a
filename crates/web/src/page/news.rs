//! The first page, and choices of news.

use askama::Template;

use super::{Choice, ChoiceGroup, Pager, Problem};
use crate::frame::{FeedLinks, Frame};
use crate::row::{Day, Moment};

/// The first page, and every choice of news over all catalogs.
#[derive(Template)]
#[template(path = "home.html")]
pub(crate) struct Home<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) heading: &'a str,
    pub(crate) intro: String,
    pub(crate) current: Option<FeedLinks>,
    /// Absent in pages kept as files, where nobody would answer it.
    pub(crate) form: Option<FilterForm>,
    pub(crate) days: Vec<Day>,
    pub(crate) pager: Pager,
    pub(crate) problems: Vec<Problem>,
    pub(crate) catalogs: Vec<Card>,
    /// Catalogs that are not among them.
    pub(crate) more: Option<String>,
    pub(crate) digests: Vec<DigestCard>,
    pub(crate) off: Vec<crate::status::Off>,
}

/// The form over the news.
pub(crate) struct FilterForm {
    pub(crate) catalogs: Vec<Choice>,
    pub(crate) kinds: Vec<ChoiceGroup>,
    pub(crate) words: String,
    /// What is shown, part by part, when it is not everything.
    pub(crate) showing: Option<Vec<String>>,
}

/// A catalog in the list beside the news.
pub(crate) struct Card {
    pub(crate) title: String,
    pub(crate) href: String,
    pub(crate) counts: String,
    pub(crate) seen: Option<Moment>,
    pub(crate) feed: FeedLinks,
}

/// A digest in the list beside the news.
pub(crate) struct DigestCard {
    pub(crate) title: &'static str,
    pub(crate) href: String,
    pub(crate) per: &'static str,
    pub(crate) feed: FeedLinks,
}
