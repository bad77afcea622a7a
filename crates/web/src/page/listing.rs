//! Pages of a catalog, a section, a kind, a project.

use askama::Template;

use super::{Fact, Pager, Problem, ShortRanking};
use crate::frame::{FeedLinks, Frame};
use crate::row::{Day, Linked, Moment};

/// The page of a catalog, section, kind or project.
#[derive(Template)]
#[template(path = "listing.html")]
pub(crate) struct ListingPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) crumbs: Vec<Linked>,
    pub(crate) here: String,
    pub(crate) heading: String,
    pub(crate) outside: Option<Linked>,
    pub(crate) intro: String,
    /// Ways to what belongs to it.
    pub(crate) ways: Vec<Linked>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) current: Option<FeedLinks>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) places_title: String,
    pub(crate) places: Vec<Linked>,
    pub(crate) days: Vec<Day>,
    pub(crate) pager: Pager,
    pub(crate) entries: Vec<EntryLine>,
    pub(crate) entries_more: usize,
    /// How many there are, shown or not.
    pub(crate) entries_total: String,
    /// Where to look for those that are not shown.
    pub(crate) entries_search: String,
    /// The first places of its ranking.
    pub(crate) short: Option<ShortRanking>,
    /// What came in last.
    pub(crate) new: Vec<NewLine>,
    /// How its projects are.
    pub(crate) health: Vec<Fact>,
    pub(crate) project: Option<ProjectPart>,
}

/// A new entry in a few words.
pub(crate) struct NewLine {
    pub(crate) link: Linked,
    pub(crate) at: Moment,
}

/// What is known of a followed project.
pub(crate) struct ProjectPart {
    /// Its stars over time, as an `<svg>` element of our own making.
    pub(crate) chart: Option<String>,
    /// What the chart shows, in words.
    pub(crate) chart_text: String,
    /// How stars grew lately.
    pub(crate) growth: Vec<Fact>,
    /// Its releases since it is followed, newest first.
    pub(crate) releases: Vec<ReleaseLine>,
    /// Where all its releases are.
    pub(crate) all_releases: Option<String>,
}

/// A release as a page lists it.
pub(crate) struct ReleaseLine {
    pub(crate) tag: String,
    pub(crate) href: Option<String>,
    /// Its weight and what else is to know: `major`, `prerelease`, `security`.
    pub(crate) marks: Vec<&'static str>,
    pub(crate) published: Moment,
    pub(crate) notes: String,
}

/// An entry as it stands now.
pub(crate) struct EntryLine {
    pub(crate) name: String,
    pub(crate) href: Option<String>,
    pub(crate) text: String,
}
