//! The page about the program itself.

use askama::Template;

use super::{Fact, Problem};
use crate::frame::Frame;
use crate::row::{Linked, Moment};

/// The page about the program itself.
#[derive(Template)]
#[template(path = "status.html")]
pub(crate) struct StatusPage<'a> {
    pub(crate) frame: Frame<'a>,
    /// When it was made, where it is not of this moment.
    pub(crate) made: Option<Moment>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) catalogs: Vec<StatusLine>,
    pub(crate) budgets: Vec<BudgetLine>,
    pub(crate) loops: Vec<LoopLine>,
    pub(crate) off: Vec<crate::status::Off>,
}

/// A catalog as the status page lists it.
pub(crate) struct StatusLine {
    pub(crate) link: Linked,
    pub(crate) entries: String,
    pub(crate) seen: Option<Moment>,
    pub(crate) next: Option<Moment>,
    /// What is wrong with it; empty when nothing is.
    pub(crate) state: String,
}

/// A limit of a service as the status page lists it.
pub(crate) struct BudgetLine {
    pub(crate) who: String,
    pub(crate) what: String,
    pub(crate) left: String,
    pub(crate) reset: Moment,
    pub(crate) waiting: Option<Moment>,
}

/// A loop of the program as the status page lists it.
pub(crate) struct LoopLine {
    pub(crate) name: String,
    pub(crate) alive: bool,
    pub(crate) last: Option<Moment>,
}
