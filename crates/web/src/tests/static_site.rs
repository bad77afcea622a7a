//! The site as files shows what the server shows.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::world::{World, added, at};
use crate::write_site;

fn write(world: &World, out: &Path) -> crate::SiteReport {
    write_site(&world.store, &world.settings, &world.status, world.now, out).unwrap()
}

/// What a page says about news, without the links that differ between files and a server.
fn news(page: &str) -> Vec<String> {
    page.split("<article")
        .skip(1)
        .map(|part| part.split("</article>").next().unwrap().replace("index.html", ""))
        .collect()
}

#[tokio::test]
async fn files_hold_what_the_server_answers() {
    let mut world = World::usual();
    // The server answers as of now, whenever that is, and so must the files: a digest appears when its day is over.
    world.now = std::time::SystemTime::now().into();
    let folder = tempfile::tempdir().unwrap();
    write(&world, folder.path());
    let section = whimbrel_news::slug::section(&["Libraries", "Rust & Go"]);
    for listing in [
        "",
        "c/raft/",
        "c/shells/",
        "c/raft/s/libraries/",
        &format!("c/raft/s/{section}/"),
        "k/added/",
        "k/removed/",
        "p/github.com~databendlabs~openraft/",
    ] {
        let file = fs::read_to_string(folder.path().join(format!("{listing}index.html"))).unwrap();
        let served = world.get(&format!("/{listing}")).await.text();
        assert_eq!(news(&file), news(&served), "{listing}");
        assert!(!file.contains("<form"), "{listing}");
        for feed in ["feed.rss", "feed.atom", "feed.json"] {
            let file = fs::read(folder.path().join(format!("{listing}{feed}"))).unwrap();
            assert_eq!(file, world.get(&format!("/{listing}{feed}")).await.body, "{listing}{feed}");
        }
    }
    for address in ["opml.xml", "events.json", "digest/daily/feed.json", "digest/weekly/feed.rss"] {
        assert_eq!(
            fs::read(folder.path().join(address)).unwrap(),
            world.get(&format!("/{address}")).await.body
        );
    }
}

/// Every link from page to page and to feeds, as a browser at `file://` would follow it.
pub(super) fn follow(root: &Path) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut waiting = vec!["index.html".to_owned()];
    while let Some(path) = waiting.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let text = fs::read_to_string(root.join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        if !path.ends_with("index.html") {
            continue;
        }
        let base = url::Url::parse("file:///").unwrap().join(&path).unwrap();
        for link in text.split(" href=\"").skip(1) {
            let to = base.join(&link.split('"').next().unwrap().replace("&#38;", "&")).unwrap();
            if to.scheme() == "file" {
                waiting.push(to.path().trim_start_matches('/').to_owned());
            }
        }
    }
    seen
}

#[tokio::test]
async fn every_link_between_files_leads_to_a_file() {
    let mut world = World::usual();
    world.tell("raft", vec![added("dot", "https://dot.example.org/a?b=c#d", &["Talks", "§ ?/%"])]);
    world.tell(
        "raft",
        (0..130).map(|n| added(&format!("t{n}"), &format!("https://example.org/{n}"), &["Talks"])).collect(),
    );
    let folder = tempfile::tempdir().unwrap();
    write(&world, folder.path());
    let seen = follow(folder.path());
    assert!(seen.contains("page/1/index.html") && seen.contains("c/raft/page/2/index.html"), "{seen:?}");
}

