//! Which events somebody wants, in a text form people can type and read again.
//!
//! ```text
//! catalog:awesome-go kind:added,released section:"Key-Value" raft -"nightly build"
//! (project:etcd-io/etcd or project:hashicorp/raft) -kind:edited
//! kind:released level:>=minor prerelease:no stars:>=1000 language:rust,go license:mit
//! kind:released /^v?[0-9]+\.0\.0$/
//! ```
//!
//! Conditions side by side must all hold; `or` joins alternatives, `-` or `not` turns round what follows, and
//! parentheses group. Words are found anywhere in what an event says, whatever their capitals and accents; so is
//! `/a pattern/`, a regular expression.
//!
//! `kind:released` beside a condition that keeps unfinished releases out also means releases that were promoted:
//! whoever waits for finished ones hears of each when it is finished.
//!
//! A further condition is a variant of `Term` (or of `Fact`) and an arm in each of `parse`, `print`, `matching` and `packed`.

mod fact;
mod matching;
mod needs;
mod packed;
mod parse;
mod pattern;
mod print;
mod spelling;

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use whimbrel_catalog::CatalogId;

use self::fact::Fact;
pub use self::matching::Prepared;
pub use self::needs::{Kinds, Needs};
pub use self::packed::Packed;
pub use self::parse::pattern_in;
use self::pattern::Pattern;
use crate::event::Event;
use crate::fold::fold;
use crate::kind::Kind;

/// A condition over events; the default matches everything. Its text form reads back as the same filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Filter(Expr);

/// What is wrong with a typed filter, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at character {})", at + 1)]
pub struct FilterError {
    /// Zero-based character the problem starts at.
    pub at: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

/// A filter in its one normal form: no `All` in an `All`, no `Any` in an `Any`, at least two parts in both, no `Not`
/// in a `Not`, and `Everything` and `Nothing` only at the top. The constructors of [`Filter`] keep it so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Expr {
    #[default]
    Everything,
    Nothing,
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Not(Box<Expr>),
    Term(Term),
}

/// A single condition.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    Catalog(CatalogId),
    Kind(Kind),
    Section(Words),
    Project(Words),
    Text(Words),
    Pattern(Pattern),
    Fact(Fact),
}

/// A text as somebody typed it, and as it is compared. Never blank.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Words {
    typed: String,
    folded: String,
}

impl Words {
    fn new(typed: &str) -> Option<Self> {
        let folded = fold(typed);
        (!folded.is_empty()).then(|| Self { typed: typed.to_owned(), folded })
    }
}

