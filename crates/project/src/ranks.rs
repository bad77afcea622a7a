//! Rankings of our own observations: once a day, the fewest movers, told when they stood for two looks.
//!
//! The judgement itself is that of the rankings documents print ([`whimbrel_catalog::rank`]). Here only the way over
//! time differs: the order readers were told of stays until somebody has really moved, seen by two daily looks. Who is
//! listed for the first time, or whose value becomes known, takes its place in silence; who is listed without a value
//! keeps its place.

mod comparison;

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_catalog::rank::{self, Verdict};
use whimbrel_catalog::{CatalogId, Metric, Mover};
use whimbrel_news::{News, Subject};

use self::comparison::{Comparison, held};
use crate::packed::{self, Packed, put, take};
use crate::project::ProjectId;
use crate::rules::Rules;

/// A project in a ranking today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RankRow {
    /// Which.
    pub id: ProjectId,
    /// What it is ranked by; `None` when that is unknown, which moves nobody.
    pub value: Option<u64>,
}

/// What is remembered of one ranking between two days: the order as it was told and as it was last seen, near the top
/// only. Stays below 8 KiB as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RankState {
    /// When it was last looked at; `None` before the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<DateTime<Utc>>,
    /// The order readers know, best first, with the values of that time.
    #[serde(with = "packed", skip_serializing_if = "Vec::is_empty")]
    pub(crate) told: Vec<Rank>,
    /// The order at the last look.
    #[serde(with = "packed", skip_serializing_if = "Vec::is_empty")]
    pub(crate) seen: Vec<Rank>,
}

/// A place in a remembered order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rank {
    pub(crate) id: ProjectId,
    pub(crate) value: u32,
}

impl Packed for Rank {
    const WIDTH: usize = 8;

    fn pack(&self, to: &mut Vec<u8>) {
        put(to, u64::from(self.id.0), 4);
        put(to, u64::from(self.value), 4);
    }

    fn unpack(mut from: &[u8]) -> Self {
        Self { id: ProjectId(take(&mut from, 4) as u32), value: take(&mut from, 4) as u32 }
    }
}

impl RankState {
    /// When the ranking was last looked at.
    pub fn looked(&self) -> Option<DateTime<Utc>> {
        self.at
    }

    /// The order readers know, best first, near the top.
    pub fn order(&self) -> impl Iterator<Item = ProjectId> {
        self.told.iter().map(|rank| rank.id)
    }
}

/// Two looks at a ranking are as far apart at least: a day, with room for a loop that runs a little early.
const A_DAY: TimeDelta = TimeDelta::hours(20);

/// How many rows of the order that was told are remembered at most: a row of the store is short.
const MOST_ROWS: usize = 200;

/// The rows in order, best first. What is unknown is in no order; equal values stand by their number.
///
/// Also for look-ups, by growth or by the time of the last activity.
pub fn order<V: Ord + Copy>(rows: impl IntoIterator<Item = (ProjectId, Option<V>)>) -> Vec<(ProjectId, V)> {
    let mut known: Vec<_> = rows.into_iter().filter_map(|(id, value)| Some((id, value?))).collect();
    known.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    known
}

/// A number of stars or forks as readers see it: `831`, `24.8k`, `132k`, `1.2m`. Cut, not rounded: a round number is
/// shown when it is reached.
pub fn shown(value: u64) -> String {
    match value {
        0..1_000 => value.to_string(),
        1_000..100_000 => format!("{}.{}k", value / 1_000, value % 1_000 / 100),
        100_000..1_000_000 => format!("{}k", value / 1_000),
        _ => format!("{}.{}m", value / 1_000_000, value % 1_000_000 / 100_000),
    }
}

/// The name of a ranking in the store: of a catalog or one of its sections, or over all projects.
pub fn scope(metric: &Metric, catalog: Option<&CatalogId>, section: &[String]) -> String {
    let metric = if *metric == Metric::Forks { "forks" } else { "stars" };
    match catalog {
        None => format!("{metric} all"),
        // No id of a catalog and no heading holds a line feed.
        Some(id) => format!("{metric} of {id}\n{}", section.join("\n")),
    }
}