#[tokio::test]
async fn older_pages_are_closed_and_hold_everything() {
    let mut world = World::usual();
    let told = |world: &mut World, n: usize| {
        world.tell("raft", vec![added(&format!("t{n}"), &format!("https://example.org/{n}"), &["Talks"])]);
    };
    for n in 0..133 {
        told(&mut world, n);
    }
    let history = (0..60).map(|n| {
        (
            at("2020-01-01T00:00:00Z") + chrono::TimeDelta::days(n),
            added(&format!("h{n}"), &format!("https://example.org/h{n}"), &["Talks"]),
        )
    });
    world.replay("raft", history.collect());
    let folder = tempfile::tempdir().unwrap();
    write(&world, folder.path());
    let read = |path: &str| fs::read_to_string(folder.path().join(path)).unwrap();
    let ids = |page: &str| -> BTreeSet<String> {
        page.split("<article class=\"event")
            .skip(1)
            .map(|part| part.split('"').nth(2).unwrap().to_owned())
            .collect()
    };
    let all: BTreeSet<String> = [
        "index.html",
        "page/2/index.html",
        "page/1/index.html",
        "history/2/index.html",
        "history/1/index.html",
    ]
    .iter()
    .flat_map(|path| ids(&read(path)))
    .collect();
    assert_eq!(all.len(), 136 + 60);
    assert_eq!(ids(&read("page/1/index.html")).len(), 50);
    let closed = (read("page/1/index.html"), read("history/1/index.html"));
    for n in 200..220 {
        told(&mut world, n);
    }
    let report = write(&world, folder.path());
    assert!(folder.path().join("page/3/index.html").exists());
    assert_eq!(closed, (read("page/1/index.html"), read("history/1/index.html")));
    assert!(report.unchanged > report.written / 4, "{report:?}");
}

#[tokio::test]
async fn a_second_run_without_news_writes_nothing() {
    let world = World::usual();
    let folder = tempfile::tempdir().unwrap();
    let first = write(&world, folder.path());
    assert!(first.written > 20 && first.unchanged == 0, "{first:?}");
    let second = write(&world, folder.path());
    assert_eq!((second.written, second.unchanged, second.removed), (0, first.written, 0));
    assert_eq!(second.warnings, Vec::<String>::new());
}

#[tokio::test]
async fn files_say_how_things_were_when_they_were_written() {
    let world = World::usual();
    let folder = tempfile::tempdir().unwrap();
    write(&world, folder.path());
    let page = fs::read_to_string(folder.path().join("status/index.html")).unwrap();
    assert!(page.contains("was doing on <time datetime=\"2026-11-20T09:01:00Z\">"), "{page}");
    assert!(page.contains("href=\"../status.json\"") && page.contains("GitHub token"), "{page}");
    let data = fs::read_to_string(folder.path().join("status.json")).unwrap();
    let data: serde_json::Value = serde_json::from_str(&data).unwrap();
    assert_eq!(
        (&data["made"], data["catalogs"].as_array().unwrap().len()),
        (&"2026-11-20T09:01:00Z".into(), 2)
    );
    assert!(world.get("/status.json").await.json().get("made").is_none());
    assert_eq!(world.get("/status/").await.header("location"), "../status");
}

#[tokio::test]
async fn without_a_public_address_the_report_warns() {
    let mut world = World::usual();
    world.settings.public_url = None;
    let folder = tempfile::tempdir().unwrap();
    let report = write(&world, folder.path());
    assert!(report.warnings[0].contains("set public_url under [web]"), "{report:?}");
}

#[tokio::test]
async fn the_search_of_files_knows_everything_that_is_listed() {
    let mut world = World::usual();
    let evil = "</script><script>alert(1)</script>";
    world.follow("evil", evil, &[&[evil]]);
    let folder = tempfile::tempdir().unwrap();
    write(&world, folder.path());
    let page = fs::read_to_string(folder.path().join("search/index.html")).unwrap();
    assert!(page.contains("data-index=\"index.js\"") && page.contains("<noscript>"));
    let script = page.split_once("<script src=\"../").unwrap().1.split('"').next().unwrap();
    assert!(folder.path().join(script).is_file(), "{script}");
    let index = fs::read_to_string(folder.path().join("search/index.js")).unwrap();
    let index = index.strip_prefix("window.whimbrel = ").unwrap().trim_end().trim_end_matches(';');
    let index: serde_json::Value = serde_json::from_str(index).unwrap();
    let entries = index["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 5);
    for entry in entries {
        let page = entry[4].as_str().unwrap();
        let catalog = index["catalogs"][entry[3].as_u64().unwrap() as usize][1].as_str().unwrap();
        for to in [page, catalog].into_iter().filter(|to| !to.is_empty()) {
            assert!(folder.path().join("search").join(to).is_file(), "{to}");
        }
    }
}
