//! Reading the state: catalogs and their entries, what is due, what was touched.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use whimbrel_catalog::{CatalogId, Entry, EntryKey, SectionPath, Settling, Snapshot, Tombstone};

use crate::engine::{KeyRange, Order, Row};
use crate::keys::{Key, Kind, just_after};
use crate::looks;
use crate::outcome::StoreError;
use crate::rows;
use crate::store::{Inner, Store};
use crate::touches;
use crate::types::{CatalogMeta, Shape, Touched};
use crate::wide;

/// Rows read from the engine at a time.
const STRIDE: usize = 512;

impl Store {
    /// All followed catalogs by id.
    pub fn catalogs(&self) -> Result<Vec<CatalogMeta>, StoreError> {
        Ok(self.catalogs_and_revisions()?.into_iter().map(|(meta, _)| meta).collect())
    }

    /// All followed catalogs by id, each with the revision at which it was last recorded, by more than a look that found
    /// nothing: as long as that is the same, so are its entries and its shape.
    pub fn catalogs_and_revisions(&self) -> Result<Vec<(CatalogMeta, u64)>, StoreError> {
        let inner = &self.inner;
        let _view = inner.reading();
        let looks = inner.looks();
        let mut catalogs = Vec::new();
        inner.walk(Key::of(Kind::Catalog).range(), |key, row| {
            let (mut meta, revision) = inner.meta(key, row)?;
            if let Some(look) = looks.of(&meta.id) {
                looks::fold(look, &mut meta);
            }
            catalogs.push((meta, revision));
            Ok(true)
        })?;
        Ok(catalogs)
    }

    /// The facts of a catalog.
    pub fn catalog(&self, id: &CatalogId) -> Result<Option<CatalogMeta>, StoreError> {
        let inner = &self.inner;
        let _view = inner.reading();
        let Some((version, payload)) =
            wide::get(&*inner.engine, Key::of(Kind::Catalog).catalog(id).as_bytes())?
        else {
            return Ok(None);
        };
        let mut meta = rows::json(version, rows::unstamp(&payload)?.1, "a catalog")?;
        if let Some(look) = inner.looks().of(id) {
            looks::fold(look, &mut meta);
        }
        Ok(Some(meta))
    }

    /// The accepted state of a catalog, its entries in the order of their keys. `None` when it is not followed.
    pub fn snapshot(&self, id: &CatalogId) -> Result<Option<Snapshot>, StoreError> {
        let inner = &self.inner;
        let _view = inner.reading();
        let Some(row) = inner.engine.get(Key::of(Kind::Catalog).catalog(id).as_bytes())? else {
            return Ok(None);
        };
        drop(row);
        let shape = inner.shape(id)?.unwrap_or_default();
        let mut sections = Sections::default();
        let mut entries = Vec::new();
        inner.walk(Key::of(Kind::Entry).catalog(id).range(), |key, row| {
            let mut entry = inner.entry(key, row)?;
            sections.share(&mut entry);
            entries.push(entry);
            Ok(true)
        })?;
        Ok(Some(Snapshot {
            title: shape.title,
            sections: shape.sections,
            entries,
            linkless: shape.linkless,
            rankings: shape.rankings,
        }))
    }

    /// Sections, linkless items and rankings of a catalog, without its entries.
    pub fn shape(&self, id: &CatalogId) -> Result<Option<Shape>, StoreError> {
        let _view = self.inner.reading();
        self.inner.shape(id)
    }

    /// Entries of a catalog in the order of their keys, after this one, at most `limit`.
    pub fn entries(
        &self,
        id: &CatalogId,
        after: Option<&EntryKey>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let inner = &self.inner;
        let all = Key::of(Kind::Entry).catalog(id);
        let range = after.map_or_else(|| all.range(), |key| all.range_after(&entry_key(id, key)));
        let _view = inner.reading();
        let (mut sections, mut entries) = (Sections::default(), Vec::new());
        if limit > 0 {
            inner.walk(range, |key, row| {
                let mut entry = inner.entry(key, row)?;
                sections.share(&mut entry);
                entries.push(entry);
                Ok(entries.len() < limit)
            })?;
        }
        Ok(entries)
    }

    /// Entries with a place in a section that is wanted, in the order of their keys. Of the others only the places are
    /// looked at: some milliseconds for a catalog of ten thousand. What is recorded meanwhile may be seen or not.
    pub fn entries_at(
        &self,
        id: &CatalogId,
        mut wanted: impl FnMut(&[&str]) -> bool,
    ) -> Result<Vec<Entry>, StoreError> {
        let inner = &self.inner;
        let mut range = Key::of(Kind::Entry).catalog(id).range();
        let (mut sections, mut entries) = (Sections::default(), Vec::new());
        loop {
            let _view = inner.reading();
            let rows = inner.engine.scan(&range, Order::Rising, STRIDE)?;
            let full = rows.len() == STRIDE;
            if let Some((last, _)) = rows.last() {
                range.from = just_after(last);
            }
            for (key, row) in rows {
                let (version, payload) = wide::join(&*inner.engine, &key, row)?;
                let (_, body) = rows::unstamp(&payload)?;
                if rows::entry_places(version, body)?.iter().any(|place| wanted(place)) {
                    let mut entry = rows::entry(version, body)?;
                    sections.share(&mut entry);
                    entries.push(entry);
                }
            }
            if !full {
                return Ok(entries);
            }
        }
    }

    /// An accepted entry.
    pub fn entry(&self, id: &CatalogId, key: &EntryKey) -> Result<Option<Entry>, StoreError> {
        let _view = self.inner.reading();
        self.inner.accepted(id, key)
    }

