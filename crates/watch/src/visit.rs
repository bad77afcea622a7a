//! One visit to one catalog: look, judge, record. Everything that can go wrong stays inside.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tracing::{debug, info, warn};
use whimbrel_catalog::parse::PARSER_VERSION;
use whimbrel_catalog::{CatalogId, Settling, Tracker};
use whimbrel_news::{Dated, News};
use whimbrel_store::{BEHIND, CatalogMeta, Look, Record, Store, StoreError};

use crate::engine::{Followed, Plan, blocking, only_meta};
use crate::follower::Follower;
use crate::reading;
use crate::source::{Cursor, LookError, LookErrorKind, Sight, Version};
use crate::state::{State, memory};

/// Failed looks after which a catalog can be called stale: one bad moment is no silence.
const STALE_LOOKS: u32 = 3;

/// A file that is being written is looked at again this soon.
const BUSY: TimeDelta = TimeDelta::seconds(2);

/// The least difference in time: keeps versions of one second in their order.
pub(crate) const HAIR: TimeDelta = TimeDelta::microseconds(1);

/// The key of a cursor under which the time of the last judged version is kept; sources do not see it.
pub(crate) const JUDGED: &str = "judged";

/// The keys of cursors that say where a document lies, not what was seen of it.
const WHERE: [&str; 5] = ["configured", "moved_from", "moved_to", "path", "repo"];

/// What a visit did.
#[derive(Debug, Default)]
pub(crate) struct Outlook {
    pub(crate) changed: bool,
    pub(crate) events: usize,
    pub(crate) history: usize,
    pub(crate) failure: Option<String>,
    /// What the store said when it refused.
    pub(crate) refused: Option<String>,
    /// The source has more to hand out.
    more: bool,
}

impl Outlook {
    /// The document differed.
    pub(crate) fn changed(more: bool) -> Self {
        Self { changed: true, more, ..Self::default() }
    }

    /// Says in the log what came of it.
    pub(crate) fn tell(&self, id: &CatalogId) {
        if self.events > 0 {
            info!(catalog = %id, events = self.events, "recorded {} events of `{id}`", self.events);
        }
        if let Some(problem) = &self.failure {
            warn!(catalog = %id, "`{id}` could not be read: {problem}");
        }
    }
}

/// Visits a catalog until its source has nothing more to hand out.
pub(crate) async fn visit(
    store: &Store,
    plan: &Arc<Plan>,
    followed: &Arc<Followed>,
    now: DateTime<Utc>,
) -> Outlook {
    let mut whole = Outlook::default();
    loop {
        match look(store, plan, followed, now).await {
            Ok(part) => {
                whole.changed |= part.changed;
                whole.events += part.events;
                whole.history += part.history;
                whole.failure = part.failure;
                if !part.more {
                    return whole;
                }
            }
            Err(error) => {
                // Nothing was written; the due time still stands, so the next round tries again.
                whole.failure = Some(format!("the store refused: {error}"));
                whole.refused = Some(error.to_string());
                return whole;
            }
        }
    }
}

/// One look and what follows from it.
async fn look(
    store: &Store,
    plan: &Arc<Plan>,
    followed: &Arc<Followed>,
    now: DateTime<Utc>,
) -> Result<Outlook, StoreError> {
    let (its_store, its) = (store.clone(), Arc::clone(followed));
    let (meta, matures) = blocking(move || {
        let id = &its.config.id;
        let meta = its_store.catalog(id)?.unwrap_or_else(|| its.unseen(now));
        let matures = its_store.settling(id)?.and_then(|settling| settling.due(&its.rules));
        Ok((meta, matures))
    })
    .await?;
    let same_source = meta.source == followed.spec.to_string();
    let mut cursor = if same_source { meta.cursor.clone() } else { Cursor::new() };
    cursor.remove(JUDGED);
    let behind = meta.cursor.contains_key(BEHIND);
    if behind {
        // What was seen is not known any more, only where it lies.
        cursor.retain(|key, _| WHERE.contains(&key.as_str()));
    }
    let sight = plan.sources.look(&followed.spec, &cursor, now).await;

    let unchanged = matches!(sight, Ok(Sight::Unchanged { cursor: None }));
    let healthy = meta.failures == 0 && meta.parser == PARSER_VERSION && same_source && !behind;
    if unchanged && healthy && matures.is_none_or(|due| due > now) {
        let interval = followed.cadence.after_rest(interval(&meta));
        let next_due = next_due(followed, now, interval, matures);
        store.note_look(&meta.id, Look { at: now, next_due, interval_secs: interval.as_secs() });
        return Ok(Outlook::default());
    }

    let (store, plan, followed) = (store.clone(), Arc::clone(plan), Arc::clone(followed));
    blocking(move || {
        let visit = Visit { store: &store, plan: &plan, followed: &followed, meta, now };
        visit.judge(sight)
    })
    .await
}

