//! Polling: offsets, waiting, and two who poll.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::{Value, json};
use whimbrel_world::telegram::Telegram;

use super::call;

async fn ids(telegram: &Telegram, ask: Value) -> Vec<i64> {
    let got = call(telegram, "getUpdates", ask).await;
    let got = got.result().as_array().cloned().unwrap_or_default();
    got.iter().filter_map(|update| update["update_id"].as_i64()).collect()
}

#[tokio::test]
async fn an_offset_confirms_what_came_before_it() {
    let telegram = Telegram::start();
    let ada = telegram.person("ada");
    for number in 0..5 {
        ada.says(&number.to_string());
    }
    let all = ids(&telegram, json!({})).await;
    assert_eq!(all.len(), 5);
    assert!(all.windows(2).all(|pair| pair[1] == pair[0] + 1));
    assert_eq!(ids(&telegram, json!({ "offset": all[1], "limit": 2 })).await, all[1..3]);
    assert_eq!(telegram.waiting(), 4, "what came before is forgotten");
    assert_eq!(ids(&telegram, json!({ "offset": all[2] })).await, all[2..]);
    assert_eq!(ids(&telegram, json!({ "offset": -2 })).await, all[3..]);
    assert_eq!(telegram.waiting(), 2);
    telegram.clock().advance(TimeDelta::hours(24));
    ada.says("new");
    assert_eq!(ids(&telegram, json!({ "offset": all[4] + 1 })).await, [all[4] + 1], "a day is the longest");
    telegram.expects_no_violations();
}

#[tokio::test]
async fn a_poll_waits_until_there_is_something() {
    let telegram = Telegram::start();
    let started = Instant::now();
    let (got, ()) = tokio::join!(ids(&telegram, json!({ "timeout": 30 })), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        telegram.person("ada").says("hello");
    });
    assert_eq!(got.len(), 1);
    assert!((Duration::from_millis(50)..Duration::from_secs(10)).contains(&started.elapsed()));
}

#[tokio::test]
async fn the_same_again_at_once_waits_and_gets_one() {
    let telegram = Telegram::start();
    let ada = telegram.person("ada");
    for number in 0..3 {
        ada.says(&number.to_string());
    }
    assert_eq!(ids(&telegram, json!({ "offset": 0 })).await.len(), 3);
    assert_eq!(ids(&telegram, json!({ "offset": 0 })).await.len(), 1);
}

#[tokio::test]
async fn a_second_poller_ends_the_first() {
    let telegram = Telegram::start();
    let first = call(&telegram, "getUpdates", json!({ "offset": 0, "timeout": 30 }));
    let (first, second) = tokio::join!(first, async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let second = call(&telegram, "getUpdates", json!({ "offset": 1, "timeout": 30 }));
        let (second, ()) = tokio::join!(second, async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            telegram.person("ada").says("hello");
        });
        second
    });
    let words =
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
    assert_eq!((first.status, first.refusal()), (409, words));
    assert_eq!(second.result().as_array().map(Vec::len), Some(1));
    assert!(
        telegram.journal().violations.iter().any(|violation| violation == "two pollers at the same time")
    );
}

#[tokio::test]
async fn a_poller_that_went_away_is_no_other() {
    let telegram = Telegram::start();
    let gone = call(&telegram, "getUpdates", json!({ "offset": 0, "timeout": 30 }));
    tokio::time::timeout(Duration::from_millis(100), gone).await.err().expect("it waits");
    whimbrel_world::eventually("the end of the first", || async {
        telegram.person("ada").says("hello");
        let next = ids(&telegram, json!({ "offset": 1 })).await;
        (!next.is_empty()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn only_what_is_wanted_is_told() {
    let telegram = Telegram::start();
    let ada = telegram.person("ada");
    ada.says("one");
    let first = ids(&telegram, json!({ "allowed_updates": ["callback_query"] })).await;
    assert_eq!(first.len(), 1, "what waits already is told");
    ada.says("two");
    assert_eq!(telegram.waiting(), 1);
    ada.says("three");
    call(&telegram, "getUpdates", json!({ "offset": first[0], "allowed_updates": [] })).await.result();
    ada.says("four");
    assert_eq!(telegram.waiting(), 2);
}
