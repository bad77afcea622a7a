//! The past of a catalog is shown and never sent.

use chrono::TimeDelta;

use super::{FIVE, START, World, at, id, list, local, moment, short, with};
use crate::config::{Backfill, CatalogConfig, Earlier};
use crate::source::git::scratch::Scratch;
use crate::span::Span;

#[tokio::test]
async fn backfill_replays_the_past_and_no_lane_ever_sees_it() {
    let mut repo = Scratch::bare();
    let day = 86_400;
    repo.write("README.md", list(&FIVE)).commit(START - 300 * day);
    repo.write("README.md", list(&with(&["old"]))).commit(START - 200 * day);
    repo.write("README.md", list(&with(&["old", "vandal"]))).commit(START - 60 * day);
    repo.write("README.md", list(&with(&["old"]))).commit(START - 60 * day + 60);
    repo.write("README.md", list(&with(&["old", "zeta"]))).commit(START - 50 * day);
    repo.write("README.md", list(&with(&["zeta"]))).commit(START - 40 * day);
    repo.write("README.md", list(&with(&["zeta", "fresh"]))).commit(START - 60);
    let source = format!("git:{}//README.md", repo.path().display());
    let config = |name: &str, backfill| CatalogConfig {
        backfill: Some(backfill),
        ..CatalogConfig::new(id(name), source.clone())
    };
    let mut world = World::new(vec![
        config("all", Backfill::All),
        config("part", Backfill::Last(Span::from_secs(90 * day as u64))),
    ]);
    let round = world.poll().await;
    assert_eq!((round.events, round.history), (2, 5));
    let of = |catalog: &str| -> Vec<(String, i64)> {
        let events = world.history().into_iter().filter(|event| event.catalog == Some(id(catalog)));
        events.map(|event| (short(&event), (at(&event) - START) / day)).collect()
    };
    let told = |text: &str, days: i64| (text.to_owned(), days);
    assert_eq!(of("all"), [told("added old", -200), told("added zeta", -50), told("removed old", -40)]);
    assert_eq!(of("part"), [told("added zeta", -50), told("removed old", -40)]);

    // What was still settling when it was followed is live news half an hour later; what was removed is remembered.
    world.pass(TimeDelta::hours(1)).await;
    assert_eq!(world.told(), ["added fresh", "added fresh"]);
    assert!(
        world
            .store
            .tombstone(&id("all"), &whimbrel_catalog::EntryKey::from_stored("github.com/people/old"))
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn dated_earlier_versions_are_replayed_like_a_history() {
    let catalog = CatalogConfig {
        history: vec![
            Earlier { at: moment(START - 3000), bytes: list(&FIVE[..3]).into_bytes() },
            Earlier { at: moment(START - 2000), bytes: list(&FIVE).into_bytes() },
        ],
        ..local("a")
    };
    let mut world = World::new(vec![catalog]);
    world.write("a.md", &list(&FIVE));
    world.poll().await;
    let history: Vec<(String, i64)> = world.history().iter().map(|event| (short(event), at(event))).collect();
    assert_eq!(
        history,
        [("added delta".to_owned(), START - 2000), ("added epsilon".to_owned(), START - 2000)]
    );
    assert!(world.told().is_empty());
    world.restart();
    world.pass(TimeDelta::hours(1)).await;
    assert_eq!(world.history().len(), 2, "once");
}

#[tokio::test]
async fn backfill_of_other_sources_is_refused_in_words() {
    let catalog = CatalogConfig { backfill: Some(Backfill::All), ..local("a") };
    let world = World::new(vec![catalog]);
    assert!(world.watcher.remarks()[0].contains("only a local git repository"));
}
