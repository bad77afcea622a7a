//! Charts as SVG and PNG, from plain data; the only crate that draws.
//!
//! A [`Chart`] is a few lines over time. [`Chart::svg`] draws it for a page: colours come from the page by
//! `currentColor` and classes, so that one picture serves light and dark, and its title and description are there for
//! people who listen instead of looking. A `DigestPicture` is what chats show above a digest: it becomes a PNG with
//! fixed colours and a font of our own (feature `png`), and so does a `Card`, which stands for a page where a link to
//! it is shown. Equal data give equal bytes.

#[cfg(feature = "png")]
mod picture;
mod scale;
mod spark;
mod svg;

use chrono::{DateTime, Utc};

pub use spark::Spark;

#[cfg(feature = "png")]
pub use picture::card::{Card, CardPart, CardRow};
#[cfg(feature = "png")]
pub use picture::{DigestPicture, Growth, Mover};

/// Lines over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart<'a> {
    /// What is shown, for people who cannot see it and as the picture's name.
    pub title: &'a str,
    /// Begins the names of the parts that refer to each other: unique on the page, letters, digits and `-` only.
    pub id: &'a str,
    /// Which way is up.
    pub up: Up,
    /// The lines; those without a point are left out.
    pub lines: &'a [Line<'a>],
    /// The moment the picture is of: values that stood since the last point are drawn up to it.
    pub until: DateTime<Utc>,
}

/// One line of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Line<'a> {
    /// Its name; shown when there are several.
    pub name: &'a str,
    /// What was observed, in the order of time.
    pub points: &'a [(DateTime<Utc>, u64)],
}

/// Which way is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Up {
    /// More is higher: stars, forks.
    More,
    /// Rank 1 is at the top.
    Rank,
}

impl Chart<'_> {
    /// The chart as an `<svg>` element that scales with its place; `None` when there is nothing to draw.
    pub fn svg(&self) -> Option<String> {
        svg::draw(self)
    }

    /// What the chart shows in one sentence, as its description says it; `None` when there is nothing to draw.
    pub fn description(&self) -> Option<String> {
        svg::describe(self)
    }
}

#[cfg(test)]
mod tests;
