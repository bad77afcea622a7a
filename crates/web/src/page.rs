//! What the templates are filled with.

mod ask;
mod digest;
mod history;
mod listing;
mod news;
mod offer;
mod ranking;
mod sheet;
mod status;
mod subscribe;

use askama::Template;

pub(crate) use self::ask::{ApiPage, AskPage, Endpoint, SideBySide, quoted};
pub(crate) use self::digest::{
    DigestCatalog, DigestGroup, DigestLine, DigestPage, DigestPart, OneDigestPage,
};
pub(crate) use self::history::{ComparePage, HistoryPage, MonthPart, Numbers, NumbersRow, PastLine};
pub(crate) use self::listing::{EntryLine, ListingPage, NewLine, ProjectPart, ReleaseLine};
pub(crate) use self::news::{Card, DigestCard, FilterForm, Home};
pub(crate) use self::offer::{Offer, OfferGroup, OfferPage};
pub(crate) use self::ranking::{PlaceLine, Ranking, RankingPage, RankingsPage, ShortRanking, Step};
pub(crate) use self::sheet::{AboutPage, CatalogLine, CatalogsPage, SearchPage};
pub(crate) use self::status::{BudgetLine, LoopLine, StatusLine, StatusPage};
pub(crate) use self::subscribe::{BotLine, FeedLine, SubscribeForm, SubscribePage, Ways};

use crate::frame::Frame;

/// Ways to the other pages of a listing.
#[derive(Default)]
pub(crate) struct Pager {
    pub(crate) newest: Option<String>,
    pub(crate) newer: Option<String>,
    pub(crate) older: Option<String>,
}

/// Choices under a heading.
pub(crate) struct ChoiceGroup {
    pub(crate) title: &'static str,
    pub(crate) choices: Vec<Choice>,
}

/// A line of a select box.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) text: String,
    pub(crate) chosen: bool,
}

/// Something that needs a look.
pub(crate) struct Problem {
    pub(crate) tone: &'static str,
    pub(crate) title: String,
    pub(crate) text: String,
}

/// A number or a moment with its name.
pub(crate) struct Fact {
    pub(crate) label: &'static str,
    pub(crate) value: String,
    pub(crate) machine: Option<String>,
}

/// A chart with its heading.
pub(crate) struct ChartPart {
    /// Unique on the page.
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) svg: String,
    pub(crate) text: String,
}

/// A page that says what went wrong and what to do.
#[derive(Template)]
#[template(path = "trouble.html")]
pub(crate) struct Trouble<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) code: u16,
    pub(crate) heading: &'a str,
    pub(crate) text: &'a str,
}
