//! What changes is sent, once, to whoever wants it, whatever happens meanwhile.

use chrono::{TimeDelta, Utc};
use ring::hmac;

use super::world::{Manners, SITE, World, at, form};

const READER: &str = "https://reader.example/in";

fn to(callback: &str, upto: u64) -> (String, String) {
    (callback.to_owned(), format!("up to {upto}"))
}

#[tokio::test]
async fn a_change_is_sent_once_whole_and_signed() {
    let world = World::new();
    world.tell("before", at(0));
    let wish = format!("{}&hub.secret=sesame", form("subscribe", "feed.atom", READER));
    world.ask_as("192.0.2.1", &wish, at(0)).await;
    world.quiet(at(0)).await;
    world.subscribers.calls();
    world.quiet(at(1)).await;
    assert_eq!(world.subscribers.calls(), [], "what was there before is no news");

    world.tell("curlew", at(2));
    world.tell("plover", at(2));
    world.quiet(at(2)).await;
    let calls = world.subscribers.calls();
    assert_eq!(calls.len(), 1, "{calls:?}");
    let post = calls[0].post.clone().unwrap();
    let header =
        |name: &str| post.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
    assert_eq!((calls[0].to.as_str(), &*post.body), (READER, b"up to 3".as_slice()));
    assert_eq!(header("content-type").unwrap(), "application/atom+xml");
    assert_eq!(header("link").unwrap(), format!("<{SITE}hub>; rel=\"hub\", <{SITE}feed.atom>; rel=\"self\""));
    let signature = header("x-hub-signature").unwrap();
    let hex = signature.strip_prefix("sha256=").unwrap();
    let bytes: Vec<u8> =
        (0..64).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"sesame");
    hmac::verify(&key, &post.body, &bytes).expect("it is the signature of the body");

    world.quiet(at(60)).await;
    assert_eq!(world.subscribers.calls(), [], "once is enough");
    assert_eq!((world.status().delivered, world.status().waiting), (1, 0));
}

#[tokio::test]
async fn who_gave_no_secret_gets_no_signature() {
    let world = World::new();
    world.subscribes("feed.atom", READER, at(0)).await;
    world.subscribers.calls();
    world.tell("curlew", at(1));
    world.quiet(at(1)).await;
    let post = world.subscribers.calls()[0].post.clone().unwrap();
    assert!(post.headers.iter().all(|(name, _)| *name != "x-hub-signature"), "{post:?}");
}

#[tokio::test]
async fn each_hears_of_what_concerns_it() {
    let world = World::new();
    world.subscribes("feed.atom?q=plover", "https://plover.example/", at(0)).await;
    world.subscribes("feed.atom?q=curlew", "https://curlew.example/", at(0)).await;
    world.subscribers.calls();
    world.tell("a curlew", at(1));
    world.quiet(at(1)).await;
    assert_eq!(world.subscribers.sent(), [to("https://curlew.example/", 1)]);
    // The other reads nothing again after a start.
    let world = World::over(world.store, world.subscribers);
    world.tell("a plover", at(20));
    world.quiet(at(20)).await;
    assert_eq!(world.subscribers.sent(), [to("https://plover.example/", 2)]);
}

#[tokio::test]
async fn a_feed_of_days_is_sent_when_a_day_is_over() {
    let world = World::new();
    world.subscribes("days.atom", READER, at(0)).await;
    world.subscribers.calls();
    world.tell("curlew", at(10));
    let midnight = at(14 * 3_600);
    world.quiet(midnight - TimeDelta::seconds(1)).await;
    assert_eq!(world.subscribers.sent(), []);
    let world = World::over(world.store, world.subscribers);
    // Something of the new day comes in before it is sent: that is for the next.
    world.tell("plover", midnight);
    world.quiet(midnight).await;
    assert_eq!(world.subscribers.sent(), [to(READER, 2)]);
    world.quiet(midnight + TimeDelta::hours(23)).await;
    assert_eq!(world.subscribers.sent(), []);
    world.quiet(midnight + TimeDelta::hours(24)).await;
    assert_eq!(world.subscribers.sent(), [to(READER, 2)]);
    world.quiet(midnight + TimeDelta::hours(48)).await;
    assert_eq!(world.subscribers.sent(), [], "a day without news is no digest");
}

#[tokio::test]
async fn changes_one_after_the_other_are_sent_as_few() {
    let world = World::new();
    world.subscribes("feed.atom", READER, at(0)).await;
    world.subscribers.calls();
    for secs in 1..=9 {
        world.tell("curlew", at(secs));
        world.quiet(at(secs)).await;
    }
    assert_eq!(world.subscribers.sent(), [to(READER, 1)]);
    world.quiet(at(11)).await;
    assert_eq!(world.subscribers.sent(), [to(READER, 9)]);
}

#[tokio::test]
async fn what_was_not_accepted_is_sent_again_ever_more_rarely() {
    for manners in [Manners::Status(302), Manners::Status(404), Manners::Status(500), Manners::Away] {
        let world = World::new();
        world.subscribes("feed.atom", READER, at(0)).await;
        world.subscribers.calls();
        world.subscribers.are("reader.example", manners.clone());
        world.tell("curlew", at(1));
        let mut tried = Vec::new();
        for minute in 0..400 {
            world.quiet(at(1 + 60 * minute)).await;
            if !world.subscribers.sent().is_empty() {
                tried.push(minute);
            }
        }
        assert_eq!(tried, [0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 303, 363], "{manners:?}");
        assert_eq!((world.status().failing, world.status().waiting), (1, 1));
        world.tell("plover", at(60 * 400));
        world.subscribers.are("reader.example", Manners::Good);
        world.quiet(at(1 + 60 * 423)).await;
        assert_eq!(world.subscribers.sent(), [to(READER, 2)], "what it missed comes as one");
        assert_eq!((world.status().failing, world.status().waiting, world.status().delivered), (0, 0, 1));
    }
}