impl Filter {
    /// Reads a typed filter. Nothing typed is everything.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        parse::parse(text)
    }

    /// No event at all.
    pub fn nothing() -> Self {
        Self(Expr::Nothing)
    }

    /// Events of a catalog.
    pub fn catalog(id: CatalogId) -> Self {
        Self(Expr::Term(Term::Catalog(id)))
    }

    /// Events of a kind.
    pub fn kind(kind: Kind) -> Self {
        Self(Expr::Term(Term::Kind(kind)))
    }

    /// Events in a section or below it: a heading, headings joined by ` / `, or the section's slug. A blank one is
    /// no condition.
    pub fn section(heading: &str) -> Self {
        Self(Words::new(heading).map_or(Expr::Everything, |words| Expr::Term(Term::Section(words))))
    }

    /// Events about a project: `owner/repo`, the key of its entry, or an address. A blank one is no condition.
    pub fn project(name: &str) -> Self {
        Self(Words::new(name).map_or(Expr::Everything, |words| Expr::Term(Term::Project(words))))
    }

    /// Events that say this, as one phrase. A blank one is no condition.
    pub fn text(phrase: &str) -> Self {
        Self(Words::new(phrase).map_or(Expr::Everything, |words| Expr::Term(Term::Text(words))))
    }

    /// Events that say all of these words, in any order: what a search box holds. It never fails.
    pub fn words(words: &str) -> Self {
        Self::all(words.split_whitespace().map(Self::text))
    }

    /// Events that say something of this pattern, a regular expression; the error says what is wrong with it.
    pub fn pattern(pattern: &str) -> Result<Self, String> {
        Pattern::new(pattern).map(|pattern| Self(Expr::Term(Term::Pattern(pattern))))
    }

    /// How many of its conditions are patterns, each of which takes many times as long to ask as any other.
    pub fn patterns(&self) -> usize {
        fn count(expr: &Expr) -> usize {
            match expr {
                Expr::All(parts) | Expr::Any(parts) => parts.iter().map(count).sum(),
                Expr::Not(inner) => count(inner),
                Expr::Term(term) => usize::from(matches!(term, Term::Pattern(_))),
                Expr::Everything | Expr::Nothing => 0,
            }
        }
        count(&self.0)
    }

    /// The filter of a web query: the conditions with a name (any of several, repeated or, but for `section` and
    /// `stars`, with commas) and `q`, a whole typed filter. Other names are passed over, empty values are no
    /// condition.
    pub fn from_query<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, FilterError> {
        let pairs: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect();
        let mut whole = Self::default();
        for name in parse::names() {
            let mut any: Option<Self> = None;
            for (_, value) in pairs.iter().filter(|(given, _)| *given == name) {
                let values =
                    if parse::is_one_value(name) { vec![*value] } else { value.split(',').collect() };
                for value in values.into_iter().map(str::trim).filter(|value| !value.is_empty()) {
                    let one = parse::named(name, value).map_err(|message| FilterError { at: 0, message })?;
                    any = Some(any.map_or(one.clone(), |others| others.or(one)));
                }
            }
            whole = whole.and(any.unwrap_or_default());
        }
        for (_, typed) in pairs.iter().filter(|(given, _)| *given == "q") {
            whole = whole.and(Self::parse(typed)?);
        }
        Ok(whole)
    }

    /// Both conditions.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::all([self, other])
    }

    /// One of the conditions, or both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::any([self, other])
    }

    /// The opposite.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "`!filter` would read worse beside `and` and `or`")]
    pub fn not(self) -> Self {
        Self(match self.0 {
            Expr::Everything => Expr::Nothing,
            Expr::Nothing => Expr::Everything,
            Expr::Not(inner) => *inner,
            other => Expr::Not(Box::new(other)),
        })
    }

    /// All of the conditions; none are no condition.
    pub fn all(filters: impl IntoIterator<Item = Self>) -> Self {
        let mut parts = Vec::new();
        for Self(expr) in filters {
            match expr {
                Expr::Everything => {}
                Expr::Nothing => return Self(Expr::Nothing),
                Expr::All(inner) => parts.extend(inner),
                other => parts.push(other),
            }
        }
        Self(match parts.len() {
            0 => Expr::Everything,
            1 => parts.swap_remove(0),
            _ => Expr::All(parts),
        })
    }

    /// Any of the conditions; none of them match nothing.
    pub fn any(filters: impl IntoIterator<Item = Self>) -> Self {
        let mut parts = Vec::new();
        for Self(expr) in filters {
            match expr {
                Expr::Nothing => {}
                Expr::Everything => return Self(Expr::Everything),
                Expr::Any(inner) => parts.extend(inner),
                other => parts.push(other),
            }
        }
        Self(match parts.len() {
            0 => Expr::Nothing,
            1 => parts.swap_remove(0),
            _ => Expr::Any(parts),
        })
    }

    /// Whether the event meets the condition.
    pub fn matches(&self, event: &Event) -> bool {
        matching::matches(&self.0, event)
    }

    /// The same, for an event that is asked about many filters.
    pub fn matches_prepared(&self, event: &Prepared<'_>) -> bool {
        matching::matches_prepared(&self.0, event)
    }

    /// The first of its conditions that the event does not meet, as a filter of its own; `None` when it meets it.
    pub fn first_miss(&self, event: &Event) -> Option<Self> {
        if self.matches(event) {
            return None;
        }
        let Expr::All(parts) = &self.0 else { return Some(self.clone()) };
        let parts = parts.iter().map(|part| Self(part.clone()));
        // Where no part alone is to blame, the whole is.
        parts.into_iter().find(|part| !part.matches(event)).or_else(|| Some(self.clone()))
    }

    /// Whether it is no condition at all.
    pub fn is_everything(&self) -> bool {
        self.0 == Expr::Everything
    }

    /// Whether it says something about kinds; where it does not, the usual kinds of a lane apply.
    pub fn names_kinds(&self) -> bool {
        fn names(expr: &Expr) -> bool {
            match expr {
                Expr::All(parts) | Expr::Any(parts) => parts.iter().any(names),
                Expr::Not(inner) => names(inner),
                Expr::Term(term) => matches!(term, Term::Kind(_)),
                Expr::Everything | Expr::Nothing => false,
            }
        }
        names(&self.0)
    }
}

impl FromStr for Filter {
    type Err = FilterError;
    fn from_str(text: &str) -> Result<Self, FilterError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Filter {
    type Error = FilterError;
    /// Reads a filter that is kept somewhere: also one of more words than people may type now.
    fn try_from(text: String) -> Result<Self, FilterError> {
        parse::kept(&text)
    }
}

impl From<Filter> for String {
    fn from(filter: Filter) -> Self {
        filter.to_string()
    }
}

#[cfg(test)]
mod tests;
