//! Rankings of our own observations: once a day, the fewest movers, told when they stood for two looks.
//!
//! The judgement itself is that of the rankings documents print ([`whimbrel_catalog::rank`]). Here only the way over
//! time differs: the order readers were told of stays until somebody has really moved, seen by two daily looks. Who is
//! listed for the first time, or whose value becomes known, takes its place in silence; who is listed without a value
//! keeps its place.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_catalog::rank::{self, Row, Verdict};
use whimbrel_catalog::{CatalogId, Metric, Mover};
use whimbrel_news::{News, Subject};

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

/// Two orders compared, with what was put into them to make them comparable.
struct Comparison {
    /// As it was told, with those who came since at the place they took.
    before: Vec<Rank>,
    /// As it is now, with the unknown ones at the place they had.
    after: Vec<Rank>,
    verdict: Verdict<ProjectId>,
}

impl Comparison {
    fn of(told: &[Rank], now: &[Rank], top: usize) -> Self {
        let shown: HashMap<u32, String> =
            told.iter().chain(now).map(|rank| (rank.value, shown(u64::from(rank.value)))).collect();
        let row = |rank: &Rank, ghost: bool| Row {
            key: rank.id,
            shown: shown[&rank.value].as_str(),
            value: f64::from(rank.value),
            ghost,
        };
        let ids = |ranks: &[Rank]| -> HashSet<ProjectId> { ranks.iter().map(|rank| rank.id).collect() };
        let (known, here) = (ids(told), ids(now));
        let mut after: Vec<Row<'_, ProjectId>> = now.iter().map(|rank| row(rank, false)).collect();
        for ghost in told.iter().filter(|rank| !here.contains(&rank.id)) {
            rank::insert(&mut after, row(ghost, true));
        }
        let mut before: Vec<Row<'_, ProjectId>> = told.iter().map(|rank| row(rank, false)).collect();
        for arrived in after.iter().filter(|row| !known.contains(&row.key)) {
            rank::insert(&mut before, *arrived);
        }
        let verdict = rank::judge(&before, &after, top);
        let ranks = |rows: &[Row<'_, ProjectId>]| {
            rows.iter().map(|row| Rank { id: row.key, value: row.value as u32 }).collect()
        };
        Self { before: ranks(&before), after: ranks(&after), verdict }
    }

    /// The order readers know after what both looks agree on was told: who moved stands where it stands now, the rest
    /// of the top as it was, and below it the order of today.
    fn settled(&self, confirmed: &Verdict<ProjectId>, near: usize, top: usize) -> Vec<Rank> {
        let stands: HashMap<ProjectId, usize> =
            self.after.iter().enumerate().map(|(at, rank)| (rank.id, at)).collect();
        let placed = crossings(&self.verdict).filter(|one| crossings(confirmed).any(|other| other == *one));
        // who moved is named before who crossed the border by it
        let mut placed: Vec<(ProjectId, Crossing)> = placed.collect();
        placed.reverse();
        let placed: HashMap<ProjectId, Crossing> = placed.into_iter().collect();
        // while somebody waits to be told of, the next look has to find the order he is judged by
        let waits = crossings(&self.verdict).any(|(id, _)| !placed.contains_key(&id));
        // one that has sunk below the top and was not told of, because nobody took its place, stands there in silence
        let sunk = |id: &ProjectId| !waits && stands.get(id).is_some_and(|at| *at >= top);
        let moves = |rank: &&Rank| placed.contains_key(&rank.id) || sunk(&rank.id);
        let mut rows: Vec<Rank> = self.before.iter().filter(|rank| !moves(rank)).copied().collect();
        for rank in self.after.iter().filter(moves) {
            let place = stands[&rank.id];
            let at = match placed.get(&rank.id) {
                Some(Crossing::Rose | Crossing::Entered) => {
                    rows.iter().position(|other| stands[&other.id] > place).unwrap_or(rows.len())
                }
                _ => rows.iter().rposition(|other| stands[&other.id] < place).map_or(0, |at| at + 1),
            };
            rows.insert(at, *rank);
        }
        if !waits {
            rows.truncate(top);
            let shown: HashSet<ProjectId> = rows.iter().map(|rank| rank.id).collect();
            rows.extend(self.after.iter().filter(|rank| !shown.contains(&rank.id)).take(near));
        }
        rows.truncate(near);
        rows
    }
}

