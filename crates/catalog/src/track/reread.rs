//! A new parser reads the stored documents again: neither a flood nor a blind spot.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::fold::{self, Rows, Waiting};
use super::settling::{Pending, What};
use super::{Outcome, Rules, Tracker};
use crate::compare::texts::{fingerprint, same_letters};
use crate::compare::{Difference, Item, Known};
use crate::key::EntryKey;
use crate::model::{Entry, Snapshot};

impl Tracker {
    /// Takes over what a new parser makes of the two documents that are kept: the one behind the accepted state and
    /// the latest one. What was pending stays pending, since when it was; what was told stays told; what only the
    /// new parser sees differently is written and not told.
    pub fn reread(
        &mut self,
        accepted_document: Snapshot,
        latest_document: Snapshot,
        now: DateTime<Utc>,
        rules: &Rules,
        known: &Known,
    ) -> Outcome {
        let difference = Difference::between(&accepted_document, &latest_document, known);
        let before = Before::of(&self.accepted);
        let held = self.settling.hold.is_some();
        let mut waiting = Waiting::default();
        let mut pending = Vec::new();
        let mut unseen = Vec::new();
        for item in &difference.items {
            let what = What::of(item, &difference, &accepted_document, &latest_document);
            if let Some(since) = self.settling.since(&what) {
                waiting.put(item);
                pending.push(Pending { what, since });
            } else if before.lacks(item, &accepted_document, &latest_document) {
                unseen.push((item, what));
            }
        }
        // a handful that the old parser did not see is news; more of it is the parser's doing
        if held || unseen.len() <= rules.hold_events as usize {
            for (item, what) in unseen {
                waiting.put(item);
                pending.push(Pending { what, since: now });
            }
        }
        let mut accepted = accepted_document;
        let mut rows = Rows { outcome: &mut Outcome::default(), now, past: &|_| None };
        fold::part(&mut accepted, &latest_document, &difference, &waiting, &mut rows);
        if !held {
            pending.sort_by(|one, other| one.what.cmp(&other.what));
            self.settling.pending = pending;
        }
        self.settling.forget_boards_without(&accepted);
        if held || !self.settling.pending.is_empty() {
            self.latest = Some(latest_document);
        } else {
            accepted = latest_document;
            self.latest = None;
        }
        let mut outcome = written(&self.accepted, &accepted);
        self.accepted = accepted;
        outcome.settling_changed = true;
        outcome.matures = self.settling.matures(rules);
        if let Some(held) = &self.settling.hold {
            outcome.held = Some(held.hold.clone());
            outcome.matures = Some(held.matures(rules));
        }
        outcome
    }
}

/// What the accepted state knew under the old parser.
struct Before<'a> {
    keys: HashMap<&'a EntryKey, &'a Entry>,
    names: HashSet<u64>,
}

impl<'a> Before<'a> {
    fn of(accepted: &'a Snapshot) -> Self {
        Self {
            keys: accepted.entries.iter().map(|entry| (&entry.key, entry)).collect(),
            names: accepted.entries.iter().map(|entry| fingerprint(&entry.name)).collect(),
        }
    }

    /// Whether the difference was surely not told yet. Moves, edits and sections are only taken as pending when they
    /// were: how a text or a section reads is the parser's business.
    fn lacks(&self, item: &Item, old: &Snapshot, new: &Snapshot) -> bool {
        match item {
            Item::Added { a, .. } => !self.knows(&new.entries[*a]),
            Item::Removed { b } => self.knows(&old.entries[*b]),
            Item::Renamed { a, .. } => {
                let new = &new.entries[*a];
                self.keys.get(&new.key).is_none_or(|known| !same_letters(&known.name, &new.name))
            }
            Item::Moved { .. } | Item::Edited { .. } | Item::Section(_) => false,
        }
    }

    fn knows(&self, entry: &Entry) -> bool {
        self.keys.contains_key(&entry.key) || self.names.contains(&fingerprint(&entry.name))
    }
}

/// The rows that differ, whatever the reason.
fn written(before: &Snapshot, after: &Snapshot) -> Outcome {
    let mut old: HashMap<&EntryKey, &Entry> =
        before.entries.iter().map(|entry| (&entry.key, entry)).collect();
    let mut outcome = Outcome { shape_changed: fold::shape_differs(before, after), ..Outcome::default() };
    for entry in &after.entries {
        if old.remove(&entry.key).is_none_or(|known| known != entry) {
            outcome.put.push(entry.key.clone());
        }
    }
    outcome.delete = old.into_keys().cloned().collect();
    outcome.delete.sort();
    outcome
}
