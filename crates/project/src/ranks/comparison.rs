//! The order readers were told of beside that of today, and what of the difference two looks agree on.

use std::collections::{HashMap, HashSet};

use whimbrel_catalog::rank::{self, Row, Verdict};

use super::{Rank, shown};
use crate::project::ProjectId;

/// Two orders compared, with what was put into them to make them comparable.
pub(super) struct Comparison {
    /// As it was told, with those who came since at the place they took.
    before: Vec<Rank>,
    /// As it is now, with the unknown ones at the place they had.
    after: Vec<Rank>,
    pub(super) verdict: Verdict<ProjectId>,
}

impl Comparison {
    pub(super) fn of(told: &[Rank], now: &[Rank], top: usize) -> Self {
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
    pub(super) fn settled(&self, confirmed: &Verdict<ProjectId>, near: usize, top: usize) -> Vec<Rank> {
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
pub(super) fn held(mut verdict: Verdict<ProjectId>, confirmed: &Verdict<ProjectId>) -> Verdict<ProjectId> {
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
