//! Rankings by what was counted of projects.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_catalog::{CatalogId, Metric};
use whimbrel_news::slug;
use whimbrel_news::wording::{MAX_TITLE, line, number};
use whimbrel_project::{Project, ProjectId, RankState, StarHistory, ranks};
use whimbrel_store::{Store, StoreError};

use super::{MONTH, Measure, PLACES, Place, READ, Standings};
use crate::row::Moment;

/// Places whose past is read: who came up to the places shown from further down came from nowhere.
const COMPARED: usize = 200;

/// A line has no more points than this: more cannot be seen in it.
const POINTS: usize = 40;

/// Projects with what they are ranked by, where that is known.
type Rows = Vec<(ProjectId, Option<i64>)>;

/// All projects that are listed, where they are few enough to be read for a page.
pub(super) fn listed(
    store: &Store,
    catalog: Option<&CatalogId>,
) -> Result<Option<Vec<ProjectId>>, StoreError> {
    let mut all = Vec::new();
    if let Some(id) = catalog {
        if store.catalog(id)?.is_none_or(|meta| meta.entries as usize > READ) {
            return Ok(None);
        }
        all.extend(store.projects_of(id, None, READ)?.into_iter().map(|(_, project)| project));
    } else {
        if store.project_count()? > READ {
            return Ok(None);
        }
        for project in store.projects(None, READ)? {
            if !store.listings(project.id)?.is_empty() {
                all.push(project.id);
            }
        }
    }
    all.sort_unstable();
    all.dedup();
    Ok(Some(all))
}

