//! The watcher of projects: asks GitHub about those that are due, and records what changed.
//!
//! A round takes the longest overdue projects page by page (`page`), for as long as GitHub's limits allow; what is put
//! off keeps its place in the queue. `ranks` compares the standings of projects once a day. Nothing of all projects is
//! held in memory: who is due is the store's to say. `arrivals` looks ahead at what is about to be listed, and
//! `absences` keeps a bad day of GitHub's from being told as the end of many projects.

mod absences;
mod arrivals;
mod page;
mod ranks;
mod refusals;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use tracing::field::Empty;
use tracing::{Instrument, info_span};
use whimbrel_catalog::EntryKey;
use whimbrel_project::{ProjectId, Rules};
use whimbrel_store::{Store, StoreError};

pub use self::arrivals::Arrivals;

use self::absences::Absences;
use self::page::Voice;
use self::refusals::Refusals;
use crate::blocking::blocking;
use crate::github::Github;
use crate::github::hooks::Wake;

/// Projects looked at in one go: some batches of GitHub's, and few enough rows in memory.
const PAGE: usize = 1_000;

/// As many that are due are worth a call at once: about what fits one batch.
const FULL: usize = 50;

/// Fewer wait for company for a tenth of the shortest time between two looks, but not longer than this.
const LONGEST_GRACE: TimeDelta = TimeDelta::seconds(60);

/// Follows projects. A cheap handle: clones are the same watcher.
#[derive(Clone)]
pub struct ProjectWatcher {
    store: Store,
    github: Github,
    rules: Arc<RwLock<Arc<Rules>>>,
    /// When the rankings were last looked at, as far as this process knows.
    ranked: Arc<Mutex<Option<DateTime<Utc>>>>,
    /// Projects somebody hurried since the page that is being looked at was taken.
    woken: Arc<Mutex<HashSet<ProjectId>>>,
    /// How long the store has refused what was seen.
    refusals: Arc<Mutex<Refusals>>,
    /// What is about to be listed.
    arrivals: Arrivals,
    absences: Arc<Mutex<Absences>>,
}

/// What one round did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectRound {
    /// Projects GitHub answered about.
    pub looked: usize,
    /// Those that differed.
    pub changed: usize,
    /// Live events that were recorded.
    pub events: usize,
    /// Projects about which no usable answer came.
    pub failed: usize,
    /// When to come back for those that are due still, where GitHub's limits or its absence say so.
    pub again: Option<DateTime<Utc>>,
    /// What the store said when it refused: then not everything that was seen is written down.
    pub refused: Option<String>,
}

impl ProjectWatcher {
    /// A watcher of the projects this store lists.
    pub fn new(store: Store, github: Github, rules: Rules) -> Self {
        Self {
            store,
            github,
            rules: Arc::new(RwLock::new(Arc::new(rules))),
            ranked: Arc::default(),
            woken: Arc::default(),
            refusals: Arc::default(),
            arrivals: Arrivals::default(),
            absences: Arc::default(),
        }
    }

    /// The same, which also looks at the projects of entries that settle.
    #[must_use]
    pub fn expecting(self, arrivals: Arrivals) -> Self {
        Self { arrivals, ..self }
    }

    /// Takes other rules.
    pub fn reconfigure(&self, rules: Rules) {
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(rules);
    }

    /// What is wrong, or missing and would help, at GitHub and with the projects: one sentence each.
    pub fn remarks(&self, now: DateTime<Utc>) -> Vec<String> {
        let mut remarks = self.github.remarks(now);
        remarks.extend(locked(&self.absences).remark(&self.rules()));
        remarks
    }

    /// The way to GitHub.
    pub fn github(&self) -> &Github {
        &self.github
    }

    /// Looks at every project that is due, as far as GitHub's limits allow, and now and then at the rankings.
    pub async fn poll_due(&self, now: DateTime<Utc>) -> ProjectRound {
        self.poll(now, true).await
    }

    /// The same, but looks only when that is worth a call.
    pub async fn poll_worthwhile(&self, now: DateTime<Utc>) -> ProjectRound {
        self.poll(now, self.are_due(now)).await
    }

    /// Whether enough projects are due, or one is overdue for long enough: a call costs the same for one as for a full
    /// batch. Those that were hurried or never looked at are overdue since 1970, and do not wait.
    pub fn is_worthwhile(&self, now: DateTime<Utc>) -> bool {
        !self.github.is_enterprise() && (self.arrivals.are_waiting(now) || self.are_due(now))
    }

    fn are_due(&self, now: DateTime<Utc>) -> bool {
        let Some(overdue) = self.next_due().map(|due| now - due) else { return false };
        overdue >= TimeDelta::zero()
            && (overdue >= grace(&self.rules()) || self.store.projects_due(now, FULL).len() == FULL)
    }

