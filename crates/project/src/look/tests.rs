//! Looks at made-up repositories: what is told, as short lines.

mod model;
mod releases;
mod states;

use chrono::{DateTime, TimeDelta, Utc};
use whimbrel_catalog::EntryKey;
use whimbrel_news::{Dated, News};

use super::{Listings, Outcome, look};
use crate::project::{Facts, Project, ProjectId};
use crate::rules::Rules;
use crate::seen::{Answer, Glimpse, Seen, SeenRelease, SeenTag};

/// So many hours after the first look.
fn hour(hours: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).expect("a moment") + TimeDelta::hours(hours)
}

/// A repository whose newest releases fit one page of ten.
fn repository(releases: Vec<SeenRelease>) -> Seen {
    let total = u32::try_from(releases.iter().filter(|release| !release.draft).count()).expect("few");
    let mut seen = Seen {
        node: "R_1".to_owned(),
        full_name: "Owner/Tool".to_owned(),
        facts: Facts { stars: Some(120), forks: Some(7), ..Facts::default() },
        releases: Some(releases),
        releases_total: Some(total),
        ..Seen::default()
    };
    page(&mut seen, 10);
    seen
}

/// Cuts the releases to a page, as GitHub does: the newest by the date of their commits.
fn page(seen: &mut Seen, size: usize) {
    let releases = seen.releases.get_or_insert_default();
    releases.sort_by_key(|release| std::cmp::Reverse(release.created));
    seen.complete = releases.len() <= size;
    releases.truncate(size);
}

/// A release published at this hour, an hour after its commit.
fn release(tag: &str, hours: i64) -> SeenRelease {
    SeenRelease {
        id: format!("RE_{tag}"),
        tag: tag.to_owned(),
        url: format!("https://github.com/Owner/Tool/releases/tag/{tag}"),
        created: hour(hours - 1),
        published: Some(hour(hours)),
        notes_html: format!("<p>notes of {tag}</p>"),
        ..SeenRelease::default()
    }
}

fn tag(name: &str, hours: i64) -> SeenTag {
    SeenTag { name: name.to_owned(), committed: Some(hour(hours)), tagged: None }
}

/// A project that is looked at again and again.
struct Followed {
    project: Project,
    rules: Rules,
}

impl Followed {
    fn new() -> Self {
        let key = EntryKey::from_stored("github.com/owner/tool");
        Self { project: Project::new(ProjectId(1), key, hour(0)), rules: Rules::default() }
    }

    /// One that was seen like this at hour 0.
    fn since(seen: &Seen) -> Self {
        let mut followed = Self::new();
        assert_eq!(followed.here(seen, 0), "", "the first sight is silent");
        followed
    }

    fn outcome(&self, answer: &Answer, now: DateTime<Utc>) -> Outcome {
        // as the store hands it out
        let row = serde_json::to_string(&self.project).expect("a row is JSON");
        assert!(row.len() < 8000, "{} bytes: {row}", row.len());
        let project: Project = serde_json::from_str(&row).expect("and back");
        assert_eq!(project, self.project);
        let outcome = look(&project, answer, &Listings::default(), now, &self.rules);
        assert!(outcome.next_due > now);
        outcome
    }

    /// A look at a time: what is told.
    fn at(&mut self, answer: &Answer, now: DateTime<Utc>) -> String {
        let outcome = self.outcome(answer, now);
        self.project = outcome.project;
        told(&outcome.news)
    }

    fn here(&mut self, seen: &Seen, hours: i64) -> String {
        self.at(&Answer::Here(Box::new(seen.clone())), hour(hours))
    }

    /// Whether the look asks for the next page, and takes nothing in.
    fn pages_on(&self, seen: &Seen, hours: i64) -> bool {
        self.outcome(&Answer::Here(Box::new(seen.clone())), hour(hours)).page_on
    }
}

/// News as short words.
fn told(news: &[Dated]) -> String {
    let words = news.iter().map(|dated| match &dated.news {
        News::Released { release, .. } => format!("+{}", release.tag),
        News::ReleasePromoted { release, .. } => format!("^{}", release.tag),
        News::ReleasesBackfilled { count, oldest_tag, newest_tag, .. } => {
            format!("{count}:{oldest_tag}..{newest_tag}")
        }
        News::Milestone { metric, value, .. } => format!("{metric:?}>{value}").to_lowercase(),
        News::ProjectRenamed { project, old_project, transferred, .. } => {
            format!("{old_project}{}{}", if *transferred { "=>" } else { "->" }, project.project)
        }
        News::LicenseChanged { project, old_license, .. } => {
            let word = |license: &Option<String>| license.clone().unwrap_or_default();
            format!("{}>{}", word(old_license), word(&project.facts.license))
        }
        other => other.kind().as_str().to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}
