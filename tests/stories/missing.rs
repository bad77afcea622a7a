//! Projects that cannot be found any more: told gone when that is confirmed, and not when everything is missing at once.

use chrono::{DateTime, TimeDelta, Utc};

use crate::side::Listed;

/// A list of so many projects, all looked at, and what happens to them day by day.
struct Story(Listed);

impl Story {
    async fn of(count: usize) -> Self {
        let mut story = Self(Listed::of(count, |_, project| project.stars(10)).await);
        story.days(1).await;
        story
    }

    /// Lets so many days pass; hands back what was told in them, as `kind name`.
    async fn days(&mut self, days: i64) -> Vec<String> {
        let events = self.0.days(days, 3).await;
        let kinds = ["gone", "back"];
        let told = events.iter().filter(|event| kinds.iter().any(|kind| event["kind"] == *kind));
        told.map(|event| format!("{} {}", event["kind"].as_str().unwrap_or_default(), event["name"]))
            .collect()
    }

    fn remarks(&self) -> String {
        self.0.side.projects.remarks(self.0.now).join(" | ")
    }
}

#[tokio::test]
async fn a_private_or_deleted_project_is_gone_when_that_is_confirmed_and_back_when_it_returns() {
    let mut story = Story::of(4).await;
    let (hidden, deleted) = (story.0.projects[1].clone(), story.0.projects[2].clone());
    hidden.make_private();
    deleted.delete();
    assert_eq!(story.days(1).await, [""; 0], "missed once is not gone");
    let mut gone = story.days(2).await;
    gone.sort();
    assert_eq!(gone, ["gone \"p1\"", "gone \"p2\""]);
    let gone: Vec<_> = story.0.side.events().into_iter().filter(|event| event["kind"] == "gone").collect();
    for event in &gone {
        let at = |field: &str| event[field].as_str().and_then(|at| at.parse::<DateTime<Utc>>().ok());
        let apart = at("at").zip(at("since")).map(|(told, since)| told - since);
        assert!(apart.is_some_and(|apart| apart >= TimeDelta::hours(24)), "{event}");
    }
    assert_eq!(story.days(3).await, [""; 0], "and told once");
    hidden.make_public();
    assert_eq!(story.days(2).await, ["back \"p1\""]);
    assert_eq!(story.remarks(), "", "a few may go");
    story.0.github.expects_no_violations();
}

#[tokio::test]
async fn a_storm_of_missing_projects_is_no_news() {
    let mut story = Story::of(30).await;
    let one = story.0.projects[0].clone();
    for project in &story.0.projects {
        project.make_private();
    }
    assert_eq!(story.days(3).await, [""; 0]);
    assert!(story.remarks().contains("30 of 30 projects looked at cannot be found"), "{}", story.remarks());
    for project in story.0.projects.iter().filter(|project| project.id() != one.id()) {
        project.make_public();
    }
    assert_eq!(story.days(2).await, ["gone \"p0\""], "the one that stayed away");
    assert_eq!(story.remarks(), "");
    story.0.github.expects_no_violations();
}

#[tokio::test]
async fn what_stays_away_for_a_week_is_gone_however_many() {
    let mut story = Story::of(12).await;
    for project in &story.0.projects {
        project.make_private();
    }
    assert_eq!(story.days(6).await, [""; 0]);
    assert_eq!(story.days(3).await.len(), 12);
    assert_eq!(story.days(1).await, [""; 0]);
    assert_eq!(story.remarks(), "");
}
