//! The pace at a glance, for people who ask why something has not come yet.

use std::time::Duration;

use crate::destination::{Destination, Service};

use super::limits::Window;

/// The pace of all services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaceStatus {
    /// One for each service.
    pub services: Vec<ServicePace>,
}

/// The pace of one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServicePace {
    /// Which one.
    pub service: Service,
    /// Broadcasts that wait for their turn.
    pub broadcasts_waiting: usize,
    /// Replies that wait for their turn.
    pub replies_waiting: usize,
    /// Messages whose answer has not come.
    pub under_way: usize,
    /// Destinations whose budget is in use.
    pub places: usize,
    /// What the service takes altogether, as far as we know.
    pub overall: Vec<Window>,
    /// The whole service told us to wait so long.
    pub told_to_wait: Option<Duration>,
    /// It refuses our token: only a request every half minute is tried.
    pub token_refused: bool,
    /// Requests it called invalid within the last ten minutes.
    pub invalid: u32,
    /// So many of them that broadcasts have stopped.
    pub stopped: bool,
    /// How often it has told us to wait since the start.
    pub refusals: u64,
    /// Destinations that told us to wait, the longest first; at most 20.
    pub waiting: Vec<WaitingPlace>,
}

/// A destination that told us to wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingPlace {
    /// Which one; of a Telegram forum the whole chat.
    pub destination: Destination,
    /// How much longer.
    pub wait: Duration,
}
