//! What is told of an edit, when, and what never is.

use chrono::TimeDelta;
use whimbrel_news::News;

use super::{FIVE, World, id, list, local, settling, with};
use crate::Round;

#[tokio::test]
async fn first_sight_is_silent_but_for_one_event() {
    let world = World::new(vec![local("a")]);
    world.write("a.md", &list(&FIVE));
    let round = world.poll().await;
    assert_eq!((round.looked.len(), round.events), (1, 1));
    let events = world.events();
    assert!(matches!(events[0].news, News::Followed { entries: 5, listings: 5, sections: 1 }), "{events:?}");
    let meta = world.meta("a");
    assert_eq!((meta.title.as_str(), meta.entries, meta.failures), ("A list", 5, 0));
    assert_eq!(world.store.snapshot(&id("a")).unwrap().unwrap().entries.len(), 5);
    assert!(meta.next_due.unwrap() > world.now);
    assert_eq!(world.poll().await, Round::default(), "nothing is due");
}

#[tokio::test]
async fn an_edit_of_a_local_file_is_news_at_once() {
    let mut world = World::new(vec![local("a")]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    world.write("a.md", &list(&with(&["zeta"])));
    world.now += TimeDelta::seconds(1);
    let round = world.look("a").await;
    assert_eq!((round.changed, round.events), (vec![id("a")], 1));
    assert_eq!(world.told(), ["added zeta"]);
    assert_eq!(world.events()[1].at, world.now);
}

#[tokio::test]
async fn an_addition_is_told_once_it_has_stood() {
    let mut world = World::new(vec![settling("a")]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    world.pass(TimeDelta::hours(1)).await;
    world.write("a.md", &list(&with(&["zeta"])));
    world.look("a").await;
    let seen = world.now;
    assert!(world.told().is_empty());
    world.pass(TimeDelta::minutes(29)).await;
    assert!(world.told().is_empty());
    world.pass(TimeDelta::minutes(2)).await;
    assert_eq!(world.told(), ["added zeta"]);
    let event = world.events().pop().unwrap();
    assert_eq!(event.at, seen, "it happened when it was first seen");
    assert_eq!(event.recorded, seen + TimeDelta::minutes(30), "and was told when it had stood");
}

#[tokio::test]
async fn what_is_vandalised_and_restored_was_never_told() {
    let mut world = World::new(vec![settling("a")]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    for text in [list(&["casino"]), "# gone\n".to_owned(), list(&["alpha", "beta"])] {
        world.write("a.md", &text);
        world.look("a").await;
        world.pass(TimeDelta::hours(3)).await;
        world.write("a.md", &list(&FIVE));
        world.look("a").await;
        world.pass(TimeDelta::days(3)).await;
    }
    assert!(world.told().is_empty(), "{:?}", world.told());
    assert_eq!(world.meta("a").held, None);
}

#[tokio::test]
async fn a_mass_change_is_held_and_told_in_one_line() {
    let mut world = World::new(vec![settling("a")]);
    let many: Vec<String> = (0..60).map(|n| format!("thing{n}")).collect();
    let names: Vec<&str> = many.iter().map(String::as_str).collect();
    world.write("a.md", &list(&names[..20]));
    world.poll().await;
    world.write("a.md", &list(&names));
    world.look("a").await;
    assert!(world.meta("a").held.is_some());
    world.pass(TimeDelta::hours(23)).await;
    assert!(world.told().is_empty());
    world.pass(TimeDelta::hours(2)).await;
    assert_eq!(world.told(), ["reshaped"]);
    assert_eq!(world.meta("a").held, None);
    assert_eq!(world.meta("a").entries, 60);
}
