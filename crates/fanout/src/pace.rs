//! How fast messages leave: each service has a budget, each destination its own, and both learn from the answers.
//!
//! [`Pacer`] decides and knows no clock: it is told the time. [`Pace`] is the handle that lanes and replies share and
//! that waits. Limits are windows ("30 within a second"); a message counts from the latest moment at which it can
//! have reached the service, so that answers that come late cause no refusals. Destinations that could go take
//! turns; one that was told to wait waits alone, and one that is idle is forgotten.

mod budget;
mod desk;
mod entry;
mod guard;
mod handle;
mod limits;
mod pacer;
mod place;
mod status;

#[cfg(test)]
mod tests;

pub use handle::{Pace, Permit};
pub use limits::{Limits, Window};
pub use pacer::{Class, Grant, Pacer, Ticket};
pub use status::{PaceStatus, ServicePace, WaitingPlace};
