//! GitHub out of reach: when it is tried again.

use chrono::{DateTime, TimeDelta, Utc};
use tracing::{debug, info, warn};

use super::{Github, locked};

/// The first wait when GitHub cannot be reached; it doubles up to the longest.
const FIRST: TimeDelta = TimeDelta::seconds(5);
const LONGEST: TimeDelta = TimeDelta::minutes(15);

/// How long GitHub has been out of reach.
#[derive(Debug, Default)]
pub(super) struct Outage {
    until: Option<DateTime<Utc>>,
    times: u32,
}

impl Github {
    /// Nothing is asked about projects before this moment.
    pub(super) fn away_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        // A clock that was set back makes any moment look far away.
        locked(&self.inner.outage).until.filter(|until| now < *until && *until - now <= LONGEST)
    }

    /// GitHub could not be reached, or is not well: when to try again. It is said once, until GitHub answers again.
    pub(super) fn gone_away(&self, now: DateTime<Utc>, why: &str) -> DateTime<Utc> {
        let mut outage = locked(&self.inner.outage);
        let wait = (FIRST * (1 << outage.times.min(6))).min(LONGEST);
        match outage.until {
            // Calls that fail beside each other are one failure.
            Some(until) if now < until && until - now <= LONGEST => until,
            _ => {
                outage.times += 1;
                let until = now + wait;
                outage.until = Some(until);
                if outage.times == 1 {
                    warn!("GitHub cannot be reached ({why}): projects are looked at when it answers again");
                } else {
                    debug!(
                        "GitHub still cannot be reached ({why}): trying again after {}",
                        until.format("%H:%M:%S UTC")
                    );
                }
                until
            }
        }
    }

    /// GitHub answers.
    pub(super) fn back(&self) {
        let before = std::mem::take(&mut *locked(&self.inner.outage));
        if before.times > 0 {
            info!("GitHub answers again");
        }
    }
}
