//! The past of a catalog, run through the same tracker as its present: what would have been told, and when.

use std::path::Path;
use std::sync::mpsc::sync_channel;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use whimbrel_catalog::{EntryKey, Format, Rules, Snapshot, Tombstone, Tracker};
use whimbrel_news::{Dated, News};

use crate::follower::{Follower, Told};
use crate::reading;
use crate::source::git::History;
use crate::source::{Document, LookError};

/// Read this long before the first wanted moment: what came back within a month is `restored` and not `added`.
const RUN_UP: TimeDelta = TimeDelta::days(31);

/// Versions read ahead while one is judged.
const AHEAD: usize = 4;

/// What is replayed.
#[derive(Clone, Debug)]
pub struct ReplayOptions {
    /// The branch; `None` for the current one.
    pub branch: Option<String>,
    /// Only news from this moment on.
    pub since: Option<DateTime<Utc>>,
    /// Only the history up to this moment, which also counts as the present.
    pub until: Option<DateTime<Utc>>,
    /// Whether differences must stand for a while, as they must live. The guard acts in any case.
    pub settle: bool,
    /// The rules of settling and guard.
    pub rules: Rules,
    /// The format, where the name does not tell it.
    pub format: Option<Format>,
    /// Versions with more bytes are passed over.
    pub max_bytes: usize,
}

impl Default for ReplayOptions {
    fn default() -> Self {
        Self {
            branch: None,
            since: None,
            until: None,
            settle: true,
            rules: Rules::default(),
            format: None,
            max_bytes: crate::config::Settings::default().max_bytes,
        }
    }
}

/// News of the past.
#[derive(Clone, Debug, PartialEq)]
pub struct Replayed {
    /// When it happened: the time of the commit that brought it.
    pub at: DateTime<Utc>,
    /// When it would have been told.
    pub told: DateTime<Utc>,
    /// The commit that brought it.
    pub commit: String,
    /// What happened.
    pub news: News,
}

impl Replayed {
    /// As the journal takes it.
    pub(crate) fn dated(self) -> Dated {
        Dated::new(self.at, self.news)
    }
}

/// What a replay went through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplaySummary {
    /// Versions that were judged.
    pub versions: usize,
    /// Versions that could not be read, with the commit and the reason.
    pub unreadable: Vec<(String, String)>,
    /// News that was handed out.
    pub events: usize,
}

/// Runs a file's history on the first-parent line through the engine and hands out what it would have said. Blocks;
/// `progress` hears how many versions of how many are done.
pub fn replay(
    repository: &Path,
    path: &str,
    options: &ReplayOptions,
    now: DateTime<Utc>,
    mut progress: impl FnMut(usize, usize),
    mut on_event: impl FnMut(Replayed),
) -> Result<ReplaySummary, LookError> {
    let history = History::open(repository, path, options.branch.as_deref())?;
    let until = options.until.unwrap_or(now);
    let rules = if options.settle {
        options.rules.clone()
    } else {
        Rules { settle_added_secs: 0, settle_removed_secs: 0, ..options.rules.clone() }
    };
    let nothing_before = |_: &EntryKey| None;
    let mut past = Past::new(&rules, &nothing_before, options.since);
    let mut summary = ReplaySummary::default();
    let mut hand_out = |told: Vec<Replayed>, summary: &mut ReplaySummary| {
        summary.events += told.len();
        told.into_iter().for_each(&mut on_event);
    };
    let range = wanted(&history, options.since, until);
    let total = range.len();
    read_ahead(history, range, options.format, options.max_bytes, |done, commit, at, read| {
        match read {
            Ok((_, snapshot)) => {
                summary.versions += 1;
                past.version(snapshot, at, &commit);
                hand_out(past.take(), &mut summary);
            }
            Err(error) => summary.unreadable.push((commit, error.message)),
        }
        progress(done, total);
    });
    past.rest_until(until);
    hand_out(past.take(), &mut summary);
    Ok(summary)
}

/// The steps between two moments, with the run-up.
pub(crate) fn wanted(
    history: &History,
    since: Option<DateTime<Utc>>,
    until: DateTime<Utc>,
) -> std::ops::Range<usize> {
    let steps = history.steps();
    let end = steps.partition_point(|step| step.at <= until);
    let start = since
        .and_then(|since| since.checked_sub_signed(RUN_UP))
        .map_or(0, |from| steps.partition_point(|step| step.at < from).saturating_sub(1));
    start.min(end)..end
}

/// A version of the past: its documents and what they say.
pub(crate) type Read = Result<(Vec<Document>, Snapshot), LookError>;

/// Reads and parses on another thread while `each` judges what was read: (how many are done, commit, time, version).
pub(crate) fn read_ahead(
    history: History,
    range: std::ops::Range<usize>,
    format: Option<Format>,
    limit: usize,
    mut each: impl FnMut(usize, String, DateTime<Utc>, Read),
) {
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
        for (done, (commit, at, read)) in receive.iter().enumerate() {
            each(done + 1, commit, at, read);
        }
    });
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
