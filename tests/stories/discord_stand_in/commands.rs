//! People use commands, press, choose and type; answers come in time or not at all.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};
use whimbrel_world::discord::{Discord, Person, Used};

use super::{ask, at, discord, read, request};

fn set(discord: &Discord, guild: Option<u64>) -> String {
    let place = guild.map_or_else(String::new, |guild| format!("/guilds/{guild}"));
    format!("/applications/{}{place}/commands", discord.application())
}

fn option(kind: u8, name: &str) -> Value {
    json!({ "type": kind, "name": name, "description": "d" })
}

/// A bot that answers whoever uses something while the story waits: `answers` says what it sends for the nth time.
async fn answering(discord: &Discord, does: impl Future<Output = Used>, answer: Value) -> Used {
    let responder = async {
        // The newest interaction has the largest id; the gateway would have told it.
        let id = whimbrel_world::eventually("something used", || async { discord.waiting().pop() }).await;
        let path = format!("/interactions/{}/{}/callback", id.0, id.1);
        let answered = read(request(discord, "POST", &path).json(&answer)).await;
        assert!(answered.status < 300, "{}", answered.text);
    };
    let (used, ()) = tokio::join!(does, responder);
    used
}

async fn ready(discord: &Discord) -> Person {
    let catalog =
        json!({ "type": 3, "name": "catalog", "description": "d", "required": true, "autocomplete": true });
    let add = json!({ "type": 1, "name": "add", "description": "d", "options": [catalog, option(4, "top")] });
    let subscribe = json!({ "name": "subscribe", "description": "d", "options": [add],
        "default_member_permissions": "32", "contexts": [0, 1], "integration_types": [0, 1] });
    let help = json!({ "name": "help", "description": "d" });
    let answer = ask(discord, "PUT", &set(discord, None), json!([subscribe, help])).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let guild = discord.guild("Readers");
    let ada = guild.member("ada");
    guild.role("admin", 32, &ada);
    ada
}

#[tokio::test]
async fn commands_are_checked_and_kept() {
    let discord = discord();
    ready(&discord).await;
    let path = set(&discord, None);
    let ids = ask(&discord, "GET", &path, json!(null)).await.json();
    let many: Vec<Value> = (0..26).map(|it| option(3, &format!("o{it}"))).collect();
    let command =
        |name: &str, options: Value| json!([{ "name": name, "description": "d", "options": options }]);
    let choices = json!([{ "name": "a", "value": "x".repeat(101) }]);
    for wrong in [
        command("Upper", json!([])),
        command("with space", json!([])),
        command(&"x".repeat(33), json!([])),
        command("x", json!(many)),
        command("x", json!([option(12, "a")])),
        command("x", json!([option(3, "a"), option(3, "a")])),
        command("x", json!([option(1, "a"), option(3, "b")])),
        command(
            "x",
            json!([option(3, "a"), { "type": 3, "name": "b", "description": "d", "required": true }]),
        ),
        command("x", json!([{ "type": 3, "name": "b", "description": "d", "choices": choices }])),
        json!([{ "name": "x", "description": "d".repeat(101) }]),
        json!([{ "name": "x" }]),
        json!([{ "name": "x", "description": "d", "default_member_permissions": 32 }]),
        json!([{ "name": "x", "description": "d" }, { "name": "x", "description": "d" }]),
        json!((0..101).map(|it| json!({ "name": format!("c{it}"), "description": "d" })).collect::<Vec<_>>()),
        json!({}),
    ] {
        discord.limits(|limits| limits.other.0 = 1000);
        let answer = ask(&discord, "PUT", &path, wrong.clone()).await;
        assert_eq!((answer.status, answer.code()), (400, 50035), "{wrong}: {}", answer.text);
    }
    assert_eq!(ask(&discord, "GET", &path, json!(null)).await.json(), ids, "nothing of it was taken");
    discord.limits(|limits| limits.commands_a_day = 3);
    let one = json!({ "name": "one", "description": "d" });
    let made = ask(&discord, "POST", &path, one.clone()).await;
    assert_eq!(
        (made.status, ask(&discord, "POST", &path, one).await.status),
        (201, 200),
        "replaced, not made"
    );
    let two = ask(&discord, "POST", &path, json!({ "name": "two", "description": "d" })).await;
    assert_eq!(two.code(), 30034);
    let own = set(&discord, Some(discord.guild("Readers").id()));
    discord.limits(|limits| limits.commands_a_day = 200);
    assert_eq!(ask(&discord, "PUT", &own, json!([{ "name": "own", "description": "d" }])).await.status, 200);
    let elsewhere = discord.guild("Writers").member("bob");
    assert_eq!(elsewhere.offered(), ["/help", "/one"]);
    assert_eq!(discord.guild("Readers").member("bob").offered(), ["/own", "/help", "/one"]);
    let place = format!("{path}/{}", made.json()["id"].as_str().unwrap_or_default());
    assert_eq!(ask(&discord, "DELETE", &place, json!(null)).await.status, 204);
    assert_eq!(ask(&discord, "DELETE", &place, json!(null)).await.code(), 10063);
    discord.expects_no_violations();
}