    /// What is settling in a catalog.
    pub fn settling(&self, id: &CatalogId) -> Result<Option<Settling>, StoreError> {
        let _view = self.inner.reading();
        let found = wide::get(&*self.inner.engine, Key::of(Kind::Settling).catalog(id).as_bytes())?;
        found.map(|(version, body)| rows::json(version, &body, "what is settling")).transpose()
    }

    /// The memory of an entry that was removed and has not come back.
    pub fn tombstone(&self, id: &CatalogId, key: &EntryKey) -> Result<Option<Tombstone>, StoreError> {
        let _view = self.inner.reading();
        let found =
            wide::get(&*self.inner.engine, Key::of(Kind::Tombstone).catalog(id).entry(key).as_bytes())?;
        let pair =
            found.map(|(version, body)| rows::json::<(EntryKey, Tombstone)>(version, &body, "a tombstone"));
        Ok(pair.transpose()?.map(|(_, tombstone)| tombstone))
    }

    /// Catalogs that are due, the longest overdue first, at most `limit`.
    pub fn due(
        &self,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<(DateTime<Utc>, CatalogId)>, StoreError> {
        let inner = &self.inner;
        let _view = inner.reading();
        let looks = inner.looks();
        let mut due: Vec<_> = looks
            .due()
            .take_while(|(at, _)| *at <= now)
            .take(limit)
            .map(|(at, id)| (at, id.clone()))
            .collect();
        let mut written = 0;
        let range = KeyRange {
            from: Key::of(Kind::Due).range().from,
            to: just_after(Key::of(Kind::Due).time(now).number(u64::MAX).number(u64::MAX).as_bytes()),
        };
        inner.walk(range, |_, row| {
            let (at, id) = due_row(&row)?;
            if looks.of(&id).is_none() && at <= now {
                due.push((at, id));
                written += 1;
            }
            Ok(written < limit)
        })?;
        due.sort();
        due.truncate(limit);
        Ok(due)
    }

    /// When the next catalog is due.
    pub fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let inner = &self.inner;
        let _view = inner.reading();
        let looks = inner.looks();
        let noted = looks.due().next().map(|(at, _)| at);
        let mut written = None;
        inner.walk(Key::of(Kind::Due).range(), |_, row| {
            let (at, id) = due_row(&row)?;
            if looks.of(&id).is_none() {
                written = Some(at);
            }
            Ok(written.is_none())
        })?;
        Ok(noted.into_iter().chain(written).min())
    }

    /// The newest revision: what is touched from now on has a higher one.
    pub fn revision(&self) -> u64 {
        self.inner.alone().revision
    }

    /// Rows touched after this revision, at most `limit`, in the order they were touched, each with its revision.
    /// A row that was touched again stands at its newest revision only.
    pub fn touched_since(&self, revision: u64, limit: usize) -> Result<Vec<(u64, Touched)>, StoreError> {
        let inner = &self.inner;
        let _view = inner.reading();
        touches::since(&*inner.engine, revision, limit)
    }
}

impl Inner {
    /// Hands over the rows of a range until told to stop.
    pub(crate) fn walk(
        &self,
        mut range: KeyRange,
        mut each: impl FnMut(&[u8], Vec<u8>) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        loop {
            let rows: Vec<Row> = self.engine.scan(&range, Order::Rising, STRIDE)?;
            let full = rows.len() == STRIDE;
            if let Some((last, _)) = rows.last() {
                range.from = just_after(last);
            }
            for (key, row) in rows {
                if !each(&key, row)? {
                    return Ok(());
                }
            }
            if !full {
                return Ok(());
            }
        }
    }

    /// An accepted entry.
    pub(crate) fn accepted(&self, id: &CatalogId, key: &EntryKey) -> Result<Option<Entry>, StoreError> {
        let Some((version, payload)) = wide::get(&*self.engine, entry_key(id, key).as_bytes())? else {
            return Ok(None);
        };
        rows::entry(version, rows::unstamp(&payload)?.1).map(Some)
    }

    fn meta(&self, key: &[u8], row: Vec<u8>) -> Result<(CatalogMeta, u64), StoreError> {
        let (version, payload) = wide::join(&*self.engine, key, row)?;
        let (revision, body) = rows::unstamp(&payload)?;
        Ok((rows::json(version, body, "a catalog")?, revision))
    }

    fn entry(&self, key: &[u8], row: Vec<u8>) -> Result<Entry, StoreError> {
        let (version, payload) = wide::join(&*self.engine, key, row)?;
        rows::entry(version, rows::unstamp(&payload)?.1)
    }

    fn shape(&self, id: &CatalogId) -> Result<Option<Shape>, StoreError> {
        let found = wide::get(&*self.engine, Key::of(Kind::Shape).catalog(id).as_bytes())?;
        found.map(|(version, payload)| rows::json(version, rows::unstamp(&payload)?.1, "a shape")).transpose()
    }
}

/// One copy of each section path: thousands of entries stand in a few dozen sections.
#[derive(Default)]
struct Sections(HashSet<SectionPath>);

impl Sections {
    fn share(&mut self, entry: &mut Entry) {
        for place in &mut entry.places {
            match self.0.get(&place.section) {
                Some(known) => place.section = known.clone(),
                None => {
                    self.0.insert(place.section.clone());
                }
            }
        }
    }
}

fn due_row(row: &[u8]) -> Result<(DateTime<Utc>, CatalogId), StoreError> {
    rows::from_json_row(row, "a due time")
}

fn entry_key(id: &CatalogId, key: &EntryKey) -> Key {
    Key::of(Kind::Entry).catalog(id).entry(key)
}
