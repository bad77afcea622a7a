//! How the fan-out behaves.

use std::time::Duration;

/// How the fan-out behaves (`[fanout]` of the configuration).
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How long news settles before an instant lane tells it. Default 10 s.
    pub settle: Duration,
    /// An instant lane that comes back, or is slow, gets a digest when more events than this wait. Default 50.
    pub catch_up_above: usize,
    /// A lane is slow when its first event has waited this long beyond its time. Default 10 min.
    pub slow_after: Duration,
    /// Whether digest lanes say in one line that a period brought nothing. Default no.
    pub tell_empty: bool,
    /// Subscriptions a destination may have. Default 100.
    pub subscriptions_each: usize,
    /// Destinations served at the same time. Default 256.
    pub at_once: usize,
    /// The address of our own site, without a slash at the end, for links. Default none.
    pub site: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            settle: Duration::from_secs(10),
            catch_up_above: 50,
            slow_after: Duration::from_mins(10),
            tell_empty: false,
            subscriptions_each: 100,
            at_once: 256,
            site: None,
        }
    }
}
