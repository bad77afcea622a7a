//! How the hub is doing, for pages and figures.

/// The hub at one moment. Counts begin with the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct HubStatus {
    /// It is switched on.
    pub on: bool,
    /// Confirmed subscriptions.
    pub subscriptions: usize,
    /// Of those, with a change that was not sent yet.
    pub waiting: usize,
    /// Of those, whose last delivery failed.
    pub failing: usize,
    /// Requests that wait to be confirmed.
    pub unconfirmed: usize,
    /// Deliveries that were accepted.
    pub delivered: u64,
    /// Deliveries that failed and are tried again.
    pub failed: u64,
    /// Subscriptions that ended because their callback said that it is gone.
    pub gone: u64,
    /// Subscriptions whose time was over.
    pub expired: u64,
    /// Requests that were confirmed.
    pub confirmed: u64,
    /// Requests that were not.
    pub denied: u64,
    /// Requests that were not taken, because they were wrong or too many.
    pub refused: u64,
}
