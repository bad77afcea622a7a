//! Projects that cannot be found any more: told gone when that is confirmed, and not when everything is missing at once.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use whimbrel_world::catalog_of;
use whimbrel_world::github::{Github, Repository};

use crate::side::{Side, TOKEN};

const STEP: TimeDelta = TimeDelta::hours(3);

fn start() -> DateTime<Utc> {
    "2026-03-01T00:00:00Z".parse().expect("a moment")
}

/// A list of so many projects, all looked at, and what happens to them day by day.
struct Story {
    github: Github,
    projects: Vec<Repository>,
    side: Side,
    now: DateTime<Utc>,
    _folder: tempfile::TempDir,
}

impl Story {
    async fn of(count: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let github = Github::start();
        github.token(TOKEN);
        github.clock().set(start());
        let names: Vec<String> = (0..count).map(|number| format!("owner/tool{number}")).collect();
        let projects = names.iter().map(|name| github.repository(name).stars(10)).collect();
        let entries: Vec<(String, String)> =
            names.iter().map(|name| (name.replace('/', " "), format!("https://github.com/{name}"))).collect();
        let listed = entries.iter().map(|(name, url)| (name.as_str(), url.as_str()));
        std::fs::write(folder.path().join("list.md"), catalog_of("List", listed)).expect("a catalog");
        let catalog = json!({ "id": "list", "source": "list.md" });
        let side = Side::open(folder.path(), &github, &[TOKEN], [catalog], start());
        let mut story = Self { github, projects, side, now: start(), _folder: folder };
        story.days(1).await;
        story
    }

    /// Lets so many days pass; hands back what was told in them, as `kind name`.
    async fn days(&mut self, days: i64) -> Vec<String> {
        let told = self.side.events().len();
        let end = self.now + TimeDelta::days(days);
        while self.now < end {
            self.side.step(&self.github, self.now, self.now + STEP).await;
            self.now += STEP;
            self.github.clock().set(self.now);
        }
        let events = self.side.events().split_off(told);
        let kinds = ["gone", "back"];
        let told = events.iter().filter(|event| kinds.iter().any(|kind| event["kind"] == *kind));
        told.map(|event| format!("{} {}", event["kind"].as_str().unwrap_or_default(), event["name"]))
            .collect()
    }

    fn remarks(&self) -> String {
        self.side.projects.remarks(self.now).join(" | ")
    }
}

#[tokio::test]
async fn a_private_or_deleted_project_is_gone_when_that_is_confirmed_and_back_when_it_returns() {
    let mut story = Story::of(4).await;
    let (hidden, deleted) = (story.projects[1].clone(), story.projects[2].clone());
    hidden.make_private();
    deleted.delete();
    assert_eq!(story.days(1).await, [""; 0], "missed once is not gone");
    let mut gone = story.days(2).await;
    gone.sort();
    assert_eq!(gone, ["gone \"owner tool1\"", "gone \"owner tool2\""]);
    let gone: Vec<_> = story.side.events().into_iter().filter(|event| event["kind"] == "gone").collect();
    for event in &gone {
        let at = |field: &str| event[field].as_str().and_then(|at| at.parse::<DateTime<Utc>>().ok());
        let apart = at("at").zip(at("since")).map(|(told, since)| told - since);
        assert!(apart.is_some_and(|apart| apart >= TimeDelta::hours(24)), "{event}");
    }
    assert_eq!(story.days(3).await, [""; 0], "and told once");
    hidden.make_public();
    assert_eq!(story.days(2).await, ["back \"owner tool1\""]);
    assert_eq!(story.remarks(), "", "a few may go");
    story.github.expects_no_violations();
}

#[tokio::test]
async fn a_storm_of_missing_projects_is_no_news() {
    let mut story = Story::of(30).await;
    let one = story.projects[0].clone();
    for project in &story.projects {
        project.make_private();
    }
    assert_eq!(story.days(3).await, [""; 0]);
    assert!(story.remarks().contains("30 of 30 projects looked at cannot be found"), "{}", story.remarks());
    for project in story.projects.iter().filter(|project| project.id() != one.id()) {
        project.make_public();
    }
    assert_eq!(story.days(2).await, ["gone \"owner tool0\""], "the one that stayed away");
    assert_eq!(story.remarks(), "");
    story.github.expects_no_violations();
}

#[tokio::test]
async fn what_stays_away_for_a_week_is_gone_however_many() {
    let mut story = Story::of(12).await;
    for project in &story.projects {
        project.make_private();
    }
    assert_eq!(story.days(6).await, [""; 0]);
    assert_eq!(story.days(3).await.len(), 12);
    assert_eq!(story.days(1).await, [""; 0]);
    assert_eq!(story.remarks(), "");
}