    async fn poll(&self, now: DateTime<Utc>, look: bool) -> ProjectRound {
        if self.github.is_enterprise() {
            // A name that is taken there as well would be another project.
            return ProjectRound::default();
        }
        let mut round = ProjectRound { again: locked(&self.refusals).until(now), ..ProjectRound::default() };
        if round.again.is_some() {
            return round;
        }
        let done = async {
            self.look_ahead(now, &mut round).await?;
            if look && round.again.is_none() {
                self.look_at_due(now, &mut round).await?;
            }
            let (store, absences, rules) = (self.store.clone(), Arc::clone(&self.absences), self.rules());
            blocking(move || locked(&absences).look_again(&store, now, &rules)).await?;
            self.rank_due(now, &mut round).await?;
            let store = self.store.clone();
            blocking(move || store.flush_schedule(now)).await
        };
        match done.await {
            Ok(blocks) if blocks > 0 || round.changed > 0 => locked(&self.refusals).over(),
            Ok(_) => {}
            Err(error) => {
                let error = error.to_string();
                round.again = Some(locked(&self.refusals).again(now, &error));
                round.refused = Some(error);
            }
        }
        round
    }

    /// When there is something to do next; `None` when no project is listed.
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.store.next_project_due()
    }

    /// Projects that are looked at now and then: those that somebody lists.
    pub fn followed(&self) -> usize {
        self.store.projects_scheduled()
    }

    /// Makes a project due at once, because somebody knows that it changed. Says whether it is followed.
    pub async fn wake(&self, wake: &Wake) -> Result<bool, StoreError> {
        let (store, wake, woken) = (self.store.clone(), wake.clone(), Arc::clone(&self.woken));
        blocking(move || {
            let Some(id) = find(&store, &wake)? else { return Ok(false) };
            let mut woken = locked(&woken);
            woken.insert(id);
            hurry(&store, [id]);
            Ok(true)
        })
        .await
    }

    async fn look_at_due(&self, now: DateTime<Utc>, round: &mut ProjectRound) -> Result<(), StoreError> {
        loop {
            let (store, woken) = (self.store.clone(), Arc::clone(&self.woken));
            let projects = blocking(move || {
                // Who was hurried until here is due, and looked at now.
                let due = {
                    let mut woken = locked(&woken);
                    woken.clear();
                    store.projects_due(now, PAGE)
                };
                store.projects_by(&due)
            })
            .await?;
            if projects.is_empty() {
                return Ok(());
            }
            let span = info_span!(
                target: "span", "projects", due = projects.len(), answered = Empty, changed = Empty, events = Empty
            );
            let before = (round.changed, round.events);
            let looked = self.github.look(&projects, now).instrument(span.clone()).await;
            let answered = looked.answers.len();
            round.again = looked.again;
            let taking = self.take(projects, looked.answers, Voice::Loud, now, round);
            let taken = taking.instrument(span.clone()).await;
            span.record("answered", answered);
            span.record("changed", round.changed - before.0).record("events", round.events - before.1);
            {
                // The answer may be older than what somebody was hurried for since.
                let mut woken = locked(&self.woken);
                hurry(&self.store, woken.drain());
            }
            taken?;
            // Those that were put off stay due, and the longest overdue come first again.
            if round.again.is_some() || answered == 0 {
                return Ok(());
            }
        }
    }

    fn rules(&self) -> Arc<Rules> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How long a project that is due waits for company.
fn grace(rules: &Rules) -> TimeDelta {
    let tenth = TimeDelta::milliseconds(rules.interval_min_secs.min(3_600) as i64 * 100);
    tenth.min(LONGEST_GRACE)
}

/// Makes projects due before all that are overdue.
fn hurry(store: &Store, ids: impl IntoIterator<Item = ProjectId>) {
    let times: Vec<_> = ids.into_iter().map(|id| (id, DateTime::UNIX_EPOCH)).collect();
    store.set_due(&times);
}

fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

fn find(store: &Store, wake: &Wake) -> Result<Option<ProjectId>, StoreError> {
    if let Some(node) = &wake.node
        && let Some(id) = store.project_of_node(node)?
    {
        return Ok(Some(id));
    }
    match EntryKey::from_url(&format!("https://github.com/{}", wake.full_name)) {
        Some(key) => store.project_named(&key),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn company_is_waited_for_briefly() {
        for (interval, millis) in [(1, 100), (60, 6_000), (900, 60_000), (u64::MAX, 60_000)] {
            let rules = Rules { interval_min_secs: interval, ..Rules::default() };
            assert_eq!(grace(&rules).num_milliseconds(), millis, "{interval}");
        }
    }
}
