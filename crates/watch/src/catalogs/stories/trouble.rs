//! What cannot be read is held and told in words; nothing is lost and nothing else waits.

use chrono::TimeDelta;
use whimbrel_news::News;

use super::{FIVE, World, id, list, local, settling, with};
use crate::config::CatalogConfig;

#[tokio::test]
async fn a_document_nobody_can_read_is_held_and_comes_back() {
    let mut world = World::new(vec![settling("a")]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    let page = b"<!DOCTYPE html><html><head><title>502</title></head><body>Bad gateway</body></html>";
    for broken in [&b"\xc3\x28 and more"[..], b"", page] {
        std::fs::write(world.path("a.md"), broken).unwrap();
        let round = world.look("a").await;
        assert_eq!(round.failed.len(), 1, "{broken:?}");
        let meta = world.meta("a");
        assert!(meta.held.is_some() && meta.last_error.is_some() && meta.failures == 1);
        assert_eq!(meta.entries, 5);
        world.pass(TimeDelta::hours(20)).await;
        world.write("a.md", &list(&FIVE));
        world.look("a").await;
        let meta = world.meta("a");
        assert_eq!((meta.failures, meta.held, meta.last_error), (0, None, None));
    }
    assert!(world.told().is_empty(), "{:?}", world.told());
}

#[tokio::test]
async fn one_failing_source_leaves_the_others_alone() {
    let mut world = World::new(vec![local("a"), local("broken"), local("c")]);
    world.write("a.md", &list(&FIVE));
    world.write("c.md", &list(&FIVE));
    let round = world.poll().await;
    assert_eq!(round.looked, [id("a"), id("broken"), id("c")]);
    assert_eq!(round.events, 2);
    assert_eq!(round.failed[0].0, id("broken"));
    assert!(round.failed[0].1.contains("does not exist"));
    world.pass(TimeDelta::days(2)).await;
    assert_eq!(world.told(), Vec::<String>::new(), "what was never read cannot be stale");
    world.write("broken.md", &list(&FIVE));
    world.pass(TimeDelta::hours(1)).await;
    assert_eq!(world.meta("broken").failures, 0);
    assert_eq!(world.meta("broken").followed, world.meta("broken").last_change.unwrap());
}

#[tokio::test]
async fn failures_back_off_become_stale_and_recover() {
    let mut world = World::new(vec![local("a")]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    let last = world.now;
    std::fs::remove_file(world.path("a.md")).unwrap();
    world.pass(TimeDelta::hours(20)).await;
    assert!(world.told().is_empty());
    assert!(world.meta("a").failures > 3);
    world.pass(TimeDelta::hours(10)).await;
    assert_eq!(world.told(), ["stale"], "once");
    assert!(matches!(world.events().last().unwrap().news, News::Stale { since, .. } if since == last));
    assert_eq!(world.meta("a").entries, 5, "nothing is lost");
    world.write("a.md", &list(&with(&["zeta"])));
    world.pass(TimeDelta::hours(1)).await;
    assert_eq!(world.told(), ["stale", "recovered", "added zeta"]);
}

#[tokio::test]
async fn one_file_of_a_folder_never_loses_the_entries_of_another() {
    let mut world = World::new(vec![CatalogConfig::new(id("a"), "lists")]);
    std::fs::create_dir(world.path("lists")).unwrap();
    world.write("lists/one.md", &list(&FIVE));
    world.write("lists/two.md", "# Others\n\n- [omega](https://github.com/people/omega) - the last\n");
    world.poll().await;
    assert_eq!(world.meta("a").entries, 6);
    world.write("lists/two.md", "# Others\n\n- [omega](https://github.com/people/omega) - the last\n- [psi](https://github.com/people/psi) - before it\n");
    world.look("a").await;
    assert_eq!(world.told(), ["added psi"]);
    std::fs::write(world.path("lists/one.md"), b"\xff\xff\xff").unwrap();
    world.now += TimeDelta::minutes(5);
    assert_eq!(world.look("a").await.failed.len(), 1);
    assert_eq!(world.meta("a").entries, 7, "an unreadable file holds and does not empty");
    world.write("lists/one.md", &list(&FIVE));
    world.pass(TimeDelta::days(2)).await;
    assert_eq!(world.told(), ["added psi"]);
}
