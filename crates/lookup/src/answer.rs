//! An answer as plain data: everybody who shows it puts it into their own words and limits.

pub(crate) mod board;
pub(crate) mod card;
pub(crate) mod few;
pub(crate) mod find;
mod journal;
pub(crate) mod movers;
pub(crate) mod names;
pub(crate) mod news;
pub(crate) mod rankings;
pub(crate) mod side;
pub(crate) mod top;
pub(crate) mod view;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_news::wording::{date, line, number};

/// The longest name in an answer, in characters.
pub(crate) const MAX_NAME: usize = 120;

/// The longest text of an item, in characters.
const MAX_TEXT: usize = 400;

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Answer {
    /// The question as it was understood, typed so that it can be asked again.
    pub question: String,
    /// What it is about, a short line.
    pub title: String,
    /// What was named is not known: there is nothing but hints.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub missing: bool,
    /// What there is to say, a sentence or two each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub text: Vec<String>,
    /// What is known of the one thing it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
    /// Lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// What can be drawn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charts: Vec<Plot>,
    /// Where in a longer answer this is; absent where it is all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paging: Option<Paging>,
    /// Where to read on.
    #[serde(default)]
    pub links: Links,
    /// Other questions that may have been meant, or come next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
}

/// A list of things.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Part {
    /// What they are; empty where the title of the answer says it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The things.
    pub items: Vec<Item>,
}

/// One thing of a list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Item {
    /// Its rank, where the list is an order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<u32>,
    /// What it is called.
    pub name: String,
    /// Where it leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What is said about it, on one line; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// What is known of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
    /// The question that says more about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<String>,
}

/// Something that is known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Fact {
    /// What it is, such as `Stars`.
    pub label: String,
    /// It, for people.
    pub text: String,
    /// It as a number, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    /// It as a moment, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
    /// Where it leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Lines over time, to be drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Plot {
    /// What is shown.
    pub title: String,
    /// Smaller numbers are higher: ranks.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ranks: bool,
    /// The lines.
    pub lines: Vec<PlotLine>,
}

/// A line of a plot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PlotLine {
    /// Whose it is.
    pub name: String,
    /// What was counted, in the order of time.
    pub points: Vec<Point>,
}

/// What was counted at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Point {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub value: u64,
}

impl Point {
    pub(crate) fn of(history: &whimbrel_project::StarHistory) -> Vec<Self> {
        history.rows().iter().map(|row| Self { at: row.at, value: row.stars }).collect()
    }
}

/// A page of a longer answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Paging {
    /// Which, from 1.
    pub page: u32,
    /// How many there are, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<u32>,
    /// Another one follows.
    pub more: bool,
}

/// Where to read on; addresses begin with a slash and are those of the site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Links {
    /// The page that shows the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// The feed of what comes next, as Atom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feed: Option<String>,
    /// The filter that subscribes to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscribe: Option<String>,
}

/// Another question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Hint {
    /// What it is about, such as a name.
    pub text: String,
    /// As it is typed.
    pub ask: String,
}

impl Answer {
    /// Its items, whatever part they stand in.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.parts.iter().flat_map(|part| &part.items)
    }

    /// What is said of the one thing under this label.
    pub fn fact(&self, label: &str) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.label == label)
    }

    pub(crate) fn titled(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    pub(crate) fn say(mut self, text: impl Into<String>) -> Self {
        self.text.push(text.into());
        self
    }

    pub(crate) fn list(mut self, title: &str, items: Vec<Item>) -> Self {
        if !items.is_empty() {
            self.parts.push(Part { title: title.to_owned(), items });
        }
        self
    }
}

impl Item {
    pub(crate) fn new(name: &str) -> Self {
        Self { name: line(name, MAX_NAME), ..Self::default() }
    }

    pub(crate) fn leading(mut self, url: &str) -> Self {
        self.url = is_outside(url).then(|| url.to_owned());
        self
    }

    pub(crate) fn saying(mut self, text: &str) -> Self {
        self.text = line(text, MAX_TEXT);
        self
    }

    pub(crate) fn with(mut self, facts: impl IntoIterator<Item = Fact>) -> Self {
        self.facts.extend(facts);
        self
    }

    pub(crate) fn asking(mut self, question: &crate::Question) -> Self {
        self.ask = Some(question.to_string());
        self
    }

    /// What is said of it under this label.
    pub fn fact(&self, label: &str) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.label == label)
    }
}

impl Fact {
    pub(crate) fn text(label: &str, text: &str) -> Self {
        Self { label: label.to_owned(), text: line(text, MAX_TEXT), ..Self::default() }
    }

    pub(crate) fn count(label: &str, count: u64) -> Self {
        let exact = i64::try_from(count).ok();
        Self { label: label.to_owned(), text: number(count), number: exact, ..Self::default() }
    }

    /// A difference, with its sign.
    pub(crate) fn gain(label: &str, gain: i64) -> Self {
        let sign = if gain < 0 { "−" } else { "+" };
        let text = format!("{sign}{}", number(gain.unsigned_abs()));
        Self { label: label.to_owned(), text, number: Some(gain), ..Self::default() }
    }

    pub(crate) fn moment(label: &str, at: DateTime<Utc>) -> Self {
        Self { label: label.to_owned(), text: date(at), at: Some(at), ..Self::default() }
    }

    pub(crate) fn leading(mut self, url: &str) -> Self {
        self.url = Some(url.to_owned());
        self
    }
}

/// Only addresses of the web lead anywhere; whatever else stands in a stranger's document stays there.
fn is_outside(url: &str) -> bool {
    let lower = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    lower.starts_with("https://") || lower.starts_with("http://")
}
