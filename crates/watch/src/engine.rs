//! The watcher: looks at what is due, each catalog on its own, and records what changed.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::pin::pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{Mutex, Semaphore};
use tokio::task::{self, JoinError, JoinSet};
use tracing::{debug, error, warn};
use whimbrel_catalog::{CatalogId, Rules};
use whimbrel_store::{CatalogMeta, Record, Store, StoreError};

use crate::cadence::Cadence;
use crate::config::{CatalogConfig, Settings};
use crate::source::{Sources, Spec};
use crate::visit::{Outlook, visit};

/// A round that was given no patience does not wait longer for its slowest catalog than this many times the time one
/// request may take; the look itself goes on.
const PATIENCE: u32 = 4;

/// A look that takes longer gives its place to another: what hangs must not use up `concurrency`.
const LONGEST_PLACE: Duration = Duration::from_secs(5);

/// Due catalogs asked of the store at a time.
const DUE_AT_A_TIME: usize = 1024;

/// Follows catalogs. A cheap handle: clones are the same watcher.
#[derive(Clone)]
pub struct Watcher {
    store: Store,
    plan: Arc<RwLock<Arc<Plan>>>,
    /// Looks of the clock that are under way; those that outlive their round are heard by a later one.
    under_way: Arc<Mutex<Looks>>,
}

/// Running looks; `None` for a catalog that was being looked at already.
type Looks = JoinSet<Option<(CatalogId, Outlook)>>;

/// What is followed and how: one reading of the configuration.
pub(crate) struct Plan {
    pub(crate) settings: Arc<Settings>,
    pub(crate) sources: Sources,
    pub(crate) followed: HashMap<CatalogId, Arc<Followed>>,
    /// As many looks at other machines as may run at the same time …
    far: Arc<Semaphore>,
    /// … and at this one: an edit does not wait for a network that is away.
    near: Arc<Semaphore>,
    /// Known catalogs were brought in line with this plan.
    adopted: Mutex<bool>,
}

/// A followed catalog.
pub(crate) struct Followed {
    pub(crate) config: CatalogConfig,
    pub(crate) spec: Spec,
    pub(crate) rules: Rules,
    pub(crate) cadence: Cadence,
    /// One look at a time, under the next plan as well.
    busy: Arc<Mutex<()>>,
}

/// What one round did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Catalogs that were looked at.
    pub looked: Vec<CatalogId>,
    /// Those whose document differed.
    pub changed: Vec<CatalogId>,
    /// Live events that were recorded.
    pub events: usize,
    /// Replayed events that were recorded.
    pub history: usize,
    /// Those that could not be read, with the reason.
    pub failed: Vec<(CatalogId, String)>,
    /// Looks that were still under way when the round ended; a later round tells how they went.
    pub under_way: usize,
    /// What the store said when it refused: then not everything that was seen is written down.
    pub refused: Option<String>,
}

impl Watcher {
    /// A watcher of these catalogs; relative paths start at `base_dir`. Everything that is wrong with the
    /// configuration is said at once.
    pub fn new(
        store: Store,
        base_dir: &Path,
        settings: Settings,
        catalogs: Vec<CatalogConfig>,
    ) -> anyhow::Result<Self> {
        let plan = Plan::new(base_dir, settings, catalogs)?;
        Ok(Self { store, plan: Arc::new(RwLock::new(Arc::new(plan))), under_way: Arc::default() })
    }

    /// Takes a new configuration; when something is wrong with it, the old one stays. Catalogs that are no longer
    /// named keep what is known of them and are not looked at; named again, they go on where they were.
    pub fn reconfigure(
        &self,
        base_dir: &Path,
        settings: Settings,
        catalogs: Vec<CatalogConfig>,
    ) -> anyhow::Result<()> {
        let mut plan = Plan::new(base_dir, settings, catalogs)?;
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
        let due = match self.due(&plan, now).await {
            Ok(due) => due.into_iter().filter(|id| !busy.contains(id)).collect(),
            Err(error) => {
                error!(%error, "cannot tell what is due: {error}");
                return Round::refused(&error);
            }
        };
        let round = self.look_at(&plan, due, now, false, &mut looks, patience).await;
        let store = self.store.clone();
        if let Err(error) = blocking(move || store.flush_looks(now)).await {
            error!(%error, "looks could not be written down: {error}");
        }
        round
    }