#[tokio::test]
async fn a_command_is_answered_at_once_or_after_a_while() {
    let discord = discord();
    let ada = ready(&discord).await;
    assert_eq!(ada.offered(), ["/subscribe add", "/help"]);
    assert_eq!(discord.guild("Readers").member("bob").offered(), ["/help"], "bob manages nothing");
    let answer = json!({ "type": 4, "data": { "content": "**done**" } });
    let used = answering(&discord, ada.uses("/subscribe add", json!({ "catalog": "go" })), answer).await;
    assert_eq!((used.reads().await.as_str(), used.is_ephemeral()), ("done", false));
    let path = format!("/interactions/{}/{}/callback", used.id(), used.token());
    let again = read(request(&discord, "POST", &path).json(&json!({ "type": 5 }))).await;
    assert_eq!(again.code(), 40060);

    let later = json!({ "type": 5, "data": { "flags": 64 } });
    let used = answering(&discord, ada.uses("/help", json!({})), later).await;
    assert_eq!(ada.sees().last().map(String::as_str), Some("whimbrel is thinking …"));
    let hook = format!("/webhooks/{}/{}", discord.application(), used.token());
    let original = format!("{hook}/messages/@original");
    let edited = read(request(&discord, "PATCH", &original).json(&json!({ "content": "help" }))).await;
    assert_eq!(edited.status, 200, "{}", edited.text);
    assert_eq!((used.reads().await.as_str(), used.is_ephemeral()), ("help", true));
    let more = read(request(&discord, "POST", &hook).json(&json!({ "content": "more" }))).await;
    assert_eq!(more.status, 200);
    assert_eq!(ada.sees(), ["done", "help", "more"]);
    assert_eq!(discord.guild("Readers").member("bob").sees(), ["done", "more"]);
    discord.expects_no_violations();
    discord.clock().advance(TimeDelta::minutes(16));
    let late = read(request(&discord, "POST", &hook).json(&json!({ "content": "late" }))).await;
    assert_eq!((late.status, late.code()), (401, 50027));
}

#[tokio::test]
async fn an_answer_after_three_seconds_comes_too_late() {
    let discord = discord();
    discord.clock().set(at("2026-03-01T10:00:00Z"));
    let ada = ready(&discord).await;
    let used = tokio::spawn(async move { ada.uses("/help", json!({})).await });
    let waiting = whimbrel_world::eventually("something used", || async { discord.waiting().pop() }).await;
    discord.clock().advance(TimeDelta::milliseconds(3001));
    let path = format!("/interactions/{}/{}/callback", waiting.0, waiting.1);
    let late = read(request(&discord, "POST", &path).json(&json!({ "type": 5 }))).await;
    assert_eq!((late.status, late.code()), (404, 10062));
    assert_eq!(discord.journal().violations.len(), 1);
    let used = used.await.expect("it ends");
    assert!(used.failed() && used.took().is_none());
}

#[tokio::test]
async fn buttons_selects_forms_and_proposals_work() {
    let discord = discord();
    let ada = ready(&discord).await;
    let button = json!({ "type": 2, "style": 1, "label": "Weekly", "custom_id": "w" });
    let select = json!({ "type": 3, "custom_id": "s", "placeholder": "Catalog",
        "options": [{ "label": "Go", "value": "go" }, { "label": "Rust", "value": "rust" }] });
    let rows = json!([{ "type": 1, "components": [button] }, { "type": 1, "components": [select] }]);
    let choose = json!({ "type": 4, "data": { "content": "Choose", "components": rows, "flags": 64 } });
    answering(&discord, ada.uses("/help", json!({})), choose).await;
    assert_eq!(ada.sees(), ["Choose\n[Weekly]\n(Catalog: Go, Rust)"]);
    let update = json!({ "type": 7, "data": { "content": "Rust it is", "components": [] } });
    let form = json!({ "type": 9, "data": { "title": "When", "custom_id": "m", "components": [
        { "type": 1, "components": [{ "type": 4, "custom_id": "t", "style": 1, "label": "Time" }] }] } });
    let used = answering(&discord, ada.presses("Weekly"), form).await;
    let thanks = json!({ "type": 4, "data": { "content": "Thanks", "flags": 64 } });
    answering(&discord, ada.fills_in(&used, &[("Time", "09:00")]), thanks).await;
    answering(&discord, ada.chooses("Catalog", &["Rust"]), update).await;
    assert_eq!(ada.sees(), ["Rust it is", "Thanks"]);

    let proposals = json!({ "type": 8, "data": { "choices": [{ "name": "awesome-go", "value": "go" }] } });
    let proposed = async {
        let typed = ada.types_into("/subscribe add", "catalog", "awe").await;
        assert_eq!(typed, ["awesome-go"]);
        ada.uses("/help", json!({})).await
    };
    let responder = async {
        let it = whimbrel_world::eventually("typing", || async { discord.waiting().pop() }).await;
        let path = format!("/interactions/{}/{}/callback", it.0, it.1);
        let many: Vec<Value> = (0..26).map(|it| json!({ "name": it.to_string(), "value": "v" })).collect();
        let many = json!({ "type": 8, "data": { "choices": many } });
        assert_eq!(read(request(&discord, "POST", &path).json(&many)).await.code(), 50035);
        let message = json!({ "type": 4, "data": { "content": "no" } });
        assert_eq!(read(request(&discord, "POST", &path).json(&message)).await.code(), 50035);
        assert_eq!(read(request(&discord, "POST", &path).json(&proposals)).await.status, 204);
        let it = whimbrel_world::eventually("help", || async { discord.waiting().pop() }).await;
        let path = format!("/interactions/{}/{}/callback?with_response=true", it.0, it.1);
        let body = json!({ "type": 4, "data": { "content": "help" } });
        let told = read(request(&discord, "POST", &path).json(&body)).await.json();
        assert_eq!(told["resource"]["message"]["content"], "help");
    };
    let (used, ()) = tokio::join!(proposed, responder);
    assert!(used.took().is_some_and(|took| took < Duration::from_secs(3)));
    discord.expects_no_violations();
}
