//! Subscriptions begin, are renewed and end when whoever gets them says so, and not before.

use chrono::TimeDelta;

use super::world::{Manners, SITE, World, at, form, hours};

const READER: &str = "https://reader.example/in?box=1";

#[tokio::test]
async fn a_subscription_begins_when_it_was_confirmed() {
    let world = World::new();
    let answer = world.ask_as("192.0.2.1", &form("subscribe", "feed.atom", READER), at(0)).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    assert_eq!((world.status().subscriptions, world.status().unconfirmed), (0, 1));
    world.quiet(at(1)).await;
    assert_eq!((world.status().subscriptions, world.status().confirmed), (1, 1));
    let calls = world.subscribers.calls();
    assert_eq!(calls.len(), 1, "{calls:?}");
    let asked: Vec<(String, String)> = calls[0].to.query_pairs().into_owned().collect();
    let asked = |name: &str| asked.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!((asked("box"), asked("hub.mode")), (Some("1"), Some("subscribe")));
    assert_eq!(asked("hub.topic"), Some(format!("{SITE}feed.atom").as_str()));
    assert_eq!(asked("hub.lease_seconds"), Some("864000"));
    assert!(asked("hub.challenge").is_some_and(|challenge| challenge.len() >= 32));
    let row = &world.store.hub_subscriptions(None, 9).unwrap()[0];
    assert_eq!((row.since, row.until), (at(1), at(1) + TimeDelta::days(10)));
    assert_eq!(world.store.hub_requests(None, 9).unwrap(), []);
}

#[tokio::test]
async fn whoever_does_not_confirm_is_not_subscribed() {
    let world = World::new();
    for (host, manners) in [
        ("liar.example", Manners::Lies),
        ("no.example", Manners::Status(404)),
        ("on.example", Manners::Status(302)),
    ] {
        world.subscribers.are(host, manners);
        assert_eq!(world.subscribes("feed.atom", &format!("https://{host}/"), at(0)).await, 202);
    }
    assert_eq!((world.status().subscriptions, world.status().denied, world.status().unconfirmed), (0, 3, 0));
    assert_eq!(world.subscribers.calls().len(), 3, "nobody is asked twice who said no");
    assert_eq!(world.store.hub_requests(None, 9).unwrap(), []);
}

#[tokio::test]
async fn who_is_away_is_asked_three_times() {
    let world = World::new();
    world.subscribers.are("reader.example", Manners::Away);
    world.subscribes("feed.atom", READER, at(0)).await;
    for (secs, calls, unconfirmed) in
        [(0, 1, 1), (59, 0, 1), (60, 1, 1), (659, 0, 1), (660, 1, 0), (9_999, 0, 0)]
    {
        world.quiet(at(secs)).await;
        let found = (world.subscribers.calls().len(), world.status().unconfirmed);
        assert_eq!(found, (calls, unconfirmed), "after {secs} s");
    }
    assert_eq!(world.status().subscriptions, 0);
}

#[tokio::test]
async fn a_request_outlives_the_program() {
    let world = World::new();
    let answer = world.ask_as("192.0.2.1", &form("subscribe", "feed.atom", READER), at(0)).await;
    assert_eq!(answer.status, 202);
    let again = World::over(world.store, world.subscribers);
    again.quiet(at(5)).await;
    assert_eq!(again.status().subscriptions, 1);
}

#[tokio::test]
async fn a_renewal_counts_when_it_was_confirmed() {
    let world = World::new();
    let with = |secret: &str, lease: u32| {
        let form = form("subscribe", "feed.atom", READER);
        format!("{form}&hub.secret={secret}&hub.lease_seconds={lease}")
    };
    world.ask_as("192.0.2.1", &with("first", 7_200), at(0)).await;
    world.quiet(at(0)).await;
    let row = || world.store.hub_subscriptions(None, 9).unwrap()[0].clone();
    let secret = || row().secret.unwrap().expose().to_owned();
    // A stranger tries to put their own secret in its place.
    world.subscribers.are("reader.example", Manners::Lies);
    world.ask_as("198.51.100.1", &with("stolen", 86_400), at(60)).await;
    world.quiet(at(60)).await;
    assert_eq!((secret().as_str(), row().until), ("first", at(7_200)));
    world.subscribers.are("reader.example", Manners::Good);
    world.ask_as("192.0.2.1", &with("second", 86_400), at(120)).await;
    assert_eq!(secret(), "first");
    world.quiet(at(120)).await;
    assert_eq!((secret().as_str(), row().until, row().since), ("second", at(120 + 86_400), at(0)));
    assert_eq!(world.status().subscriptions, 1);
}

#[tokio::test]
async fn it_ends_when_its_holder_says_so_or_its_time_is_over() {
    let world = World::new();
    world.subscribes("feed.atom", READER, at(0)).await;
    world.subscribes("days.atom", READER, at(0)).await;
    // Somebody else wants to end it.
    world.subscribers.are("reader.example", Manners::Status(404));
    assert_eq!(
        world.ask_as("198.51.100.1", &form("unsubscribe", "feed.atom", READER), at(1)).await.status,
        202
    );
    world.quiet(at(1)).await;
    assert_eq!(world.status().subscriptions, 2);
    world.subscribers.are("reader.example", Manners::Good);
    world.subscribers.calls();
    assert_eq!(world.ask_as("192.0.2.1", &form("unsubscribe", "feed.atom", READER), at(2)).await.status, 202);
    world.quiet(at(2)).await;
    let calls = world.subscribers.calls();
    assert!(calls[0].to.as_str().contains("hub.mode=unsubscribe") && !calls[0].to.as_str().contains("lease"));
    assert_eq!(world.status().subscriptions, 1);
    let answer = world.ask_as("192.0.2.1", &form("unsubscribe", "feed.atom", READER), at(3)).await;
    assert_eq!(answer.status, 404, "{answer:?}");

    let end = at(0) + hours(240);
    world.quiet(end - TimeDelta::seconds(1)).await;
    assert_eq!(world.status().subscriptions, 1);
    world.quiet(end).await;
    assert_eq!((world.status().subscriptions, world.status().expired), (0, 1));
    world.quiet(end).await;
    assert_eq!(world.store.hub_subscriptions(None, 9).unwrap(), []);
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_a_sentence() {
    let world = World::new();
    for (feed, callback, status, part) in [
        ("nothing.atom", READER, 404, "no such feed"),
        ("empty.atom", READER, 404, "no feed at the address"),
        ("feed.atom", "http://127.0.0.1/", 400, "private network"),
        ("feed.atom", "https://news.example/hub", 400, "this site"),
        ("feed.atom", "mailto:a@b.example", 400, "http or https"),
    ] {
        let answer = world.ask_as("192.0.2.1", &form("subscribe", feed, callback), at(0)).await;
        assert!(answer.status == status && answer.text.contains(part), "{feed} {callback}: {answer:?}");
    }
    let elsewhere = form("subscribe", "feed.atom", READER).replace("news.example", "other.example");
    assert_eq!(world.ask_as("192.0.2.1", &elsewhere, at(0)).await.status, 404);
    assert_eq!(world.ask_as("192.0.2.1", "hub.mode=publish&hub.url=x", at(0)).await.status, 202);
    assert_eq!(world.status().refused, 6);
    world.quiet(at(1)).await;
    assert_eq!(world.subscribers.calls(), []);
    world.hub.wire(None);
    assert_eq!(world.ask_as("192.0.2.1", &form("subscribe", "feed.atom", READER), at(0)).await.status, 404);
}