    /// Looks at these catalogs now, due or not: somebody knows that they changed.
    pub async fn look_now(&self, ids: &[CatalogId], now: DateTime<Utc>) -> Round {
        let plan = self.plan();
        if let Err(error) = self.adopt(&plan, now).await {
            error!(%error, "cannot look at catalogs: {error}");
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

    /// When the next catalog is due; `None` when none is followed.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let store = self.store.clone();
        blocking(move || store.next_due()).await
    }

    pub(crate) fn plan(&self) -> Arc<Plan> {
        Arc::clone(&self.plan.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Followed catalogs that are due or were never seen.
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
                records.extend(at.adopted_meta(&meta, now).map(only_meta));
            }
            let fresh = at.followed.values().filter(|followed| !known.contains(&followed.config.id));
            records.extend(fresh.map(|followed| only_meta(followed.unseen(now))));
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

    async fn look_at(
        &self,
        plan: &Arc<Plan>,
        ids: Vec<CatalogId>,
        now: DateTime<Utc>,
        insist: bool,
        looks: &mut Looks,
        patience: Duration,
    ) -> Round {
        let mut started = HashSet::new();
        for id in ids {
            let Some(followed) = plan.followed.get(&id).cloned() else { continue };
            let (store, plan) = (self.store.clone(), Arc::clone(plan));
            let look = looks.spawn(async move {
                let _alone = if insist {
                    followed.busy.lock().await
                } else if let Ok(alone) = followed.busy.try_lock() {
                    alone
                } else {
                    return None; // somebody else is at it
                };
                let place = plan.places(&followed.spec).acquire_owned().await;
                let mut visit = pin!(visit(&store, &plan, &followed, now));
                let in_time = tokio::time::timeout(LONGEST_PLACE, &mut visit).await;
                drop(place);
                let outlook = match in_time {
                    Ok(outlook) => outlook,
                    Err(_late) => visit.await,
                };
                outlook.tell(&followed.config.id); // here: nobody may be waiting for it any more
                Some((followed.config.id.clone(), outlook))
            });
            started.insert(look.id());
        }
        let mut round = Round::default();
        let all = async {
            while !started.is_empty() {
                let Some(done) = looks.join_next_with_id().await else { break };
                started.remove(&round.note(done));
            }
        };
        if tokio::time::timeout(patience, all).await.is_err() {
            debug!("{} looks take long; they go on while others are looked at", started.len());
        }
        while let Some(done) = looks.try_join_next_with_id() {
            round.note(done);
        }
        round.under_way = looks.len();
        round.looked.sort();
        round.changed.sort();
        round.failed.sort();
        round
    }
}

impl Round {
    /// A round that did not come about.
    fn refused(error: &StoreError) -> Self {
        Self { refused: Some(error.to_string()), ..Self::default() }
    }

    /// Takes in a look that ended, and hands back which.
    fn note(&mut self, done: Result<(task::Id, Option<(CatalogId, Outlook)>), JoinError>) -> task::Id {
        let (look, done) = match done {
            Ok(done) => done,
            Err(error) => {
                error!(%error, "a look broke off: {error}");
                return error.id();
            }
        };
        let Some((id, outlook)) = done else { return look };
        self.looked.push(id.clone());
        self.events += outlook.events;
        self.history += outlook.history;
        self.refused = self.refused.take().or(outlook.refused);
        if outlook.changed {
            self.changed.push(id.clone());
        }
        self.failed.extend(outlook.failure.map(|problem| (id, problem)));
        look
    }
}

impl Plan {
    fn new(base_dir: &Path, settings: Settings, catalogs: Vec<CatalogConfig>) -> anyhow::Result<Self> {
        let mut problems = Vec::new();
        let mut followed = HashMap::new();
        for config in catalogs {
            let spec = match config.spec(base_dir, &settings) {
                Ok(spec) => spec,
                Err(error) => {
                    problems.push(format!("catalog `{}`: {error}", config.id));
                    continue;
                }
            };
            let (min, max) = config.intervals(&spec, &settings);
            let rules = config.rules(&spec, &settings.rules);
            let cadence = Cadence { min, max, jitter_percent: settings.jitter_percent };
            let id = config.id.clone();
            let one = Followed { config, spec, rules, cadence, busy: Arc::default() };
            if followed.insert(id.clone(), one).is_some() {
                problems.push(format!("catalog `{id}` is configured twice: give one of them another id"));
            }
        }
        anyhow::ensure!(problems.is_empty(), "{}", problems.join("\n"));
        let settings = Arc::new(settings);
        let sources = Sources::new(Arc::clone(&settings))?;
        let places = || Arc::new(Semaphore::new(settings.concurrency.max(1)));
        let (far, near) = (places(), places());
        let followed = followed.into_iter().map(|(id, followed)| (id, Arc::new(followed))).collect();
        Ok(Self { settings, sources, followed, far, near, adopted: Mutex::new(false) })
    }

    /// Catalogs that are being looked at.
    fn busy(&self) -> HashSet<CatalogId> {
        let busy = self.followed.iter().filter(|(_, followed)| followed.busy.try_lock().is_err());
        busy.map(|(id, _)| id.clone()).collect()
    }

    fn places(&self, spec: &Spec) -> Arc<Semaphore> {
        Arc::clone(match spec {
            Spec::Local(_) | Spec::Git { .. } => &self.near,
            Spec::Web(_) | Spec::Github { .. } => &self.far,
        })
    }

    /// How long a round waits that was given no patience.
    fn patience(&self) -> Duration {
        self.settings.timeout.as_std().saturating_mul(PATIENCE).max(Duration::from_mins(1))
    }

    /// The facts of a known catalog under this plan, when they differ.
    fn adopted_meta(&self, meta: &CatalogMeta, now: DateTime<Utc>) -> Option<CatalogMeta> {
        let mut next = meta.clone();
        match self.followed.get(&meta.id) {
            None => next.next_due = None,
            Some(followed) => {
                if let Some(title) = &followed.config.title {
                    next.title.clone_from(title);
                }
                let moved = meta.source != followed.spec.to_string();
                let interval = Duration::from_secs(meta.interval_secs);
                next.interval_secs = interval.clamp(followed.cadence.min, followed.cadence.max).as_secs();
                // Sooner when the configuration now asks for it, never later than it was.
                let latest = now + chrono::TimeDelta::from_std(followed.cadence.max).unwrap_or_default();
                let due = if moved { now } else { meta.next_due.unwrap_or(now).min(latest) };
                next.next_due = Some(due);
            }
        }
        (next != *meta).then_some(next)
    }
}

impl Followed {
    /// The facts of a catalog that was not looked at yet.
    pub(crate) fn unseen(&self, now: DateTime<Utc>) -> CatalogMeta {
        CatalogMeta {
            id: self.config.id.clone(),
            title: self.config.title.clone().unwrap_or_else(|| self.config.id.to_string()),
            source: self.spec.to_string(),
            followed: now,
            last_look: None,
            last_success: None,
            last_change: None,
            next_due: Some(now),
            interval_secs: self.cadence.first().as_secs(),
            failures: 0,
            last_error: None,
            stale: false,
            held: None,
            cursor: crate::source::Cursor::new(),
            accepted_document: None,
            latest_document: None,
            parser: whimbrel_catalog::parse::PARSER_VERSION,
            entries: 0,
            listings: 0,
            sections: 0,
        }
    }
}

/// A record of facts alone.
pub(crate) fn only_meta(meta: CatalogMeta) -> Record {
    Record {
        meta,
        put: Vec::new(),
        delete: Vec::new(),
        shape: None,
        settling: None,
        bury: Vec::new(),
        news: Vec::new(),
        history: Vec::new(),
    }
}

/// Runs a verb of the store off the async threads.
pub(crate) async fn blocking<R: Send + 'static>(
    verb: impl FnOnce() -> Result<R, StoreError> + Send + 'static,
) -> Result<R, StoreError> {
    tokio::task::spawn_blocking(verb)
        .await
        .unwrap_or_else(|error| Err(StoreError::Stopped(format!("a task of the store broke off: {error}"))))
}
