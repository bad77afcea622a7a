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
    // one that cannot be read keeps what was last read of it, and holds up nobody
    std::fs::write(world.path("lists/one.md"), b"\xff\xff\xff").unwrap();
    world.write("lists/two.md", "# Others\n\n- [omega](https://github.com/people/omega) - the last\n- [chi](https://github.com/people/chi) - before both\n");
    world.now += TimeDelta::minutes(5);
    assert_eq!(world.look("a").await.failed, []);
    assert!(world.told().contains(&"added chi".to_owned()), "{:?}", world.told());
    assert_eq!((world.meta("a").entries, world.meta("a").failures), (7, 0));
    let [unread] = &world.meta("a").unread[..] else { panic!("{:?}", world.meta("a").unread) };
    assert!(unread.starts_with("one.md: "), "{unread}");
    world.restart();
    world.pass(TimeDelta::days(2)).await;
    assert_eq!((world.meta("a").entries, world.meta("a").unread.len()), (7, 1));

    // what changed in it meanwhile is told when it can be read again
    let told = world.told().len();
    world.write("lists/one.md", &list(&with(&["zeta"])));
    world.look("a").await;
    assert_eq!(world.told()[told..], ["added zeta"]);
    assert_eq!(world.meta("a").unread, Vec::<String>::new());

    // what is gone is gone
    std::fs::remove_file(world.path("lists/two.md")).unwrap();
    world.write("lists/three.md", "# More\n\n- [rho](https://github.com/people/rho) - in the middle\n");
    world.look("a").await;
    world.pass(TimeDelta::days(2)).await;
    assert!(world.told().contains(&"removed omega".to_owned()), "{:?}", world.told());
}

#[tokio::test]
async fn a_file_of_a_folder_that_was_never_read_is_missing_until_it_is() {
    let mut world = World::new(vec![CatalogConfig::new(id("a"), "lists")]);
    std::fs::create_dir(world.path("lists")).unwrap();
    world.write("lists/one.md", &list(&FIVE));
    world.write("lists/three.md", "# More\n\n- [rho](https://github.com/people/rho) - in the middle\n");
    std::os::unix::fs::symlink("/dev/null", world.path("lists/two.md")).unwrap();
    assert_eq!(world.poll().await.failed, []);
    let meta = world.meta("a");
    assert_eq!((meta.entries, meta.unread.len()), (6, 1));
    assert!(meta.unread[0].contains("two.md is no regular file"), "{:?}", meta.unread);
    std::fs::remove_file(world.path("lists/two.md")).unwrap();
    world.write("lists/two.md", "# Others\n\n- [omega](https://github.com/people/omega) - the last\n");
    world.pass(TimeDelta::hours(2)).await;
    assert_eq!(world.told(), ["added omega"]);
    assert!(world.meta("a").unread.is_empty());

    // when nothing can be read, the look has failed
    for name in ["one.md", "two.md", "three.md"] {
        std::fs::write(world.path("lists").join(name), b"\xff\xff").unwrap();
    }
    world.now += TimeDelta::minutes(5);
    assert_eq!(world.look("a").await.failed.len(), 1);
    assert_eq!(world.meta("a").entries, 7, "and nothing is lost");
}
