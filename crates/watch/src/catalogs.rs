//! The watcher of catalogs: looks at what is due, each catalog on its own, and records what changed.

mod first_sight;
mod follower;
pub(crate) mod past;
mod plan;
mod reading;
mod record;
mod round;
mod state;
#[cfg(test)]
mod stories;
mod visit;

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::Mutex;
use tracing::warn;
use whimbrel_catalog::CatalogId;
use whimbrel_store::{Record, Store, StoreError};

pub use self::round::Round;

use self::plan::Plan;
use self::round::{Looks, Unkept};
use crate::blocking::blocking;
use crate::config::{CatalogConfig, Settings};
use crate::github::Github;
use crate::projects::Arrivals;
use crate::source::Spec;

/// Due catalogs asked of the store at a time.
const DUE_AT_A_TIME: usize = 1024;

/// Follows catalogs. A cheap handle: clones are the same watcher.
#[derive(Clone)]
pub struct Watcher {
    store: Store,
    github: Github,
    plan: Arc<RwLock<Arc<Plan>>>,
    /// Looks of the clock that are under way; those that outlive their round are heard by a later one.
    under_way: Arc<Mutex<Looks>>,
    unkept: Unkept,
    arrivals: Arrivals,
}

impl Watcher {
    /// A watcher of these catalogs; relative paths start at `base_dir`. Everything that is wrong with the
    /// configuration is said at once.
    pub fn new(
        store: Store,
        base_dir: &Path,
        settings: Settings,
        github: Github,
        catalogs: Vec<CatalogConfig>,
    ) -> anyhow::Result<Self> {
        let plan = Plan::new(base_dir, settings, github.clone(), catalogs)?;
        let plan = Arc::new(RwLock::new(Arc::new(plan)));
        Ok(Self {
            store,
            github,
            plan,
            under_way: Arc::default(),
            unkept: Unkept::default(),
            arrivals: Arrivals::default(),
        })
    }

    /// Takes a new configuration; when something is wrong with it, the old one stays. Catalogs that are no longer
    /// named keep what is known of them and are not looked at; named again, they go on where they were.
    pub fn reconfigure(
        &self,
        base_dir: &Path,
        settings: Settings,
        catalogs: Vec<CatalogConfig>,
    ) -> anyhow::Result<()> {
        let mut plan = Plan::new(base_dir, settings, self.github.clone(), catalogs)?;
        for (id, before) in &self.plan().followed {
            // Nobody else holds the new plan yet.
            if let Some(followed) = plan.followed.get_mut(id).and_then(Arc::get_mut) {
                followed.busy = Arc::clone(&before.busy);
            }
        }
        let plan = Arc::new(plan);
        *self.plan.write().unwrap_or_else(PoisonError::into_inner) = plan;
        Ok(())
    }

    /// The clock was set back: nothing is due later than its interval allows by the new time.
    pub async fn reckon_anew(&self) {
        *self.plan().adopted.lock().await = false;
    }

    /// What is configured and cannot be had, for people: one sentence each.
    pub fn remarks(&self) -> Vec<String> {
        let plan = self.plan();
        let mut remarks: Vec<String> = plan
            .followed
            .values()
            .filter(|followed| followed.config.backfill.is_some() && !matches!(followed.spec, Spec::Git { .. }))
            .map(|followed| {
                format!(
                    "backfill of `{}` is left out: only a local git repository keeps earlier versions; clone it and use git:REPOSITORY//PATH",
                    followed.config.id
                )
            })
            .collect();
        remarks.sort();
        remarks
    }

    /// Looks at every catalog that is due. Ends when all are done, or when the slowest has used up the time of several
    /// requests (it goes on by itself); one that fails leaves the others alone.
    pub async fn poll_due(&self, now: DateTime<Utc>) -> Round {
        let patience = self.plan().patience();
        self.poll_due_within(now, patience).await
    }

    /// The same with a patience of the caller: for one who comes again soon and has others to look at meanwhile.
    pub async fn poll_due_within(&self, now: DateTime<Utc>, patience: Duration) -> Round {
        let plan = self.plan();
        let mut looks = self.under_way.lock().await;
        // Asked before what is due: one that ends in between was due a moment ago and is not any more.
        let busy = if looks.is_empty() { HashSet::new() } else { plan.busy() };
        let due: Vec<CatalogId> = match self.due(&plan, now).await {
            Ok(due) => due.into_iter().filter(|id| !busy.contains(id)).collect(),
            Err(error) => return Round::refused(&error),
        };
        self.glance(&plan, &due, now).await;
        let mut round = self.look_at(&plan, due, now, false, &mut looks, patience).await;
        let store = self.store.clone();
        if let Err(error) = blocking(move || store.flush_looks(now)).await {
            round.refused.get_or_insert_with(|| error.to_string());
        }
        round
    }

