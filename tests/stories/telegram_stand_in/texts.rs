//! Texts are read as strictly as the service reads them.

use serde_json::{Value, json};
use whimbrel_world::telegram::{Limits, Telegram};

use super::call;

fn start() -> (Telegram, i64) {
    let telegram = Telegram::start();
    telegram.limits(|limits| *limits = Limits::none());
    let ada = telegram.person("ada");
    ada.says("/start");
    (telegram, ada.id())
}

async fn html(telegram: &Telegram, chat: i64, text: &str) -> Result<Value, String> {
    let ask = json!({ "chat_id": chat, "text": text, "parse_mode": "HTML" });
    let answer = call(telegram, "sendMessage", ask).await;
    if answer.status == 200 { Ok(answer.result().clone()) } else { Err(answer.refusal().to_owned()) }
}

#[tokio::test]
async fn html_that_the_service_refuses_is_refused_in_its_words() {
    let (telegram, chat) = start();
    let parse = "Bad Request: can't parse entities: ";
    let cases = [
        ("a < b", "Unsupported start tag \"\" at byte offset 2"),
        ("é <br>", "Unsupported start tag \"br\" at byte offset 3"),
        ("<b>x", "Can't find end tag corresponding to start tag \"b\""),
        ("<b><i>x</b></i>", "Unmatched end tag at byte offset 7, expected \"</i>\", found \"</b>\""),
        ("</b>", "Unexpected end tag at byte offset 0"),
    ];
    for (text, words) in cases {
        assert_eq!(html(&telegram, chat, text).await.expect_err(text), format!("{parse}{words}"));
    }
    assert_eq!(telegram.journal().violations.len(), cases.len());
    for (text, read) in [("a & b", "a & b"), ("&lt;b&gt; &nbsp;", "<b> &nbsp;"), ("x\u{202e}y", "xy")] {
        assert_eq!(html(&telegram, chat, text).await.expect(text)["text"], read);
    }
    assert_eq!(html(&telegram, chat, "<b></b>").await.unwrap_err(), "Bad Request: text must be non-empty");
}

#[tokio::test]
async fn lengths_are_counted_after_parsing_in_utf16() {
    let (telegram, chat) = start();
    let full = format!("<b>{}</b>", "😀".repeat(2048));
    let sent = html(&telegram, chat, &full).await.expect("4096 units");
    assert_eq!(sent["entities"], json!([{ "type": "bold", "offset": 0, "length": 4096 }]));
    let over = html(&telegram, chat, &format!("{full}x")).await;
    assert_eq!(over.unwrap_err(), "Bad Request: message is too long");
}

#[tokio::test]
async fn entities_can_be_given_instead_of_marks() {
    let (telegram, chat) = start();
    let with = async |entities: Value| {
        call(&telegram, "sendMessage", json!({ "chat_id": chat, "text": "😀 ab", "entities": entities }))
            .await
    };
    let link = json!([{ "type": "text_link", "offset": 3, "length": 2, "url": "https://a.b/" }]);
    assert_eq!(with(link.clone()).await.result()["entities"], link);
    let shown = telegram.person("ada").sees_last().expect("it arrived").shown;
    assert_eq!(shown, "😀 [ab](https://a.b/)");
    let beyond = with(json!([{ "type": "bold", "offset": 3, "length": 3 }])).await;
    assert_eq!(beyond.refusal(), "Bad Request: ENTITY_BOUNDS_INVALID");
}

#[tokio::test]
async fn an_edit_has_to_change_something() {
    let (telegram, chat) = start();
    let id = html(&telegram, chat, "<b>a</b>").await.expect("sent")["message_id"].clone();
    let edit = async |ask: Value| {
        let mut ask = ask;
        (ask["chat_id"], ask["message_id"]) = (chat.into(), id.clone());
        let answer = call(&telegram, "editMessageText", ask).await;
        if answer.status == 200 { "done".to_owned() } else { answer.refusal().to_owned() }
    };
    let same = edit(json!({ "text": "<b>a</b>", "parse_mode": "html" })).await;
    assert!(same.starts_with("Bad Request: message is not modified: "), "{same}");
    assert_eq!(edit(json!({ "text": "a" })).await, "done");
    let button = json!({ "inline_keyboard": [[{ "text": "x", "callback_data": "é".repeat(33) }]] });
    assert_eq!(
        edit(json!({ "text": "b", "reply_markup": button })).await,
        "Bad Request: BUTTON_DATA_INVALID"
    );
    let ada = telegram.person("ada");
    assert_eq!(ada.sees_last().map(|seen| (seen.text, seen.edited.is_some())), Some(("a".to_owned(), true)));

    let delete = json!({ "chat_id": chat, "message_id": id });
    telegram.clock().advance(chrono::TimeDelta::hours(48));
    let late = call(&telegram, "deleteMessage", delete.clone()).await;
    assert_eq!(late.refusal(), "Bad Request: message can't be deleted");
    let fresh = html(&telegram, chat, "b").await.expect("sent")["message_id"].clone();
    let delete = json!({ "chat_id": chat, "message_id": fresh });
    assert_eq!(call(&telegram, "deleteMessage", delete.clone()).await.result(), true);
    let gone = call(&telegram, "deleteMessage", delete).await;
    assert_eq!(gone.refusal(), "Bad Request: message to delete not found");
}
