//! What queries cost, what they may ask for, and what happens to those that ask for too much.

use std::time::{Duration, Instant};

use serde_json::json;
use whimbrel_world::github::{Github, Repository};

use super::ask;

#[tokio::test]
async fn a_query_costs_what_githubs_rule_says() {
    let github = Github::start();
    let projects = github.made_up(100, 7);
    let ids: Vec<String> = projects.iter().map(Repository::node_id).collect();
    let nodes = |inner: &str| {
        format!(
            "query($ids: [ID!]!) {{ rateLimit {{ cost nodeCount }} nodes(ids: $ids) {{ ... on Repository {{ {inner} }} }} }}"
        )
    };
    let releases = "releases(first: 10) { totalCount }";
    let tags = "refs(refPrefix: \"refs/tags/\", first: 5) { totalCount }";
    for (inner, asked, cost, node_count) in [
        ("name".to_owned(), 100, 1, 0),
        (releases.to_owned(), 50, 1, 500),
        (format!("{releases} {tags}"), 50, 1, 750),
        (format!("{releases} {tags}"), 100, 2, 1_500),
        (format!("{releases} {tags} repositoryTopics(first: 2) {{ totalCount }}"), 100, 3, 1_700),
    ] {
        let answer = ask(&github, &nodes(&inner), json!({ "ids": ids[..asked] })).await;
        let told = &answer.json()["data"]["rateLimit"];
        assert_eq!((&told["cost"], &told["nodeCount"]), (&json!(cost), &json!(node_count)), "{inner}");
    }
    assert_eq!(github.journal().cost(), 8);
    github.expects_no_violations();
}

#[tokio::test]
async fn a_batch_of_a_hundred_is_answered_at_once() {
    let github = Github::start();
    let projects = github.made_up(100, 3);
    let ids: Vec<String> = projects.iter().map(Repository::node_id).collect();
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Repository {
        id databaseId nameWithOwner description homepageUrl isArchived isDisabled isFork stargazerCount forkCount
        pushedAt updatedAt createdAt primaryLanguage { name } licenseInfo { spdxId }
        releases(first: 10, orderBy: { field: CREATED_AT, direction: DESC }) { totalCount
          nodes { id databaseId tagName name url createdAt publishedAt updatedAt isDraft isPrerelease description } }
        refs(refPrefix: \"refs/tags/\", first: 5, orderBy: { field: TAG_COMMIT_DATE, direction: DESC }) { totalCount
          nodes { name target { oid ... on Commit { committedDate } } } } } } }";
    ask(&github, query, json!({ "ids": ids })).await;
    let started = Instant::now();
    for _ in 0..10 {
        assert_eq!(ask(&github, query, json!({ "ids": ids })).await.status, 200);
    }
    let each = started.elapsed() / 10;
    println!("a batch of 100 takes {each:?}");
    assert!(each < Duration::from_millis(500), "a batch of 100 takes {each:?}");
}
