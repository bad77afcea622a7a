//! News is told, at its time and once.

use whimbrel_news::Kind;
use whimbrel_store::LaneId;

use super::world::{World, added, chat, new, of_kind, time};
use crate::{Content, LaneState, Settings, Verdict, Why};

#[tokio::test(start_paused = true)]
async fn instant_news_settles_and_is_told_once() {
    let world = World::new();
    world.added(&["early"]);
    world.round().await;
    world.subscribe(&chat(1), "instant", "").await;
    world.added(&["a", "b"]);
    world.round().await;
    assert!(world.read(&chat(1)).is_empty(), "it has not settled");
    world.pass(5).await;
    world.added(&["c", "d"]);
    world.round().await;
    world.pass(5).await;
    let told = world.round().await;
    assert_eq!((told.served, told.messages), (1, 2), "what came while it settled goes with it");
    assert_eq!(world.read(&chat(1)), ["a b c", "d"]);
    world.run(100).await;
    assert_eq!(world.read(&chat(1)).len(), 2);
    assert_eq!(world.fanout.next_due(), None, "an idle lane costs nothing");
    world.record("tools", vec![of_kind(Kind::Removed, "e", world.now())]);
    world.run(60).await;
    assert_eq!(
        world.read(&chat(1)).len(),
        2,
        "instant lanes do not tell of removals unless they are asked for"
    );
}

#[tokio::test(start_paused = true)]
async fn a_digest_covers_its_period_up_to_its_moment_and_with_it() {
    let world = World::new();
    world.subscribe(&chat(1), "weekly mon 09:00", "").await;
    world.added(&["a"]);
    world.run(3 * 86_400).await;
    assert!(world.read(&chat(1)).is_empty());
    // Monday at nine, to the second.
    let monday = time("2026-11-23T09:00:00Z");
    world.pass((monday - world.now()).num_seconds() as u64).await;
    assert_eq!(world.now(), monday);
    world.added(&["b"]);
    world.round().await;
    assert_eq!(world.read(&chat(1)), ["digest of 18 to 23 November 2026: a b"]);
    world.pass(1).await;
    world.added(&["c"]);
    world.run(86_400).await;
    assert_eq!(world.read(&chat(1)).len(), 1);
    world.run(7 * 86_400).await;
    assert_eq!(world.read(&chat(1))[1], "digest of 23 to 30 November 2026: c");
    world.run(30 * 86_400).await;
    assert_eq!(world.read(&chat(1)).len(), 2, "an empty week is silent");
}

#[tokio::test(start_paused = true)]
async fn a_digest_that_is_late_is_told_once_and_covers_what_was_due() {
    let mut world = World::new();
    world.subscribe(&chat(1), "daily 09:00", "").await;
    world.added(&["a"]);
    world.round().await;
    // The program sleeps for three days and a half.
    world.pass(84 * 3600).await;
    world.restart();
    world.added(&["late"]);
    world.round().await;
    assert_eq!(world.read(&chat(1)), ["digest of 18 to 21 November 2026: a"]);
    world.run(12 * 3600).await;
    assert_eq!(world.read(&chat(1))[1..], ["digest of the day to 22 November 2026, 09:00: late"]);
}

#[tokio::test(start_paused = true)]
async fn an_empty_period_is_told_where_that_is_wanted() {
    let world = World::with(Settings { tell_empty: true, ..Settings::default() });
    world.subscribe(&chat(1), "daily 09:00", "").await;
    world.run(2 * 86_400).await;
    assert_eq!(
        world.read(&chat(1)),
        ["digest of the day to 19 November 2026, 09:00: ", "digest of the day to 20 November 2026, 09:00: "]
    );
    world.subscribe(&chat(2), "instant", "").await;
    world.run(3600).await;
    assert!(world.read(&chat(2)).is_empty());
}

#[tokio::test(start_paused = true)]
async fn quiet_hours_move_the_flush_and_nothing_else() {
    let world = World::new();
    world.subscribe(&chat(1), "instant quiet 22:00-07:00", "").await;
    world.subscribe(&chat(2), "instant", "").await;
    world.pass(11 * 3600).await;
    world.added(&["a"]);
    world.run(3600).await;
    world.added(&["b"]);
    world.run(3600).await;
    assert_eq!((world.read(&chat(1)).len(), world.read(&chat(2)).len()), (0, 2));
    world.run(7 * 3600).await;
    assert_eq!(world.read(&chat(1)), ["a b"]);
}

