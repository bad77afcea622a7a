//! A WebSub hub is told by the running program when a list was edited.

use whimbrel_world::website::{Page, Website};
use whimbrel_world::{World, catalog_of, eventually};

#[tokio::test]
async fn an_edit_reaches_the_hub_and_the_feeds_name_it() {
    let hub = Website::start();
    hub.put("/hub", Page::Status(202, String::new()));
    let mut world = World::new();
    world.variable("WHIMBREL_WEB__HUB", &hub.url("/hub"));
    world.variable("WHIMBREL_WEB__PUBLIC_URL", "https://news.example.org");
    let curlew = ("curlew", "https://github.com/example/curlew");
    world.write("birds.md", catalog_of("Birds", [curlew]));
    world.follow("birds", "birds.md");
    world.start().await;
    world.is_ready().await;
    world.write("birds.md", catalog_of("Birds", [curlew, ("plover", "https://github.com/example/plover")]));
    world.hears("plover").await;
    let told = eventually("the hub is told", || async {
        let bodies = hub.asked().into_iter().map(|asked| String::from_utf8_lossy(&asked.body).into_owned());
        bodies.into_iter().find(|body| body.contains("plover"))
    })
    .await;
    let feed = "hub.url=https%3A%2F%2Fnews.example.org%2Fc%2Fbirds%2Ffeed.atom";
    assert!(told.starts_with("hub.mode=publish&hub.url=") && told.contains(feed), "{told}");
    let (_, feed) = world.get("/c/birds/feed.atom").await;
    assert!(feed.contains(&hub.url("/hub")), "{feed}");
    world.stop().await;
}
