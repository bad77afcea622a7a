//! Rankings by stars and forks, from what was observed: of each catalog, of each of its sections, and over all
//! projects. Once a day each is compared with what readers know; what has no ranking yet gets a first one, in silence,
//! when most of its projects were looked at.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use tracing::info;
use whimbrel_catalog::{CatalogId, EntryKey, Metric, SectionPath};
use whimbrel_news::{Dated, Subject};
use whimbrel_project::ranks::{judge, news, scope};
use whimbrel_project::{Project, ProjectId, RankRow, Rules, Standing};
use whimbrel_store::{RankRecord, Store, StoreError};

use super::{ProjectRound, ProjectWatcher, locked};
use crate::blocking::blocking;

/// Two looks at all rankings are this far apart.
const EVERY: TimeDelta = TimeDelta::hours(24);

/// How often it is seen whether that is due, and whether a catalog has no rankings yet.
const GLANCE: TimeDelta = TimeDelta::hours(1);

/// Rows read at a time.
const STRIDE: usize = 1_000;

/// Rankings written in one commit.
const COMMIT: usize = 100;

/// A list of fewer projects has no ranking worth telling of.
const FEWEST: usize = 3;

/// What rankings are by.
const METRICS: [Metric; 2] = [Metric::Stars, Metric::Forks];

impl ProjectWatcher {
    /// Once an hour: looks at all rankings when that was not done for a day, else at those of catalogs that came since.
    pub(super) async fn rank_due(
        &self,
        now: DateTime<Utc>,
        round: &mut ProjectRound,
    ) -> Result<(), StoreError> {
        if locked(&self.ranked).is_some_and(|glance| is_within(glance, now, GLANCE)) {
            return Ok(());
        }
        let (store, rules) = (self.store.clone(), self.rules());
        let events = blocking(move || {
            let all = !last(&store)?.is_some_and(|looked| is_within(looked, now, EVERY));
            rank(&store, all, now, &rules)
        })
        .await?;
        *locked(&self.ranked) = Some(now);
        round.events += events;
        if events > 0 {
            info!(events, "recorded {events} {} of rankings", if events == 1 { "change" } else { "changes" });
        }
        Ok(())
    }
}

/// A moment that lies ahead is one of a clock that was wrong.
fn is_within(at: DateTime<Utc>, now: DateTime<Utc>, span: TimeDelta) -> bool {
    at <= now && now - at < span
}

/// When all rankings were last looked at: the one over all projects comes last.
fn last(store: &Store) -> Result<Option<DateTime<Utc>>, StoreError> {
    let all = METRICS.iter().last().map(|metric| scope(metric, None, &[]));
    Ok(store.rank_state(&all.unwrap_or_default())?.and_then(|state| state.looked()))
}

/// Looks at every ranking, or at those of catalogs that have none yet; says how many events that gave.
fn rank(store: &Store, all: bool, now: DateTime<Utc>, rules: &Rules) -> Result<usize, StoreError> {
    let mut writer = Writer { store, now, rules, records: Vec::new(), scopes: HashSet::new(), events: 0 };
    for meta in store.catalogs()?.into_iter().filter(|meta| meta.next_due.is_some()) {
        let id = Some(&meta.id);
        // What the document ranks itself is told by its own changes.
        let own: HashSet<Metric> = store
            .shape(&meta.id)?
            .map(|shape| shape.rankings.into_iter().map(|ranking| ranking.metric).collect())
            .unwrap_or_default();
        let mut metrics = Vec::new();
        for metric in METRICS.into_iter().filter(|metric| !own.contains(metric)) {
            if all || store.rank_state(&scope(&metric, id, &[]))?.is_none() {
                metrics.push(metric);
            }
        }
        if metrics.is_empty() {
            continue;
        }
        let listed = Listed::of(store, &meta.id)?;
        let whole: Vec<Ranked> = listed.projects.values().copied().collect();
        for metric in metrics {
            writer.rank(&metric, id, &[], &whole)?;
            for (section, ids) in &listed.sections {
                // A list in one section is the whole list again.
                if !section.is_root() && ids.len() < whole.len() {
                    let path: Vec<String> = section.parts().iter().map(ToString::to_string).collect();
                    let rows: Vec<Ranked> =
                        ids.iter().filter_map(|id| listed.projects.get(id)).copied().collect();
                    writer.rank(&metric, id, &path, &rows)?;
                }
            }
        }
    }
    if all {
        let everybody = everybody(store)?;
        for metric in METRICS {
            writer.rank(&metric, None, &[], &everybody)?;
        }
    }
    writer.flush()?;
    if all {
        forget(store, &writer.scopes)?;
    }
    Ok(writer.events)
}

