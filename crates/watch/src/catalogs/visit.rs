//! One visit to one catalog: look and judge; `record` writes what comes of it. Everything that can go wrong stays
//! inside.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tracing::field::Empty;
use tracing::{Instrument, Span, debug, info, info_span, warn};
use whimbrel_catalog::parse::PARSER_VERSION;
use whimbrel_catalog::{CatalogId, Settling, Tracker};
use whimbrel_store::{BEHIND, CatalogMeta, Look, Store, StoreError};

use super::follower::Follower;
use super::plan::{Followed, Plan};
use super::reading::Reading;
use super::record::next_due;
use super::state::{State, memory, stored_documents};
use crate::blocking::blocking;
use crate::source::{Cursor, LookError, Sight, Spec, Unread, Version};

/// The least difference in time: keeps versions of one second in their order.
pub(crate) const HAIR: TimeDelta = TimeDelta::microseconds(1);

/// Files of a catalog that are named when they cannot be read; the others are counted.
const MOST_UNREAD: usize = 8;

/// Longer sentences about them are cut, bytes.
const LONGEST_UNREAD: usize = 300;

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
    /// It was seen for the first time: that it is followed is an event, and was said.
    pub(crate) is_first: bool,
    /// It could not be read because the network or the server is in trouble.
    pub(crate) is_away: bool,
    /// It was not read because its turn comes later.
    pub(crate) is_put_off: bool,
    /// What the store said when it refused.
    pub(crate) refused: Option<String>,
    /// The source has more to hand out.
    pub(crate) more: bool,
    /// New entries wait to be told.
    pub(crate) settles: bool,
}

impl Outlook {
    /// The document differed.
    pub(crate) fn changed(more: bool) -> Self {
        Self { changed: true, more, ..Self::default() }
    }

    /// It could not be read, for this reason.
    pub(crate) fn failed(problem: String) -> Self {
        Self { failure: Some(problem), ..Self::default() }
    }

