//! After a start, another configuration, another parser or an older state, it goes on where it was.

use chrono::TimeDelta;
use whimbrel_store::{Record, Store};

use super::{FIVE, World, id, list, local, settling, with};
use crate::config::{CatalogConfig, Settings};
use crate::{Github, Watcher};

#[tokio::test]
async fn a_restart_goes_on_where_it_was() {
    let mut world = World::new(vec![settling("a")]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    world.write("a.md", &list(&with(&["zeta"])));
    world.look("a").await;
    world.restart();
    world.pass(TimeDelta::minutes(31)).await;
    assert_eq!(world.told(), ["added zeta"]);
    world.write("a.md", &list(&FIVE));
    world.look("a").await;
    world.restart();
    world.pass(TimeDelta::hours(25)).await;
    assert_eq!(world.told(), ["added zeta", "removed zeta"]);
    world.restart();
    world.write("a.md", &list(&with(&["zeta"])));
    world.look("a").await;
    world.pass(TimeDelta::hours(1)).await;
    assert_eq!(world.told(), ["added zeta", "removed zeta", "restored zeta"]);
}

#[tokio::test]
async fn a_new_parser_reads_the_kept_documents_again_and_tells_nothing() {
    let mut world = World::new(vec![settling("a")]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    world.write("a.md", &list(&with(&["zeta"])));
    world.look("a").await;
    // The store was written by an older parser, which saw one entry less and other words in another.
    let mut meta = world.meta("a");
    meta.parser = 0;
    let mut rows = world.store.snapshot(&id("a")).unwrap().unwrap().entries;
    rows[1].description = "misread".into();
    let mut record = Record::of(meta);
    record.delete = vec![rows[0].key.clone()];
    record.put = vec![rows[1].clone()];
    world.store.record(&[record], world.now).unwrap();

    world.restart();
    world.pass(TimeDelta::minutes(31)).await;
    assert_eq!(world.told(), ["added zeta"], "what was settling goes on");
    let entries = world.store.snapshot(&id("a")).unwrap().unwrap().entries;
    assert_eq!(entries.len(), 6);
    assert!(entries.iter().all(|entry| entry.description != "misread"));
    assert_eq!(world.meta("a").parser, whimbrel_catalog::parse::PARSER_VERSION);
}

#[tokio::test]
async fn a_catalog_taken_out_is_kept_and_goes_on_when_it_is_named_again() {
    let mut world = World::new(vec![local("a"), local("b")]);
    world.write("a.md", &list(&FIVE));
    world.write("b.md", &list(&FIVE));
    world.poll().await;
    let both = world.catalogs.clone();
    world.watcher.reconfigure(world.folder.path(), world.settings.clone(), vec![local("a")]).unwrap();
    world.write("b.md", &list(&with(&["zeta"])));
    world.pass(TimeDelta::days(2)).await;
    assert!(world.told().is_empty());
    assert_eq!(world.meta("b").next_due, None);
    assert_eq!(world.meta("b").entries, 5);
    world.watcher.reconfigure(world.folder.path(), world.settings.clone(), both).unwrap();
    world.pass(TimeDelta::minutes(1)).await;
    assert_eq!(world.told(), ["added zeta"]);
}

#[tokio::test]
async fn a_new_place_for_a_catalog_is_compared_with_what_is_known() {
    let mut world = World::new(vec![local("a")]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    world.write("moved.md", &list(&with(&["zeta"])));
    let moved = CatalogConfig::new(id("a"), "moved.md");
    world.watcher.reconfigure(world.folder.path(), world.settings.clone(), vec![moved]).unwrap();
    world.pass(TimeDelta::seconds(1)).await;
    assert_eq!(world.told(), ["added zeta"]);
    assert!(world.meta("a").source.ends_with("moved.md"));
}

#[tokio::test]
async fn wrong_configurations_are_refused_all_at_once() {
    let wrong = vec![
        CatalogConfig::new(id("a"), "gitlab:o/r"),
        CatalogConfig::new(id("b"), "github:o"),
        local("c"),
        local("c"),
    ];
    let store = Store::in_memory().unwrap();
    let error = Watcher::new(store, std::path::Path::new("."), Settings::default(), Github::anybody(), wrong)
        .err()
        .unwrap();
    let text = error.to_string();
    assert!(["`a`", "`b`", "`c`"].iter().all(|name| text.contains(name)), "{text}");
}

#[tokio::test]
async fn a_state_that_came_back_older_is_brought_up_to_date_quietly() {
    let mut world = World::new(vec![settling("a")]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    world.pass(TimeDelta::hours(1)).await;
    world.write("a.md", &list(&with(&["pending"])));
    world.look("a").await;
    let mut meta = world.meta("a");
    meta.cursor.insert(whimbrel_store::BEHIND.to_owned(), "1".to_owned());
    world.store.record(&[Record::of(meta)], world.now).unwrap();

    world.write("a.md", &list(&["alpha", "beta", "pending", "told"]));
    world.look("a").await;
    assert!(!world.meta("a").cursor.contains_key(whimbrel_store::BEHIND));
    assert_eq!(world.meta("a").entries, 4);
    assert_eq!(world.store.snapshot(&id("a")).unwrap().unwrap().entries.len(), 4);
    world.pass(TimeDelta::days(3)).await;
    assert!(world.told().is_empty(), "{:?}", world.told());

    world.write("a.md", &list(&["alpha", "beta", "pending", "told", "new"]));
    world.look("a").await;
    world.pass(TimeDelta::hours(1)).await;
    assert_eq!(world.told(), ["added new"], "what comes after is news again");
}
