//! Links of entries that are no GitHub repositories: each is asked once in a while, politely, and told when it is dead.
//!
//! A walk goes over all entries of all catalogs, as fast as the configured time asks for; a link that was found dead
//! is asked again a day later. No server is asked twice within a short time, whether a link names it or a redirect.

mod ask;
mod walk;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt as _, stream};
use reqwest::Client;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use whimbrel_news::{Dated, News, Subject};
use whimbrel_project::links::judge;
use whimbrel_project::{LinkAnswer, LinkNews};
use whimbrel_store::{LinkRecord, Store, StoreError};

use self::ask::Came;
use self::walk::{Candidate, Walk, addresses, listed};
use crate::blocking::blocking;
use crate::config::Settings;
use crate::source::net;
use crate::span::Span;

/// Links asked in one step.
const AT_A_TIME: usize = 32;

/// Of those, so many at the same time.
const IN_FLIGHT: usize = 4;

/// A link that was found dead is asked again after this, and told when it is dead still.
const CONFIRM_AFTER: TimeDelta = TimeDelta::hours(24);

/// How links are checked (`[links]`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LinkSettings {
    /// Ask the links of entries that are no GitHub repositories whether they still work. Default false.
    pub check: bool,
    /// Each link is asked once in this time. Default `"7d"`.
    pub every: Span,
    /// The shortest time between two questions to one host. Default `"10s"`.
    pub host_every: Span,
}

impl Default for LinkSettings {
    fn default() -> Self {
        Self { check: false, every: Span::from_secs(7 * 86_400), host_every: Span::from_secs(10) }
    }
}

/// What one step did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkRound {
    /// Links that were asked to the end.
    pub asked: usize,
    /// Links newly told dead.
    pub dead: usize,
    /// Links newly told working again.
    pub back: usize,
}

/// Checks links. A cheap handle: clones are the same checker.
#[derive(Clone)]
pub struct LinkChecker {
    store: Store,
    plan: Arc<RwLock<Arc<Plan>>>,
    walk: Arc<Mutex<Walk>>,
}

struct Plan {
    settings: LinkSettings,
    allow_private: bool,
    client: Client,
}

impl LinkChecker {
    /// A checker of what this store lists.
    pub fn new(store: Store, settings: LinkSettings, watch: &Settings) -> anyhow::Result<Self> {
        let plan = Arc::new(RwLock::new(Arc::new(Plan::new(settings, watch)?)));
        Ok(Self { store, plan, walk: Arc::default() })
    }

    /// Takes a new configuration; when something is wrong with it, the old one stays.
    pub fn reconfigure(&self, settings: LinkSettings, watch: &Settings) -> anyhow::Result<()> {
        let plan = Arc::new(Plan::new(settings, watch)?);
        *self.plan.write().unwrap_or_else(PoisonError::into_inner) = plan;
        Ok(())
    }

    /// Asks the links whose turn it is. Nothing is asked while checking is switched off.
    pub async fn poll_due(&self, now: DateTime<Utc>) -> Result<LinkRound, StoreError> {
        let plan = Arc::clone(&self.plan.read().unwrap_or_else(PoisonError::into_inner));
        if !plan.settings.check {
            return Ok(LinkRound::default());
        }
        let mut walk = self.walk.lock().await;
        let (store, settings) = (self.store.clone(), plan.settings.clone());
        let mut moving = std::mem::take(&mut *walk);
        let (moved, chosen) = blocking(move || {
            let chosen = moving
                .go_on(&store, &settings, now)
                .and_then(|()| moving.choose(&store, &settings, now, AT_A_TIME));
            Ok((moving, chosen))
        })
        .await?;
        *walk = moved; // also when the store refused: what waits goes on waiting
        let chosen = chosen?;

        let came = stream::iter(chosen)
            .map(|candidate| async {
                let step = candidate.step.clone();
                let came = step.take(&plan.client, &candidate.url, plan.allow_private).await;
                (candidate, came)
            })
            .buffer_unordered(IN_FLIGHT)
            .collect::<Vec<_>>()
            .await;
        let mut answers = Vec::with_capacity(came.len());
        for (candidate, came) in came {
            match came {
                Came::Answer(answer) => answers.push((candidate, answer)),
                Came::Next(step) => walk.again(Candidate { step, ..candidate }),
            }
        }
        let (store, place) = (self.store.clone(), walk.place_to_write(now));
        blocking(move || record(&store, answers, place, now)).await
    }
}

impl Plan {
    fn new(settings: LinkSettings, watch: &Settings) -> anyhow::Result<Self> {
        Ok(Self {
            settings,
            allow_private: watch.allow_private_addresses,
            client: net::client(watch).build()?,
        })
    }
}

/// Judges the answers and writes what follows from them in one piece; nothing when nothing follows.
fn record(
    store: &Store,
    answers: Vec<(Candidate, LinkAnswer)>,
    place: Option<whimbrel_store::LinkPlace>,
    now: DateTime<Utc>,
) -> Result<LinkRound, StoreError> {
    let mut round = LinkRound { asked: answers.len(), ..LinkRound::default() };
    let mut record = LinkRecord { place, ..LinkRecord::default() };
    for (candidate, answer) in answers {
        let before = store.link_trouble(&candidate.key)?;
        // Two catalogs may spell one address differently; the one that was found dead is the one to go by.
        if let Some(trouble) = before.as_ref().filter(|trouble| trouble.url != candidate.url)
            && addresses(store, &candidate.key)?.contains(&trouble.url)
        {
            continue;
        }
        let (after, news) =
            judge(before.as_ref(), &candidate.key, &candidate.url, answer, now, CONFIRM_AFTER);
        if after != before {
            match after {
                Some(trouble) => record.put.push(trouble),
                None => record.clear.push(candidate.key.clone()),
            }
        }
        let Some(news) = news else { continue };
        let listed = listed(store, &candidate.key)?;
        if listed.is_empty() {
            // Nobody lists it any more, so it is nobody's trouble.
            record.put.retain(|trouble| trouble.key != candidate.key);
            record.clear.push(candidate.key);
            continue;
        }
        let subject = Subject {
            name: candidate.name,
            url: candidate.url,
            key: candidate.key.to_string(),
            ..Subject::default()
        };
        let news = match news {
            LinkNews::Dead { status, since } => {
                round.dead += 1;
                News::LinkDead { subject, status, since }
            }
            LinkNews::Back { since } => {
                round.back += 1;
                News::LinkBack { subject, since }
            }
        };
        record.news.push(Dated::new(now, news).listed_in(listed));
    }
    if record != LinkRecord::default() {
        store.record_links(&record, now)?;
    }
    Ok(round)
}

/// Hosts that were asked lately, and when.
type Asked = HashMap<String, DateTime<Utc>>;

#[cfg(test)]
mod tests;
