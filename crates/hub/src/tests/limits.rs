//! Nobody can use the hub to annoy others, or to fill it.

use std::collections::BTreeMap;

use super::world::{Manners, World, at, form};

#[tokio::test]
async fn a_host_that_never_confirmed_anything_is_asked_a_few_times_an_hour() {
    let world = World::new();
    world.subscribers.are("victim.example", Manners::Status(404));
    world.subscribers.are("broken.example", Manners::Away);
    let mut refused = 0;
    // An hour of many clients that never get tired.
    for minute in 0..60 {
        for client in 0..3 {
            for host in ["victim", "broken"] {
                let callback = format!("https://{host}.example/{minute}/{client}");
                let client = format!("198.51.{minute}.{client}");
                let answer =
                    world.ask_as(&client, &form("subscribe", "feed.atom", &callback), at(60 * minute)).await;
                refused += usize::from(answer.status == 429);
                assert!(answer.status == 202 || answer.again.is_some(), "{answer:?}");
            }
        }
        world.quiet(at(60 * minute)).await;
    }
    let calls = world.subscribers.calls();
    for host in ["victim.example", "broken.example"] {
        let asked = calls.iter().filter(|call| call.to.host_str() == Some(host)).count();
        assert!((6..=12).contains(&asked), "{host} was asked {asked} times");
    }
    assert!(refused > 300, "{refused}");
    assert!(world.store.hub_requests(None, 9_999).unwrap().len() <= 6);
}

#[tokio::test]
async fn names_without_end_are_one_owner() {
    let world = World::new();
    for number in 0..100 {
        let host = format!("n{number}.victim.example");
        world.subscribers.are(&host, Manners::Status(404));
        let form = form("subscribe", "feed.atom", &format!("https://{host}/"));
        world.ask_as(&format!("198.51.100.{number}"), &form, at(0)).await;
        world.quiet(at(0)).await;
    }
    assert_eq!(world.subscribers.calls().len(), 30);
}

#[tokio::test]
async fn one_client_has_only_so_many_wishes() {
    let world = World::new();
    let wish = |number: usize| form("subscribe", "feed.atom", &format!("https://host{number}.example/"));
    let mut taken = 0;
    for number in 0..30 {
        taken += usize::from(world.ask_as("198.51.100.7", &wish(number), at(0)).await.status == 202);
    }
    assert_eq!(taken, 20, "so many wait to be confirmed");
    world.quiet(at(0)).await;
    for number in 30..300 {
        taken += usize::from(world.ask_as("198.51.100.7", &wish(number), at(1)).await.status == 202);
        world.quiet(at(1)).await;
    }
    assert_eq!(taken, 240, "so many in an hour");
    assert_eq!(world.ask_as("198.51.100.8", &wish(400), at(1)).await.status, 202, "others are not concerned");
}

#[tokio::test]
async fn one_host_has_only_so_many_subscriptions() {
    let world = World::new();
    let mut status = BTreeMap::new();
    for number in 0..230 {
        let now = at(number * 120);
        let form = form("subscribe", "feed.atom", &format!("https://reader.example/{number}"));
        let answer = world.ask_as(&format!("198.51.100.{number}"), &form, now).await;
        *status.entry(answer.status).or_insert(0) += 1;
        world.quiet(now).await;
    }
    assert_eq!(status, BTreeMap::from([(202, 200), (429, 30)]));
    assert_eq!(world.status().subscriptions, 200);
    // What is there can be renewed.
    let again = form("subscribe", "feed.atom", "https://reader.example/7");
    assert_eq!(world.ask_as("198.51.100.7", &again, at(90_000)).await.status, 202);
}
