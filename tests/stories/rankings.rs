//! Rankings over days: who overtook whom is told once, when it has stood for two daily looks, and nobody else is named.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use whimbrel_world::github::{Github, Repository};

use crate::side::{Side, TOKEN};

const STEP: TimeDelta = TimeDelta::hours(2);

fn start() -> DateTime<Utc> {
    "2026-03-01T00:00:00Z".parse().expect("a moment")
}

/// Fourteen projects with 14,100 to 1,100 stars, the first one with most, in one list.
struct Story {
    github: Github,
    projects: Vec<Repository>,
    side: Side,
    now: DateTime<Utc>,
    _folder: tempfile::TempDir,
}

impl Story {
    async fn begin() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let github = Github::start();
        github.token(TOKEN);
        github.clock().set(start());
        let mut text = "# List\n\n## Tools\n\n".to_owned();
        let mut projects = Vec::new();
        for number in 1..=14 {
            let name = format!("owner/p{number}");
            let _ = writeln!(text, "- [p{number}](https://github.com/{name}) - A tool.");
            projects.push(github.repository(&name).stars(15_100 - 1_000 * number));
        }
        std::fs::write(folder.path().join("list.md"), text).expect("a catalog");
        let catalog = json!({ "id": "list", "source": "list.md" });
        let side = Side::open(folder.path(), &github, &[TOKEN], [catalog], start());
        let mut story = Self { github, projects, side, now: start(), _folder: folder };
        assert_eq!(story.days(3).await, [""; 0], "the first order is no news");
        story
    }

    fn project(&self, number: usize) -> &Repository {
        &self.projects[number - 1]
    }

    /// Lets so many days pass; what was told of them, in a word or two each.
    async fn days(&mut self, days: i64) -> Vec<String> {
        let told = self.side.events().len();
        let end = self.now + TimeDelta::days(days);
        while self.now < end {
            self.side.step(&self.github, self.now, self.now + STEP).await;
            self.now += STEP;
            self.github.clock().set(self.now);
        }
        let events = self.side.events().split_off(told);
        events.iter().filter(|event| event["kind"] != "followed").map(brief).collect()
    }
}

/// An event about stars in a line.
fn brief(event: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (kind, name) = (text(&event["kind"]), text(&event["name"]));
    let place = event["catalog"].as_str().unwrap_or("all");
    match kind.as_str() {
        "ranks_moved" => {
            let movers = event["movers"].as_array().expect("movers").iter().map(|mover| {
                let overtook: Vec<String> =
                    mover["overtook"].as_array().into_iter().flatten().map(text).collect();
                format!(
                    "{} {}>{} past {}",
                    text(&mover["name"]),
                    mover["from"],
                    mover["to"],
                    overtook.join(" ")
                )
            });
            format!("{place}: {}", movers.collect::<Vec<_>>().join(", "))
        }
        "entered_top" | "left_top" => format!("{place}: {kind} {name} {}", event["rank"]),
        "milestone" => format!("milestone {name} {}", event["value"]),
        _ => format!("{kind} {name}"),
    }
}

#[tokio::test]
async fn who_overtook_whom_is_told_when_it_has_stood_for_two_days() {
    let mut story = Story::begin().await;
    // One mover, not six: the others moved only because of it.
    story.project(12).stars(9_600);
    let told = story.days(4).await;
    assert_eq!(
        told,
        [
            "milestone p12 5000",
            "list: p12 12>6 past p6 p7 p8 p9 p10",
            "list: entered_top p12 6",
            "list: left_top p10 11",
            "all: owner/p12 12>6 past owner/p6 owner/p7 owner/p8 owner/p9 owner/p10",
            "all: entered_top owner/p12 6",
            "all: left_top owner/p10 11",
        ]
    );
    // A handful of stars apart is no overtaking, nor is what lasts for a day.
    story.project(4).stars(12_105);
    assert_eq!(story.days(3).await, [""; 0]);
    story.project(4).stars(12_500);
    assert_eq!(story.days(1).await, [""; 0]);
    story.project(4).stars(11_900);
    assert_eq!(story.days(3).await, [""; 0]);
    // Who falls is named alone, and below the top nobody is.
    story.project(1).stars(9_000);
    story.project(14).stars(3_200);
    let fall = ["milestone p14 2500", "list: p1 1>7 past ", "all: owner/p1 1>7 past "];
    assert_eq!(story.days(4).await, fall);
    // Who cannot be seen moves nobody, and is where it was when it is back.
    story.project(2).make_private();
    assert_eq!(story.days(4).await, ["gone p2"]);
    story.project(2).make_public();
    assert_eq!(story.days(4).await, ["back p2"]);
    story.github.expects_no_violations();
}

#[tokio::test]
async fn milestones_are_told_upward_and_once() {
    let mut story = Story::begin().await;
    for (stars, told) in [
        (2_499, vec![]),
        (2_500, vec!["milestone p14 2500"]),
        (2_400, vec![]),
        (2_600, vec![]),
        (10_000_000, vec!["milestone p14 10000000"]),
    ] {
        story.project(14).stars(stars);
        let said = story.days(2).await;
        let milestones: Vec<&String> = said.iter().filter(|said| said.starts_with("milestone")).collect();
        assert_eq!(milestones, told, "{stars}");
    }
}
