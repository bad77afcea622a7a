//! One catalog moved through time: looks, the waits between them, and everything that has to be written after.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, SubsecRound, Utc};
use whimbrel_catalog::{Entry, EntryKey, Known, Outcome, Rules, Settling, Snapshot, Tombstone, Tracker};
use whimbrel_news::{Dated, News};
use whimbrel_store::Shape;

/// Tells of entries that left before this visit.
pub(crate) type Memory<'a> = dyn Fn(&EntryKey) -> Option<Tombstone> + 'a;

/// A tracker, what it told and which rows it touched.
pub(crate) struct Follower<'a> {
    tracker: Tracker,
    rules: &'a Rules,
    known: Known,
    memory: &'a Memory<'a>,
    /// Keys that left or came back during this visit; newer than what `memory` tells.
    moved: HashMap<EntryKey, Option<Tombstone>>,
    touched: HashSet<EntryKey>,
    shape_changed: bool,
    settling_changed: bool,
    news: Vec<Told>,
}

/// News with its two moments.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    /// When the difference was first seen: when it happened, as far as anybody knows.
    pub(crate) since: DateTime<Utc>,
    /// When it had stood long enough.
    pub(crate) at: DateTime<Utc>,
    pub(crate) news: News,
}

/// What a visit changed, ready to be recorded.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) put: Vec<Entry>,
    pub(crate) delete: Vec<EntryKey>,
    pub(crate) bury: Vec<(EntryKey, Tombstone)>,
    pub(crate) shape: Option<Shape>,
    pub(crate) settling: Option<Settling>,
    pub(crate) news: Vec<Dated>,
}

impl<'a> Follower<'a> {
    /// A catalog as it stands.
    pub(crate) fn new(tracker: Tracker, rules: &'a Rules, memory: &'a Memory<'a>) -> Self {
        Self {
            tracker,
            rules,
            known: Known::default(),
            memory,
            moved: HashMap::new(),
            touched: HashSet::new(),
            shape_changed: false,
            settling_changed: false,
            news: Vec::new(),
        }
    }

    /// The tracker.
    pub(crate) fn tracker(&self) -> &Tracker {
        &self.tracker
    }

    /// An address has become another one, as is known from elsewhere: a document that follows says nothing new by it.
    pub(crate) fn learn(&mut self, old: EntryKey, new: EntryKey) {
        self.known.renamed.insert(old, new);
    }

    /// A new parser read the kept documents like this.
    pub(crate) fn reread(&mut self, accepted: Snapshot, latest: Snapshot, now: DateTime<Utc>) {
        let outcome = self.tracker.reread(accepted, latest, now, self.rules, &self.known);
        self.absorb(outcome, now);
    }

    /// Everything is written: the store knows nothing of it yet.
    pub(crate) fn write_all(&mut self) {
        self.touched.extend(self.tracker.accepted().entries.iter().map(|entry| entry.key.clone()));
        self.shape_changed = true;
        self.settling_changed = true;
    }

    /// The catalog looks like this from this moment on.
    pub(crate) fn look(&mut self, latest: Snapshot, at: DateTime<Utc>) {
        let outcome = {
            let past = past(&self.moved, self.memory);
            self.tracker.look(latest, at, self.rules, &self.known, &past)
        };
        self.absorb(outcome, at);
    }

    /// Nothing changed up to this moment: what matures until then becomes news, at its own time.
    pub(crate) fn rest_until(&mut self, now: DateTime<Utc>) {
        while let Some(due) = self.tracker.settling().due(self.rules).filter(|due| *due <= now) {
            let outcome = {
                let past = past(&self.moved, self.memory);
                self.tracker.still(due, self.rules, &self.known, &past)
            };
            self.absorb(outcome, due);
            if self.tracker.settling().due(self.rules) == Some(due) {
                break; // a hold may want one look more; it is looked at again when it is next due
            }
        }
    }

    /// The news so far, taken out.
    pub(crate) fn take_told(&mut self) -> Vec<Told> {
        std::mem::take(&mut self.news)
    }

    /// What has to be written.
    pub(crate) fn finish(mut self) -> Written {
        let news = self.take_told().into_iter().map(Told::dated).collect();
        let mut written = Written { news, ..Written::default() };
        let accepted = self.tracker.accepted();
        for entry in &accepted.entries {
            if self.touched.remove(&entry.key) {
                written.put.push(entry.clone());
            }
        }
        written.delete = self.touched.into_iter().collect();
        written.delete.sort();
        // A key that is accepted again is forgotten by the store when its entry is written.
        written.bury = self.moved.into_iter().filter_map(|(key, stone)| Some((key, stone?))).collect();
        written.bury.sort_by(|one, other| one.0.cmp(&other.0));
        if self.shape_changed {
            written.shape = Some(shape_of(accepted));
        }
        if self.settling_changed {
            written.settling = Some(self.tracker.settling().clone());
        }
        written
    }

    fn absorb(&mut self, outcome: Outcome, at: DateTime<Utc>) {
        self.touched.extend(outcome.put);
        self.touched.extend(outcome.delete);
        for (key, stone) in outcome.bury {
            self.moved.insert(key, Some(stone));
        }
        for key in outcome.unbury {
            self.moved.insert(key, None);
        }
        self.shape_changed |= outcome.shape_changed;
        self.settling_changed |= outcome.settling_changed;
        for (change, since) in outcome.changes.iter().zip(outcome.since) {
            self.news.push(Told { since, at, news: News::from_change(change) });
        }
    }
}

impl Told {
    /// As the journal takes it. Differences of less than a thousandth of a second only keep versions of one second
    /// apart.
    pub(crate) fn dated(self) -> Dated {
        Dated::new(self.since.trunc_subsecs(3), self.news)
    }
}

/// Sections, linkless items and rankings of a snapshot.
pub(crate) fn shape_of(snapshot: &Snapshot) -> Shape {
    Shape {
        title: snapshot.title.clone(),
        sections: snapshot.sections.clone(),
        linkless: snapshot.linkless.clone(),
        rankings: snapshot.rankings.clone(),
    }
}

fn past<'m>(
    moved: &'m HashMap<EntryKey, Option<Tombstone>>,
    memory: &'m Memory<'m>,
) -> impl Fn(&EntryKey) -> Option<Tombstone> + 'm {
    move |key| moved.get(key).map_or_else(|| memory(key), Clone::clone)
}
