//! What an event must have to meet a filter, for an index over many filters.
//!
//! A need is a necessary condition and never more: an event that lacks it cannot meet the filter, one that has it may
//! still not. Where a filter allows several ways, its needs are those all of them have in common.

use whimbrel_catalog::CatalogId;

use super::matching::{Prepared, heading, project};
use super::{Expr, Filter, Term};
use crate::fold::fold;
use crate::kind::Kind;
use crate::slug;

/// What an event must have to meet a filter. `None` stands for no need of that sort.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// One of these kinds.
    pub kinds: Kinds,
    /// It belongs to one of these catalogs.
    pub catalogs: Option<Vec<CatalogId>>,
    /// One of these is among [`Prepared::project_names`].
    pub projects: Option<Vec<String>>,
    /// One of these is among [`Prepared::headings`].
    pub headings: Option<Vec<String>>,
    /// One of these phrases stands in [`Prepared::text`].
    pub phrases: Option<Vec<String>>,
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kinds(u32);

impl Kinds {
    /// Every kind.
    pub const ALL: Self = Self(u32::MAX);
    /// None.
    pub const NONE: Self = Self(0);

    /// The kinds that are such.
    pub fn which(is_such: impl Fn(Kind) -> bool) -> Self {
        Self(Kind::ALL.into_iter().filter(|kind| is_such(*kind)).fold(0, |set, kind| set | bit(kind)))
    }

    /// Is it one of them?
    pub fn has(self, kind: Kind) -> bool {
        self.0 & bit(kind) != 0
    }

    /// What is in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in one of them.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Default for Kinds {
    fn default() -> Self {
        Self::ALL
    }
}

fn bit(kind: Kind) -> u32 {
    1 << kind as u32
}

impl Filter {
    /// What an event must have to meet it.
    pub fn needs(&self) -> Needs {
        needs(&self.0)
    }
}

fn needs(expr: &Expr) -> Needs {
    match expr {
        Expr::Everything => Needs::default(),
        Expr::Nothing => Needs { kinds: Kinds::NONE, ..Needs::default() },
        Expr::All(parts) => parts.iter().map(needs).fold(Needs::default(), Needs::both),
        Expr::Any(parts) => parts.iter().map(needs).reduce(Needs::either).unwrap_or_default(),
        Expr::Not(inner) => match &**inner {
            // Beside some conditions a promoted release counts as a release as well.
            Expr::Term(Term::Kind(kind)) if *kind != Kind::Released => {
                Needs { kinds: Kinds::which(|other| other != *kind), ..Needs::default() }
            }
            _ => Needs::default(),
        },
        Expr::Term(term) => match term {
            Term::Catalog(id) => Needs { catalogs: Some(vec![id.clone()]), ..Needs::default() },
            Term::Kind(wanted) => {
                let kinds = Kinds::which(|kind| {
                    kind == *wanted || *wanted == Kind::Released && kind == Kind::ReleasePromoted
                });
                Needs { kinds, ..Needs::default() }
            }
            Term::Section(words) => {
                let first = words.folded.split(" / ").next().map(heading).unwrap_or_default();
                let mut headings = vec![first];
                if words.typed != headings[0] {
                    headings.push(words.typed.clone());
                }
                Needs { headings: Some(headings), ..Needs::default() }
            }
            Term::Project(words) => {
                let wanted = project(&words.folded);
                let mut projects = vec![last_step(wanted).to_owned()];
                if let Some(key) =
                    Some(wanted).filter(|wanted| wanted.contains('~')).and_then(slug::project_key)
                {
                    projects.push(last_step(&key).to_owned());
                }
                Needs { projects: Some(projects), ..Needs::default() }
            }
            Term::Text(words) => Needs { phrases: Some(vec![words.folded.clone()]), ..Needs::default() },
            Term::Pattern(pattern) => Needs {
                phrases: pattern.literal().map(|literal| vec![literal.to_owned()]),
                ..Needs::default()
            },
            Term::Fact(_) => Needs::default(),
        },
    }
}

impl Needs {
    fn both(self, other: Self) -> Self {
        Self {
            kinds: self.kinds.and(other.kinds),
            catalogs: narrower(self.catalogs, other.catalogs),
            projects: narrower(self.projects, other.projects),
            headings: narrower(self.headings, other.headings),
            phrases: narrower(self.phrases, other.phrases),
        }
    }

    fn either(self, other: Self) -> Self {
        Self {
            kinds: self.kinds.or(other.kinds),
            catalogs: joined(self.catalogs, other.catalogs),
            projects: joined(self.projects, other.projects),
            headings: joined(self.headings, other.headings),
            phrases: joined(self.phrases, other.phrases),
        }
    }
}

/// Of two needs that both hold, the one that names less is of more use to an index.
fn narrower<T>(one: Option<Vec<T>>, two: Option<Vec<T>>) -> Option<Vec<T>> {
    match (one, two) {
        (Some(one), Some(two)) => Some(if two.len() < one.len() { two } else { one }),
        (one, two) => one.or(two),
    }
}

fn joined<T: PartialEq>(one: Option<Vec<T>>, two: Option<Vec<T>>) -> Option<Vec<T>> {
    let (mut one, two) = (one?, two?);
    for value in two {
        if !one.contains(&value) {
            one.push(value);
        }
    }
    Some(one)
}

impl Prepared<'_> {
    /// The last steps of its projects' keys, as [`Needs::projects`] names them.
    pub fn project_names(&self) -> Vec<String> {
        self.projects().iter().map(|key| last_step(key).to_owned()).collect()
    }

    /// Its headings and the slugs of its sections, as [`Needs::headings`] names them.
    pub fn headings(&self) -> Vec<String> {
        let mut names = Vec::new();
        for (_, path) in self.event().places() {
            names.extend(slug::lineage(path));
            for part in path {
                names.extend(fold(part).split(" / ").map(heading));
            }
        }
        names
    }
}

fn last_step(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(key)
}
