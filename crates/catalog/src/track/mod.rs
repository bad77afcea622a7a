//! A catalog followed over time: what was accepted, what is still settling, what is held back.
//!
//! Every look compares the accepted state with the latest one. A difference that stands long enough becomes news and
//! is folded into the accepted state; one that is undone in between never was a difference, so reverts and flipping
//! generators need no special case. What no reader would call a change is folded at once. A step that changes too
//! much is held as a whole ([`Hold`]) until it has stood, or is gone.

mod climbs;
mod fold;
mod ranks;
mod reread;
mod rules;
mod settling;

#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::change::{Change, Hold, HoldReason};
use crate::compare::{Difference, Item, Known};
use crate::guard::{self, Tally};
use crate::key::EntryKey;
use crate::model::{Entry, SectionPath, Snapshot};

pub use self::rules::Rules;
pub use self::settling::Settling;

use self::climbs::Climbs;
use self::fold::{Rows, Waiting};
use self::ranks::RankLook;
use self::rules::span;
use self::settling::{Held, Pending, What};

/// The memory of a key that left the catalog: its entry was removed, lost its link or went to another address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tombstone {
    /// Its name when it left.
    pub name: String,
    /// Its section when it left.
    pub section: SectionPath,
    /// When it left.
    pub at: DateTime<Utc>,
}

/// Tells of entries that left earlier.
pub type Past<'a> = dyn Fn(&EntryKey) -> Option<Tombstone> + 'a;

/// What comes back within this time is restored and was never new.
const RESTORED_DAYS: i64 = 30;

/// A catalog as the engine follows it.
#[derive(Clone, Debug)]
pub struct Tracker {
    accepted: Snapshot,
    /// The latest readable state, when it is not the accepted one.
    latest: Option<Snapshot>,
    settling: Settling,
}

/// What one look brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// News, in the order it should be told. What one step brought belongs together: a renderer may fold five
    /// `renamed` or ten `edited` of one look into a line.
    pub changes: Vec<Change>,
    /// Since when each of the changes had stood when it was told, in the same order: when it happened, as far as
    /// anybody saw.
    pub since: Vec<DateTime<Utc>>,
    /// Accepted entries that differ from before in any way and must be written ([`Tracker::rows`] hands them out).
    pub put: Vec<EntryKey>,
    /// Accepted entries that are gone and must be deleted.
    pub delete: Vec<EntryKey>,
    /// Keys that left the accepted state, to be remembered and told back by `past`.
    pub bury: Vec<(EntryKey, Tombstone)>,
    /// Remembered keys that are back and can be forgotten.
    pub unbury: Vec<EntryKey>,
    /// Sections, linkless items, rankings or the title differ and must be written.
    pub shape_changed: bool,
    /// The settling state differs and must be written.
    pub settling_changed: bool,
    /// When the next pending difference matures: a look is due then, however long the usual interval is.
    pub matures: Option<DateTime<Utc>>,
    /// A step that is being held back.
    pub held: Option<Hold>,
}

impl Tracker {
    /// The first sight of a catalog: everything is accepted, nothing is news.
    pub fn baseline(first: Snapshot) -> Self {
        Self { accepted: first, latest: None, settling: Settling::default() }
    }

    /// A tracker as it was stored: accepted state, the latest readable document if it differs
    /// ([`Settling::needs_latest`]), what is settling. When that document got lost, what it brought is seen anew at the
    /// next look.
    pub fn restore(accepted: Snapshot, latest: Option<Snapshot>, mut settling: Settling) -> Self {
        if latest.is_none() {
            settling.pending.clear();
            settling.hold = None;
        }
        Self { accepted, latest, settling }
    }

    /// The accepted state.
    pub fn accepted(&self) -> &Snapshot {
        &self.accepted
    }

    /// The latest readable state.
    pub fn latest(&self) -> &Snapshot {
        self.latest.as_ref().unwrap_or(&self.accepted)
    }

    /// True when the latest state is the accepted one: then only that has to be kept.
    pub fn is_settled(&self) -> bool {
        self.latest.is_none()
    }

    /// What is settling.
    pub fn settling(&self) -> &Settling {
        &self.settling
    }

