//! Who stands where in a catalog, who rose and fell in the last month, and how well its projects are.
//!
//! Made from what the store remembers of rankings, which is short, else from the catalog itself where that is short
//! enough to be read for a page. Kept for a while: many pages show the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_catalog::{CatalogId, Entry, Figure, Metric, SectionPath};
use whimbrel_news::wording::{MAX_TITLE, line, metric, number};
use whimbrel_news::{Filter, Kind, News, slug};
use whimbrel_project::{Project, ProjectId, RankState, Standing, ranks};
use whimbrel_store::{Query, Scope, Store, StoreError};

/// Places shown.
pub(crate) const PLACES: usize = 100;

/// Places whose past is read: who came up to the places shown from further down came from nowhere.
const COMPARED: usize = 200;

/// A month, over which moves are told.
const MONTH: u32 = 30;

/// Lines are drawn over so many days.
const DRAWN: i64 = 90;

/// A line has no more points than this: more cannot be seen in it.
const POINTS: usize = 40;

/// Catalogs with more entries are not read through for a page.
const READ: usize = 3_000;

/// News of rankings that is looked through for moves in printed tables.
const MOVES: usize = 200;

/// What is kept is made anew after this time, or after so many times what it took, if that is longer.
const FRESH: Duration = Duration::from_secs(30);
const WORTH: u32 = 200;

/// Catalogs kept.
const KEPT: usize = 200;

/// How things stand in a catalog, or over all of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standings {
    /// What they are ranked by, such as `stars`; empty when there is no ranking.
    pub(crate) measure: String,
    /// The numbers are those the document prints.
    pub(crate) printed: bool,
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
    /// How many places it rose in a month, fell if negative; `None` when that is not known.
    pub(crate) rose: Option<i64>,
    /// The stars it gained in a month.
    pub(crate) gained: Option<i64>,
    /// Its stars over the last months.
    pub(crate) points: Vec<(DateTime<Utc>, u64)>,
}

/// How the projects of a catalog are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Health {
    pub(crate) projects: usize,
    /// Nobody works on them any more, as their owners say.
    pub(crate) archived: usize,
    /// They cannot be found.
    pub(crate) gone: usize,
    /// Nothing was pushed to them for a year.
    pub(crate) quiet: usize,
    /// Nobody has looked at them yet.
    pub(crate) unseen: usize,
}

/// Standings that were made, by catalog; `None` for all of them.
#[derive(Default)]
pub(crate) struct Kept {
    made: Mutex<HashMap<Option<CatalogId>, Made>>,
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
        now: DateTime<Utc>,
    ) -> Result<Arc<Standings>, StoreError> {
        let key = catalog.cloned();
        let found = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = found.get(&key).filter(|made| made.at.elapsed() < FRESH.max(made.took * WORTH)) {
            return Ok(Arc::clone(&made.standings));
        }
        drop(found);
        let begun = Instant::now();
        let standings = Arc::new(make(store, catalog, now)?);
        let made = Made { standings: Arc::clone(&standings), at: Instant::now(), took: begun.elapsed() };
        let mut kept = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(key, made);
        Ok(standings)
    }
}

fn make(store: &Store, catalog: Option<&CatalogId>, now: DateTime<Utc>) -> Result<Standings, StoreError> {
    let remembered = store.rank_state(&ranks::scope(&Metric::Stars, catalog, &[]))?;
    let ids: Vec<ProjectId> = remembered.iter().flat_map(RankState::order).collect();
    let mut counted: Counted =
        store.projects_by(&ids)?.iter().map(|project| (project.id, project.facts.stars)).collect();
    let mut standings = Standings::default();
    let mut printed: Vec<Entry> = Vec::new();
    if let Some(id) = catalog
        && store.catalog(id)?.is_some_and(|meta| meta.entries as usize <= READ)
    {
        let mut all: Vec<_> =
            store.projects_of(id, None, READ)?.into_iter().map(|(_, project)| project).collect();
        all.sort_unstable();
        all.dedup();
        let (health, stars) = health(store, &all, now)?;
        standings.health = Some(health);
        if counted.is_empty() {
            counted = stars;
        }
        printed = store.entries(id, None, READ)?;
    }
    let mut order = ranks::order(counted);
    order.truncate(COMPARED);
    if order.len() > 1 {
        metric(&Metric::Stars).clone_into(&mut standings.measure);
        standings.places = places(store, &order, now)?;
    } else if let Some(id) = catalog {
        print(store, id, &printed, now, &mut standings)?;
    }
    Ok(standings)
}

/// Projects with their stars, where these are known.
type Counted = Vec<(ProjectId, Option<u64>)>;

/// How the projects are, and their stars.
fn health(store: &Store, ids: &[ProjectId], now: DateTime<Utc>) -> Result<(Health, Counted), StoreError> {
    let mut health = Health { projects: ids.len(), ..Health::default() };
    let mut stars = Vec::new();
    let year = now - TimeDelta::days(365);
    for id in ids {
        let Some(project) = store.project(*id)? else { continue };
        match project.standing {
            Standing::Gone { .. } => health.gone += 1,
            Standing::Unresolved => health.unseen += 1,
            _ if project.facts.archived => health.archived += 1,
            _ if project.facts.pushed_at.is_some_and(|at| at < year) => health.quiet += 1,
            _ => {}
        }
        stars.push((*id, project.facts.stars));
    }
    Ok((health, stars))
}

