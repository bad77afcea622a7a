//! Bad days, switched on by the story.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::{Value, json};
use whimbrel_world::discord::Fault;

use super::{TOKEN, ask, at, discord, request, say};

#[tokio::test]
async fn refusals_come_for_as_long_and_where_the_story_says() {
    let wait = Duration::from_secs(7);
    for (fault, status, scope, retry_after) in [
        (Fault::Unauthorized, 401, "", ""),
        (Fault::Refuses(200_000), 400, "", ""),
        (Fault::Refuses(130_000), 503, "", ""),
        (Fault::Status(502), 502, "", ""),
        (Fault::Unavailable(wait), 503, "", "7"),
        (Fault::RouteLimit(wait), 429, "user", "7"),
        (Fault::GlobalLimit(wait), 429, "global", "7"),
        (Fault::SharedLimit(wait), 429, "shared", "7"),
        (Fault::Cloudflare(wait), 429, "", "7"),
    ] {
        let discord = discord();
        discord.clock().set(at("2026-03-01T10:00:00Z"));
        let general = discord.guild("Readers").channel("general");
        discord.fails(fault.clone()).on("POST /api/v10/channels").times(1);
        assert_eq!(ask(&discord, "GET", "/users/@me", json!(null)).await.status, 200, "another path");
        let met = say(&discord, &general, "a").await;
        assert_eq!((met.status, met.header("x-ratelimit-scope")), (status, scope), "{fault:?}");
        assert_eq!(met.header("retry-after"), retry_after, "{fault:?}");
        assert_eq!(general.messages().len(), 0, "{fault:?}");
        discord.expects_no_violations();
        let counted = matches!(status, 401 | 429) && scope != "shared";
        assert_eq!(discord.wrong_requests(), usize::from(counted), "{fault:?}");
        assert_eq!(say(&discord, &general, "a").await.status, 200, "{fault:?}");
        assert_eq!(discord.journal().violations.len(), usize::from(status == 429), "{fault:?}");
    }
}

#[tokio::test]
async fn answers_are_lost_before_and_after_the_work_is_done() {
    let discord = discord();
    let general = discord.guild("Readers").channel("general");
    let path = format!("/channels/{}/messages", general.id());
    let send = async |within: Duration| {
        let request = request(&discord, "POST", &path).header("authorization", format!("Bot {TOKEN}"));
        let answer = request.timeout(within).json(&json!({ "content": "a" })).send().await;
        let answer = answer.map_err(|error| (0, error))?;
        let status = answer.status().as_u16();
        answer.bytes().await.map_err(|error| (status, error))
    };
    let (long, short) = (Duration::from_secs(20), Duration::from_millis(300));
    for (fault, within, status, in_time, done) in [
        (Fault::ResetBeforeHeaders, long, 0, true, false),
        (Fault::AnswerLost, long, 0, true, true),
        (Fault::ResetAfterHeaders, long, 200, true, true),
        (Fault::Timeout, short, 0, false, false),
        (Fault::AnswerNever, short, 0, false, true),
        (Fault::EndlessBody, short, 200, false, true),
        (Fault::SlowBody(Duration::from_millis(100)), short, 200, false, true),
        (Fault::Latency(Duration::from_secs(1)), short, 0, false, true),
    ] {
        discord.limits(|limits| limits.messages.0 = 100);
        let before = general.messages().len();
        discord.fails(fault.clone()).times(1);
        let (met, error) = send(within).await.expect_err("it went wrong");
        assert_eq!((met, error.is_timeout()), (status, !in_time), "{fault:?}: {error:?}");
        assert_eq!(general.messages().len() - before, usize::from(done), "{fault:?}");
    }
    discord.fails(Fault::MalformedJson).times(1);
    let broken = send(long).await.expect("it comes");
    assert!(serde_json::from_slice::<Value>(&broken).is_err());
    discord.expects_no_violations();
}

#[tokio::test]
async fn headers_can_be_missing_or_skewed_and_the_network_gone() {
    let discord = discord();
    discord.clock().set(at("2026-03-01T10:00:00Z"));
    let general = discord.guild("Readers").channel("general");
    discord.fails(Fault::NoLimitHeaders).times(1);
    assert_eq!(say(&discord, &general, "a").await.header("x-ratelimit-remaining"), "");
    discord.fails(Fault::ClockSkew(TimeDelta::hours(1))).times(1);
    let skewed = say(&discord, &general, "a").await;
    assert_eq!(skewed.header("date"), "Sun, 01 Mar 2026 11:00:00 GMT");
    assert_eq!(skewed.header("x-ratelimit-reset-after"), "5.000", "durations are right");
    assert_eq!(skewed.header("x-ratelimit-reset"), format!("{}.000", at("2026-03-01T11:00:05Z").timestamp()));
    discord.stop().await;
    let started = Instant::now();
    let refused = request(&discord, "GET", "/gateway").send().await;
    assert!(refused.is_err_and(|error| error.is_connect()), "after {:?}", started.elapsed());
    discord.start_again();
    assert_eq!(say(&discord, &general, "b").await.status, 200);
    assert_eq!(general.messages().len(), 3);
    discord.revoke(TOKEN);
    assert_eq!(say(&discord, &general, "c").await.status, 401);
}
