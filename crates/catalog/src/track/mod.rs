//! A catalog followed over time: what was accepted, what is still settling, what is held back.
//!
//! Every look compares the accepted state with the latest one. A difference that stands long enough becomes news and
//! is folded into the accepted state; one that is undone in between never was a difference, so reverts and flipping
//! generators need no special case. What no reader would call a change is folded at once. A step that changes too
//! much is held as a whole ([`crate::Hold`]) until it has stood, or is gone.

mod climbs;
mod fold;
mod outcome;
mod ranks;
mod reread;
mod rules;
mod settling;
mod step;

#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};

use crate::change::HoldReason;
use crate::compare::{Difference, Known};
use crate::guard::Tally;
use crate::key::EntryKey;
use crate::model::{Entry, Snapshot};

pub use self::outcome::{Outcome, Past, Tombstone};
pub use self::rules::Rules;
pub use self::settling::Settling;

use self::ranks::RankLook;
use self::step::Step;

/// A catalog as the engine follows it.
#[derive(Clone, Debug)]
pub struct Tracker {
    accepted: Snapshot,
    /// The latest readable state, when it is not the accepted one.
    latest: Option<Snapshot>,
    settling: Settling,
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
}
