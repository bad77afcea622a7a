//! Paging: every event once, and closed pages that stay as they are.

use chrono::TimeDelta;

use super::world::{World, added, at};

async fn walk(world: &World, first: &str) -> (Vec<String>, Vec<String>) {
    let (mut ids, mut pages) = (Vec::new(), Vec::new());
    let mut next = Some(first.to_owned());
    while let Some(address) = next {
        let json = world.get(&address).await.json();
        for event in json["events"].as_array().unwrap() {
            ids.push(format!("{}{}", event["seq"], if event["history"] == true { "h" } else { "" }));
        }
        next =
            json["next"].as_str().map(|url| url.strip_prefix("https://news.example.org").unwrap().to_owned());
        pages.push(address);
    }
    (ids, pages)
}

fn many(count: usize) -> Vec<whimbrel_news::News> {
    (0..count)
        .map(|n| added(&format!("tool {n}"), &format!("https://example.org/tool-{n}"), &["Talks"]))
        .collect()
}

fn years_ago(count: i64) -> Vec<(chrono::DateTime<chrono::Utc>, whimbrel_news::News)> {
    (0..count)
        .map(|n| {
            let url = format!("https://example.org/old-{n}");
            (at("2020-01-01T00:00:00Z") + TimeDelta::days(n), added(&format!("old {n}"), &url, &["Talks"]))
        })
        .collect()
}

#[tokio::test]
async fn every_event_stands_on_exactly_one_page() {
    let mut world = World::usual();
    world.tell("raft", many(120));
    world.replay("raft", years_ago(70));
    for first in ["/events.json", "/events.json?catalog=raft&kind=added", "/events.json?q=tool"] {
        let (ids, pages) = walk(&world, first).await;
        let mut once = ids.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), ids.len(), "{first}");
        assert!(pages.len() >= 3, "{first}: {pages:?}");
    }
    let (ids, _) = walk(&world, "/events.json").await;
    assert_eq!(ids.len(), 3 + 120 + 70);
    let first_history = ids.iter().position(|id| id.ends_with('h')).unwrap();
    assert!(ids[first_history..].iter().all(|id| id.ends_with('h')), "history stands below live news");
}

#[tokio::test]
async fn closed_pages_stay_byte_for_byte_when_news_and_history_come() {
    let mut world = World::usual();
    world.tell("raft", many(120));
    world.replay("raft", years_ago(70));
    let (_, pages) = walk(&world, "/events.json").await;
    let mut addresses: Vec<String> = pages[1..].to_vec();
    for address in &pages[1..] {
        for form in ["/", "/feed.rss", "/feed.atom", "/feed.json"] {
            addresses.push(address.replace("/events.json", form));
        }
    }
    let mut before = Vec::new();
    for address in &addresses {
        before.push(world.get(address).await);
    }
    world.tell("shells", vec![added("fish", "https://fishshell.com", &["Prompts"])]);
    world.tell("raft", many(60));
    world.replay("shells", years_ago(30));
    world.change("raft", |meta| meta.last_error = Some("no answer".into()));
    for (address, before) in addresses.iter().zip(before) {
        let after = world.get(address).await;
        assert_eq!(after.text(), before.text(), "{address}");
        assert_eq!(after.header("etag"), before.header("etag"), "{address}");
    }
    let (ids, _) = walk(&world, "/events.json").await;
    assert_eq!(ids.len(), 3 + 120 + 70 + 1 + 60 + 30, "a new walk sees all of it");
}

#[tokio::test]
async fn pages_link_on_and_back() {
    let mut world = World::usual();
    world.tell("raft", many(60));
    let first = world.get("/").await.text();
    let older =
        first.split("href=\"./?after=").nth(1).expect("a link to older news").split('"').next().unwrap();
    let second = world.get(&format!("/?after={older}")).await.text();
    assert!(second.contains("rel=\"first\""), "{second}");
    assert!(!second.contains("rel=\"next\""));
    assert!(second.contains("Older news"));
}