/// Drops what is remembered of rankings of catalogs and sections that are there no more.
fn forget(store: &Store, kept: &HashSet<String>) -> Result<(), StoreError> {
    let old: Vec<String> = store.rank_scopes()?.into_iter().filter(|scope| !kept.contains(scope)).collect();
    for scopes in old.chunks(COMMIT) {
        store.forget_ranks(scopes)?;
    }
    Ok(())
}

/// A project as rankings need it. There may be very many: their names are read when they are told.
#[derive(Clone, Copy)]
struct Ranked {
    id: ProjectId,
    stars: Option<u64>,
    forks: Option<u64>,
    /// It was not looked at yet.
    is_new: bool,
}

impl Ranked {
    fn of(project: &Project) -> Self {
        Self {
            id: project.id,
            stars: project.facts.stars,
            forks: project.facts.forks,
            is_new: project.standing == Standing::Unresolved,
        }
    }

    fn value(&self, metric: &Metric) -> Option<u64> {
        if *metric == Metric::Forks { self.forks } else { self.stars }
    }
}

/// Whether an order can be taken for the one readers know: not while most of the list is still to be looked at.
fn is_settled(rows: &[Ranked], metric: &Metric) -> bool {
    let new = rows.iter().filter(|row| row.is_new).count();
    new <= rows.len() / 2 && rows.iter().any(|row| row.value(metric).is_some())
}

/// The projects of a catalog and the sections they stand in.
#[derive(Default)]
struct Listed {
    projects: HashMap<ProjectId, Ranked>,
    sections: BTreeMap<SectionPath, HashSet<ProjectId>>,
}

impl Listed {
    fn of(store: &Store, id: &CatalogId) -> Result<Self, StoreError> {
        let mut listed = Self::default();
        let mut after: Option<EntryKey> = None;
        loop {
            let page = store.projects_of(id, after.as_ref(), STRIDE)?;
            for (key, project) in &page {
                let Some(entry) = store.entry(id, key)? else { continue };
                if !listed.projects.contains_key(project) {
                    let Some(row) = store.project(*project)? else { continue };
                    listed.projects.insert(*project, Ranked::of(&row));
                }
                for place in &entry.places {
                    listed.sections.entry(place.section.clone()).or_default().insert(*project);
                }
            }
            match page.last() {
                Some((key, _)) if page.len() == STRIDE => after = Some(key.clone()),
                _ => return Ok(listed),
            }
        }
    }
}

/// All projects that somebody lists and that have stars, or may turn out to.
fn everybody(store: &Store) -> Result<Vec<Ranked>, StoreError> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = store.projects(after, STRIDE)?;
        after = page.last().map(|project| project.id);
        let ended = page.len() < STRIDE;
        for ranked in page.iter().map(Ranked::of) {
            // Most have too few stars to be anywhere near the top, but who is there is known only at the end.
            if (ranked.stars.is_some() || ranked.is_new) && !store.listings(ranked.id)?.is_empty() {
                all.push(ranked);
            }
        }
        if ended {
            return Ok(all);
        }
    }
}

struct Writer<'a> {
    store: &'a Store,
    now: DateTime<Utc>,
    rules: &'a Rules,
    records: Vec<RankRecord>,
    /// Every ranking there is.
    scopes: HashSet<String>,
    events: usize,
}

