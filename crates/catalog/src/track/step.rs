//! One step: free or held, settled or waiting.

use chrono::{DateTime, TimeDelta, Utc};

use super::climbs::Climbs;
use super::fold::{self, Rows, Waiting};
use super::ranks::RankLook;
use super::rules::{Rules, span};
use super::settling::{Held, Pending, What};
use super::{Outcome, Past, Tracker};
use crate::change::{Change, Hold};
use crate::compare::{Difference, Item, Known};
use crate::guard::{self, Tally};
use crate::model::Snapshot;

/// What comes back within this time is restored and was never new.
const RESTORED_DAYS: i64 = 30;

/// What every step needs.
pub(super) struct Step<'a> {
    pub(super) now: DateTime<Utc>,
    pub(super) rules: &'a Rules,
    pub(super) known: &'a Known,
    pub(super) past: &'a Past<'a>,
}

impl Step<'_> {
    /// An entry that was listed before is not simply new.
    fn remember(&self, change: Change) -> Change {
        let Change::Added { entry, in_place_of, .. } = change else { return change };
        match (self.past)(&entry.key) {
            Some(stone) if self.now - stone.at <= TimeDelta::days(RESTORED_DAYS) => {
                Change::Restored { entry }
            }
            Some(_) => Change::Added { entry, in_place_of, returned: true },
            None => Change::Added { entry, in_place_of, returned: false },
        }
    }
}

impl Tracker {
    pub(super) fn look_freely(&mut self, latest: Snapshot, step: &Step<'_>) -> Outcome {
        let expected = self.settling.expected(step.now);
        let from = self.latest();
        let change = Difference::between(from, &latest, step.known);
        let tally = Tally::of(&change, from, |_| true);
        if let Some(hold) = guard::judge(&tally, step.rules, expected) {
            return self.hold(hold, latest, step);
        }
        self.settling.looked(tally.events(), step.now);
        let difference = match &self.latest {
            None => change,
            Some(_) => Difference::between(&self.accepted, &latest, step.known),
        };
        let mut outcome = Outcome::default();
        self.settle(latest, &difference, step, &mut outcome);
        outcome
    }

    fn hold(&mut self, hold: Hold, latest: Snapshot, step: &Step<'_>) -> Outcome {
        let held = Held { hold, since: step.now, looks: 1 };
        let outcome = Outcome {
            held: Some(held.hold.clone()),
            matures: Some(held.matures(step.rules)),
            ..Outcome::default()
        };
        self.latest = Some(latest);
        self.settling.hold = Some(held);
        outcome
    }

    pub(super) fn look_while_held(&mut self, latest: Snapshot, step: &Step<'_>) -> Outcome {
        let difference = Difference::between(&self.accepted, &latest, step.known);
        let settling = &self.settling;
        let new = |item: &Item| {
            let what = What::of(item, &difference, &self.accepted, &latest);
            settling.since(&what).is_none()
        };
        let tally = Tally::of(&difference, &self.accepted, new);
        let expected = settling.expected(step.now);
        let Some(hold) = guard::judge(&tally, step.rules, expected) else {
            // (nearly) as it was before: whatever it was, it is over
            self.settling.hold = None;
            self.settling.looked(0, step.now);
            let mut outcome = Outcome::default();
            self.settle(latest, &difference, step, &mut outcome);
            return outcome;
        };
        let from = self.latest();
        let change = Difference::between(from, &latest, step.known);
        let again = guard::judge(&Tally::of(&change, from, |_| true), step.rules, 0.0);
        let Some(held) = self.settling.hold.as_mut().filter(|_| again.is_none()) else {
            return self.hold(hold, latest, step);
        };
        held.looks += 1;
        if held.is_mature(step.now, step.rules) {
            let mut outcome = self.accept_held(step);
            outcome.followed_by(self.look_freely(latest, step));
            return outcome;
        }
        held.hold = hold;
        let outcome = Outcome {
            held: Some(held.hold.clone()),
            matures: Some(held.matures(step.rules)),
            ..Outcome::default()
        };
        self.latest = Some(latest);
        outcome
    }

    /// What was held has stood: it is told in one line and accepted.
    pub(super) fn accept_held(&mut self, step: &Step<'_>) -> Outcome {
        let mut outcome = Outcome::default();
        let (Some(held), Some(latest)) = (self.settling.hold.take(), self.latest.take()) else {
            return outcome;
        };
        let difference = Difference::between(&self.accepted, &latest, step.known);
        let tally = Tally::of(&difference, &self.accepted, |_| true);
        let reshaped = Change::Reshaped { hold: tally.hold(held.hold.reason, held.hold.detail) };
        outcome.tell(reshaped, held.since);
        let mut rows = Rows { outcome: &mut outcome, now: step.now, past: step.past };
        fold::whole(&self.accepted, &latest, &difference, &mut rows);
        self.accepted = latest;
        self.settling.pending.clear();
        self.settling.boards.clear();
        self.settling.climbs = Climbs::default();
        self.settling.looked(0, step.now);
        outcome
    }

    /// Tells what has stood long enough and folds it, with everything silent, into the accepted state.
    pub(super) fn settle(
        &mut self,
        latest: Snapshot,
        difference: &Difference,
        step: &Step<'_>,
        outcome: &mut Outcome,
    ) {
        let mut waiting = Waiting::default();
        let mut pending = Vec::new();
        for item in &difference.items {
            let what = What::of(item, difference, &self.accepted, &latest);
            let since = self.settling.since(&what).unwrap_or(step.now);
            if step.now - since >= what.settles(step.rules) {
                let change = difference.tell(item, &self.accepted, &latest);
                outcome.tell(step.remember(change), since);
            } else {
                waiting.put(item);
                pending.push(Pending { what, since });
            }
        }
        pending.sort_by(|one, other| one.what.cmp(&other.what));
        self.settling.pending = pending;
        let ranks = self.settling.rank(&RankLook {
            accepted: &self.accepted,
            latest: &latest,
            difference,
            now: step.now,
            rules: step.rules,
        });
        for change in ranks {
            outcome.tell(change, step.now);
        }
        outcome.matures = self.settling.matures(step.rules);
        let mut rows = Rows { outcome, now: step.now, past: step.past };
        if self.settling.pending.is_empty() {
            fold::whole(&self.accepted, &latest, difference, &mut rows);
            self.accepted = latest;
            self.latest = None;
        } else {
            fold::part(&mut self.accepted, &latest, difference, &waiting, &mut rows);
            self.latest = Some(latest);
        }
    }
}

impl Held {
    pub(super) fn matures(&self, rules: &Rules) -> DateTime<Utc> {
        self.since + span(rules.hold_secs)
    }

    pub(super) fn is_mature(&self, now: DateTime<Utc>, rules: &Rules) -> bool {
        self.looks >= 2 && now >= self.matures(rules)
    }
}
