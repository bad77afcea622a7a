//! Pages among 100,000 entries, asked for over 32 connections at once; and feeds, alone and beside people who search.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use whimbrel_world::documents::Numbers;
use whimbrel_world::{World, documents};

use super::report::{Limit, Report, at};

const CATALOGS: u64 = 10;
const ENTRIES: usize = 10_000;
const CONNECTIONS: u64 = 32;

/// How long pages are asked for.
const LONG: Duration = Duration::from_secs(15);

/// How many feeds are read, alone and beside searches.
const FEEDS: usize = 3_000;

/// How many people search while feeds are read, each as fast as they are answered.
const SEARCHERS: u64 = 4;

/// Reading 100,000 entries for the first time may take this long.
const PATIENCE: Duration = Duration::from_mins(5);

/// Adds the figures of this group.
pub(crate) fn measure(report: &mut Report) {
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    runtime.block_on(async {
        let (mut world, names) = filled().await;
        pages(&world, report).await;
        feeds(&world, &names, report).await;
        world.stop().await;
    });
}

/// The program with 100,000 entries, all of them in its index, and some of their names.
async fn filled() -> (World, Vec<String>) {
    let mut world = World::new();
    world.variable("WHIMBREL_WEB__QUESTIONS_PER_MINUTE", "1000000");
    let mut names = Vec::new();
    for n in 0..CATALOGS {
        let items = documents::items(ENTRIES, n);
        names.extend(items.iter().step_by(50).map(|item| item.name.clone()));
        names.push(items[ENTRIES - 1].name.clone());
        world.write(&format!("list-{n}.md"), documents::markdown(&items));
        world.follow(&format!("list-{n}"), &format!("list-{n}.md"));
    }
    world.start().await;
    world.is_ready().await;
    let (begun, last) = (Instant::now(), names.last().expect("names").clone());
    while !world.page(&format!("/api/complete?q={last}")).await.contains(&last) {
        assert!(begun.elapsed() < PATIENCE, "{last} is not in the index:\n{}", world.process().said());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // What was read first is still written to the disk for a moment.
    tokio::time::sleep(Duration::from_secs(5)).await;
    (world, names)
}

async fn pages(world: &World, report: &mut Report) {
    let paths = found(world).await;
    let tasks = (0..CONNECTIONS).map(|number| {
        let urls: Vec<String> = paths.iter().map(|path| world.url(path)).collect();
        tokio::spawn(async move {
            let (client, mut numbers) = (reqwest::Client::new(), Numbers::new(number));
            let (begun, mut took) = (Instant::now(), Vec::new());
            while begun.elapsed() < LONG {
                took.push(read(&client, numbers.pick::<String>(&urls)).await);
            }
            took
        })
    });
    let mut took: Vec<f64> = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        took.extend(task.await.expect("pages are answered"));
    }
    took.sort_by(f64::total_cmp);
    let a_second = took.len() as f64 / LONG.as_secs_f64();
    let note = format!(
        "{} pages, {a_second:.0} a second, median {:.1} ms; whoever asks shares the machine",
        paths.len(),
        at(&took, 0.5)
    );
    let name = format!("a page among 100,000 entries, {CONNECTIONS} connections, p99");
    report.add(&name, "ms", at(&took, 0.99), Limit::AtMost(10.0), note);
}

/// Pages of every kind that are linked from the first ones.
async fn found(world: &World) -> Vec<String> {
    let mut paths: Vec<String> =
        ["/", "/catalogs/", "/rankings/", "/subscribe/", "/about/", "/status"].map(str::to_owned).into();
    for n in 0..CATALOGS {
        paths.push(format!("/c/list-{n}/"));
        let page = world.page(&format!("/c/list-{n}/")).await;
        let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let sections =
            links.filter(|link| link.contains("s/") && link.ends_with('/') && !link.contains("://"));
        paths.extend(sections.take(20).map(|link| {
            let link = link.trim_start_matches("./");
            if link.starts_with('/') { link.to_owned() } else { format!("/c/list-{n}/{link}") }
        }));
    }
    paths.dedup();
    paths
}

async fn feeds(world: &World, names: &[String], report: &mut Report) {
    let alone = read_feeds(world).await;
    let stop = std::sync::Arc::new(AtomicBool::new(false));
    let searchers = (0..SEARCHERS).map(|number| {
        let urls: Vec<String> =
            names.iter().map(|name| world.url(&format!("/api/ask?q=find%20{name}"))).collect();
        let stop = std::sync::Arc::clone(&stop);
        tokio::spawn(async move {
            let (client, mut numbers, mut asked) = (reqwest::Client::new(), Numbers::new(number), 0_usize);
            while !stop.load(Ordering::Relaxed) {
                read(&client, numbers.pick::<String>(&urls)).await;
                asked += 1;
            }
            asked
        })
    });
    let searchers: Vec<_> = searchers.collect();
    let beside = read_feeds(world).await;
    stop.store(true, Ordering::Relaxed);
    let mut asked = 0;
    for searcher in searchers {
        asked += searcher.await.expect("searches are answered");
    }
    let note = format!(
        "{asked} searches by {SEARCHERS} at once; {:.2} ms alone, {:.2} ms beside them; medians {:.2} and {:.2} ms",
        at(&alone, 0.99),
        at(&beside, 0.99),
        at(&alone, 0.5),
        at(&beside, 0.5)
    );
    let ratio = at(&beside, 0.99) / at(&alone, 0.99);
    report.add("a feed beside searches / alone, p99", "x", ratio, Limit::AtMost(2.0), note);
}

/// How long feeds take that are read one after the other: milliseconds, sorted.
async fn read_feeds(world: &World) -> Vec<f64> {
    let urls: Vec<String> = (0..CATALOGS)
        .flat_map(|n| ["rss", "atom", "json"].map(|kind| world.url(&format!("/c/list-{n}/feed.{kind}"))))
        .collect();
    let client = reqwest::Client::new();
    let mut took = Vec::with_capacity(FEEDS);
    for n in 0..FEEDS {
        took.push(read(&client, &urls[n % urls.len()]).await);
    }
    took.sort_by(f64::total_cmp);
    took
}

/// How long one answer takes, whole, in milliseconds.
async fn read(client: &reqwest::Client, url: &str) -> f64 {
    let begun = Instant::now();
    let answer = client.get(url).header("Accept-Encoding", "gzip").send().await.expect("an answer");
    assert!(answer.status().is_success(), "{url}: {}", answer.status());
    answer.bytes().await.expect("a whole answer");
    begun.elapsed().as_secs_f64() * 1e3
}
