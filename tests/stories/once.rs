//! One round for a cron job: page and feeds as files.

use std::fs;
use std::path::Path;

use whimbrel_world::{World, catalog_of, feed};

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn a_round_writes_the_site_and_the_next_one_only_what_differs() {
    let mut world = World::new();
    world.configure("public_url = \"https://news.example.org\"");
    world.write("birds.md", catalog_of("Birds", [("curlew", "https://github.com/example/curlew")]));
    world.follow("birds", "birds.md");
    world.follow("gone", "gone.md");
    let once = ["once", "--config", "whimbrel.toml", "--out", "site"];
    let first = world.run(&once);
    assert_eq!(first.code, Some(0), "{first:?}");
    assert!(first.stderr.contains("gone.md does not exist"), "one that fails is said: {}", first.stderr);
    let site = world.path("site");
    assert!(read(&site, "index.html").contains("Birds"));

    let both =
        [("curlew", "https://github.com/example/curlew"), ("godwit", "https://github.com/example/godwit")];
    world.write("birds.md", catalog_of("Birds", both));
    let second = world.run(&once);
    assert_eq!(second.code, Some(0), "{second:?}");
    for name in ["feed.rss", "feed.atom", "feed.json", "c/birds/feed.atom", "k/added/feed.json"] {
        let titles = feed::titles(&read(&site, name));
        assert!(titles[0].contains("godwit"), "{name}: {titles:?}");
    }
    assert!(read(&site, "feed.atom").contains("https://news.example.org/"), "links are absolute");
    assert!(read(&site, "opml.xml").contains("https://news.example.org/c/birds/feed"));
    assert!(read(&site, "index.html").contains("godwit"));

    let third = world.run(&once);
    assert!(!third.stdout.contains("(0 unchanged)"), "{third:?}");
}

#[test]
fn a_round_without_any_readable_catalog_is_a_failure() {
    let mut world = World::new();
    world.follow("gone", "gone.md");
    let output = world.run(&["once", "--config", "whimbrel.toml", "--out", "site"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    assert!(output.stderr.contains("no catalog could be read"), "{output:?}");
}
