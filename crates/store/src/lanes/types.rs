//! Lanes as callers see them.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_news::{CatalogId, Filter};

/// The number of a lane; never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LaneId(pub u64);

impl fmt::Display for LaneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One destination at one cadence: what it wants, and how far it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// Its number.
    pub id: LaneId,
    /// Where it leads, as text.
    pub destination: String,
    /// Its rhythm, as text.
    pub cadence: String,
    /// Who asked for it first.
    pub origin: Origin,
    /// What is wanted; an event goes out when it meets any of them, and once.
    pub wants: Vec<Want>,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// Since when somebody wants silence; what comes is kept.
    pub paused: Option<DateTime<Utc>>,
    /// The destination refused us.
    pub parked: Option<Parked>,
    /// Everything up to here is told or did not match.
    pub told: u64,
    /// The first event that waits, as far as it was written down: the matcher may know more.
    pub waiting: Option<u64>,
    /// So many matching events went with the oldest part of the journal before they could be told.
    pub dropped: u64,
    /// When it flushes next, where that does not follow from what waits.
    pub due: Option<DateTime<Utc>>,
    /// The end of the period that was last told.
    pub last_due: Option<DateTime<Utc>>,
    /// A first digest is asked for that begins here.
    pub since: Option<DateTime<Utc>>,
    /// It was paused or parked, and what waited meanwhile is still to be told.
    pub back: bool,
    /// The last try failed.
    pub retry: Option<Retry>,
    /// A flush that was stated and is not known to have been accepted whole.
    pub intent: Option<Intent>,
}

/// Who asked for a lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Somebody in a chat.
    Chat {
        /// Who, as the service names people.
        by: String,
    },
    /// The configuration.
    Configuration {
        /// The name it has there.
        name: String,
    },
}

/// Something a lane wants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Want {
    /// Its number at the destination, shown to people.
    pub number: u32,
    /// Which events.
    pub filter: Filter,
    /// Only events with higher numbers.
    pub after: u64,
    /// It has told everything up to here, also where the lane's own cursor stands lower: two lanes became one.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub told: u64,
    /// The configuration wants it, and ends it when it is no longer there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub configured: bool,
    /// Only events up to this number: it ends with the flush that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
}

/// A destination that refused us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    /// When.
    pub at: DateTime<Utc>,
    /// In which words.
    pub reason: String,
}

/// A try that failed, and when the next one comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    /// When.
    pub at: DateTime<Utc>,
    /// How many failed in a row.
    pub failures: u32,
    /// What the last one said.
    pub reason: String,
}

/// A flush, stated before its first message leaves: the same words come of it however often it is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// Its first event.
    pub from: u64,
    /// Its last event.
    pub to: u64,
    /// How many messages it comes to.
    pub parts: u32,
    /// How many of them are known to have been accepted.
    #[serde(default, skip_serializing_if = "is_none")]
    pub sent: u32,
    /// What its messages are known by at the service.
    pub nonce: u64,
    /// When it was stated.
    pub at: DateTime<Utc>,
    /// As plain text: the service refused it when it was dressed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plain: bool,
    /// The period, for a digest; `None` for news one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<DigestOf>,
    /// So many older events are gone; told with it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dropped: u64,
    /// What was known about the catalogs it names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub catalogs: Vec<CatalogFacts>,
    /// The address of our own site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The page of the digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
}

/// What a digest is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestOf {
    /// The period begins after this moment …
    pub from: DateTime<Utc>,
    /// … and ends with this one.
    pub to: DateTime<Utc>,
    /// It stands for all that came while nothing could be told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub catch_up: bool,
}

/// What was known about a catalog when a flush was stated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogFacts {
    /// Which.
    pub id: CatalogId,
    /// What it is called.
    pub title: String,
    /// When it was last read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<DateTime<Utc>>,
}

/// Something that could not be told because the service refuses its content; kept to be looked at and sent again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// Its number; never given twice.
    pub number: u64,
    /// When it was given up.
    pub at: DateTime<Utc>,
    /// The lane.
    pub lane: LaneId,
    /// Where it was meant to go.
    pub destination: String,
    /// The lane's rhythm.
    pub cadence: String,
    /// What the lane wanted.
    pub wants: Vec<Want>,
    /// What was to be sent.
    pub intent: Intent,
    /// In which words it was refused.
    pub reason: String,
}

/// What one step wants written together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LaneCommit {
    /// The matcher has come so far.
    pub matched: Option<u64>,
    /// Lanes to write.
    pub lanes: Vec<Lane>,
    /// Lanes that are no more.
    pub removed: Vec<LaneId>,
    /// Dead letters to keep.
    pub dead: Vec<DeadLetter>,
    /// Dead letters that are no more.
    pub buried: Vec<u64>,
    /// Nothing of what is removed now, or was before, may be left in the file beside the database.
    pub erase: bool,
}

impl LaneCommit {
    /// Is there nothing to write?
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How far the matcher is, and the newest numbers given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LaneMark {
    /// Every lane without anything waiting has come so far.
    pub matched: u64,
    /// The newest lane's number.
    pub newest_lane: u64,
    /// The newest dead letter's number.
    pub newest_letter: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_none(number: &u32) -> bool {
    *number == 0
}