/// What can happen to one in a ranking.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Crossing {
    Rose,
    Fell,
    Entered,
    Left,
}

fn crossings(verdict: &Verdict<ProjectId>) -> impl Iterator<Item = (ProjectId, Crossing)> {
    let moved = verdict
        .moved
        .iter()
        .map(|moved| (moved.key, if moved.to < moved.from { Crossing::Rose } else { Crossing::Fell }));
    let entered = verdict.entered.iter().map(|(id, _)| (*id, Crossing::Entered));
    let left = verdict.left.iter().map(|(id, _)| (*id, Crossing::Left));
    moved.chain(entered).chain(left)
}

/// What of a verdict another one confirms.
fn held(mut verdict: Verdict<ProjectId>, confirmed: &Verdict<ProjectId>) -> Verdict<ProjectId> {
    let stood = |id: ProjectId, what: &[Crossing]| {
        crossings(confirmed).any(|(other, crossing)| other == id && what.contains(&crossing))
    };
    verdict.moved.retain(|moved| {
        stood(moved.key, &[if moved.to < moved.from { Crossing::Rose } else { Crossing::Fell }])
    });
    verdict.entered.retain(|(id, _)| stood(*id, &[Crossing::Entered]));
    verdict.left.retain(|(id, _)| stood(*id, &[Crossing::Left]));
    verdict
}