#[tokio::test]
async fn who_fails_until_the_end_is_forgotten() {
    let world = World::new();
    world.subscribes("feed.atom", READER, at(0)).await;
    world.subscribers.are("reader.example", Manners::Away);
    world.tell("curlew", at(1));
    world.quiet(at(1)).await;
    world.quiet(at(0) + TimeDelta::days(10)).await;
    assert_eq!((world.status().subscriptions, world.status().waiting, world.status().failing), (0, 0, 0));
}

#[tokio::test]
async fn who_is_gone_is_sent_nothing_more() {
    let world = World::new();
    world.subscribes("feed.atom", READER, at(0)).await;
    world.subscribers.calls();
    world.subscribers.are("reader.example", Manners::Status(410));
    world.tell("curlew", at(1));
    world.quiet(at(1)).await;
    assert_eq!((world.status().subscriptions, world.status().gone), (0, 1));
    world.quiet(at(2)).await;
    assert_eq!(world.store.hub_subscriptions(None, 9).unwrap(), []);
    assert_eq!(world.subscribers.sent().len(), 1);
}

#[tokio::test]
async fn a_crash_while_it_is_sent_repeats_it_and_loses_nothing() {
    let world = World::new();
    world.subscribes("feed.atom", READER, at(0)).await;
    world.subscribes("feed.atom", "https://other.example/", at(0)).await;
    world.subscribers.calls();
    world.subscribers.are("reader.example", Manners::Deaf);
    world.tell("curlew", at(1));
    world.until(at(1), |hub| hub.status().delivered == 1).await;
    assert_eq!(world.subscribers.sent().len(), 2);
    let waiting = world.store.hub_subscriptions(None, 9).unwrap();
    assert_eq!(waiting.iter().filter(|row| row.waiting.is_some()).count(), 1, "{waiting:?}");
    world.subscribers.are("reader.example", Manners::Good);
    let world = World::over(world.store, world.subscribers);
    world.quiet(at(2)).await;
    assert_eq!(world.subscribers.sent(), [to(READER, 1)], "the other has got it");
}

#[tokio::test]
async fn those_who_never_answer_keep_nobody_waiting() {
    let world = World::new();
    // As many as can be sent to at a time, less one.
    for number in 0..47 {
        let host = format!("deaf{number}.example");
        assert_eq!(
            world
                .ask_as(
                    &format!("198.51.100.{number}"),
                    &form("subscribe", "feed.atom", &format!("https://{host}/")),
                    at(0)
                )
                .await
                .status,
            202
        );
        world.quiet(at(0)).await;
        world.subscribers.are(&host, Manners::Deaf);
    }
    for number in 0..15 {
        world.subscribes("feed.atom", &format!("https://reader{number}.example/"), at(0)).await;
    }
    world.subscribers.calls();
    world.tell("curlew", at(1));
    let begun = Utc::now();
    world.until(at(1), |hub| hub.status().delivered == 15).await;
    assert!((Utc::now() - begun).num_seconds() < 5);
    // What comes next does not wait for them either, and is not sent to who has not answered yet.
    world.subscribers.calls();
    world.tell("plover", at(20));
    world.until(at(20), |hub| hub.status().delivered == 30).await;
    assert!(world.subscribers.sent().iter().all(|(to, _)| to.starts_with("https://reader")));
}

#[tokio::test]
async fn those_who_failed_wait_among_their_like() {
    let world = World::new();
    for number in 0..40 {
        let (host, client) = (format!("deaf{number}.example"), format!("198.51.100.{number}"));
        world.ask_as(&client, &form("subscribe", "feed.atom", &format!("https://{host}/")), at(0)).await;
        world.quiet(at(0)).await;
        world.subscribers.are(&host, Manners::Away);
    }
    world.subscribes("feed.atom", READER, at(0)).await;
    world.tell("curlew", at(1));
    world.quiet(at(1)).await;
    for number in 0..40 {
        world.subscribers.are(&format!("deaf{number}.example"), Manners::Deaf);
    }
    world.subscribers.calls();
    world.tell("plover", at(70));
    world.until(at(70), |hub| hub.status().delivered == 2).await;
    let sent = world.subscribers.sent();
    let deaf = sent.iter().filter(|(to, _)| to.contains("deaf")).count();
    assert_eq!((deaf, sent.len() - deaf), (16, 1), "{sent:?}");
}

#[tokio::test]
async fn a_clock_that_is_set_back_keeps_nobody_waiting() {
    let world = World::new();
    world.subscribes("feed.atom", READER, at(86_400)).await;
    world.subscribers.calls();
    world.subscribers.are("reader.example", Manners::Away);
    world.tell("curlew", at(86_401));
    world.quiet(at(86_401)).await;
    world.subscribers.are("reader.example", Manners::Good);
    world.subscribers.calls();
    world.quiet(at(0)).await;
    assert_eq!(world.subscribers.sent(), [to(READER, 1)]);
}
