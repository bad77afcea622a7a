//! Who gets which feed sent, and how far the hub that sends them is in the journal.
//!
//! These rows are not part of an export: subscriptions end by themselves and are renewed by those who hold them, and
//! their secrets belong to others.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use whimbrel_news::Epoch;

use crate::engine::Order;
use crate::keys::{Key, Kind};
use crate::outcome::StoreError;
use crate::rows::{self, VERSION};
use crate::store::Store;
use crate::txn::Txn;
use crate::wide;

/// What tells one subscription from all others.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HubKey {
    /// The feed: its address below that of the site, without a leading slash, as the feed itself spells it.
    pub topic: String,
    /// The address it is sent to.
    pub callback: String,
}

/// What a subscriber knows its mail by. It is never shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubSecret(String);

impl HubSecret {
    /// Keeps a secret.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret itself, to sign with.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for HubSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HubSecret(…)")
    }
}

/// A subscription that its holder has confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubSubscription {
    /// Which feed, and where to.
    #[serde(flatten)]
    pub key: HubKey,
    /// What it is signed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<HubSecret>,
    /// When it was first confirmed.
    pub since: DateTime<Utc>,
    /// When it ends unless it is renewed.
    pub until: DateTime<Utc>,
    /// Events up to this number were sent, or are older than the subscription.
    pub told: u64,
    /// That the feed has changed since it was last sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<HubWaiting>,
    /// Failed attempts in a row.
    #[serde(default)]
    pub failures: u32,
}

/// What waits to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubWaiting {
    /// The newest event it is about.
    pub newest: u64,
    /// When that was recorded.
    pub recorded: DateTime<Utc>,
    /// When it is sent, or tried again.
    pub due: DateTime<Utc>,
}

/// What somebody asked for and has to confirm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubRequest {
    /// Which feed, and where to.
    #[serde(flatten)]
    pub key: HubKey,
    /// The address of the feed as it was asked for, which the question to confirm it repeats.
    pub asked: String,
    /// How long it shall last, in seconds; `None` when it shall end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_secs: Option<u32>,
    /// What it shall be signed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<HubSecret>,
    /// When its holder is asked to confirm it.
    pub due: DateTime<Utc>,
    /// How often that was tried in vain.
    #[serde(default)]
    pub tries: u32,
}

/// How far the hub is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubMark {
    /// In this life of the store …
    pub epoch: Epoch,
    /// … it has seen events up to this number.
    pub matched: u64,
}

/// What has changed at the hub.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HubCommit {
    /// Subscriptions to write.
    pub put: Vec<HubSubscription>,
    /// Subscriptions that have ended.
    pub ended: Vec<HubKey>,
    /// Requests to write.
    pub asked: Vec<HubRequest>,
    /// Requests that are settled.
    pub settled: Vec<HubKey>,
    /// Events up to this number were seen.
    pub matched: Option<u64>,
}

impl Store {
    /// Confirmed subscriptions in the order of their keys, after this one, at most `limit`.
    pub fn hub_subscriptions(
        &self,
        after: Option<&HubKey>,
        limit: usize,
    ) -> Result<Vec<HubSubscription>, StoreError> {
        self.hub_rows(Kind::HubSubscription, after, limit, "a subscription")
    }

    /// Requests that wait to be confirmed, in the order of their keys, after this one, at most `limit`.
    pub fn hub_requests(&self, after: Option<&HubKey>, limit: usize) -> Result<Vec<HubRequest>, StoreError> {
        self.hub_rows(Kind::HubRequest, after, limit, "a request to the hub")
    }

    /// How far the hub is; `None` before its first step.
    pub fn hub_mark(&self) -> Result<Option<HubMark>, StoreError> {
        let _view = self.inner.reading();
        let found = self.inner.engine.get(Key::of(Kind::HubMark).as_bytes())?;
        found.map(|row| rows::from_json_row(&row, "the hub's mark")).transpose()
    }