/// A look that has to be judged, with what is needed for it. Its steps block.
pub(crate) struct Visit<'a> {
    pub(crate) store: &'a Store,
    pub(crate) plan: &'a Plan,
    pub(crate) followed: &'a Followed,
    pub(crate) meta: CatalogMeta,
    pub(crate) now: DateTime<Utc>,
}

impl Visit<'_> {
    fn judge(self, sight: Result<Sight, LookError>) -> Result<Outlook, StoreError> {
        let first = self.meta.accepted_document.is_none();
        let behind = self.meta.cursor.contains_key(BEHIND);
        match sight {
            Err(error) => self.fail(&error, None),
            Ok(Sight::Unchanged { cursor }) => self.rest(cursor),
            Ok(Sight::Versions { versions, cursor, more }) if first => {
                self.first_sight(versions, cursor, more)
            }
            Ok(Sight::Versions { mut versions, cursor, more: false }) if behind => match versions.pop() {
                Some(version) => self.catch_up(version, cursor),
                None => Ok(Outlook::default()),
            },
            Ok(Sight::Versions { versions, cursor, more }) => self.change(versions, cursor, more),
        }
    }

    /// The document is as it was: only time has passed.
    fn rest(mut self, cursor: Option<Cursor>) -> Result<Outlook, StoreError> {
        let memory = memory(self.store, self.meta.id.clone());
        let config = &self.followed.config;
        let mut state =
            State::load(self.store, &self.meta, config.format, &self.followed.rules, &memory, self.now)?;
        state.rest_until(self.now);
        if let Some(cursor) = cursor {
            let judged = self.meta.cursor.remove(JUDGED);
            self.meta.cursor = cursor;
            self.meta.cursor.extend(judged.map(|judged| (JUDGED.to_owned(), judged)));
        }
        let interval = self.followed.cadence.after_rest(interval(&self.meta));
        self.succeed(state, interval, Outlook::default())
    }

    /// The state came back older than it was: what changed since may have been told, so this version is accepted
    /// without a word.
    fn catch_up(mut self, version: Version, cursor: Cursor) -> Result<Outlook, StoreError> {
        let snapshot = match reading::read(&version.documents, self.followed.config.format) {
            Ok(snapshot) => snapshot,
            Err(error) => return self.fail(&error, None),
        };
        let id = &self.meta.id;
        warn!(catalog = %id, "the state of `{id}` was older than what was told: it is brought up to date quietly");
        let at = self.moment(version.at);
        let memory = memory(self.store, id.clone());
        let stored = self.store.snapshot(id)?.unwrap_or_default();
        let tracker = Tracker::restore(stored, None, Settling::default());
        let mut follower = Follower::new(tracker, &self.followed.rules, &memory);
        follower.reread(snapshot.clone(), snapshot, self.now);
        let state = State::begin(follower, self.followed.config.format, version.documents);
        self.meta.cursor = cursor;
        self.judged(at);
        let interval = self.followed.cadence.after_change(interval(&self.meta));
        self.succeed(state, interval, Outlook::changed(false))
    }

    /// New versions of a known catalog, oldest first.
    fn change(mut self, versions: Vec<Version>, cursor: Cursor, more: bool) -> Result<Outlook, StoreError> {
        let memory = memory(self.store, self.meta.id.clone());
        let config = &self.followed.config;
        let mut state =
            State::load(self.store, &self.meta, config.format, &self.followed.rules, &memory, self.now)?;
        debug!(catalog = %config.id, "judging {} versions of `{}`", versions.len(), config.id);
        let mut problem = None;
        for version in versions {
            match state.read(&version.documents) {
                Ok(snapshot) => {
                    let at = self.moment(version.at);
                    if self.followed.spec.is_git() {
                        // A repository is known to have stood still between two commits; of other sources nobody
                        // knows how long the state before lasted.
                        state.rest_until(at - HAIR);
                    }
                    state.look(snapshot, version.documents, at);
                    if let Some(cursor) = version.cursor {
                        self.meta.cursor = cursor; // should a later version be unreadable, this one is not seen again
                    }
                    self.judged(at);
                    problem = None;
                }
                Err(error) => problem = Some(error),
            }
        }
        if let Some(error) = problem.filter(|_| !more) {
            return self.fail(&error, Some(state));
        }
        state.rest_until(self.now);
        let judged = self.meta.cursor.remove(JUDGED);
        self.meta.cursor = cursor;
        self.meta.cursor.extend(judged.map(|judged| (JUDGED.to_owned(), judged)));
        let interval = self.followed.cadence.after_change(interval(&self.meta));
        self.succeed(state, interval, Outlook::changed(more))
    }

    /// When a version came to be: not after now, not before the version before it. A version that is no commit of a
    /// line also did not stand at the last look.
    fn moment(&self, at: Option<DateTime<Utc>>) -> DateTime<Utc> {
        let at = at.unwrap_or(self.now).min(self.now);
        let judged = self.meta.cursor.get(JUDGED).and_then(|at| at.parse::<DateTime<Utc>>().ok());
        let earliest = if self.followed.spec.is_git() {
            judged.map(|judged| judged + HAIR)
        } else {
            judged.max(self.meta.last_success)
        };
        earliest.map_or(at, |earliest| at.max(earliest))
    }

    fn judged(&mut self, at: DateTime<Utc>) {
        self.meta.cursor.insert(JUDGED.to_owned(), at.to_rfc3339());
        self.meta.last_change = Some(at);
    }

    /// Records a look that went well.
    pub(crate) fn succeed(
        mut self,
        state: State<'_>,
        interval: Duration,
        outlook: Outlook,
    ) -> Result<Outlook, StoreError> {
        let matures = state.tracker().settling().due(&self.followed.rules);
        self.meta.title = title(self.followed, state.tracker().accepted().title.as_deref());
        let written = state.finish(self.store, &mut self.meta)?;
        let mut record = only_meta(self.meta);
        record.put = written.put;
        record.delete = written.delete;
        record.bury = written.bury;
        record.shape = written.shape;
        record.settling = written.settling;
        record.news = written.news;

        let meta = &mut record.meta;
        if meta.stale {
            let since = meta.last_success.unwrap_or(meta.followed);
            let error = meta.last_error.take().unwrap_or_default();
            record.news.insert(0, Dated::new(self.now, News::Recovered { since, error }));
        }
        meta.source = self.followed.spec.to_string();
        meta.stale = false;
        meta.failures = 0;
        meta.last_error = None;
        meta.last_look = Some(self.now);
        meta.last_success = Some(self.now);
        meta.interval_secs = interval.as_secs();
        meta.next_due = Some(next_due(self.followed, self.now, interval, matures));
        write(self.store, record, self.now, outlook)
    }

    /// Records a look that failed; what could be judged before it (`state`) is kept.
    pub(crate) fn fail(mut self, error: &LookError, state: Option<State<'_>>) -> Result<Outlook, StoreError> {
        let mut outlook = Outlook { failure: Some(error.message.clone()), ..Outlook::default() };
        let mut written = None;
        if let Some(state) = state {
            written = Some(state.finish(self.store, &mut self.meta)?);
            outlook.changed = true;
        }
        let mut record = only_meta(self.meta);
        if let Some(written) = written {
            record.put = written.put;
            record.delete = written.delete;
            record.bury = written.bury;
            record.shape = written.shape;
            record.settling = written.settling;
            record.news = written.news;
        }
        let meta = &mut record.meta;
        meta.last_look = Some(self.now);
        meta.last_error = Some(error.message.clone());
        if matches!(error.kind, LookErrorKind::Unreadable | LookErrorKind::TooLarge)
            && meta.accepted_document.is_some()
        {
            meta.held = Some(format!("unreadable, the last good state is kept: {}", error.message));
        }
        let backed_off = |failures| {
            let wait = self.followed.cadence.after_failure(failures);
            self.followed.cadence.due(&self.followed.config.id, self.now, wait)
        };
        meta.next_due = Some(match error.kind {
            LookErrorKind::Busy => self.now + BUSY,
            LookErrorKind::RateLimited { until } => {
                meta.failures = meta.failures.saturating_add(1);
                until.max(self.now + TimeDelta::seconds(1))
            }
            LookErrorKind::Trouble { until } => {
                meta.failures = meta.failures.saturating_add(1);
                backed_off(meta.failures).max(until.unwrap_or(self.now))
            }
            _ => {
                meta.failures = meta.failures.saturating_add(1);
                backed_off(meta.failures)
            }
        });
        let since = meta.last_success.unwrap_or(meta.followed);
        let silent = self.now - since >= self.plan.settings.stale_after.as_chrono();
        if silent && meta.failures >= STALE_LOOKS && !meta.stale && meta.accepted_document.is_some() {
            meta.stale = true;
            record.news.push(Dated::new(self.now, News::Stale { since, error: error.message.clone() }));
        }
        write(self.store, record, self.now, outlook)
    }
}

/// Writes everything together; only then it is news.
pub(crate) fn write(
    store: &Store,
    record: Record,
    now: DateTime<Utc>,
    mut outlook: Outlook,
) -> Result<Outlook, StoreError> {
    outlook.events = record.news.len();
    outlook.history = record.history.len();
    store.record(&[record], now)?;
    Ok(outlook)
}

/// What a catalog is called: as configured, else as its document says, else by its id.
pub(crate) fn title(followed: &Followed, of_document: Option<&str>) -> String {
    let configured =
        followed.config.title.as_deref().or(of_document).filter(|title| !title.trim().is_empty());
    configured.map_or_else(|| followed.config.id.to_string(), str::to_owned)
}

fn interval(meta: &CatalogMeta) -> Duration {
    Duration::from_secs(meta.interval_secs)
}

/// The next look: after the interval, sooner when something matures before.
pub(crate) fn next_due(
    followed: &Followed,
    now: DateTime<Utc>,
    interval: Duration,
    matures: Option<DateTime<Utc>>,
) -> DateTime<Utc> {
    let due = followed.cadence.due(&followed.config.id, now, interval);
    matures.map_or(due, |matures| due.min(matures.max(now + TimeDelta::seconds(1))))
}
