//! When a catalog is looked at, and what a look that finds nothing writes.

use chrono::TimeDelta;
use whimbrel_store::{CatalogMeta, Record};

use super::{FIVE, START, World, id, list, local, moment, with};
use crate::config::{CatalogConfig, Settings};
use crate::span::Span;

#[tokio::test]
async fn the_interval_adapts_between_floor_and_ceiling() {
    let catalog = CatalogConfig {
        interval_min: Some(Span::from_secs(600)),
        interval_max: Some(Span::from_secs(43_200)),
        ..local("a")
    };
    let mut world = World::new(vec![catalog]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    let mut looks = 0;
    let end = world.now + TimeDelta::days(3);
    while let Some(due) = world.watcher.next_due().await.unwrap().filter(|due| *due < end) {
        world.now = due;
        looks += world.poll().await.looked.len();
    }
    assert!((10..=20).contains(&looks), "{looks} looks in three quiet days");
    assert_eq!(world.meta("a").interval_secs, 43_200);
    world.write("a.md", &list(&with(&["zeta"])));
    world.look("a").await;
    assert_eq!(world.meta("a").interval_secs, 21_600);
}

#[tokio::test]
async fn an_unchanged_catalog_is_not_written() {
    let mut world = World::new(vec![local("a")]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    let before = world.store.touched_since(0, 1000).unwrap();
    world.pass(TimeDelta::days(1)).await;
    assert_eq!(world.store.touched_since(0, 1000).unwrap(), before);
    assert_eq!(world.meta("a").last_success, world.meta("a").last_look);
    assert!(world.meta("a").last_look.unwrap() > moment(START) + TimeDelta::hours(23));
}

#[tokio::test]
async fn one_that_hangs_does_not_stop_the_clock_of_the_others() {
    // It takes connections and never answers.
    let deaf = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/list.md", deaf.local_addr().unwrap());
    let settings = Settings { allow_private_addresses: true, concurrency: 1, ..Settings::default() };
    let mut world = World::with(settings, vec![CatalogConfig::new(id("deaf"), address), local("a")]);
    world.write("a.md", &list(&FIVE));

    let mut looked = Vec::new();
    while !looked.contains(&id("a")) {
        let round = world.watcher.poll_due_within(world.now, std::time::Duration::from_millis(1)).await;
        assert!(round.under_way > 0);
        looked.extend(round.looked);
    }
    assert_eq!(looked, [id("a")], "one look each, and one of them goes on");
    assert_eq!(world.events().len(), 1);
    assert_eq!(world.watcher.local(), [id("a")]);

    // Under another configuration it is still the same look; how it ended is told by a later round.
    world.watcher.reconfigure(world.folder.path(), world.settings.clone(), world.catalogs.clone()).unwrap();
    drop(deaf);
    let round = loop {
        let round = world.watcher.poll_due_within(world.now, std::time::Duration::from_millis(1)).await;
        if !round.looked.is_empty() {
            break round;
        }
    };
    assert_eq!((round.failed.len(), round.under_way), (1, 0), "{round:?}");
    assert_eq!(world.meta("deaf").failures, 1);

    // One that is followed no more is due no more, whatever its last look wrote.
    world.catalogs.retain(|catalog| catalog.id == id("a"));
    world.watcher.reconfigure(world.folder.path(), world.settings.clone(), world.catalogs.clone()).unwrap();
    world.poll().await;
    let record = Record::of(CatalogMeta { next_due: Some(world.now), ..world.meta("deaf") });
    world.store.record(&[record], world.now).unwrap();
    world.poll().await;
    assert_eq!(world.meta("deaf").next_due, None);
}
