//! More projects than one question holds, and more releases than one answer shows.

use chrono::TimeDelta;
use serde_json::Value;
use whimbrel_project::ProjectId;
use whimbrel_world::github::Call;

use crate::side::Listed;

/// A list of so many projects, each with a release, all looked at.
struct Story(Listed);

impl Story {
    async fn of(count: usize) -> Self {
        let listed = Listed::of(count, |_, project| project.stars(10).release("v1.0.0")).await;
        listed.github.take_journal();
        Self(listed)
    }

    /// An hour later everything is due and looked at, however often that has to be tried; the questions it took.
    async fn round(&mut self) -> Vec<Call> {
        self.0.now += TimeDelta::hours(1);
        self.0.github.clock().set(self.0.now);
        let due: Vec<_> = (1..=self.0.projects.len() as u32).map(|id| (ProjectId(id), self.0.now)).collect();
        self.0.side.store.set_due(&due);
        let looked = self.0.side.step(&self.0.github, self.0.now, self.0.now + TimeDelta::hours(1)).await;
        assert_eq!(looked, self.0.projects.len(), "everybody is looked at");
        self.0.github.take_journal().calls
    }

    fn released(&self) -> Vec<Value> {
        self.0.side.events().into_iter().filter(|event| event["kind"] == "released").collect()
    }
}

/// Projects asked for by each question.
fn sizes(calls: &[Call]) -> Vec<u64> {
    calls.iter().map(|call| call.roots).collect()
}

#[tokio::test]
async fn batches_shrink_when_github_gives_up_and_grow_again_and_nobody_is_forgotten() {
    let mut story = Story::of(300).await;
    let first = sizes(&story.round().await);
    assert_eq!(first.iter().sum::<u64>(), 300, "{first:?}");
    assert!(first.len() > 1 && first.iter().all(|size| *size >= 50 && *size <= 100), "{first:?}");

    // Thirty projects are as much as it manages now.
    story.0.github.gives_up_on_lists_beyond(30);
    for project in &story.0.projects {
        project.release("v1.1.0");
    }
    story.0.now += TimeDelta::hours(1);
    let calls = story.round().await;
    let (given_up, answered): (Vec<Call>, Vec<Call>) =
        calls.into_iter().partition(|call| call.status == Some(502));
    // Four at a time are under way when it begins, and again at the half.
    assert!(!given_up.is_empty() && given_up.len() <= 16, "{:?}", sizes(&given_up));
    let last = sizes(&answered);
    assert!(last.iter().all(|size| *size <= 30), "{last:?}");
    let told = story.released();
    assert_eq!(told.len(), 300);

    story.0.github.gives_up_on_nothing();
    // What was too much is tried again after 128 batches, of which six make a round.
    let mut rounds = Vec::new();
    while rounds.len() < 40 && rounds.last() != Some(&3) {
        rounds.push(story.round().await.len());
    }
    assert_eq!(rounds.last(), Some(&3), "batches of a hundred again: {rounds:?}");
    assert_eq!(story.released().len(), 300, "and nothing twice");
    story.0.github.expects_no_violations();
}

#[tokio::test]
async fn a_burst_of_releases_is_told_whole_and_read_no_further_than_needed() {
    let mut story = Story::of(2).await;
    let project = story.0.projects[0].clone();
    for (round, burst) in [9, 25, 230].into_iter().enumerate() {
        let mut at = story.0.now + TimeDelta::minutes(1);
        for number in 0..burst {
            story.0.github.clock().set(at);
            project.release(&format!("v2.{round}.{number}"));
            at += TimeDelta::seconds(5);
        }
        story.0.now = at + TimeDelta::hours(1);
        let before = story.released().len();
        let calls = story.round().await;
        let told = story.released().split_off(before);
        let tags: Vec<&str> = told.iter().filter_map(|event| event["tag"].as_str()).collect();
        let expected: Vec<String> = (0..burst).map(|number| format!("v2.{round}.{number}")).collect();
        assert_eq!(tags, expected, "each once, oldest first");
        // One answer for both projects, one page for each hundred beyond the ten it shows, and one question for the
        // notes of each 62.
        let most = 1 + usize::from(burst > 10) * (1 + burst / 100) + 1 + burst.div_ceil(50);
        assert!(calls.len() <= most, "{burst} releases in {} questions", calls.len());
    }
    story.0.github.expects_no_violations();
}
