//! What is not yet news, in a form that can be stored: identities of differences and since when they stand.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::climbs::Climbs;
use super::ranks::{self, Board, RankLook};
use super::rules::{Rules, span};
use crate::change::{Change, Hold};
use crate::compare::figures::without_figures;
use crate::compare::texts::fingerprint;
use crate::compare::{Difference, Item};
use crate::key::EntryKey;
use crate::model::{SectionPath, Snapshot};

/// What is not yet news: serialised and kept beside the accepted entries.
///
/// It holds no documents, only which differences between the accepted and the latest one are waiting and since when,
/// so it grows with what is pending and not with the catalog.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Settling {
    /// Differences that stand, sorted.
    pub(super) pending: Vec<Pending>,
    /// A mass change that is held back.
    pub(super) hold: Option<Held>,
    /// When the catalog was last looked at, to the day when nothing changed: how long an absence was.
    pub(super) seen: Option<DateTime<Utc>>,
    /// How much usually changes.
    pub(super) usual: Option<Usual>,
    /// The rankings as they were last told.
    pub(super) boards: Vec<Board>,
    /// Round numbers that wait.
    pub(super) climbs: Climbs,
}

impl Settling {
    /// True when nothing waits and nothing is held.
    pub fn is_idle(&self) -> bool {
        self.pending.is_empty() && self.hold.is_none() && self.ranks_mature(&Rules::default()).is_none()
    }

    /// True when the latest document differs from what is accepted, so that it must be read to go on.
    pub fn needs_latest(&self) -> bool {
        !self.pending.is_empty() || self.hold.is_some()
    }

    /// When something here becomes news if it stands until then; `None` when nothing waits.
    pub fn due(&self, rules: &Rules) -> Option<DateTime<Utc>> {
        match &self.hold {
            Some(held) => Some(held.matures(rules)),
            None => self.matures(rules),
        }
    }

    /// The mass change that is held back, and since when.
    pub fn held(&self) -> Option<(&Hold, DateTime<Utc>)> {
        self.hold.as_ref().map(|held| (&held.hold, held.since))
    }

    /// New entries that wait to be told; none while a mass change is held back.
    pub fn arriving(&self) -> impl Iterator<Item = &EntryKey> {
        let pending = self.pending.iter().filter(|_| self.hold.is_none());
        pending.filter_map(|pending| match &pending.what {
            What::Added(key) => Some(key),
            _ => None,
        })
    }

    /// How many differences wait.
    pub fn waiting(&self) -> usize {
        self.pending.len()
    }

    /// Times that have not come yet were written by a clock that was set back since: they count as now, or what
    /// waits would wait for years.
    pub(super) fn rewind(&mut self, now: DateTime<Utc>) {
        let pending = self.pending.iter_mut().map(|pending| &mut pending.since);
        let held = self.hold.iter_mut().map(|held| &mut held.since);
        let usual = self.usual.iter_mut().map(|usual| &mut usual.at);
        let times = pending.chain(held).chain(usual).chain(&mut self.seen);
        let ranks = self.boards.iter_mut().flat_map(Board::times).chain(self.climbs.times());
        for time in times.chain(ranks) {
            *time = (*time).min(now);
        }
    }

    /// Since when a difference stands, if it was seen before.
    pub(super) fn since(&self, what: &What) -> Option<DateTime<Utc>> {
        let at = self.pending.binary_search_by(|pending| pending.what.cmp(what)).ok()?;
        Some(self.pending[at].since)
    }

    /// When the first pending difference matures.
    pub(super) fn matures(&self, rules: &Rules) -> Option<DateTime<Utc>> {
        let pending = self.pending.iter().map(|pending| pending.since + pending.what.settles(rules)).min();
        pending.into_iter().chain(self.ranks_mature(rules)).min()
    }

    /// When the first change of ranks matures.
    fn ranks_mature(&self, rules: &Rules) -> Option<DateTime<Utc>> {
        ranks::matures(&self.boards, rules).into_iter().chain(self.climbs.matures(rules)).min()
    }

