//! What a look left behind, written in one piece: the state of a catalog, its news and when it is looked at next.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_catalog::EntryKey;
use whimbrel_news::{Dated, News};
use whimbrel_store::{Record, Store, StoreError};

use super::plan::Followed;
use super::state::State;
use super::visit::{Outlook, Visit};
use crate::source::{LookError, LookErrorKind};

/// Failed looks after which a catalog can be called stale: one bad moment is no silence.
const STALE_LOOKS: u32 = 3;

/// A file that is being written is looked at again this soon.
const BUSY: TimeDelta = TimeDelta::seconds(2);

impl Visit<'_> {
    /// Records a look that went well.
    pub(crate) fn succeed(
        mut self,
        state: State<'_>,
        interval: Duration,
        mut outlook: Outlook,
    ) -> Result<Outlook, StoreError> {
        let matures = state.tracker().settling().due(&self.followed.rules);
        self.meta.title = title(self.followed, state.tracker().accepted().title.as_deref());
        let written = state.finish(self.store, &mut self.meta)?;
        let mut record = Record::of(self.meta);
        record.put = written.put;
        record.delete = written.delete;
        record.bury = written.bury;
        record.shape = written.shape;
        record.settling = written.settling;
        record.news = written.news;
        outlook.settles |=
            record.settling.as_ref().is_some_and(|settling| settling.arriving().next().is_some());
        for dated in &mut record.news {
            know(self.store, &mut dated.news)?;
        }

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
        let mut outlook = Outlook::failed(error.message.clone());
        outlook.is_away = matches!(error.kind, LookErrorKind::Trouble { .. });
        if let LookErrorKind::PutOff { until } = error.kind {
            // Nobody looked, so nothing is known that was not known before.
            outlook.is_put_off = true;
            self.meta.next_due = Some(until.max(self.now + TimeDelta::seconds(1)));
            return write(self.store, Record::of(self.meta), self.now, outlook);
        }
        let mut written = None;
        if let Some(state) = state {
            written = Some(state.finish(self.store, &mut self.meta)?);
            outlook.changed = true;
        }
        let mut record = Record::of(self.meta);
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

/// Adds to a new entry what is known of its project: where another catalog lists it, or it was looked at while the entry
/// settled.
fn know(store: &Store, news: &mut News) -> Result<(), StoreError> {
    let News::Added { subject, facts, .. } = news else { return Ok(()) };
    let key = EntryKey::from_stored(&subject.key);
    let Some((host, owner, name)) = key.repository() else { return Ok(()) };
    let whole = EntryKey::from_stored(&format!("{host}/{owner}/{name}"));
    let Some(id) = store.project_named(&whole)? else { return Ok(()) };
    if let Some(project) = store.project(id)? {
        facts.stars = project.facts.stars;
        facts.forks = project.facts.forks;
        facts.language = project.facts.language;
        facts.license = project.facts.license;
    }
    Ok(())
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
