//! Topics, groups whose admins hide, channels that are shown, groups that move: what comes where.

use whimbrel_world::telegram::{Fault, Place, Seen, Telegram};
use whimbrel_world::{catalog_of, eventually};

use crate::telegram::{CURLEW, GODWIT, PLOVER, begin, end, press};

/// Waits until a message of the bot there has this in it.
async fn reads(place: &Place, words: &str) -> Seen {
    reads_in(place, words, |_| true).await
}

/// Waits until a message of the bot in this topic has this in it.
async fn reads_in_topic(place: &Place, words: &str, topic: i32) -> Seen {
    reads_in(place, words, |seen| seen.topic == Some(topic)).await
}

async fn reads_in(place: &Place, words: &str, here: impl Fn(&Seen) -> bool) -> Seen {
    eventually(&format!("`{words}` there, which reads {:?}", place.sees().last()), || async {
        let of_bot = place.sees().into_iter().filter(|seen| seen.by_bot && here(seen));
        of_bot.rev().find(|seen| seen.to_string().contains(words))
    })
    .await
}

#[tokio::test]
async fn each_topic_of_a_forum_subscribes_by_itself() {
    let telegram = Telegram::start();
    let world = begin(&telegram).await;
    let ada = telegram.person("ada");
    let forum = telegram.forum("Birders", &ada);
    forum.adds_bot();
    let (waders, other) = (forum.topic("Waders"), forum.topic("Other birds"));
    ada.says_in_topic(&forum, waders, "/subscribe birds instant");
    assert_eq!(reads(&forum, "Subscribed").await.topic, Some(waders), "the answer comes where it was asked");
    ada.says_in_topic(&forum, other, "/subscriptions");
    assert_eq!(reads(&forum, "Nothing is subscribed to here yet").await.topic, Some(other));
    ada.says_in(&forum, "/subscriptions");
    eventually("an answer in the general topic", || async {
        let of_bot = forum.sees().into_iter().filter(|seen| seen.by_bot);
        of_bot.into_iter().any(|seen| seen.topic.is_none()).then_some(())
    })
    .await;
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT]));
    assert_eq!(reads(&forum, "godwit").await.topic, Some(waders));
    // A topic that is gone takes no news, and the others do not mind.
    ada.says_in_topic(&forum, other, "/subscribe birds instant");
    reads_in_topic(&forum, "Subscribed", other).await;
    forum.deletes_topic(waders);
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT, PLOVER]));
    assert_eq!(reads(&forum, "plover").await.topic, Some(other));
    world.logs("message thread not found").await;
    end(&telegram, world).await;
}

#[tokio::test]
async fn admins_who_hide_may_change_what_comes() {
    let telegram = Telegram::start();
    let world = begin(&telegram).await;
    let (ada, bob) = (telegram.person("ada"), telegram.person("bob"));
    let group = telegram.supergroup("Birders", &ada);
    group.joins(&bob).adds_bot();
    group.creator_is_anonymous(true);
    ada.says_in(&group, "/subscribe birds instant");
    reads(&group, "Subscribed").await;
    // A press shows who pressed, also where they write in the group's name.
    bob.presses_in(&group, "Undo");
    eventually("a word for bob", || async {
        let toasts = bob.toasts();
        toasts.first()?.as_ref()?.text.as_ref()?.contains("Only admins").then_some(())
    })
    .await;
    ada.presses_in(&group, "Undo");
    reads(&group, "Ended").await;
    end(&telegram, world).await;
}

#[tokio::test]
async fn a_channel_is_subscribed_by_forwarding_one_of_its_messages() {
    let telegram = Telegram::start();
    let world = begin(&telegram).await;
    let (ada, bob) = (telegram.person("ada"), telegram.person("bob"));
    let channel = telegram.channel("Bird news", &ada);
    ada.says_in(&channel, "Welcome!");
    ada.forwards(&channel);
    ada.waits_for("I do not know that chat").await;
    channel.adds_bot();
    bob.forwards(&channel);
    bob.waits_for("Only admins of that chat").await;
    ada.forwards(&channel);
    ada.waits_for("What do you want news of?").await;
    for label in ["Birds", "Next ›", "At once"] {
        press(&ada, label).await;
    }
    ada.waits_for("Subscribed").await;
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT]));
    reads(&channel, "godwit").await;
    assert!(
        !ada.sees().iter().any(|seen| seen.to_string().contains("godwit")),
        "it comes to the channel only"
    );
    end(&telegram, world).await;
}

#[tokio::test]
async fn news_that_waits_while_a_group_moves_arrives_in_the_new_one() {
    let telegram = Telegram::start();
    let world = begin(&telegram).await;
    let ada = telegram.person("ada");
    // One is told by the refusal of a message, the other by the word of the service about the move.
    for silently in [false, true] {
        let group = telegram.group("Birders", &ada);
        group.adds_bot();
        ada.says_in(&group, "/subscribe birds instant");
        reads(&group, "Subscribed").await;
        let polls = silently.then(|| telegram.fails(Fault::Hang).on("getUpdates"));
        let sends = telegram.fails(Fault::InternalError).on("sendMessage");
        let (bird, entries) = if silently {
            ("plover", vec![CURLEW, GODWIT, PLOVER])
        } else {
            ("godwit", vec![CURLEW, GODWIT])
        };
        world.write("birds.md", catalog_of("Birds", entries));
        world.hears(bird).await;
        eventually("a try that fails", || async {
            telegram
                .journal()
                .calls
                .iter()
                .any(|call| call.fault && call.chat == Some(group.id()))
                .then_some(())
        })
        .await;
        let larger = group.upgrades();
        if !silently {
            world.logs(&format!("is telegram:{} now", larger.id())).await;
        }
        sends.heals();
        reads(&larger, bird).await;
        if let Some(polls) = polls {
            polls.heals();
        }
        larger.removes_bot();
    }
    end(&telegram, world).await;
}

#[tokio::test]
async fn what_a_group_refused_arrives_when_it_moves_to_where_it_may() {
    let telegram = Telegram::start();
    let world = begin(&telegram).await;
    let ada = telegram.person("ada");
    let group = telegram.group("Birders", &ada);
    group.adds_bot();
    ada.says_in(&group, "/subscribe birds instant");
    reads(&group, "Subscribed").await;
    // Nobody tells of that: the next message is refused, and no further one is tried.
    group.takes_right("can_send_messages");
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT]));
    world.logs("it is left alone until it asks again").await;
    let larger = group.upgrades();
    reads(&larger, "godwit").await;
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT, PLOVER]));
    reads(&larger, "plover").await;
    end(&telegram, world).await;
}
