//! The engine over a series of versions: the same tracker that follows a living catalog, with commit times as now.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use whimbrel_catalog::{EntryKey, Known, Outcome, Rules, Snapshot, Tombstone, Tracker};
use whimbrel_news::{Dated, News};

/// News and the commit whose state it is about.
pub(super) struct Told {
    pub(super) news: Dated,
    pub(super) commit: String,
}

/// A catalog followed through its history.
pub(super) struct Engine {
    rules: Rules,
    known: Known,
    tracker: Option<Tracker>,
    past: HashMap<EntryKey, Tombstone>,
    matures: Option<DateTime<Utc>>,
    commit: String,
}

impl Engine {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            known: Known::default(),
            tracker: None,
            past: HashMap::new(),
            matures: None,
            commit: String::new(),
        }
    }

    /// Time passes up to this moment without a new version: what has stood long enough is told when it has.
    pub(super) fn pass(&mut self, to: DateTime<Utc>) -> Vec<Told> {
        let mut told = Vec::new();
        while let Some(due) = self.matures.filter(|due| *due <= to) {
            let Some(tracker) = &mut self.tracker else { break };
            let past = |key: &EntryKey| self.past.get(key).cloned();
            let outcome = tracker.still(due, &self.rules, &self.known, &past);
            // A look that moves nothing on would be repeated without end.
            let stuck = outcome.matures.is_some_and(|next| next <= due) && outcome.changes.is_empty();
            told.extend(self.note(outcome, due));
            if stuck {
                self.matures = None;
            }
        }
        told
    }

    /// A new version stands there.
    pub(super) fn see(&mut self, snapshot: Snapshot, at: DateTime<Utc>, commit: &str) -> Vec<Told> {
        commit.clone_into(&mut self.commit);
        let Some(tracker) = &mut self.tracker else {
            self.tracker = Some(Tracker::baseline(snapshot));
            return Vec::new();
        };
        let past = |key: &EntryKey| self.past.get(key).cloned();
        let outcome = tracker.look(snapshot, at, &self.rules, &self.known, &past);
        self.note(outcome, at)
    }

    fn note(&mut self, outcome: Outcome, at: DateTime<Utc>) -> Vec<Told> {
        self.matures = outcome.matures;
        self.past.extend(outcome.bury);
        for key in &outcome.unbury {
            self.past.remove(key);
        }
        let news = outcome.changes.iter().map(|change| Dated::new(at, News::from_change(change)));
        news.map(|news| Told { news, commit: self.commit.clone() }).collect()
    }
}
