//! The page with all of one digest.

use std::fs;

use chrono::TimeDelta;
use whimbrel_catalog::{EntryKey, Metric, Mover};
use whimbrel_news::Filter;
use whimbrel_news::News;
use whimbrel_news::digest::DigestPage;
use whimbrel_project::StarHistory;
use whimbrel_store::ProjectRecord;

use super::world::{World, added};
use crate::write_site;

/// A day with an entry in two catalogs, a ranking that moved and a project that grew.
fn world() -> World {
    let mut world = World::usual();
    let mover = Mover {
        name: "raft <entry> 0".into(),
        url: "https://github.com/raft/entry-0".into(),
        from: 5,
        to: 3,
        overtook: vec!["other".into()],
    };
    let moved = News::RanksMoved {
        metric: Metric::Stars,
        scope: "Talks".into(),
        scope_path: vec!["Talks".into()],
        movers: vec![mover],
    };
    world.tell("raft", vec![moved, added("zero", "https://github.com/raft/entry-0", &["Talks"])]);
    world.tell("shells", vec![added("openraft", "https://github.com/databendlabs/openraft", &["Prompts"])]);
    let id = world.store.project_named(&EntryKey::from_stored("github.com/raft/entry-0")).unwrap().unwrap();
    let project = world.store.project(id).unwrap().unwrap();
    let mut history = StarHistory::default();
    history.observe(world.now - TimeDelta::days(30), 1_000, 1);
    history.observe(world.now, 1_250, 1);
    let record =
        ProjectRecord { project, aliases: vec![], history: Some(history), news: vec![], due: world.now };
    world.store.record_projects(&[record], &[], world.now).unwrap();
    world
}

#[tokio::test]
async fn a_digest_has_a_page_with_all_of_it() {
    let world = world();
    let answer = world.get("/digest/daily/2026-11-20/").await;
    assert_eq!(answer.status.as_u16(), 200);
    let page = answer.text();
    for part in [
        "<h1>20 November 2026</h1>",
        "<b>3 new entries</b>",
        "good for. · also in Shells worth knowing",
        "good for. · also in Consensus, gathered",
        "overtook other: 5 → 3",
        "<h2 id=\"gained-heading\">Stars gained</h2>",
        "from 0 on 20 November 2026 to 250 on 20 November 2026.",
        "Consensus, gathered: ranks Talks, by stars</h2>",
        "<li>Consensus, gathered — last read ",
        "href=\"../../../digest/daily/\">Daily digest</a>",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(page.matches("<svg class=\"chart\"").count(), 2, "{page}");
    assert!(!page.contains("<entry>"), "{page}");
}

#[tokio::test]
async fn its_address_says_the_time_and_the_news() {
    let world = world();
    let filter = Filter::parse("catalog:shells kind:added").unwrap();
    let (from, to) = (world.now - TimeDelta::minutes(2), world.now + TimeDelta::minutes(1));
    let path = DigestPage::new(from, to, Some(&filter)).path();
    let page = world.get(&format!("/{path}")).await.text();
    assert!(page.contains("<b>1 new entry</b>") && page.contains(">openraft</a>"), "{page}");
    assert!(page.contains("lets through: catalog:shells kind:added"), "{page}");
    assert!(page.contains("20 November 2026, 09:01 to 20 November 2026, 09:04 UTC"), "{page}");

    let empty = world.get("/digest/weekly/2026-W01/").await.text();
    assert!(empty.contains("<p>Nothing new.</p>"), "{empty}");
    let answer = world.get("/digest/daily/2026-11-20?q=x").await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (308, "./2026-11-20/?q=x"));
    for address in [
        "/digest/daily/2026-W47/",
        "/digest/daily/2026-11-31/",
        "/digest/monthly/2026-11/",
        "/digest/range/20200101T000000Z..20261123T080000Z/",
        "/digest/range/",
    ] {
        assert_eq!(world.get(address).await.status.as_u16(), 404, "{address}");
    }
    assert_eq!(world.get("/digest/daily/2026-11-20/?q=(").await.status.as_u16(), 400);
}

#[tokio::test]
async fn lists_feeds_and_files_lead_to_it() {
    let world = world();
    let folder = tempfile::tempdir().unwrap();
    let later = world.now + TimeDelta::days(8);
    write_site(&world.store, &world.settings, &world.status, later, folder.path()).unwrap();
    let read = |path: &str| fs::read_to_string(folder.path().join(path)).unwrap();
    for name in ["daily/2026-11-20", "weekly/2026-w47"] {
        let page = read(&format!("digest/{name}/index.html"));
        assert!(page.contains("also in Shells worth knowing"), "{name}: {page}");
        let (period, key) = name.split_once('/').unwrap();
        let list = read(&format!("digest/{period}/index.html"));
        assert!(list.contains(&format!("href=\"../../digest/{name}/index.html\">")), "{key}: {list}");
        let feed: serde_json::Value =
            serde_json::from_str(&read(&format!("digest/{period}/feed.json"))).unwrap();
        assert_eq!(feed["items"][0]["url"], format!("https://news.example.org/digest/{name}/"));
    }
}
