//! Several small values in one row.
//!
//! A row costs some forty bytes of memory for as long as the store is open, whatever is in it: a page of the engine
//! holds nine or ten rows and is known by four hundred bytes. So what there are millions of shares rows. A block is a
//! value like any other, made of items that follow each other as postcard; a further item is appended without reading
//! the others. Blocks hold few items, so finding one means reading them all.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::engine::Rows;
use crate::keys::Key;
use crate::outcome::StoreError;
use crate::rows::{self, VERSION, damaged};
use crate::txn::Txn;
use crate::wide;

/// The items of a block in the order they were written; none when there is no such row.
pub(crate) fn read<T: DeserializeOwned>(
    rows: &dyn Rows,
    key: &Key,
    what: &str,
) -> Result<Vec<T>, StoreError> {
    match wide::get(rows, key.as_bytes())? {
        None => Ok(Vec::new()),
        Some((version, payload)) => items(version, &payload, what),
    }
}

/// The items of a block that was read.
pub(crate) fn items<T: DeserializeOwned>(
    version: u8,
    mut payload: &[u8],
    what: &str,
) -> Result<Vec<T>, StoreError> {
    rows::known(version, what)?;
    let mut items = Vec::new();
    while !payload.is_empty() {
        let (item, rest) = postcard::take_from_bytes(payload)
            .map_err(|error| damaged(&format!("{what} cannot be read: {error}")))?;
        if rest.len() == payload.len() {
            return Err(damaged(&format!("{what} holds nothing")));
        }
        items.push(item);
        payload = rest;
    }
    Ok(items)
}

/// Writes a block over what stood there; one without items is no row.
pub(crate) fn write<T: Serialize>(txn: &mut Txn<'_>, key: &Key, items: &[T]) -> Result<(), StoreError> {
    if items.is_empty() {
        return wide::remove(txn, key);
    }
    let mut payload = Vec::new();
    for item in items {
        payload.extend(rows::postcard_bytes(item)?);
    }
    wide::put(txn, key, VERSION, &payload)
}

/// Appends an item to a block, making it when there is none.
pub(crate) fn push<T: Serialize>(txn: &mut Txn<'_>, key: &Key, item: &T) -> Result<(), StoreError> {
    let (version, mut payload) = wide::get(txn, key.as_bytes())?.unwrap_or((VERSION, Vec::new()));
    rows::known(version, "a block")?;
    payload.extend(rows::postcard_bytes(item)?);
    wide::put(txn, key, VERSION, &payload)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::memory::Memory;

    #[test]
    fn items_come_back_in_order_however_long_they_are() {
        let engine = Memory::default();
        let mut txn = Txn::new(&engine);
        let key = Key::of(crate::keys::Kind::Listed).number(0);
        let item = |n: u8| (n, "x".repeat(usize::from(n) * 700));
        let mut expected = Vec::new();
        for n in 0..12 {
            push(&mut txn, &key, &item(n)).unwrap();
            expected.push(item(n));
            assert_eq!(read::<(u8, String)>(&txn, &key, "a test").unwrap(), expected);
        }
        expected.retain(|(n, _)| n % 3 == 0);
        write(&mut txn, &key, &expected).unwrap();
        assert_eq!(read::<(u8, String)>(&txn, &key, "a test").unwrap(), expected);
        write::<(u8, String)>(&mut txn, &key, &[]).unwrap();
        assert!(txn.get(key.as_bytes()).unwrap().is_none());
    }

    #[test]
    fn what_is_no_block_is_refused() {
        assert!(items::<(u8, String)>(VERSION + 1, &[], "a test").is_err());
        assert!(items::<(u8, String)>(VERSION, &[1, 9, b'x'], "a test").is_err());
        assert!(items::<()>(VERSION, &[1], "a test").is_err());
    }
}
