//! The program is ended without warning at every moment that matters: nothing is lost, nothing is told twice.

use std::collections::BTreeSet;

use whimbrel_world::{World, catalog_of, eventually, feed};

const BIRDS: [&str; 8] = ["curlew", "godwit", "plover", "turnstone", "dunlin", "knot", "ruff", "snipe"];

/// A moment in the life of a change.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// The file is written, the program may or may not have noticed.
    Written,
    /// The program says it was recorded.
    Recorded,
    /// A reader has seen it.
    Shown,
    /// The file was written while the program did not run.
    Asleep,
}

#[tokio::test]
async fn kills_at_every_moment_lose_nothing_and_repeat_nothing() {
    let mut world = World::new();
    let urls: Vec<String> = BIRDS.iter().map(|name| format!("https://github.com/example/{name}")).collect();
    let list = |count: usize| {
        catalog_of("Birds", BIRDS.iter().copied().zip(urls.iter().map(String::as_str)).take(count))
    };
    world.write("birds.md", list(1));
    world.hurry();
    world.follow("birds", "birds.md");
    world.start().await;
    world.is_ready().await;

    let moments = [Moment::Written, Moment::Recorded, Moment::Shown, Moment::Asleep];
    let mut seen: Vec<(String, String)> = Vec::new();
    for (count, moment) in (2..=BIRDS.len()).zip(moments.into_iter().cycle()) {
        let name = BIRDS[count - 1];
        match moment {
            Moment::Written => world.write("birds.md", list(count)),
            Moment::Recorded => {
                world.write("birds.md", list(count));
                world.logs("recorded 1 event of `birds`").await;
            }
            Moment::Shown => {
                world.write("birds.md", list(count));
                world.hears(name).await;
            }
            Moment::Asleep => {}
        }
        world.kill();
        if matches!(moment, Moment::Asleep) {
            world.write("birds.md", list(count));
        }
        world.start().await;
        world.hears(name).await;
        // What readers saw before keeps its identity.
        let text = world.page("/feed.atom").await;
        let now: Vec<_> = feed::titles(&text).into_iter().zip(feed::ids(&text)).collect();
        for item in &seen {
            assert!(now.contains(item), "{item:?} was shown before {moment:?} and is not in {now:?}");
        }
        seen = now;
    }
    world.stop().await;

    let journal = world.journal();
    let numbers: Vec<u64> = journal.iter().map(|event| event["seq"].as_u64().expect("a number")).collect();
    assert_eq!(numbers, (1..=BIRDS.len() as u64).collect::<Vec<_>>(), "one event for each, without a gap");
    let epochs: BTreeSet<_> = journal.iter().map(|event| event["epoch"].as_u64()).collect();
    assert_eq!(epochs.len(), 1, "a kill is no new life");
    let told: Vec<_> = world.told().into_iter().skip(1).map(|(_, name)| name).collect();
    assert_eq!(told, BIRDS[1..]);
}

#[tokio::test]
async fn a_stop_is_graceful_and_quick() {
    let mut world = World::new();
    world.write("birds.md", catalog_of("Birds", [("curlew", "https://github.com/example/curlew")]));
    world.follow("birds", "birds.md");
    world.start().await;
    world.is_ready().await;
    let said = world.stop().await; // fails when it takes five seconds
    assert!(said.contains("stopped"), "{said}");
    assert!(!said.contains("\"level\":\"ERROR\""), "{said}");
}

#[tokio::test]
async fn a_program_ends_with_the_test_that_started_it() {
    let mut world = World::new();
    world.write("birds.md", catalog_of("Birds", [("curlew", "https://github.com/example/curlew")]));
    world.follow("birds", "birds.md");
    world.start().await;
    let address = world.url("").trim_start_matches("http://").to_owned();
    assert!(std::net::TcpStream::connect(&address).is_ok(), "it listens at {address}");
    world.forget();
    eventually("nobody listens any more", || async {
        std::net::TcpStream::connect(&address).is_err().then_some(())
    })
    .await;
}