/// Those near the top of a ranking that is judged once a day.
fn remembered(
    store: &Store,
    catalog: Option<&CatalogId>,
    metrics: &[Metric],
) -> Result<Vec<ProjectId>, StoreError> {
    let mut ids = Vec::new();
    for metric in metrics {
        let state = store.rank_state(&ranks::scope(metric, catalog, &[]))?;
        ids.extend(state.iter().flat_map(RankState::order));
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

fn of_small_catalogs(store: &Store) -> Result<Vec<ProjectId>, StoreError> {
    let mut ids = Vec::new();
    for meta in store.catalogs()? {
        if ids.len() < READ {
            ids.extend(listed(store, Some(&meta.id))?.unwrap_or_default());
        }
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Fills in the ranking; one of fewer than two is none.
pub(super) fn rank(
    store: &Store,
    catalog: Option<&CatalogId>,
    by: Measure,
    listed: Option<Vec<ProjectId>>,
    now: DateTime<Utc>,
    standings: &mut Standings,
) -> Result<(), StoreError> {
    let near = match by {
        // Whoever is high up by these is remembered.
        Measure::Stars => remembered(store, catalog, &[Metric::Stars])?,
        Measure::Forks => remembered(store, catalog, &[Metric::Forks])?,
        Measure::Growth(_) | Measure::Activity if listed.is_none() => {
            standings.partial = true;
            remembered(store, catalog, &[Metric::Stars, Metric::Forks])?
        }
        Measure::Growth(_) | Measure::Activity => Vec::new(),
    };
    let ids = match listed {
        _ if !near.is_empty() => near,
        Some(listed) => listed,
        // Before the first daily ranking those of small catalogs stand for all.
        None if catalog.is_none() => {
            standings.partial = true;
            of_small_catalogs(store)?
        }
        None => Vec::new(),
    };
    let projects = store.projects_by(&ids)?;
    let exact = |value: Option<u64>| value.and_then(|value| i64::try_from(value).ok());
    let rows: Rows = match by {
        Measure::Stars => projects.iter().map(|one| (one.id, exact(one.facts.stars))).collect(),
        Measure::Forks => projects.iter().map(|one| (one.id, exact(one.facts.forks))).collect(),
        Measure::Activity => {
            projects.iter().map(|one| (one.id, one.facts.pushed_at.map(|at| at.timestamp()))).collect()
        }
        Measure::Growth(days) => {
            let mut rows = Rows::new();
            for id in &ids {
                let gained = store.star_history(*id)?.growth(days, now).map(|growth| growth.stars);
                rows.push((*id, gained.filter(|stars| *stars > 0)));
            }
            rows
        }
    };
    let mut order = ranks::order(rows);
    let least = if matches!(by, Measure::Growth(_)) { 1 } else { 2 };
    if order.len() < least {
        return Ok(());
    }
    order.truncate(COMPARED);
    standings.measure = by.text();
    let known: HashMap<ProjectId, &Project> = projects.iter().map(|one| (one.id, one)).collect();
    standings.places = places(store, by, &order, &known, now)?;
    Ok(())
}

fn places(
    store: &Store,
    by: Measure,
    order: &[(ProjectId, i64)],
    known: &HashMap<ProjectId, &Project>,
    now: DateTime<Utc>,
) -> Result<Vec<Place>, StoreError> {
    let begin = now - TimeDelta::days(by.drawn().into());
    let mut places = Vec::new();
    let mut before = Rows::new();
    for (id, value) in order {
        let Some(project) = known.get(id) else { continue };
        let history = store.star_history(*id)?;
        let was = was(by, *value, &history, now);
        before.push((*id, was));
        let count =
            |row: &whimbrel_project::StarRow| if by == Measure::Forks { row.forks } else { row.stars };
        let points = history.rows().iter().filter(|row| row.at >= begin).map(|row| (row.at, count(row)));
        places.push((
            *id,
            Place {
                name: line(&project.full_name, MAX_TITLE),
                slug: slug::project(project.key.as_str()),
                value: shown(by, *value),
                number: *value as f64,
                rose: None,
                second: second(by, *value, was, project),
                points: thinned(points.collect()),
            },
        ));
    }
    // Moves are those among the ones of which it is known where they were.
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

/// What it was ranked by a month ago, or in the time of the same length before; when something was last pushed says
/// nothing about before.
fn was(by: Measure, value: i64, history: &StarHistory, now: DateTime<Utc>) -> Option<i64> {
    match by {
        Measure::Stars => history.growth(MONTH, now).map(|growth| value - growth.stars),
        Measure::Forks => history.growth(MONTH, now).map(|growth| value - growth.forks),
        Measure::Growth(days) => gained_before(history, days, now),
        Measure::Activity => None,
    }
}

/// The stars gained in so many days before the last so many days; nothing of who was not counted then.
fn gained_before(history: &StarHistory, days: u32, now: DateTime<Utc>) -> Option<i64> {
    let time = TimeDelta::days(days.into());
    let (end, begin) = (now.checked_sub_signed(time)?, now.checked_sub_signed(time * 2)?);
    if history.rows().first()?.at > begin + time / 4 {
        return None;
    }
    Some(history.nearest(end)?.stars.wrapping_sub(history.nearest(begin)?.stars).cast_signed())
}

fn shown(by: Measure, value: i64) -> String {
    match by {
        Measure::Growth(_) => signed(value),
        Measure::Activity => {
            DateTime::from_timestamp(value, 0).map(|at| Moment::from(at).day).unwrap_or_default()
        }
        Measure::Stars | Measure::Forks => number(value.unsigned_abs()),
    }
}

fn second(by: Measure, value: i64, was: Option<i64>, project: &Project) -> Option<String> {
    match by {
        Measure::Stars | Measure::Forks => was.map(|was| signed(value - was)),
        Measure::Growth(_) | Measure::Activity => project.facts.stars.map(number),
    }
}

fn signed(gained: i64) -> String {
    let sign = match gained {
        0 => "±",
        1.. => "+",
        _ => "−",
    };
    format!("{sign}{}", number(gained.unsigned_abs()))
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

    #[test]
    fn growth_before_is_that_of_the_time_before() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(400);
        let mut history = StarHistory::default();
        for (ago, stars) in [(20, 100), (14, 110), (7, 150), (0, 151)] {
            history.observe(now - TimeDelta::days(ago), stars, 0);
        }
        assert_eq!(gained_before(&history, 7, now), Some(40));
        assert_eq!(gained_before(&history, 30, now), None);
        assert_eq!(gained_before(&StarHistory::default(), 7, now), None);
    }
}
