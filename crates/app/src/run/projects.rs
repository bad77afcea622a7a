//! The loops that follow projects and check links, and the webhooks that hurry them.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use secrecy::SecretString;
use tokio::sync::{Notify, watch};
use whimbrel_watch::github::hooks::{HOOK_BYTES, Heard, Hooks, Refused};
use whimbrel_watch::{LinkChecker, ProjectRound, ProjectWatcher, Watcher};
use whimbrel_web::{BudgetState, ProjectsState, Route, RouteAnswer};

use super::Setup;
use super::loops::{self, Pulse};
use super::tally::Tally;
use crate::screen::count;

/// The loop shows that it lives, and notices a clock that jumped, within this time.
const LONGEST_REST: Duration = Duration::from_secs(30);

/// How often it is seen whether a project is due: a catalog may have brought new ones. It costs next to nothing.
const GLANCE: Duration = Duration::from_secs(1);

/// Refused webhooks are complained about this often.
const COMPLAINTS_EVERY: Duration = Duration::from_hours(1);

/// A wait for GitHub that is longer is worth a line in the log.
const LONG_WAIT: TimeDelta = TimeDelta::minutes(5);

/// How often links are asked.
const LINKS_REST: Duration = Duration::from_secs(30);

type Loop = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How following projects goes, for the status page; a cheap handle.
#[derive(Clone, Default)]
pub(crate) struct Progress(Arc<Mutex<Last>>);

#[derive(Clone, Copy, Default)]
struct Last {
    look: Option<DateTime<Utc>>,
    waiting_until: Option<DateTime<Utc>>,
    /// That it takes long until GitHub may be asked again was said.
    is_wait_told: bool,
}

impl Progress {
    fn note(&self, round: &ProjectRound, now: DateTime<Utc>) {
        let mut last = self.lock();
        if round.looked > 0 {
            last.look = Some(now);
        }
        last.waiting_until = round.again;
        let wait = round.again.filter(|again| *again - now > LONG_WAIT);
        if let Some(again) = wait.filter(|_| !last.is_wait_told) {
            tracing::info!("GitHub is not asked about projects before {}", again.format("%F %H:%M UTC"));
        }
        last.is_wait_told = wait.is_some();
    }

