//! A state that came back older than it was: every catalog and project is told, so that no news is told twice.

use crate::engine::{Engine, Order};
use crate::heads::Heads;
use crate::keys::{Key, Kind};
use crate::outcome::StoreError;
use crate::projects::rows::Census;
use crate::record::Moves;
use crate::rows;
use crate::state::{self, Follow};
use crate::txn::Txn;
use crate::types::{BEHIND, CatalogMeta};
use crate::wide;

/// Notes in the facts of every catalog that they are [`BEHIND`]; hands back the heads. Done again when it was cut
/// short, so it comes before whatever says that the state is in order.
pub(crate) fn note(engine: &dyn Engine) -> Result<Heads, StoreError> {
    let mut heads = Heads::read(engine)?.ok_or_else(|| rows::damaged("there are no heads"))?;
    let mut txn = Txn::new(engine);
    for (key, row) in engine.scan(&Key::of(Kind::Catalog).range(), Order::Rising, usize::MAX)? {
        let (version, payload) = wide::join(engine, &key, row)?;
        let mut meta: CatalogMeta = rows::json(version, rows::unstamp(&payload)?.1, "a catalog")?;
        meta.cursor.insert(BEHIND.to_owned(), heads.seq.to_string());
        // Whether its silence and its recovery were told is not known any more.
        meta.stale = false;
        state::put_meta(&mut txn, &mut heads, &meta, Follow::No, &mut Moves::default())?;
    }
    projects(&mut txn, &heads)?;
    let sealed = txn.seal(heads, false)?;
    if !sealed.changes.is_empty() {
        engine.apply(&sealed.changes)?;
        engine.sync()?;
    }
    Ok(sealed.heads)
}

/// The same for projects, by the revision they all are below. Rankings are seen for the first time again.
fn projects(txn: &mut Txn<'_>, heads: &Heads) -> Result<(), StoreError> {
    for (key, _) in txn.all(&Key::of(Kind::Ranks).range())? {
        wide::remove(txn, &Key::from_bytes(key))?;
    }
    match Census::read(txn)? {
        Some(census) => Census { behind: heads.revision + 1, ..census }.write(txn),
        None => Ok(()),
    }
}
