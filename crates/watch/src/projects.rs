//! The watcher of projects: asks GitHub about those that are due, and records what changed.
//!
//! A round takes the longest overdue projects page by page (`page`), for as long as GitHub's limits allow; what is put
//! off keeps its place in the queue. `ranks` compares the standings of projects once a day. Nothing of all projects is
//! held in memory: who is due is the store's to say.

mod page;
mod ranks;

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use tracing::error;
use whimbrel_catalog::EntryKey;
use whimbrel_project::{ProjectId, Rules};
use whimbrel_store::{Store, StoreError};

use crate::blocking::blocking;
use crate::github::Github;
use crate::github::hooks::Wake;

/// Projects looked at in one go: some batches of GitHub's, and few enough rows in memory.
const PAGE: usize = 1_000;

/// Follows projects. A cheap handle: clones are the same watcher.
#[derive(Clone)]
pub struct ProjectWatcher {
    store: Store,
    github: Github,
    rules: Arc<RwLock<Arc<Rules>>>,
    /// When the rankings were last looked at, as far as this process knows.
    ranked: Arc<Mutex<Option<DateTime<Utc>>>>,
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
        Self { store, github, rules: Arc::new(RwLock::new(Arc::new(rules))), ranked: Arc::default() }
    }

    /// Takes other rules.
    pub fn reconfigure(&self, rules: Rules) {
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(rules);
    }

    /// The way to GitHub.
    pub fn github(&self) -> &Github {
        &self.github
    }

    /// Looks at every project that is due, as far as GitHub's limits allow, and once a day at the rankings.
    pub async fn poll_due(&self, now: DateTime<Utc>) -> ProjectRound {
        let mut round = ProjectRound::default();
        let done = async {
            self.look_at_due(now, &mut round).await?;
            self.rank_due(now, &mut round).await?;
            let store = self.store.clone();
            blocking(move || store.flush_schedule(now)).await
        };
        if let Err(error) = done.await {
            error!(%error, "what was seen of projects could not be written down: {error}");
            round.refused = Some(error.to_string());
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
        let (store, wake) = (self.store.clone(), wake.clone());
        blocking(move || {
            let Some(id) = find(&store, &wake)? else { return Ok(false) };
            // Before all that are overdue.
            store.set_due(&[(id, DateTime::UNIX_EPOCH)]);
            Ok(true)
        })
        .await
    }

    async fn look_at_due(&self, now: DateTime<Utc>, round: &mut ProjectRound) -> Result<(), StoreError> {
        loop {
            let store = self.store.clone();
            let projects = blocking(move || store.projects_by(&store.projects_due(now, PAGE))).await?;
            if projects.is_empty() {
                return Ok(());
            }
            let looked = self.github.look(&projects, now).await;
            let answered = looked.answers.len();
            round.again = looked.again;
            self.take(projects, looked.answers, now, round).await?;
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
