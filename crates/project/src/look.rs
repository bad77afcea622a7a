//! One look at a project: what it was, what it is, and what of the difference is news.

use chrono::{DateTime, Utc};
use whimbrel_news::{self as news, Dated, Listed, News, Subject};

use crate::cadence;
use crate::project::Project;
use crate::release::{Version, recent};
use crate::rules::Rules;
use crate::seen::{Answer, Seen};
use crate::states;

/// Where a project is listed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listings {
    /// Its name as the first catalog lists it.
    pub name: Option<String>,
    /// The places, as of now.
    pub places: Vec<Listed>,
}

/// What a look comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The project as it is to be remembered; equal to what it was when nothing differs.
    pub project: Project,
    /// What is to be told, in the order it happened.
    pub news: Vec<Dated>,
    /// Older pages may hold something new: read the next one, add it to the same [`Seen`] and judge again from the
    /// project as it was before. Where that cannot be done this outcome can be used, and the next look asks again.
    pub page_on: bool,
    /// When to look next.
    pub next_due: DateTime<Utc>,
}

/// News with its moment, when that is not the look's own.
pub(crate) struct Change {
    news: News,
    at: Option<DateTime<Utc>>,
}

impl Change {
    pub(crate) fn now(news: News) -> Self {
        Self { news, at: None }
    }
}

/// Longer reports of a failure are cut.
const LONGEST_ERROR: usize = 200;

/// Failures in a row that are counted: the rhythm is slowest by then, and the row is not written again.
const MOST_FAILURES: u32 = 12;

/// Judges what a look at a project brought.
///
/// The first answer is silent: it says what was there before anybody asked. After it every release that becomes
/// visible is told once, alone or with others of its kind; see [`crate::release`] and the rules.
pub fn look(
    project: &Project,
    answer: &Answer,
    listings: &Listings,
    now: DateTime<Utc>,
    rules: &Rules,
) -> Outcome {
    let before = project;
    let mut project = before.clone();
    let mut tell = Vec::new();
    let mut page_on = false;
    let mut settled_at = None;
    match answer {
        Answer::Here(seen) if is_same(before, seen) => {
            let first = states::found(&mut project, seen, listings, rules, &mut tell);
            let told = releases(&mut project, seen, listings, now, rules);
            (page_on, settled_at) = (told.page_on, told.settled_at);
            if !first {
                tell.extend(told.news);
            }
        }
        // another repository has taken the name: the one we follow is not there
        Answer::Here(_) | Answer::NotFound => {
            states::missed(&mut project, listings, now, rules, &mut tell);
            project.last_error = Some("not found".to_owned());
        }
        Answer::Blocked(why) | Answer::Failed(why) => {
            project.failures = project.failures.saturating_add(1).min(MOST_FAILURES);
            project.last_error = Some(why[..why.floor_char_boundary(LONGEST_ERROR)].to_owned());
        }
    }
    let interval = cadence::interval(&project, now, rules);
    if project != *before {
        project.interval_secs = u32::try_from(interval.as_secs()).unwrap_or(u32::MAX);
        if project.failures == 0 {
            project.changed = Some(now);
        }
    }
    if let Answer::Here(seen) = answer
        && is_same(before, seen)
        && let Some(recent) = recent::recent(seen, now)
    {
        project.recent = recent; // what is shown beside the news is no difference of the project
    }
    let news = tell
        .into_iter()
        .map(|change| Dated::new(change.at.unwrap_or(now), change.news).listed_in(listings.places.clone()))
        .collect();
    let next_due = cadence::next_due(&project, interval, settled_at, now, rules);
    Outcome { project, news, page_on, next_due }
}

/// Names are used again; the node is not.
fn is_same(project: &Project, seen: &Seen) -> bool {
    project.node.as_ref().is_none_or(|node| *node == seen.node)
}

struct Told {
    news: Vec<Change>,
    page_on: bool,
    settled_at: Option<DateTime<Utc>>,
}

fn releases(
    project: &mut Project,
    seen: &Seen,
    listings: &Listings,
    now: DateTime<Utc>,
    rules: &Rules,
) -> Told {
    let whole = about(project, listings);
    let mut known = project.releases.clone();
    let verdict = known.look(seen, now, rules);
    // levels are judged by what was known before, and by what was told before in the same look
    let mut earlier = std::mem::take(&mut project.releases);
    let mut news = Vec::new();
    for item in &verdict.released {
        let version = item.read.version.as_ref();
        let unfinished = item.prerelease || version.is_some_and(Version::is_prerelease);
        let release = earlier.facts(item, unfinished);
        if let Some(version) = version {
            earlier.note(item.read.package.as_deref(), version);
        }
        let at = Some(item.published.min(now));
        news.push(Change { news: News::Released { project: whole.clone(), release }, at });
    }
    for item in &verdict.promoted {
        let release = earlier.facts(item, false);
        news.push(Change::now(News::ReleasePromoted { project: whole.clone(), release }));
    }
    if let Some(fold) = verdict.backfilled {
        let (oldest_tag, oldest) = fold.oldest;
        let (newest_tag, newest) = fold.newest;
        let (project, count) = (whole, fold.count);
        news.push(Change::now(News::ReleasesBackfilled {
            project,
            count,
            oldest_tag,
            newest_tag,
            oldest,
            newest,
        }));
    }
    project.releases = known;
    Told { news, page_on: verdict.page_on, settled_at: verdict.settled_at }
}

/// The project as events tell of it.
pub fn about(project: &Project, listings: &Listings) -> news::Project {
    let facts = &project.facts;
    news::Project {
        subject: Subject {
            name: listings.name.clone().unwrap_or_else(|| project.full_name.clone()),
            url: project.url(),
            key: project.key.as_str().to_owned(),
            ..Subject::default()
        },
        project: project.full_name.clone(),
        facts: news::Facts {
            stars: facts.stars,
            forks: facts.forks,
            language: facts.language.clone(),
            license: facts.license.clone(),
        },
    }
}

#[cfg(test)]
mod tests;
