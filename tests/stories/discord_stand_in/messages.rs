//! Messages come once, are changed, and ping whom they may.

use serde_json::json;

use super::{ask, discord, read, request, say, write};

#[tokio::test]
async fn a_message_comes_is_changed_and_goes() {
    let discord = discord();
    let general = discord.guild("Readers").channel("general");
    let made = say(&discord, &general, "hello").await;
    assert_eq!(made.status, 200);
    let path = format!("/channels/{}/messages/{}", general.id(), made.id());
    let json = made.json();
    assert_eq!((&json["content"], &json["author"]["username"]), (&json!("hello"), &json!("whimbrel")));
    assert_eq!(ask(&discord, "GET", &path, json!(null)).await.id(), made.id());
    let changed = ask(&discord, "PATCH", &path, json!({ "content": "bye" })).await;
    assert_eq!(changed.json()["content"], "bye");
    assert_ne!(changed.json()["edited_timestamp"], json!(null));
    assert_eq!(general.reads(), ["bye"]);
    let listed =
        ask(&discord, "GET", &format!("/channels/{}/messages?limit=1", general.id()), json!(null)).await;
    assert_eq!(listed.json().as_array().map(Vec::len), Some(1));
    assert_eq!(ask(&discord, "DELETE", &path, json!(null)).await.status, 204);
    assert_eq!(ask(&discord, "GET", &path, json!(null)).await.code(), 10008);
    discord.expects_no_violations();
}

#[tokio::test]
async fn a_nonce_makes_a_message_the_same_one_for_some_minutes() {
    let discord = discord();
    discord.clock().set(super::at("2026-03-01T10:00:00Z"));
    let general = discord.guild("Readers").channel("general");
    let body = json!({ "content": "once", "nonce": "7-1", "enforce_nonce": true });
    let first = write(&discord, &general, body.clone()).await.id();
    assert_eq!(write(&discord, &general, body.clone()).await.id(), first);
    assert_eq!(general.messages().len(), 1);
    assert!(discord.journal().calls[1].repeated && discord.journal().delivered() == 1);
    let lax = json!({ "content": "once", "nonce": "7-1" });
    assert_ne!(write(&discord, &general, lax).await.id(), first, "nobody asked to enforce it");
    discord.expects_no_violations();
    let other = json!({ "content": "another", "nonce": "7-1", "enforce_nonce": true });
    assert_eq!(write(&discord, &general, other).await.id(), first);
    assert_eq!(discord.journal().violations, ["the nonce of another message: this one would be lost"]);
    discord.clock().advance(chrono::TimeDelta::minutes(4));
    assert_ne!(write(&discord, &general, body).await.id(), first, "it is forgotten");
    let long = json!({ "content": "a", "nonce": "x".repeat(26) });
    assert_eq!(write(&discord, &general, long).await.code(), 50035);
}

#[tokio::test]
async fn the_journal_says_who_was_pinged() {
    let discord = discord();
    let guild = discord.guild("Readers");
    let ada = guild.member("ada");
    let general = guild.channel("general");
    general.allows(1 << 17);
    let text = format!("@everyone <@{}> @here", ada.id());
    for (allowed, pinged) in [
        (json!({ "parse": [] }), vec![]),
        (json!({ "parse": ["users"] }), vec!["ada"]),
        (json!({ "users": [ada.id().to_string()] }), vec!["ada"]),
        (json!({ "parse": ["everyone"] }), vec!["everyone", "here"]),
    ] {
        let answer = write(&discord, &general, json!({ "content": text, "allowed_mentions": allowed })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(discord.journal().calls.last().map(|call| call.pinged.clone()), Some(pinged_of(&pinged)));
    }
    discord.expects_no_violations();
    write(&discord, &general, json!({ "content": text })).await;
    assert_eq!(discord.journal().violations, ["without allowed_mentions, everyone, here, ada pinged"]);
    let both = json!({ "content": "a", "allowed_mentions": { "parse": ["users"], "users": ["1"] } });
    discord.limits(|limits| limits.messages.0 = 100);
    assert_eq!(write(&discord, &general, both).await.code(), 50035);
    let quiet = json!({ "embeds": [{ "description": text }] });
    write(&discord, &general, quiet).await;
    assert_eq!(general.messages().last().map(|message| message.pinged.len()), Some(0), "embeds ping nobody");
}

fn pinged_of(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn files_come_beside_a_message_and_show_in_embeds() {
    let discord = discord();
    let general = discord.guild("Readers").channel("general");
    let payload = json!({ "attachments": [{ "id": 0, "filename": "ranks.png", "description": "Ranks" }],
        "embeds": [{ "title": "Ranks", "image": { "url": "attachment://ranks.png" } }] });
    let part = reqwest::multipart::Part::bytes(vec![1, 2, 13, 10, 3]).file_name("upload.png");
    let form =
        reqwest::multipart::Form::new().text("payload_json", payload.to_string()).part("files[0]", part);
    let path = format!("/channels/{}/messages", general.id());
    let request = request(&discord, "POST", &path).header("authorization", format!("Bot {}", super::TOKEN));
    let made = read(request.multipart(form)).await;
    assert_eq!(made.json()["attachments"][0]["filename"], "ranks.png", "{}", made.text);
    let message = general.messages().remove(0);
    assert_eq!(message.files, [("ranks.png".to_owned(), vec![1, 2, 13, 10, 3].into())]);
    assert_eq!(general.reads(), ["│ Ranks\n│ <ranks.png>"]);
    discord.expects_no_violations();
    write(&discord, &general, payload).await;
    let missing = json!({ "embeds": [{ "title": "a", "image": { "url": "attachment://b.png" } }] });
    assert_eq!(write(&discord, &general, missing).await.status, 200);
    assert_eq!(discord.journal().violations, ["an embed shows b.png, which was not sent"]);
}