    /// The accepted entries of these keys, in document order.
    pub fn rows<'a>(&'a self, keys: &[EntryKey]) -> Vec<&'a Entry> {
        if keys.is_empty() {
            return Vec::new();
        }
        let keys: std::collections::HashSet<&EntryKey> = keys.iter().collect();
        self.accepted.entries.iter().filter(|entry| keys.contains(&entry.key)).collect()
    }

    /// The catalog was read and looks like this. `past` tells of entries that left earlier.
    ///
    /// A source that knows when a state began and ended (a commit and the next one) calls [`Tracker::still`] at
    /// [`Outcome::matures`] before it looks at the next state: what was not seen standing is not told.
    pub fn look(
        &mut self,
        latest: Snapshot,
        now: DateTime<Utc>,
        rules: &Rules,
        known: &Known,
        past: &Past<'_>,
    ) -> Outcome {
        let settling = self.settling.clone();
        self.settling.rewind(now);
        let step = Step { now, rules, known, past };
        let mut outcome = if self.settling.hold.is_some() {
            self.look_while_held(latest, &step)
        } else {
            self.look_freely(latest, &step)
        };
        outcome.settling_changed = settling != self.settling;
        outcome
    }

    /// The catalog is as it was at the last look: only time has passed.
    pub fn still(&mut self, now: DateTime<Utc>, rules: &Rules, known: &Known, past: &Past<'_>) -> Outcome {
        self.settling.rewind(now);
        let step = Step { now, rules, known, past };
        if let Some(held) = &mut self.settling.hold {
            held.looks += 1;
            let mut outcome = Outcome::default();
            if held.is_mature(now, rules) {
                outcome = self.accept_held(&step);
            } else {
                outcome.held = Some(held.hold.clone());
                outcome.matures = Some(held.matures(rules));
            }
            outcome.settling_changed = true;
            return outcome;
        }
        let mut outcome = Outcome::default();
        if self.settling.seen.is_none_or(|seen| now - seen >= TimeDelta::days(1)) {
            self.settling.looked(0, now);
            outcome.settling_changed = true;
        }
        outcome.matures = self.settling.matures(rules);
        if outcome.matures.is_none_or(|due| due > now) {
            return outcome;
        }
        if let Some(latest) = self.latest.take() {
            let difference = Difference::between(&self.accepted, &latest, known);
            self.settle(latest, &difference, &step, &mut outcome);
        } else {
            // only ranks were waiting
            let difference = Difference::between(&self.accepted, &self.accepted, known);
            let ranks = self.settling.rank(&RankLook {
                accepted: &self.accepted,
                latest: &self.accepted,
                difference: &difference,
                now,
                rules,
            });
            for change in ranks {
                outcome.tell(change, now);
            }
            outcome.matures = self.settling.matures(rules);
        }
        outcome.settling_changed = true;
        outcome
    }

    /// The catalog could not be read for this reason: the good state stays, nothing matures.
    pub fn unreadable(&mut self, _now: DateTime<Utc>, reason: HoldReason) -> Outcome {
        let detail = "the document could not be read, the last good state is kept".to_owned();
        let held = Tally::default().hold(reason, detail);
        Outcome { held: Some(held), ..Outcome::default() }
    }

    fn look_freely(&mut self, latest: Snapshot, step: &Step<'_>) -> Outcome {
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

    fn look_while_held(&mut self, latest: Snapshot, step: &Step<'_>) -> Outcome {
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
    fn accept_held(&mut self, step: &Step<'_>) -> Outcome {
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
    fn settle(&mut self, latest: Snapshot, difference: &Difference, step: &Step<'_>, outcome: &mut Outcome) {
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

/// What every step needs.
struct Step<'a> {
    now: DateTime<Utc>,
    rules: &'a Rules,
    known: &'a Known,
    past: &'a Past<'a>,
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

impl Held {
    fn matures(&self, rules: &Rules) -> DateTime<Utc> {
        self.since + span(rules.hold_secs)
    }

    fn is_mature(&self, now: DateTime<Utc>, rules: &Rules) -> bool {
        self.looks >= 2 && now >= self.matures(rules)
    }
}

impl Outcome {
    /// Every change goes through here, with the moment since when it stood.
    fn tell(&mut self, change: Change, since: DateTime<Utc>) {
        self.changes.push(change);
        self.since.push(since);
    }

    /// Joins what a second step of the same look brought.
    fn followed_by(&mut self, next: Self) {
        use std::collections::HashSet;
        let (put, deleted): (HashSet<_>, HashSet<_>) =
            (next.put.iter().collect(), next.delete.iter().collect());
        self.delete.retain(|key| !put.contains(key));
        self.put.retain(|key| !put.contains(key) && !deleted.contains(key));
        let (back, buried): (HashSet<_>, HashSet<_>) =
            (next.unbury.iter().collect(), next.bury.iter().map(|(key, _)| key).collect());
        self.bury.retain(|(key, _)| !back.contains(key) && !buried.contains(key));
        self.unbury.retain(|key| !buried.contains(key));
        self.put.extend(next.put);
        self.delete.extend(next.delete);
        self.bury.extend(next.bury);
        self.unbury.extend(next.unbury);
        self.changes.extend(next.changes);
        self.since.extend(next.since);
        self.shape_changed |= next.shape_changed;
        self.matures = next.matures;
        self.held = next.held;
    }
}
