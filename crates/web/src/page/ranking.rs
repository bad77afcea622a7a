//! Rankings.

use askama::Template;

use crate::frame::Frame;
use crate::row::Linked;

/// Rankings over everything.
#[derive(Template)]
#[template(path = "rankings.html")]
pub(crate) struct RankingsPage<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) tabs: Vec<Step>,
    pub(crate) overall: Option<Ranking>,
    /// Things are ranked by how they grew.
    pub(crate) growing: bool,
    /// What arrows tell; empty without any.
    pub(crate) moves: String,
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
    pub(crate) tabs: Vec<Step>,
    /// Things are ranked by how they grew.
    pub(crate) growing: bool,
    /// What arrows tell; empty without any.
    pub(crate) moves: String,
    pub(crate) ranking: Option<Ranking>,
}

/// A way to the same by another measure.
pub(crate) struct Step {
    /// What is heard before its text, where that is short because of what stands beside it.
    pub(crate) before: &'static str,
    pub(crate) text: String,
    pub(crate) href: String,
    pub(crate) here: bool,
}

/// A ranking as a table.
pub(crate) struct Ranking {
    pub(crate) measure: String,
    /// What stands above its column.
    pub(crate) heading: String,
    /// The document prints it.
    pub(crate) printed: bool,
    /// Only those near the top by stars and forks are in it.
    pub(crate) partial: bool,
    /// Who rose and fell can be known.
    pub(crate) moved: bool,
    /// What else is told, above its column; absent where it is known of none.
    pub(crate) second: Option<&'static str>,
    /// What lines show, above their column; absent where none has one.
    pub(crate) drawn: Option<&'static str>,
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
    /// Places it rose.
    pub(crate) rose: Option<i64>,
    pub(crate) second: Option<String>,
    /// Its stars or forks as an `<svg>` element of our own making.
    pub(crate) spark: Option<String>,
}
