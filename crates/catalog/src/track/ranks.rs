//! Rankings over time: what was told of each, and what waits.
//!
//! Values and orders are folded into the accepted state at once, because they change with every look. What rank
//! events are judged by is kept here instead: per ranking the top as it was last told, a little more than it, and
//! which candidates have stood since when. Rounded values pass through a tie on their way to an overtaking; the top
//! as told keeps the old order until then.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::rules::{Rules, span};
use crate::change::{Change, Metric};
use crate::compare::Difference;
use crate::compare::ranks::words;
use crate::key::EntryKey;
use crate::model::{Entry, Ranking, SectionPath, Snapshot};
use crate::rank::{Row, Verdict, by_key, insert, is_ranked, judge, known_rows, row, top};

/// One ranking as it was last told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Board {
    metric: Metric,
    section: SectionPath,
    /// The top in the order that was told, then as many rows again.
    rows: Vec<Standing>,
    waiting: Vec<Candidate>,
    told: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Standing {
    key: EntryKey,
    shown: String,
    value: f64,
}

/// Somebody who will be told of if it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Candidate {
    key: EntryKey,
    what: Crossing,
    since: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Crossing {
    Rose,
    Fell,
    Entered,
    Left,
}

impl Standing {
    fn of(row: &Row<'_>) -> Self {
        Self { key: row.key.clone(), shown: row.shown.to_owned(), value: row.value }
    }

    fn row(&self) -> Row<'_> {
        Row { key: &self.key, shown: &self.shown, value: self.value, ghost: false }
    }
}

/// One look at all rankings of a catalog.
pub(super) struct RankLook<'a> {
    pub(super) accepted: &'a Snapshot,
    pub(super) latest: &'a Snapshot,
    pub(super) difference: &'a Difference,
    pub(super) now: DateTime<Utc>,
    pub(super) rules: &'a Rules,
}

/// Judges all rankings and gives the boards as they are after it. Rankings seen for the first time are silent.
pub(super) fn step(boards: &[Board], look: &RankLook<'_>, changes: &mut Vec<Change>) -> Vec<Board> {
    if !look.latest.rankings.iter().any(|ranking| is_ranked(&ranking.metric)) {
        return Vec::new();
    }
    let entries = by_key(look.latest);
    let moved = Keys::of(look);
    let sections = &look.difference.sections;
    let rankings = look.latest.rankings.iter().filter(|ranking| is_ranked(&ranking.metric));
    rankings
        .map(|ranking| {
            let known = boards.iter().find(|board| {
                board.metric == ranking.metric
                    && (board.section == ranking.section
                        || *sections.forward(&board.section) == ranking.section)
            });
            if let Some(board) = known {
                return board.judge(ranking, &entries, &moved, look, changes);
            }
            let accepted = look.accepted.rankings.iter().find(|old| {
                old.metric == ranking.metric
                    && sections.forward(&old.section) == sections.settled(&ranking.section)
            });
            let top = top(look.rules.top);
            match accepted {
                // no change of it was seen so far: it stands as it was accepted
                Some(old) => Board::first(old, &by_key(look.accepted), top)
                    .judge(ranking, &entries, &moved, look, changes),
                None => Board::first(ranking, &entries, top),
            }
        })
        .collect()
}

/// When the first candidate matures.
pub(super) fn matures(boards: &[Board], rules: &Rules) -> Option<DateTime<Utc>> {
    boards.iter().filter_map(|board| board.matures(rules)).min()
}

/// What happened to keys between the accepted and the latest state.
struct Keys<'a> {
    renamed: HashMap<&'a EntryKey, &'a EntryKey>,
    /// Not in the latest state, but still accepted: the removal is settling.
    leaving: HashSet<&'a EntryKey>,
    /// Accepted before, with or without values, by the key of the latest state.
    before: HashMap<&'a EntryKey, &'a Entry>,
}