#[tokio::test(start_paused = true)]
async fn several_filters_of_a_lane_tell_an_event_once() {
    let world = World::new();
    let first = world.subscribe(&chat(1), "instant", "catalog:tools").await;
    world.added(&["a"]);
    let second = world.subscribe(&chat(1), "instant", "kind:added,removed").await;
    assert_eq!((first.number, second.number, first.lane), (1, 2, second.lane));
    world.added(&["b"]);
    let gone = of_kind(Kind::Removed, "c", world.now());
    let other = added("d", world.now());
    world.record("tools", vec![gone]);
    world.record("books", vec![other]);
    world.run(60).await;
    assert_eq!(world.read(&chat(1)), ["a b c", "d"]);
    // Another rhythm is another lane, and tells it again.
    let third = world.subscribe(&chat(1), "hourly", "catalog:tools").await;
    assert_ne!(third.lane, first.lane);
    world.added(&["e"]);
    world.run(3600).await;
    assert_eq!(world.read(&chat(1))[2], "e");
    assert!(world.read(&chat(1))[3].ends_with(": e"), "{:?}", world.read(&chat(1)));
}

#[tokio::test(start_paused = true)]
async fn digests_fold_what_cancels_and_show_what_filters_name() {
    let world = World::new();
    world.subscribe(&chat(1), "hourly", "catalog:tools").await;
    world.subscribe(&chat(2), "hourly", "catalog:tools kind:edited").await;
    world.pass(60).await;
    let now = world.now();
    world.record(
        "tools",
        vec![added("a", now), of_kind(Kind::Removed, "a", now), of_kind(Kind::Edited, "b", now)],
    );
    world.run(3600).await;
    assert!(world.read(&chat(1)).is_empty(), "nothing is left: {:?}", world.read(&chat(1)));
    assert_eq!(world.read(&chat(2)), ["digest of 18 November 2026, 12:00 to 13:00: b"]);
    assert_eq!(world.fanout.status().waiting, 0);
}

#[tokio::test(start_paused = true)]
async fn a_first_digest_can_be_asked_for() {
    let world = World::new();
    world.added(&["old"]);
    world.pass(86_400).await;
    let since = world.now();
    world.pass(60).await;
    world.added(&["a"]);
    world.run(60).await;
    world.subscribe(&chat(1), "weekly mon 09:00", "kind:added").await;
    let mut first = new(&chat(1), "weekly mon 09:00", "");
    first.since = Some(since);
    world.fanout.subscribe(first, world.now()).await.unwrap();
    world.round().await;
    assert_eq!(world.read(&chat(1)), ["digest of 19 November 2026, 12:00 to 12:02: a"]);
    world.added(&["b"]);
    world.run(7 * 86_400).await;
    // By then both subscriptions are one lane.
    assert_eq!(world.read(&chat(1))[1..], ["digest of 19 to 23 November 2026: b"]);
    let lanes: Vec<_> = world.fanout.subscriptions(&chat(1)).iter().map(|one| one.lane).collect();
    assert_eq!((lanes.len(), lanes[0]), (2, lanes[1]));
}

#[tokio::test(start_paused = true)]
async fn a_preview_shows_what_a_digest_would_and_moves_nothing() {
    let world = World::new();
    let lane = || world.fanout.subscriptions(&chat(1)).first().map_or(LaneId(9), |one| one.lane);
    assert_eq!(world.fanout.preview(&chat(1), lane(), world.now()).await.unwrap(), None);
    world.added(&["before"]);
    world.subscribe(&chat(1), "weekly mon 09:00", "").await;
    world.added(&["a"]);
    world.round().await;
    for _ in 0..2 {
        let bundle = world.fanout.preview(&chat(1), lane(), world.now()).await.unwrap().unwrap();
        let Content::Digest { digest, read, .. } = &bundle.content else { panic!("{bundle:?}") };
        assert_eq!(digest.counts[&Kind::Added], 2);
        assert_eq!(read.len(), 1);
        assert_eq!(bundle.titles.values().collect::<Vec<_>>(), ["The tools list"]);
    }
    assert!(world.read(&chat(1)).is_empty());
    world.run(6 * 86_400).await;
    assert!(world.read(&chat(1))[0].ends_with(": a"));
}

