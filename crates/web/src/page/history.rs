//! What was over time: of one project, and of several side by side.

use askama::Template;
use whimbrel_lookup::Answer;

use super::{ChartPart, Fact, Pager, SideBySide};
use crate::frame::Frame;
use crate::row::Linked;

/// All that is known of the past of a project.
#[derive(Template)]
#[template(path = "history.html")]
pub(crate) struct HistoryPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) crumbs: Vec<Linked>,
    pub(crate) name: String,
    pub(crate) facts: Vec<Fact>,
    /// Ways to what belongs to it.
    pub(crate) ways: Vec<Linked>,
    pub(crate) charts: Vec<ChartPart>,
    /// The numbers behind the charts.
    pub(crate) numbers: Option<Numbers>,
    /// What happened, newest first.
    pub(crate) months: Vec<MonthPart>,
    pub(crate) pager: Pager,
}

/// What happened in a month.
pub(crate) struct MonthPart {
    /// Unique on the page.
    pub(crate) anchor: String,
    pub(crate) title: String,
    pub(crate) lines: Vec<PastLine>,
}

/// Something that happened.
pub(crate) struct PastLine {
    pub(crate) machine: String,
    pub(crate) day: String,
    pub(crate) text: String,
    pub(crate) href: Option<String>,
}

/// A table of numbers over time, newest first.
pub(crate) struct Numbers {
    /// What each row is about, such as `Week of`.
    pub(crate) step: &'static str,
    /// What each column counts.
    pub(crate) names: Vec<String>,
    pub(crate) rows: Vec<NumbersRow>,
}

/// What stood at the end of a day, week, month or year.
pub(crate) struct NumbersRow {
    pub(crate) label: String,
    pub(crate) machine: String,
    pub(crate) values: Vec<Option<String>>,
}

/// Projects side by side.
#[derive(Template)]
#[template(path = "compare.html")]
pub(crate) struct ComparePage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) heading: String,
    /// The names as they were typed: the letter of each, what it is, and the name.
    pub(crate) fields: Vec<(&'static str, String, String)>,
    pub(crate) answer: Option<&'a Answer>,
    /// What is wrong with the names.
    pub(crate) wrong: Option<String>,
    /// What may have been meant.
    pub(crate) meant: Vec<Linked>,
    pub(crate) side_by_side: Option<SideBySide<'a>>,
    /// Ways to the past of each.
    pub(crate) ways: Vec<Linked>,
    /// Where a bot answers the same.
    pub(crate) bot: Option<Linked>,
    /// Charts as SVG, each with what it shows in words.
    pub(crate) charts: Vec<(String, String)>,
    pub(crate) numbers: Option<Numbers>,
}

impl Numbers {
    /// The values of a row, each with the name of its column.
    pub(crate) fn named<'a>(
        &'a self,
        row: &'a NumbersRow,
    ) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
        self.names.iter().map(String::as_str).zip(row.values.iter().map(Option::as_deref))
    }
}
