//! Limits of a route, of the bot, and of requests that are wrong, on the story's clock.

use chrono::TimeDelta;
use serde_json::json;

use super::{ask, at, client, discord, read, request, say};

#[tokio::test]
async fn a_route_says_what_is_left_and_refuses_the_rest() {
    let discord = discord();
    discord.clock().set(at("2026-03-01T10:00:00Z"));
    let guild = discord.guild("Readers");
    let (general, other) = (guild.channel("general"), guild.channel("other"));
    for left in ["4", "3", "2", "1", "0"] {
        let made = say(&discord, &general, "a").await;
        assert_eq!((made.status, made.header("x-ratelimit-remaining")), (200, left));
        assert_eq!(made.header("x-ratelimit-limit"), "5");
        assert_eq!(made.header("x-ratelimit-reset-after"), "5.000");
        assert_eq!(
            made.header("x-ratelimit-reset"),
            format!("{}.000", at("2026-03-01T10:00:05Z").timestamp())
        );
        assert_eq!(made.header("x-ratelimit-bucket").len(), 32);
    }
    discord.clock().advance(TimeDelta::milliseconds(1500));
    let refused = say(&discord, &general, "a").await;
    assert_eq!((refused.status, refused.header("x-ratelimit-scope")), (429, "user"));
    assert_eq!(
        refused.json(),
        json!({ "message": "You are being rate limited.", "retry_after": 3.5, "global": false })
    );
    assert_eq!((refused.header("retry-after"), refused.header("x-ratelimit-remaining")), ("4", "0"));
    assert_eq!(say(&discord, &other, "a").await.status, 200, "another channel has its own");
    discord.clock().advance(TimeDelta::milliseconds(3499));
    assert_eq!(say(&discord, &general, "a").await.status, 429);
    let journal = discord.take_journal();
    assert_eq!((journal.refused(), journal.delivered()), (2, 6));
    assert!(journal.violations.iter().any(|it| it.starts_with("told to wait, and asked")), "{journal:?}");
    discord.clock().advance(TimeDelta::milliseconds(1));
    assert_eq!(say(&discord, &general, "a").await.header("x-ratelimit-remaining"), "4");
    discord.expects_no_violations();
}

#[tokio::test]
async fn a_bot_may_ask_fifty_times_a_second_whatever_it_asks() {
    let discord = discord();
    discord.clock().set(at("2026-03-01T10:00:00Z"));
    let guild = discord.guild("Readers");
    for number in 0..50 {
        assert_eq!(say(&discord, &guild.channel(&number.to_string()), "a").await.status, 200);
    }
    let refused = say(&discord, &guild.channel("one more"), "a").await;
    assert_eq!((refused.status, refused.json()["global"].as_bool()), (429, Some(true)));
    assert_eq!(refused.header("x-ratelimit-scope"), "global");
    assert_eq!((refused.header("x-ratelimit-global"), refused.header("x-ratelimit-bucket")), ("true", ""));
    // Webhooks count apart.
    let hook = guild.channel("0").webhook("news");
    let body = json!({ "content": "a" });
    assert_eq!(read(client().post(hook.url()).json(&body)).await.status, 204);
    discord.clock().advance(TimeDelta::seconds(1));
    assert_eq!(say(&discord, &guild.channel("one more"), "a").await.status, 200);
}

#[tokio::test]
async fn too_many_wrong_requests_close_the_door() {
    let discord = discord();
    discord.clock().set(at("2026-03-01T10:00:00Z"));
    discord.limits(|limits| limits.invalid = 4);
    for _ in 0..4 {
        let request = request(&discord, "GET", "/users/@me").header("authorization", "Bot wrong");
        let refused = read(request).await;
        assert_eq!(
            (refused.status, refused.text.as_str()),
            (401, r#"{"code":0,"message":"401: Unauthorized"}"#)
        );
    }
    assert_eq!(discord.wrong_requests(), 4);
    assert_eq!(discord.journal().violations, ["went on with a token that is refused"]);
    let closed = ask(&discord, "GET", "/users/@me", json!(null)).await;
    assert_eq!((closed.status, closed.header("retry-after")), (429, "600"));
    assert_eq!(closed.header("content-type"), "text/html");
    discord.clock().advance(TimeDelta::minutes(10));
    assert_eq!(ask(&discord, "GET", "/users/@me", json!(null)).await.status, 200);
}

#[tokio::test]
async fn a_slow_channel_takes_one_message_at_a_time() {
    let discord = discord();
    discord.clock().set(at("2026-03-01T10:00:00Z"));
    let general = discord.guild("Readers").channel("general");
    general.slow(30);
    assert_eq!(say(&discord, &general, "a").await.status, 200);
    let refused = say(&discord, &general, "b").await;
    assert_eq!((refused.status, refused.code()), (429, 20016));
    assert_eq!(refused.json()["retry_after"], 30.0);
    discord.clock().advance(TimeDelta::seconds(30));
    assert_eq!(say(&discord, &general, "b").await.status, 200);
}

#[tokio::test]
async fn whoever_asks_is_a_bot_with_a_name_and_asks_what_there_is() {
    let discord = discord();
    let url = format!("{}/api/v10/users/@me", discord.api_url());
    for agent in ["curl/8.0", "DiscordBot", "DiscordBot (nothing)"] {
        let rude = reqwest::Client::builder().user_agent(agent).build().expect("a client");
        let refused = read(rude.get(&url).header("authorization", format!("Bot {}", super::TOKEN))).await;
        assert_eq!((refused.status, refused.code()), (403, 40333), "{agent}");
    }
    for (verb, path, status, code) in [
        ("GET", "/nowhere", 404, 0),
        ("DELETE", "/users/@me", 405, 0),
        ("GET", "/channels/1", 404, 10003),
        ("GET", "/guilds/1", 404, 10004),
    ] {
        let answer = ask(&discord, verb, path, json!(null)).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{verb} {path}");
    }
    let old = client().get(format!("{}/api/v9/gateway", discord.api_url()));
    assert_eq!(read(old).await.code(), 50041);
}
