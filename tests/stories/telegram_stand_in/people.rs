//! People type, press and read; the bot hears what it would hear.

use serde_json::{Value, json};
use whimbrel_world::telegram::{Action, Telegram, Toast};

use super::call;

async fn updates(telegram: &Telegram) -> Vec<Value> {
    let heard = call(telegram, "getUpdates", json!({ "offset": 0 })).await.result().clone();
    let heard = heard.as_array().cloned().unwrap_or_default();
    if let Some(last) = heard.last() {
        let next = json!({ "offset": last["update_id"].as_i64().unwrap_or(0) + 1, "timeout": 0 });
        // Nothing is left, and asking on does not wait: it is another offset.
        telegram.person("ada").says("/wake");
        call(telegram, "getUpdates", next).await.result();
    }
    heard
}

#[tokio::test]
async fn a_person_types_presses_and_reads() {
    let telegram = Telegram::start();
    let ada = telegram.person("ada").language("de");
    let id = ada.says("/start now");
    let heard = call(&telegram, "getUpdates", json!({})).await;
    let message = &heard.result()[0]["message"];
    assert_eq!(message["message_id"], id);
    assert_eq!(message["from"]["language_code"], "de");
    assert_eq!(message["entities"], json!([{ "type": "bot_command", "offset": 0, "length": 6 }]));

    let keyboard = json!({ "inline_keyboard": [
        [{ "text": "Weekly", "callback_data": "w" }, { "text": "Daily", "callback_data": "d" }],
        [{ "text": "Site", "url": "https://example.org/" }],
    ] });
    let ask = json!({
        "chat_id": ada.id(), "text": "How <b>often</b>?", "parse_mode": "HTML", "reply_markup": keyboard,
        "link_preview_options": { "is_disabled": true }, "disable_notification": true,
    });
    call(&telegram, "sendMessage", ask).await.result();
    let seen = ada.waits_for("How").await;
    assert_eq!(seen.to_string(), "How *often*?\n[Weekly] [Daily]\n[Site]");
    assert!(seen.no_preview && seen.silent && seen.by_bot);
    assert_eq!(seen.buttons[1][0].action, Action::Url("https://example.org/".to_owned()));

    ada.presses("Weekly");
    let next = heard.result()[0]["update_id"].as_i64().expect("a number") + 1;
    let pressed = call(&telegram, "getUpdates", json!({ "offset": next })).await;
    let query = &pressed.result()[0]["callback_query"];
    assert_eq!((&query["data"], &query["message"]["text"]), (&json!("w"), &json!("How often?")));
    let answer = json!({ "callback_query_id": query["id"], "text": "Done" });
    assert_eq!(call(&telegram, "answerCallbackQuery", answer.clone()).await.result(), true);
    assert_eq!(ada.toasts(), [Some(Toast { text: Some("Done".to_owned()), alert: false })]);
    telegram.expects_no_violations();
    call(&telegram, "answerCallbackQuery", answer.clone()).await.result();
    assert_eq!(telegram.journal().violations, ["a pressed button was answered twice"]);
    telegram.clock().advance(chrono::TimeDelta::minutes(16));
    let late = call(&telegram, "answerCallbackQuery", answer).await;
    assert!(late.refusal().starts_with("Bad Request: query is too old"), "{}", late.refusal());
}

