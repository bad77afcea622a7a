//! Subscribers of the hub, as they were written from the beginning.

use super::{rows, stored};
use crate::keys::{Kind, hex};
use crate::tests::{added, at, meta, record};
use crate::*;

const HUB: &str = include_str!("../golden-hub.txt");

/// A store with subscribers: one at rest, one with everything there can be; and what two asked for.
pub(super) fn with_subscribers() -> Store {
    let store = Store::in_memory().unwrap();
    store.record(&[Record { news: vec![added("x", "S", 1)], ..record(meta("tools")) }], at(1)).unwrap();
    let key = |topic: &str, callback: &str| HubKey { topic: topic.into(), callback: callback.into() };
    let idle = HubSubscription {
        key: key("feed.atom", "https://reader.example/1"),
        secret: None,
        since: at(1),
        until: at(900),
        told: 0,
        waiting: None,
        failures: 0,
    };
    let busy = HubSubscription {
        key: key("feed.rss?kind=added&q=\u{e4}", &format!("https://reader.example/?{}", "x".repeat(600))),
        secret: Some(HubSecret::new("sesame".into())),
        told: 1,
        waiting: Some(HubWaiting { newest: 1, recorded: at(1), due: at(7) }),
        failures: 3,
        ..idle.clone()
    };
    let ending = HubRequest {
        key: idle.key.clone(),
        asked: "https://news.example.org/feed.atom".into(),
        lease_secs: None,
        secret: None,
        due: at(2),
        tries: 0,
    };
    let begun = HubRequest {
        key: key("k/added/feed.json", "https://reader.example/2"),
        lease_secs: Some(864_000),
        secret: Some(HubSecret::new("open".into())),
        tries: 2,
        ..ending.clone()
    };
    let (put, asked) = (vec![idle, busy], vec![ending, begun]);
    store.record_hub(&HubCommit { put, asked, matched: Some(1), ..HubCommit::default() }).unwrap();
    store
}

#[test]
fn subscribers_of_version_1_are_read() {
    let (old, new) = (stored(HUB), with_subscribers());
    let all = old.hub_subscriptions(None, 9).unwrap();
    assert_eq!((all.len(), &all), (2, &new.hub_subscriptions(None, 9).unwrap()));
    let asked = old.hub_requests(None, 9).unwrap();
    assert_eq!((asked.len(), &asked), (2, &new.hub_requests(None, 9).unwrap()));
    assert_eq!(old.hub_mark().unwrap().map(|mark| mark.matched), Some(1));
    assert_eq!(old.hub_mark().unwrap(), new.hub_mark().unwrap());
    // What is written today stands where it stood.
    let keys = |store: &Store| -> Vec<String> {
        let kinds = [Kind::HubSubscription, Kind::HubRequest, Kind::HubMark].map(|kind| hex(&[kind as u8]));
        let keys = rows(store).into_iter().filter(|row| kinds.iter().any(|kind| row.starts_with(kind)));
        keys.map(|row| row.split(' ').next().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!((keys(&old).len(), keys(&old)), (5, keys(&new)));
    let ended = all.into_iter().map(|one| one.key).collect();
    let settled = asked.into_iter().map(|one| one.key).collect();
    old.record_hub(&HubCommit { ended, settled, ..HubCommit::default() }).unwrap();
    assert_eq!(
        (old.hub_subscriptions(None, 9).unwrap(), old.hub_requests(None, 9).unwrap()),
        (vec![], vec![])
    );
    old.verify().unwrap();
}
