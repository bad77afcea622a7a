//! The rows of lanes.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_news::Epoch;

use super::types::{DeadLetter, Intent, Lane, LaneId, LaneMark, Origin, Parked, Retry, Want};
use crate::engine::Rows;
use crate::keys::{Key, Kind};
use crate::outcome::StoreError;
use crate::rows::{self, VERSION};
use crate::txn::Txn;
use crate::wide;

/// What somebody asked for, and what must outlive the loss of everything else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Asked<'a> {
    pub(crate) id: LaneId,
    pub(crate) destination: Cow<'a, str>,
    pub(crate) cadence: Cow<'a, str>,
    pub(crate) origin: Cow<'a, Origin>,
    pub(crate) wants: Cow<'a, [Want]>,
    pub(crate) created: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) paused: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) parked: Option<Cow<'a, Parked>>,
}

/// How far a lane is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Course {
    told: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    waiting: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dropped: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_due: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    back: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry: Option<Retry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    intent: Option<Intent>,
}

/// How far the matcher is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// The life of the store it belongs to; lanes of another life are set to the head.
    pub(crate) epoch: Epoch0,
    pub(crate) matched: u64,
    pub(crate) newest_lane: u64,
    pub(crate) newest_letter: u64,
}

/// An epoch, 0 for none: lanes that were just imported belong to no life yet.
pub(crate) type Epoch0 = u64;

impl<'a> Asked<'a> {
    pub(crate) fn of(lane: &'a Lane) -> Self {
        Self {
            id: lane.id,
            destination: Cow::Borrowed(&lane.destination),
            cadence: Cow::Borrowed(&lane.cadence),
            origin: Cow::Borrowed(&lane.origin),
            wants: Cow::Borrowed(&lane.wants),
            created: lane.created,
            paused: lane.paused,
            parked: lane.parked.as_ref().map(Cow::Borrowed),
        }
    }

    /// The lane that begins with it, with everything up to `head` told.
    pub(crate) fn at_head(self, head: u64) -> Lane {
        let mut lane = join(self, Course { told: head, ..Course::default() });
        // What was to end with a flush that is not known any more has ended.
        lane.wants.retain(|want| want.until.is_none());
        for want in &mut lane.wants {
            (want.after, want.told) = (head, 0);
        }
        lane
    }
}

impl Mark {
    pub(crate) fn read(from: &dyn Rows) -> Result<Option<Self>, StoreError> {
        let row = from.get(Key::of(Kind::LaneMark).as_bytes())?;
        row.map(|row| rows::from_json_row(&row, "the matcher's mark")).transpose()
    }

    pub(crate) fn write(&self, txn: &mut Txn<'_>) -> Result<(), StoreError> {
        txn.put(Key::of(Kind::LaneMark).as_bytes(), rows::json_row(self)?)
    }

    pub(crate) fn is_of(&self, epoch: Epoch) -> bool {
        self.epoch == epoch.0
    }

    pub(crate) fn public(self) -> LaneMark {
        LaneMark { matched: self.matched, newest_lane: self.newest_lane, newest_letter: self.newest_letter }
    }
}

/// Writes a lane; says whether what was asked for differs from before.
pub(crate) fn put(txn: &mut Txn<'_>, lane: &Lane) -> Result<bool, StoreError> {
    let body = rows::json_bytes(&Asked::of(lane))?;
    let key = key(Kind::Lane, lane.id);
    let before = wide::get(txn, key.as_bytes())?;
    let differs = before.is_none_or(|(version, old)| version != VERSION || old != body);
    if differs {
        wide::put(txn, &key, VERSION, &body)?;
    }
    let course = Course {
        told: lane.told,
        waiting: lane.waiting,
        dropped: Some(lane.dropped).filter(|dropped| *dropped > 0),
        due: lane.due,
        last_due: lane.last_due,
        since: lane.since,
        back: lane.back,
        retry: lane.retry.clone(),
        intent: lane.intent.clone(),
    };
    wide::put(txn, &self::key(Kind::LaneCourse, lane.id), VERSION, &rows::json_bytes(&course)?)?;
    Ok(differs)
}

/// Removes a lane; says whether there was one.
pub(crate) fn remove(txn: &mut Txn<'_>, id: LaneId) -> Result<bool, StoreError> {
    let there = txn.get(key(Kind::Lane, id).as_bytes())?.is_some();
    wide::remove(txn, &key(Kind::Lane, id))?;
    wide::remove(txn, &key(Kind::LaneCourse, id))?;
    Ok(there)
}

/// Reads a lane.
pub(crate) fn get(from: &dyn Rows, id: LaneId) -> Result<Option<Lane>, StoreError> {
    let Some((version, body)) = wide::get(from, key(Kind::Lane, id).as_bytes())? else { return Ok(None) };
    with_course(from, asked(version, &body)?).map(Some)
}

/// Completes a lane.
pub(crate) fn with_course(from: &dyn Rows, asked: Asked<'static>) -> Result<Lane, StoreError> {
    let course = match wide::get(from, key(Kind::LaneCourse, asked.id).as_bytes())? {
        Some((version, body)) => rows::json(version, &body, "the course of a lane")?,
        None => return Err(rows::damaged("a lane has no course")),
    };
    Ok(join(asked, course))
}

pub(crate) fn asked(version: u8, body: &[u8]) -> Result<Asked<'static>, StoreError> {
    rows::json(version, body, "a lane")
}

pub(crate) fn put_letter(txn: &mut Txn<'_>, letter: &DeadLetter) -> Result<(), StoreError> {
    wide::put(txn, &letter_key(letter.number), VERSION, &rows::json_bytes(letter)?)
}

pub(crate) fn letter(version: u8, body: &[u8]) -> Result<DeadLetter, StoreError> {
    rows::json(version, body, "a dead letter")
}

pub(crate) fn letter_key(number: u64) -> Key {
    Key::of(Kind::DeadLetter).number(number)
}

pub(crate) fn key(kind: Kind, id: LaneId) -> Key {
    Key::of(kind).number(id.0)
}

fn join(asked: Asked<'_>, course: Course) -> Lane {
    Lane {
        id: asked.id,
        destination: asked.destination.into_owned(),
        cadence: asked.cadence.into_owned(),
        origin: asked.origin.into_owned(),
        wants: asked.wants.into_owned(),
        created: asked.created,
        paused: asked.paused,
        parked: asked.parked.map(Cow::into_owned),
        told: course.told,
        waiting: course.waiting,
        dropped: course.dropped.unwrap_or(0),
        due: course.due,
        last_due: course.last_due,
        since: course.since,
        back: course.back,
        retry: course.retry,
        intent: course.intent,
    }
}
