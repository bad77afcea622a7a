//! The gateway greets, tells what happens, asks for signs of life, and breaks in every way it has.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use whimbrel_world::discord::Discord;

use super::{TOKEN, ask, discord, say};

struct Line(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Line {
    /// Connects, and hears the greeting.
    async fn open(discord: &Discord, query: &str) -> Self {
        let told = ask(discord, "GET", "/gateway", json!(null)).await.json();
        let url = format!("{}/{query}", told["url"].as_str().expect("an address"));
        let mut line = Self(connect_async(url).await.expect("it connects").0);
        if query == "?v=10" {
            assert_eq!(line.hear().await["op"], 10);
        }
        line
    }

    async fn identified(discord: &Discord, intents: u64) -> (Self, Value) {
        let mut line = Self::open(discord, "?v=10").await;
        line.say(identify(intents)).await;
        let ready = line.hear().await;
        (line, ready)
    }

    async fn say(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.expect("it is open");
    }

    async fn hear(&mut self) -> Value {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => serde_json::from_str(&text).expect("JSON"),
            other => panic!("no message: {other:?}"),
        }
    }

    /// The code it is closed with.
    async fn closed(&mut self) -> u16 {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Close(frame))) => return frame.map_or(0, |frame| frame.code.into()),
                Some(Ok(_)) => {}
                other => panic!("no goodbye: {other:?}"),
            }
        }
    }
}

fn identify(intents: u64) -> Value {
    let properties = json!({ "os": "linux", "browser": "story", "device": "story" });
    json!({ "op": 2, "d": { "token": TOKEN, "intents": intents, "properties": properties, "compress": true } })
}

#[tokio::test]
async fn a_session_is_told_what_happens_and_can_be_resumed() {
    let discord = discord();
    let guild = discord.guild("Readers");
    let (mut line, ready) = Line::identified(&discord, 1 | 1 << 9).await;
    assert_eq!((&ready["t"], &ready["s"], &ready["d"]["v"]), (&json!("READY"), &json!(1), &json!(10)));
    assert_eq!(line.hear().await["t"], "GUILD_CREATE");
    line.say(json!({ "op": 1, "d": 2 })).await;
    assert_eq!(line.hear().await["op"], 11);
    say(&discord, &guild.channel("general"), "one").await;
    let told = line.hear().await;
    assert_eq!((&told["t"], &told["d"]["content"]), (&json!("MESSAGE_CREATE"), &json!("one")));
    discord.gateway().breaks();
    assert!(line.0.next().await.is_none_or(|last| last.is_err()));
    say(&discord, &guild.channel("general"), "two").await;
    guild.channel("general").closes();

    let mut line = Line::open(&discord, "?v=10").await;
    let session = ready["d"]["session_id"].clone();
    line.say(json!({ "op": 6, "d": { "token": TOKEN, "session_id": session, "seq": told["s"] } })).await;
    let events = [line.hear().await, line.hear().await, line.hear().await];
    assert_eq!(
        events.each_ref().map(|it| it["t"].as_str()),
        [Some("MESSAGE_CREATE"), Some("CHANNEL_DELETE"), Some("RESUMED")]
    );
    assert_eq!(events[0]["d"]["content"], "two");
    discord.gateway().reconnects();
    assert_eq!(line.hear().await["op"], 7);
    discord.gateway().invalidates(false);
    assert_eq!(line.hear().await, json!({ "op": 9, "d": false }));
    assert_eq!(discord.gateway().heard(), ["identify", "heartbeat", "resume"]);
    let mut line = Line::open(&discord, "?v=10").await;
    line.say(json!({ "op": 6, "d": { "token": TOKEN, "session_id": session, "seq": 1 } })).await;
    assert_eq!(line.hear().await, json!({ "op": 9, "d": false }), "it is no session any more");
    discord.expects_no_violations();
}

#[tokio::test]
async fn what_is_wrong_closes_with_a_code() {
    let discord = discord();
    discord.limits(|limits| (limits.identifies, limits.other.0) = (100, 100));
    let mut wrong = identify(1);
    wrong["d"]["token"] = json!("wrong");
    let mut shard = identify(1);
    shard["d"]["shard"] = json!([2, 2]);
    let resume = json!({ "op": 6, "d": { "token": "wrong", "session_id": "a", "seq": 1 } });
    for (message, code) in [
        (json!({ "op": 77 }), 4001),
        (json!({ "op": 1, "d": "x".repeat(4096) }), 4002),
        (json!({ "op": 3, "d": {} }), 4003),
        (wrong, 4004),
        (resume, 4004),
        (shard, 4010),
        (identify(1 << 30), 4013),
        (identify(1 << 15), 4014),
    ] {
        let mut line = Line::open(&discord, "?v=10").await;
        line.say(message.clone()).await;
        assert_eq!(line.closed().await, code, "{message}");
    }
    assert_eq!(Line::open(&discord, "?v=9").await.closed().await, 4012);
    let (mut line, _) = Line::identified(&discord, 1).await;
    line.say(identify(1)).await;
    assert_eq!(line.closed().await, 4005);
    let (mut line, _) = Line::identified(&discord, 0).await;
    discord.limits(|limits| limits.sends = 5);
    for _ in 0..5 {
        line.say(json!({ "op": 1, "d": null })).await;
    }
    assert_eq!(line.closed().await, 4008);
    discord.gateway().heartbeat(Duration::from_millis(20));
    let (mut line, _) = Line::identified(&discord, 0).await;
    assert_eq!(line.closed().await, 4009, "no sign of life");
}

#[tokio::test]
async fn sessions_are_counted_and_shards_share_guilds() {
    let discord = discord();
    discord.clock().set(super::at("2026-03-01T10:00:00Z"));
    discord.gateway().shards(2);
    discord.guild("Readers");
    discord.guild("Writers");
    let (_first, _) = Line::identified(&discord, 1).await;
    let (_second, hasty) = Line::identified(&discord, 1).await;
    assert_eq!(hasty, json!({ "op": 9, "d": false }));
    assert_eq!(discord.take_journal().violations.len(), 1);
    let told = ask(&discord, "GET", "/gateway/bot", json!(null)).await.json();
    assert_eq!((&told["shards"], &told["session_start_limit"]["remaining"]), (&json!(2), &json!(999)));
    let mut guilds = 0;
    for shard in 0..2 {
        discord.clock().advance(chrono::TimeDelta::seconds(5));
        let mut line = Line::open(&discord, "?v=10").await;
        let mut message = identify(1);
        message["d"]["shard"] = json!([shard, 2]);
        line.say(message).await;
        guilds += line.hear().await["d"]["guilds"].as_array().map_or(0, Vec::len);
    }
    assert_eq!(guilds, 2, "each is on one shard");
}

#[tokio::test]
async fn a_silent_gateway_stays_and_says_nothing() {
    let discord = discord();
    discord.limits(|limits| limits.identifies = 2);
    let (mut line, _) = Line::identified(&discord, 0).await;
    discord.gateway().goes_silent();
    line.say(json!({ "op": 1, "d": 1 })).await;
    let heard = tokio::time::timeout(Duration::from_millis(100), line.0.next()).await;
    assert!(heard.is_err(), "{heard:?}");
    let (mut other, _) = Line::identified(&discord, 0).await;
    other.say(json!({ "op": 1, "d": 1 })).await;
    discord.gateway().refuses(true);
    assert!(connect_async(discord.api_url().replacen("http", "ws", 1)).await.is_err());
}
