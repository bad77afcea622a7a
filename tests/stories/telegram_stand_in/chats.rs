//! Places that refuse, move and have topics.

use serde_json::{Value, json};
use whimbrel_world::telegram::{Place, Telegram};

use super::{call, send};

async fn refusal(telegram: &Telegram, chat: i64) -> (u16, String) {
    let answer = send(telegram, chat, "x").await;
    (answer.status, answer.refusal().to_owned())
}

#[tokio::test]
async fn places_refuse_in_their_own_words() {
    let telegram = Telegram::start();
    let (ada, eve) = (telegram.person("ada"), telegram.person("eve"));
    let forbidden = |words: &str| (403, format!("Forbidden: {words}"));
    ada.says("/start");
    ada.blocks();
    assert_eq!(refusal(&telegram, ada.id()).await, forbidden("bot was blocked by the user"));
    ada.unblocks();
    assert_eq!(send(&telegram, ada.id(), "x").await.status, 200);
    ada.deactivates();
    assert_eq!(refusal(&telegram, ada.id()).await, forbidden("user is deactivated"));
    assert_eq!(refusal(&telegram, eve.id()).await, (400, "Bad Request: chat not found".to_owned()));

    let makers: [fn(&Telegram, &whimbrel_world::telegram::Person) -> Place; 3] =
        [|t, p| t.group("g", p), |t, p| t.supergroup("s", p), |t, p| t.channel("c", p)];
    for (make, noun) in makers.iter().zip(["group", "supergroup", "channel"]) {
        let place = make(&telegram, &eve);
        let member = forbidden(&format!("bot is not a member of the {noun} chat"));
        assert_eq!(refusal(&telegram, place.id()).await, member);
        place.adds_bot();
        assert_eq!(send(&telegram, place.id(), "x").await.status, 200);
        place.kicks_bot();
        let kicked = forbidden(&format!("bot was kicked from the {noun} chat"));
        assert_eq!(refusal(&telegram, place.id()).await, kicked);
    }
    let group = telegram.group("g", &eve);
    group.adds_bot().mutes_bot();
    let rights = "Bad Request: not enough rights to send text messages to the chat";
    assert_eq!(refusal(&telegram, group.id()).await, (400, rights.to_owned()));
    group.deletes();
    assert_eq!(refusal(&telegram, group.id()).await, forbidden("the group chat was deleted"));
    let channel = telegram.channel("c", &eve);
    channel.adds_bot().takes_right("can_post_messages");
    let rights = "Bad Request: need administrator rights in the channel chat";
    assert_eq!(refusal(&telegram, channel.id()).await, (400, rights.to_owned()));
    telegram.expects_no_violations();
}

#[tokio::test]
async fn a_group_that_grows_has_another_id() {
    let telegram = Telegram::start();
    let ada = telegram.person("ada");
    let group = telegram.group("club", &ada);
    group.adds_bot();
    let grown = group.upgrades();
    let answer = send(&telegram, group.id(), "x").await;
    assert_eq!(
        (answer.status, answer.refusal()),
        (400, "Bad Request: group chat was upgraded to a supergroup chat")
    );
    assert_eq!(answer.body["parameters"], json!({ "migrate_to_chat_id": grown.id() }));
    assert_eq!(send(&telegram, grown.id(), "x").await.status, 200);
    let updates = call(&telegram, "getUpdates", json!({})).await;
    let told: Vec<&Value> = updates.result().as_array().expect("updates").iter().collect();
    assert_eq!(told[0]["my_chat_member"]["new_chat_member"]["status"], "member");
    let grown_has_it = &told[2]["my_chat_member"];
    assert_eq!(
        (&grown_has_it["chat"]["id"], &grown_has_it["new_chat_member"]["status"]),
        (&json!(grown.id()), &json!("member"))
    );
    assert_eq!(told[3]["message"]["migrate_to_chat_id"], grown.id());
    assert_eq!(told[4]["message"]["migrate_from_chat_id"], group.id());
}

