//! Who stands where in a catalog, or over all of them, by a measure; who rose and fell; and how well its projects are.
//!
//! Made from what the store remembers of rankings, which is short, and from the catalog itself where that is short enough
//! to be read for a page. Kept for a while: many pages show the same.

mod counted;
mod health;
mod measure;
mod printed;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use whimbrel_catalog::CatalogId;
use whimbrel_lookup::Rankings;
use whimbrel_store::{Store, StoreError};

pub(crate) use self::health::Health;
pub(crate) use self::measure::Measure;

/// Places shown.
pub(crate) const PLACES: usize = Rankings::OF_CATALOG;

/// A month, over which moves are told.
const MONTH: u32 = 30;

/// Catalogs with more entries are not read through for a page.
const READ: usize = Rankings::READ;

/// What is kept is made anew after this time, or after so many times what it took, if that is longer.
const FRESH: Duration = Duration::from_secs(30);
const WORTH: u32 = 200;

/// Rankings kept.
const KEPT: usize = 500;

/// How things stand in a catalog, or over all of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standings {
    /// What they are ranked by, such as `stars`; empty when there is no ranking.
    pub(crate) measure: String,
    /// The numbers are those the document prints.
    pub(crate) printed: bool,
    /// There are too many to be read: those with most stars and forks stand for all.
    pub(crate) partial: bool,
    /// Best first.
    pub(crate) places: Vec<Place>,
    /// How its projects are, where they are few enough to be counted.
    pub(crate) health: Option<Health>,
}

/// One place.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) name: String,
    /// Its name in addresses.
    pub(crate) slug: String,
    /// What it is ranked by, as people read it.
    pub(crate) value: String,
    /// The same as a number.
    pub(crate) number: f64,
    /// How many places it rose, fell if negative; `None` when that is not known.
    pub(crate) rose: Option<i64>,
    /// What else is told of it: what it gained in a month, or its stars where it is not ranked by them.
    pub(crate) second: Option<String>,
    /// Its stars, or its forks, over the last months.
    pub(crate) points: Vec<(DateTime<Utc>, u64)>,
}

/// Standings that were made, by catalog and measure; `None` for all catalogs.
#[derive(Default)]
pub(crate) struct Kept {
    made: Mutex<HashMap<(Option<CatalogId>, Measure), Made>>,
}

struct Made {
    standings: Arc<Standings>,
    at: Instant,
    took: Duration,
}

impl Kept {
    /// How things stand in a catalog, or over all.
    pub(crate) fn of(
        &self,
        store: &Store,
        catalog: Option<&CatalogId>,
        by: Measure,
        now: DateTime<Utc>,
    ) -> Result<Arc<Standings>, StoreError> {
        let key = (catalog.cloned(), by);
        let found = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = found.get(&key).filter(|made| made.at.elapsed() < FRESH.max(made.took * WORTH)) {
            return Ok(Arc::clone(&made.standings));
        }
        drop(found);
        let begun = Instant::now();
        let standings = Arc::new(make(store, catalog, by, now)?);
        let made = Made { standings: Arc::clone(&standings), at: Instant::now(), took: begun.elapsed() };
        let mut kept = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(key, made);
        Ok(standings)
    }
}

fn make(
    store: &Store,
    catalog: Option<&CatalogId>,
    by: Measure,
    now: DateTime<Utc>,
) -> Result<Standings, StoreError> {
    let mut standings = Standings::default();
    let listed = counted::listed(store, catalog)?;
    if let (Some(_), Measure::Stars, Some(all)) = (catalog, by, &listed) {
        standings.health = Some(health::of(store, all, now)?);
    }
    counted::rank(store, catalog, by, listed, now, &mut standings)?;
    if standings.places.is_empty()
        && let Some(id) = catalog
        && let Some(metric) = by.printed()
        && store.catalog(id)?.is_some_and(|meta| meta.entries as usize <= READ)
    {
        printed::rank(store, id, metric, now, &mut standings)?;
    }
    Ok(standings)
}
