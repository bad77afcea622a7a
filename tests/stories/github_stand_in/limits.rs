//! The limits GitHub keeps, by a clock the story moves.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use whimbrel_world::github::{Github, Repository};

use super::{TOKEN, ask, ask_as, at, get, get_with};

const START: &str = "2026-03-01T10:00:00Z";

async fn with(github: &Github, token: &str) -> super::Answer {
    get_with(github, "/repos/o/r", &[("authorization", &format!("Bearer {token}"))]).await
}

#[tokio::test]
async fn an_hour_without_a_token_is_sixty_requests() {
    let github = Github::start();
    github.clock().set(at(START));
    github.repository("o/r");
    let first = get(&github, "/repos/o/r").await;
    let reset = at(START).timestamp() + 3600;
    for (name, value) in [("limit", 60), ("remaining", 59), ("used", 1), ("reset", reset)] {
        assert_eq!(first.number(&format!("x-ratelimit-{name}")), value, "{name}");
    }
    assert_eq!(first.header("x-ratelimit-resource"), "core");
    for _ in 1..60 {
        assert_eq!(get(&github, "/repos/o/r").await.status, 200);
    }
    github.expects_no_violations();
    let over = get(&github, "/repos/o/r").await;
    assert_eq!((over.status, over.number("x-ratelimit-remaining"), over.header("retry-after")), (403, 0, ""));
    assert!(over.json()["message"].as_str().is_some_and(|text| text.contains("API rate limit exceeded")));
    assert!(github.journal().violations.is_empty(), "the first refusal is nobody's fault");
    github.clock().advance(TimeDelta::minutes(59));
    assert_eq!(get(&github, "/repos/o/r").await.status, 403);
    assert_eq!(github.journal().violations.len(), 1, "it was told until when to wait");
    github.clock().advance(TimeDelta::minutes(1));
    assert_eq!(get(&github, "/repos/o/r").await.number("x-ratelimit-remaining"), 59);
    assert_eq!(github.journal().refused(), 2);
}

#[tokio::test]
async fn tokens_of_one_user_share_an_hour_and_others_have_their_own() {
    let github = Github::start();
    github.repository("o/r");
    for (token, login) in [("a", "one"), ("b", "one"), ("c", "two")] {
        github.token_of(token, login);
    }
    for (token, remaining) in [("a", 4_999), ("b", 4_998), ("c", 4_999), ("a", 4_997)] {
        assert_eq!(with(&github, token).await.number("x-ratelimit-remaining"), remaining, "{token}");
    }
    github.limits(|limits| limits.core_hour = 3);
    assert_eq!(with(&github, "b").await.status, 403);
    github.limits(|limits| limits.too_many_requests = true);
    assert_eq!(with(&github, "a").await.status, 429);
    let limits = get_with(&github, "/rate_limit", &[("authorization", "Bearer c")]).await.json();
    assert_eq!(limits["resources"]["core"]["used"], 1, "asking for limits is free");
}

