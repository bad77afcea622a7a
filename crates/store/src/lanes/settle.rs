//! Lanes of another life of the store: all of them are set to the head, so that nobody is told old news.

use super::rows::{self, Asked, Mark};
use super::types::LaneId;
use crate::engine::Order;
use crate::keys::{Key, Kind, just_after};
use crate::outcome::StoreError;
use crate::store::Inner;
use crate::wide;

/// Lanes written in one commit.
const STRIDE: usize = 200;

impl Inner {
    /// Sets all lanes to the head when the store begins another life than they were written in; says how many.
    pub(crate) fn settle_lanes(&self) -> Result<usize, StoreError> {
        let epoch = self.alone().epoch;
        let Some(mark) = Mark::read(&*self.engine)?.filter(|mark| !mark.is_of(epoch)) else { return Ok(0) };
        let mut range = Key::of(Kind::Lane).range();
        let mut count = 0;
        loop {
            let found = self.engine.scan(&range, Order::Rising, STRIDE)?;
            let Some((last, _)) = found.last() else { break };
            range.from = just_after(last);
            count += found.len();
            self.commit(|txn, heads| {
                for (key, row) in found {
                    let (version, body) = wide::join(txn, &key, row)?;
                    let lane = rows::asked(version, &body)?.at_head(heads.seq);
                    if lane.wants.is_empty() {
                        rows::remove(txn, lane.id)?
                    } else {
                        rows::put(txn, &lane)?
                    };
                }
                Ok(())
            })?;
        }
        // Last, so that an interrupted start does it again.
        self.commit(|txn, heads| Mark { epoch: epoch.0, matched: heads.seq, ..mark }.write(txn))?;
        Ok(count)
    }

    /// Puts these lanes in the place of all there are.
    pub(crate) fn replace_lanes(&self, lanes: &[Asked<'static>]) -> Result<(), StoreError> {
        let newest = lanes.iter().map(|lane| lane.id.0).max().unwrap_or(0);
        let kept: std::collections::BTreeSet<LaneId> = lanes.iter().map(|lane| lane.id).collect();
        self.commit(|txn, _| {
            let mark = Mark::read(txn)?.unwrap_or_default();
            // Of no life, so that all of them are set to the head.
            Mark { epoch: 0, newest_lane: mark.newest_lane.max(newest), ..mark }.write(txn)
        })?;
        let mut range = Key::of(Kind::Lane).range();
        loop {
            let found = self.engine.scan(&range, Order::Rising, STRIDE)?;
            let Some((last, _)) = found.last() else { break };
            range.from = just_after(last);
            self.commit(|txn, _| {
                for (key, row) in found {
                    let (version, body) = wide::join(txn, &key, row)?;
                    let id = rows::asked(version, &body)?.id;
                    if !kept.contains(&id) {
                        rows::remove(txn, id)?;
                    }
                }
                Ok(())
            })?;
        }
        for some in lanes.chunks(STRIDE) {
            self.commit(|txn, heads| {
                for asked in some {
                    rows::put(txn, &asked.clone().at_head(heads.seq))?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}
