//! How the service is asked: methods without regard to capitals, in four forms, and refused where the token is not its.

use serde_json::json;
use whimbrel_world::telegram::Telegram;

use super::{call, png, read};

#[tokio::test]
async fn methods_are_asked_for_in_any_case_and_form() {
    let telegram = Telegram::start();
    let ada = telegram.person("ada");
    ada.says("/start");
    let base = format!("{}/bot{}", telegram.api_url(), telegram.token());
    let client = reqwest::Client::new();
    let id = ada.id().to_string();
    let form = reqwest::multipart::Form::new().text("chat_id", id.clone()).text("text", "four");
    for request in [
        client.get(format!("{base}/SENDMESSAGE?chat_id={id}&text=one")),
        client.post(format!("{base}/sendmessage")).json(&json!({ "chat_id": ada.id(), "text": "two" })),
        client.post(format!("{base}/SendMessage")).form(&[("chat_id", id.as_str()), ("text", "three")]),
        client.post(format!("{base}/sendMessage")).multipart(form),
    ] {
        assert_eq!(read(request).await.result()["chat"]["id"], ada.id());
        telegram.clock().advance(chrono::TimeDelta::seconds(5));
    }
    let texts: Vec<String> = telegram.told().into_iter().map(|told| told.message.text).collect();
    assert_eq!(texts, ["one", "two", "three", "four"]);
    telegram.expects_no_violations();
}

#[tokio::test]
async fn tokens_and_methods_have_to_be_known() {
    let telegram = Telegram::start();
    let ask = async |path: &str| {
        let answer = read(reqwest::Client::new().get(format!("{}/{path}", telegram.api_url()))).await;
        (answer.status, answer.refusal().to_owned())
    };
    assert_eq!(ask("bot4200000001:another/getMe").await, (401, "Unauthorized".to_owned()));
    assert_eq!(ask("botnonsense/getMe").await, (404, "Not Found".to_owned()));
    assert_eq!(ask("hello").await, (404, "Not Found".to_owned()));
    let token = telegram.token();
    assert_eq!(ask(&format!("bot{token}/getThings")).await, (404, "Not Found: method not found".to_owned()));
    let fresh = telegram.revokes_token();
    assert_eq!(ask(&format!("bot{token}/getMe")).await, (401, "Unauthorized".to_owned()));
    let me = call(&telegram, "getMe", json!({})).await;
    assert!(fresh.starts_with("4200000001:") && me.result()["id"] == 4_200_000_001_i64, "{}", me.body);
    for name in ["is_bot", "can_join_groups", "supports_inline_queries"] {
        assert_eq!(me.result()[name], true, "{name}");
    }
    for name in ["can_read_all_group_messages", "has_main_web_app"] {
        assert_eq!(me.result()[name], false, "{name}");
    }
}

#[tokio::test]
async fn what_a_method_does_not_have_is_noted() {
    let telegram = Telegram::start();
    telegram.person("ada").says("hello");
    let chat = telegram.person("ada").id();
    let ask = json!({ "chat_id": chat, "text": "x", "disable_web_page_preview": true });
    call(&telegram, "sendMessage", ask).await.result();
    assert_eq!(telegram.journal().violations, ["sendmessage has no `disable_web_page_preview`"]);
    for (ask, words) in [
        (json!({ "text": "x" }), "Bad Request: chat_id is empty"),
        (json!({ "chat_id": chat }), "Bad Request: message text is empty"),
        (json!({ "chat_id": 7, "text": "x" }), "Bad Request: chat not found"),
        (json!({ "chat_id": "nobody", "text": "x" }), "Bad Request: chat not found"),
    ] {
        let answer = call(&telegram, "sendMessage", ask).await;
        assert_eq!((answer.status, answer.refusal()), (400, words));
    }
    let journal = telegram.journal();
    assert_eq!((journal.refused(), journal.of("SendMessage").count()), (4, 5));
    assert!(journal.calls.iter().all(|call| call.micros > 0 && call.at <= chrono::Utc::now()));
    assert_eq!(journal.calls[0].parameters["text"], "x");
}

#[tokio::test]
async fn pictures_come_alone_and_in_albums() {
    let telegram = Telegram::start();
    let ada = telegram.person("ada");
    ada.says("/start");
    let base = format!("{}/bot{}", telegram.api_url(), telegram.token());
    let part = |bytes: Vec<u8>, name: &str| reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned());
    let form = |bytes: Vec<u8>| {
        reqwest::multipart::Form::new()
            .text("chat_id", ada.id().to_string())
            .text("caption", "<b>ranks</b>")
            .text("parse_mode", "HTML")
            .part("photo", part(bytes, "ranks.png"))
    };
    let client = reqwest::Client::new();
    let sent = read(client.post(format!("{base}/sendPhoto")).multipart(form(png(800, 400)))).await;
    assert_eq!(sent.result()["photo"][1]["width"], 800);
    let id = sent.result()["photo"][1]["file_id"].as_str().expect("an id").to_owned();
    assert_eq!(ada.sees_last().expect("it arrived").to_string(), "(picture ranks.png 800×400)\n*ranks*");
    for (bytes, words) in [
        (b"GIF89a".to_vec(), "Bad Request: IMAGE_PROCESS_FAILED"),
        (png(9000, 2000), "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        (png(4100, 200), "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        (Vec::new(), "Bad Request: file must be non-empty"),
    ] {
        let refused = read(client.post(format!("{base}/sendPhoto")).multipart(form(bytes))).await;
        assert_eq!(refused.refusal(), words);
    }

    telegram.take_journal();
    let media = json!([
        { "type": "photo", "media": "attach://a", "caption": "one" },
        { "type": "photo", "media": id },
    ]);
    let form = reqwest::multipart::Form::new()
        .text("chat_id", ada.id().to_string())
        .text("media", media.to_string())
        .part("a", part(png(10, 10), "a.png"));
    let sent = read(client.post(format!("{base}/sendMediaGroup")).multipart(form)).await;
    assert_eq!(sent.result().as_array().map(Vec::len), Some(2));
    let seen = ada.sees();
    let albums: Vec<_> = seen.iter().filter_map(|seen| seen.album.as_deref()).collect();
    assert!(albums.len() == 2 && albums[0] == albums[1]);
    assert_eq!(seen[seen.len() - 1].photo.as_ref().map(|photo| photo.name.as_str()), Some("ranks.png"));
    telegram.expects_no_violations();
}
