//! Bad days, switched on by the story.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::{Value, json};
use whimbrel_world::github::{Fault, Github, Repository};

use super::{TOKEN, ask, at, client, get};

#[tokio::test]
async fn statuses_come_for_as_long_and_where_the_story_says() {
    let github = Github::start();
    github.repository("o/r");
    github.token_of(TOKEN, "reader");
    let wait = Duration::from_secs(7);
    for (fault, status, retry_after, remaining) in [
        (Fault::Unauthorized, 401, "", ""),
        (Fault::NotFound, 404, "", "59"),
        (Fault::Status(500), 500, "", "59"),
        (Fault::Status(502), 502, "", "59"),
        (Fault::Unavailable(wait), 503, "7", "59"),
        (Fault::TooManyRequests(wait), 429, "7", "59"),
        (Fault::SecondaryLimit(wait), 403, "7", "59"),
        (Fault::SecondaryLimitSilent, 403, "", "59"),
        (Fault::PrimaryLimit(wait), 403, "", "0"),
        (Fault::NoLimitHeaders, 200, "", ""),
    ] {
        let github = Github::start();
        github.clock().set(at("2026-03-01T10:00:00Z"));
        github.repository("o/r");
        assert_eq!(get(&github, "/repos/o/r").await.status, 200);
        github.fails(fault.clone()).on("/repos/o/r").times(1);
        assert_eq!(get(&github, "/zen").await.status, 200, "another path");
        let met = get(&github, "/repos/o/r").await;
        assert_eq!((met.status, met.header("retry-after")), (status, retry_after), "{fault:?}");
        let told = if remaining == "59" { "58" } else { remaining };
        assert_eq!(met.header("x-ratelimit-remaining"), told, "{fault:?}");
        assert!(github.journal().violations.is_empty(), "{fault:?}");
        // Later than what may have been on its way.
        github.clock().advance(TimeDelta::seconds(2));
        let next = get(&github, "/zen").await;
        let told_to_wait =
            !retry_after.is_empty() || fault == Fault::SecondaryLimitSilent || remaining == "0";
        assert_eq!(!github.journal().violations.is_empty(), told_to_wait, "{fault:?}: {}", next.status);
    }
}

#[tokio::test]
async fn connections_break_before_within_and_never() {
    let github = Github::start();
    github.repository("o/r");
    let url = format!("{}/repos/o/r", github.api_url());
    let patient = client();
    let ask = async |within: Duration| {
        let answer = patient.get(&url).timeout(within).send().await.map_err(|error| (0, error))?;
        let status = answer.status().as_u16();
        answer.bytes().await.map_err(|error| (status, error))
    };
    let long = Duration::from_secs(20);
    let short = Duration::from_millis(300);
    for (fault, within, status, in_time) in [
        (Fault::ResetBeforeHeaders, long, 0, true),
        (Fault::ResetAfterHeaders, long, 200, true),
        (Fault::Timeout, short, 0, false),
        (Fault::EndlessBody, short, 200, false),
        (Fault::SlowBody(Duration::from_millis(100)), short, 200, false),
        (Fault::Latency(Duration::from_secs(1)), short, 0, false),
    ] {
        github.fails(fault.clone()).times(1);
        let (met, error) = ask(within).await.expect_err("it went wrong");
        assert_eq!((met, error.is_timeout()), (status, !in_time), "{fault:?}: {error:?}");
        assert!(ask(long).await.is_ok(), "after {fault:?}");
    }
    github.fails(Fault::SlowBody(Duration::from_millis(5))).times(1);
    let whole = ask(long).await.expect("slow, but whole");
    assert!(serde_json::from_slice::<Value>(&whole).is_ok());
    github.fails(Fault::MalformedJson).times(1);
    let broken = ask(long).await.expect("it comes");
    assert!(serde_json::from_slice::<Value>(&broken).is_err());
}

#[tokio::test]
async fn answers_of_graphql_can_be_half() {
    let github = Github::start();
    let ids: Vec<String> = github.made_up(4, 1).iter().map(Repository::node_id).collect();
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    github.fails(Fault::PartialData).times(1);
    let half = ask(&github, query, json!({ "ids": ids })).await.json();
    assert_eq!(half["data"]["nodes"], json!([{ "id": ids[0] }, null, { "id": ids[2] }, null]));
    assert_eq!(half["errors"].as_array().map(Vec::len), Some(2));
    github.fails(Fault::NothingThere).times(1);
    let nothing = ask(&github, query, json!({ "ids": ids })).await.json();
    assert_eq!(nothing["data"]["nodes"], json!([null, null, null, null]));
    assert!(nothing["errors"].as_array().is_some_and(|all| all.iter().all(|one| one["type"] == "NOT_FOUND")));
    github.fails(Fault::Errors).on("/graphql");
    let none = ask(&github, query, json!({ "ids": ids })).await;
    assert_eq!((none.status, &none.json()["data"]), (200, &Value::Null));
    github.fails(Fault::PrimaryLimit(Duration::from_mins(1)));
    github.heals();
    assert_eq!(ask(&github, query, json!({ "ids": ids })).await.json()["errors"], Value::Null);
}

#[tokio::test]
async fn a_skewed_clock_is_skewed_everywhere() {
    let github = Github::start();
    github.clock().set(at("2026-03-01T10:00:00Z"));
    github.repository("o/r");
    github.fails(Fault::ClockSkew(TimeDelta::hours(1))).times(1);
    let skewed = get(&github, "/repos/o/r").await;
    assert_eq!(skewed.header("date"), "Sun, 01 Mar 2026 11:00:00 GMT");
    assert_eq!(skewed.number("x-ratelimit-reset"), at("2026-03-01T12:00:00Z").timestamp());
    assert_eq!(get(&github, "/repos/o/r").await.header("date"), "Sun, 01 Mar 2026 10:00:00 GMT");
}

#[tokio::test]
async fn the_network_can_be_gone_for_a_while() {
    let github = Github::start();
    github.repository("o/r").stars(9);
    github.stop().await;
    let started = Instant::now();
    let refused = client().get(format!("{}/repos/o/r", github.api_url())).send().await;
    assert!(refused.is_err_and(|error| error.is_connect()), "after {:?}", started.elapsed());
    github.start_again();
    assert_eq!(get(&github, "/repos/o/r").await.json()["stargazers_count"], 9);
}
