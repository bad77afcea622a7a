//! People suggest lists in channels of Discord, and are told there what was decided; or alone, or not at all.

use std::cell::RefCell;

use serde_json::json;
use whimbrel_world::discord::{Fault, Person, Place};
use whimbrel_world::website::{Page, Website};
use whimbrel_world::{World, catalog_of, eventually};

use super::{arrives, scene};

const SEND_MESSAGES: u64 = 1 << 11;

/// What waits to be decided, or to be told.
fn waiting(world: &World) -> String {
    std::fs::read_to_string(world.path("whimbrel-data/suggestions.json")).unwrap_or_default()
}

#[tokio::test]
async fn who_suggests_a_list_in_a_channel_is_told_what_was_decided_also_after_a_kill() {
    let website = Website::start();
    let made: RefCell<Option<(Place, Place, [Person; 2])>> = RefCell::default();
    let mut scene = scene(|guild| {
        let (keepers, hall) = (guild.channel("keepers"), guild.channel("hall"));
        hall.denies(SEND_MESSAGES);
        let told = format!("[admin]\nto = \"discord:{}\"\nsuggest_private = true", keepers.id());
        *made.borrow_mut() = Some((keepers, hall, ["cat", "dan"].map(|name| guild.member(name))));
        told
    })
    .await;
    scene.listens().await;
    let (keepers, hall, [cat, dan]) = made.take().expect("they are there");
    let (keeper, ben) = (scene.ada.at(&keepers), scene.ben.at(&hall));
    let (cat, dan) = (cat.at(&hall), dan.at(&hall));
    cat.closes_private(true);
    // In a channel; in one where the bot may not write; there by somebody who wants no messages of their own.
    for (number, (person, list)) in
        [(&scene.ben, "Gulls"), (&ben, "Terns"), (&cat, "Auks")].into_iter().enumerate()
    {
        let path = format!("/{list}.md");
        website.put(&path, Page::Document(catalog_of(list, [("curlew", "https://example.org/curlew")])));
        let used = person.uses("/suggest", json!({ "source": website.url(&path) })).await;
        let text = used.reads().await;
        assert!(text.contains("I tell here what they decide") && used.is_ephemeral(), "{text}");
        arrives(&keepers, &format!("Follow {list}?")).await;
        if number == 0 {
            // The one who is to be told waits for the program to come back.
            let silent =
                scene.discord.fails(Fault::Status(502)).on(&format!("{}/messages", scene.general.id()));
            keeper.presses("Follow it").await;
            eventually("the decision", || async {
                waiting(&scene.world).contains("\"accepted\":true").then_some(())
            })
            .await;
            scene.world.kill();
            silent.heals();
            scene.world.start().await;
            scene.world.is_ready().await;
            scene.listens().await;
            scene.arrives("Good news: the list that was suggested here is followed from now on: Gulls").await;
        } else {
            // Two suggest the same there, and each is told alone.
            let second = dan.uses("/suggest", json!({ "source": website.url(&path) })).await;
            second.reads().await;
            keeper.presses("No").await;
        }
        eventually("nothing left to tell", || async { (waiting(&scene.world) == "[]").then_some(()) }).await;
    }
    let alone = arrives(&scene.ben.in_private().place(), "not to follow the list you suggested: Terns").await;
    arrives(&dan.in_private().place(), "not to follow the list you suggested: Terns").await;
    assert_eq!((scene.count("Gulls"), alone.len(), hall.reads().len()), (1, 1, 0));
    let all = scene.general.reads().concat();
    assert!(!all.contains(&scene.ben.id().to_string()) && !all.contains("ben"), "it names nobody: {all}");
    assert_eq!(cat.in_private().place().reads().len(), 0);
    // Who is started again within five seconds begins more sessions than may be, and cannot know.
    scene.world.stop().await;
}

#[tokio::test]
async fn what_would_be_told_is_forgotten_by_who_asks_for_it_alone() {
    let website = Website::start();
    website.put("/gulls.md", Page::Document(catalog_of("Gulls", [("curlew", "https://example.org/curlew")])));
    let keepers: RefCell<Option<Place>> = RefCell::default();
    let scene = scene(|guild| {
        let place = guild.channel("keepers");
        let told = format!("[admin]\nto = \"discord:{}\"\nsuggest_private = true", place.id());
        *keepers.borrow_mut() = Some(place);
        told
    })
    .await;
    scene.listens().await;
    let keepers = keepers.take().expect("it is there");
    scene.ben.uses("/suggest", json!({ "source": website.url("/gulls.md") })).await;
    arrives(&keepers, "Follow Gulls?").await;
    let number = scene.ben.id().to_string();
    assert!(waiting(&scene.world).contains(&number), "{}", waiting(&scene.world));
    let alone = scene.ben.in_private();
    alone.uses("/forget", json!({})).await;
    alone.presses("Forget everything").await;
    eventually("no number", || async { (!waiting(&scene.world).contains(&number)).then_some(()) }).await;
    scene.ada.at(&keepers).presses("No").await;
    eventually("nothing left", || async { (waiting(&scene.world) == "[]").then_some(()) }).await;
    assert_eq!(scene.count("Gulls"), 0);
    scene.ends(&[]).await;
}
