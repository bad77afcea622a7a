//! People ask the bot on Telegram what is known.

use whimbrel_world::github::Github;
use whimbrel_world::telegram::{Person, Telegram};
use whimbrel_world::{World, catalog_of, eventually};

use super::telegram::{CURLEW, GODWIT, PLOVER, begin, end, press, start};

/// What the bot wrote last, in one text: words, links and buttons.
fn last(person: &Person) -> String {
    person.sees_last().map(|seen| seen.to_string()).unwrap_or_default()
}

/// The index follows a moment later: asks until the answer has this in it.
pub(crate) async fn finds(world: &World, name: &str) {
    eventually("the index has it", || async {
        let answer = world.run(&["ask", name, "--format", "json"]);
        answer.stdout.contains(&format!("/{name}\"")).then_some(())
    })
    .await;
}

#[tokio::test]
async fn words_links_and_commands_are_answered_and_lead_on() {
    let telegram = Telegram::start();
    let world = begin(&telegram).await;
    let ada = telegram.person("ada");
    finds(&world, "curlew").await;
    ada.says("curlew");
    ada.waits_for("Found for `curlew`").await;
    press(&ada, "1").await;
    let card = ada.waits_for("Listed in").await;
    assert!(card.to_string().contains(CURLEW.1), "{card}");
    ada.says("What is https://github.com/example/curlew about?");
    eventually("another card", || async {
        (ada.sees().iter().filter(|seen| seen.to_string().contains("Listed in")).count() == 2).then_some(())
    })
    .await;
    press(&ada, "Subscribe to this").await;
    ada.waits_for("project:example/curlew").await;
    press(&ada, "Daily").await;
    ada.waits_for("Daily at 09:00").await;
    let link = whimbrel_lookup::Question::Show { project: "example/curlew".to_owned() };
    ada.says(&format!("/start {}", link.deep_link().expect("it is short")));
    ada.waits_for("Listed in").await;
    ada.says("/show crulew");
    ada.waits_for("crulew").await;
    press(&ada, "example/curlew").await;
    ada.waits_for("Listed in").await;
    ada.says("/catalogs");
    ada.waits_for("· 1 entry · 1 section").await;
    ada.says("/fnid curlew");
    ada.waits_for("did you mean /find?").await;
    let offered: Vec<String> = ada.offered().into_iter().map(|(name, _)| name).collect();
    assert!(offered.starts_with(&["find".to_owned(), "show".to_owned()]), "{offered:?}");
    println!("{:#?}", ada.sees());
    end(&telegram, world).await;
}

#[tokio::test]
async fn long_lists_have_pages_in_one_message_and_groups_only_hear_commands() {
    let telegram = Telegram::start();
    let mut world = begin(&telegram).await;
    let names: Vec<(String, String)> =
        (0..20).map(|n| (format!("bird-{n}"), format!("https://github.com/example/bird-{n}"))).collect();
    let birds =
        [CURLEW, GODWIT, PLOVER].into_iter().chain(names.iter().map(|(a, b)| (a.as_str(), b.as_str())));
    world.write("birds.md", catalog_of("Birds", birds));
    finds(&world, "bird-19").await;
    let ada = telegram.person("ada");
    ada.says("/find bird");
    ada.waits_for("Found for `bird`").await;
    press(&ada, "›").await;
    eventually("the second page", || async { last(&ada).contains("bird-").then_some(()) }).await;
    ada.says("/new birds 7d");
    ada.waits_for("New in Birds in the last 7 days").await;
    press(&ada, "›").await;
    eventually("the second page", || async {
        ada.sees_last()?.labels().concat().contains(&"‹").then_some(())
    })
    .await;
    let bot: Vec<_> = ada.sees().into_iter().filter(|seen| seen.by_bot).collect();
    assert_eq!(bot.len(), 2, "pages are turned in place: {bot:#?}");
    // A question that is too long for a button, and a restart.
    ada.says(&format!("/find {}", "bird ".repeat(20)));
    ada.waits_for("bird bird bird").await;
    world.kill();
    start(&mut world).await;
    finds(&world, "bird-19").await;
    press(&ada, "›").await;
    eventually("the second page", || async {
        ada.sees_last()?.labels().concat().contains(&"‹").then_some(())
    })
    .await;
    let group = telegram.supergroup("Birders", &ada);
    group.adds_bot();
    ada.says_in(&group, "has anybody seen a curlew?");
    ada.says_in(&group, "/find curlew");
    eventually("an answer in the group", || async {
        group
            .sees()
            .iter()
            .any(|seen| seen.by_bot && seen.to_string().contains("Found for `curlew`"))
            .then_some(())
    })
    .await;
    assert_eq!(group.sees().iter().filter(|seen| seen.by_bot).count(), 1);
    end(&telegram, world).await;
}

