//! A file in a repository is followed commit by commit.

use chrono::TimeDelta;

use super::{FIVE, START, World, at, id, list, moment, with};
use crate::config::CatalogConfig;
use crate::source::git::scratch::Scratch;

#[tokio::test]
async fn three_commits_between_two_looks_are_three_steps() {
    let mut repo = Scratch::bare();
    repo.write("README.md", list(&FIVE)).commit(START - 86_400);
    let mut world =
        World::new(vec![CatalogConfig::new(id("a"), format!("git:{}//README.md", repo.path().display()))]);
    world.poll().await;
    let base = START - 7200;
    let renamed = list(&FIVE).replace("people/beta", "others/beta");
    let again = list(&FIVE).replace("people/beta", "third/beta");
    repo.write("README.md", list(&with(&["zeta"]))).commit(base);
    repo.write("README.md", list(&with(&["zeta", "eta"]))).commit(base + 60);
    repo.write("README.md", list(&FIVE)).commit(base + 120); // both reverted
    repo.write("README.md", renamed).commit(base + 180);
    repo.write("README.md", again.clone()).commit(base + 240); // A → B → C is one rename
    repo.write("README.md", again + "- [theta](https://github.com/people/theta) - what theta does\n")
        .commit(base + 300);
    world.look("a").await;
    assert_eq!(world.told(), ["renamed beta", "added theta"]);
    let events = world.events();
    assert_eq!((at(&events[1]), at(&events[2])), (base + 240, base + 300), "with the times of their commits");
    world.pass(TimeDelta::days(3)).await;
    assert_eq!(world.told().len(), 2);
}

#[tokio::test]
async fn commits_made_before_the_last_look_but_seen_after_it_count_from_their_own_time() {
    let mut repo = Scratch::bare();
    repo.write("README.md", list(&FIVE)).commit(START - 86_400);
    let mut world =
        World::new(vec![CatalogConfig::new(id("a"), format!("git:{}//README.md", repo.path().display()))]);
    world.poll().await;
    world.pass(TimeDelta::hours(10)).await;
    repo.write("README.md", list(&with(&["zeta"]))).commit(START - 3600);
    world.look("a").await;
    assert_eq!(world.told(), ["added zeta"]);
    assert_eq!(at(&world.events()[1]), START - 3600);
}

#[tokio::test]
async fn an_unreadable_commit_holds_back_only_itself() {
    let mut repo = Scratch::bare();
    repo.write("README.md", list(&FIVE)).commit(START - 86_400);
    let config = CatalogConfig {
        settle_added_secs: Some(0),
        settle_removed_secs: Some(0),
        ..CatalogConfig::new(id("a"), format!("git:{}//README.md", repo.path().display()))
    };
    let mut world = World::new(vec![config]);
    world.poll().await;
    repo.write("README.md", list(&with(&["zeta"]))).commit(START - 300);
    repo.write("README.md", list(&with(&["zeta", "eta"]))).commit(START - 200);
    repo.write("README.md", b"\xc3\x28").commit(START - 100);
    for _ in 0..3 {
        assert_eq!(world.look("a").await.failed.len(), 1);
        world.now += TimeDelta::minutes(10);
    }
    assert_eq!(world.told(), ["added zeta", "added eta"]);
    repo.write("README.md", list(&with(&["zeta", "eta"]))).commit(START - 50);
    world.look("a").await;
    assert_eq!(world.told(), ["added zeta", "added eta"]);
    assert_eq!(world.meta("a").failures, 0);
}

#[tokio::test]
async fn a_long_absence_is_told_version_by_version() {
    let mut repo = Scratch::bare();
    let names: Vec<String> = (0..100).map(|n| format!("thing{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    repo.write("README.md", list(&names[..10])).commit(START - 9_000_000);
    let mut world =
        World::new(vec![CatalogConfig::new(id("a"), format!("git:{}//README.md", repo.path().display()))]);
    world.now = moment(START - 8_999_000);
    world.poll().await;
    for n in 11..=100 {
        repo.write("README.md", list(&names[..n])).commit(START - 8_900_000 + n as i64 * 7200);
    }
    world.now = moment(START);
    let round = world.poll().await;
    assert_eq!(round.events, 90);
    assert!(world.told().iter().all(|told| told.starts_with("added thing")));
    assert_eq!(world.meta("a").entries, 100);
}
