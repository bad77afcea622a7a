//! Stores that were written before there were projects: every entry is asked for its project, once.

use crate::engine::{Order, Row};
use crate::keys::{Key, Kind, just_after};
use crate::outcome::StoreError;
use crate::projects::listings;
use crate::projects::rows::Census;
use crate::rows;
use crate::store::Inner;
use crate::types::CatalogMeta;
use crate::wide;

/// Entries that are asked in one commit.
const STRIDE: usize = 500;

impl Inner {
    /// Lists every entry of the store under its project, in pieces; what a crash interrupted is done again, and costs
    /// little where it was done already. Hands back how many projects were found; `None` when nothing was to do.
    pub(crate) fn complete(&self) -> Result<Option<usize>, StoreError> {
        let catalogs = self.engine.scan(&Key::of(Kind::Catalog).range(), Order::Rising, usize::MAX)?;
        match Census::read(&*self.engine)? {
            Some(census) if census.complete => return Ok(None),
            None if catalogs.is_empty() => return Ok(None),
            Some(_) => {}
            None => self.commit(|txn, _| Census { complete: false, ..Census::default() }.write(txn))?,
        }
        let catalogs = catalogs.into_iter().map(|(key, row)| {
            let (version, payload) = wide::join(&*self.engine, &key, row)?;
            rows::json::<CatalogMeta>(version, rows::unstamp(&payload)?.1, "a catalog")
        });
        for meta in catalogs.collect::<Result<Vec<_>, _>>()? {
            tracing::info!(catalog = %meta.id, "finding the GitHub projects that `{}` lists", meta.id);
            let mut range = Key::of(Kind::Entry).catalog(&meta.id).range();
            loop {
                let found: Vec<Row> = self.engine.scan(&range, Order::Rising, STRIDE)?;
                let Some((last, _)) = found.last() else { break };
                range.from = just_after(last);
                self.commit(|txn, _| {
                    found.into_iter().try_for_each(|(key, row)| {
                        let (version, payload) = wide::join(&*self.engine, &key, row)?;
                        let entry = rows::entry(version, rows::unstamp(&payload)?.1)?;
                        listings::list(txn, &meta.id, &entry, meta.followed)
                    })
                })?;
            }
        }
        self.commit(|txn, _| {
            let census = Census { complete: true, ..Census::read(txn)?.unwrap_or_default() };
            census.write(txn)?;
            Ok(Some(census.count as usize))
        })
    }
}
