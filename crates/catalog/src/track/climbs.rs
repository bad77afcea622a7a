//! Round numbers over time: each is told once, upwards, when the value has stood.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ranks::RankLook;
use super::rules::{Rules, span};
use crate::change::{Change, Metric};
use crate::compare::named;
use crate::key::EntryKey;
use crate::rank::{by_key, is_ranked, milestone};

/// Round numbers that wait, and those that were passed and lost again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Climbs {
    waiting: Vec<Climb>,
    /// Values that fell below a round number: passing it again is no news. Oldest first.
    lost: Vec<Lost>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Climb {
    key: EntryKey,
    metric: Metric,
    value: u64,
    since: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Lost {
    key: EntryKey,
    metric: Metric,
    value: u64,
}

/// More of them are not remembered; a generator that shakes that many values is beyond help.
const MOST_LOST: usize = 1_000;

impl Climbs {
    pub(super) fn times(&mut self) -> impl Iterator<Item = &mut DateTime<Utc>> {
        self.waiting.iter_mut().map(|climb| &mut climb.since)
    }

    pub(super) fn matures(&self, rules: &Rules) -> Option<DateTime<Utc>> {
        self.waiting.iter().map(|climb| climb.since + span(rules.settle_ranks_secs)).min()
    }

    /// Notes what was passed and lost since the last look, and tells what has stood.
    pub(super) fn step(&mut self, look: &RankLook<'_>, changes: &mut Vec<Change>) {
        self.note(look);
        if self.waiting.is_empty() {
            return;
        }
        let entries = by_key(look.latest);
        self.waiting.retain(|climb| {
            let Some(entry) = entries.get(&climb.key) else { return false };
            match entry.figure(&climb.metric) {
                // unknown for now
                None => true,
                Some(figure) if figure.value < climb.value as f64 => false,
                Some(_) if climb.since + span(look.rules.settle_ranks_secs) > look.now => true,
                Some(_) => {
                    let (metric, value) = (climb.metric.clone(), climb.value);
                    let (section, entry) = (entry.section().clone(), named(entry));
                    changes.push(Change::Milestone { metric, entry, section, value });
                    false
                }
            }
        });
    }

    fn note(&mut self, look: &RankLook<'_>) {
        self.follow_renames(look);
        for &(b, a) in &look.difference.touched {
            let (old, new) = (&look.accepted.entries[b], &look.latest.entries[a]);
            for figure in new.figures.iter().filter(|figure| is_ranked(&figure.metric)) {
                let Some(was) = old.figure(&figure.metric) else { continue };
                let metric = &figure.metric;
                if let Some(value) = milestone(was.value, figure.value) {
                    let lost = self.lost.iter().position(|one| one.key == new.key && one.metric == *metric);
                    let known = lost.map_or(0, |at| self.lost.remove(at).value);
                    self.waiting.retain(|one| one.key != new.key || one.metric != *metric);
                    if value > known {
                        let (key, metric) = (new.key.clone(), metric.clone());
                        self.waiting.push(Climb { key, metric, value, since: look.now });
                    } else if let Some(next) = milestone(figure.value, known as f64) {
                        // still below the largest it ever passed
                        self.lost.push(Lost { key: new.key.clone(), metric: metric.clone(), value: next });
                    }
                } else if let Some(value) = milestone(figure.value, was.value) {
                    self.lose(&new.key, metric, value);
                }
            }
        }
    }

    /// A value fell below a round number. One that was not told yet is forgotten.
    fn lose(&mut self, key: &EntryKey, metric: &Metric, value: u64) {
        let waits =
            self.waiting.iter().any(|one| one.key == *key && one.metric == *metric && one.value >= value);
        let known = self.lost.iter().any(|one| one.key == *key && one.metric == *metric);
        if waits || known {
            return;
        }
        if self.lost.len() == MOST_LOST {
            self.lost.remove(0);
        }
        self.lost.push(Lost { key: key.clone(), metric: metric.clone(), value });
    }

    fn follow_renames(&mut self, look: &RankLook<'_>) {
        if self.waiting.is_empty() && self.lost.is_empty() {
            return;
        }
        let (accepted, latest) = (&look.accepted.entries, &look.latest.entries);
        let pairs = look.difference.touched.iter().map(|&(b, a)| (&accepted[b].key, &latest[a].key));
        let renamed: HashMap<_, _> = pairs.filter(|(old, new)| old != new).collect();
        if renamed.is_empty() {
            return;
        }
        let keys = self.waiting.iter_mut().map(|one| &mut one.key);
        for key in keys.chain(self.lost.iter_mut().map(|one| &mut one.key)) {
            if let Some(new) = renamed.get(key) {
                *key = (*new).clone();
            }
        }
    }
}
