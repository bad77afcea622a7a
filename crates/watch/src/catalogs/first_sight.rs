//! The first sight of a catalog: a baseline and one `followed` event. With back-fill its past is replayed as well,
//! into the history, which is shown and never sent.

use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use tracing::{info, warn};
use whimbrel_catalog::{EntryKey, Rules, Tombstone};
use whimbrel_news::{Dated, News};
use whimbrel_store::{Record, StoreError};

use super::past::{Past, read_ahead, wanted};
use super::reading::{self, Reading};
use super::record::{next_due, title, write};
use super::state::State;
use super::visit::{JUDGED, Outlook, Visit};
use crate::replay::Replayed;
use crate::source::git::History;
use crate::source::{Cursor, Document, Spec, Version};

impl Visit<'_> {
    /// The catalog is seen for the first time, in its newest version.
    pub(crate) fn first_sight(
        mut self,
        versions: Vec<Version>,
        cursor: Cursor,
        more: bool,
    ) -> Result<Outlook, StoreError> {
        let nothing_before = |_: &EntryKey| None;
        let Some(version) = versions.into_iter().last() else { return Ok(Outlook::default()) };
        let format = self.followed.config.format;
        let at = version.at.unwrap_or(self.now).min(self.now);
        let commit = version.commit.clone().unwrap_or_default();
        let reading = match Reading::of(version, format) {
            Ok(reading) => reading,
            Err(error) => return self.fail(&error, None),
        };
        self.note_unread(reading.unread());
        let (snapshot, documents) = reading.whole();

        let rules = self.followed.rules.clone();
        let mut past = self.past(&rules, &nothing_before, &commit, &cursor);
        past.version(snapshot, at, &commit);
        past.rest_until(self.now);
        let history: Vec<Dated> = past.take().into_iter().map(Replayed::dated).collect();
        let Some(mut follower) = past.into_follower() else { return Ok(Outlook::default()) };
        follower.write_all();
        let state = State::begin(follower, documents);

        let matures = state.tracker().settling().due(&self.followed.rules);
        let interval = self.followed.cadence.first();
        self.meta.title = title(self.followed, state.tracker().accepted().title.as_deref());
        let written = state.finish(self.store, &mut self.meta)?;
        self.meta.cursor = cursor;
        self.meta.cursor.insert(JUDGED.to_owned(), at.to_rfc3339());
        let meta = &mut self.meta;
        meta.source = self.followed.spec.to_string();
        meta.followed = self.now;
        meta.last_change = Some(at);
        meta.last_look = Some(self.now);
        meta.last_success = Some(self.now);
        meta.failures = 0;
        meta.last_error = None;
        meta.interval_secs = interval.as_secs();
        meta.next_due = Some(next_due(self.followed, self.now, interval, matures));
        let past = match history.len() {
            0 => String::new(),
            1 => "; 1 event of its past is shown".to_owned(),
            many => format!("; {many} events of its past are shown"),
        };
        info!(
            catalog = %meta.id, entries = meta.entries, history = history.len(),
            "following `{}`: {} entries, nothing is announced{past}",
            meta.id, meta.entries
        );
        let followed =
            News::Followed { entries: meta.entries, listings: meta.listings, sections: meta.sections };
        let mut record = Record::of(self.meta);
        record.put = written.put;
        record.shape = written.shape;
        record.settling = written.settling;
        record.bury = written.bury;
        record.news = vec![Dated::new(self.now, followed)];
        record.history = history;
        write(self.store, record, self.now, Outlook { is_first: true, ..Outlook::changed(more) })
    }

    /// Its past as far as it is wanted and known, up to the version of the commit `newest`.
    fn past<'r>(
        &self,
        rules: &'r Rules,
        memory: &'r dyn Fn(&EntryKey) -> Option<Tombstone>,
        newest: &str,
        cursor: &Cursor,
    ) -> Past<'r> {
        let config = &self.followed.config;
        let since = config.backfill.and_then(|backfill| backfill.since(self.now));
        let mut past = Past::new(rules, memory, since);
        for earlier in &config.history {
            let name = self.followed.spec.document_name();
            let document = Document { name, bytes: earlier.bytes.clone() };
            match reading::read(&[document], config.format) {
                Ok(snapshot) => past.version(snapshot, earlier.at.min(self.now), ""),
                Err(error) => {
                    warn!(catalog = %config.id, "a past version of `{}` is left out: {error}", config.id);
                }
            }
        }
        if let (Some(_), Spec::Git { repository, path, .. }) = (config.backfill, &self.followed.spec) {
            let path = cursor.get("path").unwrap_or(path);
            match History::up_to(repository, path, newest) {
                Ok(history) => self.replay(history, since, &mut past),
                Err(error) => warn!(catalog = %config.id, "the past of `{}` is left out: {error}", config.id),
            }
        }
        past
    }

    fn replay(&self, history: History, since: Option<DateTime<Utc>>, past: &mut Past<'_>) {
        let config = &self.followed.config;
        let range = wanted(&history, since, self.now);
        let _ = read_ahead(
            history,
            range,
            config.format,
            self.plan.settings.max_bytes,
            |_, commit, at, read| {
                match read {
                    Ok((_, snapshot)) => past.version(snapshot, at, &commit),
                    Err(error) => {
                        warn!(catalog = %config.id, %commit, "a past version of `{}` is left out: {error}", config.id);
                    }
                }
                ControlFlow::Continue(())
            },
        );
    }
}
