//! Subscriptions as people see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use whimbrel_news::{Filter, Kind};
use whimbrel_store::{LaneId, Origin, Parked, Retry, StoreError};

use crate::cadence::Cadence;
use crate::destination::{Destination, Service};

/// A subscription somebody asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct New {
    /// Where the news shall go.
    pub destination: Destination,
    /// When.
    pub cadence: Cadence,
    /// Which.
    pub filter: Filter,
    /// Who asks.
    pub origin: Origin,
    /// A first digest is wanted at once that begins here; without it the subscription begins now, with silence.
    pub since: Option<DateTime<Utc>>,
}

/// A subscription: a filter in a lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscription {
    /// Its number at the destination, from 1.
    pub number: u32,
    /// Where the news goes.
    pub destination: Destination,
    /// When.
    pub cadence: Cadence,
    /// Which.
    pub filter: Filter,
    /// Who asked; of somebody in a chat whoever asked first in its lane.
    pub origin: Origin,
    /// When its lane was made.
    pub created: DateTime<Utc>,
    /// Its lane.
    pub lane: LaneId,
    /// How its lane is.
    pub state: LaneState,
    /// When its lane tells something next, as far as that is known: there is something to tell, or an empty period is
    /// told too. Does not count that services set the pace.
    pub next: Option<DateTime<Utc>>,
}

/// How a lane is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LaneState {
    /// Nothing waits.
    Idle,
    /// Something waits for its time.
    Waiting,
    /// Messages are under way.
    UnderWay,
    /// The last try failed; it goes on by itself.
    Retrying(Retry),
    /// Somebody wants silence, since then; what comes is kept.
    Paused(DateTime<Utc>),
    /// The destination refused us; what comes is kept.
    Parked(Parked),
}

/// A subscription that was just ended; it can be brought back as if nothing had been, also after it was written down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ended {
    pub(crate) number: u32,
    pub(crate) cadence: Cadence,
    pub(crate) filter: Filter,
    pub(crate) origin: Origin,
    /// It had told everything up to this event.
    pub(crate) told: u64,
}

/// Why somebody cannot subscribe so, or change what they have.
#[derive(Debug, thiserror::Error)]
pub enum SubscribeError {
    /// There is the same already.
    #[error("that is subscription {0} already")]
    Already(u32),
    /// The filter matches nothing.
    #[error("nothing would ever match: the filter is empty")]
    Nothing,
    /// A place has so many and no more.
    #[error("there are {0} subscriptions here already: end some, or join them with `or`")]
    TooMany(usize),
    /// The filters of a place have so many patterns and no more.
    #[error(
        "the filters of a place have at most {0} patterns between slashes: use words, or `|` in a pattern"
    )]
    TooManyPatterns(usize),
    /// There is no such subscription here.
    #[error("there is no subscription {0} here")]
    Unknown(u32),
    /// The program has no access to that service.
    #[error("{0} is not set up")]
    NoService(Service),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the whole of the fan-out does at this moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// The newest event.
    pub head: u64,
    /// Events up to here were matched.
    pub matched: u64,
    /// Lanes in all.
    pub lanes: usize,
    /// Destinations in all.
    pub destinations: usize,
    /// Lanes with something waiting, those below included.
    pub waiting: usize,
    /// Lanes whose messages are under way.
    pub under_way: usize,
    /// Lanes whose last try failed.
    pub retrying: usize,
    /// Lanes that are silent because somebody wants it.
    pub paused: usize,
    /// Lanes whose destination refused us.
    pub parked: usize,
    /// The first event that waits somewhere.
    pub oldest_waiting: Option<u64>,
    /// Dead letters.
    pub dead_letters: usize,
    /// The services.
    pub services: Vec<ServiceStatus>,
    /// Bytes of memory lanes take, without the store.
    pub bytes: usize,
}

/// How a service is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceStatus {
    /// Which.
    pub service: Service,
    /// We rest from it, because of this.
    pub rest: Option<RestStatus>,
    /// Lanes that lead there.
    pub lanes: usize,
}

/// Why a whole service is left alone for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestStatus {
    /// Our token is refused: somebody has to act.
    pub unauthorized: bool,
    /// In its words.
    pub reason: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// When it is tried again.
    pub until: DateTime<Utc>,
}

/// A lane as operators see it.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneReport {
    /// Which.
    pub lane: LaneId,
    /// Where it leads, as text.
    pub destination: String,
    /// When it flushes, as text.
    pub cadence: String,
    /// What it wants.
    pub filters: Vec<Filter>,
    /// How it is.
    pub state: LaneState,
    /// The first event that waits.
    pub waiting: Option<u64>,
    /// When it is due.
    pub due: Option<DateTime<Utc>>,
}

/// Why an event was, or was not, told at a destination.
#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// No such event is known.
    NoEvent,
    /// It was found in the past of a catalog when that was first followed; such events are shown, never sent.
    History,
    /// Nobody at this destination subscribed to anything.
    NoSubscription,
    /// What each subscription made of it, by its number.
    Subscriptions(Vec<(u32, Verdict)>),
}

/// What a subscription made of an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The subscription is younger than the event.
    Before,
    /// It does not meet this condition of the filter.
    Filtered(Filter),
    /// Events of this kind are not told at this cadence unless the filter names the kind.
    Unusual(Kind),
    /// It was only just recorded.
    NotMatched,
    /// It waits until news has settled, or quiet hours are over, or the digest is due.
    Waits {
        /// Until then.
        due: DateTime<Utc>,
    },
    /// Its messages are under way, or wait for the pace the service allows.
    UnderWay,
    /// It waits because the last try failed.
    Retrying(Retry),
    /// It waits because the whole service is left alone for a while.
    Resting(RestStatus),
    /// It waits because somebody wants silence since then.
    Paused(DateTime<Utc>),
    /// It waits because the destination refused us.
    Parked(Parked),
    /// It could not be told: the service refused its content. The number of the dead letter.
    Dead(u64),
    /// It was told, or is part of a digest in which others took its place.
    Told {
        /// By then at the latest; known of digests only.
        by: Option<DateTime<Utc>>,
    },
}
