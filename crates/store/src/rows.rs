//! How values become bytes: a version, then the value in the form that suits it.
//!
//! Entries are postcard (there are many, and their form is settled); everything that may still grow a field is
//! JSON. A new form of a value gets a new version here, with its conversion beside it; old versions stay readable.

use serde::Serialize;
use serde::de::DeserializeOwned;
use whimbrel_catalog::{Entry, EntryKey, Metric};
use whimbrel_news::Event;

use crate::outcome::StoreError;

/// The version all values are written in today.
pub(crate) const VERSION: u8 = 1;

/// A value with the revision of the commit that last changed it.
pub(crate) fn stamp(revision: u64, body: &[u8]) -> Vec<u8> {
    let mut payload = Vec::with_capacity(8 + body.len());
    payload.extend_from_slice(&revision.to_be_bytes());
    payload.extend_from_slice(body);
    payload
}

/// The revision and the value.
pub(crate) fn unstamp(payload: &[u8]) -> Result<(u64, &[u8]), StoreError> {
    let (stamp, body) =
        payload.split_first_chunk::<8>().ok_or_else(|| damaged("a row without a revision"))?;
    Ok((u64::from_be_bytes(*stamp), body))
}

/// An entry as postcard.
pub(crate) fn entry_bytes(entry: &Entry) -> Result<Vec<u8>, StoreError> {
    postcard_bytes(entry)
}

/// An entry read back.
pub(crate) fn entry(version: u8, body: &[u8]) -> Result<Entry, StoreError> {
    from_postcard(version, body, "an entry")
}

/// The key of an entry, which stands first; the rest is not read.
pub(crate) fn entry_key(version: u8, body: &[u8]) -> Result<EntryKey, StoreError> {
    known(version, "an entry")?;
    let (key, _) = postcard::take_from_bytes(body)
        .map_err(|error| damaged(&format!("the key of an entry cannot be read: {error}")))?;
    Ok(key)
}

/// An entry's fields as they stand in its row: hardly any text is copied.
type Outline<'a> = (
    (&'a str, &'a str, &'a str, &'a str),
    Vec<&'a str>,
    Vec<(&'a str, &'a str)>,
    Vec<(Metric, &'a str, f64)>,
    Vec<Vec<&'a str>>,
);

/// The sections an entry stands in, each as its headings, outermost first.
pub(crate) fn entry_places(version: u8, body: &[u8]) -> Result<Vec<Vec<&str>>, StoreError> {
    known(version, "an entry")?;
    let (_, _, _, _, places): Outline<'_> = postcard::from_bytes(body)
        .map_err(|error| damaged(&format!("the places of an entry cannot be read: {error}")))?;
    Ok(places)
}

/// The events of a row, oldest first.
pub(crate) fn events(version: u8, body: &[u8]) -> Result<Vec<Event>, StoreError> {
    body.split(|byte| *byte == b'\n').map(|line| json(version, line, "an event")).collect()
}

/// A value as JSON.
pub(crate) fn json_bytes<T: Serialize>(value: &T) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(value).map_err(|error| damaged(&format!("a value cannot be written: {error}")))
}

/// A JSON value read back.
pub(crate) fn json<T: DeserializeOwned>(version: u8, body: &[u8], what: &str) -> Result<T, StoreError> {
    known(version, what)?;
    serde_json::from_slice(body).map_err(|error| damaged(&format!("{what} cannot be read: {error}")))
}

/// A JSON value that always fits one row, under its version.
pub(crate) fn json_row<T: Serialize>(value: &T) -> Result<Vec<u8>, StoreError> {
    let mut row = vec![VERSION];
    row.extend(json_bytes(value)?);
    Ok(row)
}

/// Such a value read back.
pub(crate) fn from_json_row<T: DeserializeOwned>(row: &[u8], what: &str) -> Result<T, StoreError> {
    let (version, body) = row.split_first().ok_or_else(|| damaged(&format!("{what} is empty")))?;
    json(*version, body, what)
}

/// A value as postcard.
pub(crate) fn postcard_bytes<T: Serialize>(value: &T) -> Result<Vec<u8>, StoreError> {
    postcard::to_stdvec(value).map_err(|error| damaged(&format!("a value cannot be written: {error}")))
}

/// Such a value read back.
pub(crate) fn from_postcard<T: DeserializeOwned>(
    version: u8,
    body: &[u8],
    what: &str,
) -> Result<T, StoreError> {
    known(version, what)?;
    postcard::from_bytes(body).map_err(|error| damaged(&format!("{what} cannot be read: {error}")))
}

/// A short value that always fits one row, as version and postcard.
pub(crate) fn small_bytes<T: Serialize>(value: &T) -> Result<Vec<u8>, StoreError> {
    postcard::to_extend(value, vec![VERSION])
        .map_err(|error| damaged(&format!("a value cannot be written: {error}")))
}

/// A short value read back.
pub(crate) fn small<T: DeserializeOwned>(row: &[u8], what: &str) -> Result<T, StoreError> {
    let (version, body) = row.split_first().ok_or_else(|| damaged(&format!("{what} is empty")))?;
    from_postcard(*version, body, what)
}

/// An error for bytes that cannot be ours.
pub(crate) fn damaged(problem: &str) -> StoreError {
    StoreError::Damaged(problem.to_owned())
}

/// Refuses what only a newer version can read.
pub(crate) fn known(version: u8, what: &str) -> Result<(), StoreError> {
    if (1..=VERSION).contains(&version) {
        Ok(())
    } else {
        Err(damaged(&format!("{what} is of version {version}, known is {VERSION}")))
    }
}

#[cfg(test)]
mod tests {
    use whimbrel_catalog::{Figure, Link, Place, SectionPath};

    use super::*;

    #[test]
    fn the_places_of_an_entry_are_found_without_reading_it() {
        let place = |headings: &[&str]| Place { section: SectionPath::new(headings), line: 7 };
        let figure = |metric, shown: &str| Figure { metric, shown: shown.to_owned(), value: 24_800.0 };
        let entry = Entry {
            key: EntryKey::from_stored("github.com/o/knot"),
            name: "knot".to_owned(),
            url: "https://github.com/o/knot".to_owned(),
            description: "Größe 結び".to_owned(),
            marks: vec!["C/C++".to_owned(), "Go".to_owned()],
            links: vec![Link { name: String::new(), url: "https://knot.example".to_owned() }],
            figures: vec![figure(Metric::Stars, "24.8k"), figure(Metric::Other("issues".to_owned()), "3")],
            places: vec![place(&["Tools", "Rope"]), place(&[])],
        };
        let body = entry_bytes(&entry).unwrap();
        assert_eq!(entry_places(VERSION, &body).unwrap(), [vec!["Tools", "Rope"], vec![]]);
        assert!(entry_places(VERSION, &body[..body.len() - 9]).is_err(), "half a row is no row");
        assert!(entry_places(VERSION + 1, &body).is_err());
    }
}