impl From<(ProjectId, u64)> for Rank {
    fn from((id, value): (ProjectId, u64)) -> Self {
        Self { id, value: u32::try_from(value).unwrap_or(u32::MAX) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(days: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap() + TimeDelta::days(days)
    }

    /// `1=300 2=? 3=100`
    fn rows(text: &str) -> Vec<RankRow> {
        let row = |word: &str| {
            let (id, value) = word.split_once('=').expect("id=value");
            RankRow { id: ProjectId(id.parse().expect("a number")), value: value.parse().ok() }
        };
        text.split_whitespace().map(row).collect()
    }

    fn told(verdict: &Verdict<ProjectId>) -> String {
        let mut words: Vec<String> = verdict
            .moved
            .iter()
            .map(|moved| {
                let over: Vec<String> = moved.overtook.iter().map(ToString::to_string).collect();
                format!("{} {}>{} [{}]", moved.key, moved.from, moved.to, over.join(" "))
            })
            .collect();
        words.extend(verdict.entered.iter().map(|(id, rank)| format!("+{id}@{rank}")));
        words.extend(verdict.left.iter().map(|(id, rank)| format!("-{id}@{rank}")));
        words.join(", ")
    }

    /// Days of a ranking with a top of so many; what each of them tells.
    fn days(top: u32, days: &[&str]) -> Vec<String> {
        let rules = Rules { top, ..Rules::default() };
        let mut state = RankState::default();
        let mut said = Vec::new();
        for (at, text) in days.iter().enumerate() {
            let row = serde_json::to_string(&state).unwrap();
            state = serde_json::from_str(&row).unwrap();
            let (next, verdict) = judge(&state, &rows(text), day(at as i64), &rules);
            said.push(told(&verdict));
            state = next;
        }
        said
    }

    #[test]
    fn a_move_is_told_when_it_stood_for_two_looks() {
        let (one, two) = ("1=900 2=800 3=700", "2=990 1=900 3=700");
        assert_eq!(days(10, &[one, two, two, two]), ["", "", "2 2>1 [1]", ""]);
        assert_eq!(days(10, &[one, two, one, two, one]), ["", "", "", "", ""]);
        // a value that is missing moves nobody, and its place is kept
        assert_eq!(days(10, &[one, "1=? 2=800 3=700", "1=? 2=? 3=?", one]), ["", "", "", ""]);
        // nor does one that leaves the list, or comes to it, or becomes known
        assert_eq!(days(10, &[one, "2=800 3=700", "2=800 3=700", one, one]), ["", "", "", "", ""]);
        assert_eq!(days(10, &["1=900 2=?", "1=900 2=990", "1=900 2=990"]), ["", "", ""]);
    }

    #[test]
    fn an_overtaking_by_small_steps_is_told_once_it_is_clear() {
        let (one, tie, clear) = ("1=30050 2=30000", "2=30060 1=30050", "2=30400 1=30050");
        assert_eq!(days(10, &[one, tie, tie, clear, clear, clear]), ["", "", "", "", "2 2>1 [1]", ""]);
    }

    #[test]
    fn the_top_has_a_border() {
        let (one, two) = ("1=900 2=800 3=700 4=600", "1=900 4=850 2=800 3=700");
        assert_eq!(days(2, &[one, two, two, two]), ["", "", "4 4>2 [2], +4@2, -2@3", ""]);
        // pushed out by one that was not listed before: nobody left
        let new = "1=900 9=850 2=800 3=700 4=600";
        assert_eq!(days(2, &[one, new, new]), ["", "", ""]);
    }

    #[test]
    fn once_a_day_is_enough() {
        let rules = Rules::default();
        let (state, _) = judge(&RankState::default(), &rows("1=900 2=800"), day(0), &rules);
        let (same, verdict) = judge(&state, &rows("2=999 1=10"), day(0) + TimeDelta::hours(19), &rules);
        assert_eq!((same, told(&verdict)), (state, String::new()));
    }

    #[test]
    fn events_name_who_moved() {
        let verdict = Verdict {
            moved: vec![rank::Moved {
                key: ProjectId(1),
                from: 3,
                to: 1,
                overtook: vec![ProjectId(2), ProjectId(9)],
            }],
            entered: vec![(ProjectId(1), 1)],
            left: vec![(ProjectId(9), 11)],
        };
        let subject = |id: ProjectId| {
            let name = format!("p{id}");
            (id.0 < 9).then(|| Subject { name, ..Subject::default() })
        };
        let scope = ["A".to_owned(), "B".to_owned()];
        let news = news(&verdict, &Metric::Stars, &scope, &Rules::default(), subject);
        let [News::RanksMoved { movers, scope, scope_path, .. }, News::EnteredTop { rank: 1, top: 10, .. }] =
            &news[..]
        else {
            panic!("{news:?}")
        };
        assert_eq!(
            (scope.as_str(), scope_path.len(), movers[0].overtook.join(" ").as_str()),
            ("A / B", 2, "p2")
        );
    }

    #[test]
    fn numbers_are_shown_short() {
        for (value, expected) in [
            (0, "0"),
            (999, "999"),
            (1000, "1.0k"),
            (24_890, "24.8k"),
            (99_999, "99.9k"),
            (132_400, "132k"),
            (1_250_000, "1.2m"),
        ] {
            assert_eq!(shown(value), expected);
        }
    }

    #[test]
    fn a_state_is_short() {
        let rules = Rules { top: 4000, ..Rules::default() };
        let rows: Vec<RankRow> = (0..5000)
            .map(|id| RankRow { id: ProjectId(id), value: Some(u64::MAX - u64::from(id)) })
            .collect();
        let (state, _) = judge(&RankState::default(), &rows, day(0), &rules);
        assert!(serde_json::to_string(&state).unwrap().len() < 8000);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_rests_is_told_and_then_no_more(
            first in prop::collection::vec(prop::option::weighted(0.9, 0_u64..3000), 1..30),
            then in prop::collection::vec(prop::option::weighted(0.9, 0_u64..3000), 1..30),
            top in 1_u32..12,
        ) {
            let rules = Rules { top, ..Rules::default() };
            let listed = |values: &[Option<u64>]| -> Vec<RankRow> {
                (0..).zip(values).map(|(id, value)| RankRow { id: ProjectId(id), value: *value }).collect()
            };
            let (mut state, verdict) = judge(&RankState::default(), &listed(&first), day(0), &rules);
            prop_assert_eq!(told(&verdict), "");
            let (mut said, mut rose) = (Vec::new(), Vec::new());
            for at in 1..9 {
                let (next, verdict) = judge(&state, &listed(&then), day(at), &rules);
                said.push(told(&verdict));
                rose.extend(verdict.moved.iter().filter(|moved| moved.to < moved.from).map(|moved| moved.key));
                state = next;
            }
            prop_assert_eq!(&said[0], "", "not at the first look");
            // what was hidden behind another move may follow, but it comes to an end
            prop_assert!(said[5..].iter().all(String::is_empty), "{:?}", said);
            let distinct: HashSet<&ProjectId> = rose.iter().collect();
            prop_assert_eq!(distinct.len(), rose.len(), "{:?}", said);
        }
    }
}