#[tokio::test]
async fn graphql_refuses_politely_when_the_hour_is_used_up() {
    let github = Github::start();
    github.clock().set(at(START));
    github.limits(|limits| limits.graphql_hour = 2);
    for remaining in [1, 0] {
        let answer = ask(&github, "{ viewer { login } rateLimit { remaining resetAt } }", json!({})).await;
        assert_eq!(answer.number("x-ratelimit-remaining"), remaining);
        assert_eq!(answer.header("x-ratelimit-resource"), "graphql");
        assert_eq!(answer.json()["data"]["rateLimit"]["remaining"], remaining);
        assert_eq!(answer.json()["data"]["rateLimit"]["resetAt"], "2026-03-01T11:00:00Z");
    }
    let over = ask(&github, "{ viewer { login } }", json!({})).await;
    assert_eq!((over.status, over.number("x-ratelimit-remaining")), (200, 0));
    assert_eq!(over.json()["errors"][0]["type"], "RATE_LIMITED");
    assert_eq!(with(&github, TOKEN).await.status, 404, "REST has an hour of its own");
    github.clock().advance(TimeDelta::hours(1));
    assert_eq!(ask(&github, "{ viewer { login } }", json!({})).await.json()["errors"], json!(null));
    let nobody = super::read(super::client().post(format!("{}/graphql", github.api_url())).body("{}")).await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
async fn points_within_a_minute_are_counted() {
    let github = Github::start();
    github.clock().set(at(START));
    github.token_of(TOKEN, "reader");
    github.repository("o/r");
    github.limits(|limits| (limits.core_minute, limits.graphql_minute) = (5, 3));
    for second in 0..5 {
        assert_eq!(with(&github, TOKEN).await.status, 200);
        github.clock().set(at(START) + TimeDelta::seconds(second * 10));
    }
    for _ in 0..3 {
        assert_eq!(ask(&github, "{ viewer { login } }", json!({})).await.status, 200);
    }
    let over = with(&github, TOKEN).await;
    assert_eq!((over.status, over.number("retry-after")), (403, 60));
    assert!(over.json()["message"].as_str().is_some_and(|text| text.contains("secondary rate limit")));
    assert!(over.number("x-ratelimit-remaining") > 0);
    github.clock().advance(TimeDelta::seconds(59));
    assert_eq!(with(&github, TOKEN).await.status, 403, "it was told to wait for a minute");
    github.clock().advance(TimeDelta::seconds(61));
    assert_eq!(with(&github, TOKEN).await.status, 200);
    assert_eq!(github.journal().refused(), 2);
}

#[tokio::test]
async fn the_time_of_githubs_processors_is_counted() {
    let github = Github::start();
    github.clock().set(at(START));
    github.repository("o/r");
    github.effort(Duration::from_secs(8), Duration::from_millis(1));
    let query = "{ viewer { login } }";
    for _ in 0..8 {
        assert_eq!(ask(&github, query, json!({})).await.status, 200);
    }
    assert_eq!(ask(&github, query, json!({})).await.status, 403, "sixty-four seconds of sixty");
    github.clock().advance(TimeDelta::seconds(61));
    assert_eq!(ask(&github, query, json!({})).await.status, 200);
}

#[tokio::test]
async fn a_query_that_is_too_heavy_is_given_up_and_paid_for_later() {
    let github = Github::start();
    github.clock().set(at(START));
    let ids: Vec<String> = github.made_up(20, 1).iter().map(Repository::node_id).collect();
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Repository { releases(first: 10) { totalCount } } } }";
    github.gives_up_beyond(110, 50);
    assert_eq!(ask(&github, query, json!({ "ids": ids[..10] })).await.status, 200);
    assert_eq!(ask(&github, query, json!({ "ids": ids[..11] })).await.status, 502);
    github.clock().advance(TimeDelta::hours(1));
    let next = ask(&github, query, json!({ "ids": ids[..10] })).await;
    assert_eq!(
        next.number("x-ratelimit-remaining"),
        5_000 - 50 - 1,
        "extra points are taken in the next hour"
    );
    github.gives_up_on_nothing();
    github.effort(Duration::ZERO, Duration::from_millis(100));
    assert_eq!(ask(&github, query, json!({ "ids": ids[..10] })).await.status, 502, "eleven seconds");
}

#[tokio::test]
async fn no_more_than_a_hundred_requests_at_once() {
    let github = Github::start();
    github.token_of(TOKEN, "reader");
    github.repository("o/r");
    github.limits(|limits| limits.concurrent = 4);
    github.latency(Duration::from_millis(300));
    let answers = futures::future::join_all((0..6).map(|_| with(&github, TOKEN))).await;
    let refused = answers.iter().filter(|answer| answer.status == 403).count();
    assert_eq!(refused, 2);
    let violations = github.journal().violations;
    assert_eq!(
        violations.iter().filter(|text| text.contains("at the same time")).count(),
        2,
        "{violations:?}"
    );
}

#[tokio::test]
async fn a_heavy_query_is_worth_its_points() {
    let github = Github::start();
    github.token_of("x", "someone");
    let ids: Vec<String> = github.made_up(100, 1).iter().map(Repository::node_id).collect();
    let query =
        "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Repository { releases(first: 1) { totalCount }
        refs(refPrefix: \"refs/tags/\", first: 1) { totalCount } } } }";
    github.limits(|limits| limits.graphql_hour = 3);
    assert_eq!(ask_as(&github, "x", query, json!({ "ids": ids })).await.number("x-ratelimit-remaining"), 1);
    let over = ask_as(&github, "x", query, json!({ "ids": ids })).await;
    assert_eq!(over.json()["errors"][0]["type"], "RATE_LIMITED", "one point is left, two are asked for");
}
