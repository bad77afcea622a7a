//! GitHub: everything that is asked of it, for catalogs and for projects, within its limits. The only place that names
//! octocrab.
//!
//! A [`Github`] is one handle for the whole program. Its steps take `now` and never wait for a limit: what may not be
//! asked now is put off, with the moment to come back. `governor` decides when and with which token, `transport` sends,
//! `calls` brings the two together, and the rest knows what to ask: `look` (projects by GraphQL, in batches), `rest`
//! (projects without a token), `blobs` (whether files changed), and `hooks` (what GitHub tells by itself).

mod answer;
mod app;
mod batch;
mod blobs;
mod calls;
mod clock;
mod examine;
mod flight;
mod governor;
pub mod hooks;
mod look;
mod notes;
mod outage;
mod page;
mod query;
mod repository;
mod rest;
mod settings;
mod setup;
mod told;
mod transport;

#[cfg(test)]
mod app_tests;
#[cfg(test)]
mod look_tests;
#[cfg(test)]
mod query_tests;
#[cfg(test)]
mod rest_tests;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::Semaphore;

pub use self::blobs::{BlobAsk, Blobs};
pub(crate) use self::calls::{Get, Refusal};
pub(crate) use self::clock::Clock;
pub use self::examine::{Examined, Standing, Trouble};
pub use self::governor::Budget;
pub(crate) use self::governor::{Keep, Why};
pub use self::look::Looked;
pub use self::page::Page;
pub(crate) use self::rest::{Found, encoded};
pub use self::settings::GithubSettings;
pub use self::told::Resource;
pub(crate) use self::transport::{JSON, RAW, Reply, Silence};

use self::batch::BatchSize;
use self::clock::Clocks;
use self::governor::{Governor, UNDER_WAY};
use self::outage::Outage;
use self::rest::Known;
use self::setup::Setup;
use crate::config::Settings;

/// The one way to GitHub. A cheap handle: clones are the same way.
#[derive(Clone)]
pub struct Github {
    inner: Arc<Inner>,
}

struct Inner {
    /// Who may ask, and as whom: permits are places in the list of tokens, so the two change together.
    desk: Mutex<Desk>,
    /// Everybody waits here for a place, so that the governor's ceiling is never met.
    places: Semaphore,
    batch: Mutex<BatchSize>,
    outage: Mutex<Outage>,
    known: Mutex<Known>,
    clocks: Mutex<Clocks>,
}

struct Desk {
    governor: Governor,
    setup: Arc<Setup>,
}

impl Github {
    /// Checks address, tokens and keys; opens no connection. Relative paths start at `base_dir`.
    pub fn new(
        settings: &GithubSettings,
        watch: &Settings,
        base_dir: &Path,
        now: DateTime<Utc>,
    ) -> anyhow::Result<Self> {
        let setup = Setup::new(settings, watch, base_dir)?;
        let governor = Governor::new(&setup.labels(), settings.reserve, now);
        let inner = Inner {
            desk: Mutex::new(Desk { governor, setup: Arc::new(setup) }),
            places: Semaphore::new(UNDER_WAY as usize),
            batch: Mutex::default(),
            outage: Mutex::default(),
            known: Mutex::default(),
            clocks: Mutex::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Takes other settings; when something is wrong with them, the old ones stay. What is known of the limits of
    /// tokens that stay is kept.
    pub fn reconfigure(
        &self,
        settings: &GithubSettings,
        watch: &Settings,
        base_dir: &Path,
        now: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        let setup = Setup::new(settings, watch, base_dir)?;
        let mut desk = self.desk();
        let kept = setup.places_in(&desk.setup);
        desk.governor.reconfigure(&setup.labels(), &kept, settings.reserve, now);
        desk.setup = Arc::new(setup);
        Ok(())
    }

    /// Whether GitHub is asked as anybody may, without a token.
    pub fn is_anonymous(&self) -> bool {
        self.desk().setup.is_anonymous()
    }

    /// Whether it is a GitHub Enterprise that is asked: what it calls `owner/name` is not what github.com calls so.
    pub fn is_enterprise(&self) -> bool {
        self.desk().setup.is_enterprise
    }

    /// What is left of every limit, for people.
    pub fn budget(&self, now: DateTime<Utc>) -> Vec<Budget> {
        self.desk().governor.budget(now)
    }

    /// What is wrong, or missing and would help: one sentence each, for the log and for people.
    pub fn remarks(&self, now: DateTime<Utc>) -> Vec<String> {
        let mut remarks: Vec<String> =
            self.budget(now).into_iter().filter_map(|budget| budget.alarm).collect();
        remarks.dedup();
        if self.is_enterprise() {
            remarks.push(ENTERPRISE.to_owned());
        } else if self.is_anonymous() {
            remarks.push(WITHOUT_TOKEN.to_owned());
        }
        remarks
    }

    /// The public GitHub, without a token: for tests that do not ask it.
    #[cfg(test)]
    pub(crate) fn anybody() -> Self {
        let (settings, watch) = (GithubSettings::default(), Settings::default());
        Self::new(&settings, &watch, Path::new("."), DateTime::UNIX_EPOCH).expect("the defaults are sound")
    }

    /// The clock of a step.
    pub(crate) fn clock(&self, now: DateTime<Utc>) -> Clock {
        locked(&self.inner.clocks).at(now)
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        locked(&self.inner.desk)
    }
}

/// Why projects are not followed at an Enterprise.
const ENTERPRISE: &str = "api_url in [github] is that of a GitHub Enterprise, which does not know the projects of \
                          github.com that catalogs list: they are not followed";

/// What a token adds.
pub const WITHOUT_TOKEN: &str = "GitHub is asked without a token: 60 questions an hour, enough to look at some 25 \
                                 projects in that time, and tags without a release are not seen. With a token it \
                                 answers 5,000 an hour, each about up to 100 projects";

/// A lock nobody dies with: what it guards is sound after every statement.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
