//! The past of one catalog: read version by version, run through the same tracker as its present.

use std::ops::{ControlFlow, Range};
use std::sync::mpsc::sync_channel;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use whimbrel_catalog::{EntryKey, Format, Rules, Snapshot, Tombstone, Tracker};

use super::follower::{Follower, Told};
use super::reading;
use crate::replay::Replayed;
use crate::source::git::History;
use crate::source::{Document, LookError};

/// Read this long before the first wanted moment: what came back within a month is `restored` and not `added`.
const RUN_UP: TimeDelta = TimeDelta::days(31);

/// Versions read ahead while one is judged.
const AHEAD: usize = 4;

/// The steps between two moments, with the run-up.
pub(crate) fn wanted(history: &History, since: Option<DateTime<Utc>>, until: DateTime<Utc>) -> Range<usize> {
    let steps = history.steps();
    let end = steps.partition_point(|step| step.at <= until);
    let start = since
        .and_then(|since| since.checked_sub_signed(RUN_UP))
        .map_or(0, |from| steps.partition_point(|step| step.at < from).saturating_sub(1));
    start.min(end)..end
}

/// A version of the past: its documents and what they say.
pub(crate) type Read = Result<(Vec<Document>, Snapshot), LookError>;

/// Reads and parses on another thread while `each` judges what was read (how many are done, commit, time, version)
/// and can break it off.
pub(crate) fn read_ahead(
    history: History,
    range: Range<usize>,
    format: Option<Format>,
    limit: usize,
    mut each: impl FnMut(usize, String, DateTime<Utc>, Read) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let (send, receive) = sync_channel(AHEAD);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for step in &history.steps()[range] {
                let read = history.read(step, limit).and_then(|document| {
                    let documents = vec![document];
                    let snapshot = reading::read(&documents, format)?;
                    Ok((documents, snapshot))
                });
                if send.send((step.commit.clone(), step.at, read)).is_err() {
                    return; // nobody listens any more
                }
            }
        });
        // Moved in, so that the reader ends when the judging breaks off.
        for (done, (commit, at, read)) in receive.into_iter().enumerate() {
            each(done + 1, commit, at, read)?;
        }
        ControlFlow::Continue(())
    })
}

/// The past of one catalog, version by version.
pub(crate) struct Past<'a> {
    rules: &'a Rules,
    memory: &'a dyn Fn(&EntryKey) -> Option<Tombstone>,
    follower: Option<Follower<'a>>,
    /// Exact moments of the versions so far and the commits that made them.
    versions: Vec<(DateTime<Utc>, String)>,
    since: Option<DateTime<Utc>>,
}

impl<'a> Past<'a> {
    pub(crate) fn new(
        rules: &'a Rules,
        memory: &'a dyn Fn(&EntryKey) -> Option<Tombstone>,
        since: Option<DateTime<Utc>>,
    ) -> Self {
        Self { rules, memory, follower: None, versions: Vec::new(), since }
    }

    /// From this moment on the catalog looks like this; up to it, it stood as it was.
    pub(crate) fn version(&mut self, snapshot: Snapshot, at: DateTime<Utc>, commit: &str) {
        // Commits of the same second are a hair apart, so that each difference knows the one that made it.
        let at = match self.versions.last() {
            Some((last, _)) if *last >= at => *last + TimeDelta::microseconds(1),
            _ => at,
        };
        self.versions.push((at, commit.to_owned()));
        match &mut self.follower {
            None => self.follower = Some(Follower::new(Tracker::baseline(snapshot), self.rules, self.memory)),
            Some(follower) => {
                follower.rest_until(at);
                follower.look(snapshot, at);
            }
        }
    }

    /// Nothing changed up to this moment.
    pub(crate) fn rest_until(&mut self, now: DateTime<Utc>) {
        if let Some(follower) = &mut self.follower {
            follower.rest_until(now);
        }
    }

    /// What was told since the last call.
    pub(crate) fn take(&mut self) -> Vec<Replayed> {
        let told = self.follower.as_mut().map(Follower::take_told).unwrap_or_default();
        let wanted = told.into_iter().filter(|told| self.since.is_none_or(|since| told.since >= since));
        wanted
            .map(|Told { since, at: told, news }| {
                let index = self.versions.partition_point(|(version, _)| *version <= since);
                let commit = index.checked_sub(1).map(|index| self.versions[index].1.clone());
                Replayed { at: since.trunc_subsecs(3), told, commit: commit.unwrap_or_default(), news }
            })
            .collect()
    }

    /// The catalog as it stands at the end; `None` when there was no readable version.
    pub(crate) fn into_follower(self) -> Option<Follower<'a>> {
        self.follower
    }
}
