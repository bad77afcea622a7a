//! What is followed and how, as one reading of the configuration says.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};
use whimbrel_catalog::{CatalogId, Rules};
use whimbrel_store::CatalogMeta;

use crate::cadence::Cadence;
use crate::config::{CatalogConfig, Settings};
use crate::github::Github;
use crate::source::{Sources, Spec};

/// A round that was given no patience does not wait longer for its slowest catalog than this many times the time one
/// request may take; the look itself goes on.
const PATIENCE: u32 = 4;

/// Whoever waits longer for its turn to judge goes ahead: the whole past of a catalog must not hold up an edit.
const LONGEST_TURN: Duration = Duration::from_secs(2);

/// What is followed and how: one reading of the configuration.
pub(crate) struct Plan {
    pub(crate) settings: Arc<Settings>,
    pub(crate) sources: Sources,
    pub(crate) followed: HashMap<CatalogId, Arc<Followed>>,
    /// As many looks at other machines as may run at the same time …
    far: Arc<Semaphore>,
    /// … and at this one: an edit does not wait for a network that is away.
    near: Arc<Semaphore>,
    /// Whoever judges what it saw holds this: a reading, its comparison and its rows take memory, and the store takes
    /// one commit at a time anyway.
    judging: Arc<Semaphore>,
    /// Known catalogs were brought in line with this plan.
    pub(super) adopted: Mutex<bool>,
}

/// A followed catalog.
pub(crate) struct Followed {
    pub(crate) config: CatalogConfig,
    pub(crate) spec: Spec,
    pub(crate) rules: Rules,
    pub(crate) cadence: Cadence,
    /// One look at a time, under the next plan as well.
    pub(super) busy: Arc<Mutex<()>>,
}

impl Plan {
    pub(super) fn new(
        base_dir: &Path,
        settings: Settings,
        github: Github,
        catalogs: Vec<CatalogConfig>,
    ) -> anyhow::Result<Self> {
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
        let sources = Sources::new(Arc::clone(&settings), github)?;
        let places = || Arc::new(Semaphore::new(settings.concurrency.max(1)));
        let (far, near) = (places(), places());
        let followed = followed.into_iter().map(|(id, followed)| (id, Arc::new(followed))).collect();
        let judging = Arc::new(Semaphore::new(1));
        Ok(Self { settings, sources, followed, far, near, judging, adopted: Mutex::new(false) })
    }

    /// Catalogs that are being looked at.
    pub(super) fn busy(&self) -> HashSet<CatalogId> {
        let busy = self.followed.iter().filter(|(_, followed)| followed.busy.try_lock().is_err());
        busy.map(|(id, _)| id.clone()).collect()
    }

    pub(super) fn places(&self, spec: &Spec) -> Arc<Semaphore> {
        Arc::clone(match spec {
            Spec::Local(_) | Spec::Git { .. } => &self.near,
            Spec::Web(_) | Spec::Github { .. } => &self.far,
        })
    }

    /// The turn to judge; `None` for one that has waited long enough for it.
    pub(super) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        let turn = Arc::clone(&self.judging).acquire_owned();
        tokio::time::timeout(LONGEST_TURN, turn).await.ok()?.ok()
    }

    /// How long a round waits that was given no patience.
    pub(super) fn patience(&self) -> Duration {
        self.settings.timeout.as_std().saturating_mul(PATIENCE).max(Duration::from_mins(1))
    }

    /// The facts of a known catalog under this plan, when they differ.
    pub(super) fn adopted_meta(&self, meta: &CatalogMeta, now: DateTime<Utc>) -> Option<CatalogMeta> {
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
        let unseen = CatalogMeta::unseen(self.config.id.clone(), self.spec.to_string(), now);
        let title = self.config.title.clone().unwrap_or_else(|| unseen.title.clone());
        CatalogMeta { title, interval_secs: self.cadence.first().as_secs(), ..unseen }
    }
}
