//! New entries are told with what filters ask for: their projects are looked at while they settle.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use whimbrel_world::catalog_of;
use whimbrel_world::github::Github;

use crate::side::{Side, TOKEN, start};

const OLD: (&str, &str) = ("old", "https://github.com/owner/old");
const NEW: (&str, &str) = ("new", "https://github.com/Owner/new/tree/main/docs");

fn minute(minutes: i64) -> DateTime<Utc> {
    start() + TimeDelta::minutes(minutes)
}

fn list(folder: &Path, entries: &[(&str, &str)]) {
    std::fs::write(folder.join("list.md"), catalog_of("List", entries.iter().copied())).expect("a catalog");
}

fn open(folder: &Path, github: &Github, tokens: &[&str], now: DateTime<Utc>) -> Side {
    let catalog = json!({ "id": "list", "source": "list.md", "interval_min": "1m", "interval_max": "1m",
        "settle_added_secs": 1800 });
    Side::open(folder, github, tokens, [catalog], now)
}

fn world(tokens: &[&str]) -> (Github, tempfile::TempDir) {
    let github = Github::start();
    github.clock().set(start());
    for token in tokens {
        github.token(token);
    }
    github.repository("owner/old").stars(5);
    github.repository("owner/new").stars(1_234).language("Rust").license("MIT").release("v1.0.0");
    let folder = tempfile::tempdir().expect("a folder");
    list(folder.path(), &[OLD]);
    (github, folder)
}

async fn step(side: &Side, github: &Github, at: DateTime<Utc>) {
    github.clock().set(at);
    side.step(github, at, at).await;
}

fn added(side: &Side) -> Vec<Value> {
    side.events().into_iter().filter(|event| event["kind"] == "added").collect()
}

#[tokio::test]
async fn a_new_entry_is_told_with_stars_language_and_licence() {
    for tokens in [&[TOKEN][..], &[]] {
        let (github, folder) = world(tokens);
        let side = open(folder.path(), &github, tokens, start());
        step(&side, &github, start()).await;
        list(folder.path(), &[OLD, NEW]);
        step(&side, &github, minute(5)).await;
        assert_eq!(added(&side), Vec::<Value>::new(), "it settles");
        assert_eq!(side.projects.followed(), 1, "and nobody lists it yet");
        step(&side, &github, minute(20)).await;
        step(&side, &github, minute(36)).await;
        let told = added(&side);
        assert_eq!(told.len(), 1, "{told:?}");
        let facts = (&told[0]["stars"], &told[0]["language"], &told[0]["license"]);
        assert_eq!(facts, (&json!(1_234), &json!("Rust"), &json!("MIT")), "{told:?}");
        assert_eq!(side.projects.followed(), 2);
        step(&side, &github, minute(60)).await;
        let released = side.events().into_iter().filter(|event| event["kind"] == "released").count();
        assert_eq!(released, 0, "what was there before it was listed is no news");
        github.expects_no_violations();
    }
}

#[tokio::test]
async fn what_was_looked_at_ahead_outlives_the_program() {
    let (github, folder) = world(&[TOKEN]);
    let side = open(folder.path(), &github, &[TOKEN], start());
    step(&side, &github, start()).await;
    list(folder.path(), &[OLD, NEW]);
    // Seen by the catalogs alone; the program dies before anybody asks about the project.
    let round = side.catalogs.poll_due(minute(5)).await;
    assert_eq!(round.changed.len(), 1);
    drop(side);
    let side = open(folder.path(), &github, &[TOKEN], minute(6));
    step(&side, &github, minute(6)).await;
    drop(side);
    let side = open(folder.path(), &github, &[TOKEN], minute(36));
    step(&side, &github, minute(36)).await;
    assert_eq!(added(&side)[0]["stars"], 1_234);
}

#[tokio::test]
async fn news_does_not_wait_for_github_and_what_is_taken_back_is_not_followed() {
    let (github, folder) = world(&[TOKEN]);
    let side = open(folder.path(), &github, &[TOKEN], start());
    step(&side, &github, start()).await;
    list(folder.path(), &[OLD, NEW]);
    step(&side, &github, minute(5)).await;
    list(folder.path(), &[OLD]);
    step(&side, &github, minute(10)).await;
    step(&side, &github, minute(50)).await;
    assert_eq!((added(&side).len(), side.projects.followed()), (0, 1));

    github.repository("owner/other").stars(9);
    github.stop().await;
    list(folder.path(), &[OLD, ("other", "https://github.com/owner/other")]);
    step(&side, &github, minute(60)).await;
    step(&side, &github, minute(91)).await;
    let told = added(&side);
    assert_eq!((told.len(), told[0].get("stars")), (1, None), "on time, and without facts: {told:?}");
}
