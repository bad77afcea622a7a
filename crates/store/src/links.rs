//! What is remembered of links that were found dead, and how far the walk over all links has come.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_catalog::{CatalogId, EntryKey};
use whimbrel_news::Dated;
use whimbrel_project::LinkTrouble;

use crate::engine::Order;
use crate::journal::Journal;
use crate::keys::{Key, Kind};
use crate::outcome::StoreError;
use crate::rows::{self, VERSION};
use crate::store::Store;
use crate::txn::Txn;
use crate::wide;

/// How far the walk over the links of all entries has come: this entry was the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkPlace {
    /// Its catalog.
    pub catalog: CatalogId,
    /// Its key; `None` at the end of the catalog.
    pub key: Option<EntryKey>,
}

/// What a few asked links gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinkRecord {
    /// Troubles to write.
    pub put: Vec<LinkTrouble>,
    /// Links that are in trouble no more.
    pub clear: Vec<EntryKey>,
    /// How far the walk is, when that is to be written.
    pub place: Option<LinkPlace>,
    /// What to tell.
    pub news: Vec<Dated>,
}

impl Store {
    /// Links that were found dead at least once, in the order of their keys, after this one.
    pub fn link_troubles(
        &self,
        after: Option<&EntryKey>,
        limit: usize,
    ) -> Result<Vec<LinkTrouble>, StoreError> {
        let _view = self.inner.reading();
        let all = Key::of(Kind::Link);
        let range = after.map_or_else(|| all.range(), |after| all.range_after(&trouble_key(after)));
        let found = self.inner.engine.scan(&range, Order::Rising, limit)?;
        found
            .into_iter()
            .map(|(key, row)| {
                let (version, body) = wide::join(&*self.inner.engine, &key, row)?;
                rows::json(version, &body, "a link")
            })
            .collect()
    }

    /// What is known against the link of an entry.
    pub fn link_trouble(&self, key: &EntryKey) -> Result<Option<LinkTrouble>, StoreError> {
        let _view = self.inner.reading();
        let found = wide::get(&*self.inner.engine, trouble_key(key).as_bytes())?;
        found.map(|(version, body)| rows::json(version, &body, "a link")).transpose()
    }

    /// Where the walk over all links goes on.
    pub fn link_place(&self) -> Result<Option<LinkPlace>, StoreError> {
        let _view = self.inner.reading();
        let found = self.inner.engine.get(Key::of(Kind::LinkPlace).as_bytes())?;
        found.map(|row| rows::from_json_row(&row, "the place among links")).transpose()
    }

    /// Writes what asked links gave as one durable transaction with its news, which belong to no single catalog.
    pub fn record_links(&self, record: &LinkRecord, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.inner.commit(|txn, heads| {
            for trouble in &record.put {
                put_trouble(txn, trouble)?;
            }
            for key in &record.clear {
                wide::remove(txn, &trouble_key(key))?;
            }
            if let Some(place) = &record.place {
                txn.put(Key::of(Kind::LinkPlace).as_bytes(), rows::json_row(place)?)?;
            }
            let mut journal = Journal::new(heads.seq);
            journal.append(txn, heads, None, &record.news, now)?;
            journal.close(txn, heads, now)?;
            Ok(())
        })
    }
}

/// Writes what is known against a link.
pub(crate) fn put_trouble(txn: &mut Txn<'_>, trouble: &LinkTrouble) -> Result<(), StoreError> {
    wide::put(txn, &trouble_key(&trouble.key), VERSION, &rows::json_bytes(trouble)?)
}

fn trouble_key(key: &EntryKey) -> Key {
    Key::of(Kind::Link).entry(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(url: &str, now: DateTime<Utc>) -> LinkTrouble {
        let key = EntryKey::from_url(url).unwrap();
        LinkTrouble { key, url: url.to_owned(), status: 404, first: now, told: None }
    }

    #[test]
    fn troubles_come_and_go_and_travel_with_an_export() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let store = Store::in_memory().unwrap();
        let (one, two) = (trouble("https://example.org/a", now), trouble("https://example.org/b", now));
        let place = LinkPlace { catalog: CatalogId::new("tools").unwrap(), key: Some(one.key.clone()) };
        let record = LinkRecord {
            put: vec![two.clone(), one.clone()],
            place: Some(place.clone()),
            ..LinkRecord::default()
        };
        store.record_links(&record, now).unwrap();
        assert_eq!(store.link_troubles(None, 9).unwrap(), [one.clone(), two.clone()]);
        assert_eq!(store.link_troubles(Some(&one.key), 9).unwrap(), std::slice::from_ref(&two));
        assert_eq!(store.link_place().unwrap(), Some(place));
        let mut lines = Vec::new();
        store.export(&mut lines, &mut |_| {}).unwrap();
        assert_eq!(String::from_utf8(lines).unwrap().matches("{\"link\":").count(), 2);
        let clear = LinkRecord { clear: vec![one.key.clone()], ..LinkRecord::default() };
        store.record_links(&clear, now).unwrap();
        assert_eq!(
            (store.link_trouble(&one.key).unwrap(), store.link_trouble(&two.key).unwrap()),
            (None, Some(two))
        );
    }
}
