//! When a lane speaks: at once, or at a rhythm on the wall clock of a zone, and not during its quiet hours.
//!
//! Everything is reckoned on the wall clock and then placed on the line of time, by one rule: a time that the clock
//! skips is the first moment after the skip, a time that it shows twice is the first of the two. So each period has
//! exactly one digest, whatever the zone does to its clocks.

mod clock;
mod cron;
mod due;
mod quiet;
mod rhythm;
mod text;

#[cfg(test)]
mod tests;

pub use clock::At;
pub use cron::{Cron, CronError};
pub use due::SETTLE;
pub use quiet::Quiet;
pub use rhythm::Rhythm;
pub use text::{BadCadence, read_zone};

use chrono::Weekday;
use serde::{Deserialize, Serialize};
use whimbrel_news::Zone;

/// When a lane speaks. Its text form reads back:
///
/// ```
/// use whimbrel_fanout::Cadence;
///
/// let cadence: Cadence = "weekly monday 9:00 europe/berlin quiet 22-7".parse()?;
/// assert_eq!(cadence.to_string(), "weekly mon 09:00 Europe/Berlin quiet 22:00-07:00");
/// assert_eq!(cadence.to_string().parse(), Ok(cadence));
/// let error = "weekly thusday".parse::<Cadence>().unwrap_err().to_string();
/// assert_eq!(error, "`thusday` is no day of the week: did you mean `thu`?");
/// # Ok::<(), whimbrel_fanout::BadCadence>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cadence {
    /// How often.
    pub rhythm: Rhythm,
    /// Whose wall clock counts.
    pub zone: Zone,
    /// When nothing is sent; what falls due then comes at the end.
    pub quiet: Option<Quiet>,
}

impl Default for Cadence {
    /// Monday at nine, UTC.
    fn default() -> Self {
        Self { rhythm: Rhythm::Weekly { day: Weekday::Mon, at: At::NINE }, zone: Zone::UTC, quiet: None }
    }
}

impl Cadence {
    /// It speaks as soon as the news has settled, instead of at a rhythm.
    pub fn is_instant(&self) -> bool {
        self.rhythm == Rhythm::Instant
    }
}
