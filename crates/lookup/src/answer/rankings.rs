//! The pages of rankings, where one shows what `/top` answers.

use whimbrel_catalog::{CatalogId, Metric};
use whimbrel_news::slug;
use whimbrel_project::ranks;
use whimbrel_store::StoreError;

use super::names::Part;
use super::top;
use crate::lookup::Scene;
use crate::question::{By, Top};
use crate::when::When;

/// What the pages of rankings show.
pub struct Rankings;

impl Rankings {
    /// Places on the page over everything …
    pub const OVERALL: usize = 25;
    /// … and on that of a catalog.
    pub const OF_CATALOG: usize = 100;
    /// Among more projects, or in catalogs of more entries, pages rank by growth and activity only those with most stars
    /// and forks.
    pub const READ: usize = 3_000;
    /// The days that have a page of who grew in them.
    pub const GROWTH: [u32; 4] = [7, 30, 90, 365];

    /// The folder of a page, without the leading slash: of a catalog or over everything, by stars unless `by` says otherwise.
    pub fn folder(catalog: Option<&CatalogId>, by: &str) -> String {
        let of = catalog.map(|id| format!("c/{}/", slug::catalog(id))).unwrap_or_default();
        let by = if by.is_empty() { String::new() } else { format!("{by}/") };
        format!("{of}rankings/{by}")
    }
}

/// The page that shows the same as this answer, in which so many things are ranked; `None` where none does. `partial` says
/// that those with most stars and forks stood for all.
pub(super) fn page(
    scene: &Scene<'_>,
    asked: &Top,
    part: &Part,
    ranked: usize,
    partial: bool,
) -> Result<Option<String>, StoreError> {
    let catalog = part.catalog.as_ref();
    let days = match asked.when {
        None => Some(top::USUAL_DAYS),
        Some(when @ When::Last(..)) => Some(when.days_back(scene.now, scene.zone)),
        // It ends on a day, and the page goes on.
        Some(_) => None,
    };
    let by = match asked.by {
        By::Stars => String::new(),
        By::Forks | By::Activity => asked.by.as_str().to_owned(),
        By::Growth => match days.filter(|days| Rankings::GROWTH.contains(days)) {
            Some(days) => format!("{}-{days}", asked.by.as_str()),
            None => return Ok(None),
        },
    };
    let places = if catalog.is_some() { Rankings::OF_CATALOG } else { Rankings::OVERALL };
    // A single one is no ranking, but may be the only one that grew.
    let least = if asked.by == By::Growth { 1 } else { 2 };
    if part.section.is_some() || ranked < least || top::count(asked).min(ranked) > places {
        return Ok(None);
    }
    let many = match catalog {
        Some(id) => scene.store.catalog(id)?.map_or(0, |meta| meta.entries as usize),
        None => scene.store.project_count()?,
    };
    let remembered = |metric: Metric| -> Result<bool, StoreError> {
        let state = scene.store.rank_state(&ranks::scope(&metric, catalog, &[]))?;
        Ok(state.is_some_and(|state| state.order().next().is_some()))
    };
    let same = many <= Rankings::READ
        || match asked.by {
            By::Stars => remembered(Metric::Stars)?,
            By::Forks => remembered(Metric::Forks)?,
            By::Growth | By::Activity => partial,
        };
    Ok(same.then(|| format!("/{}", Rankings::folder(catalog, &by))))
}
