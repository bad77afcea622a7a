//! What subscribers do.

use chrono::TimeDelta;
use whimbrel_news::Filter;
use whimbrel_store::{Origin, Settings as StoreSettings, Store};

use super::world::{World, chat, new, time};
use crate::{Cadence, Destination, LaneState, New, Settings, SubscribeError};

fn names(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("e{n:03}")).collect()
}

fn add(world: &World, count: usize) {
    world.added(&names(count).iter().map(String::as_str).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_pause_keeps_and_what_was_kept_is_at_most_one_digest() {
    for (count, messages) in [(50, 17), (51, 1)] {
        let world = World::new();
        world.subscribe(&chat(1), "instant", "").await;
        world.subscribe(&chat(1), "daily 09:00", "").await;
        assert_eq!(world.fanout.pause(&chat(1), world.now()).await.unwrap(), 2);
        assert_eq!(world.fanout.pause(&chat(1), world.now()).await.unwrap(), 0);
        add(&world, count);
        world.run(3 * 86_400).await;
        assert!(world.read(&chat(1)).is_empty());
        assert_eq!(world.fanout.resume(&chat(1), world.now()).await.unwrap(), 2);
        world.run(60).await;
        let read = world.read(&chat(1));
        let digests = read.iter().filter(|text| text.starts_with("catch-up of")).count();
        assert_eq!((read.len(), digests), (messages + 1, 1 + usize::from(count > 50)), "{read:?}");
        for name in names(count) {
            assert_eq!(read.iter().filter(|text| text.contains(&name)).count(), 2, "once in each lane");
        }
        world.run(86_400 * 2).await;
        assert_eq!(world.read(&chat(1)).len(), messages + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_is_refused_and_so_is_what_cannot_be() {
    let world = World::with(Settings { subscriptions_each: 3, ..Settings::default() });
    let subscribe = async |to: Destination, cadence, filter| {
        world.fanout.subscribe(new(&to, cadence, filter), world.now()).await
    };
    subscribe(chat(1), "instant", "a").await.unwrap();
    assert!(matches!(subscribe(chat(1), "instant", "a").await, Err(SubscribeError::Already(1))));
    assert!(matches!(subscribe(chat(1), "instant", "-()").await, Err(SubscribeError::Nothing)));
    subscribe(chat(1), "daily 09:00", "a").await.unwrap();
    subscribe(chat(2), "instant", "a").await.unwrap();
    subscribe(chat(1), "instant", "b").await.unwrap();
    assert!(matches!(subscribe(chat(1), "instant", "c").await, Err(SubscribeError::TooMany(3))));
    let ended = world.fanout.unsubscribe(&chat(1), 3, world.now()).await.unwrap();
    subscribe(chat(1), "instant", "c").await.unwrap();
    let back = world.fanout.bring_back(&chat(1), ended, world.now()).await;
    assert!(matches!(back, Err(SubscribeError::TooMany(3))), "others took its place");
    subscribe(chat(3), "instant", "/a/ or /b/ or /c/").await.unwrap();
    subscribe(chat(3), "daily 09:00", "/d/ or /e/").await.unwrap();
    let many = subscribe(chat(3), "instant", "/f/ or /g/").await;
    assert!(matches!(many, Err(SubscribeError::TooManyPatterns(6))));
    subscribe(chat(3), "instant", "/f/").await.unwrap();
    let unknown = world.fanout.unsubscribe(&chat(1), 9, world.now()).await;
    assert!(matches!(unknown, Err(SubscribeError::Unknown(9))));
    let unknown = world.fanout.set_cadence(&chat(1), Some(9), Cadence::default(), world.now()).await;
    assert!(matches!(unknown, Err(SubscribeError::Unknown(9))));
}

#[tokio::test(start_paused = true)]
async fn an_ended_subscription_can_be_brought_back_as_it_was() {
    let mut world = World::new();
    world.subscribe(&chat(1), "instant", "ant").await;
    world.subscribe(&chat(1), "instant", "bee").await;
    world.added(&["ant1", "bee1"]);
    world.run(60).await;
    let ended = world.fanout.unsubscribe(&chat(1), 1, world.now()).await.unwrap();
    world.added(&["ant2", "bee2", "antbee"]);
    world.run(60).await;
    assert_eq!(world.read(&chat(1)), ["ant1 bee1", "bee2 antbee"]);
    world.restart();
    let back = world.fanout.bring_back(&chat(1), ended, world.now()).await.unwrap();
    assert_eq!(back.number, 1);
    world.run(60).await;
    assert_eq!(world.read(&chat(1))[2..], ["ant2"], "what was told already is not told again");
    let lanes: Vec<_> = world.fanout.subscriptions(&chat(1)).iter().map(|one| one.lane).collect();
    assert_eq!((lanes.len(), lanes[0]), (2, lanes[1]));
    world.fanout.unsubscribe(&chat(1), 1, world.now()).await.unwrap();
    let last = world.fanout.unsubscribe(&chat(1), 2, world.now()).await.unwrap();
    assert_eq!(world.fanout.status().lanes, 0);
    assert_eq!(world.fanout.status().destinations, 0);
    world.fanout.bring_back(&chat(1), last, world.now()).await.unwrap();
    assert_eq!(world.fanout.subscriptions(&chat(1)).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn another_cadence_takes_what_waits_with_it() {
    let world = World::new();
    world.subscribe(&chat(1), "instant", "ant").await;
    world.subscribe(&chat(1), "daily 09:00", "bee").await;
    world.added(&["ant1", "bee1"]);
    world.round().await;
    let changed =
        world.fanout.set_cadence(&chat(1), Some(1), "daily 09:00".parse().unwrap(), world.now()).await;
    let changed = changed.unwrap();
    assert_eq!((changed.len(), changed[0].lane), (2, changed[1].lane));
    assert_eq!(changed[0].next, Some(time("2026-11-19T09:00:00Z")));
    world.run(86_400).await;
    assert_eq!(world.read(&chat(1)), ["digest of the day to 19 November 2026, 09:00: ant1 bee1"]);
    world.added(&["ant2", "bee2"]);
    world.round().await;
    world
        .fanout
        .set_zone(&chat(1), whimbrel_news::Zone::named("Europe/Berlin").unwrap(), world.now())
        .await
        .unwrap();
    let all = world.fanout.subscriptions(&chat(1));
    assert!(all.iter().all(|one| one.cadence.to_string() == "daily 09:00 Europe/Berlin"), "{all:?}");
    world.fanout.set_cadence(&chat(1), None, "instant".parse().unwrap(), world.now()).await.unwrap();
    world.run(60).await;
    assert_eq!(world.read(&chat(1))[1..], ["ant2 bee2"]);
    assert_eq!(world.fanout.status().lanes, 1);
}

#[tokio::test(start_paused = true)]
async fn forgetting_leaves_nothing() {
    let mut world = World::new();
    world.subscribe(&chat(1), "instant", "a").await;
    world.subscribe(&chat(1), "weekly", "").await;
    world.added(&["a1"]);
    world.round().await;
    assert_eq!(world.fanout.forget(&chat(1), world.now()).await.unwrap(), 2);
    world.run(86_400 * 7).await;
    assert!(world.read(&chat(1)).is_empty());
    world.restart();
    assert_eq!(world.fanout.status().lanes, 0);
    assert!(world.store.lanes(None, 9).unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_configuration_says_what_its_subscriptions_are() {
    let world = World::new();
    let configured = |name: &str, filter: &str| New {
        origin: Origin::Configuration { name: name.to_owned() },
        ..new(&Destination::Webhook { name: name.to_owned() }, "instant", filter)
    };
    world.subscribe(&chat(1), "instant", "").await;
    let both = vec![configured("one", "a"), configured("two", "b")];
    world.fanout.configure(both.clone(), world.now()).await.unwrap();
    world.added(&["a1", "b1"]);
    world.round().await;
    world.fanout.configure(both.clone(), world.now()).await.unwrap();
    world.run(60).await;
    assert_eq!(world.read(&both[0].destination), ["a1"], "it went on where it was");
    world.fanout.configure(vec![configured("two", "c")], world.now()).await.unwrap();
    assert!(world.fanout.subscriptions(&both[0].destination).is_empty());
    let two = world.fanout.subscriptions(&both[1].destination);
    assert_eq!(two.iter().map(|one| one.filter.clone()).collect::<Vec<_>>(), [Filter::text("c")]);
    assert_eq!(world.fanout.subscriptions(&chat(1)).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_people_add_to_a_place_of_the_configuration_is_theirs() {
    let mut world = World::new();
    let wanted =
        New { origin: Origin::Configuration { name: "tools".to_owned() }, ..new(&chat(1), "instant", "a") };
    world.fanout.configure(vec![wanted.clone()], world.now()).await.unwrap();
    world.subscribe(&chat(1), "instant", "b").await;
    world.restart();
    world.fanout.configure(vec![wanted], world.now()).await.unwrap();
    let filters = |world: &World| -> Vec<Filter> {
        world.fanout.subscriptions(&chat(1)).into_iter().map(|one| one.filter).collect()
    };
    assert_eq!(filters(&world), [Filter::text("a"), Filter::text("b")]);
    let origins: Vec<_> = world
        .fanout
        .subscriptions(&chat(1))
        .iter()
        .map(|one| matches!(one.origin, Origin::Configuration { .. }))
        .collect();
    assert_eq!(origins, [true, false], "each belongs to who asked for it");
    world.fanout.configure(Vec::new(), world.now()).await.unwrap();
    assert_eq!(filters(&world), [Filter::text("b")]);
}

#[tokio::test(start_paused = true)]
async fn lanes_that_are_carried_forward_leave_little_to_read_again() {
    let mut world = World::new();
    world.subscribe(&chat(1), "weekly", "a").await;
    world.subscribe(&chat(2), "weekly", "nothing").await;
    world.added(&["a1", "b1"]);
    world.round().await;
    assert_eq!(world.store.matched().unwrap(), 0, "not at once");
    world.pass(3700).await;
    world.added(&["b2"]);
    world.round().await;
    assert_eq!(world.store.matched().unwrap(), 3);
    world.restart();
    assert_eq!(world.fanout.match_new(world.now()).await.unwrap(), 0);
    assert_eq!(world.fanout.subscriptions(&chat(1))[0].state, LaneState::Waiting);
    assert_eq!(world.fanout.subscriptions(&chat(2))[0].state, LaneState::Idle);
    world.run(86_400 * 6).await;
    assert_eq!(world.read(&chat(1)), ["digest of 18 to 23 November 2026: a1"]);
    assert!(world.read(&chat(2)).is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_retention_takes_from_a_silent_lane_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let settings = StoreSettings { journal_days: 3, ..StoreSettings::default() };
    let store = Store::open(&settings, folder.path(), time("2026-11-18T12:00:00Z")).unwrap().store;
    let world = World::over(store, Settings::default());
    world.subscribe(&chat(1), "instant", "a").await;
    world.subscribe(&chat(2), "daily 09:00", "a").await;
    world.fanout.pause(&chat(1), world.now()).await.unwrap();
    for _ in 0..20 {
        world.added(&["a1", "b1", "a2"]);
        world.run(3600 * 12).await;
    }
    let prune = async || {
        while world.fanout.prune(world.now()).await.unwrap() > 0 {}
        world.store.events_after(0, 1).unwrap()[0].seq
    };
    let first = prune().await;
    let kept = world.now() - TimeDelta::days(3);
    assert!(first > 1 && world.store.events_after(0, 1).unwrap()[0].recorded >= kept - TimeDelta::hours(13));
    world.fanout.resume(&chat(1), world.now()).await.unwrap();
    world.run(60).await;
    let read = world.read(&chat(1));
    let dropped: u64 = read[0].split_once(" dropped; ").unwrap().0.parse().unwrap();
    let told = read.join(" ").matches('a').count() as u64;
    assert!(dropped > 20, "{read:?}");
    assert!(read.len() <= 5 && told >= 10, "{read:?}");
    world.added(&["a9"]);
    world.run(60).await;
    assert_eq!(world.read(&chat(1)).last().unwrap(), "a9", "it is said once");
    // A lane that can be told holds what it waits for.
    let daily = world.read(&chat(2)).join(" ");
    assert!(!daily.contains("dropped") && daily.matches("a1").count() == 10, "{daily}");
}
