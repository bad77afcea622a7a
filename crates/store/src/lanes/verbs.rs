//! What callers ask of lanes.

use super::rows::{self, Mark};
use super::types::{DeadLetter, Lane, LaneCommit, LaneId, LaneMark};
use crate::engine::Order;
use crate::keys::{Key, Kind};
use crate::outcome::StoreError;
use crate::record::{Rows, span};
use crate::store::Store;
use crate::wide;

impl Store {
    /// Lanes in the order of their numbers, after this one.
    pub fn lanes(&self, after: Option<LaneId>, limit: usize) -> Result<Vec<Lane>, StoreError> {
        let _view = self.inner.reading();
        let all = Key::of(Kind::Lane);
        let range = after.map_or_else(|| all.range(), |after| all.range_after(&rows::key(Kind::Lane, after)));
        let found = self.inner.engine.scan(&range, Order::Rising, limit)?;
        let engine = &*self.inner.engine;
        found
            .into_iter()
            .map(|(key, row)| {
                let (version, body) = wide::join(engine, &key, row)?;
                rows::with_course(engine, rows::asked(version, &body)?)
            })
            .collect()
    }

    /// A lane.
    pub fn lane(&self, id: LaneId) -> Result<Option<Lane>, StoreError> {
        let _view = self.inner.reading();
        rows::get(&*self.inner.engine, id)
    }

    /// How far the matcher is, and the newest numbers given. Before the first lane the matcher stands at the head.
    pub fn lane_mark(&self) -> Result<LaneMark, StoreError> {
        let head = self.head();
        let _view = self.inner.reading();
        let mark = Mark::read(&*self.inner.engine)?;
        Ok(mark.map_or(LaneMark { matched: head, ..LaneMark::default() }, Mark::public))
    }

    /// Up to which event every lane without anything waiting has come.
    pub fn matched(&self) -> Result<u64, StoreError> {
        Ok(self.lane_mark()?.matched)
    }

    /// Dead letters in the order of their numbers, after this one.
    pub fn dead_letters(&self, after: Option<u64>, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        let _view = self.inner.reading();
        let all = Key::of(Kind::DeadLetter);
        let range = after.map_or_else(|| all.range(), |after| all.range_after(&rows::letter_key(after)));
        let found = self.inner.engine.scan(&range, Order::Rising, limit)?;
        found
            .into_iter()
            .map(|(key, row)| {
                let (version, body) = wide::join(&*self.inner.engine, &key, row)?;
                rows::letter(version, &body)
            })
            .collect()
    }

    /// A dead letter.
    pub fn dead_letter(&self, number: u64) -> Result<Option<DeadLetter>, StoreError> {
        let _view = self.inner.reading();
        let found = wide::get(&*self.inner.engine, rows::letter_key(number).as_bytes())?;
        found.map(|(version, body)| rows::letter(version, &body)).transpose()
    }

    /// Writes lanes, the matcher's mark and dead letters as one durable transaction; several callers at once share
    /// one flush. Where somebody asked for something else, the file beside the database follows.
    ///
    /// The mark's numbers rise with what is written; [`LaneCommit::matched`] may only rise, too.
    pub fn record_lanes(&self, commit: &LaneCommit) -> Result<(), StoreError> {
        let _span = span(Rows::Lanes, commit.lanes.len() + commit.removed.len(), 0).entered();
        let mut asked = Vec::new();
        let mut removed = Vec::new();
        self.inner.commit(|txn, heads| {
            let before = Mark::read(txn)?;
            let mut mark = before.unwrap_or(Mark { matched: heads.seq, ..Mark::default() });
            mark.epoch = heads.epoch.0;
            for lane in &commit.lanes {
                mark.newest_lane = mark.newest_lane.max(lane.id.0);
                if rows::put(txn, lane)? {
                    asked.push(lane);
                }
            }
            for id in &commit.removed {
                if rows::remove(txn, *id)? {
                    removed.push(*id);
                }
            }
            for letter in &commit.dead {
                mark.newest_letter = mark.newest_letter.max(letter.number);
                rows::put_letter(txn, letter)?;
            }
            for number in &commit.buried {
                wide::remove(txn, &rows::letter_key(*number))?;
            }
            mark.matched = mark.matched.max(commit.matched.unwrap_or(0));
            mark.write(txn)
        })?;
        self.inner.follow_lanes(&asked, &removed, commit.erase);
        Ok(())
    }
}
