//! What goes over the connection, read and written: pure.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// What we hear of: of nothing but what people ask, which everybody hears of. No intent is privileged.
const INTENTS: u64 = 0;

/// What Discord says.
#[derive(Debug, PartialEq)]
pub(super) enum Heard<'a> {
    /// The greeting, with how often it wants a heartbeat, in milliseconds.
    Hello(u64),
    /// The session has begun.
    Ready(Ready),
    /// The session goes on; all that was missed has been told.
    Resumed,
    /// Somebody asks something: what it is, unread.
    Interaction(&'a str),
    /// Something happened that is none of ours.
    Other,
    /// It wants a heartbeat now.
    WantsHeartbeat,
    /// It acknowledges a heartbeat.
    Acknowledged,
    /// It wants us to connect again.
    Reconnect,
    /// The session is none, or none at the moment.
    Invalid { resumable: bool },
    /// Nothing we can read.
    Unreadable,
}

/// The beginning of a session.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
pub(super) struct Ready {
    /// Its name.
    pub(super) session_id: String,
    /// Where it can be resumed.
    pub(super) resume_gateway_url: String,
    /// The servers the bot is on.
    #[serde(default, deserialize_with = "length")]
    pub(super) guilds: usize,
}

#[derive(Deserialize)]
struct Frame<'a> {
    op: u8,
    #[serde(default)]
    s: Option<u64>,
    #[serde(default)]
    t: Option<String>,
    #[serde(borrow, default)]
    d: Option<&'a RawValue>,
}

/// Reads what came: what it says, and its number where it has one.
pub(super) fn read(text: &str) -> (Heard<'_>, Option<u64>) {
    let Ok(frame) = serde_json::from_str::<Frame<'_>>(text) else { return (Heard::Unreadable, None) };
    let data = frame.d.map_or("null", RawValue::get);
    let heard = match (frame.op, frame.t.as_deref()) {
        (0, Some("READY")) => serde_json::from_str(data).map_or(Heard::Unreadable, Heard::Ready),
        (0, Some("RESUMED")) => Heard::Resumed,
        (0, Some("INTERACTION_CREATE")) => Heard::Interaction(data),
        (1, _) => Heard::WantsHeartbeat,
        (7, _) => Heard::Reconnect,
        (9, _) => Heard::Invalid { resumable: data == "true" },
        (10, _) => {
            let hello: Value = serde_json::from_str(data).unwrap_or_default();
            hello["heartbeat_interval"].as_u64().map_or(Heard::Unreadable, Heard::Hello)
        }
        (11, _) => Heard::Acknowledged,
        _ => Heard::Other,
    };
    (heard, frame.s.filter(|_| frame.op == 0))
}

/// A heartbeat, with the number of the last thing that was heard.
pub(super) fn heartbeat(seen: Option<u64>) -> Value {
    json!({ "op": 1, "d": seen })
}

/// Begins a session.
pub(super) fn identify(token: &str, shard: u32, shards: u32) -> Value {
    let properties = json!({ "os": std::env::consts::OS, "browser": "whimbrel", "device": "whimbrel" });
    json!({ "op": 2, "d": { "token": token, "intents": INTENTS, "shard": [shard, shards],
        "properties": properties } })
}

/// Goes on with a session.
pub(super) fn resume(token: &str, session: &str, seen: Option<u64>) -> Value {
    json!({ "op": 6, "d": { "token": token, "session_id": session, "seq": seen.unwrap_or(0) } })
}

/// Only how many there are.
fn length<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    Vec::<serde::de::IgnoredAny>::deserialize(deserializer).map(|list| list.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_discord_says_is_read() {
        let ready = Ready { session_id: "a".to_owned(), resume_gateway_url: "wss://b".to_owned(), guilds: 2 };
        for (text, heard, number) in [
            (r#"{"op":10,"d":{"heartbeat_interval":41250},"s":null,"t":null}"#, Heard::Hello(41_250), None),
            (
                r#"{"t":"READY","s":1,"op":0,"d":{"v":10,"session_id":"a","resume_gateway_url":"wss://b","guilds":[{"id":"1"},{}]}}"#,
                Heard::Ready(ready),
                Some(1),
            ),
            (r#"{"op":0,"t":"RESUMED","s":9,"d":{}}"#, Heard::Resumed, Some(9)),
            (
                r#"{"op":0,"t":"INTERACTION_CREATE","s":3,"d":{"a":1}}"#,
                Heard::Interaction(r#"{"a":1}"#),
                Some(3),
            ),
            (r#"{"op":0,"t":"GUILD_CREATE","s":4,"d":{}}"#, Heard::Other, Some(4)),
            (r#"{"op":0,"t":"READY","s":4,"d":{}}"#, Heard::Unreadable, Some(4)),
            (r#"{"op":1,"d":null}"#, Heard::WantsHeartbeat, None),
            (r#"{"op":7,"d":null,"s":5}"#, Heard::Reconnect, None),
            (r#"{"op":9,"d":true}"#, Heard::Invalid { resumable: true }, None),
            (r#"{"op":9,"d":false}"#, Heard::Invalid { resumable: false }, None),
            (r#"{"op":9}"#, Heard::Invalid { resumable: false }, None),
            (r#"{"op":11}"#, Heard::Acknowledged, None),
            (r#"{"op":10,"d":{"heartbeat_interval":-1}}"#, Heard::Unreadable, None),
            (r#"{"op":200}"#, Heard::Other, None),
            ("", Heard::Unreadable, None),
            ("[]", Heard::Unreadable, None),
        ] {
            assert_eq!(read(text), (heard, number), "{text}");
        }
    }

    #[test]
    fn what_we_say_is_short() {
        let token = "x".repeat(100);
        for said in [heartbeat(Some(u64::MAX)), identify(&token, 1, 2), resume(&token, &token, None)] {
            assert!(said.to_string().len() < 4096, "{said}");
        }
        assert_eq!(heartbeat(None)["d"], Value::Null);
        assert_eq!(identify("t", 1, 2)["d"]["shard"], json!([1, 2]));
    }
}