#[tokio::test(start_paused = true)]
async fn it_can_be_asked_why() {
    let world = World::new();
    let before = world.added(&["before"]);
    let id = |seq| whimbrel_news::EventId { epoch: world.store.epoch(), history: false, seq };
    let why = async |seq| world.fanout.why(&chat(1), id(seq)).await.unwrap();
    assert_eq!(why(before).await, Why::NoSubscription);
    assert_eq!(why(99).await, Why::NoEvent);
    world.subscribe(&chat(1), "instant", "").await;
    world.subscribe(&chat(1), "daily 09:00", "catalog:books word").await;
    let verdicts = async |seq| match why(seq).await {
        Why::Subscriptions(verdicts) => verdicts,
        other => panic!("{other:?}"),
    };
    assert_eq!(verdicts(before).await, [(1, Verdict::Before), (2, Verdict::Before)]);
    let seq = world.added(&["a"]);
    let (_, fresh) = verdicts(seq).await.swap_remove(0);
    assert_eq!(fresh, Verdict::NotMatched);
    let edited = world.record("tools", vec![of_kind(Kind::Edited, "b", world.now())]);
    world.round().await;
    let found = verdicts(seq).await;
    assert_eq!(found[0].1, Verdict::Waits { due: time("2026-11-18T12:00:10Z") });
    assert_eq!(found[1].1, Verdict::Filtered(whimbrel_news::Filter::parse("catalog:books").unwrap()));
    assert_eq!(verdicts(edited).await[0].1, Verdict::Unusual(Kind::Edited));
    world.run(10).await;
    assert_eq!(verdicts(seq).await[0].1, Verdict::Told { by: None });
    world.fanout.pause(&chat(1), world.now()).await.unwrap();
    let silent = world.added(&["c"]);
    world.round().await;
    assert_eq!(verdicts(silent).await[0].1, Verdict::Paused(world.now()));
    assert_eq!(world.fanout.subscriptions(&chat(1))[0].state, LaneState::Paused(world.now()));
    world.subscribe(&chat(2), "daily 09:00", "").await;
    let digested = world.added(&["d"]);
    world.run(86_400).await;
    let Why::Subscriptions(found) = world.fanout.why(&chat(2), id(digested)).await.unwrap() else {
        panic!("chat 2 subscribed")
    };
    assert_eq!(found, [(1, Verdict::Told { by: Some(time("2026-11-19T09:00:00Z")) })]);
}

#[tokio::test(start_paused = true)]
async fn a_period_is_told_once_however_late_a_look_writes_what_it_saw() {
    let world = World::new();
    world.subscribe(&chat(1), "hourly", "").await;
    world.pass(60).await;
    world.added(&["a"]);
    world.run(3_545).await;
    assert_eq!(world.read(&chat(1)).len(), 1, "13:00 was told at 13:00:05");
    // The look began before the hour was over.
    let began = world.now() - chrono::TimeDelta::seconds(10);
    let meta =
        whimbrel_store::CatalogMeta::unseen(whimbrel_news::CatalogId::new("tools").unwrap(), "file:x", began);
    let news = vec![super::world::added("b", began)];
    world
        .store
        .record(&[whimbrel_store::Record { news, ..whimbrel_store::Record::of(meta) }], began)
        .unwrap();
    world.run(600).await;
    assert_eq!(world.read(&chat(1)).len(), 1, "{:?}", world.read(&chat(1)));
    world.added(&["c"]);
    world.run(3_600).await;
    let read = world.read(&chat(1));
    assert!(read.len() == 2 && read[1].contains("b c"), "{read:?}");
}

#[tokio::test(start_paused = true)]
async fn a_subscription_made_when_a_digest_is_due_waits_for_the_next() {
    let world = World::new();
    let monday = time("2026-11-23T09:00:00Z");
    world.pass((monday - world.now()).num_seconds() as u64).await;
    world.subscribe(&chat(1), "weekly mon 09:00", "").await;
    world.added(&["a"]);
    world.round().await;
    assert!(world.read(&chat(1)).is_empty(), "a period without any length is none");
    world.run(7 * 86_400).await;
    assert_eq!(world.read(&chat(1)), ["digest of 23 to 30 November 2026: a"]);
}