    /// Says in the log what came of it.
    pub(crate) fn tell(&self, id: &CatalogId) {
        if self.events > usize::from(self.is_first) {
            let events = if self.events == 1 { "event" } else { "events" };
            info!(catalog = %id, events = self.events, "recorded {} {events} of `{id}`", self.events);
        }
        if let Some(problem) = self.failure.as_ref().filter(|_| self.is_put_off) {
            info!(catalog = %id, "`{id}` has to wait: {problem}");
        } else if let Some(problem) = &self.failure {
            warn!(catalog = %id, "`{id}` could not be read: {problem}");
        }
        if let Some(problem) = &self.refused {
            // Said aloud by who goes through the rounds: it is the same for every catalog, and for every round.
            debug!(catalog = %id, "what was seen of `{id}` could not be kept: {problem}");
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
                whole.is_first |= part.is_first;
                whole.settles |= part.settles;
                (whole.failure, whole.is_put_off) = (part.failure, part.is_put_off);
                whole.is_away = part.is_away;
                if !part.more {
                    return whole;
                }
            }
            Err(error) => {
                // Nothing was written: the next round tries again.
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
    // A new parser may read what the old one could not, though nothing changed.
    let worth_a_try = meta.parser != PARSER_VERSION && !meta.unread.is_empty();
    if behind || worth_a_try {
        // What was seen is not known any more, only where it lies.
        cursor.retain(|key, _| WHERE.contains(&key.as_str()));
    }
    // Files of this machine are glanced at all the time: only what is found in them is worth a span.
    let is_local = matches!(followed.spec, Spec::Local(_));
    let span = if is_local { Span::none() } else { look_span(followed) };
    let reading = plan.sources.look(&followed.spec, &cursor, now);
    let sight = reading.instrument(span.clone()).await;

    let unchanged = matches!(sight, Ok(Sight::Unchanged { cursor: None }));
    let healthy = meta.failures == 0 && meta.parser == PARSER_VERSION && same_source && !behind;
    if unchanged && healthy && matures.is_none_or(|due| due > now) {
        let interval = followed.cadence.after_rest(interval(&meta));
        let next_due = next_due(followed, now, interval, matures);
        store.note_look(&meta.id, Look { at: now, next_due, interval_secs: interval.as_secs() });
        return Ok(Outlook::default());
    }

    let span = if is_local { look_span(followed) } else { span };
    if let Err(error) = &sight {
        span.record("error", error.kind.word());
    }
    let judging = async {
        let turn = plan.turn().await;
        let (store, plan, followed) = (store.clone(), Arc::clone(plan), Arc::clone(followed));
        blocking(move || {
            let _turn = turn;
            let visit = Visit { store: &store, plan: &plan, followed: &followed, meta, now };
            visit.judge(sight)
        })
        .await
    };
    let judged = judging.instrument(span.clone()).await;
    match &judged {
        Ok(outlook) => {
            span.record("changed", outlook.changed).record("events", outlook.events);
        }
        Err(_) => drop(span.record("error", "store")),
    }
    judged
}

/// What a collector is told of a look.
fn look_span(followed: &Followed) -> Span {
    let (id, source) = (&followed.config.id, followed.spec.word());
    info_span!(target: "span", "look", catalog = id.as_str(), source, changed = Empty, events = Empty, error = Empty)
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
        let at = version.at;
        let mut reading = match Reading::of(version, self.followed.config.format) {
            Ok(reading) => reading,
            Err(error) => return self.fail(&error, None),
        };
        if let (Some(last), false) = (&self.meta.latest_document, reading.unread().is_empty()) {
            reading.complete(stored_documents(self.store, last)?);
        }
        self.note_unread(reading.unread());
        let (snapshot, documents) = reading.whole();
        let id = &self.meta.id;
        warn!(catalog = %id, "the state of `{id}` was older than what was told: it is brought up to date quietly");
        let at = self.moment(at);
        let memory = memory(self.store, id.clone());
        let stored = self.store.snapshot(id)?.unwrap_or_default();
        let tracker = Tracker::restore(stored, None, Settling::default());
        let mut follower = Follower::new(tracker, &self.followed.rules, &memory);
        follower.reread(snapshot.clone(), snapshot, self.now);
        let state = State::begin(follower, documents);
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
            let (at, after) = (version.at, version.cursor.clone());
            match Reading::of(version, config.format) {
                Ok(mut reading) => {
                    if !reading.unread().is_empty() {
                        reading.complete(state.documents(self.store)?);
                    }
                    self.note_unread(reading.unread());
                    let (snapshot, documents) = reading.whole();
                    let at = self.moment(at);
                    if self.followed.spec.is_git() {
                        // A repository is known to have stood still between two commits; of other sources nobody
                        // knows how long the state before lasted.
                        state.rest_until(at - HAIR);
                    }
                    state.learn(self.store, &snapshot)?;
                    state.look(snapshot, documents, at);
                    if let Some(cursor) = after {
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

    /// Says in the log what of a version cannot be read, once, and notes it for everybody to see.
    pub(crate) fn note_unread(&mut self, unread: &[Unread]) {
        let known = std::mem::replace(&mut self.meta.unread, sentences(unread));
        let id = &self.meta.id;
        for news in self.meta.unread.iter().filter(|sentence| !known.contains(sentence)) {
            warn!(catalog = %id, "a file of `{id}` cannot be read, and what is known of it stays as it is: {news}");
        }
    }

    fn judged(&mut self, at: DateTime<Utc>) {
        self.meta.cursor.insert(JUDGED.to_owned(), at.to_rfc3339());
        self.meta.last_change = Some(at);
    }
}

/// What cannot be read, in few and short sentences: they stand in a row that is written at every look.
fn sentences(unread: &[Unread]) -> Vec<String> {
    let cut = |why: &str| why[..why.floor_char_boundary(LONGEST_UNREAD)].to_owned();
    let mut sentences: Vec<String> = unread.iter().take(MOST_UNREAD).map(|unread| cut(&unread.why)).collect();
    match unread.len().saturating_sub(MOST_UNREAD) {
        0 => {}
        1 => sentences.push("one more file cannot be read".to_owned()),
        more => sentences.push(format!("{more} more files cannot be read")),
    }
    sentences
}

fn interval(meta: &CatalogMeta) -> Duration {
    Duration::from_secs(meta.interval_secs)
}