fn places(store: &Store, order: &[(ProjectId, u64)], now: DateTime<Utc>) -> Result<Vec<Place>, StoreError> {
    let begin = now - TimeDelta::days(DRAWN);
    let mut places = Vec::new();
    let mut before: Vec<(ProjectId, Option<u64>)> = Vec::new();
    for (id, stars) in order {
        let Some(project) = store.project(*id)? else { continue };
        let history = store.star_history(*id)?;
        let gained = history.growth(MONTH, now).map(|growth| growth.stars);
        before.push((*id, gained.map(|gained| stars.saturating_add_signed(-gained))));
        let points = history.rows().iter().filter(|row| row.at >= begin).map(|row| (row.at, row.stars));
        places.push((*id, place(&project, *stars, gained, thinned(points.collect()))));
    }
    // Moves are those among the ones whose count of a month ago is known.
    let then: HashMap<_, _> = before.iter().copied().collect();
    let now_known = order.iter().filter(|(id, _)| then.get(id).copied().flatten().is_some());
    let now_known: HashMap<_, i64> = (1..).zip(now_known).map(|(rank, (id, _))| (*id, rank)).collect();
    let then: HashMap<_, i64> = (1..).zip(ranks::order(before)).map(|(rank, (id, _))| (id, rank)).collect();
    let moved = places.into_iter().take(PLACES).map(|(id, place)| {
        let rose = then.get(&id).zip(now_known.get(&id)).map(|(then, now)| then - now);
        Place { rose, ..place }
    });
    Ok(moved.collect())
}

fn place(project: &Project, stars: u64, gained: Option<i64>, points: Vec<(DateTime<Utc>, u64)>) -> Place {
    Place {
        name: line(&project.full_name, MAX_TITLE),
        slug: slug::project(project.key.as_str()),
        value: number(stars),
        number: stars as f64,
        rose: None,
        gained,
        points,
    }
}

/// Every so-manieth point, and the last.
fn thinned(points: Vec<(DateTime<Utc>, u64)>) -> Vec<(DateTime<Utc>, u64)> {
    let stride = points.len().div_ceil(POINTS).max(1);
    let last = points.len().saturating_sub(1);
    points
        .into_iter()
        .enumerate()
        .filter(|(at, _)| (last - at).is_multiple_of(stride))
        .map(|(_, point)| point)
        .collect()
}

/// The ranking a document prints itself.
fn print(
    store: &Store,
    id: &CatalogId,
    entries: &[Entry],
    now: DateTime<Utc>,
    standings: &mut Standings,
) -> Result<(), StoreError> {
    let has = |wanted: &Metric| entries.iter().filter(|entry| figure(entry, wanted).is_some()).count();
    let Some(by) = [Metric::Stars, Metric::Forks].into_iter().find(|metric| has(metric) > 1) else {
        return Ok(());
    };
    let mut rows: Vec<_> = entries.iter().filter_map(|entry| Some((entry, figure(entry, &by)?))).collect();
    rows.sort_by(|a, b| b.1.value.total_cmp(&a.1.value).then_with(|| a.0.name.cmp(&b.0.name)));
    let moves = moves(store, id, &by, &ranked(&rows).to_string(), now)?;
    metric(&by).clone_into(&mut standings.measure);
    standings.printed = true;
    standings.places = rows
        .into_iter()
        .take(PLACES)
        .map(|(entry, figure)| Place {
            name: line(&entry.name, MAX_TITLE),
            slug: slug::project(entry.key.as_str()),
            value: line(&figure.shown, MAX_TITLE),
            number: figure.value,
            rose: moves.get(&entry.url).copied(),
            gained: None,
            points: Vec::new(),
        })
        .collect();
    Ok(())
}

fn figure<'a>(entry: &'a Entry, wanted: &Metric) -> Option<&'a Figure> {
    entry.figures.iter().find(|figure| figure.metric == *wanted)
}

/// The list these rows rank: the section all of them stand in, else the whole catalog. Documents print a ranking for each
/// of their lists, and a place in one of them is no place among all.
fn ranked(rows: &[(&Entry, &Figure)]) -> SectionPath {
    let stands =
        |entry: &Entry, section: &SectionPath| entry.places.iter().any(|place| place.section == *section);
    let first = rows.first().into_iter().flat_map(|(entry, _)| &entry.places).map(|place| &place.section);
    let mut shared = first.filter(|section| rows.iter().all(|(entry, _)| stands(entry, section)));
    shared.next().cloned().unwrap_or_default()
}

/// How many places things rose in a ranking a document prints, as it was told in the last month, by their addresses.
/// `ranked` is the list that is ranked; empty for the whole catalog.
fn moves(
    store: &Store,
    id: &CatalogId,
    by: &Metric,
    ranked: &str,
    now: DateTime<Utc>,
) -> Result<HashMap<String, i64>, StoreError> {
    let query = Query {
        scope: Scope::Catalog(id.clone()),
        filter: Filter::kind(Kind::RanksMoved),
        after: None,
        limit: MOVES,
    };
    let begin = now - TimeDelta::days(i64::from(MONTH));
    let mut moves: HashMap<String, i64> = HashMap::new();
    for event in store.events(&query)?.events.iter().filter(|event| event.at >= begin) {
        if let News::RanksMoved { metric, scope, movers, .. } = &event.news
            && (metric, scope.as_str()) == (by, ranked)
        {
            for mover in movers {
                *moves.entry(mover.url.clone()).or_default() += i64::from(mover.from) - i64::from(mover.to);
            }
        }
    }
    Ok(moves)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_last_point() {
        let at = |n: i64| (DateTime::UNIX_EPOCH + TimeDelta::days(n), n as u64);
        for many in [0, 1, 39, 40, 41, 90, 400] {
            let points: Vec<_> = (0..many).map(at).collect();
            let thin = thinned(points.clone());
            assert_eq!(thin.last(), points.last());
            assert!(
                thin.len() <= POINTS && thin.len() >= points.len().min(POINTS / 2),
                "{many}: {}",
                thin.len()
            );
        }
    }
}