    /// Drops rankings whose keys are not those of the entries any more.
    pub(super) fn forget_boards_without(&mut self, accepted: &Snapshot) {
        if !self.boards.is_empty() {
            let keys = crate::rank::by_key(accepted);
            self.boards.retain(|board| board.keys().all(|key| keys.contains_key(key)));
        }
    }

    /// Judges rankings and round numbers.
    pub(super) fn rank(&mut self, look: &RankLook<'_>) -> Vec<Change> {
        let mut changes = Vec::new();
        self.boards = ranks::step(&self.boards, look, &mut changes);
        self.climbs.step(look, &mut changes);
        changes
    }

    /// How many events the time since the last look would bring at the usual rate, three times over.
    pub(super) fn expected(&self, now: DateTime<Utc>) -> f64 {
        match (&self.usual, self.seen) {
            (Some(usual), Some(seen)) => 3.0 * usual.per_week(seen) * weeks(seen, now),
            _ => 0.0,
        }
    }

    /// Notes a look that brought so many events.
    pub(super) fn looked(&mut self, events: usize, now: DateTime<Utc>) {
        self.seen = Some(now);
        if events > 0 || self.usual.is_none() {
            let before = self.usual.as_ref().map_or(0.0, |usual| usual.per_week(now));
            self.usual = Some(Usual { rate: before + events as f64 / MEMORY_WEEKS, at: now });
        }
    }
}

/// One difference that stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Pending {
    pub(super) what: What,
    pub(super) since: DateTime<Utc>,
}

/// The identity of a difference: what has to stay the same for it to count as standing unchanged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum What {
    /// A new key. Its text may still be polished meanwhile.
    Added(EntryKey),
    /// A key that is gone.
    Removed(EntryKey),
    /// An accepted key that points or is called otherwise: the new key, the new name.
    Renamed(EntryKey, EntryKey, u64),
    /// An accepted key that went to this section.
    Moved(EntryKey, SectionPath),
    /// An accepted key with this new text.
    Edited(EntryKey, u64),
    /// A section under another name.
    Section(SectionPath, SectionPath),
}

impl What {
    /// The identity of a difference between the accepted and the latest state.
    pub(super) fn of(item: &Item, difference: &Difference, accepted: &Snapshot, latest: &Snapshot) -> Self {
        let before = |b: usize| accepted.entries[b].key.clone();
        match item {
            Item::Section(number) => {
                let renaming = &difference.sections.renamed[*number];
                Self::Section(renaming.from.clone(), renaming.to.clone())
            }
            Item::Added { a, .. } => Self::Added(latest.entries[*a].key.clone()),
            Item::Removed { b } => Self::Removed(before(*b)),
            Item::Renamed { b, a } => {
                let now = &latest.entries[*a];
                Self::Renamed(before(*b), now.key.clone(), fingerprint(&now.name))
            }
            Item::Moved { b, to, .. } => Self::Moved(before(*b), to.clone()),
            Item::Edited { b, a } => {
                let text = without_figures(&latest.entries[*a].description);
                Self::Edited(before(*b), fingerprint(&text))
            }
        }
    }

    /// How long it has to stand.
    pub(super) fn settles(&self, rules: &Rules) -> chrono::TimeDelta {
        span(match self {
            Self::Added(_) | Self::Renamed(..) | Self::Edited(..) | Self::Section(..) => {
                rules.settle_added_secs
            }
            Self::Removed(_) | Self::Moved(..) => rules.settle_removed_secs,
        })
    }
}

/// A mass change that is held back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Held {
    pub(super) hold: Hold,
    pub(super) since: DateTime<Utc>,
    /// How many looks have seen it.
    pub(super) looks: u32,
}

/// How much usually changes: events a week, fading over [`MEMORY_WEEKS`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Usual {
    rate: f64,
    at: DateTime<Utc>,
}

/// What lies longer ago hardly counts as usual.
const MEMORY_WEEKS: f64 = 8.0;

impl Usual {
    fn per_week(&self, now: DateTime<Utc>) -> f64 {
        self.rate * (-weeks(self.at, now) / MEMORY_WEEKS).exp()
    }
}

fn weeks(from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
    const WEEK: f64 = 7.0 * 24.0 * 3600.0;
    ((to - from).num_seconds().max(0) as f64) / WEEK
}
