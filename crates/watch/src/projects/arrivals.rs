//! New entries that settle: their projects are looked at before they are told, so that the news says what filters ask
//! for. A project nobody lists yet is made for it, and nothing of it is told.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use tracing::debug;
use whimbrel_catalog::CatalogId;
use whimbrel_project::{Answer, ProjectId};
use whimbrel_store::{Store, StoreError};

use super::page::Voice;
use super::{PAGE, ProjectRound, ProjectWatcher, locked};
use crate::blocking::blocking;

/// A look that brought no answer is tried again after this …
const AGAIN: TimeDelta = TimeDelta::minutes(1);

/// … and so often; then the entry is told without facts.
const TRIES: u8 = 5;

/// Which catalogs have entries that settle; clones are the same list.
#[derive(Clone, Debug, Default)]
pub struct Arrivals(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    /// What settled already when the program started was found.
    begun: bool,
    catalogs: HashSet<CatalogId>,
    projects: VecDeque<(ProjectId, u8)>,
    again: Option<DateTime<Utc>>,
}

impl Arrivals {
    /// What settles in this catalog is not what it was.
    pub(crate) fn note(&self, id: &CatalogId) {
        locked(&self.0).catalogs.insert(id.clone());
    }

    /// Whether there is something to look at.
    pub(super) fn are_waiting(&self, now: DateTime<Utc>) -> bool {
        let waiting = locked(&self.0);
        !waiting.begun
            || !waiting.catalogs.is_empty()
            || (!waiting.projects.is_empty() && waiting.again.is_none_or(|again| again <= now))
    }

    /// Finds the projects of entries that settle and that nobody lists so far.
    fn find(&self, store: &Store, now: DateTime<Utc>) -> Result<Vec<ProjectId>, StoreError> {
        let (begun, catalogs) = {
            let mut waiting = locked(&self.0);
            (std::mem::replace(&mut waiting.begun, true), std::mem::take(&mut waiting.catalogs))
        };
        let catalogs: Vec<CatalogId> = if begun {
            catalogs.into_iter().collect()
        } else {
            let followed = store.catalogs()?.into_iter().filter(|meta| meta.next_due.is_some());
            followed.map(|meta| meta.id).collect()
        };
        for id in catalogs {
            let Some(settling) = store.settling(&id)? else { continue };
            for key in settling.arriving() {
                let Some(project) = store.expect_project(key, now)? else { continue };
                let mut waiting = locked(&self.0);
                if !waiting.projects.iter().any(|(known, _)| *known == project) {
                    waiting.projects.push_back((project, 0));
                }
            }
        }
        let mut waiting = locked(&self.0);
        if waiting.again.is_some_and(|again| again > now && again - now <= AGAIN) {
            return Ok(Vec::new());
        }
        waiting.again = None;
        // Who is listed by now is looked at like all others.
        waiting.projects.retain(|(id, _)| !store.is_followed(*id));
        Ok(waiting.projects.iter().take(PAGE).map(|(id, _)| *id).collect())
    }

    /// Takes those that were asked from the list; those that got no usable answer come again.
    fn answered(&self, answers: &[(ProjectId, bool)], now: DateTime<Utc>) {
        let mut waiting = locked(&self.0);
        for (id, failed) in answers {
            let Some(at) = waiting.projects.iter().position(|(known, _)| known == id) else { continue };
            let Some((id, tries)) = waiting.projects.remove(at) else { continue };
            if *failed && tries + 1 < TRIES {
                waiting.projects.push_back((id, tries + 1));
                waiting.again = Some(now + AGAIN);
            }
        }
    }
}

impl ProjectWatcher {
    /// Looks at the projects of entries that settle, as far as GitHub's limits allow. Their due time is none of theirs.
    pub(super) async fn look_ahead(
        &self,
        now: DateTime<Utc>,
        round: &mut ProjectRound,
    ) -> Result<(), StoreError> {
        while self.arrivals.are_waiting(now) {
            let (store, arrivals) = (self.store.clone(), self.arrivals.clone());
            let projects = blocking(move || {
                let found = arrivals.find(&store, now)?;
                store.projects_by(&found)
            })
            .await?;
            if projects.is_empty() {
                return Ok(());
            }
            let looked = self.github.look(&projects, now).await;
            debug!("looked ahead at {} of {} new projects", looked.answers.len(), projects.len());
            let failed = |(id, answer): &(ProjectId, Answer)| (*id, matches!(answer, Answer::Failed(_)));
            let answered: Vec<(ProjectId, bool)> = looked.answers.iter().map(failed).collect();
            round.again = looked.again;
            self.take(projects, looked.answers, Voice::Quiet, now, round).await?;
            self.arrivals.answered(&answered, now);
            if round.again.is_some() || answered.is_empty() {
                return Ok(());
            }
        }
        Ok(())
    }
}
