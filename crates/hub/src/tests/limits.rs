//! Nobody can use the hub to annoy others, or to fill it.

use std::collections::BTreeMap;

use chrono::TimeDelta;

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
    let (mut status, mut again) = (BTreeMap::new(), None);
    for number in 0..230 {
        let now = at(number * 120);
        let form = form("subscribe", "feed.atom", &format!("https://reader.example/{number}"));
        let answer = world.ask_as(&format!("198.51.100.{number}"), &form, now).await;
        *status.entry(answer.status).or_insert(0) += 1;
        again = answer.again.map(|wait| now + wait);
        world.quiet(now).await;
    }
    assert_eq!(status, BTreeMap::from([(202, 200), (429, 30)]));
    assert_eq!(world.status().subscriptions, 200);
    // What is there can be renewed.
    let again_form = form("subscribe", "feed.atom", "https://reader.example/7");
    assert_eq!(world.ask_as("198.51.100.7", &again_form, at(90_000)).await.status, 202);
    // One of them ends when it was said, if it is not renewed; not much sooner.
    let another = form("subscribe", "feed.atom", "https://reader.example/300");
    let again = again.unwrap();
    for (now, status) in [(again - TimeDelta::seconds(10), 429), (again, 202)] {
        world.quiet(now).await;
        assert_eq!(world.ask_as("203.0.113.7", &another, now).await.status, status, "{now}");
    }
}

#[tokio::test]
async fn who_is_to_wait_is_told_how_long() {
    struct Case {
        what: &'static str,
        callback: fn(usize) -> String,
        client: fn(usize) -> String,
        confirmed: bool,
    }
    let cases = [
        Case {
            what: "a host that confirmed nothing",
            callback: |n| format!("https://victim.example/{n}"),
            client: |n| format!("198.51.100.{}", n % 250),
            confirmed: true,
        },
        Case {
            what: "many hosts of a domain",
            callback: |n| format!("https://n{n}.victim.example/"),
            client: |n| format!("198.51.100.{}", n % 250),
            confirmed: true,
        },
        Case {
            what: "a client who asks for much",
            callback: |n| format!("https://host{n}.example/"),
            client: |_| "198.51.100.7".to_owned(),
            confirmed: true,
        },
        Case {
            what: "a client of whom much waits",
            callback: |n| format!("https://host{n}.example/"),
            client: |_| "198.51.100.7".to_owned(),
            confirmed: false,
        },
    ];
    for Case { what, callback, client, confirmed } in cases {
        let world = World::new();
        world.subscribers.are("victim.example", Manners::Status(404));
        for n in 0..300 {
            world.subscribers.are(&format!("n{n}.victim.example"), Manners::Status(404));
        }
        let ask = async |n: usize, now| {
            world.ask_as(&client(n), &form("subscribe", "feed.atom", &callback(n)), now).await
        };
        let mut refused = None;
        for n in 0..300 {
            let answer = ask(n, at(0)).await;
            if confirmed {
                world.quiet(at(0)).await;
            }
            if answer.status == 429 {
                refused = Some((n, answer.again.unwrap()));
                break;
            }
            assert_eq!(answer.status, 202, "{what}");
        }
        let (n, wait) = refused.expect(what);
        assert!(wait > std::time::Duration::from_secs(5), "{what}: {wait:?}");
        let early = at(0) + wait - TimeDelta::seconds(2);
        assert_eq!(ask(n, early).await.status, 429, "{what}: {wait:?} is too long");
        world.quiet(at(0) + wait).await;
        assert_eq!(ask(n, at(0) + wait).await.status, 202, "{what}: {wait:?} is too short");
    }
}
