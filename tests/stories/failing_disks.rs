//! Disks that fail to read, to write, or to keep what was written: nothing is told that may be lost, nothing that was
//! told is, and once the disk is well the next start goes on as if nothing had been.

use std::fs;

use whimbrel_world::failing::Fault;
use whimbrel_world::{Output, World, catalog_of, eventually};

/// A look at everything, and the site as files.
const ONCE: [&str; 5] = ["once", "--config", "whimbrel.toml", "--out", "site"];

/// A program that goes on.
const RUN: [&str; 3] = ["run", "--config", "whimbrel.toml"];

/// So many birds, the same ones each time.
fn birds(many: usize) -> String {
    let urls: Vec<String> = (0..many).map(|n| format!("https://github.com/example/bird-{n}")).collect();
    catalog_of("Birds", urls.iter().map(|url| (url.rsplit('/').next().unwrap_or_default(), url.as_str())))
}

/// All that the program keeps …
const ALL: &str = "whimbrel-data";

/// … and only its database.
const DATABASE: &str = "whimbrel-data/state-";

/// A world that follows a catalog of one bird, and files that can fail.
fn world(failing: &str) -> World {
    let mut world = World::new();
    world.hurry();
    world.configure("[store]\nbackup_hours = 0");
    world.can_fail(failing);
    world.write("birds.md", birds(1));
    world.follow("birds", "birds.md");
    world
}

/// The names of what was told.
fn told(world: &World) -> Vec<String> {
    let told = world.told().into_iter();
    told.filter(|(kind, _)| kind != "followed").map(|(_, name)| name).collect()
}

/// Birds that came after the first one, each once and in order.
fn came(many: usize) -> Vec<String> {
    (1..many).map(|n| format!("bird-{n}")).collect()
}

/// It gave up, and says what to do about it.
fn refused(output: &Output) {
    assert_eq!(output.code, Some(1), "{output:?}");
    let says = |words: &str| output.stderr.contains(words);
    assert!(says("Input/output error") && says("the disk fails"), "{output:?}");
    assert!(!says("panicked"), "{output:?}");
}

/// The disk fails in the middle of a life, and is well again some time later.
async fn fails_for_a_while(failing: &str, faults: &[Fault]) {
    let mut world = world(failing);
    world.start().await;
    world.is_ready().await;
    world.write("birds.md", birds(2));
    world.hears("bird-1").await;
    assert_eq!(world.get("/healthz").await.0, 200);
    world.failing().begin(faults, 1);
    world.write("birds.md", birds(3));
    world.logs("what was seen cannot be kept").await;
    assert!(world.page("/").await.contains("bird-1"), "pages go on");
    let news = world.news().await;
    assert!(news.iter().all(|title| !title.contains("bird-2")), "told and not kept: {news:?}");
    if failing == DATABASE {
        // What is half there is not built upon; whoever watches over the program learns that a new start helps.
        world.logs("the store has stopped writing").await;
        let (status, parts) = eventually("a part without progress", || async {
            let answer = world.get("/healthz").await;
            (answer.0 != 200).then_some(answer)
        })
        .await;
        assert!(status == 503 && parts.contains("store"), "{parts}");
        world.failing().end();
        world.kill();
        world.start().await;
    } else {
        // Nothing was half there: it goes on by itself.
        world.failing().end();
    }
    world.hears("bird-2").await;
    world.write("birds.md", birds(4));
    world.hears("bird-3").await;
    assert_eq!(world.get("/healthz").await.0, 200);
    world.stop().await;
    assert_eq!(told(&world), came(4));
}

#[tokio::test]
async fn what_a_disk_does_not_take_is_tried_again_until_it_does() {
    fails_for_a_while(ALL, &[Fault::Write]).await;
}

#[tokio::test]
async fn what_a_database_does_not_take_is_told_after_the_next_start() {
    fails_for_a_while(DATABASE, &[Fault::Write]).await;
}

#[tokio::test]
async fn what_a_database_takes_and_may_not_keep_is_told_after_the_next_start() {
    fails_for_a_while(DATABASE, &[Fault::Sync]).await;
}

#[tokio::test]
async fn a_disk_that_fails_now_and_then_loses_nothing_and_tells_nothing_twice() {
    let mut world = world(DATABASE);
    world.start().await;
    world.is_ready().await;
    let (mut birds_now, mut stops) = (1, 0);
    for every in [2, 3, 5, 7, 4, 9] {
        world.failing().begin(&[Fault::Write, Fault::Sync], every);
        birds_now += 1;
        world.write("birds.md", birds(birds_now));
        let newest = format!("bird-{}", birds_now - 1);
        let stopped = eventually("an end", || async {
            if world.get("/healthz").await.0 == 503 {
                return Some(true);
            }
            world.news().await.iter().any(|title| title.contains(&newest)).then_some(false)
        })
        .await;
        world.failing().end();
        if stopped {
            stops += 1;
            world.kill();
            world.start().await;
        }
        world.hears(&newest).await;
    }
    assert!(stops > 0, "it never failed");
    world.kill();
    assert_eq!(told(&world), came(birds_now));
}

#[tokio::test]
async fn a_disk_that_cannot_be_read_is_not_taken_for_an_empty_or_a_damaged_one() {
    let mut world = world(ALL);
    world.start().await;
    world.is_ready().await;
    world.write("birds.md", birds(9));
    world.hears("bird-8").await;
    world.stop().await;
    let before = world.journal();
    let names = || {
        let entries = fs::read_dir(world.path("whimbrel-data")).expect("it is there");
        let mut names: Vec<_> = entries.map(|entry| entry.expect("readable").file_name()).collect();
        names.sort();
        names
    };
    let files = names();
    world.failing().begin(&[Fault::Read], 1);
    for arguments in [&RUN[..], &ONCE[..]] {
        refused(&world.run(arguments));
    }
    assert_eq!(names(), files, "nothing is set aside");
    // And when only some of it cannot be read.
    let mut refusals = 0;
    for every in [2, 5, 11, 13, 17, 19, 23, 31] {
        world.failing().begin(&[Fault::Read], every);
        let output = world.run(&ONCE);
        if output.code != Some(0) {
            refused(&output);
            refusals += 1;
        }
        world.failing().end();
        assert_eq!(world.journal(), before, "every {every}: {output:?}");
    }
    assert!(refusals > 0, "it never failed");
    world.start().await;
    world.write("birds.md", birds(10));
    world.hears("bird-9").await;
    world.stop().await;
    assert_eq!(told(&world), came(10));
}
