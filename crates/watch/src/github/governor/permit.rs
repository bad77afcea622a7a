//! What is asked of the governor, and what it says.

use chrono::{DateTime, Utc};

use super::window::Keep;
use crate::github::told::Resource;

/// A request that may be sent. Goes back with [`Governor::done`], whatever came of it.
#[derive(Debug)]
#[must_use]
pub(crate) struct Permit {
    /// Which token to ask with, by its place in the list.
    pub(crate) token: usize,
    pub(super) resource: Resource,
    pub(super) points: u32,
    pub(super) generation: u64,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    /// The counter it falls under.
    pub(crate) resource: Resource,
    /// What it will cost, as far as one can tell before.
    pub(crate) points: u32,
    /// What it leaves to others.
    pub(crate) keep: Keep,
}

/// There is no permit before this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wait {
    pub(crate) until: DateTime<Utc>,
    pub(crate) why: Why,
}

/// Why there is no permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Why {
    /// As many requests as may be are under way.
    Busy,
    /// The hour's limit is spread over the hour, or the minute is full.
    Spread,
    /// The hour's limit is used up, down to the reserve.
    UsedUp,
    /// GitHub wants to be left alone.
    Quiet,
    /// GitHub accepts none of the tokens.
    Rejected,
    /// There is no token, and GraphQL needs one.
    NoToken,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It was answered; GraphQL tells what it cost.
    Answered {
        /// Points, where told.
        cost: Option<u32>,
    },
    /// The server did not manage, or no answer came.
    Trouble,
    /// The hourly limit is used up.
    Primary,
    /// GitHub wants to be left alone.
    Secondary,
    /// The token is not accepted.
    Rejected,
    /// It was given up, or never sent.
    Dropped,
}

/// GitHub thinks otherwise of a token than before; for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It is not accepted any more: what to do.
    Refused(String),
    /// It is accepted again: which.
    Accepted(String),
}

/// What is left of a limit, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Which token: never the token itself.
    pub token: String,
    /// Which limit.
    pub resource: Resource,
    /// Points an hour.
    pub limit: u32,
    /// Points left until the reset.
    pub remaining: u32,
    /// Points that are never used.
    pub reserve: u32,
    /// When the hour is over.
    pub reset: DateTime<Utc>,
    /// Nothing is asked with it before this moment.
    pub waiting_until: Option<DateTime<Utc>>,
    /// What is wrong with it, as a sentence that says what to do.
    pub alarm: Option<String>,
}
