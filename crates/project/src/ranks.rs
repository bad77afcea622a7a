//! Rankings of our own observations.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::packed::{self, Packed, put, take};
use crate::project::ProjectId;

/// A project in a ranking today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RankRow {
    /// Which.
    pub id: ProjectId,
    /// What it is ranked by; `None` when that is unknown, which moves nobody.
    pub value: Option<u64>,
}

/// What is remembered of one ranking between two days: the order as it was told and as it was last seen, near the top
/// only. Stays below 8 KiB as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RankState {
    /// When it was last looked at; `None` before the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<DateTime<Utc>>,
    /// The order readers know, best first, with the values of that time.
    #[serde(with = "packed", skip_serializing_if = "Vec::is_empty")]
    pub(crate) told: Vec<Rank>,
    /// The order at the last look.
    #[serde(with = "packed", skip_serializing_if = "Vec::is_empty")]
    pub(crate) seen: Vec<Rank>,
}

/// A place in a remembered order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rank {
    pub(crate) id: ProjectId,
    pub(crate) value: u32,
}

impl Packed for Rank {
    const WIDTH: usize = 8;

    fn pack(&self, to: &mut Vec<u8>) {
        put(to, u64::from(self.id.0), 4);
        put(to, u64::from(self.value), 4);
    }

    fn unpack(mut from: &[u8]) -> Self {
        Self { id: ProjectId(take(&mut from, 4) as u32), value: take(&mut from, 4) as u32 }
    }
}

impl RankState {
    /// When the ranking was last looked at.
    pub fn looked(&self) -> Option<DateTime<Utc>> {
        self.at
    }

    /// The order readers know, best first, near the top.
    pub fn order(&self) -> impl Iterator<Item = ProjectId> {
        self.told.iter().map(|rank| rank.id)
    }
}
