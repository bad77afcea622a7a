//! A history run through the engine: what would have been told, and when.

use std::ops::ControlFlow;
use std::path::Path;

use chrono::{DateTime, Utc};
use whimbrel_catalog::{EntryKey, Format, Rules};
use whimbrel_news::{Dated, News};

use crate::catalogs::past::{Past, read_ahead, wanted};
use crate::source::LookError;
use crate::source::git::History;

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

/// What is heard during a replay, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// News that would have been told.
    News(Box<Replayed>),
    /// So many versions of so many are done.
    Progress {
        /// Done.
        done: usize,
        /// Of so many.
        all: usize,
    },
}

/// What a replay went through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplaySummary {
    /// Versions that were judged.
    pub versions: usize,
    /// Versions that could not be read and were passed over, with the commit and the reason: the last good state
    /// stood meanwhile.
    pub unreadable: Vec<(String, String)>,
    /// News that was heard.
    pub events: usize,
}

/// Runs a file's history on the first-parent line through the engine and says what it would have said. Blocks; `hear`
/// can break it off.
pub fn replay(
    repository: &Path,
    path: &str,
    options: &ReplayOptions,
    now: DateTime<Utc>,
    mut hear: impl FnMut(Heard) -> ControlFlow<()>,
) -> Result<ReplaySummary, LookError> {
    let history = History::open(repository, path, options.branch.as_deref())?;
    let until = options.until.unwrap_or(now);
    let rules = if options.settle { options.rules.clone() } else { options.rules.clone().at_once() };
    let nothing_before = |_: &EntryKey| None;
    let mut past = Past::new(&rules, &nothing_before, options.since);
    let range = wanted(&history, options.since, until);
    let all = range.len();
    let (mut versions, mut events, mut unreadable) = (0, 0, Vec::new());
    let mut tell = |told: Vec<Replayed>, hear: &mut dyn FnMut(Heard) -> ControlFlow<()>| {
        events += told.len();
        told.into_iter().try_for_each(|news| hear(Heard::News(Box::new(news))))
    };
    let ended = read_ahead(history, range, options.format, options.max_bytes, |done, commit, at, read| {
        match read {
            Ok((_, snapshot)) => {
                versions += 1;
                past.version(snapshot, at, &commit);
                tell(past.take(), &mut hear)?;
            }
            Err(error) => unreadable.push((commit, error.message)),
        }
        hear(Heard::Progress { done, all })
    });
    if ended.is_continue() {
        past.rest_until(until);
        // Whether somebody still listens does not matter any more.
        let _ = tell(past.take(), &mut hear);
    }
    Ok(ReplaySummary { versions, unreadable, events })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::git::scratch::Scratch;

    const DAY: i64 = 86_400;

    fn moment(secs: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(secs, 0).unwrap()
    }

    fn list(names: &[&str]) -> String {
        let line = |name: &&str| format!("- [{name}](https://github.com/people/{name}) - what {name} does");
        format!("# List\n\n## Things\n\n{}\n", names.iter().map(line).collect::<Vec<_>>().join("\n"))
    }

    /// A history with a revert within the settle time, an unreadable version, a removal and a rename of the file;
    /// with the ids of its commits.
    fn history() -> (Scratch, Vec<String>) {
        let mut repo = Scratch::bare();
        let mut ids = Vec::new();
        let start = ["a", "b", "c", "d", "e"];
        ids.push(repo.write("old.md", list(&start)).commit(0));
        ids.push(repo.write("old.md", list(&["a", "b", "c", "d", "e", "f"])).commit(DAY));
        ids.push(repo.write("old.md", list(&["a", "b", "c", "d", "e", "f", "spam"])).commit(2 * DAY));
        ids.push(repo.write("old.md", list(&["a", "b", "c", "d", "e", "f"])).commit(2 * DAY + 60));
        ids.push(repo.write("old.md", b"\xc3\x28").commit(3 * DAY));
        ids.push(repo.write("old.md", list(&["a", "b", "c", "d", "f"])).commit(4 * DAY));
        ids.push(repo.rename("old.md", "README.md").commit(5 * DAY));
        ids.push(repo.write("README.md", list(&["a", "b", "c", "d", "f", "g"])).commit(6 * DAY));
        (repo, ids)
    }

    fn hear(repo: &Scratch, options: &ReplayOptions, now: i64) -> (Vec<Replayed>, Vec<String>) {
        let mut news = Vec::new();
        let summary = replay(repo.path(), "README.md", options, moment(now), |heard| {
            match heard {
                Heard::News(one) => news.push(*one),
                Heard::Progress { done, all } => assert!(done <= all),
            }
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!(summary.events, news.len());
        (news, summary.unreadable.into_iter().map(|(commit, _)| commit).collect())
    }

    fn short(news: &[Replayed]) -> Vec<(String, i64, i64)> {
        let name = |news: &News| news.subject().map(|subject| subject.name.clone()).unwrap_or_default();
        news.iter()
            .map(|one| {
                let what = format!("{} {}", one.news.kind().as_str(), name(&one.news));
                (what, one.at.timestamp(), one.told.timestamp())
            })
            .collect()
    }

    #[test]
    fn news_comes_with_its_commit_and_when_it_would_have_been_told() {
        let (repo, ids) = history();
        let (news, unreadable) = hear(&repo, &ReplayOptions::default(), 30 * DAY);
        assert_eq!(
            short(&news),
            [
                ("added f".to_owned(), DAY, DAY + 1800),
                ("removed e".to_owned(), 4 * DAY, 5 * DAY),
                ("added g".to_owned(), 6 * DAY, 6 * DAY + 1800),
            ]
        );
        let commits: Vec<&String> = news.iter().map(|one| &one.commit).collect();
        assert_eq!(commits, [&ids[1], &ids[5], &ids[7]]);
        assert_eq!(unreadable, [ids[4].clone()]);
    }

    #[test]
    fn without_settling_every_commit_speaks() {
        let (repo, _) = history();
        let options = ReplayOptions { settle: false, ..ReplayOptions::default() };
        let kinds: Vec<String> =
            short(&hear(&repo, &options, 30 * DAY).0).into_iter().map(|(what, ..)| what).collect();
        assert_eq!(kinds, ["added f", "added spam", "removed spam", "removed e", "added g"]);
    }

    #[test]
    fn the_window_is_kept_and_what_has_not_settled_by_its_end_is_not_told() {
        let (repo, _) = history();
        let options = ReplayOptions { since: Some(moment(2 * DAY)), ..ReplayOptions::default() };
        assert_eq!(hear(&repo, &options, 30 * DAY).0.len(), 2);
        let options = ReplayOptions { until: Some(moment(4 * DAY + 3600)), ..ReplayOptions::default() };
        assert_eq!(short(&hear(&repo, &options, 30 * DAY).0).len(), 1);
        assert_eq!(short(&hear(&repo, &ReplayOptions::default(), 6 * DAY + 60).0).len(), 2);
    }

    #[test]
    fn commits_of_one_second_keep_their_news_apart() {
        let mut repo = Scratch::bare();
        repo.write("README.md", list(&["a", "b", "c"])).commit(100);
        let first = repo.write("README.md", list(&["a", "b", "c", "x"])).commit(200);
        let second = repo.write("README.md", list(&["a", "b", "c", "x", "y"])).commit(200);
        let (news, _) = hear(&repo, &ReplayOptions::default(), DAY);
        assert_eq!(news.iter().map(|one| one.commit.as_str()).collect::<Vec<_>>(), [&first, &second]);
        assert!(news.iter().all(|one| one.at == moment(200)));
    }

    #[test]
    fn nobody_listening_ends_it() {
        let (repo, _) = history();
        let mut heard = 0;
        replay(repo.path(), "README.md", &ReplayOptions::default(), moment(30 * DAY), |_| {
            heard += 1;
            ControlFlow::Break(())
        })
        .unwrap();
        assert_eq!(heard, 1);
    }
}
