//! Values of any length over rows of at most 4 KiB.
//!
//! sled keeps sixteen rows on a page and never reclaims pages above 128 KiB, so rows stay small. A value is a
//! version byte, the number of further parts, and the beginning of the payload; the parts follow under keys of
//! their own. Writing touches only the parts that differ.

use crate::engine::Rows;
use crate::keys::Key;
use crate::outcome::StoreError;
use crate::txn::Txn;

/// The longest value of a row.
pub(crate) const LONGEST: usize = 4096;

/// Bytes before the payload of the first row: the version and the number of further parts.
pub(crate) const HEAD: usize = 1 + 4;

/// Writes a value over whatever stood there.
pub(crate) fn put(txn: &mut Txn<'_>, key: &Key, version: u8, payload: &[u8]) -> Result<(), StoreError> {
    let before = txn.get(key.as_bytes())?.map_or(0, |row| parts_of(&row));
    write(txn, key, version, payload, Some(before))
}

/// Writes a value under a key that has never been used: it holds a number that was just given.
pub(crate) fn put_new(txn: &mut Txn<'_>, key: &Key, version: u8, payload: &[u8]) -> Result<(), StoreError> {
    write(txn, key, version, payload, None)
}

/// Deletes a value with all its parts.
pub(crate) fn remove(txn: &mut Txn<'_>, key: &Key) -> Result<(), StoreError> {
    let parts = txn.get(key.as_bytes())?.map_or(0, |row| parts_of(&row));
    txn.remove(key.as_bytes());
    for index in 0..parts {
        txn.remove(Key::part(key.as_bytes(), index).as_bytes());
    }
    Ok(())
}

/// Reads a whole value: its version and payload.
pub(crate) fn get(rows: &dyn Rows, key: &[u8]) -> Result<Option<(u8, Vec<u8>)>, StoreError> {
    rows.get(key)?.map(|row| join(rows, key, row)).transpose()
}

/// Completes a value whose first row was read by a scan.
pub(crate) fn join(rows: &dyn Rows, key: &[u8], mut row: Vec<u8>) -> Result<(u8, Vec<u8>), StoreError> {
    if row.len() < HEAD {
        return Err(StoreError::Damaged(format!("a value of {} bytes has no head", row.len())));
    }
    let (version, parts) = (row[0], parts_of(&row));
    row.drain(..HEAD);
    for index in 0..parts {
        let part = rows.get(Key::part(key, index).as_bytes())?;
        row.extend(
            part.ok_or_else(|| StoreError::Damaged(format!("part {index} of a long value is missing")))?,
        );
    }
    Ok((version, row))
}

fn write(
    txn: &mut Txn<'_>,
    key: &Key,
    version: u8,
    payload: &[u8],
    before: Option<u32>,
) -> Result<(), StoreError> {
    let (first, rest) = payload.split_at(payload.len().min(LONGEST - HEAD));
    let parts = u32::try_from(rest.len().div_ceil(LONGEST)).map_err(|_| {
        StoreError::Damaged(format!("a value of {} bytes is too long to keep", payload.len()))
    })?;
    let mut row = Vec::with_capacity(HEAD + first.len());
    row.push(version);
    row.extend_from_slice(&parts.to_be_bytes());
    row.extend_from_slice(first);
    match before {
        Some(_) => txn.put(key.as_bytes(), row)?,
        None => txn.put_new(key.as_bytes(), row)?,
    }
    let before = before.unwrap_or(0);
    for (index, part) in (0u32..).zip(rest.chunks(LONGEST)) {
        let part_key = Key::part(key.as_bytes(), index);
        let same = index < before && txn.get(part_key.as_bytes())?.is_some_and(|old| old == part);
        if !same {
            txn.put(part_key.as_bytes(), part.to_vec())?;
        }
    }
    for index in parts..before {
        txn.remove(Key::part(key.as_bytes(), index).as_bytes());
    }
    Ok(())
}

fn parts_of(row: &[u8]) -> u32 {
    row.get(1..HEAD).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes)
}