/// Judges a ranking: `rows` are all projects it lists, in any order. The first look is silent, and so is one on the
/// same day.
pub fn judge(
    state: &RankState,
    rows: &[RankRow],
    now: DateTime<Utc>,
    rules: &Rules,
) -> (RankState, Verdict<ProjectId>) {
    let nothing = || Verdict { moved: Vec::new(), entered: Vec::new(), left: Vec::new() };
    if state.at.is_some_and(|at| now.signed_duration_since(at).abs() < A_DAY) {
        return (state.clone(), nothing());
    }
    let top = rank::top(rules.top);
    let near = (4 * top).min(MOST_ROWS);
    let today: Vec<Rank> =
        order(rows.iter().map(|row| (row.id, row.value))).into_iter().map(Rank::from).collect();
    if state.at.is_none() {
        let first: Vec<Rank> = today.into_iter().take(near).collect();
        return (RankState { at: Some(now), told: first.clone(), seen: first }, nothing());
    }
    // what is no longer listed never moved
    let remembered: HashSet<ProjectId> = state.told.iter().chain(&state.seen).map(|rank| rank.id).collect();
    let listed: HashSet<ProjectId> =
        rows.iter().map(|row| row.id).filter(|id| remembered.contains(id)).collect();
    let still = |ranks: &[Rank]| -> Vec<Rank> {
        ranks.iter().filter(|rank| listed.contains(&rank.id)).copied().collect()
    };
    let told = still(&state.told);
    let confirmed = Comparison::of(&told, &still(&state.seen), top).verdict;
    // the top, and wherever those are now who were told of
    let known: HashSet<ProjectId> = told.iter().map(|rank| rank.id).collect();
    let places = today.iter().enumerate().filter(|(at, rank)| *at < near || known.contains(&rank.id));
    let (places, seen): (Vec<usize>, Vec<Rank>) = places.map(|(at, rank)| (at, *rank)).unzip();
    let comparison = Comparison::of(&told, &seen, top);
    let told = comparison.settled(&confirmed, near, top);
    let mut verdict = held(comparison.verdict, &confirmed);
    for (id, rank) in &mut verdict.left {
        let place = seen.iter().position(|one| one.id == *id).and_then(|at| places.get(at));
        *rank = place.map_or(*rank, |at| *at as u32 + 1);
    }
    (RankState { at: Some(now), told, seen }, verdict)
}

/// A verdict as events. `subject` names a project; one it does not know is left out.
pub fn news(
    verdict: &Verdict<ProjectId>,
    metric: &Metric,
    scope: &[String],
    rules: &Rules,
    subject: impl Fn(ProjectId) -> Option<Subject>,
) -> Vec<News> {
    let mover = |moved: &rank::Moved<ProjectId>| {
        let Subject { name, url, .. } = subject(moved.key)?;
        let overtook = moved.overtook.iter().filter_map(|id| Some(subject(*id)?.name)).collect();
        Some(Mover { name, url, from: moved.from, to: moved.to, overtook })
    };
    let top = rank::top(rules.top) as u32;
    let scope_text = scope.join(" / ");
    let mut news = Vec::new();
    let movers: Vec<Mover> = verdict.moved.iter().filter_map(mover).collect();
    if !movers.is_empty() {
        news.push(News::RanksMoved {
            metric: metric.clone(),
            scope: scope_text.clone(),
            scope_path: scope.to_vec(),
            movers,
        });
    }
    for (id, rank) in &verdict.entered {
        if let Some(subject) = subject(*id) {
            let (metric, scope) = (metric.clone(), scope_text.clone());
            news.push(News::EnteredTop { subject, metric, scope, rank: *rank, top });
        }
    }
    for (id, rank) in &verdict.left {
        if let Some(subject) = subject(*id) {
            let (metric, scope) = (metric.clone(), scope_text.clone());
            news.push(News::LeftTop { subject, metric, scope, rank: *rank, top });
        }
    }
    news
}

impl From<(ProjectId, u64)> for Rank {
    fn from((id, value): (ProjectId, u64)) -> Self {
        Self { id, value: u32::try_from(value).unwrap_or(u32::MAX) }
    }
}

#[cfg(test)]
mod tests;