    /// Writes what has changed at the hub as one durable transaction.
    pub fn record_hub(&self, commit: &HubCommit) -> Result<(), StoreError> {
        self.inner.commit(|txn, heads| {
            for key in &commit.ended {
                wide::remove(txn, &row_key(Kind::HubSubscription, key))?;
            }
            for key in &commit.settled {
                wide::remove(txn, &row_key(Kind::HubRequest, key))?;
            }
            for subscription in &commit.put {
                put(txn, &row_key(Kind::HubSubscription, &subscription.key), subscription)?;
            }
            for request in &commit.asked {
                put(txn, &row_key(Kind::HubRequest, &request.key), request)?;
            }
            if let Some(matched) = commit.matched {
                let mark = HubMark { epoch: heads.epoch, matched };
                txn.put(Key::of(Kind::HubMark).as_bytes(), rows::json_row(&mark)?)?;
            }
            Ok(())
        })
    }

    fn hub_rows<T: DeserializeOwned>(
        &self,
        kind: Kind,
        after: Option<&HubKey>,
        limit: usize,
        what: &str,
    ) -> Result<Vec<T>, StoreError> {
        let _view = self.inner.reading();
        let all = Key::of(kind);
        let range = after.map_or_else(|| all.range(), |after| all.range_after(&row_key(kind, after)));
        let found = self.inner.engine.scan(&range, Order::Rising, limit)?;
        found
            .into_iter()
            .map(|(key, row)| {
                let (version, body) = wide::join(&*self.inner.engine, &key, row)?;
                rows::json(version, &body, what)
            })
            .collect()
    }
}

fn put<T: Serialize>(txn: &mut Txn<'_>, key: &Key, value: &T) -> Result<(), StoreError> {
    wide::put(txn, key, VERSION, &rows::json_bytes(value)?)
}

fn row_key(kind: Kind, key: &HubKey) -> Key {
    Key::of(kind).text(&key.topic).text(&key.callback)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + secs, 0).unwrap()
    }

    fn key(topic: &str, callback: &str) -> HubKey {
        HubKey { topic: topic.into(), callback: callback.into() }
    }

    fn subscription(key: HubKey) -> HubSubscription {
        HubSubscription {
            key,
            secret: Some(HubSecret::new("sesame".into())),
            since: at(0),
            until: at(9),
            told: 4,
            waiting: Some(HubWaiting { newest: 7, recorded: at(1), due: at(2) }),
            failures: 1,
        }
    }

    #[test]
    fn what_the_hub_knows_comes_and_goes_and_stays_out_of_exports() {
        let store = Store::in_memory().unwrap();
        let long = "x".repeat(3_000);
        let keys =
            [key("feed.atom", "https://a.example/"), key("feed.atom", &long), key("k", "https://b.example")];
        let put: Vec<_> = keys.iter().cloned().map(subscription).collect();
        let asked = HubRequest {
            key: keys[0].clone(),
            asked: "https://news.example.org/feed.atom".into(),
            lease_secs: None,
            secret: None,
            due: at(3),
            tries: 2,
        };
        let commit = HubCommit {
            put: put.clone(),
            asked: vec![asked.clone()],
            matched: Some(7),
            ..HubCommit::default()
        };
        store.record_hub(&commit).unwrap();
        assert_eq!(store.hub_subscriptions(None, 9).unwrap(), put);
        assert_eq!(store.hub_subscriptions(Some(&keys[1]), 9).unwrap(), put[2..]);
        assert_eq!(store.hub_requests(None, 9).unwrap(), [asked]);
        assert_eq!(store.hub_mark().unwrap(), Some(HubMark { epoch: store.epoch(), matched: 7 }));
        assert!(!format!("{put:?}").contains("sesame"));

        let mut lines = Vec::new();
        store.export(&mut lines, &mut |_| {}).unwrap();
        let lines = String::from_utf8(lines).unwrap();
        assert!(!lines.contains("sesame") && !lines.contains("a.example"), "{lines}");

        let ended = HubCommit {
            ended: vec![keys[1].clone()],
            settled: vec![keys[0].clone()],
            ..HubCommit::default()
        };
        store.record_hub(&ended).unwrap();
        assert_eq!(store.hub_subscriptions(None, 9).unwrap(), [put[0].clone(), put[2].clone()]);
        assert_eq!(store.hub_requests(None, 9).unwrap(), []);
    }
}
