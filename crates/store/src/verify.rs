//! Is everything there, and as it was written? A walk over all rows against the sum they were counted into.

use crate::engine::{Engine, KeyRange, Order};
use crate::heads::Heads;
use crate::keys::{self, Key, Kind, just_after};
use crate::outcome::StoreError;
use crate::rows::{self, damaged};
use crate::store::Store;
use crate::touches;
use crate::wide;

/// Rows read from the engine at a time.
const STRIDE: usize = 1024;

impl Store {
    /// Reads every row and compares with what was written. Nothing is written meanwhile; a million rows take about
    /// a second.
    pub fn verify(&self) -> Result<(), StoreError> {
        let _alone = self.inner.alone();
        whole(&*self.inner.engine).inspect_err(|error| {
            if matches!(error, StoreError::Damaged(_)) {
                self.inner.engine.suspect();
            }
        })
    }
}

/// Every row is read and counted.
pub(crate) fn whole(engine: &dyn Engine) -> Result<(), StoreError> {
    let heads = Heads::read(engine)?.ok_or_else(|| damaged("there are no heads"))?;
    let mut counted = Heads { rows: 0, sum: 0, ..heads };
    let heads_key = Heads::key();
    let mut range = KeyRange { from: Vec::new(), to: keys::end() };
    loop {
        let rows = engine.scan(&range, Order::Rising, STRIDE)?;
        let Some((last, _)) = rows.last() else { break };
        range.from = just_after(last);
        for (key, value) in &rows {
            if key != heads_key.as_bytes() {
                counted.count(key, value);
            }
        }
    }
    if counted == heads {
        Ok(())
    } else {
        Err(damaged(&format!(
            "of {} rows {} are there, or not all of them as they were",
            heads.rows, counted.rows
        )))
    }
}

/// Only the ends of what grows: for a store that is too large to be read whole at every start.
pub(crate) fn ends(engine: &dyn Engine) -> Result<(), StoreError> {
    let heads = Heads::read(engine)?.ok_or_else(|| damaged("there are no heads"))?;
    let last = |kind| Ok::<_, StoreError>(engine.scan(&Key::of(kind).range(), Order::Falling, 1)?.pop());
    let newest = match last(Kind::Event)? {
        Some((key, row)) => {
            let (version, body) = wide::join(engine, &key, row)?;
            rows::events(version, &body)?.last().map_or(0, |event| event.seq)
        }
        None => 0,
    };
    if newest != heads.newest {
        return Err(damaged("the journal does not end where it ended"));
    }
    if touches::newest(engine)? != (heads.revision > 0).then_some(heads.revision) {
        return Err(damaged("the state does not end where it ended"));
    }
    Ok(())
}
