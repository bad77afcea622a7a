//! Rankings by stars and forks, from what was observed: of each catalog, of each of its sections, and over all
//! projects. Once a day each is compared with what readers know.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use tracing::info;
use whimbrel_catalog::{CatalogId, EntryKey, Metric, SectionPath};
use whimbrel_news::{Dated, Subject};
use whimbrel_project::ranks::{judge, news};
use whimbrel_project::{Project, ProjectId, RankRow, RankState, Rules};
use whimbrel_store::{RankRecord, Store, StoreError};

use super::{ProjectRound, ProjectWatcher};
use crate::blocking::blocking;

/// Two looks at the rankings are this far apart.
const EVERY: TimeDelta = TimeDelta::hours(24);

/// Rows read at a time.
const STRIDE: usize = 1_000;

/// Rankings written in one commit.
const COMMIT: usize = 100;

/// A list of fewer projects has no ranking worth telling of.
const FEWEST: usize = 3;

/// What rankings are by.
const METRICS: [Metric; 2] = [Metric::Stars, Metric::Forks];

/// The ranking over all projects comes last, so it says when all were looked at.
const ALL: &str = "all";

impl ProjectWatcher {
    /// Looks at the rankings when that was not done for a day.
    pub(super) async fn rank_due(
        &self,
        now: DateTime<Utc>,
        round: &mut ProjectRound,
    ) -> Result<(), StoreError> {
        let known = *self.ranked.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if known.is_some_and(|known| is_recent(known, now)) {
            return Ok(());
        }
        let (store, rules) = (self.store.clone(), self.rules());
        let (looked, events) = blocking(move || {
            if let Some(looked) = last(&store)?.filter(|looked| is_recent(*looked, now)) {
                return Ok((looked, 0));
            }
            Ok((now, rank_all(&store, now, &rules)?))
        })
        .await?;
        *self.ranked.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(looked);
        round.events += events;
        if events > 0 {
            info!(events, "recorded {events} changes of rankings");
        }
        Ok(())
    }
}

/// A moment that lies ahead is one of a clock that was wrong.
fn is_recent(looked: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    looked <= now && now - looked < EVERY
}

/// When the rankings were last looked at.
fn last(store: &Store) -> Result<Option<DateTime<Utc>>, StoreError> {
    let all = METRICS.iter().last().map(|metric| scope(metric, None, &[]));
    Ok(store.rank_state(&all.unwrap_or_default())?.and_then(|state| state.looked()))
}

/// Looks at every ranking; says how many events that gave.
fn rank_all(store: &Store, now: DateTime<Utc>, rules: &Rules) -> Result<usize, StoreError> {
    let mut writer = Writer { store, now, rules, records: Vec::new(), events: 0 };
    for meta in store.catalogs()?.into_iter().filter(|meta| meta.next_due.is_some()) {
        let listed = Listed::of(store, &meta.id)?;
        // What the document ranks itself is told by its own changes.
        let own: HashSet<Metric> = store
            .shape(&meta.id)?
            .map(|shape| shape.rankings.into_iter().map(|ranking| ranking.metric).collect())
            .unwrap_or_default();
        for metric in METRICS.into_iter().filter(|metric| !own.contains(metric)) {
            writer.rank(&metric, Some(&meta.id), &[], &listed.whole, &listed.projects)?;
            for (section, rows) in &listed.sections {
                let path: Vec<String> = section.parts().iter().map(ToString::to_string).collect();
                // A list in one section is the whole list again.
                if !section.is_root() && rows.len() < listed.whole.len() {
                    writer.rank(&metric, Some(&meta.id), &path, rows, &listed.projects)?;
                }
            }
        }
    }
    let everybody = everybody(store)?;
    let ids: Vec<ProjectId> = everybody.keys().copied().collect();
    for metric in METRICS {
        writer.rank(&metric, None, &[], &ids, &everybody)?;
    }
    writer.flush()?;
    Ok(writer.events)
}

/// A project as rankings need it.
struct Ranked {
    name: String,
    url: String,
    key: EntryKey,
    stars: Option<u64>,
    forks: Option<u64>,
}

