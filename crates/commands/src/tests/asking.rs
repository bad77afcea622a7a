//! Questions and their answers, in one chat.

use chrono::TimeDelta;

use super::world::World;
use crate::{Admission, How, Reply, What};

fn knowing(names: &[&str]) -> World {
    let world = World::new();
    world.list("awesome-go", "Awesome Go", names.iter().map(|name| (*name).to_owned()));
    world.index();
    world
}

fn labels(reply: &Reply) -> Vec<Vec<&str>> {
    reply.buttons.iter().map(|row| row.iter().map(|button| button.label.as_str()).collect()).collect()
}

#[tokio::test]
async fn words_are_found_links_are_shown_and_names_are_mended() {
    let world = knowing(&["etcd-io/etcd", "redis/go-redis"]);
    let found = world.types("redis").await;
    assert!(found.plain().starts_with("Found for `redis`\n1. redis/go-redis"), "{}", found.plain());
    let shown = world.presses(&found, "1").await;
    assert_eq!(shown.how, How::New, "the list stays");
    let plain = shown.plain();
    assert!(
        plain.starts_with("redis/go-redis\n")
            && plain.contains("\ngithub.com/redis/go-redis\nListed in\nAwesome Go / Databases"),
        "{plain}"
    );
    for link in ["https://github.com/etcd-io/etcd", "look: https://github.com/etcd-io/etcd#readme"] {
        assert!(world.types(link).await.plain().starts_with("etcd-io/etcd\n"), "{link}");
    }
    let wrong = world.types("/show ecdt").await;
    assert!(wrong.plain().contains("`ecdt`"), "{}", wrong.plain());
    assert_eq!(labels(&wrong), [["etcd-io/etcd"]]);
    assert!(world.presses(&wrong, "etcd-io/etcd").await.plain().starts_with("etcd-io/etcd\n"));
    assert!(world.types("/fnid raft").await.plain().contains("did you mean /find?"));
    assert!(world.types("/top by magic").await.plain().contains("is no measure"));
    let link = whimbrel_lookup::Question::Show { project: "etcd".to_owned() }.deep_link().unwrap();
    assert!(world.types(&format!("/start {link}")).await.plain().starts_with("etcd-io/etcd\n"));
}

