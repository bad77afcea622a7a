//! One round of looks: each on its own, as many at a time as there are places, awaited for as long as the round has
//! patience.

use std::collections::HashSet;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::task::{self, JoinError, JoinSet};
use tracing::{debug, error};
use whimbrel_catalog::CatalogId;
use whimbrel_store::StoreError;

use super::Watcher;
use super::plan::Plan;
use super::visit::{Outlook, visit};

/// A look that takes longer gives its place to another: what hangs must not use up `concurrency`.
const LONGEST_PLACE: Duration = Duration::from_secs(5);

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
    /// Those of them whose server or whose network is in trouble: nobody refused anything.
    pub away: Vec<CatalogId>,
    /// Looks that were still under way when the round ended; a later round tells how they went.
    pub under_way: usize,
    /// What the store said when it refused: then not everything that was seen is written down, and what is not is seen
    /// again by later rounds.
    pub refused: Option<String>,
}

/// Running looks; `None` for a catalog that was being looked at already.
pub(super) type Looks = JoinSet<Option<(CatalogId, Outlook)>>;

impl Watcher {
    /// Looks at these catalogs; those that outlive the patience stay in `looks`. Who insists waits for a look that is
    /// under way already and looks again.
    pub(super) async fn look_at(
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
            let (store, plan, unkept) = (self.store.clone(), Arc::clone(plan), self.unkept.clone());
            let arrivals = self.arrivals.clone();
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
                let id = &followed.config.id;
                unkept.note(id, outlook.refused.is_some());
                if outlook.settles {
                    arrivals.note(id);
                }
                outlook.tell(id); // here: nobody may be waiting for it any more
                Some((id.clone(), outlook))
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
        round.away.sort();
        round
    }
}

/// Catalogs whose last look the store refused to keep: they are due until it does. Clones are the same list.
#[derive(Clone, Default)]
pub(super) struct Unkept(Arc<Mutex<HashSet<CatalogId>>>);

impl Unkept {
    /// Notes how a look ended.
    fn note(&self, id: &CatalogId, refused: bool) {
        let mut unkept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if refused {
            unkept.insert(id.clone());
        } else {
            unkept.remove(id);
        }
    }

    /// Adds those to what is due that are still followed, and forgets the others.
    pub(super) fn join(&self, due: &mut Vec<CatalogId>, plan: &Plan) {
        let mut unkept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        unkept.retain(|id| plan.followed.contains_key(id));
        let more: Vec<_> = unkept.iter().filter(|id| !due.contains(id)).cloned().collect();
        due.extend(more);
    }
}

impl Round {
    /// A round that did not come about.
    pub(super) fn refused(error: &StoreError) -> Self {
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
        if outlook.is_away {
            self.away.push(id.clone());
        }
        self.failed.extend(outlook.failure.map(|problem| (id, problem)));
        look
    }
}