#[tokio::test]
async fn in_groups_the_bot_hears_what_is_meant_for_it() {
    let telegram = Telegram::start();
    let (ada, bob) = (telegram.person("ada"), telegram.person("bob"));
    let club = telegram.supergroup("club", &ada);
    club.joins(&bob).adds_bot();
    updates(&telegram).await;
    for text in ["hello", "/help", "/help@whimbrel_bot", "/help@other_bot", "hi @whimbrel_bot"] {
        bob.says_in(&club, text);
    }
    let heard = updates(&telegram).await;
    let texts: Vec<_> = heard.iter().filter_map(|update| update["message"]["text"].as_str()).collect();
    assert_eq!(texts, ["/wake", "/help", "/help@whimbrel_bot", "hi @whimbrel_bot"]);

    // Admins who stay anonymous write in the group's name; as an admin the bot hears everything.
    club.promotes_bot().promotes_anonymous(&bob);
    bob.says_in(&club, "hello");
    let heard = updates(&telegram).await;
    let hello = heard.iter().find(|update| update["message"]["text"] == "hello").expect("it is heard");
    assert_eq!(hello["message"]["from"]["username"], "GroupAnonymousBot");
    assert_eq!(hello["message"]["sender_chat"]["id"], club.id());

    let channel = telegram.channel("news", &ada);
    channel.adds_bot();
    ada.says_in(&channel, "a post");
    let heard = updates(&telegram).await;
    assert!(heard.iter().any(|update| update["channel_post"]["text"] == "a post"));
}

#[tokio::test]
async fn commands_are_offered_by_scope_and_language() {
    let telegram = Telegram::start();
    let (ada, bob) = (telegram.person("ada"), telegram.person("bob").language("de"));
    let club = telegram.supergroup("club", &ada);
    club.joins(&bob).adds_bot();
    let set = async |scope: Value, language: &str, name: &str| {
        let commands = json!([{ "command": name, "description": "what it does" }]);
        let ask = json!({ "commands": commands, "scope": scope, "language_code": language });
        let answer = call(&telegram, "setMyCommands", ask).await;
        if answer.status == 200 { "set".to_owned() } else { answer.refusal().to_owned() }
    };
    assert_eq!(set(json!({ "type": "default" }), "", "start").await, "set");
    assert_eq!(set(json!({ "type": "all_private_chats" }), "de", "hilfe").await, "set");
    assert_eq!(set(json!({ "type": "all_chat_administrators" }), "", "settings").await, "set");
    let names =
        |offered: Vec<(String, String)>| offered.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!([names(ada.offered()), names(bob.offered())], [["start"], ["hilfe"]]);
    assert_eq!(names(club.offered_to(&ada, "")), ["settings"]);
    assert_eq!(names(club.offered_to(&bob, "de")), ["start"]);
    assert_eq!(set(json!({ "type": "default" }), "", "Start").await, "Bad Request: BOT_COMMAND_INVALID");
    assert_eq!(set(json!({ "type": "somewhere" }), "", "x").await.split(':').count(), 3);
    let nobody = set(json!({ "type": "chat", "chat_id": -5 }), "", "x").await;
    assert_eq!(nobody, "Bad Request: chat not found");
    call(&telegram, "deleteMyCommands", json!({})).await.result();
    assert_eq!(call(&telegram, "getMyCommands", json!({})).await.result(), &json!([]));
}

#[tokio::test]
async fn queries_typed_anywhere_are_answered_with_articles() {
    let telegram = Telegram::start();
    let ada = telegram.person("ada");
    let query = ada.asks_inline("ripgrep", "");
    let heard = call(&telegram, "getUpdates", json!({})).await;
    assert_eq!(heard.result()[0]["inline_query"]["query"], "ripgrep");
    let article = |id: &str| json!({ "type": "article", "id": id, "title": "t", "input_message_content": { "message_text": "m" } });
    let answer = async |results: Value| {
        let answer =
            call(&telegram, "answerInlineQuery", json!({ "inline_query_id": query, "results": results }))
                .await;
        if answer.status == 200 { "taken".to_owned() } else { answer.refusal().to_owned() }
    };
    assert_eq!(answer(json!([article("a"), article("a")])).await, "Bad Request: RESULT_ID_DUPLICATE");
    assert_eq!(answer(json!([article(&"x".repeat(65))])).await, "Bad Request: RESULT_ID_INVALID");
    assert_eq!(answer(json!([article("a")])).await, "taken");
    assert_eq!(ada.inline_results(&query).map(|results| results.len()), Some(1));
}
