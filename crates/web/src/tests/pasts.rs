//! What was over time: of one project, and of several side by side.

use chrono::TimeDelta;
use whimbrel_catalog::{EntryKey, Metric, Mover};
use whimbrel_lookup::{Index, Lookup};
use whimbrel_news::News;
use whimbrel_project::{Standing, StarHistory};
use whimbrel_store::ProjectRecord;

use super::static_site::follow;
use super::world::{World, added};
use crate::write_site;

/// Two projects that were counted for weeks, one of which passed the other.
fn world() -> World {
    let mut world = World::usual();
    world.now = std::time::SystemTime::now().into();
    for (entry, from, to) in [(0u64, 400u64, 500u64), (1, 300, 9_000)] {
        let key = EntryKey::from_stored(&format!("github.com/raft/entry-{entry}"));
        let id = world.store.project_named(&key).unwrap().unwrap();
        let mut project = world.store.project(id).unwrap().unwrap();
        let mut history = StarHistory::default();
        for week in 0..=8u64 {
            let at = world.now - TimeDelta::weeks(8 - week as i64);
            history.observe(at, from + (to - from) * week / 8, week + 1);
        }
        project.node = Some(format!("R_{id}"));
        project.facts.stars = Some(to);
        project.standing = Standing::Here;
        let record =
            ProjectRecord { project, aliases: vec![], history: Some(history), news: vec![], due: world.now };
        world.store.record_projects(&[record], &[], world.now).unwrap();
    }
    let url = "https://github.com/raft/entry-1";
    let mover = Mover { name: "entry".into(), url: url.into(), from: 2, to: 1, overtook: vec![] };
    let moved = News::RanksMoved {
        metric: Metric::Stars,
        scope: String::new(),
        scope_path: vec![],
        movers: vec![mover],
    };
    world.tell("raft", vec![moved, added("entry-1", url, &["Talks"])]);
    let index = Index::new();
    index.rebuild(&world.store).unwrap();
    world.answering(Lookup::new(world.store.clone(), index));
    world
}

#[tokio::test]
async fn the_past_of_a_project_is_drawn_counted_and_told() {
    let world = world();
    let path = "/p/github.com~raft~entry-1/history/";
    let page = world.get(path).await.text();
    for part in [
        "<h1>History of raft entry 1</h1>",
        "Stars from 300 on",
        "Forks from 1 on",
        "<h2 id=\"rank-heading\">Rank</h2>",
        "data-label=\"Stars\">9,000</td><td class=\"number\" data-label=\"Change\">",
        "<link rel=\"canonical\" href=\"https://news.example.org/p/github.com~raft~entry-1/history/\">",
        "/compare/?a=raft/entry-1\">Compare with…",
        "Added: entry-1",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(page.matches("<svg class=\"chart\"").count(), 3);
    let own = world.get("/p/github.com~raft~entry-1/").await.text();
    assert!(own.contains("history/\">History</a>") && own.contains("compare/?a=raft/entry-1\""), "{own}");
    assert!(world.get("/sitemap.xml").await.text().contains(&format!("{path}</loc>")));
    assert_eq!(world.get("/p/github.com~nobody~nothing/history/").await.status.as_u16(), 404);
    assert_eq!(world.get(&format!("{path}?x=1")).await.status.as_u16(), 400);
    let moved = world.get(path.trim_end_matches('/')).await;
    assert_eq!((moved.status.as_u16(), moved.header("location")), (308, "./history/"));
    // What is no project of ours has a past as well: what was told of it.
    let plain = world.get("/p/github.com~databendlabs~openraft/history/").await.text();
    assert!(plain.contains("openraft") && !plain.contains("<svg class=\"chart\""), "{plain}");
}

#[tokio::test]
async fn projects_stand_side_by_side_under_one_address() {
    let world = world();
    let page = world.get("/compare/?b=raft/entry-1&a=raft/entry-0&utm_source=x").await;
    assert_eq!(page.status.as_u16(), 200);
    let page = page.text();
    for part in [
        "<h1>raft/entry-0 and raft/entry-1</h1>",
        "<a href=\"../p/github.com~raft~entry-0/\">raft/entry-0</a>",
        "<td data-label=\"raft/entry-1\">9,000</td>",
        "<svg class=\"chart\"",
        "data-label=\"raft/entry-0\">500</td><td class=\"number\" data-label=\"raft/entry-1\">9,000</td>",
        "href=\"../p/github.com~raft~entry-1/history/\">History of raft/entry-1</a>",
        "name=\"c\" value=\"\"",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let canonical = "<link rel=\"canonical\" href=\"https://news.example.org/compare/?a=raft/entry-0&#38;b=raft/entry-1\">";
    assert!(page.contains(canonical), "{page}");
    let turned = world.get("/compare/?a=raft/entry-1&b=raft/entry-0").await.text();
    assert!(turned.contains(canonical), "{turned}");
    let asked = world.get("/ask?q=/compare+raft/entry-0+raft/entry-1").await.text();
    assert!(
        asked.contains("href=\"./compare/?a=raft/entry-0&#38;b=raft/entry-1\">On a page of its own"),
        "{asked}"
    );
    let moved = world.get("/compare?a=x").await;
    assert_eq!((moved.status.as_u16(), moved.header("location")), (308, "./compare/?a=x"));
    assert!(world.get("/robots.txt").await.text().contains("Disallow: /compare/?"));
    assert!(world.get("/sitemap.xml").await.text().contains("https://news.example.org/compare/</loc>"));
}

#[tokio::test]
async fn a_comparison_asks_for_what_it_lacks() {
    let world = world();
    for (query, status, part) in [
        ("", 200, "Two to five projects side by side"),
        ("?a=raft/entry-0", 200, "name=\"a\" value=\"raft/entry-0\""),
        ("?a=raft/entry-0&b=entry-9", 404, "name=\"b\" value=\"entry-9\""),
        ("?a=<script>&b=\"'", 404, "value=\"&#60;script&#62;\""),
    ] {
        let page = world
            .get(&format!("/compare/{}", query.replace('<', "%3C").replace('>', "%3E").replace('"', "%22")))
            .await;
        assert_eq!(page.status.as_u16(), status, "{query}");
        assert!(page.text().contains(part), "{query}: {}", page.text());
    }
    let page = world.get("/compare/?a=raft/entry-0&b=raft+entry+9").await.text();
    assert!(page.contains("Did you mean <a href=\"../compare/?a=raft/entry-0&#38;b=raft/entry-"), "{page}");
}

#[tokio::test]
async fn files_have_the_past_and_no_comparison() {
    let world = world();
    let folder = tempfile::tempdir().unwrap();
    write_site(&world.store, &world.settings, &world.status, world.now, folder.path()).unwrap();
    let seen = follow(folder.path());
    assert!(seen.contains("p/github.com~raft~entry-1/history/index.html"), "{seen:?}");
    let page =
        std::fs::read_to_string(folder.path().join("p/github.com~raft~entry-1/history/index.html")).unwrap();
    assert!(!page.contains("compare/"), "{page}");
    let map = std::fs::read_to_string(folder.path().join("sitemap.xml")).unwrap();
    assert!(map.contains("entry-1/history/</loc>") && !map.contains("/compare/"), "{map}");
}
