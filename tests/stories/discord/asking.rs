//! People ask the bot on Discord what is known.

use serde_json::json;
use whimbrel_world::github::Github;
use whimbrel_world::{World, catalog_of, eventually};

use super::{Scene, list, scene, scene_in};

/// The program with four birds, all of them in the index.
async fn knowing() -> Scene {
    let scene = scene(|_| String::new()).await;
    scene.world.write("birds.md", list(4));
    scene.listens().await;
    eventually("the index has it", || async {
        let answer = scene.world.run(&["ask", "dunlin", "--format", "json"]);
        answer.stdout.contains("example.org/dunlin").then_some(())
    })
    .await;
    scene
}

#[tokio::test]
async fn slash_commands_answer_and_lead_on() {
    let scene = knowing().await;
    let found = scene.ben.uses("/find", json!({ "words": "godwit" })).await;
    let text = found.reads().await;
    assert!(
        text.contains("Found for `godwit`") && text.contains("1. godwit · Birds / Tools: what godwit is for"),
        "{text}"
    );
    assert!(found.is_ephemeral(), "others are not disturbed");
    let card = scene.ben.presses("1").await;
    let text = card.reads().await;
    assert!(text.contains("what godwit is for") && card.is_ephemeral(), "{text}");
    let public = scene.ben.uses("/catalogs", json!({ "public": true })).await;
    assert!(!public.is_ephemeral() && public.reads().await.contains("4 entries"));
    let opened = scene.ada.presses("1").await;
    assert!(opened.is_ephemeral(), "what one person opens is for that person");
    assert!(opened.reads().await.contains("Top by stars in Birds"), "{}", opened.reads().await);
    let wrong = scene.ben.uses("/top", json!({ "catalog": "brids" })).await;
    assert!(wrong.reads().await.contains("Did you mean"), "{}", wrong.reads().await);
    let new = scene.ada.uses("/new", json!({ "catalog": "birds", "period": "7d", "public": true })).await;
    assert!(new.reads().await.contains("New in Birds"), "{}", new.reads().await);
    scene.ada.presses("Subscribe to this").await;
    let done = scene.ada.presses("Weekly").await;
    assert!(done.reads().await.contains("Weekly on Monday"), "{}", done.reads().await);
    println!("{:#?}", scene.ada.sees());
    scene.ends(&[]).await;
}

#[tokio::test]
async fn who_asks_too_much_is_told_so_each_time_and_holds_up_nobody() {
    let scene = knowing().await;
    let mut refused = 0;
    for _ in 0..40 {
        let used = scene.ben.uses("/find", json!({ "words": "godwit", "public": true })).await;
        if used.reads().await.contains("a lot of questions at once") {
            assert!(used.is_ephemeral(), "nobody else is to read it");
            refused += 1;
        }
    }
    assert!(refused > 10, "{refused}");
    let found = scene.ada.in_private().uses("/find", json!({ "words": "godwit" })).await;
    assert!(found.reads().await.contains("Found for `godwit`"));
    scene.ends(&[]).await;
}

#[tokio::test]
async fn every_name_is_completed_while_it_is_typed() {
    let scene = knowing().await;
    for (command, option, typed, wanted) in [
        ("/show", "project", "godw", vec!["godwit"]),
        ("/top", "catalog", "bir", vec!["Birds"]),
        ("/new", "section", "too", vec!["Tools"]),
        ("/releases", "of", "bird", vec!["Birds"]),
        ("/compare", "projects", "curlew, dun", vec!["curlew, dunlin"]),
        ("/movers", "period", "last w", vec!["last w", "last week"]),
        ("/subscribe", "project", "plov", vec!["plover"]),
    ] {
        let shown = scene.ada.types_into(command, option, typed).await;
        assert_eq!(shown, wanted, "{command} {option}");
    }
    let chosen = scene.ada.proposals("/show", "project", "curl", json!({})).await;
    let card = scene.ada.uses("/show", json!({ "project": chosen[0].1 })).await;
    assert!(card.reads().await.contains("what curlew is for"), "{}", card.reads().await);
    scene.ends(&[]).await;
}

#[tokio::test]
async fn a_message_with_a_link_can_be_asked_about() {
    let scene = knowing().await;
    let public = scene.ada.uses("/find", json!({ "words": "plover", "public": true })).await;
    assert!(public.reads().await.contains("1. plover"));
    let card = scene.ben.chooses_on("1. plover", "What is this?").await;
    let text = card.reads().await;
    assert!(card.is_ephemeral() && text.contains("what plover is for"), "{text}");
    scene.ada.uses("/top", json!({ "catalog": "birds", "public": true })).await.answer().await;
    let none = scene.ben.chooses_on("Top by stars", "What is this?").await;
    assert!(none.reads().await.contains("I see no link"), "{}", none.reads().await);
    scene.ends(&[]).await;
}

#[tokio::test]
async fn pages_are_turned_in_one_message() {
    let scene = knowing().await;
    let names: Vec<(String, String)> =
        (0..20).map(|n| (format!("gull-{n}"), format!("https://example.org/gull-{n}"))).collect();
    let gulls = names.iter().map(|(name, url)| (name.as_str(), url.as_str()));
    scene.world.write("birds.md", catalog_of("Birds", gulls));
    eventually("the index has it", || async {
        let answer = scene.world.run(&["ask", "gull-19", "--format", "json"]);
        answer.stdout.contains("example.org/gull-19").then_some(())
    })
    .await;
    let first = scene.ada.uses("/find", json!({ "words": "gull" })).await;
    let (id, before) = (first.answer().await.id, first.reads().await);
    let second = scene.ada.presses("›").await;
    assert_eq!(second.answer().await.id, id);
    assert_ne!(second.reads().await, before);
    scene.ada.presses("›").await;
    let third = scene.ada.sees().pop().unwrap_or_default();
    assert!(third.contains("gull") && !third.contains("[›]"), "{third}");
    scene.ends(&[]).await;
}

#[tokio::test]
async fn a_card_comes_with_a_picture_of_its_stars() {
    let github = Github::start();
    let curlew = github.repository("example/curlew").stars(1_200).license("MIT");
    let token = |world: &mut World| {
        world.variable("WHIMBREL_DISCORD__TOKEN", super::TOKEN);
        world.follow_projects(&github);
    };
    let scene = scene_in(|_| {}, token, |_| String::new()).await;
    scene.listens().await;
    scene.world.write("birds.md", catalog_of("Birds", [("curlew", "https://github.com/example/curlew")]));
    let points = || {
        let answer = scene.world.run(&["ask", "/show example/curlew", "--format", "json"]);
        if answer.code != Some(0) {
            return 0;
        }
        answer.json()["charts"][0]["lines"][0]["points"].as_array().map_or(0, Vec::len)
    };
    eventually("a first look", || async {
        let (_, page) = scene.world.get("/p/github.com~example~curlew/").await;
        page.contains("Stars <b>").then_some(())
    })
    .await;
    curlew.stars(1_450);
    eventually("stars over time", || async { (points() > 1).then_some(()) }).await;
    let card = scene.ada.uses("/show", json!({ "project": "example/curlew" })).await;
    let message = card.answer().await;
    assert_eq!(message.files.len(), 1, "{message:#?}");
    assert!(card.reads().await.contains("★ 1,450"), "{}", card.reads().await);
    // In place of a picture come words alone.
    scene.ada.presses("Subscribe to this").await;
    let rhythms = scene.ada.presses("‹ Back").await;
    assert!(rhythms.reads().await.contains("★ 1,450"), "{}", rhythms.reads().await);
    scene.ends(&[]).await;
}