impl Ranked {
    fn of(project: &Project, name: Option<String>) -> Self {
        Self {
            name: name.unwrap_or_else(|| project.full_name.clone()),
            url: project.url(),
            key: project.key.clone(),
            stars: project.facts.stars,
            forks: project.facts.forks,
        }
    }
}

type Everybody = HashMap<ProjectId, Ranked>;

/// The projects of a catalog and the sections they stand in.
struct Listed {
    projects: Everybody,
    whole: Vec<ProjectId>,
    sections: BTreeMap<SectionPath, Vec<ProjectId>>,
}

impl Listed {
    fn of(store: &Store, id: &CatalogId) -> Result<Self, StoreError> {
        let mut listed = Self { projects: HashMap::new(), whole: Vec::new(), sections: BTreeMap::new() };
        let mut after: Option<EntryKey> = None;
        loop {
            let page = store.projects_of(id, after.as_ref(), STRIDE)?;
            for (key, project) in &page {
                let Some(entry) = store.entry(id, key)? else { continue };
                if !listed.projects.contains_key(project) {
                    let Some(row) = store.project(*project)? else { continue };
                    listed.projects.insert(*project, Ranked::of(&row, Some(entry.name.clone())));
                    listed.whole.push(*project);
                }
                for place in &entry.places {
                    let rows = listed.sections.entry(place.section.clone()).or_default();
                    if !rows.contains(project) {
                        rows.push(*project);
                    }
                }
            }
            match page.last() {
                Some((key, _)) if page.len() == STRIDE => after = Some(key.clone()),
                _ => return Ok(listed),
            }
        }
    }
}

/// All projects that somebody lists.
fn everybody(store: &Store) -> Result<Everybody, StoreError> {
    let (mut all, mut after) = (Everybody::new(), None);
    loop {
        let page = store.projects(after, STRIDE)?;
        after = page.last().map(|project| project.id);
        let ended = page.len() < STRIDE;
        for project in page {
            // Most have too few stars to be anywhere near the top, but who is there is known only at the end.
            if project.facts.stars.is_some() && !store.listings(project.id)?.is_empty() {
                all.insert(project.id, Ranked::of(&project, None));
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
    events: usize,
}

impl Writer<'_> {
    fn rank(
        &mut self,
        metric: &Metric,
        catalog: Option<&CatalogId>,
        section: &[String],
        ids: &[ProjectId],
        projects: &Everybody,
    ) -> Result<(), StoreError> {
        if ids.len() < FEWEST && catalog.is_some() {
            return Ok(());
        }
        let rows: Vec<RankRow> = ids
            .iter()
            .filter_map(|id| {
                let project = projects.get(id)?;
                let value = if *metric == Metric::Forks { project.forks } else { project.stars };
                Some(RankRow { id: *id, value })
            })
            .collect();
        let scope = scope(metric, catalog, section);
        let before: RankState = self.store.rank_state(&scope)?.unwrap_or_default();
        let (state, verdict) = judge(&before, &rows, self.now, self.rules);
        let subject = |id: ProjectId| {
            let project = projects.get(&id)?;
            Some(Subject {
                name: project.name.clone(),
                url: project.url.clone(),
                key: project.key.as_str().to_owned(),
                section: section.join(" / "),
                section_path: section.to_vec(),
            })
        };
        let news: Vec<Dated> = news(&verdict, metric, section, self.rules, subject)
            .into_iter()
            .map(|news| Dated::new(self.now, news))
            .collect();
        if state == before && news.is_empty() {
            return Ok(());
        }
        self.events += news.len();
        self.records.push(RankRecord { scope, state, catalog: catalog.cloned(), news });
        if self.records.len() >= COMMIT { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        if !self.records.is_empty() {
            self.store.record_projects(&[], &self.records, self.now)?;
            self.records.clear();
        }
        Ok(())
    }
}

/// The name of a ranking in the store.
fn scope(metric: &Metric, catalog: Option<&CatalogId>, section: &[String]) -> String {
    let metric = if *metric == Metric::Forks { "forks" } else { "stars" };
    match catalog {
        None => format!("{metric} {ALL}"),
        // No id of a catalog and no heading holds a line feed.
        Some(id) => format!("{metric} of {id}\n{}", section.join("\n")),
    }
}
