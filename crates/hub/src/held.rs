//! What stands in the street: subscriptions, and requests that wait to be confirmed.

use std::collections::BTreeSet;
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use url::Url;
use whimbrel_store::{HubRequest, HubSubscription};

use crate::budget::Budget;
use crate::feeds::Changes;
use crate::place::Place;

/// In which of two lines a subscription waits: who was slow or failed the last time waits among their like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Quick = 0,
    Slow = 1,
}

/// What was used of the limits.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    pub(crate) hosts: Budget,
    pub(crate) circles: Budget,
    pub(crate) clients: Budget,
}

/// A subscription.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) row: HubSubscription,
    pub(crate) url: Url,
    pub(crate) place: Place,
    /// It is being sent to.
    pub(crate) is_flying: bool,
    /// It took long the last time.
    pub(crate) is_slow: bool,
    /// It was sent to a moment ago: what comes meanwhile is sent as one.
    pub(crate) rests_until: DateTime<Utc>,
    /// Its place in line.
    pub(crate) at: Option<(Line, DateTime<Utc>)>,
}

/// A feed and who wants it.
#[derive(Debug)]
pub(crate) struct Followed {
    pub(crate) changes: Option<Changes>,
    pub(crate) by: BTreeSet<u64>,
}

/// A request that waits to be confirmed.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) row: HubRequest,
    pub(crate) url: Url,
    pub(crate) place: Place,
    /// Tells it from others for the same.
    pub(crate) number: u64,
    pub(crate) is_flying: bool,
    /// Who asked, as long as it is remembered: this is never written down.
    pub(crate) client: Option<IpAddr>,
}

impl Held {
    pub(crate) fn line(&self) -> Line {
        if self.row.failures > 0 || self.is_slow { Line::Slow } else { Line::Quick }
    }

    /// When something is to be done about it.
    pub(crate) fn next(&self) -> DateTime<Utc> {
        let due = self.row.waiting.filter(|_| !self.is_flying).map(|waiting| waiting.due);
        due.map_or(self.row.until, |due| due.min(self.row.until))
    }
}