#[tokio::test]
async fn a_card_comes_with_a_picture_of_its_stars() {
    let (telegram, github) = (Telegram::start(), Github::start());
    let etcd =
        github.repository("example/curlew").stars(1_200).language("Rust").license("MIT").release("v1.0.0");
    let mut world = super::telegram::prepare(&telegram);
    world.variable("WHIMBREL_TELEGRAM__TOKEN", &telegram.token());
    world.variable("WHIMBREL_WEB__PUBLIC_URL", "https://birds.example.org");
    world.follow_projects(&github);
    start(&mut world).await;
    eventually("a first look", || async {
        let (_, page) = world.get("/p/github.com~example~curlew/").await;
        page.contains("Stars <b>").then_some(())
    })
    .await;
    etcd.stars(1_450);
    let ada = telegram.person("ada");
    eventually("stars over time", || async {
        let answer = world.run(&["ask", "/show example/curlew", "--format", "json"]).json();
        (answer["charts"][0]["lines"][0]["points"].as_array()?.len() > 1).then_some(())
    })
    .await;
    ada.says("/show example/curlew");
    let seen = ada.waits_for("Listed in").await;
    assert!(seen.photo.is_some(), "{seen:?}");
    let text = seen.to_string();
    for part in
        ["example/curlew", "★ 1,450", "Rust", "MIT", "https://birds.example.org/p/github.com~example~curlew/"]
    {
        assert!(text.contains(part), "`{part}` is missing: {text}");
    }
    println!("{text}");
    press(&ada, "Subscribe to this").await;
    ada.waits_for("How often?").await;
    end(&telegram, world).await;
}

#[tokio::test]
async fn a_flood_of_questions_is_answered_with_one_word() {
    let telegram = Telegram::start();
    let world = begin(&telegram).await;
    finds(&world, "curlew").await;
    let (ada, bob) = (telegram.person("ada"), telegram.person("bob"));
    for _ in 0..400 {
        ada.says("/find curlew");
    }
    bob.says("/find curlew");
    bob.waits_for("Found for").await;
    // What costs nothing is answered, in its turn: after all that came before it.
    ada.says("/help");
    ada.waits_for("What you can ask").await;
    let said = |words: &str| {
        ada.sees().iter().filter(|seen| seen.by_bot && seen.to_string().contains(words)).count()
    };
    assert_eq!((said("a lot of questions"), said("What you can ask")), (1, 1));
    assert!(said("") < 30, "{} messages for 400 questions", said(""));
    assert_eq!(bob.sees().iter().filter(|seen| seen.by_bot).count(), 1);
    end(&telegram, world).await;
}

#[tokio::test]
async fn in_any_chat_cards_can_be_posted() {
    let telegram = Telegram::start();
    let world = begin(&telegram).await;
    let names: Vec<(String, String)> =
        (0..12).map(|n| (format!("bird-{n}"), format!("https://github.com/example/bird-{n}"))).collect();
    let birds = [CURLEW].into_iter().chain(names.iter().map(|(a, b)| (a.as_str(), b.as_str())));
    world.write("birds.md", catalog_of("Birds", birds));
    finds(&world, "bird-11").await;
    let ada = telegram.person("ada");
    let cards = |query: &'static str, offset: &'static str| {
        let (ada, number) = (ada.clone(), ada.asks_inline(query, offset));
        async move { eventually("cards", || async { ada.inline_results(&number) }).await }
    };
    let found = cards("curlew", "").await;
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0]["title"], "example/curlew");
    let text = found[0]["input_message_content"]["message_text"].as_str().unwrap_or_default();
    for part in ["what curlew is for", CURLEW.1, "Listed in", "https://t.me/"] {
        assert!(text.contains(part), "`{part}` is missing in {text}");
    }
    assert_eq!(cards("", "").await.len(), 8, "what many know");
    let (first, second) = (cards("bird", "").await, cards("bird", "2").await);
    assert!(first.len() == 8 && !second.is_empty() && first[7] != second[0]);
    assert_eq!(cards("/catalogs", "").await[0]["title"], "Catalogs");
    assert!(cards("nothing like it at all", "").await.is_empty());
    end(&telegram, world).await;
}
