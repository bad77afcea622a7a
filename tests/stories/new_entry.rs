//! An entry is added to a followed file: page and feed show it within two seconds.

use std::time::{Duration, Instant};

use whimbrel_world::{World, catalog_of, eventually, feed};

/// What the page promises.
const PROMISED: Duration = Duration::from_secs(2);

#[tokio::test]
async fn an_edit_is_on_the_page_and_in_the_feed_within_two_seconds() {
    let mut world = World::new();
    let mut entries = vec![("curlew", "https://github.com/example/curlew")];
    world.write("birds.md", catalog_of("Birds", entries.clone()));
    world.follow("birds", "birds.md");
    world.start().await;
    world.is_ready().await;

    let mut quickest = Duration::MAX;
    for (name, url) in [
        ("godwit", "https://github.com/example/godwit"),
        ("plover", "https://github.com/example/plover"),
        ("turnstone", "https://github.com/example/turnstone"),
    ] {
        entries.push((name, url));
        world.write("birds.md", catalog_of("Birds", entries.clone()));
        let written = Instant::now();
        world.hears(name).await;
        eventually(&format!("{name} on the page"), || async {
            world.page("/").await.contains(url).then_some(())
        })
        .await;
        quickest = quickest.min(written.elapsed());
    }
    // The machine may be busy with other tests; the program is not, so one of three is on time.
    assert!(quickest <= PROMISED, "the quickest of three edits took {quickest:?}");

    for path in [
        "/feed.rss",
        "/feed.atom",
        "/feed.json",
        "/c/birds/feed.atom",
        "/k/added/feed.rss",
        "/c/birds/s/tools/feed.json",
    ] {
        let titles = feed::titles(&world.page(path).await);
        let told = ["turnstone", "plover", "godwit"];
        assert!(titles.len() >= 3, "{path}: {titles:?}");
        for (title, name) in titles.iter().zip(told) {
            assert!(title.contains(name), "{path}: {titles:?}");
        }
    }
    world.stop().await;
    let told = world.told();
    assert_eq!(told[0].0, "followed");
    let added: Vec<_> = told[1..].iter().map(|(kind, name)| (kind.as_str(), name.as_str())).collect();
    assert_eq!(added, [("added", "godwit"), ("added", "plover"), ("added", "turnstone")]);
}

#[tokio::test]
async fn edits_in_a_followed_folder_and_new_files_in_it_are_seen() {
    let mut world = World::new();
    world.write("lists/one.md", catalog_of("One", [("curlew", "https://github.com/example/curlew")]));
    world.follow("lists", "lists");
    world.start().await;
    world.is_ready().await;
    world.write("lists/two.md", catalog_of("Two", [("godwit", "https://github.com/example/godwit")]));
    world.hears("godwit").await;
    world.stop().await;
}