#[tokio::test]
async fn every_question_has_an_answer_in_a_chat() {
    let mut world = knowing(&["etcd-io/etcd", "redis/go-redis"]);
    world.now += TimeDelta::hours(1);
    world.added("awesome-go", "Awesome Go", "etcd-io/etcd").await;
    let mut wrong = Vec::new();
    for (question, told) in [
        ("/catalogs", "Catalogs\n1. Awesome Go · "),
        ("/top awesome-go", "No project in it was looked at yet."),
        ("/new", "New\n1. etcd-io/etcd · added 20 November 2026 · Awesome Go / Databases: A thing"),
        ("/releases awesome-go", "Nothing was told."),
        ("/movers awesome-go", "Nobody moved."),
        ("/compare etcd go-redis", "etcd-io/etcd and redis/go-redis"),
        ("/history etcd", "History of etcd-io/etcd\n1. Added: etcd-io/etcd"),
        ("/random awesome-go", "Listed in"),
        ("/feed new awesome-go", "Atom: /c/awesome-go/feed.atom?kind=added"),
        ("/why etcd", "Added: etcd-io/etcd"),
    ] {
        let plain = world.types(question).await.plain();
        if !plain.contains(told) {
            wrong.push(format!("{question}: {plain}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[tokio::test]
async fn pages_are_turned_also_of_questions_too_long_for_a_button() {
    let names: Vec<String> = (0..20).map(|number| format!("owner/thing-{number}")).collect();
    let world = knowing(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let question = format!("/find thing {}", "catalog:awesome-go ".repeat(4));
    for question in
        ["/find thing", &question, "/find thing section:\"Databases / Key-Value\" catalog:awesome-go"]
    {
        let first = world.types(question).await;
        let second = world.presses(&first, "›").await;
        assert_eq!(second.how, How::Edit);
        assert_ne!(first.plain(), second.plain());
        let back = world.presses(&second, "‹").await;
        assert_eq!(back.plain(), first.plain(), "{question}");
        let third = world.presses(&second, "›").await;
        assert!(third.button("›").is_none() && third.plain().lines().count() == 5, "{}", third.plain());
    }
    let first = world.types(&format!("/find {}", "thing ".repeat(12))).await;
    assert!(world.presses(&first, "›").await.plain().contains("thing-"));
    let forget = world.types("/forget").await;
    world.presses(&forget, "Forget everything").await;
    assert!(world.presses(&first, "›").await.notice.is_some_and(|notice| notice.contains("ask it again")));
    let forgotten = world.press("j.2.#123456").await;
    assert!(forgotten.notice.is_some_and(|notice| notice.contains("ask it again")));
}

#[tokio::test]
async fn what_was_asked_about_can_be_subscribed_to() {
    let world = knowing(&["etcd-io/etcd"]);
    for (question, title, filter) in [
        ("/show etcd", "etcd-io/etcd", "project:etcd-io/etcd"),
        ("/new awesome-go", "New in Awesome Go", "catalog:awesome-go kind:added"),
        ("raft consensus", "Found", "raft consensus"),
    ] {
        let answer = world.types(question).await;
        let Some(_) = answer.button("Subscribe to this") else {
            assert!(answer.plain().contains("Nothing was found"), "{question}: {}", answer.plain());
            continue;
        };
        let rhythms = world.presses(&answer, "Subscribe to this").await;
        assert!(rhythms.plain().starts_with(title), "{}", rhythms.plain());
        assert!(world.presses(&rhythms, "‹ Back").await.plain() == answer.plain());
        let done = world.presses(&rhythms, "Weekly").await;
        assert!(done.plain().starts_with("Subscribed"), "{}", done.plain());
        assert!(world.told().iter().any(|told| told.contains(filter)), "{:?}", world.told());
    }
    assert_eq!(world.told().len(), 2);
}

#[tokio::test]
async fn in_a_group_only_admins_subscribe_and_nobody_is_overheard() {
    let mut world = knowing(&["etcd-io/etcd"]);
    (world.place.private, world.who.may_change) = (false, false);
    assert!(world.types("just talking").await.plain().contains("begin with a slash"));
    let answer = world.types("/show etcd").await;
    let refused = world.presses(&answer, "Subscribe to this").await;
    assert!(refused.notice.is_some_and(|notice| notice.contains("Only admins")));
    assert!(world.told().is_empty());
}

#[tokio::test]
async fn a_link_suggests_nothing_in_the_name_of_who_follows_it() {
    let world = knowing(&["etcd-io/etcd"]);
    let question = whimbrel_lookup::Question::Suggest { source: "https://x.example/y".to_owned() };
    let told = world.types(&format!("/start {}", question.deep_link().unwrap())).await.plain();
    assert!(told.contains("send me this line") && told.ends_with("/suggest https://x.example/y"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn questions_and_cards_do_not_wait_for_each_other() {
    let world = knowing(&["etcd-io/etcd"]);
    let inner = &world.commands.inner;
    let soon = std::time::Duration::from_mins(1);
    let questions = inner.gate.acquire_many(2).await.unwrap();
    let cards = tokio::time::timeout(soon, world.commands.cards("etcd", 1, world.now)).await;
    assert_eq!(cards.expect("questions are asked").cards.len(), 1);
    drop(questions);
    let _cards = inner.cards_gate.acquire_many(1).await.unwrap();
    assert!(inner.cards_gate.try_acquire().is_err(), "one at a time");
    let shown = tokio::time::timeout(soon, world.types("/show etcd")).await;
    assert!(shown.expect("cards are made").plain().starts_with("etcd-io/etcd"));
    let letters = (0..40).filter(|_| world.commands.admits_letter("telegram:1", world.now)).count();
    assert_eq!(letters, 10);
}

#[tokio::test]
async fn who_asks_too_much_is_told_once_and_holds_up_nobody() {
    let world = knowing(&["etcd-io/etcd"]);
    let asks = |who: &str, text: &str, at| {
        let what = What::Typed(text.to_owned());
        world.commands.admit(who, Some(&world.place.destination), &what, at)
    };
    let minute = (1..=10_000).map(|step| world.now + TimeDelta::milliseconds(6 * step));
    let given: Vec<Admission> = minute.map(|at| asks("telegram:1", "/find etcd", at)).collect();
    let count = |wanted| given.iter().filter(|one| **one == wanted).count();
    assert!((12..=43).contains(&count(Admission::Answer)), "{} answers", count(Admission::Answer));
    assert_eq!(count(Admission::Refusal), 1);
    let later = world.now + TimeDelta::minutes(1);
    assert_eq!(asks("telegram:2", "/find etcd", later), Admission::Answer, "others are answered at once");
    assert_eq!(asks("telegram:1", "/pause", later), Admission::Answer, "nothing is looked up for that");
    // Many in one place share what the place has.
    let all = (3..1_000).map(|who| asks(&format!("telegram:{who}"), "/top", later));
    assert!(all.filter(|one| *one == Admission::Answer).count() <= 60);
}
