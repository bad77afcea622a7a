//! Somebody starts the program for the first time, without any configuration.

use whimbrel_world::{World, feed};

/// What starts it in a folder where nothing is, on a free port.
async fn newcomer(arguments: &[&str]) -> World {
    let mut world = World::new();
    world.variable("WHIMBREL_WEB__LISTEN", "127.0.0.1:0");
    world.start_with(arguments).await;
    world
}

#[tokio::test]
async fn the_samples_show_true_events_on_the_first_page() {
    let mut world = newcomer(&["--log-format", "json"]).await;
    world.is_ready().await;

    let news = feed::read(&world.page("/feed.atom").await);
    let kinds: Vec<_> =
        news.entries.iter().flat_map(|entry| &entry.categories).map(|kind| kind.term.clone()).collect();
    for kind in ["added", "removed", "moved"] {
        assert!(kinds.iter().any(|known| known == kind), "no `{kind}` among {kinds:?}");
    }
    let page = world.page("/").await;
    let titles: Vec<_> =
        news.entries.iter().filter_map(|entry| Some(entry.title.as_ref()?.content.clone())).collect();
    for title in titles.iter().filter(|title| title.starts_with("Added: ")).take(5) {
        let name = title.trim_start_matches("Added: ").split(" — ").next().unwrap_or_default();
        assert!(page.contains(name), "the page does not show `{title}`");
    }

    // Each sample has a feed of its own, and its earlier versions are told with their own dates.
    let folder = world.path("whimbrel-data/samples");
    let mut samples = 0;
    for file in std::fs::read_dir(folder).expect("the samples are unpacked") {
        let stem =
            file.expect("readable").path().file_stem().expect("a name").to_string_lossy().to_lowercase();
        let own = feed::read(&world.page(&format!("/c/{stem}/feed.atom")).await);
        assert!(own.entries.len() > 1, "nothing is told about {stem}");
        samples += 1;
    }
    assert!(samples >= 5, "only {samples} samples");
    world.stop().await;
}

#[tokio::test]
async fn it_says_what_it_does_and_what_is_off() {
    let mut world = World::new();
    world.variable("WHIMBREL_WEB__LISTEN", "127.0.0.1:0");
    let process = world.launch(&[]);
    process.hear("where the page is", |line| line.contains("  page").then_some(())).await;
    process
        .hear("that GitHub has no token", |line| line.contains("WHIMBREL_GITHUB__TOKEN").then_some(()))
        .await;
    process.hear("that Telegram is off", |line| line.contains("Telegram").then_some(())).await;
    let (status, _, said) = process.stop().await;
    assert!(status.success(), "{said}");
    for part in ["sample catalogs in ", "feed.atom", "whimbrel-data", "whimbrel init", "Discord"] {
        assert!(said.contains(part), "no `{part}` in\n{said}");
    }
}

#[tokio::test]
async fn what_init_writes_can_be_run_and_grows_live() {
    let mut world = World::new();
    assert_eq!(world.run(&["init"]).code, Some(0));
    world.variable("WHIMBREL_WEB__LISTEN", "127.0.0.1:0");
    world.start_with(&["--log-format", "json"]).await;
    assert!(world.process().said().contains("watching 0 catalogs"), "{}", world.process().said());
    world.write("mine.md", "# Mine\n\n- [a](https://github.com/example/a) - the first\n");
    let text = std::fs::read_to_string(world.path("whimbrel.toml")).expect("init wrote it");
    world.write("whimbrel.toml", text + "\n[[catalog]]\nid = \"mine\"\nsource = \"mine.md\"\n");
    world.logs("following `mine`").await;
    world.stop().await;
}
