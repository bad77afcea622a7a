//! Rankings.

use askama::Template;

use crate::frame::Frame;
use crate::row::Linked;

/// Rankings over everything.
#[derive(Template)]
#[template(path = "rankings.html")]
pub(crate) struct RankingsPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) overall: Option<Ranking>,
    pub(crate) catalogs: Vec<ShortRanking>,
    /// Where the catalogs are that are not among them.
    pub(crate) more: Option<String>,
}

/// The ranking of a catalog.
#[derive(Template)]
#[template(path = "ranking.html")]
pub(crate) struct RankingPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) crumbs: Vec<Linked>,
    pub(crate) catalog: String,
    pub(crate) ranking: Option<Ranking>,
}

/// A ranking as a table.
pub(crate) struct Ranking {
    pub(crate) measure: String,
    /// The same with a capital, above its column.
    pub(crate) heading: String,
    /// The document prints it.
    pub(crate) printed: bool,
    /// What was gained is known of some.
    pub(crate) grown: bool,
    /// Some have a line.
    pub(crate) drawn: bool,
    pub(crate) places: Vec<PlaceLine>,
}

/// The first places of a ranking.
pub(crate) struct ShortRanking {
    pub(crate) title: String,
    pub(crate) href: String,
    pub(crate) measure: String,
    pub(crate) places: Vec<PlaceLine>,
}

/// A place in a ranking.
pub(crate) struct PlaceLine {
    pub(crate) rank: u32,
    pub(crate) name: String,
    pub(crate) page: String,
    pub(crate) value: String,
    /// Places it rose in a month.
    pub(crate) rose: Option<i64>,
    pub(crate) gained: Option<String>,
    /// Its stars as an `<svg>` element of our own making.
    pub(crate) spark: Option<String>,
}
