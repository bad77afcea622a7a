//! Looks that found nothing new: kept in memory, written with the next commit or after a minute.
//!
//! An unchanged catalog must cost almost nothing, so its new due time does not pay for an own commit. What is lost
//! in a crash is a minute of "unchanged": the catalog is looked at once more.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_catalog::CatalogId;

use crate::keys::{Key, Kind};
use crate::outcome::StoreError;
use crate::state;
use crate::store::Store;
use crate::types::{CatalogMeta, Look};

/// How many looks ride on a commit that was made for something else: it should not pay much for them.
const RIDERS: usize = 32;

/// How many looks are written by one commit of their own.
const BATCH: usize = 512;

/// How long a look may wait for a commit.
const LONGEST_WAIT: TimeDelta = TimeDelta::seconds(60);

/// The looks that no commit has written yet.
#[derive(Default)]
pub(crate) struct Looks {
    noted: BTreeMap<CatalogId, Look>,
    by_due: BTreeSet<(DateTime<Utc>, CatalogId)>,
    by_age: BTreeSet<(DateTime<Utc>, CatalogId)>,
}

impl Looks {
    fn note(&mut self, id: &CatalogId, look: Look) {
        self.drop_one(id);
        self.by_due.insert((look.next_due, id.clone()));
        self.by_age.insert((look.at, id.clone()));
        self.noted.insert(id.clone(), look);
    }

    fn drop_one(&mut self, id: &CatalogId) {
        if let Some(look) = self.noted.remove(id) {
            self.by_due.remove(&(look.next_due, id.clone()));
            self.by_age.remove(&(look.at, id.clone()));
        }
    }

    /// How many looks wait.
    pub(crate) fn len(&self) -> usize {
        self.noted.len()
    }

    /// The look noted for a catalog.
    pub(crate) fn of(&self, id: &CatalogId) -> Option<&Look> {
        self.noted.get(id)
    }

    /// Catalogs by their noted due time, the earliest first.
    pub(crate) fn due(&self) -> impl Iterator<Item = (DateTime<Utc>, &CatalogId)> {
        self.by_due.iter().map(|(due, id)| (*due, id))
    }

    /// The looks that have waited longest.
    fn oldest(&self, limit: usize) -> Vec<(CatalogId, Look)> {
        let looks = self.by_age.iter().take(limit);
        looks.filter_map(|(_, id)| Some((id.clone(), self.noted.get(id)?.clone()))).collect()
    }

    /// The looks a commit takes along: some of the oldest, and none that it is about to overwrite.
    pub(crate) fn riders(&self, but: &HashSet<&CatalogId>) -> Vec<(CatalogId, Look)> {
        let mut riders = self.oldest(RIDERS);
        riders.retain(|(id, _)| !but.contains(id));
        riders
    }

    /// Drops what was written, unless it was noted anew meanwhile.
    pub(crate) fn written(&mut self, looks: &[(CatalogId, Look)]) {
        for (id, look) in looks {
            if self.noted.get(id) == Some(look) {
                self.drop_one(id);
            }
        }
    }

    /// Drops what a record of the same catalog has overtaken.
    pub(crate) fn overtaken(&mut self, id: &CatalogId) {
        self.drop_one(id);
    }
}

/// Puts a look onto the facts of its catalog. An unchanged catalog was reached, so failures are over.
pub(crate) fn fold(look: &Look, meta: &mut CatalogMeta) {
    meta.last_look = Some(look.at);
    meta.last_success = Some(look.at);
    meta.next_due = Some(look.next_due);
    meta.interval_secs = look.interval_secs;
    meta.failures = 0;
    meta.last_error = None;
}

impl Store {
    /// Notes that a followed catalog was looked at and is unchanged. Takes microseconds: it is written with the next commit,
    /// at the latest by [`Store::flush_looks`]. All verbs see it at once.
    pub fn note_look(&self, id: &CatalogId, look: Look) {
        let mut looks = self.inner.looks();
        // Under the lock, so that a catalog that is forgotten this moment does not come back by its look.
        let known = self.inner.engine.get(Key::of(Kind::Catalog).catalog(id).as_bytes());
        if known.is_ok_and(|row| row.is_some()) {
            looks.note(id, look);
        }
    }

    /// Writes looks that have waited for a minute; says how many it wrote. Cheap when there are none.
    pub fn flush_looks(&self, now: DateTime<Utc>) -> Result<usize, StoreError> {
        let waited = |looks: &Looks| looks.by_age.first().is_some_and(|(at, _)| *at + LONGEST_WAIT <= now);
        if waited(&self.inner.looks()) { self.write_looks() } else { Ok(0) }
    }

    /// Writes all looks that still wait, as before a stop; says how many it wrote.
    pub fn write_looks(&self) -> Result<usize, StoreError> {
        let mut written = 0;
        loop {
            let looks = self.inner.looks().oldest(BATCH);
            if looks.is_empty() {
                return Ok(written);
            }
            self.inner.commit(|txn, heads| {
                looks.iter().try_for_each(|(id, look)| state::write_look(txn, heads, id, look))
            })?;
            self.inner.looks().written(&looks);
            written += looks.len();
        }
    }
}