impl Writer<'_> {
    fn rank(
        &mut self,
        metric: &Metric,
        catalog: Option<&CatalogId>,
        section: &[String],
        ranked: &[Ranked],
    ) -> Result<(), StoreError> {
        if ranked.len() < FEWEST && catalog.is_some() {
            return Ok(());
        }
        let scope = scope(metric, catalog, section);
        self.scopes.insert(scope.clone());
        let known = self.store.rank_state(&scope)?;
        if known.is_none() && !is_settled(ranked, metric) {
            return Ok(());
        }
        let before = known.unwrap_or_default();
        let rows: Vec<RankRow> =
            ranked.iter().map(|row| RankRow { id: row.id, value: row.value(metric) }).collect();
        let (state, verdict) = judge(&before, &rows, self.now, self.rules);
        let refused = RefCell::new(None);
        let subject = |id: ProjectId| {
            self.subject(id, catalog, section).unwrap_or_else(|error| {
                refused.replace(Some(error));
                None
            })
        };
        let news: Vec<Dated> = news(&verdict, metric, section, self.rules, subject)
            .into_iter()
            .map(|news| Dated::new(self.now, news))
            .collect();
        if let Some(error) = refused.into_inner() {
            return Err(error);
        }
        if state == before && news.is_empty() {
            return Ok(());
        }
        self.events += news.len();
        self.records.push(RankRecord { scope, state, catalog: catalog.cloned(), news });
        if self.records.len() >= COMMIT { self.flush() } else { Ok(()) }
    }

    /// A project as it is told: by the name its catalog gives it.
    fn subject(
        &self,
        id: ProjectId,
        catalog: Option<&CatalogId>,
        section: &[String],
    ) -> Result<Option<Subject>, StoreError> {
        let Some(project) = self.store.project(id)? else { return Ok(None) };
        let name = match catalog {
            Some(catalog) => self.store.listings(id)?.into_iter().find(|one| one.catalog == *catalog),
            None => None,
        };
        Ok(Some(Subject {
            name: name.map_or_else(|| project.full_name.clone(), |listing| listing.name),
            url: project.url(),
            key: project.key.as_str().to_owned(),
            section: section.join(" / "),
            section_path: section.to_vec(),
        }))
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        if !self.records.is_empty() {
            self.store.record_projects(&[], &self.records, self.now)?;
            self.records.clear();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rankings_of_what_is_there_no_more_are_forgotten() {
        let store = Store::in_memory().unwrap();
        let id = CatalogId::new("gone").unwrap();
        let rules = Rules::default();
        let now = DateTime::UNIX_EPOCH;
        let names = [scope(&Metric::Stars, Some(&id), &["A".to_owned()]), scope(&Metric::Stars, None, &[])];
        let record = |scope: &String| RankRecord {
            scope: scope.clone(),
            state: whimbrel_project::RankState::default(),
            catalog: None,
            news: Vec::new(),
        };
        store.record_projects(&[], &names.each_ref().map(record), now).unwrap();
        rank(&store, false, now, &rules).unwrap();
        assert_eq!(store.rank_scopes().unwrap().len(), 2, "a glance leaves them alone");
        rank(&store, true, now, &rules).unwrap();
        assert_eq!(store.rank_scopes().unwrap(), names[1..]);
        assert_eq!(store.rank_state(&names[0]).unwrap(), None);
    }

    #[test]
    fn a_first_order_waits_until_most_is_known() {
        let rows = |known: u32, unknown: u32, new: u32| -> Vec<Ranked> {
            (0..known + unknown + new)
                .map(|id| Ranked {
                    id: ProjectId(id + 1),
                    stars: (id < known).then_some(10),
                    forks: None,
                    is_new: id >= known + unknown,
                })
                .collect()
        };
        for (known, unknown, new, settled) in
            [(0, 0, 0, false), (0, 3, 0, false), (1, 0, 2, false), (2, 0, 2, true), (1, 9, 0, true)]
        {
            let rows = rows(known, unknown, new);
            assert_eq!(is_settled(&rows, &Metric::Stars), settled, "{known} {unknown} {new}");
            assert!(!is_settled(&rows, &Metric::Forks));
        }
    }
}