    /// Looks at these catalogs now, due or not: somebody knows that they changed.
    pub async fn look_now(&self, ids: &[CatalogId], now: DateTime<Utc>) -> Round {
        let plan = self.plan();
        if let Err(error) = self.adopt(&plan, now).await {
            return Round::refused(&error);
        }
        let mut looks = Looks::new();
        let round = self.look_at(&plan, ids.to_vec(), now, true, &mut looks, plan.patience()).await;
        looks.detach_all();
        round
    }

    /// The catalogs that lie in the file system of this machine: looking at one costs next to nothing.
    pub fn local(&self) -> Vec<CatalogId> {
        let plan = self.plan();
        let local = plan.followed.values().filter(|followed| matches!(followed.spec, Spec::Local(_)));
        local.map(|followed| followed.config.id.clone()).collect()
    }

    /// The catalogs that are read from this repository of GitHub's.
    pub fn of_repository(&self, full_name: &str) -> Vec<CatalogId> {
        let plan = self.plan();
        let its = |spec: &Spec| match spec {
            Spec::Github { owner, repo, .. } => format!("{owner}/{repo}").eq_ignore_ascii_case(full_name),
            _ => false,
        };
        let read = plan.followed.values().filter(|followed| its(&followed.spec));
        read.map(|followed| followed.config.id.clone()).collect()
    }

    /// When the next catalog is due; `None` when none is followed.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let store = self.store.clone();
        blocking(move || store.next_due()).await
    }

    /// The way to GitHub that its looks share with others.
    pub fn github(&self) -> &Github {
        &self.github
    }

    /// Where it notes which catalogs have entries that settle.
    pub fn arrivals(&self) -> Arrivals {
        self.arrivals.clone()
    }

    /// Asks GitHub once which of these changed.
    async fn glance(&self, plan: &Arc<Plan>, due: &[CatalogId], now: DateTime<Utc>) {
        let at_github = |id: &&CatalogId| {
            plan.followed.get(*id).is_some_and(|followed| matches!(followed.spec, Spec::Github { .. }))
        };
        let due: Vec<CatalogId> = due.iter().filter(at_github).cloned().collect();
        if due.len() < 2 {
            return;
        }
        let store = self.store.clone();
        let known = blocking(move || {
            let metas = due.into_iter().map(|id| store.catalog(&id));
            metas.collect::<Result<Vec<_>, StoreError>>()
        });
        // A store that refuses will say so to the looks themselves.
        let Ok(known) = known.await else { return };
        let known: Vec<_> = known.into_iter().flatten().collect();
        let due: Vec<_> = known
            .iter()
            .filter_map(|meta| Some((&plan.followed.get(&meta.id)?.spec, &meta.cursor)))
            .collect();
        plan.sources.glance(&due, now).await;
    }

    pub(crate) fn plan(&self) -> Arc<Plan> {
        Arc::clone(&self.plan.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Followed catalogs that are due, were never seen, or could not be kept as they were seen.
    async fn due(&self, plan: &Arc<Plan>, now: DateTime<Utc>) -> Result<Vec<CatalogId>, StoreError> {
        self.adopt(plan, now).await?;
        let store = self.store.clone();
        let due = blocking(move || store.due(now, DUE_AT_A_TIME)).await?;
        let mut due: Vec<_> = due.into_iter().map(|(_, id)| id).collect();
        let all = due.len();
        due.retain(|id| plan.followed.contains_key(id));
        if due.len() < all {
            // A look that was under way when its catalog was no longer followed made it due again.
            *plan.adopted.lock().await = false;
            self.adopt(plan, now).await?;
        }
        self.unkept.join(&mut due, plan);
        Ok(due)
    }

    /// Once for each configuration: catalogs that are no longer followed are due no more, those that are followed
    /// anew are due now.
    async fn adopt(&self, plan: &Arc<Plan>, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut adopted = plan.adopted.lock().await;
        if *adopted {
            return Ok(());
        }
        let (store, at) = (self.store.clone(), Arc::clone(plan));
        blocking(move || {
            let mut known = HashSet::new();
            let mut records = Vec::new();
            for meta in store.catalogs()? {
                known.insert(meta.id.clone());
                records.extend(at.adopted_meta(&meta, now).map(Record::of));
            }
            let fresh = at.followed.values().filter(|followed| !known.contains(&followed.config.id));
            records.extend(fresh.map(|followed| Record::of(followed.unseen(now))));
            if !records.is_empty() {
                store.record(&records, now)?;
            }
            Ok(())
        })
        .await?;
        *adopted = true;
        for remark in self.remarks() {
            warn!("{remark}");
        }
        Ok(())
    }
}
