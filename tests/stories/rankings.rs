//! Rankings over days: who overtook whom is told once, when it has stood for two daily looks, and nobody else is named.

use serde_json::Value;
use whimbrel_world::github::Repository;

use crate::side::Listed;

/// Fourteen projects with 14,100 to 1,100 stars, `p0` with most, in one list.
struct Story(Listed);

impl Story {
    async fn begin() -> Self {
        let stars = |number: usize| 14_100 - 1_000 * number as u64;
        let mut story = Self(Listed::of(14, |number, project| project.stars(stars(number))).await);
        assert_eq!(story.days(3).await, [""; 0], "the first order is no news");
        story
    }

    fn project(&self, number: usize) -> &Repository {
        &self.0.projects[number]
    }

    /// Lets so many days pass; what was told of them, in a word or two each.
    async fn days(&mut self, days: i64) -> Vec<String> {
        let events = self.0.days(days, 2).await;
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
    story.project(11).stars(9_600);
    let told = story.days(4).await;
    assert_eq!(
        told,
        [
            "milestone p11 5000",
            "list: p11 12>6 past p5 p6 p7 p8 p9",
            "list: entered_top p11 6",
            "list: left_top p9 11",
            "all: owner/p11 12>6 past owner/p5 owner/p6 owner/p7 owner/p8 owner/p9",
            "all: entered_top owner/p11 6",
            "all: left_top owner/p9 11",
        ]
    );
    // A handful of stars apart is no overtaking, nor is what lasts for a day.
    story.project(3).stars(12_105);
    assert_eq!(story.days(3).await, [""; 0]);
    story.project(3).stars(12_500);
    assert_eq!(story.days(1).await, [""; 0]);
    story.project(3).stars(11_900);
    assert_eq!(story.days(3).await, [""; 0]);
    // Who falls is named alone, and below the top nobody is.
    story.project(0).stars(9_000);
    story.project(13).stars(3_200);
    let fall = ["milestone p13 2500", "list: p0 1>7 past ", "all: owner/p0 1>7 past "];
    assert_eq!(story.days(4).await, fall);
    // Who cannot be seen moves nobody, and is where it was when it is back.
    story.project(1).make_private();
    assert_eq!(story.days(4).await, ["gone p1"]);
    story.project(1).make_public();
    assert_eq!(story.days(4).await, ["back p1"]);
    story.0.github.expects_no_violations();
}

#[tokio::test]
async fn milestones_are_told_upward_and_once() {
    let mut story = Story::begin().await;
    for (stars, told) in [
        (2_499, vec![]),
        (2_500, vec!["milestone p13 2500"]),
        (2_400, vec![]),
        (2_600, vec![]),
        (10_000_000, vec!["milestone p13 10000000"]),
    ] {
        story.project(13).stars(stars);
        let said = story.days(2).await;
        let milestones: Vec<&String> = said.iter().filter(|said| said.starts_with("milestone")).collect();
        assert_eq!(milestones, told, "{stars}");
    }
}
