//! Ranks and round numbers of two snapshots.

use std::collections::{HashMap, HashSet};

use super::{Difference, telling::named};
use crate::change::{Change, Metric, Mover};
use crate::key::EntryKey;
use crate::model::{Entry, SectionPath, Snapshot};
use crate::rank::{Moved, Row, Verdict, by_key, insert, is_ranked, judge, known_rows, milestone, row, top};

impl Difference {
    /// What changed in the rankings both snapshots print, and the round numbers that were passed.
    pub(crate) fn tell_ranks(&self, before: &Snapshot, after: &Snapshot, rules_top: u32) -> Vec<Change> {
        let mut changes = Vec::new();
        if after.rankings.iter().any(|ranking| is_ranked(&ranking.metric)) {
            let entries = by_key(after);
            let sides = Sides { difference: self, before, after, old: by_key(before), entries: &entries };
            sides.tell(top(rules_top), &mut changes);
        }
        for climb in self.climbs(before, after) {
            let entry = &after.entries[climb.a];
            let (section, entry) = (entry.section().clone(), named(entry));
            changes.push(Change::Milestone { metric: climb.metric, entry, section, value: climb.value });
        }
        changes
    }

    /// Round numbers passed by entries whose value is known on both sides.
    pub(crate) fn climbs(&self, before: &Snapshot, after: &Snapshot) -> Vec<Climb> {
        let mut climbs = Vec::new();
        for &(b, a) in &self.touched {
            for figure in after.entries[a].figures.iter().filter(|figure| is_ranked(&figure.metric)) {
                let Some(old) = before.entries[b].figure(&figure.metric) else { continue };
                if let Some(value) = milestone(old.value, figure.value) {
                    climbs.push(Climb { a, metric: figure.metric.clone(), value });
                }
            }
        }
        climbs
    }
}

/// A round number passed.
pub(crate) struct Climb {
    pub(crate) a: usize,
    pub(crate) metric: Metric,
    pub(crate) value: u64,
}

struct Sides<'a> {
    difference: &'a Difference,
    before: &'a Snapshot,
    after: &'a Snapshot,
    old: HashMap<&'a EntryKey, &'a Entry>,
    entries: &'a HashMap<&'a EntryKey, &'a Entry>,
}

impl Sides<'_> {
    fn tell(&self, top: usize, changes: &mut Vec<Change>) {
        let sections = &self.difference.sections;
        let positions: HashMap<&EntryKey, usize> =
            self.before.entries.iter().enumerate().map(|(b, entry)| (&entry.key, b)).collect();
        let partner = |key: &EntryKey| {
            let b = *positions.get(key)?;
            self.difference.matching.after(b).map(|a| &self.after.entries[a])
        };
        for ranking in self.after.rankings.iter().filter(|ranking| is_ranked(&ranking.metric)) {
            let was = self.before.rankings.iter().find(|old| {
                old.metric == ranking.metric
                    && sections.forward(&old.section) == sections.settled(&ranking.section)
            });
            let Some(was) = was else { continue };
            // only what is still listed, under the key it has now
            let mut before: Vec<Row<'_>> = known_rows(was, &self.old)
                .into_iter()
                .filter_map(|row| Some(Row { key: &partner(row.key)?.key, ..row }))
                .collect();
            let mut after = known_rows(ranking, self.entries);
            let unknown_now = |row: &&Row<'_>| {
                let entry = self.entries.get(row.key);
                entry.is_some_and(|entry| entry.figure(&ranking.metric).is_none())
            };
            // further down nobody is told of, and on a generator's bad day nearly all values are missing
            let near = 4 * top;
            let ghosts: Vec<Row<'_>> = before.iter().take(near).filter(unknown_now).copied().collect();
            for ghost in ghosts {
                insert(&mut after, Row { ghost: true, ..ghost });
            }
            // was listed without a value: it comes from nowhere and passed nobody
            let unknown_then = was
                .order
                .iter()
                .filter(|key| self.old.get(key).is_some_and(|old| row(old, &was.metric).is_none()));
            let unknown_then: HashSet<&EntryKey> =
                unknown_then.filter_map(partner).map(|entry| &entry.key).collect();
            for arrived in after.iter().take(near).filter(|row| unknown_then.contains(row.key)) {
                insert(&mut before, *arrived);
            }
            let verdict = judge(&before, &after, top);
            changes.extend(words(&verdict, (&ranking.metric, &ranking.section), top, self.entries));
        }
    }
}

/// Puts a verdict into words.
pub(crate) fn words(
    verdict: &Verdict<&EntryKey>,
    (metric, scope): (&Metric, &SectionPath),
    top: usize,
    entries: &HashMap<&EntryKey, &Entry>,
) -> Vec<Change> {
    let mover = |moved: &Moved<&EntryKey>| {
        let entry = entries.get(moved.key)?;
        let name = |key: &&EntryKey| entries.get(*key).map(|entry| entry.name.clone());
        Some(Mover {
            name: entry.name.clone(),
            url: entry.url.clone(),
            from: moved.from,
            to: moved.to,
            overtook: moved.overtook.iter().filter_map(name).collect(),
        })
    };
    let (metric, scope, top) = (|| metric.clone(), || scope.clone(), top as u32);
    let mut changes = Vec::new();
    let movers: Vec<Mover> = verdict.moved.iter().filter_map(mover).collect();
    if !movers.is_empty() {
        changes.push(Change::RanksMoved { metric: metric(), scope: scope(), movers });
    }
    for (key, rank) in &verdict.entered {
        if let Some(entry) = entries.get(key).map(|entry| named(entry)) {
            changes.push(Change::EnteredTop { metric: metric(), scope: scope(), entry, rank: *rank, top });
        }
    }
    for (key, rank) in &verdict.left {
        if let Some(entry) = entries.get(key).map(|entry| named(entry)) {
            changes.push(Change::LeftTop { metric: metric(), scope: scope(), entry, rank: *rank, top });
        }
    }
    changes
}
