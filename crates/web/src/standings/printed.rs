//! Rankings that documents print themselves.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_catalog::{CatalogId, Entry, Figure, Metric, SectionPath};
use whimbrel_news::wording::{MAX_TITLE, line, metric};
use whimbrel_news::{Filter, Kind, News, slug};
use whimbrel_store::{Query, Scope, Store, StoreError};

use super::{MONTH, PLACES, Place, READ, Standings};

/// News of rankings that is looked through for moves in printed tables.
const MOVES: usize = 200;

/// The ranking a document prints itself.
pub(super) fn rank(
    store: &Store,
    id: &CatalogId,
    metrics: &[Metric],
    now: DateTime<Utc>,
    standings: &mut Standings,
) -> Result<(), StoreError> {
    let entries = store.entries(id, None, READ)?;
    let has = |wanted: &&Metric| entries.iter().filter(|entry| figure(entry, wanted).is_some()).count();
    let Some(by) = metrics.iter().find(|metric| has(metric) > 1) else {
        return Ok(());
    };
    let mut rows: Vec<_> = entries.iter().filter_map(|entry| Some((entry, figure(entry, by)?))).collect();
    rows.sort_by(|a, b| b.1.value.total_cmp(&a.1.value).then_with(|| a.0.name.cmp(&b.0.name)));
    let moves = moves(store, id, by, &ranked(&rows).to_string(), now)?;
    metric(by).clone_into(&mut standings.measure);
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
            second: None,
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
