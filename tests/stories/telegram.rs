//! People and the bot on Telegram: what they ask is answered, and news comes as they wish.

use std::fs;

use whimbrel_world::telegram::{Person, Telegram};
use whimbrel_world::{World, catalog_of, eventually};

pub(crate) const CURLEW: (&str, &str) = ("curlew", "https://github.com/example/curlew");
pub(crate) const GODWIT: (&str, &str) = ("godwit", "https://github.com/example/godwit");
pub(crate) const PLOVER: (&str, &str) = ("plover", "https://github.com/example/plover");

/// The program with a bot and a catalog.
pub(crate) async fn begin(telegram: &Telegram) -> World {
    let mut world = prepare(telegram);
    world.variable("WHIMBREL_TELEGRAM__TOKEN", &telegram.token());
    start(&mut world).await;
    world
}

/// A catalog, and where Telegram is.
pub(crate) fn prepare(telegram: &Telegram) -> World {
    let mut world = World::new();
    world.hurry();
    world.write("birds.md", catalog_of("Birds", [CURLEW]));
    world.follow("birds", "birds.md");
    world.configure(&format!("[fanout]\nsettle = \"0s\"\n[telegram]\napi_url = \"{}\"", telegram.api_url()));
    world
}

pub(crate) async fn start(world: &mut World) {
    world.start_with(&["run", "--config", "whimbrel.toml", "--log-format", "json", "--log", "trace"]).await;
    world.is_ready().await;
}

/// Ends it: nobody misbehaved, and the token is nowhere.
pub(crate) async fn end(telegram: &Telegram, mut world: World) {
    let said = world.stop().await;
    let secret = telegram.token();
    assert!(said.len() > 1000 && !said.contains(&secret), "the log is silent, or shows the token:\n{said}");
    for name in ["whimbrel.toml", "whimbrel-data/subscriptions.json"] {
        let held = fs::read_to_string(world.path(name)).unwrap_or_default();
        assert!(!held.contains(&secret), "{name} holds the token");
    }
    telegram.expects_no_violations();
}

/// Presses a button once it is there.
pub(crate) async fn press(person: &Person, label: &str) {
    eventually(&format!("a button `{label}` under {:?}", person.sees_last()), || async {
        let last = person.sees_last()?;
        last.labels().concat().contains(&label).then_some(())
    })
    .await;
    person.presses(label);
}

#[tokio::test]
async fn somebody_subscribes_by_buttons_alone_and_hears_of_an_edit() {
    let telegram = Telegram::start();
    let world = begin(&telegram).await;
    let ada = telegram.person("ada");
    ada.says("/start");
    for label in ["Subscribe", "Birds", "Next ›", "At once"] {
        press(&ada, label).await;
    }
    ada.waits_for("Subscribed").await;
    // One message that changed, and not a trail of them.
    assert_eq!(ada.sees().iter().filter(|seen| seen.by_bot).count(), 1, "{:?}", ada.sees());
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT]));
    let news = ada.waits_for("godwit").await;
    assert!(news.to_string().contains(GODWIT.1), "{news}");

    // What a week would say can be seen before it ends.
    ada.says("/subscribe birds weekly mon 09:00 Europe/Berlin");
    ada.waits_for("Weekly on Monday at 09:00 (Europe/Berlin)").await;
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT, PLOVER]));
    ada.waits_for("plover").await;
    ada.says("/digest now");
    ada.waits_for("Which digest?").await;
    press(&ada, "2: Weekly on Monday at 09:00").await;
    eventually("the digest", || async {
        ada.sees().iter().any(|seen| seen.to_string().contains("If the digest came now")).then_some(())
    })
    .await;
    assert!(ada.toasts().iter().all(Option::is_some), "every press was answered: {:?}", ada.toasts());
    let offered = |person: &Person| {
        let mut offered = person.offered().into_iter().filter(|(name, _)| name == "subscriptions");
        offered.next().map(|(_, description)| description)
    };
    assert_eq!(offered(&ada).as_deref(), Some("What is subscribed to here"));
    let dora = telegram.person("dora").language("de");
    assert_eq!(offered(&dora).as_deref(), Some("Was hier abonniert ist"));
    end(&telegram, world).await;
}