    /// How it goes now.
    pub(crate) fn state(&self, watcher: &ProjectWatcher) -> ProjectsState {
        let last = *self.lock();
        ProjectsState {
            followed: watcher.followed(),
            last_look: last.look,
            // One that is overdue waits for company, or for GitHub.
            next_look: watcher.next_due().map(|due| due.max(Utc::now())),
            waiting_until: last.waiting_until,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Last> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is left of GitHub's limits.
pub(crate) fn budgets(watcher: &ProjectWatcher, now: DateTime<Utc>) -> Vec<BudgetState> {
    let budgets = watcher.github().budget(now).into_iter().map(|budget| BudgetState {
        who: budget.token,
        what: budget.resource.name().to_owned(),
        limit: budget.limit,
        remaining: budget.remaining,
        reserve: budget.reserve,
        reset: budget.reset,
        waiting_until: budget.waiting_until,
    });
    budgets.collect()
}

/// Makes the loop that looks at projects.
pub(crate) fn following(
    watcher: ProjectWatcher,
    progress: Progress,
    wake: Arc<Notify>,
    configured: watch::Receiver<Arc<Setup>>,
    tally: Tally,
) -> impl Fn(Pulse) -> Loop {
    move |mut pulse| {
        let tally = tally.clone();
        let (watcher, progress, wake) = (watcher.clone(), progress.clone(), Arc::clone(&wake));
        let mut configured = configured.clone();
        Box::pin(async move {
            loop {
                pulse.beat();
                let github = configured.borrow_and_update().config.github.clone();
                watcher.reconfigure(github.project_rules());
                let mut wait = None;
                if github.projects {
                    let now = Utc::now();
                    let round = tokio::select! {
                        () = pulse.stopped() => return,
                        round = watcher.poll_worthwhile(now) => round,
                    };
                    progress.note(&round, now);
                    tally.projects(&round);
                    tell(&round);
                    wait = round.again;
                }
                let rest = async {
                    if github.projects {
                        until_worthwhile(&watcher, wait).await;
                    } else {
                        loops::rest(LONGEST_REST).await;
                    }
                };
                tokio::select! {
                    () = pulse.stopped() => return,
                    () = rest => {}
                    () = wake.notified() => {}
                    Ok(()) = configured.changed() => {}
                }
            }
        })
    }
}

/// Waits until a look is worth it, not before GitHub may be asked again.
async fn until_worthwhile(watcher: &ProjectWatcher, again: Option<DateTime<Utc>>) {
    let begun = Instant::now();
    while begun.elapsed() < LONGEST_REST {
        loops::rest(GLANCE).await;
        let now = Utc::now();
        if again.map_or_else(|| watcher.is_worthwhile(now), |again| again <= now) {
            return;
        }
    }
}

fn tell(round: &ProjectRound) {
    if round.events > 0 {
        tracing::info!(
            looked = round.looked,
            changed = round.changed,
            events = round.events,
            "looked at {}: {} changed, {} recorded",
            count(round.looked, "project", "projects"),
            round.changed,
            count(round.events, "event", "events"),
        );
    } else if round.looked > 0 {
        let projects = count(round.looked, "project", "projects");
        tracing::debug!(
            looked = round.looked,
            changed = round.changed,
            "looked at {projects}: {} changed, nothing to tell",
            round.changed
        );
    }
}

/// Makes the loop that asks whether links still work.
pub(crate) fn checking(
    checker: LinkChecker,
    configured: watch::Receiver<Arc<Setup>>,
    tally: Tally,
) -> impl Fn(Pulse) -> Loop {
    move |mut pulse| {
        let (checker, configured, tally) = (checker.clone(), configured.clone(), tally.clone());
        Box::pin(async move {
            let mut known = None;
            loop {
                pulse.beat();
                let setup = Arc::clone(&configured.borrow());
                let settings = (setup.config.links.clone(), setup.config.watch.clone());
                if known.as_ref() != Some(&settings) {
                    if let Err(error) = checker.reconfigure(settings.0.clone(), &settings.1) {
                        tracing::error!("links are checked with the settings of before: {error}");
                    }
                    known = Some(settings);
                }
                let done = tokio::select! {
                    () = pulse.stopped() => return,
                    done = checker.poll_due(Utc::now()) => done,
                };
                match done {
                    Ok(round) => tally.links(&round),
                    Err(error) => {
                        tracing::error!("what was seen of links could not be written down: {error}");
                    }
                }
                if !pulse.pause(LINKS_REST).await {
                    return;
                }
            }
        })
    }
}

/// The address GitHub sends its webhooks to. They only hurry looks: what a look then sees is the truth.
pub(crate) fn hooks(
    projects: ProjectWatcher,
    catalogs: Watcher,
    wake: Arc<Notify>,
    configured: watch::Receiver<Arc<Setup>>,
) -> Route {
    let ear = Arc::new(Ear {
        projects,
        catalogs,
        wake,
        configured,
        hooks: Mutex::new(None),
        said: Mutex::default(),
    });
    Route::post("/hooks/github", HOOK_BYTES, move |headers, body| {
        let ear = Arc::clone(&ear);
        async move { ear.hear(&headers, &body).await }
    })
}

struct Ear {
    projects: ProjectWatcher,
    catalogs: Watcher,
    wake: Arc<Notify>,
    configured: watch::Receiver<Arc<Setup>>,
    /// What was heard under the secret it was made with.
    hooks: Mutex<Option<(Arc<Setup>, Hooks)>>,
    /// What was complained about lately.
    said: Mutex<Vec<(Refused, Instant)>>,
}

impl Ear {
    async fn hear(&self, headers: &http::HeaderMap, body: &[u8]) -> RouteAnswer {
        match self.judge(headers, body) {
            Ok(Heard::Wake(wake)) => {
                let (looked, listed) = (self.catalogs.clone(), self.catalogs.of_repository(&wake.full_name));
                if !listed.is_empty() {
                    // GitHub waits ten seconds for an answer; a look may take longer.
                    tokio::spawn(async move { looked.look_now(&listed, Utc::now()).await });
                }
                match self.projects.wake(&wake).await {
                    Ok(followed) => {
                        if followed {
                            self.wake.notify_one();
                        }
                        answer(StatusCode::ACCEPTED, "looking at it\n")
                    }
                    Err(error) => {
                        tracing::error!("a webhook could not hurry anything: {error}");
                        answer(StatusCode::INTERNAL_SERVER_ERROR, "the store refused\n")
                    }
                }
            }
            Ok(Heard::Again) => answer(StatusCode::OK, "it was here before\n"),
            Ok(Heard::Ignored) => answer(StatusCode::OK, "nothing to do\n"),
            Err(refused) => {
                self.complain(refused);
                let status = match refused {
                    Refused::NoSecret => StatusCode::NOT_FOUND,
                    Refused::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
                    Refused::Signature => StatusCode::UNAUTHORIZED,
                    Refused::Malformed => StatusCode::BAD_REQUEST,
                };
                answer(status, "refused\n")
            }
        }
    }

    /// Says why a webhook was refused, each reason at most once an hour: anybody can send them.
    fn complain(&self, refused: Refused) {
        if refused == Refused::NoSecret {
            tracing::debug!("a webhook was refused: {refused}");
            return;
        }
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.retain(|(_, at)| at.elapsed() < COMPLAINTS_EVERY);
        if !said.iter().any(|(reason, _)| *reason == refused) {
            said.push((refused, Instant::now()));
            tracing::warn!("a webhook was refused (said once an hour): {refused}");
        }
    }

    fn judge(&self, headers: &http::HeaderMap, body: &[u8]) -> Result<Heard, Refused> {
        let setup = Arc::clone(&self.configured.borrow());
        let mut hooks = self.hooks.lock().unwrap_or_else(PoisonError::into_inner);
        let secret = |setup: &Setup| -> Option<SecretString> { setup.config.github.webhook_secret.clone() };
        let same = hooks.as_ref().is_some_and(|(known, _)| known.config.github == setup.config.github);
        if !same {
            *hooks = Some((Arc::clone(&setup), Hooks::new(secret(&setup).as_ref())));
        }
        match hooks.as_mut() {
            Some((_, hooks)) => hooks.hear(headers, body),
            None => Err(Refused::NoSecret),
        }
    }
}

fn answer(status: StatusCode, text: &'static str) -> RouteAnswer {
    RouteAnswer::new(status, "text/plain; charset=utf-8", text)
}
