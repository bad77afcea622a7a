//! Where the bot may write: channels, threads, forums, direct messages, webhooks.

use serde_json::json;

use super::{ask, client, discord, read, say, write};

const VIEW: u64 = 1 << 10;
const SEND: u64 = 1 << 11;
const EMBED: u64 = 1 << 14;
const ATTACH: u64 = 1 << 15;
const IN_THREADS: u64 = 1 << 38;

#[tokio::test]
async fn rights_are_asked_for_in_each_channel() {
    let discord = discord();
    let guild = discord.guild("Readers");
    for (name, denied, body, code) in [
        ("seen", 0, json!({ "content": "a" }), 0),
        ("hidden", VIEW, json!({ "content": "a" }), 50001),
        ("mute", SEND, json!({ "content": "a" }), 50013),
        ("plain", EMBED, json!({ "embeds": [{ "title": "a" }] }), 50013),
        ("plain", EMBED, json!({ "content": "a" }), 0),
        ("light", ATTACH, json!({ "content": "a" }), 0),
    ] {
        let place = guild.channel(name);
        place.denies(denied);
        let answer = write(&discord, &place, body).await;
        assert_eq!(answer.code(), code, "{name}: {}", answer.text);
    }
    let general = guild.channel("general");
    guild.kicks_bot();
    assert_eq!(say(&discord, &general, "a").await.code(), 50001);
    guild.invites_bot();
    assert_eq!(say(&discord, &general, "a").await.status, 200);
    general.closes();
    assert_eq!(say(&discord, &general, "a").await.code(), 10003);
    discord.expects_no_violations();
    for _ in 0..2 {
        say(&discord, &general, "a").await;
    }
    assert_eq!(discord.journal().violations.len(), 1, "the same thing again and again");
}

#[tokio::test]
async fn threads_wake_up_unless_they_are_locked() {
    let discord = discord();
    let guild = discord.guild("Readers");
    let path = format!("/channels/{}/threads", guild.channel("general").id());
    let made = ask(&discord, "POST", &path, json!({ "name": "talk", "type": 11 })).await;
    assert_eq!((made.status, &made.json()["type"]), (201, &json!(11)), "{}", made.text);
    let thread = discord.place(made.id());
    thread.archives();
    let edited = format!("/channels/{}", thread.id());
    assert_eq!(ask(&discord, "PATCH", &edited, json!({ "name": "new" })).await.code(), 50083);
    assert_eq!(say(&discord, &thread, "a").await.status, 200);
    assert!(!thread.is_archived());
    thread.locks();
    assert_eq!(say(&discord, &thread, "a").await.code(), 160_005);
    guild.channel("general").denies(IN_THREADS);
    assert_eq!(say(&discord, &thread, "a").await.code(), 50013);
    let root = say(&discord, &guild.channel("general"), "root").await.id();
    let path = format!("/channels/{}/messages/{root}/threads", guild.channel("general").id());
    let from = ask(&discord, "POST", &path, json!({ "name": "about it" })).await;
    assert_eq!(from.id(), root, "it has the id of the message");
    assert_eq!(ask(&discord, "POST", &path, json!({ "name": "again" })).await.code(), 160_004);
    discord.most_threads(2);
    let path = format!("/channels/{}/threads", guild.channel("general").id());
    assert_eq!(ask(&discord, "POST", &path, json!({ "name": "one more", "type": 11 })).await.code(), 160_006);
}

#[tokio::test]
async fn a_forum_takes_posts_with_tags() {
    let discord = discord();
    let forum = discord.guild("Readers").forum("news", &["releases", "entries"]);
    assert_eq!(say(&discord, &forum, "a").await.code(), 50008);
    let json = ask(&discord, "GET", &format!("/channels/{}", forum.id()), json!(null)).await.json();
    let tag = json["available_tags"][1]["id"].clone();
    let path = format!("/channels/{}/threads", forum.id());
    for (body, code) in [
        (json!({ "name": "Week 10", "message": { "content": "a" }, "applied_tags": [tag] }), 0),
        (json!({ "name": "Week 10", "message": { "content": "a" } }), 0),
        (json!({ "name": "Week 10" }), 50035),
        (json!({ "name": "x".repeat(101), "message": { "content": "a" } }), 50035),
        (json!({ "name": "a", "message": { "content": "a" }, "applied_tags": ["1"] }), 50035),
        (json!({ "name": "a", "message": {} }), 50006),
    ] {
        discord.limits(|limits| limits.messages.0 = 100);
        let answer = ask(&discord, "POST", &path, body).await;
        assert_eq!(answer.code(), code, "{}", answer.text);
    }
    forum.needs_tag();
    let untagged = json!({ "name": "a", "message": { "content": "a" } });
    assert_eq!(ask(&discord, "POST", &path, untagged).await.code(), 40067);
    let posts = discord.guild("Readers").threads();
    assert_eq!(posts.len(), 2);
    assert_eq!((posts[0].name(), posts[0].tags()), ("Week 10".to_owned(), vec!["entries".to_owned()]));
    assert_eq!(posts[0].reads(), ["a"]);
    assert_eq!(say(&discord, &posts[1], "more").await.status, 200);
    discord.expects_no_violations();
}