#[tokio::test]
async fn forums_have_topics_that_close_and_vanish() {
    let telegram = Telegram::start();
    telegram.limits(|limits| *limits = whimbrel_world::telegram::Limits::none());
    let ada = telegram.person("ada");
    let forum = telegram.forum("rust", &ada);
    forum.adds_bot();
    let news = forum.topic("news");
    let into = async |topic: Value| {
        let ask = json!({ "chat_id": forum.id(), "message_thread_id": topic, "text": "x" });
        let answer = call(&telegram, "sendMessage", ask).await;
        if answer.status == 200 { "sent".to_owned() } else { answer.refusal().to_owned() }
    };
    let lost = "Bad Request: message thread not found";
    assert_eq!([into(news.into()).await, into(Value::Null).await], ["sent", "sent"]);
    assert_eq!(
        [into(1.into()).await, into(777.into()).await],
        [lost, lost],
        "General has no number to send to"
    );
    forum.closes_topic(news);
    assert_eq!(into(news.into()).await, "Bad Request: TOPIC_CLOSED");
    forum.promotes_bot();
    assert_eq!(into(news.into()).await, "sent");
    forum.deletes_topic(news);
    assert_eq!(into(news.into()).await, lost);
    assert_eq!(forum.sees().len(), 1);

    let create = async |name: &str| {
        let answer =
            call(&telegram, "createForumTopic", json!({ "chat_id": forum.id(), "name": name })).await;
        if answer.status == 200 {
            answer.result()["message_thread_id"].to_string()
        } else {
            answer.refusal().to_owned()
        }
    };
    let topic = create("releases").await;
    assert_eq!(forum.topic_name(topic.parse().expect("a number")).as_deref(), Some("releases"));
    assert_eq!(create("").await, "Bad Request: TOPIC_TITLE_EMPTY");
    assert_eq!(create(&"x".repeat(129)).await, "Bad Request: TOPIC_TITLE_TOO_LONG");
    forum.takes_right("can_manage_topics");
    assert_eq!(create("more").await, "Bad Request: not enough rights to create a topic");
}

#[tokio::test]
async fn who_is_what_can_be_asked() {
    let telegram = Telegram::start();
    let (ada, bob, eve) = (telegram.person("ada"), telegram.person("bob"), telegram.person("eve"));
    let club = telegram.supergroup("club", &ada).username("rusty");
    club.adds_bot().promotes(&bob).joins(&eve).creator_is_anonymous(true);
    let status = async |user: i64| {
        let answer = call(&telegram, "getChatMember", json!({ "chat_id": "@Rusty", "user_id": user })).await;
        if answer.status == 200 {
            answer.result()["status"].as_str().unwrap_or_default().to_owned()
        } else {
            answer.refusal().to_owned()
        }
    };
    assert_eq!(status(ada.id()).await, "creator");
    assert_eq!(status(bob.id()).await, "administrator");
    assert_eq!(status(eve.id()).await, "member");
    assert_eq!(status(telegram.person("zoe").id()).await, "left");
    assert_eq!(status(1).await, "Bad Request: user not found");
    let admins = call(&telegram, "getChatAdministrators", json!({ "chat_id": club.id() })).await;
    let admins: Vec<_> =
        admins.result().as_array().expect("a list").iter().map(|a| a["user"]["id"].clone()).collect();
    assert_eq!(admins, [ada.id(), bob.id()]);
    let chat = call(&telegram, "getChat", json!({ "chat_id": club.id() })).await;
    assert_eq!((&chat.result()["title"], &chat.result()["type"]), (&json!("club"), &json!("supergroup")));
    assert_eq!(call(&telegram, "leaveChat", json!({ "chat_id": club.id() })).await.result(), true);
    assert_eq!(status(bob.id()).await, "Forbidden: bot is not a member of the supergroup chat");
}
