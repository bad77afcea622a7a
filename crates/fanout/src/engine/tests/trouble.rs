//! Services and destinations that fail, each in its way.

use std::collections::BTreeSet;

use super::world::{Fault, World, chat};
use crate::{Destination, LaneState, Service, Settings, Style, Verdict, Why};

fn many(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("e{n:03}")).collect()
}

fn add(world: &World, names: &[String]) -> u64 {
    world.added(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

#[tokio::test(start_paused = true)]
async fn what_fails_is_tried_again_with_growing_delays_until_it_arrives() {
    let world = World::new();
    world.subscribe(&chat(1), "instant", "").await;
    world.subscribe(&chat(2), "instant", "").await;
    world.faults(&chat(1), &[Fault::Fails, Fault::Fails, Fault::Wait(700), Fault::Fails]);
    world.added(&["a"]);
    world.run(11).await;
    assert_eq!(world.read(&chat(2)), ["a"], "one that is sick stops nobody");
    let LaneState::Retrying(retry) = world.fanout.subscriptions(&chat(1))[0].state.clone() else { panic!() };
    assert_eq!((retry.failures, retry.reason.as_str()), (1, "Bad Gateway"));
    world.added(&["b"]);
    world.run(1000).await;
    assert_eq!(world.read(&chat(1)), ["a", "b"]);
    let calls = world.telegram.state().calls.clone();
    let calls: Vec<_> =
        calls.into_iter().filter(|(_, to)| *to == chat(1).to_string()).map(|(at, _)| at).collect();
    let waits: Vec<u64> = calls.windows(2).map(|two| (two[1] - two[0]).as_secs()).collect();
    assert_eq!(waits[..4], [2, 4, 700, 16]);
    assert_eq!(world.fanout.subscriptions(&chat(1))[0].state, LaneState::Idle);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_arrived_without_an_answer_has_the_same_nonce_again() {
    let world = World::new();
    world.subscribe(&chat(1), "instant", "").await;
    world.faults(&chat(1), &[Fault::Lost]);
    world.added(&["a", "b", "c", "d"]);
    world.run(60).await;
    let messages = world.telegram.state().messages.clone();
    let texts: Vec<_> = messages.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(texts, ["a b c", "a b c", "d"]);
    assert_eq!(messages[0].nonce, messages[1].nonce);
    assert_ne!(messages[1].nonce, messages[2].nonce);
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_refuses_is_parked_with_its_reason_and_comes_back_with_a_digest() {
    let world = World::new();
    world.subscribe(&chat(1), "instant", "").await;
    world.faults(&chat(1), &[Fault::Refused]);
    world.added(&["a"]);
    world.run(60).await;
    let parked = world.fanout.subscriptions(&chat(1))[0].state.clone();
    assert!(matches!(&parked, LaneState::Parked(parked) if parked.reason.contains("blocked")), "{parked:?}");
    let seq = add(&world, &many(60));
    world.run(86_400).await;
    assert_eq!(world.telegram.state().calls.len(), 1, "nothing is tried");
    let id = whimbrel_news::EventId { epoch: world.store.epoch(), history: false, seq };
    let why = world.fanout.why(&chat(1), id).await.unwrap();
    assert!(matches!(why, Why::Subscriptions(why) if matches!(why[0].1, Verdict::Parked(_))));
    assert_eq!(world.fanout.unpark(&chat(1), world.now()).await.unwrap(), 1);
    world.run(60).await;
    let read = world.read(&chat(1));
    assert_eq!(read.len(), 1, "{read:?}");
    assert!(read[0].starts_with("catch-up of ") && read[0].ends_with("e059"), "{read:?}");
    world.added(&["z"]);
    world.run(60).await;
    assert_eq!(world.read(&chat(1))[1], "z");
}

#[tokio::test(start_paused = true)]
async fn refused_content_goes_as_plain_text_and_then_among_the_dead_letters() {
    let world = World::new();
    world.subscribe(&chat(1), "instant", "").await;
    world.faults(&chat(1), &[Fault::Content(Style::Rich)]);
    world.added(&["a"]);
    world.run(60).await;
    assert_eq!(world.read(&chat(1)), ["plain a"]);
    world.faults(&chat(1), &[Fault::Content(Style::Rich), Fault::Content(Style::Plain)]);
    let dead = world.added(&["b"]);
    world.run(60).await;
    world.added(&["c"]);
    world.run(60).await;
    assert_eq!(world.read(&chat(1)), ["plain a", "c"]);
    let letters = world.fanout.dead_letters().unwrap();
    assert_eq!((letters.len(), letters[0].destination.as_str()), (1, "telegram:1"));
    assert!(letters[0].reason.contains("parse entities"));
    assert_eq!(world.fanout.status().dead_letters, 1);
    let id = whimbrel_news::EventId { epoch: world.store.epoch(), history: false, seq: dead };
    let why = world.fanout.why(&chat(1), id).await.unwrap();
    assert_eq!(why, Why::Subscriptions(vec![(1, Verdict::Dead(letters[0].number))]));
    assert!(world.fanout.open_letter(letters[0].number).await.unwrap().is_some());
    assert!(!world.fanout.resend(99, world.now()).await.unwrap());
    assert!(world.fanout.resend(letters[0].number, world.now()).await.unwrap());
    assert_eq!(world.fanout.subscriptions(&chat(1)).len(), 1);
    world.run(60).await;
    assert_eq!(world.read(&chat(1))[2], "b");
    assert!(world.fanout.dead_letters().unwrap().is_empty());
    assert_eq!(world.fanout.status().lanes, 1);
}

#[tokio::test(start_paused = true)]
async fn a_letter_that_is_refused_again_is_kept() {
    let world = World::new();
    world.subscribe(&chat(1), "instant", "").await;
    for again in [Fault::Refused, Fault::Content(Style::Plain)] {
        world.faults(&chat(1), &[Fault::Content(Style::Rich), Fault::Content(Style::Plain)]);
        world.added(&["b"]);
        world.run(60).await;
        let letter = world.fanout.dead_letters().unwrap().remove(0).number;
        world.faults(&chat(1), &[Fault::Content(Style::Rich), again]);
        world.fanout.resend(letter, world.now()).await.unwrap();
        world.run(60).await;
        let letters = world.fanout.dead_letters().unwrap();
        assert_eq!(letters.len(), 1);
        assert!(letters[0].number > letter);
        assert_eq!(world.fanout.status().lanes, 1);
        world.fanout.resend(letters[0].number, world.now()).await.unwrap();
        world.run(60).await;
    }
    assert_eq!(world.read(&chat(1)), ["b", "b"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_destination_refused_is_tried_where_it_moved_to() {
    let world = World::new();
    let (old, new) = (chat(-5), chat(-1005));
    world.subscribe(&old, "instant", "a").await;
    world.faults(&old, &[Fault::Refused]);
    world.added(&["a1"]);
    world.run(60).await;
    world.added(&["a2"]);
    world.run(60).await;
    assert_eq!(world.fanout.status().parked, 1);
    world.fanout.moved(&old, &new, world.now()).await.unwrap();
    world.faults(&new, &[Fault::Refused]);
    world.run(60).await;
    assert_eq!(world.fanout.status().parked, 1, "it refuses as well: once");
    world.fanout.unpark(&new, world.now()).await.unwrap();
    world.run(60).await;
    assert_eq!(world.read(&new), ["a1 a2"]);
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_moved_is_followed_and_equal_lanes_become_one() {
    let world = World::new();
    let (old, new) = (chat(-5), chat(-1005));
    world.subscribe(&old, "instant", "a").await;
    world.subscribe(&new, "instant", "kind:added").await;
    world.subscribe(&new, "weekly", "").await;
    world.faults(&old, &[Fault::Moved(new.clone())]);
    world.added(&["a1"]);
    world.run(60).await;
    assert_eq!(world.read(&old), [""; 0]);
    assert_eq!(world.read(&new), ["a1"], "both lanes wanted it, and it is told once");
    assert!(world.fanout.subscriptions(&old).is_empty());
    let found = world.fanout.subscriptions(&new);
    let numbers: BTreeSet<u32> = found.iter().map(|one| one.number).collect();
    assert_eq!((found.len(), numbers.len()), (3, 3));
    let lanes: BTreeSet<_> = found.iter().map(|one| one.lane).collect();
    assert_eq!(lanes.len(), 2);
    world.added(&["a2"]);
    world.run(60).await;
    assert_eq!(world.read(&new)[1..], ["a2"]);
    assert_eq!(world.fanout.status().destinations, 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_rests_the_service_and_parks_nobody() {
    let world = World::new();
    for id in 0..100 {
        world.subscribe(&chat(id), "instant", "").await;
    }
    let other = Destination::Discord { channel: 7 };
    world.subscribe(&other, "instant", "").await;
    world.added(&["a"]);
    world.run(11).await;
    assert_eq!(world.telegram.state().messages.len(), 100);
    world.telegram.state().always = Some(Fault::Unauthorized);
    world.added(&["b"]);
    world.run(60).await;
    let before = world.telegram.state().calls.len();
    world.run(3600).await;
    let calls = world.telegram.state().calls.len() - before;
    assert!((60..=180).contains(&calls), "{calls} calls in an hour");
    assert_eq!(world.read(&other), ["a", "b"], "the other service goes on");
    let status = world.fanout.status();
    assert_eq!((status.parked, status.retrying), (0, 0));
    let telegram = status.services.iter().find(|one| one.service == Service::Telegram).unwrap();
    assert!(telegram.rest.as_ref().is_some_and(|rest| rest.unauthorized));
    world.telegram.state().always = None;
    world.run(60).await;
    assert_eq!(world.telegram.state().messages.len(), 200);
    assert_eq!(world.fanout.status().waiting, 0);
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_days_ends_with_all_delivered_or_folded() {
    let world = World::new();
    for id in 0..20 {
        world.subscribe(&chat(id), "instant", "").await;
    }
    world.telegram.state().always = Some(Fault::Fails);
    for hour in 0..72 {
        add(&world, &[format!("h{hour:02}")]);
        world.run(3600).await;
    }
    let calls = world.telegram.state().calls.len();
    assert!(calls < 72 * 60 * 3, "{calls} calls during the outage");
    world.telegram.state().always = None;
    world.run(2 * 3600).await;
    for id in 0..20 {
        let text = world.read(&chat(id)).join(" ");
        let missing = (0..72).filter(|hour| text.matches(&format!("h{hour:02}")).count() != 1).count();
        assert_eq!(missing, 0, "{text}");
        assert!(world.read(&chat(id)).len() <= 3, "{:?}", world.read(&chat(id)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_destination_holds_up_nobody() {
    let world = World::with(Settings { at_once: 4, ..Settings::default() });
    for id in 0..50 {
        world.subscribe(&chat(id), "instant", "").await;
    }
    for id in 0..3 {
        world.faults(&chat(id), &[Fault::Slow(100)]);
    }
    world.added(&["a"]);
    world.fanout.match_new(world.now()).await.unwrap();
    world.pass(10).await;
    let start = tokio::time::Instant::now();
    world.round().await;
    let messages = world.telegram.state().messages.clone();
    assert_eq!(messages.len(), 50);
    let late =
        messages.iter().filter(|message| message.at - start > std::time::Duration::from_millis(100)).count();
    assert_eq!(late, 3);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_due_while_somebody_tries_whether_the_service_works_again() {
    let world = World::new();
    for id in 0..8 {
        world.subscribe(&chat(id), "instant", "").await;
    }
    world.telegram.state().always = Some(Fault::Fails);
    world.added(&["a"]);
    world.run(11).await;
    assert!(world.fanout.status().services.iter().any(|service| service.rest.is_some()), "it rests");
    world.telegram.state().always = Some(Fault::Slow(20));
    let due = world.fanout.next_due().unwrap();
    world.pass((due - world.now()).num_seconds().unsigned_abs() + 1).await;
    let mut trying = Box::pin(world.fanout.flush_due(world.now()));
    let waited = tokio::time::timeout(std::time::Duration::from_secs(5), &mut trying).await;
    assert!(waited.is_err(), "it waits for an answer");
    assert_eq!(world.fanout.next_due(), None, "whoever asks again would ask without end");
    trying.await.unwrap();
    assert_eq!(world.read(&chat(7)), ["a"]);
}