impl<'a> Keys<'a> {
    fn of(look: &RankLook<'a>) -> Self {
        let (accepted, latest) = (&look.accepted.entries, &look.latest.entries);
        let pairs = || look.difference.matching.pairs();
        let renamed =
            pairs().map(|(b, a)| (&accepted[b].key, &latest[a].key)).filter(|(old, new)| old != new);
        let leaving = look.difference.matching.only_before().into_iter().map(|b| &accepted[b].key);
        Self {
            renamed: renamed.collect(),
            leaving: leaving.collect(),
            before: pairs().map(|(b, a)| (&latest[a].key, &accepted[b])).collect(),
        }
    }
}

impl Board {
    fn first(ranking: &Ranking, entries: &HashMap<&EntryKey, &Entry>, top: usize) -> Self {
        let rows = known_rows(ranking, entries);
        Self {
            metric: ranking.metric.clone(),
            section: ranking.section.clone(),
            rows: rows.iter().take(2 * top).map(Standing::of).collect(),
            waiting: Vec::new(),
            told: None,
        }
    }

    pub(super) fn times(&mut self) -> impl Iterator<Item = &mut DateTime<Utc>> {
        self.waiting.iter_mut().map(|candidate| &mut candidate.since).chain(&mut self.told)
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &EntryKey> {
        self.rows.iter().map(|standing| &standing.key)
    }

    fn matures(&self, rules: &Rules) -> Option<DateTime<Utc>> {
        let since = self.waiting.iter().map(|candidate| candidate.since).min()?;
        let next = self.told.map(|told| told + span(rules.ranks_every_secs));
        Some((since + span(rules.settle_ranks_secs)).max(next.unwrap_or(since)))
    }

    fn judge(
        &self,
        ranking: &Ranking,
        entries: &HashMap<&EntryKey, &Entry>,
        keys: &Keys<'_>,
        look: &RankLook<'_>,
        changes: &mut Vec<Change>,
    ) -> Self {
        let top = top(look.rules.top);
        let mut then = self.rows.clone();
        for standing in &mut then {
            if let Some(key) = keys.renamed.get(&standing.key) {
                standing.key = (*key).clone();
            }
        }
        then.retain(|standing| entries.contains_key(&standing.key) || keys.leaving.contains(&standing.key));
        let mut now = known_rows(ranking, entries);
        let here: HashSet<&EntryKey> = now.iter().map(|row| row.key).collect();
        for ghost in then.iter().filter(|standing| !here.contains(&standing.key)) {
            insert(&mut now, Row { ghost: true, ..ghost.row() });
        }
        let mut before: Vec<Row<'_>> = then.iter().map(Standing::row).collect();
        // listed before, but without a value: it comes from nowhere and passed nobody
        for arrived in now.iter().take(2 * top) {
            let known =
                keys.before.get(arrived.key).is_some_and(|entry| row(entry, &ranking.metric).is_some());
            let told_of = before.iter().any(|row| row.key == arrived.key);
            if !known && !told_of && keys.before.contains_key(arrived.key) {
                insert(&mut before, *arrived);
            }
        }
        let mut verdict = judge(&before, &now, top);

        let candidates = self.candidates(&verdict, look.now);
        let due = self.told.is_none_or(|told| told + span(look.rules.ranks_every_secs) <= look.now);
        let ripe =
            |candidate: &Candidate| due && candidate.since + span(look.rules.settle_ranks_secs) <= look.now;
        let (tell, waiting): (Vec<_>, Vec<_>) = candidates.into_iter().partition(ripe);
        keep(&mut verdict, &tell);
        let said = words(&verdict, (&ranking.metric, &ranking.section), top, entries);
        let told = if said.is_empty() { self.told } else { Some(look.now) };
        changes.extend(said);
        let rows = settle(&before, &now, &tell, &waiting, top);
        Self { metric: ranking.metric.clone(), section: ranking.section.clone(), rows, waiting, told }
    }

    /// Who would be told of, with the time since when.
    fn candidates(&self, verdict: &Verdict<&EntryKey>, now: DateTime<Utc>) -> Vec<Candidate> {
        let moved = verdict
            .moved
            .iter()
            .map(|moved| (moved.key, if moved.to < moved.from { Crossing::Rose } else { Crossing::Fell }));
        let entered = verdict.entered.iter().map(|(key, _)| (*key, Crossing::Entered));
        let left = verdict.left.iter().map(|(key, _)| (*key, Crossing::Left));
        moved
            .chain(entered)
            .chain(left)
            .map(|(key, what)| {
                let known = self.waiting.iter().find(|one| one.key == *key && one.what == what);
                let since = known.map_or(now, |one| one.since);
                Candidate { key: key.clone(), what, since }
            })
            .collect()
    }
}

/// Takes out of a verdict what is not told yet.
fn keep(verdict: &mut Verdict<&EntryKey>, tell: &[Candidate]) {
    let told = |key: &EntryKey, what: &[Crossing]| {
        tell.iter().any(|one| one.key == *key && what.contains(&one.what))
    };
    verdict.moved.retain(|moved| told(moved.key, &[Crossing::Rose, Crossing::Fell]));
    verdict.entered.retain(|(key, _)| told(key, &[Crossing::Entered]));
    verdict.left.retain(|(key, _)| told(key, &[Crossing::Left]));
}

/// The board after a look: what was told stands where it stands now, the rest of the top as it was told before, and
/// below the top the order of today.
fn settle(
    before: &[Row<'_>],
    now: &[Row<'_>],
    told: &[Candidate],
    waiting: &[Candidate],
    top: usize,
) -> Vec<Standing> {
    let ranks: HashMap<&EntryKey, usize> =
        now.iter().enumerate().map(|(rank, row)| (row.key, rank)).collect();
    // who moved is named before who crossed the border by it
    let crossings: HashMap<&EntryKey, Crossing> =
        told.iter().rev().map(|candidate| (&candidate.key, candidate.what)).collect();
    // new ones of whom nothing is to be told take their place in silence
    let known = |key: &EntryKey| {
        before.iter().any(|row| row.key == key) || waiting.iter().any(|candidate| candidate.key == *key)
    };
    let quiet: HashSet<&EntryKey> =
        now.iter().take(top).map(|row| row.key).filter(|key| !known(key)).collect();
    // and so does one that has sunk below the top and was not told of, because nobody took its place
    let sunk = |key: &EntryKey| waiting.is_empty() && ranks.get(key).is_some_and(|rank| *rank >= top);
    let moves = |key: &EntryKey| crossings.contains_key(key) || quiet.contains(key) || sunk(key);
    let mut rows: Vec<Row<'_>> = before.iter().filter(|row| !moves(row.key)).copied().collect();
    for row in now.iter().filter(|row| moves(row.key)) {
        let rank = ranks[row.key];
        let rose = quiet.contains(row.key)
            || matches!(crossings.get(row.key), Some(Crossing::Rose | Crossing::Entered));
        // Rows between which nothing was told stand in their old order: one that rose comes before all that are
        // behind it now, one that fell after all that are ahead of it, else it would fall again at the next look.
        let at = if rose {
            let behind = |other: &Row<'_>| ranks.get(other.key).is_none_or(|other| *other > rank);
            rows.iter().position(behind).unwrap_or(rows.len())
        } else {
            let ahead = |other: &Row<'_>| ranks.get(other.key).is_some_and(|other| *other < rank);
            rows.iter().rposition(ahead).map_or(0, |at| at + 1)
        };
        rows.insert(at, *row);
    }
    if !waiting.iter().any(|candidate| candidate.what == Crossing::Entered) {
        rows.truncate(top);
        let shown: HashSet<&EntryKey> = rows.iter().map(|row| row.key).collect();
        rows.extend(now.iter().filter(|row| !shown.contains(row.key)).take(top));
    }
    rows.truncate(2 * top);
    rows.iter().map(Standing::of).collect()
}