#[tokio::test]
async fn direct_messages_reach_those_who_take_them() {
    let discord = discord();
    let ada = discord.guild("Readers").member("ada");
    let open = json!({ "recipient_id": ada.id().to_string() });
    let direct = ask(&discord, "POST", "/users/@me/channels", open.clone()).await;
    assert_eq!((&direct.json()["type"], direct.id()), (&json!(1), ada.in_private().place().id()));
    let place = discord.place(direct.id());
    assert_eq!(say(&discord, &place, "hello").await.status, 200);
    assert_eq!(ada.in_private().sees(), ["hello"]);
    assert_eq!(ask(&discord, "POST", "/users/@me/channels", open).await.id(), direct.id());
    ada.closes_private(true);
    assert_eq!(say(&discord, &place, "hello?").await.code(), 50007);
    let nobody = ask(&discord, "POST", "/users/@me/channels", json!({ "recipient_id": "1" })).await;
    assert_eq!(nobody.code(), 50033);
}

#[tokio::test]
async fn webhooks_need_their_address_only() {
    let discord = discord();
    discord.limits(|limits| limits.webhooks.0 = 100);
    let guild = discord.guild("Readers");
    let (general, forum) = (guild.channel("general"), guild.forum("news", &[]));
    let hook = general.webhook("News");
    let post = async |url: &str, body| read(client().post(url).json(&body)).await;
    let silent = post(&hook.url(), json!({ "content": "a" })).await;
    assert_eq!((silent.status, silent.text.as_str()), (204, ""));
    let told = post(&format!("{}?wait=true", hook.url()), json!({ "content": "b", "username": "Owl" })).await;
    assert_eq!(told.json()["webhook_id"], hook.id().to_string());
    assert_eq!(general.messages()[1].author, "Owl");
    let message = format!("{}/messages/{}", hook.url(), told.id());
    assert_eq!(read(client().patch(&message).json(&json!({ "content": "c" }))).await.json()["content"], "c");
    assert_eq!(read(client().delete(&message)).await.status, 204);
    assert_eq!(general.reads(), ["a"]);

    let of_forum = forum.webhook("News").url();
    for (url, body, code) in [
        (of_forum.clone(), json!({ "content": "a" }), 220_001),
        (format!("{of_forum}?thread_id=1"), json!({ "content": "a", "thread_name": "b" }), 220_002),
        (hook.url(), json!({ "content": "a", "thread_name": "b" }), 220_003),
        (format!("{of_forum}?thread_id=1"), json!({ "content": "a" }), 10003),
        (hook.url() + "x", json!({ "content": "a" }), 50027),
    ] {
        assert_eq!(post(&url, body.clone()).await.code(), code, "{url} {body}");
    }
    let posted = post(&format!("{of_forum}?wait=true"), json!({ "content": "a", "thread_name": "b" })).await;
    let thread = posted.json()["channel_id"].as_str().map(str::to_owned).expect("a post");
    let more = format!("{of_forum}?thread_id={thread}");
    assert_eq!(post(&more, json!({ "content": "c" })).await.status, 204);
    assert_eq!(guild.threads()[0].reads(), ["a", "c"]);
    discord.expects_no_violations();
    post(&hook.url(), json!({ "content": "a", "nonce": "1" })).await;
    assert_eq!(discord.take_journal().violations, ["nobody reads the field nonce"]);
    let url = hook.url();
    hook.goes();
    for violations in [0, 1] {
        assert_eq!(post(&url, json!({ "content": "a" })).await.code(), 10015);
        assert_eq!(discord.journal().violations.len(), violations);
    }
}
