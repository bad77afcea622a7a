//! Snowflakes: ids that carry the moment they were made.

use chrono::{DateTime, Utc};

/// The first second of 2015, in milliseconds since 1970.
const EPOCH: i64 = 1_420_070_400_000;

/// Hands out ids that only grow, whatever the clock does.
#[derive(Default)]
pub(super) struct Ids(u64);

impl Ids {
    pub(super) fn next(&mut self, now: DateTime<Utc>) -> u64 {
        let millis = u64::try_from(now.timestamp_millis() - EPOCH).unwrap_or(1);
        self.0 = (millis << 22).max(self.0 + 1);
        self.0
    }
}