#[tokio::test]
async fn in_groups_only_admins_change_what_comes() {
    let telegram = Telegram::start();
    let world = begin(&telegram).await;
    let (ada, bob) = (telegram.person("ada"), telegram.person("bob"));
    let group = telegram.supergroup("Birders <3 & friends", &ada);
    group.joins(&bob).adds_bot();
    let reads = |words: &'static str| {
        let group = group.clone();
        async move {
            eventually(&format!("`{words}` in the group, which reads {:?}", group.sees().last()), || async {
                group.sees().into_iter().rfind(|seen| seen.by_bot && seen.to_string().contains(words))
            })
            .await
        }
    };
    bob.says_in(&group, "/subscribe birds instant");
    reads("Only admins may change").await;
    bob.says_in(&group, "/subscriptions");
    reads("Nothing is subscribed to here yet").await;
    bob.says_in(&group, "/dance");
    ada.says_in(&group, &format!("/subscribe@{} birds instant", telegram.username()));
    reads("Subscribed").await;
    bob.presses_in(&group, "Undo");
    eventually("a word beside the press", || async {
        let toasts = bob.toasts();
        toasts.first()?.as_ref()?.text.as_ref()?.contains("Only admins").then_some(())
    })
    .await;
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT]));
    reads("godwit").await;
    assert!(!group.sees().iter().any(|seen| seen.by_bot && seen.to_string().contains("dance")));
    end(&telegram, world).await;
}

#[tokio::test]
async fn a_channel_is_served_for_its_admin() {
    let telegram = Telegram::start();
    let world = begin(&telegram).await;
    let (ada, bob) = (telegram.person("ada"), telegram.person("bob"));
    let channel = telegram.channel("Bird news", &ada).username("birdnews");
    ada.says("/subscribe @birdnews birds instant");
    ada.waits_for("I do not know that chat").await;
    let mute = telegram.channel("Quiet birds", &ada).username("quietbirds");
    mute.adds_bot().takes_right("can_post_messages");
    ada.says("/subscribe @quietbirds birds instant");
    ada.waits_for("I may not write there").await;
    channel.adds_bot();
    bob.says("/subscribe @birdnews birds instant");
    bob.waits_for("Only admins of that chat").await;
    bob.says("/subscribe @nowhere birds instant");
    bob.waits_for("I do not know that chat").await;
    ada.says("/subscribe @birdnews birds instant");
    ada.waits_for("Subscribed").await;
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT]));
    eventually("news in the channel", || async {
        channel.sees().iter().any(|seen| seen.to_string().contains("godwit")).then_some(())
    })
    .await;
    end(&telegram, world).await;
}

#[tokio::test]
async fn who_blocks_the_bot_gets_nothing_until_they_speak_again() {
    let telegram = Telegram::start();
    let world = begin(&telegram).await;
    let ada = telegram.person("ada");
    ada.says("/subscribe birds instant");
    ada.waits_for("Subscribed").await;
    ada.blocks();
    world.logs("takes no news any more: the bot was blocked").await;
    let sent = telegram.count();
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT]));
    world.hears("godwit").await;
    assert_eq!(telegram.count(), sent, "nothing is tried");
    ada.says("/help");
    ada.waits_for("godwit").await;
    end(&telegram, world).await;
}

#[tokio::test]
async fn a_kill_loses_nothing() {
    let telegram = Telegram::start();
    let mut world = begin(&telegram).await;
    let (ada, bob) = (telegram.person("ada"), telegram.person("bob"));
    ada.says("/subscribe birds instant");
    ada.waits_for("Subscribed").await;
    // It may have come to anything when the program dies: nothing, a subscription, an answer.
    bob.says("/subscribe birds weekly mon 09:00");
    world.kill();
    ada.says("/subscribe birds daily 09:00");
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT]));
    start(&mut world).await;
    ada.waits_for("Daily at 09:00").await;
    eventually("news for ada", || async {
        ada.sees().iter().any(|seen| seen.by_bot && seen.to_string().contains("godwit")).then_some(())
    })
    .await;
    eventually("an answer for bob", || async { bob.sees_last() }).await;
    bob.says("/subscriptions");
    let list = bob.waits_for("Subscriptions").await;
    assert_eq!(list.to_string().matches("Weekly on Monday").count(), 1, "{list}");
    end(&telegram, world).await;
}

#[tokio::test]
async fn a_group_that_grows_keeps_what_it_subscribed_to() {
    let telegram = Telegram::start();
    let world = begin(&telegram).await;
    let ada = telegram.person("ada");
    let group = telegram.group("Birders", &ada);
    group.adds_bot();
    ada.says_in(&group, "/subscribe birds instant");
    eventually("the subscription", || async {
        group.sees().iter().any(|seen| seen.by_bot && seen.to_string().contains("Subscribed")).then_some(())
    })
    .await;
    let larger = group.upgrades();
    world.logs(&format!("is telegram:{} now", larger.id())).await;
    world.write("birds.md", catalog_of("Birds", [CURLEW, GODWIT]));
    eventually("news in the larger group", || async {
        larger.sees().iter().any(|seen| seen.to_string().contains("godwit")).then_some(())
    })
    .await;
    end(&telegram, world).await;
}
